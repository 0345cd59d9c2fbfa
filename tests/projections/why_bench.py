"""How long differences and series take; in a Python of its own.

`python -m tests.projections.why_bench` prints one JSON object. Milliseconds are medians, the memory
is the most that the whole process held, the facts table included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from ledger.facts import History, history
from ledger.records import RecordedEvent
from projections.cohort import cohort
from projections.compare import Side, compare
from projections.compare_people import compare_people
from projections.frame import Frame, frame_of
from projections.people_states import GroupSide
from projections.question import Question
from projections.series import InForce, around, series
from projections.series_people import month_days, months
from projections.trace import trace
from tests.projections import synthetic
from tests.projections.columns_at_once import province
from tests.projections.variants import variant

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = date(2013, 1, 1), date(2022, 12, 31)
KILOBYTES_A_MEGABYTE = 2**10


def everybody(*, people: int = 20_000, facts_each: int = 60, times: int = 5) -> dict[str, Any]:
    """`diff` of everybody by class over a year and new knowledge; 36 months of every unit."""
    made = province(people, facts_each)
    frame = frame_of(made.pieces, made.streams)
    plan, head = variant(()), frame.position
    sides = [
        GroupSide(plan, Question(date(2021, 12, 31), head * 9 // 10, NOW)),
        GroupSide(plan, Question(LAST, head, NOW)),
    ]
    compare_people(frame, sides[0], sides[1])  # loads the columns
    days = month_days(date(2020, 1, 31), LAST)
    above = _above(frame)
    rules = [InForce(date(2010, 1, 1), plan, 3)]
    asked = Question(LAST, head, NOW)

    def all_units() -> object:
        return list(months(frame, rules, days, asked=asked, above=lambda _: above))

    found = {
        "people": people,
        "facts": head,
        "diff_ms": _milliseconds(lambda: compare_people(frame, sides[0], sides[1]), times),
        "months": len(days),
        "units": len(above),
        "months_ms": _milliseconds(all_units, times),
    }
    found["peak_mb"] = getrusage(RUSAGE_SELF).ru_maxrss // KILOBYTES_A_MEGABYTE
    return found


def _above(frame: Frame) -> Mapping[str, list[str]]:
    """Every unit of the province under one of eight."""
    plan = variant(())
    numbers = cohort(plan, frame, Question(LAST, frame.position, NOW)).numbers
    units = sorted(str(one) for one in numbers["unit"].unique().drop_nulls())
    return {unit: [unit, units[place % 8], units[0]] for place, unit in enumerate(units)}


def one(*, people: int = 30, facts_each: int = 200) -> dict[str, Any]:
    """One person with so many facts: every change of ten years, and one difference."""
    streams: dict[UUID, list[RecordedEvent]] = {}
    for event in synthetic.province(people, facts_each):
        streams.setdefault(event.originator_id, []).append(event)
    book = history(streams.pop(synthetic.BOOK))
    units = {unit.hex: history(streams.pop(unit)) for unit in synthetic.UNITS}
    rules = [InForce(date(2010, 1, 1), variant(()), 3)]
    changes, took, compared = [], [], []
    for stream, events in streams.items():

        def folded(events: list[RecordedEvent] = events) -> object:
            facts = history(events)
            return series(facts, around(facts, book, lambda: units), rules, FIRST, LAST)

        took.append(_milliseconds(folded, 3))
        facts = history(events)
        around_him = around(facts, book, lambda: units)
        changes.append(len(series(facts, around_him, rules, FIRST, LAST)))
        sides = [
            _side(stream, history(events, position), position, on, book)
            for on, position in ((date(2021, 12, 31), events[-9].id), (LAST, events[-1].id))
        ]
        stated = {event.originator_version: event.id for event in events}

        def differ(sides: list[Side] = sides, stated: dict[int, int] = stated) -> object:
            return compare(sides[0], sides[1], stated_at=stated)

        compared.append(_milliseconds(differ, 3))
    return {
        "facts": facts_each,
        "days_of_change": median(changes),
        "series_ms": median(took),
        "series_worst_ms": max(took),
        "diff_ms": median(compared),
    }


def _side(stream: UUID, facts: History, position: int, on: date, book: History) -> Side:
    around_him = around(facts, book, dict).on(on)
    asked = Question(on, position, NOW)
    plan = variant(())
    answer = trace(plan, facts, asked, subject=stream.hex, surroundings=around_him)
    return Side(answer, facts, around_him)


def _milliseconds(work: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        start = perf_counter()
        work()
        took.append((perf_counter() - start) * 1_000)
    return round(median(took), 1)


if __name__ == "__main__":
    print(json.dumps({"everybody": everybody(), "one": [one(facts_each=60), one()]}, indent=1))
