"""Places on an axis: a value between two ends -> its share of the length, and where to put marks.

Pure and exact; only the last step, writing a place, rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.errors import invariant

_STEPS: Final = tuple(Decimal(one) for one in ("1", "2", "2.5", "5", "10"))
_MONTHS: Final = 12
# Marks on an axis of days: years apart, or months apart where the span is short.
_YEAR_STEPS: Final = (1, 2, 5, 10, 20, 50)
_MONTH_STEPS: Final = (1, 3, 6)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`, drawn from share `start` to share `end` of the length."""

    low: Decimal
    high: Decimal
    start: Decimal = Decimal(0)
    end: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        """An axis has a length."""
        invariant(self.low < self.high, "an axis ends after it begins")

    def at(self, value: Decimal | int) -> Decimal:
        """The share of the length at which a value lies; outside the axis, its end."""
        held = min(max(Decimal(value), self.low), self.high)
        return self.start + (held - self.low) / (self.high - self.low) * (self.end - self.start)

    def length(self, one: Decimal, other: Decimal) -> Decimal:
        """The share between two values."""
        return abs(self.at(one) - self.at(other))


def points_scale(*values: Decimal | None, start: str = "0", end: str = "1") -> Scale:
    """An axis of points: zero is on it, and it has a length whatever the values are."""
    known = [Decimal(0), *(one for one in values if one is not None)]
    low, high = min(known), max(known)
    return Scale(low, high if high > low else low + 1, Decimal(start), Decimal(end))


def day_scale(first: date, last: date, *, start: str = "0", end: str = "1") -> Scale:
    """An axis of days."""
    low = Decimal(first.toordinal())
    high = Decimal(max(last.toordinal(), first.toordinal() + 1))
    return Scale(low, high, Decimal(start), Decimal(end))


def ticks(scale: Scale, at_most: int = 5) -> tuple[Decimal, ...]:
    """Round values on an axis of numbers, not more than asked for."""
    raw = (scale.high - scale.low) / at_most
    grain = Decimal(10) ** raw.adjusted()
    step = next(one * grain for one in _STEPS if one * grain >= raw)
    first = (scale.low / step).to_integral_value(rounding="ROUND_CEILING") * step
    count = int((scale.high - first) / step)
    return tuple(first + step * i for i in range(count + 1))


def day_ticks(first: date, last: date, at_most: int = 9) -> tuple[tuple[date, bool], ...]:
    """First days of years or months on an axis, each with whether it is a year's."""
    years = [date(year, 1, 1) for year in range(first.year, last.year + 2)]
    years = [one for one in years if first <= one <= last]
    months_long = (last.year - first.year) * _MONTHS + last.month - first.month
    for step in _MONTH_STEPS:
        if months_long <= step * at_most:
            return tuple((one, one.month == 1) for one in _months(first, last, step))
    for step in _YEAR_STEPS:
        chosen = [one for one in years if one.year % step == 0]
        if len(chosen) <= at_most:
            return tuple((one, True) for one in chosen)
    return tuple((one, True) for one in years[:: max(1, len(years) // at_most)])


def _months(first: date, last: date, step: int) -> list[date]:
    found = []
    for month in range(first.year * _MONTHS, (last.year + 1) * _MONTHS):
        on = date(month // _MONTHS, month % _MONTHS + 1, 1)
        if (on.month - 1) % step == 0 and first <= on <= last:
            found.append(on)
    return found
