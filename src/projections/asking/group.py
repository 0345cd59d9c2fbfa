"""A group of people in one line: how many are measured, why the others are not, mean and band.

A mean is taken over those measured, rounded half up to two decimals, then banded (docs/facts.md,
How facts are read).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from projections.answer import Answer, Status
from projections.differences.compare_people import mean_of
from projections.plans.plan import Plan
from projections.tracing.members import MEASURED, codes_of


@dataclass(slots=True)
class Group:
    """Adds up answers of one instrument.

    `why` counts the people who are not computable by code of reason, and the people the instrument
    does not apply to likewise; somebody may have several codes.
    """

    plan: Plan
    statuses: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    why: dict[str, Counter[str]] = field(default_factory=dict)
    total: Decimal = Decimal(0)

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        status = answer.status.value
        self.statuses[status] += 1
        if status in MEASURED:
            self.total += answer.total or Decimal(0)
            self.bands.update([answer.band] if answer.band is not None else [])
        else:
            self.why.setdefault(status, Counter()).update(codes_of(answer))

    def join(self, other: Group) -> None:
        """Count everybody whom another group of the same instrument counted."""
        self.statuses.update(other.statuses)
        self.bands.update(other.bands)
        for status, why in other.why.items():
            self.why.setdefault(status, Counter()).update(why)
        self.total += other.total

    @property
    def people(self) -> int:
        """Everybody who was counted."""
        return self.statuses.total()

    @property
    def measured(self) -> int:
        """How many have a total or an outcome."""
        return sum(self.statuses[status] for status in MEASURED)

    def of(self, status: Status) -> tuple[int, Counter[str]]:
        """How many have a status, and why."""
        return self.statuses[status.value], self.why.get(status.value, Counter())

    @property
    def mean(self) -> Decimal | None:
        """The mean total of those measured; None of nobody, and where there are no totals."""
        return None if self.plan.outcomes is not None else mean_of(self.total, self.measured)

    @property
    def band(self) -> str | None:
        """The band of the mean."""
        mean = self.mean
        part = None if mean is None else self.plan.bands.find(mean)
        return None if part is None else part.codes.value[0]
