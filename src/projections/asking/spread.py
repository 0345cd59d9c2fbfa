"""How the answers of many people spread: means, median, distribution, and why some have none.

Pure. A mean is taken over those measured, rounded half up to two decimals (docs/facts.md, How facts
are read); so is the median of an even number. Who has left the service is told apart and counted
nowhere else.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from projections.answer import Answer, has_left
from projections.asking.group import Group
from projections.asking.recap import WEAKENING
from projections.differences.compare_people import mean_of
from projections.plans.plan import Plan
from projections.tracing.case import ZERO
from projections.tracing.members import MEASURED

BINS = 20


@dataclass(slots=True)
class Spread:
    """Adds up answers of one instrument.

    Attributes:
        group: counts by status and band, and the mean. left: how many had left the service.
        totals: of those measured, ascending.
        points: the sum of each measure's, over those measured.
        why: why people have no answer, as (code, measure), with how many.
    """

    plan: Plan
    group: Group
    left: int = 0
    totals: list[Decimal] = field(default_factory=list)
    points: dict[str, Decimal] = field(default_factory=dict)
    why: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    @classmethod
    def of(cls, plan: Plan, answers: Iterable[Answer] = ()) -> Spread:
        """The spread of some answers."""
        found = cls(plan, Group(plan))
        for one in answers:
            found.add(one)
        return found

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        if has_left(answer):
            self.left += 1
            return
        self.group.add(answer)
        if answer.status.value not in MEASURED:
            self.why.update(lacks(answer))
            return
        if answer.total is not None:
            insort(self.totals, answer.total)
        for one in answer.measures:
            self.points[one.name] = self.points.get(one.name, ZERO) + (one.points or ZERO)

    def join(self, other: Spread) -> None:
        """Count all that another spread of the same instrument counted."""
        self.left += other.left
        self.group.join(other.group)
        self.totals = sorted([*self.totals, *other.totals])
        for name, points in other.points.items():
            self.points[name] = self.points.get(name, ZERO) + points
        self.why.update(other.why)

    @property
    def median(self) -> Decimal | None:
        """The middle total, or the mean of both middle ones; None of nobody."""
        count = len(self.totals)
        if not count:
            return None
        return mean_of(self.totals[(count - 1) // 2] + self.totals[count // 2], 2)

    def means(self) -> dict[str, Decimal | None]:
        """The mean points of each measure over those measured; whom one does not apply to brings
        nothing to it, as to his total.
        """
        names = dict.fromkeys(one.name for one in self.plan.measures)
        return {one: mean_of(self.points.get(one, ZERO), self.group.measured) for one in names}

    def bins(self) -> list[int]:
        """How many totals lie in each of BINS equal parts of what can be had; a cut belongs to the
        higher part, the maximum to the last.
        """
        found = [0] * BINS
        for total in self.totals:
            found[bin_of(self.plan, total)] += 1
        return found


def lacks(answer: Answer) -> set[tuple[str, str | None]]:
    """What keeps an answer from being computed, as (code, measure); doubts alone never do."""
    return {(one.code, one.measure) for one in answer.why if one.code not in WEAKENING}


def bin_of(plan: Plan, total: Decimal) -> int:
    """The place of the part that a total lies in."""
    most = plan.maximum.value
    return BINS - 1 if total >= most else max(0, int(total * BINS / most))


def edges(plan: Plan) -> list[Decimal]:
    """The cuts between the parts, the first 0 and the last the maximum."""
    most = plan.maximum.value
    return [most * place / BINS for place in range(BINS + 1)]


def by_unit(
    plan: Plan, answers: Iterable[Answer], paths: Mapping[str, Sequence[str]]
) -> dict[str, Spread]:
    """Spreads by key: of a unit's people as of all that they are a part of.

    Args:
        paths: of each unit of people, "" of those without one, the keys under which they count.
    """
    direct: dict[str, Spread] = {}
    for answer in answers:
        unit = answer.unit or ""
        if unit not in direct:
            direct[unit] = Spread.of(plan)
        direct[unit].add(answer)
    found: dict[str, Spread] = {}
    for unit, spread in direct.items():
        for key in paths.get(unit, ()):
            found.setdefault(key, Spread.of(plan)).join(spread)
    return found
