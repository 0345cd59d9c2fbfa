"""The units of one day: which are open, what lies above each, and where its people count.

Made from every unit's facts as visible on the day and known at a position; whoever reads them, from
streams or from columns, the tree is the same. A closed unit has no place of its own any more: what
counted in it, people and units below, counts in its sole successor, and nowhere that is known
without one (docs/facts.md, Facts about a unit).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.domain.facts import History

UNIT, UNIT_CLOSED = "unit", "unit_closed"


@dataclass(frozen=True, slots=True)
class UnitToday:
    """What holds of one unit on a day.

    Attributes:
        described: whether it exists by then; a unit may be named before it is described.
        kind, parent: as described; None where not told.
        successors: of a closed unit, ids; None while it is open.
    """

    described: bool = False
    kind: str | None = None
    parent: str | None = None
    successors: tuple[str, ...] | None = None

    @property
    def closed(self) -> bool:
        """Whether it was closed by the day and not described again since."""
        return self.successors is not None


NAMED_ONLY = UnitToday()


@dataclass(frozen=True, slots=True)
class UnitTree:
    """All units of a day by id, 32 hex digits. A unit that is not here is open, with nothing above
    it.
    """

    units: Mapping[str, UnitToday]
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def exists(self, unit: str) -> bool:
        """Whether a unit was described by the day and is not closed."""
        found = self.units.get(unit, NAMED_ONLY)
        return found.described and not found.closed

    def counts_in(self, unit: str) -> str | None:
        """Where people of a unit count: there, or where its sole successors lead; None where nobody
        knows, because a closed unit has no successor, several, or they lead in a circle.
        """
        passed: set[str] = set()
        current = unit
        while True:
            closed = self.units.get(current, NAMED_ONLY).successors
            if closed is None:
                return current
            passed.add(current)
            if len(closed) != 1 or closed[0] in passed:
                return None
            current = closed[0]

    def moved(self) -> dict[str, str | None]:
        """Every closed unit with where its people count."""
        return {unit: self.counts_in(unit) for unit, found in self.units.items() if found.closed}

    def path(self, unit: str) -> tuple[str, ...]:
        """Where a unit's people count and all above it, the unit first; nothing if nobody knows.

        A circle of parents is cut where it closes.
        """
        known = self._paths.get(unit)
        if known is None:
            known = self._paths[unit] = self._way_up(unit)
        return known

    def _way_up(self, unit: str) -> tuple[str, ...]:
        found: list[str] = []
        current = self.counts_in(unit)
        while current is not None and current not in found:
            found.append(current)
            parent = self.units.get(current, NAMED_ONLY).parent
            current = None if parent is None else self.counts_in(parent)
        return tuple(found)

    def depth(self, unit: str) -> int:
        """How many units lie above it."""
        return max(0, len(self.path(unit)) - 1)

    def below(self, unit: str) -> frozenset[str]:
        """The unit, if it is open, and every open unit below it."""
        found = {one for one in self.units if not self.units[one].closed and unit in self.path(one)}
        if not self.units.get(unit, NAMED_ONLY).closed:
            found.add(unit)
        return frozenset(found)


def tree_on(units: Mapping[str, History], on: date) -> UnitTree:
    """The units of a day from the facts of each by id, as known at a position."""
    return UnitTree({unit: today_of(facts, on) for unit, facts in units.items()})


def today_of(facts: History, on: date) -> UnitToday:
    """What holds of one unit on a day, from its facts as known at a position."""
    described = facts.latest(UNIT, on)
    closing = facts.latest(UNIT_CLOSED, on)
    if closing is not None and described is not None:
        # Described again on a later day: it is open again. One day for both means it was closed.
        closing = closing if described.effective_on <= closing.effective_on else None
    successors: Sequence[str] | None = None
    if closing is not None:
        successors = closing.fields.get("successors") or ()
    return UnitToday(
        described is not None,
        None if described is None else described.fields.get("kind"),
        None if described is None else described.fields.get("parent"),
        None if successors is None else tuple(successors),
    )
