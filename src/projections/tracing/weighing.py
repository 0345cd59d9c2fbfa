"""What the facts of a `plans.extra` rule come to: one pure function a rule.

Given are the facts that the rule's sources found, each as the values of the source's keys, in order
of legal day and then of position. Exact decimals; rounded half up where the rule says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from ledger.canonical import decimal_text
from ledger.errors import invariant
from ledger.values import shift_months
from projections import reasons
from projections.plans.extra import (
    All,
    Elapsed,
    Gathered,
    Grid,
    HeldPost,
    Mean,
    Newest,
    NoneInForce,
    OnDays,
    Product,
    Share,
    Tally,
)
from projections.plans.plan import Entry, Ever, Mark, Measure, Span, Value, Window, bounds
from projections.subject import EARLIER
from projections.tracing.case import ZERO, outside_window, ratio_half_up, window_values
from projections.tracing.latest import FIRST, OTHER_PERIOD, SECOND, WHOLE, part_of_year
from projections.tracing.weighed import (
    NOT_ASKED,
    Found,
    Row,
    Weighed,
    Words,
    last_only,
    of_none,
    unknown,
)
from projections.tracing.weighing_career import CAREER

FIRST_FACT = "first"
YEAR = re.compile("[1-9][0-9]{3}")
MONTH_AND_DAY = len("12-31")


def weigh(measure: Measure, rule: Gathered, found: Found, as_of: date) -> Weighed:
    """What the facts found come to on a day."""
    return _WEIGHING[type(rule)](measure, rule, found, as_of)


def _tally(measure: Measure, rule: Tally, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    low = high = ZERO
    named: dict[str, Entry] = {}
    words = []
    for (code,) in found[0]:
        entry = rule.points.get(code, rule.others)
        invariant(entry is not None, f"{measure.name}: a code has no points")
        known = cast(Entry, entry)
        named[known.at] = known
        low += bounds(known).low
        high += bounds(known).high
        words.append((True, str(code)))
    top = measure.maximum.value
    entries = sorted(named.values(), key=lambda one: one.at)
    span = Span(min(low, top), min(high, top))
    # Beyond the cap it does not matter how many points are not known.
    clear = [one for one in entries if one.mark is Mark.MISSING and span.low == span.high]
    kept = tuple(one for one in entries if one not in clear)
    return Weighed(span, kept, (tuple(words),), tuple(clear))


def in_order(rule: Share, elements: Mapping[str, Mapping[str, Any]]) -> tuple[int, int]:
    """Of a check's elements of the dimension how many are in order, and how many there are."""
    said = [one["ok"] for one in elements.values() if one["dimension"] == rule.dimension.value]
    return sum(said), len(said)


def _share(measure: Measure, rule: Share, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    good, every = in_order(rule, found[0][-1][0]) if found[0] else (0, 0)
    words = (last_only(found[0], f"{good}/{every}"),)
    return share_of(measure, rule, good, every, words)


def share_of(measure: Measure, rule: Share, good: int, every: int, words: Words = ((),)) -> Weighed:
    """What so many elements in order of so many come to."""
    fixed = (rule.dimension, rule.decimals)
    if not every:
        return of_none(measure, rule.none, fixed, f"{rule.facts}.{rule.dimension.value}", words)
    points = ratio_half_up(measure.maximum.value * good, Decimal(every), rule.decimals.value)
    return Weighed(Span(points, points), fixed, words)


def latest_day(rule: Elapsed, as_of: date) -> date:
    """The last day from which enough time has passed."""
    return shift_months(as_of, -rule.at_least.value)


def _elapsed(measure: Measure, rule: Elapsed, found: Found, as_of: date) -> Weighed:
    fixed = (rule.since, rule.at_least)
    rows = found[0]
    if not rows:
        return of_none(measure, rule.none, fixed, rule.facts, ((),))
    counts = 0 if rule.since.value == FIRST_FACT else len(rows) - 1
    since: date = rows[counts][0]
    reached = since <= latest_day(rule, as_of)
    points = measure.maximum.value if reached else ZERO
    other = NOT_ASKED if rule.since.value == FIRST_FACT else EARLIER
    words = tuple(
        (place == counts, since.isoformat() if place == counts else other)
        for place in range(len(rows))
    )
    return Weighed(Span(points, points), fixed, (words,))


def _none_in_force(
    measure: Measure,
    rule: NoneInForce,
    found: Found,
    as_of: date,  # noqa: ARG001
) -> Weighed:
    points = ZERO if found[0] else measure.maximum.value
    words = tuple((True, rule.facts) for _ in found[0])
    return Weighed(Span(points, points), (), (words,))


def years_asked(rule: All, as_of: date) -> range:
    """The last full calendar years, oldest first."""
    last = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
    return range(last - rule.years.value + 1, last + 1)


def _all(measure: Measure, rule: All, found: Found, as_of: date) -> Weighed:
    fixed: tuple[Value[Any], ...] = (rule.years, rule.state, rule.codes)
    asked = years_asked(rule, as_of)
    newest: dict[tuple[int, str], int] = {}
    earlier: set[int] = set()
    for place, row in enumerate(found[0]):
        part = part_of_year(row[0], row[1])
        if part is not None and part[0] in asked:
            earlier |= {newest[part]} if part in newest else set()
            newest[part] = place
    verdicts = {part: _verdict(rule, found[0][place]) for part, place in newest.items()}
    counted: set[int] = set()
    years: list[bool | None] = []
    for year in asked:
        parts = [(year, WHOLE)] if (year, WHOLE) in newest else [(year, FIRST), (year, SECOND)]
        counted |= {newest[part] for part in parts if part in newest}
        said = [verdicts.get(part) for part in parts]
        years.append(False if False in said else None if None in said else True)
    other = dict.fromkeys(earlier, EARLIER)
    words = tuple(
        (place in counted, str(row[3]) if place in counted else other.get(place, NOT_ASKED))
        for place, row in enumerate(found[0])
    )
    if rule.failed is not None and any(
        found[0][place][2] in rule.failed.value for place in counted
    ):
        fixed = (*fixed, rule.failed)
    if False in years or None not in years:
        points = ZERO if False in years else measure.maximum.value
        return Weighed(Span(points, points), fixed, (words,))
    lacking = asked[years.index(None)]
    return unknown(measure, fixed, reasons.FACT_MISSING, f"{rule.facts} {lacking}", (words,))


def _verdict(rule: All, row: Row) -> bool | None:
    if rule.failed is not None and row[2] in rule.failed.value:
        return False
    if row[2] != rule.state.value or row[3] is None:
        return None
    return row[3] in rule.codes.value


def _mean(measure: Measure, rule: Mean, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    given = [number_of(rule, row[0]) for row in found[0]]
    words = (tuple((one is not None, _shown(one)) for one in given),)
    known = [one for one in given if one is not None]
    whole = sum((min(one, rule.of.value) for one in known), ZERO)
    return mean_of(measure, rule, whole, len(known), lacking=len(given) - len(known), words=words)


def mean_of(
    measure: Measure,
    rule: Mean,
    whole: Decimal,
    count: int,
    *,
    lacking: int,
    words: Words = ((),),
) -> Weighed:
    """What numbers of this sum come to: so many are known, each up to `of`, and so many not."""
    fixed = (rule.of, rule.decimals)
    if not count and not lacking:
        return of_none(measure, rule.none, fixed, rule.facts, words)
    if lacking:
        missing = f"{rule.facts}.{rule.part or rule.field}"
        return unknown(measure, fixed, reasons.FIELD_UNKNOWN, missing, words)
    top = measure.maximum.value
    points = ratio_half_up(top * whole, rule.of.value * count, rule.decimals.value)
    return Weighed(Span(points, points), fixed, words)


def _newest(measure: Measure, rule: Newest, found: Found, as_of: date) -> Weighed:
    fixed = (rule.period, *window_values(rule.window), rule.of, rule.decimals)
    counts, words = of_newest_year(rule.window, found[0], as_of)
    if counts is None:
        told = (tuple((False, word) for word in words),)
        return of_none(measure, rule.none, fixed, rule.facts, told)
    given = found[0][counts][1]
    words[counts] = _shown(None if given is None else Decimal(given))
    told = (tuple((place == counts, word) for place, word in enumerate(words)),)
    if given is None:
        missing = f"{rule.facts}.{rule.field}"
        return unknown(measure, fixed, reasons.FIELD_UNKNOWN, missing, told)
    whole = measure.maximum.value * min(Decimal(given), rule.of.value)
    points = ratio_half_up(whole, rule.of.value, rule.decimals.value)
    return Weighed(Span(points, points), fixed, told)


def of_newest_year(
    window: Window | Ever, rows: Sequence[Row], as_of: date
) -> tuple[int | None, list[str]]:
    """Which fact is the newest of the newest year, and for each why it would not count.

    Each row begins with the fact's period. None where no period is a whole year in the window.
    """
    after = window.after(as_of)
    ends = [year_of_period(row[0]) for row in rows]
    words = [
        OTHER_PERIOD if end is None else outside_window(end, after, as_of) or EARLIER
        for end in ends
    ]
    asked = [end for end, word in zip(ends, words, strict=True) if end and word == EARLIER]
    if not asked:
        return None, words
    return max(place for place, end in enumerate(ends) if end == max(asked)), words


def year_of_period(period: str | None) -> date | None:
    """The last day of a period that is a whole calendar year, as 2023; None for any other."""
    if period is None or not YEAR.fullmatch(period):
        return None
    return date(int(period), 12, 31)


def number_of(rule: Mean, given: Any) -> Decimal | None:
    """The number that a fact's field, or its part, holds; None where there is none."""
    if rule.part is not None:
        given = None if given is None else given.get(rule.part)
    if given is None:
        return None
    return Decimal(int(given)) if isinstance(given, bool) else Decimal(given)


def _shown(number: Decimal | None) -> str:
    return "FIELD_UNKNOWN" if number is None else decimal_text(number)


def _product(measure: Measure, rule: Product, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    tables: tuple[tuple[str, str, Mapping[str, Entry]], ...] = (
        (rule.base_facts, rule.base_by, rule.base),
        (rule.factor_facts, rule.factor_by, rule.factor),
    )
    entries: list[Entry] = []
    for (kind, field, table), rows in zip(tables, found, strict=True):
        code = rows[-1][0] if rows else None
        words = tuple(last_only(one, str(one[-1][0]) if one else "") for one in found)
        if code is None:
            missing = f"{kind}.{field}" if rows else kind
            return of_none(measure, rule.none, (rule.decimals,), missing, words)
        entries.append(table[code])
    low, high = (
        ratio_half_up(
            getattr(bounds(entries[0]), end) * getattr(bounds(entries[1]), end),
            Decimal(1),
            rule.decimals.value,
        )
        for end in ("low", "high")
    )
    words = tuple(last_only(one, str(one[-1][0])) for one in found)
    return Weighed(Span(low, high), (*entries, rule.decimals), words)


def _grid(measure: Measure, rule: Grid, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    fixed = (*rule.row_cuts, *rule.column_cuts)
    words = tuple(last_only(one, str(one[-1][0]) if one else "") for one in found)
    names = (f"{rule.row_facts}.{rule.row_by}", f"{rule.column_facts}.{rule.column_field}")
    for rows, name in zip(found, names, strict=True):
        if not rows or rows[-1][0] is None:
            return of_none(measure, rule.none, fixed, name, words)
    by_code = rule.row_points[found[0][-1][0]]
    row = sum(cut.value <= by_code.value for cut in rule.row_cuts)
    column = sum(cut.value <= Decimal(found[1][-1][0]) for cut in rule.column_cuts)
    box = rule.boxes[row][column]
    return Weighed(Span(box.value, box.value), (*fixed, by_code, box), words)


def _on_days(measure: Measure, rule: OnDays, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    today = as_of.isoformat()[-MONTH_AND_DAY:]
    points = measure.maximum.value if today in rule.days.value else ZERO
    return Weighed(Span(points, points), (rule.days,), ())


def held_post(measure: Measure, rule: HeldPost, kind: str | None) -> Weighed:
    """What the kind of post held comes to."""
    if kind is None:
        why = reasons.POSITION_KIND_UNKNOWN
        return unknown(measure, (rule.kinds,), why, "position", ())
    points = measure.maximum.value if kind in rule.kinds.value else ZERO
    return Weighed(Span(points, points), (rule.kinds,), ())


_WEIGHING: Mapping[type[Gathered], Callable[[Measure, Any, Found, date], Weighed]] = {
    Tally: _tally,
    Share: _share,
    Elapsed: _elapsed,
    NoneInForce: _none_in_force,
    All: _all,
    Mean: _mean,
    Newest: _newest,
    Product: _product,
    OnDays: _on_days,
    Grid: _grid,
    **CAREER,
}
