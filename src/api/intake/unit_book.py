"""Units as an import needs them: those on record and those it founds on the way.

A unit is looked up as a code, then as a name in force that day; a path "A - B - C" leads from the
top. A name nobody knows founds a unit, flagged, from the earliest day on which a row of the import
names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ledger.errors import UnitUnknown
from ledger.unit_directory import PATH_MARK, UnitDirectory


def folded(name: str) -> str:
    """A name as it is compared."""
    return " ".join(name.split()).casefold()


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

    `added` maps folded codes to streams founded by this import; `since` each of those to its first
    day.
    """

    directory: UnitDirectory
    added: dict[str, UUID] = field(default_factory=dict)
    since: dict[UUID, str] = field(default_factory=dict)
    _found: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def add(self, code: str, stream: UUID, since: str) -> None:
        """Remember a unit that this import states."""
        self.added.setdefault(folded(code), stream)
        self.since[stream] = min(since, self.since.get(stream, since))

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
        return self.added.get(folded(named)) or self.directory.find(named, date.fromisoformat(on))

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

    def missing(self, named: dict[str, str]) -> Iterable[Wanted]:
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
        if stream in self.since:
            return False
        facts = self.directory.units[stream].known("unit")
        first = facts[0]
        from_name = first.fields["code"] == code and "kind" not in first.fields
        return from_name and on < first.effective_on.isoformat()
