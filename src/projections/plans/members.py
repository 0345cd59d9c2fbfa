"""Rules about the people of a unit: `members` and `pattern`, by an instrument of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from projections.plans.extra import PERIOD, Gathered, Source
from projections.plans.plan import Entry, Ever, Extra, Held, Plan, Value, Window
from projections.plans.tally import Tally

PERCENT = 100


class Statistic(StrEnum):
    """MEAN: of the totals of those measured. SHARE: of those measured, how many are in a band."""

    MEAN = "mean"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Members(Extra):
    """A statistic over the answers of everybody who counts in a unit, or below it, on the day.

    Only whoever is measured counts; with nobody measured: `none`. A mean is rounded half up at
    `mean_decimals` and scaled from the other instrument's maximum to the measure's; both are
    rounded half up. `bound` is the plan in force on the day, cut down to the measure `part` where
    one is named, once `binding.bind` has found it; without it the points are unknown.
    """

    NAME: ClassVar[str] = "members"
    instrument: Value[str]
    part: str | None
    statistic: Value[Statistic]
    mean_decimals: Value[int] | None
    bands: Value[frozenset[str]] | None
    decimals: Value[int]
    none: Entry
    bound: Plan | None = None

    @property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Nothing of the unit's own facts."""
        return {}

    @property
    def rounding(self) -> Value[int] | None:
        """Where the points are rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Limit:
    """What a share of people has to be: percent, both ends inside, and at least so many people."""

    at_least: Entry | None
    at_most: Entry | None
    people: Value[int] | None


@dataclass(frozen=True, slots=True)
class Pattern(Gathered):
    """Whether the share of a unit's people in some bands fits the unit's own code.

    The code is that of the newest fact of the newest calendar year, as `newest` reads it. A code in
    `free` sets no limit. Shares are exact and of those measured; nothing is rounded. `members` says
    whose answers are counted; its statistic is a share, and its points are not asked for.
    """

    NAME: ClassVar[str] = "pattern"
    members: Members
    facts: str
    by: str
    period: Value[str]
    window: Window | Ever
    limits: Mapping[str, Limit]
    free: Value[frozenset[str]] | None
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """The unit's own facts of any year that hold."""
        held = Held(Value("held", self.period.mark, self.period.cite, self.period.at))
        return (Source(self.facts, (), held, (PERIOD, self.by)),)


# What the people of a unit come to, by the rule that asks.
Tallies = Callable[[Members], Tally]
