"""Differences, series and every instrument of an invented province, in a Python of its own.

Each beside the plain way to the same: asking everybody anew for each month, both sides of a
difference in full, one person on every single day. Milliseconds are medians; the memory is the most
that the whole process held, the facts table included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from ledger.domain.facts import History, history
from ledger.records import RecordedEvent
from projections.answer import Answer
from projections.asking.binding import bind
from projections.cohorts.cohort import cohort
from projections.differences.compare_people import compare_people
from projections.differences.people_states import GroupSide
from projections.differences.series import InForce, around, series
from projections.differences.series_people import month_days, months
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import Surroundings
from projections.table.frame import Frame, frame_of
from projections.tracing.trace import trace
from tests.bench.import_tasks import peaks
from tests.projections import synthetic
from tests.projections.columns_at_once import province
from tests.projections.shipped_plans import plans_about_people
from tests.projections.variants import variant

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BEGAN = date(2010, 1, 1)
FIRST, LAST = date(2013, 1, 1), date(2022, 12, 31)
SERIES_FROM = date(2020, 1, 31)
UNITS_AT_THE_TOP = 8


def unit_months(*, people: int, facts_each: int, times: int) -> dict[str, Any]:
    """36 months of the mean of every unit; and everybody's answers on each of those days."""
    frame, plan = _frame(people, facts_each), variant(())
    days = month_days(SERIES_FROM, LAST)
    above = _above(frame)
    asked = Question(LAST, frame.position, NOW)
    rules = [InForce(BEGAN, plan, 3)]

    def ours() -> object:
        return list(months(frame, rules, days, asked=asked, above=lambda _: above))

    def one_by_one() -> None:
        for on in days:
            found: dict[str | None, list[Answer]] = {}
            for answer in cohort(plan, frame, Question(on, frame.position, NOW)).answers():
                found.setdefault(answer.unit, []).append(answer)

    ours()  # loads the columns
    took: dict[str, list[float]] = {"series_ms": [], "answers_ms": []}
    for _ in range(times):
        took["series_ms"].append(_milliseconds(ours, 1))
        took["answers_ms"].append(_milliseconds(one_by_one, 1))
    return {
        "people": people,
        "facts": frame.position,
        "months": len(days),
        "units": len(above),
        **{name: median(found) for name, found in took.items()},
        **peaks(),
    }


def everybody_differs(*, people: int, facts_each: int, times: int) -> dict[str, Any]:
    """`diff` of everybody by class over a year and new knowledge; and both sides in full."""
    frame, plan = _frame(people, facts_each), variant(())
    questions = [
        Question(date(2021, 12, 31), frame.position * 9 // 10, NOW),
        Question(LAST, frame.position, NOW),
    ]
    sides = [GroupSide(plan, one) for one in questions]

    def ours() -> object:
        return compare_people(frame, sides[0], sides[1])

    def both() -> object:
        return [list(cohort(plan, frame, one).answers()) for one in questions]

    ours()  # loads the columns
    return {
        "people": people,
        "facts": frame.position,
        "diff_ms": _milliseconds(ours, times),
        "answers_ms": _milliseconds(both, times),
        **peaks(),
    }


def one_history(*, people: int, facts_each: int, every_days: int) -> dict[str, Any]:
    """Every change of ten years of some people; and one trace a day, on a sample of the days."""
    streams: dict[UUID, list[RecordedEvent]] = {}
    for event in synthetic.province(people, facts_each):
        streams.setdefault(event.originator_id, []).append(event)
    book = history(streams.pop(synthetic.BOOK))
    units = {unit.hex: history(streams.pop(unit)) for unit in synthetic.UNITS}
    plan = variant(())
    rules = [InForce(BEGAN, plan, 3)]
    days = [FIRST + timedelta(days) for days in range(0, (LAST - FIRST).days + 1, every_days)]
    changes, took, day_by_day = [], [], []
    for stream, events in streams.items():

        def ours(events: list[RecordedEvent] = events) -> int:
            facts = history(events)
            him = around(facts, book, lambda: units)
            return len(series(facts, him, rules, FIRST, LAST))

        facts = history(events)
        surroundings = around(facts, book, lambda: units)

        def plain(
            facts: History = facts,
            surroundings: Callable[[date], Surroundings] = surroundings.on,
            stream: UUID = stream,
        ) -> None:
            for on in days:
                asked = Question(on, facts.position, NOW)
                trace(plan, facts, asked, subject=stream.hex, surroundings=surroundings(on))

        changes.append(ours())
        took.append(_milliseconds(ours, 3))
        day_by_day.append(_milliseconds(plain, 1) * every_days)
    return {
        "facts": facts_each,
        "people": len(streams),
        "days": (LAST - FIRST).days + 1,
        "days_of_change": median(changes),
        "history_ms": median(took),
        "worst_ms": max(took),
        "day_by_day_ms": median(day_by_day),
        **peaks(),
    }


def instruments(*, people: int, facts_each: int, times: int) -> dict[str, Any]:
    """Everybody's points and outcome under every shipped instrument: first asked, and again."""
    made = province(people, facts_each, further=True)
    frame = frame_of(made.pieces, made.streams)
    del made
    plans = plans_about_people()
    by_name = {plan.instrument: plan for plan in reversed(list(plans.values()))}
    asked = Question(LAST, frame.position, NOW)
    first, again = {}, {}
    for name, plan in plans.items():
        bound = bind(plan, by_name.get)

        def ask(bound: Plan = bound) -> object:
            return cohort(bound, frame, asked).numbers

        first[name] = _milliseconds(ask, 1)
        again[name] = _milliseconds(ask, times)
    return {"people": people, "facts": frame.position, "first": first, "again": again, **peaks()}


def _frame(people: int, facts_each: int) -> Frame:
    made = province(people, facts_each)
    return frame_of(made.pieces, made.streams)


def _above(frame: Frame) -> Mapping[str, list[str]]:
    """Every unit of the province under one of eight, and those under one."""
    numbers = cohort(variant(()), frame, Question(LAST, frame.position, NOW)).numbers
    units = sorted(str(one) for one in numbers["unit"].unique().drop_nulls())
    return {
        unit: [unit, units[place % UNITS_AT_THE_TOP % len(units)], units[0]]
        for place, unit in enumerate(units)
    }


def _milliseconds(work: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        start = perf_counter()
        work()
        took.append((perf_counter() - start) * 1_000)
    return median(took)
