"""Two answers about many people -> why their sum and mean differ, by class of cause.

Everybody's answers are worked out at every state that `compare` walks through for one person, so a
class brings to the sum what it brings to each person's total. Who joined and who left the people
measured are causes of their own. Sums are exact; a mean is rounded to two decimals at every state,
and its causes are differences of neighbours, so both add up (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import polars as pl

from ledger.errors import invariant
from projections.answer import Status
from projections.cohort import STATUS, TOTAL, Cohort, cohort
from projections.cohort_people import KIND, UNIT
from projections.columns import SUBJECT
from projections.frame import Frame
from projections.held_frame import At, held
from projections.lines import lines
from projections.plan import Plan
from projections.question import Question
from projections.trace_case import ratio_half_up
from projections.walk import CauseClass

MEAN_DECIMALS = 2  # what DESIGN-independent rule says stands in docs/facts.md, How facts are read
MEMBER = "member"


class Membership(StrEnum):
    """Causes that lie in who is measured; in the order in which they are told."""

    LEFT = "left"
    NO_LONGER_COMPUTABLE = "no_longer_computable"
    BECAME_COMPUTABLE = "became_computable"
    JOINED = "joined"


_OPPOSITE = {
    Membership.LEFT: Membership.JOINED,
    Membership.JOINED: Membership.LEFT,
    Membership.NO_LONGER_COMPUTABLE: Membership.BECAME_COMPUTABLE,
    Membership.BECAME_COMPUTABLE: Membership.NO_LONGER_COMPUTABLE,
}


@dataclass(frozen=True, slots=True)
class GroupSide:
    """One of the two coordinates of a group.

    `units` are the units whose members are meant, by id; None means everybody.
    """

    plan: Plan
    question: Question
    enacted: int | None = None
    units: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people there are on a side, and what those measured come to."""

    people: int
    measured: int
    not_computable: int
    not_applicable: int
    total: Decimal

    @property
    def mean(self) -> Decimal | None:
        """The mean total of those measured, to two decimals half up."""
        return mean_of(self.total, self.measured)


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause brings to a group.

    Attributes:
        people: whose total it changes, or who came or went.
        points: to the sum of totals. mean: to the rounded mean, None where there is none.
        measures: to the sum of each line.
    """

    cause: CauseClass | Membership
    people: int
    points: Decimal
    mean: Decimal | None
    measures: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Why a group's sum and mean differ; the parts add up to the differences of both."""

    before: GroupSide
    after: GroupSide
    counts: tuple[Counts, Counts]
    parts: Sequence[Part]


def mean_of(total: Decimal, count: int) -> Decimal | None:
    """A mean to two decimals, half up; None of nobody."""
    return ratio_half_up(total, Decimal(count), MEAN_DECIMALS) if count else None
