"""All units of a ledger as known at a position: found by code or name, placed in their tree on a
day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ledger.facts import Fact, History, history
from ledger.records import RecordedEvent

PATH_MARK = " - "
_DEPTH_MAX = 50  # a real tree has some six levels; a loop of parents must end


@dataclass(slots=True)
class UnitDirectory:
    """Units by stream; codes ever used find a unit, names only on days on which they hold."""

    units: Mapping[UUID, History]
    _codes: dict[str, UUID] = field(default_factory=dict)
    _names: dict[str, list[UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stream, facts in self.units.items():
            for fact in facts.known("unit"):
                self._codes.setdefault(str(fact.fields["code"]).casefold(), stream)
                self._names.setdefault(str(fact.fields["name"]).casefold(), []).append(stream)

    def find(self, named: str, on: date) -> UUID | None:
        """A unit by its code, else by a name in force on a day; None if there is none, or
        several.
        """
        folded = " ".join(named.split()).casefold()
        by_code = self._codes.get(folded)
        if by_code is not None:
            return by_code
        found = {
            stream
            for stream in self._names.get(folded, ())
            if str((self.described(stream, on) or {}).get("name", "")).casefold() == folded
        }
        return found.pop() if len(found) == 1 else None

    def described(self, stream: UUID, on: date) -> Mapping[str, object] | None:
        """Code, name, kind and parent of a unit on a day; None before it existed."""
        facts = self.units.get(stream)
        fact = None if facts is None else facts.latest("unit", on)
        return None if fact is None else fact.fields

    def closed(self, stream: UUID, on: date) -> Fact | None:
        """The closing of a unit, if it was closed by a day."""
        facts = self.units.get(stream)
        return None if facts is None else facts.latest("unit_closed", on)

    def path(self, stream: UUID, on: date) -> list[UUID]:
        """The unit and those above it on a day, the unit first."""
        found: list[UUID] = []
        current: UUID | None = stream
        while current is not None and current not in found and len(found) < _DEPTH_MAX:
            found.append(current)
            parent = (self.described(current, on) or {}).get("parent")
            current = None if parent is None else UUID(str(parent))
        return found

    def depth(self, stream: UUID, on: date) -> int:
        """How many units stand above it on a day."""
        return len(self.path(stream, on)) - 1

    def subtree(self, stream: UUID, on: date) -> set[UUID]:
        """The unit and everything below it on a day."""
        return {one for one in self.units if stream in self.path(one, on)}


def directory(
    events: Mapping[UUID, Sequence[RecordedEvent]], position: int | None = None
) -> UnitDirectory:
    """The directory folded from the events of all unit streams."""
    return UnitDirectory({stream: history(rows, position) for stream, rows in events.items()})
