"""Whether somebody may send, and confirm, what the rows of a file state: judged by the kind of each
fact, as a single fact is (`stating`, `proposals`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from api.access import policy
from api.access.policy import NOTHING, Action
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.queries.kinds import kinds, right_to_mend
from api.queries.proposals import right_by_why
from api.queries.within import people_within
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE, ORG_UNIT

_SHOWN: Final = 100
Row = Mapping[str, Any]


class OutOfReach(LedgerError):
    """A file with rows about people or units, or of kinds, that whoever sends it may not state."""

    code = "out_of_reach"


def see_to_kinds(desk: Desk, standing: Standing, reader: Reader, rows: Sequence[Row]) -> None:
    """That a reader has the right to each fact of a file, over whom it is about; to mend one, the
    right to state one of its kind too.

    Args:
        rows: as `intake.desk.preview` has them.

    Raises:
        OutOfReach: naming rows and kinds.
    """
    may = _May(desk, standing, reader)
    outside: list[dict[str, Any]] = []
    named: set[str] = set()
    for row in rows:
        without = sorted(set(_without(may, row)))
        if without:
            outside.append({"sheet": row["sheet"], "row": row["row"], "facts": without})
            named |= set(without)
    if outside:
        raise OutOfReach(
            f"{len(outside)} rows state facts of kinds that your roles do not let you state about"
            f" them: {', '.join(sorted(named))}.",
            next_step="Take them out, or let somebody send them who has the right to their kind.",
            rows=outside[:_SHOWN],
            count=len(outside),
        )


def missing(desk: Desk, standing: Standing, reader: Reader, rows: Sequence[Row]) -> list[str]:
    """Why rows need a second person, of those whose right to confirm them a reader has not."""
    may = _May(desk, standing, reader)
    return sorted(
        {row["why"] for row in rows if row["why"] and not may(right_by_why(row["why"]), row)}
    )


def holds(among: frozenset[str] | None, ident: str) -> bool:
    """Whether an id is among those reached; None stands for everybody."""
    return among is None or ident in among


class _May:
    """What a reader may do with whom a row is about; whom he reaches is found once an action."""

    def __init__(self, desk: Desk, standing: Standing, reader: Reader) -> None:
        self._desk = desk
        self._standing = standing
        self._reader = reader
        self._people: dict[Action, frozenset[str] | None] = {}
        self._units: dict[tuple[Action, str], bool] = {}

    def __call__(self, action: Action, row: Row) -> bool:
        """Whoever and whatever is not known yet belongs to the agency as a whole."""
        ident, owner = row["id"], row["owner"]
        if ident is None or owner not in (EMPLOYEE, ORG_UNIT):
            return policy.may(self._reader, action, NOTHING)
        if owner == EMPLOYEE:
            if action not in self._people:
                found = people_within(self._desk, self._standing, self._reader, action)
                self._people[action] = found
            return holds(self._people[action], ident)
        key = action, ident
        if key not in self._units:
            target = self._standing.of_unit(UUID(ident), self._desk.today())
            self._units[key] = policy.may(self._reader, action, target)
        return self._units[key]


def _without(may: _May, row: Row) -> Iterator[str]:
    """The kinds of fact of a row that somebody may not state."""
    known = kinds(row["owner"])
    for fact in row["facts"]:
        if not may(known[fact].right, row):
            yield fact
    needed = () if row["mends"] is None else right_to_mend(row["owner"], row["mends"])
    if needed and not any(may(one, row) for one in needed):
        yield row["mends"]
