"""The rule `members`: what the people of a unit come to in an instrument of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from projections.plan import Entry, Extra, Plan, Value
from projections.tally import Tally


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


# What the people of a unit come to, by the rule that asks.
Tallies = Callable[[Members], Tally]
