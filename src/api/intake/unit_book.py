"""Units as an import needs them: those on record and those it founds on the way.

A unit is looked up as a code, then as a name in force that day; a path "A - B - C" leads from the
top. A name nobody knows founds a unit, flagged, from the earliest day on which a row of the import
names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ledger.domain.unit_directory import PATH_MARK, UnitDirectory, folded
from ledger.errors import UnitUnknown


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit to be founded, or told of from an earlier day on: code, name, parent, since when."""

    code: str
    name: str
    parent: str | None
    since: str
    stream: UUID | None = None


@dataclass(slots=True)
class UnitBook:
    """The directory of units with what the import adds to it.

    `added` maps folded codes to streams that this import describes; `told` each of those to the
    folded names it gives them, by the day from which they hold.
    """

    directory: UnitDirectory
    added: dict[str, UUID] = field(default_factory=dict)
    told: dict[UUID, dict[str, str]] = field(default_factory=dict)
    _named: dict[str, set[UUID]] = field(default_factory=dict)
    _found: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def add(self, stream: UUID, *, code: str, name: str, since: str) -> None:
        """Remember what this import states about a unit."""
        self.added.setdefault(folded(code), stream)
        self.told.setdefault(stream, {})[since] = folded(name)
        self._named.setdefault(folded(name), set()).add(stream)
        self._found.clear()

    def find(self, named: str, on: str) -> UUID | None:
        """The unit of a code, name or path on a day."""
        known = self._found.get((named, on))
        if known is not None:
            return known
        stream = self._by_name(named, on)
        if stream is None and PATH_MARK in named:
            stream = self._by_path(named, on)
        if stream is not None:
            self._found[named, on] = stream
        return stream

    def require(self, named: str, on: str) -> UUID:
        """The same, or a refusal.

        Raises:
            UnitUnknown.
        """
        stream = self.find(named, on)
        if stream is None:
            raise UnitUnknown(
                "No unit of this ledger has this code or name on that day.",
                next_step="Send its unit fact, or use the code under which it is recorded.",
            )
        return stream

    def _by_name(self, named: str, on: str) -> UUID | None:
        key = folded(named)
        known = self.directory.find(named, date.fromisoformat(on))
        if key in self.added:
            return self.added[key]
        if known is not None and known not in self.told:
            return known
        candidates = self._named.get(key, set()) | ({known} if known is not None else set())
        found = {stream for stream in candidates if self._called(stream, on) == key}
        return found.pop() if len(found) == 1 else None

    def _called(self, stream: UUID, on: str) -> str | None:
        """The folded name of a unit on a day, with what this import states of it."""
        names = dict(self.told.get(stream, {}))
        facts = self.directory.units.get(stream)
        for fact in () if facts is None else facts.known("unit"):
            names.setdefault(fact.effective_on.isoformat(), folded(str(fact.fields["name"])))
        return max(((day, name) for day, name in names.items() if day <= on), default=("", None))[1]

    def _by_path(self, path: str, on: str) -> UUID | None:
        parts = [part.strip() for part in path.split(PATH_MARK)]
        above = self._by_name(parts[0], on)
        for depth in range(1, len(parts)):
            if above is None:
                return None
            code = PATH_MARK.join(parts[: depth + 1])
            above = self.added.get(folded(code)) or self._child(above, code, parts[depth], on)
        return above

    def _child(self, above: UUID, code: str, name: str, on: str) -> UUID | None:
        day = date.fromisoformat(on)
        by_code = self.directory.find(code, day)
        if by_code is not None:
            return by_code
        for stream in self.directory.units:
            described = self.directory.described(stream, day)
            if (
                described is not None
                and described.get("parent") == above.hex
                and folded(str(described["name"])) == folded(name)
            ):
                return stream
        return None

    def missing(self, named: Mapping[str, str]) -> Iterable[Wanted]:
        """What must be founded so that each name is known since its day; parents come first.

        Args:
            named: unit name or path -> earliest ISO day on which a row names it.
        """
        wanted: dict[str, Wanted] = {}
        for name, on in sorted(named.items(), key=lambda item: (item[0].count(PATH_MARK), item[0])):
            parts = [part.strip() for part in name.split(PATH_MARK)]
            for depth in range(len(parts)):
                code = PATH_MARK.join(parts[: depth + 1])
                parent = PATH_MARK.join(parts[:depth]) or None
                self._want(wanted, code, parts[depth], parent, on)
        return sorted(wanted.values(), key=lambda one: (one.code.count(PATH_MARK), one.code))

    def _want(
        self, wanted: dict[str, Wanted], code: str, name: str, parent: str | None, on: str
    ) -> None:
        earlier = wanted.get(folded(code))
        if earlier is not None:
            if on < earlier.since:
                wanted[folded(code)] = Wanted(
                    earlier.code, earlier.name, earlier.parent, on, earlier.stream
                )
            return
        stream = self.find(code, on)
        if stream is None:
            wanted[folded(code)] = Wanted(code, name, parent, on)
        elif self._begins_later(stream, code, on):
            wanted[folded(code)] = Wanted(code, name, parent, on, stream)

    def _begins_later(self, stream: UUID, code: str, on: str) -> bool:
        """Whether a unit that was founded from its name alone is now named for an earlier day."""
        facts = self.directory.units[stream].known("unit") if stream not in self.told else ()
        if not facts:
            return False
        first = facts[0]
        from_name = first.fields["code"] == code and "kind" not in first.fields
        return from_name and on < first.effective_on.isoformat()
