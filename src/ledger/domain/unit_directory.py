"""All units of a ledger as known at a position: found by code or name, placed in their tree on a
day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import orjson

from ledger.domain.facts import Fact, History, history
from ledger.domain.unit_tree import UNIT, UNIT_CLOSED, UnitTree, tree_on
from ledger.records import RecordedEvent

PATH_MARK = " - "


def folded(name: str) -> str:
    """A code or name as it is compared."""
    return " ".join(name.split()).casefold()


@dataclass(slots=True)
class UnitDirectory:
    """Units by stream; codes ever used find a unit, names only on days on which they hold.

    `former` holds folded codes that were corrected or annulled: who sends the old row again means
    the same unit.
    """

    units: Mapping[UUID, History]
    former: Mapping[str, UUID] = field(default_factory=dict)
    _codes: dict[str, UUID] = field(default_factory=dict)
    _names: dict[str, list[UUID]] = field(default_factory=dict)
    _trees: dict[date, UnitTree] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stream, facts in self.units.items():
            for fact in facts.known("unit"):
                self._codes.setdefault(folded(str(fact.fields["code"])), stream)
                self._names.setdefault(folded(str(fact.fields["name"])), []).append(stream)
        for code, stream in self.former.items():
            self._codes.setdefault(code, stream)

    def find(self, named: str, on: date) -> UUID | None:
        """A unit by its code, else by a name in force on a day; None if there is none, or
        several.
        """
        key = folded(named)
        by_code = self._codes.get(key)
        if by_code is not None:
            return by_code
        found = {
            stream
            for stream in self._names.get(key, ())
            if folded(str((self.described(stream, on) or {}).get("name", ""))) == key
        }
        return found.pop() if len(found) == 1 else None

    def described(self, stream: UUID, on: date) -> Mapping[str, object] | None:
        """Code, name, kind and parent of a unit on a day; None before it existed."""
        facts = self.units.get(stream)
        fact = None if facts is None else facts.latest(UNIT, on)
        return None if fact is None else fact.fields

    def closed(self, stream: UUID, on: date) -> Fact | None:
        """The closing of a unit that is closed on a day."""
        facts = self.units.get(stream)
        today = self.tree(on).units.get(stream.hex)
        if facts is None or today is None or not today.closed:
            return None
        return facts.latest(UNIT_CLOSED, on)

    def tree(self, on: date) -> UnitTree:
        """The units of a day; worked out once for each day asked about."""
        if on not in self._trees:
            known = {stream.hex: facts for stream, facts in self.units.items()}
            self._trees[on] = tree_on(known, on)
        return self._trees[on]

    def path(self, stream: UUID, on: date) -> list[UUID]:
        """The unit and those above it on a day, the unit first; of a closed unit that of its
        successor.
        """
        return [UUID(one) for one in self.tree(on).path(stream.hex)]

    def depth(self, stream: UUID, on: date) -> int:
        """How many units stand above it on a day."""
        return self.tree(on).depth(stream.hex)

    def subtree(self, stream: UUID, on: date) -> set[UUID]:
        """The unit and everything below it on a day; closed ones count where their people do."""
        return {UUID(one) for one in self.tree(on).below(stream.hex)}


def directory(
    events: Mapping[UUID, Sequence[RecordedEvent]], position: int | None = None
) -> UnitDirectory:
    """The directory folded from the events of all unit streams."""
    units = {stream: history(rows, position) for stream, rows in events.items()}
    former: dict[str, UUID] = {}
    for stream, rows in events.items():
        for recorded in rows:
            if position is None or recorded.id <= position:
                payload = orjson.loads(recorded.state)
                code = payload.get("fields", payload).get("code")
                if code is not None:
                    former.setdefault(folded(str(code)), stream)
    return UnitDirectory(units, former)
