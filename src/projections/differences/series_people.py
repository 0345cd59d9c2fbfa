"""The mean of units month by month: everybody's answers on each day, counted by unit.

A person counts where he was on the day, in that unit and in all above it. A mean is taken over
those measured and rounded to two decimals, half up; how many were not measured is counted beside
it (docs/facts.md, How facts are read).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from ledger.values import month_end, next_day
from projections.answer import Status
from projections.cohorts.cohort import STATUS, TOTAL, cohort
from projections.cohorts.people import UNIT
from projections.differences.compare_people import Counts
from projections.differences.held_frame import held
from projections.differences.people_states import MEASURED
from projections.differences.series import InForce
from projections.question import Question
from projections.subject import POSITION
from projections.table.columns import SUBJECT
from projections.table.frame import Frame

NOBODY = Counts(0, 0, 0, 0, Decimal(0))
_PEOPLE = "people"
_PLACES = {
    **dict.fromkeys(MEASURED, 0),
    Status.NOT_COMPUTABLE.value: 1,
    Status.NOT_APPLICABLE.value: 2,
}
Above = Callable[[date], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Month:
    """One unit on the last day of a month, or on the last day asked about."""

    on: date
    unit: str
    rules: InForce
    counts: Counts


def month_days(first: date, last: date) -> list[date]:
    """The last day of each month from first to last, and last itself."""
    found = []
    on = month_end(first.year, first.month)
    while on < last:
        found.append(on)
        following = next_day(on)
        on = month_end(following.year, following.month)
    return [*found, last]


def in_force(rules: Sequence[InForce], on: date) -> InForce:
    """The text in force on a day; `rules` are in order and the first began by then."""
    return [one for one in rules if one.since <= on][-1]


def months(
    frame: Frame,
    rules: Sequence[InForce],
    days: Sequence[date],
    *,
    asked: Question,
    above: Above,
    only: str | None = None,
) -> Iterator[Month]:
    """Every unit that has members, on every day; or one unit alone.

    Args:
        frame: the facts table at the position of `asked` or beyond.
        rules: texts in force, in order; the first of them began by the first day.
        days: legal days.
        asked: position and hypotheses of the question; its own legal day plays no part.
        above: for a day, each unit's id with those of the unit itself and of all above it.
        only: the id of the one unit that is wanted.
    """
    upwards = {on: above(on) for on in days}
    if only is not None:
        below = {unit for up in upwards.values() for unit, path in up.items() if only in path}
        frame = held(frame, among=_ever_in(frame, below))
    for on, upward in upwards.items():
        text = in_force(rules, on)
        question = Question(on, asked.position, asked.known_at, without=asked.without)
        numbers = cohort(text.plan, frame, question)
        with_totals = text.plan.outcomes is None
        counted = _by_unit(numbers.numbers, numbers.scale, upward, with_totals=with_totals)
        if only is not None:
            counted = {only: counted.get(only, NOBODY)}
        for unit in sorted(counted):
            yield Month(on, unit, text, counted[unit])


def _ever_in(frame: Frame, units: Iterable[str]) -> pl.Series:
    """Whoever was ever said to hold a post in one of these units."""
    posts = frame.table(POSITION, [UNIT]).rows
    return posts.filter(pl.col(UNIT).cast(pl.String).is_in(sorted(units)))[SUBJECT].unique()


def _by_unit(
    numbers: pl.DataFrame, scale: int, above: Mapping[str, Sequence[str]], *, with_totals: bool
) -> dict[str, Counts]:
    """Counts and sums of each unit with all below it; of requirements there are no sums."""
    grouped = (
        numbers.filter(pl.col(UNIT).is_not_null())
        .group_by(UNIT, STATUS)
        .agg(pl.len().alias(_PEOPLE), pl.col(TOTAL).sum())
        .with_columns(pl.col(UNIT).cast(pl.String), pl.col(STATUS).cast(pl.String))
    )
    found: dict[str, list[int]] = {}
    for unit, status, people, total in grouped.iter_rows():
        for one in above.get(unit, (unit,)):
            tally = found.setdefault(one, [0, 0, 0, 0])
            tally[_PLACES[status]] += people
            tally[-1] += total if status in MEASURED else 0
    return {
        unit: Counts(
            people=sum(tally[:-1]),
            measured=tally[0],
            not_computable=tally[1],
            not_applicable=tally[2],
            total=Decimal(tally[-1]).scaleb(-scale) if with_totals else None,
        )
        for unit, tally in found.items()
    }
