"""A series holds exactly the days on which asking day by day finds a change; means are those asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.values import next_day
from projections.answer import Answer, MeasureResult, Status
from projections.asking import binding
from projections.differences.causes_json import of_series
from projections.differences.compare_people import mean_of
from projections.differences.series import InForce, Point, around, series
from projections.differences.series_people import in_force, month_days, months
from projections.differences.turning import leaves_on
from projections.language.instrument import load
from projections.plans.plan import Mark, Plan, Value, Window
from projections.plans.words import WindowStart
from projections.question import Question
from projections.tracing.trace import trace
from tests.oracle.histories import BOOK, UNITS
from tests.projections.logs import START, ListLog
from tests.projections.sides import Told, crowds, plans
from tests.projections.test_cohort import frame_of_log, traced
from tests.projections.variants import variant

SHIPPED: Plan = variant(())
DAY = timedelta(days=1)
Dated = tuple[ListLog, date]


def shown(measures: Sequence[MeasureResult], above: str = "") -> Iterator[tuple[str, object]]:
    """Bounds of the lowest measures by path; one that is nothing looks like one that is not there."""
    for one in measures:
        if one.rule == "sum":
            yield from shown(one.measures, f"{above}{one.name}/")
        elif one.span.high or one.reach.high:
            yield f"{above}{one.name}", (one.span, one.reach)


def score_of(answer: Answer) -> tuple[object, ...]:
    """What a change is a change of."""
    lines = dict(shown(answer.measures))
    return answer.status, answer.total, answer.span, answer.band, lines


def points_of(
    told: Told, stream: str, rules: Sequence[InForce], first: date, last: date
) -> list[Point]:
    """The series of a person with everything known."""
    position = len(told.log.events)
    facts, book = told.facts(stream, position), told.facts(BOOK.hex, position)

    def units() -> dict[str, object]:
        return {unit: one for unit, one in told.units(position).items() if one.facts}

    return series(facts, around(facts, book, units), rules, first, last)  # type: ignore[arg-type]


def asked(told: Told, stream: str, rules: Sequence[InForce], on: date) -> Answer:
    """The answer of one day, from the beginning."""
    position = len(told.log.events)
    plan = in_force(rules, on).plan
    return trace(
        plan,
        told.facts(stream, position),
        Question(on, position, START),
        subject=stream,
        surroundings=told.surroundings(on, position),
    )


def check_days(told: Told, stream: str, rules: Sequence[InForce], first: date, last: date) -> None:
    """The series equals asking on every day."""
    found = {point.on: point for point in points_of(told, stream, rules, first, last)}
    before: tuple[object, ...] | None = None
    on = first
    while on <= last:
        answer = asked(told, stream, rules, on)
        score = score_of(answer)
        assert (on in found) == (score != before), on
        if on in found:
            sums = found[on].sums
            assert (sums.status, sums.total, sums.span, sums.band) == score[:4]
            assert (found[on].state.post.kind, found[on].state.post.unit) == (
                answer.position_kind,
                answer.unit,
            )
        before, on = score, next_day(on)


@settings(max_examples=25)
@given(crowds(people=2), plans, st.integers(-900, 100), st.integers(1, 250))
def test_change_days_are_those_found_day_by_day(
    dated: Dated, plan: Plan, shift: int, days: int
) -> None:
    """For any history and rules, no day is missed and none is told that changed nothing."""
    log, on = dated
    first = on + timedelta(days=shift)
    for stream in Told(log).people():
        check_days(
            Told(log), stream, [InForce(date(2010, 1, 1), plan, 3)], first, first + days * DAY
        )


@settings(max_examples=15)
@given(crowds(people=2), plans, plans, st.integers(0, 120))
def test_other_rules_change_the_score_on_their_first_day(
    dated: Dated, old: Plan, new: Plan, days: int
) -> None:
    """Texts that follow each other are read each from its own day on."""
    log, on = dated
    rules = [InForce(date(2010, 1, 1), old, 3), InForce(on, new, 4)]
    for stream in Told(log).people():
        check_days(Told(log), stream, rules, on - 60 * DAY, on + days * DAY)


READING = b"""
instrument: aspek
title: Aspek
subject: employee
basis: LOCAL
decree: contoh
in_force_from: 2019-05-15
period: {cut_off: period_end}
population: {employment: [PNS]}
cite: contoh Pasal 1
mark: reading
max: 100
measures:
  - {measure: seluruhnya, max: 60, rule: score, instrument: ip-asn, decimals: 2}
  - {measure: disiplin, max: 40, rule: score, instrument: ip-asn, of: disiplin, decimals: 2}
bands: {edge: lower, of: [[50, TINGGI], [0, RENDAH]]}
"""


@settings(max_examples=20)
@given(crowds(people=2), plans, st.integers(-500, 100), st.integers(1, 200))
def test_a_score_of_a_score_changes_on_the_days_of_the_other(
    dated: Dated, plan: Plan, offset: int, days: int
) -> None:
    """An instrument that reads another changes on every day on which that one does."""
    log, on = dated
    told = Told(log)
    reading = binding.bind(load(READING, file="aspek"), lambda _: plan)
    first = on + timedelta(days=offset)
    for stream in told.people():
        rules = [InForce(first, reading, 3)]
        check_days(told, stream, rules, first, first + timedelta(days=days))


@settings(max_examples=40)
@given(crowds(people=3), plans, st.integers(-500, 0))
def test_the_causes_of_a_day_are_those_of_the_comparison(
    dated: Dated, plan: Plan, shift: int
) -> None:
    """Each day's causes are what `compare` finds between the day before and the day."""
    log, on = dated
    first, position = on + timedelta(days=shift), len(log.events)
    told = Told(log)
    for stream in told.people():
        found = points_of(told, stream, [InForce(first, plan, 3)], first, first + 200 * DAY)
        for point in found[1:]:
            ends = [(plan, (day, position)) for day in (point.on - DAY, point.on)]
            expected = told.difference(stream, ends[0], ends[1])
            assert [one.step.key for one in point.causes] == [
                one.step.key for one in expected.causes
            ]
            assert [one.step.points for one in point.causes] == [
                expected.points(one) for one in expected.causes
            ]


def test_numbers_of_a_series_add_up_from_day_to_day() -> None:
    """Each day's difference is the sum of its causes, and leads from the total before."""

    @settings(max_examples=20, database=None)
    @given(crowds(people=3))
    def look(dated: Dated) -> None:
        log, on = dated
        told = Told(log)
        for stream in told.people():
            rules = [InForce(date(2010, 1, 1), SHIPPED, 3)]
            days = of_series(points_of(told, stream, rules, on - 800 * DAY, on))
            for before, day in pairwise(days):
                if before["total"] is not None and day["total"] is not None:
                    causes = [Decimal(one["points"] or 0) for one in day["causes"]]
                    assert sum(causes, Decimal(0)) == Decimal(day["difference"])
                    assert Decimal(before["total"]) + sum(causes) == Decimal(day["total"])

    look()


def _window(months: int, start: WindowStart) -> Window:
    return Window(
        Value(months, Mark.VERIFIED, "test", "test"), Value(start, Mark.VERIFIED, "test", "test")
    )


@pytest.mark.parametrize("start", list(WindowStart))
@given(st.dates(date(2015, 1, 1), date(2026, 1, 1)), st.sampled_from([1, 2, 12, 15, 24, 60]))
def test_a_fact_leaves_a_window_on_the_first_day_that_no_longer_holds_it(
    start: WindowStart, on: date, months: int
) -> None:
    """The day found is outside, the day before it is inside; leap days and month ends included."""
    if start is WindowStart.CALENDAR:
        months = max(12, months // 12 * 12)
    window = _window(months, start)
    gone = leaves_on(window, on)
    assert window.after(gone) >= on > window.after(gone - DAY)


def test_months_end_with_their_last_days_and_the_last_day_asked() -> None:
    """A series of months has no day twice, whatever the last day is."""
    assert month_days(date(2020, 1, 15), date(2020, 3, 10)) == [
        date(2020, 1, 31),
        date(2020, 2, 29),
        date(2020, 3, 10),
    ]
    assert month_days(date(2020, 1, 31), date(2020, 1, 31)) == [date(2020, 1, 31)]
    assert month_days(date(2020, 12, 1), date(2020, 12, 31)) == [date(2020, 12, 31)]


ABOVE = {UNITS[0]: [UNITS[0]], UNITS[1]: [UNITS[1], UNITS[0]], UNITS[2]: [UNITS[2], UNITS[0]]}


@settings(max_examples=20)
@given(crowds(), plans, st.sampled_from([None, *UNITS]))
def test_months_count_what_everybody_answers_on_their_days(
    dated: Dated, plan: Plan, only: str | None
) -> None:
    """Each unit's counts and mean are those of its members' answers, one by one."""
    log, on = dated
    question = Question(on, len(log.events), START)
    days = month_days(on - 70 * DAY, on)
    rules = [InForce(date(2010, 1, 1), plan, 3)]
    found = months(frame_of_log(log), rules, days, asked=question, above=lambda _: ABOVE, only=only)
    told = {(one.on, one.unit): one.counts for one in found}
    for day in days:
        answers = traced(plan, log, Question(day, len(log.events), START)).values()
        for unit in UNITS if only is None else [only]:
            members = [one for one in answers if unit in ABOVE.get(one.unit or "", ())]
            counts = told.get((day, unit))
            assert (0 if counts is None else counts.people) == len(members)
            totals = [one.total for one in members if one.total is not None]
            if counts is not None:
                assert (counts.measured, counts.total) == (len(totals), sum(totals))
                assert counts.mean == mean_of(Decimal(sum(totals)), len(totals))
                gone = [one for one in members if one.status is Status.NOT_APPLICABLE]
                assert counts.not_applicable == len(gone)
                assert counts.not_computable == len(members) - len(gone) - len(totals)
