"""What the facts of a `plans.career` rule come to: one pure function a rule, as in `weighing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ledger.canonical import decimal_text
from projections import reasons
from projections.plans.career import Accrued, AtStep, Bonus, Conversion, Ladder, NoOpenCase
from projections.plans.extra import Gathered
from projections.plans.plan import MONTHS_A_YEAR, Entry, Mark, Measure, Span, Value, bounds
from projections.plans.words import Say
from projections.reasons import Reason
from projections.tracing.case import ZERO, ratio_half_up
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

OTHER_PERIOD = "OTHER_PERIOD"
OVERLAPS = "OVERLAPS"
HIGHEST, FIRST_OF_RUN = "highest", "first"
DAY = timedelta(days=1)
ONE = Decimal(1)
Marks = tuple[tuple[bool, str], ...]


def whole_months(start: date, end: date) -> int | None:
    """How many calendar months a period is; None if it is not made of whole ones."""
    after = end + DAY
    if start.day != 1 or after.day != 1 or end < start:
        return None
    return (after.year - start.year) * MONTHS_A_YEAR + after.month - start.month


def _conversion(measure: Measure, rule: Conversion, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    fixed: tuple[Value[Any], ...] = (rule.months, rule.decimals)
    bases, rows = found
    periods = [(date.fromisoformat(one[0]), date.fromisoformat(one[1])) for one in rows]
    sizes = [whole_months(*one) or 0 for one in periods]
    fits = [place for place, size in enumerate(sizes) if 0 < size <= rule.months.value]
    counted: list[int] = []
    for place in sorted(fits, key=lambda one: (sizes[one], one), reverse=True):
        if all(_apart(periods[place], periods[other]) for other in counted):
            counted.append(place)
    counted.sort()
    held = {place: _held_on(bases, periods[place][1]) for place in counted}
    used = set(held.values())
    words = (
        tuple(
            (at in used, str(row[2]) if at in used else NOT_ASKED) for at, row in enumerate(bases)
        ),
        tuple(
            (
                at in counted,
                str(row[2]) if at in counted else OVERLAPS if at in fits else OTHER_PERIOD,
            )
            for at, row in enumerate(rows)
        ),
    )
    lacking = _lacking(rule, found, held)
    if lacking is not None:
        return of_none(measure, rule.none, fixed, lacking, words)
    low = high = ZERO
    entries: dict[str, Entry] = {}
    for place in counted:
        at = held[place]
        base, factor = rule.base[bases[at or 0][2]], rule.factor[rows[place][2]]
        entries |= {base.at: base, factor.at: factor}
        share = Decimal(sizes[place])
        low += _converted(rule, bounds(base).low, bounds(factor).low, share)
        high += _converted(rule, bounds(base).high, bounds(factor).high, share)
    top = measure.maximum.value
    ordered = sorted(entries.values(), key=lambda one: one.at)
    return Weighed(Span(min(low, top), min(high, top)), (*fixed, *ordered), words)


def _apart(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _held_on(rows: Sequence[Row], on: date) -> int | None:
    """The place of the newest of facts (legal day, end, code) that holds on a day."""
    held = [at for at, row in enumerate(rows) if row[0] <= on and (row[1] is None or on < row[1])]
    return held[-1] if held else None


def _lacking(rule: Conversion, found: Found, held: Mapping[int, int | None]) -> str | None:
    """What is missing to convert the periods that count, if anything."""
    bases, rows = found
    if not held:
        return rule.factor_facts
    for place, at in held.items():
        if at is None:
            return rule.base_facts
        if bases[at][2] is None:
            return f"{rule.base_facts}.{rule.base_by}"
        if rows[place][2] is None:
            return f"{rule.factor_facts}.{rule.factor_by}"
    return None


def _converted(rule: Conversion, base: Decimal, factor: Decimal, months: Decimal) -> Decimal:
    return ratio_half_up(base * factor * months, Decimal(rule.months.value), rule.decimals.value)


def _accrued(measure: Measure, rule: Accrued, found: Found, as_of: date) -> Weighed:
    fixed: tuple[Value[Any], ...] = (rule.say, rule.start, rule.decimals)
    rows, since = found[0], found[1]
    newest = _held_on(since, as_of)
    code = None if newest is None else since[newest][2]
    if newest is None or code is None:
        nothing: Words = tuple(tuple((False, NOT_ASKED) for _ in one) for one in found)
        field = f".{rule.since_by}" if newest is not None else ""
        return of_none(measure, rule.none, fixed, f"{rule.since_facts}{field}", nothing)
    first = newest
    while rule.start.value == FIRST_OF_RUN and first and since[first - 1][2] == code:
        first -= 1
    start: date = since[first][0]
    given = [(on >= start, None if one is None else Decimal(one)) for on, one in rows]
    known = sum((one for counts, one in given if counts and one is not None), ZERO)
    open_sum = any(counts and one is None for counts, one in given)
    words: list[Marks] = [
        tuple(_told(counts, one) for counts, one in given),
        tuple((at == first, code if at == first else NOT_ASKED) for at in range(len(since))),
    ]
    need = None if rule.need is None else rule.need.get(code)
    low = high = ZERO
    if rule.bonus is not None and need is not None:
        low, high, marks, took_part = _bonus(rule.bonus, found[2], start)
        wanted = bounds(need)
        low, high = _share(rule, low, wanted.low), _share(rule, high, wanted.high)
        words.append(marks)
        fixed += took_part
    elif rule.bonus is not None:
        words.append(tuple((False, NOT_ASKED) for _ in found[2]))
    if rule.need is not None and need is None:
        missing = f"{rule.since_facts}.{rule.since_by}"
        return unknown(measure, fixed, reasons.CODE_NOT_NAMED, missing, tuple(words))
    span = _said(measure, rule, need, Span(known + low, known + high), open_sum=open_sum)
    return _accrual(measure, rule, need, span, fixed=fixed, words=tuple(words), open_sum=open_sum)


def _told(counts: bool, number: Decimal | None) -> tuple[bool, str]:  # noqa: FBT001
    if not counts:
        return False, NOT_ASKED
    return number is not None, "FIELD_UNKNOWN" if number is None else decimal_text(number)


def _share(rule: Accrued, share: Decimal, need: Decimal) -> Decimal:
    """A share of the need, rounded half up."""
    return ratio_half_up(need * share, ONE, rule.decimals.value)


def _bonus(
    bonus: Bonus, rows: Sequence[Row], start: date
) -> tuple[Decimal, Decimal, Marks, tuple[Value[Any], ...]]:
    """The least and the most share, how each fact was read, and what took part."""
    before = [bonus.ranks[code].value for on, code in rows if on < start and code is not None]
    new = [at for at, (on, code) in enumerate(rows) if on >= start and code is not None]
    higher = [at for at in new if all(bonus.ranks[rows[at][1]].value > one for one in before)]
    marks = tuple(
        (at in higher, str(row[1]) if at in new else NOT_ASKED) for at, row in enumerate(rows)
    )
    ranked = sorted({code for _, code in rows if code is not None})
    took_part = (bonus.share, *(bonus.ranks[code] for code in ranked)) if new else ()
    most = bonus.share.value if higher else ZERO
    return (most if before else ZERO), most, marks, took_part


def _said(
    measure: Measure, rule: Accrued, need: Entry | None, there: Span, *, open_sum: bool
) -> Span:
    """What is told of a sum between bounds, against a need that may lie between bounds."""
    top, wanted = measure.maximum.value, None if need is None else bounds(need)
    most = top if open_sum and wanted is None else there.high
    if wanted is None:
        return Span(min(there.low, top), min(most, top))
    most = max(wanted.high, there.high) if open_sum else there.high
    if rule.say.value is Say.REACHED:
        reached = [
            top if one >= of else ZERO for one, of in ((there.low, wanted.high), (most, wanted.low))
        ]
        return Span(*reached)
    if rule.say.value is Say.COUNTED:
        return Span(min(there.low, wanted.low, top), min(most, wanted.high, top))
    if rule.say.value is Say.LACKING:
        return Span(max(wanted.low - most, ZERO), min(max(wanted.high - there.low, ZERO), top))
    return Span(min(there.low, top), min(most, top))


def _accrual(
    measure: Measure,
    rule: Accrued,
    need: Entry | None,
    span: Span,
    *,
    fixed: tuple[Value[Any], ...],
    words: Words,
    open_sum: bool,
) -> Weighed:
    """The points with what took part; a missing need that does not matter is a limit only."""
    clear = span.low == span.high
    why: tuple[Reason, ...] = ()
    if open_sum and not clear:
        why = (Reason(reasons.FIELD_UNKNOWN, measure.name, f"{rule.facts}.{rule.field}"),)
    elif not clear and (need is None or need.mark is not Mark.MISSING) and rule.bonus is not None:
        why = (Reason(reasons.FACT_MISSING, measure.name, rule.bonus.facts),)
    if need is None or rule.say.value is Say.COLLECTED:
        return Weighed(span, fixed, words, why=why)
    if clear and need.mark is Mark.MISSING:
        return Weighed(span, fixed, words, (need,), why)
    return Weighed(span, (*fixed, need), words, why=why)


def _ladder(measure: Measure, rule: Ladder, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    fixed: tuple[Value[Any], ...] = (rule.steps, rule.choose, rule.least)
    fixed += () if rule.most is None else (rule.most,)
    stands, limits = found
    words = (last_only(stands, str(stands[-1][0]) if stands else ""), _limits_told(rule, limits))
    for rows, name in ((stands, rule.facts), (limits, rule.limit_facts)):
        if not rows:
            return of_none(measure, rule.none, fixed, name, words)
    places = {code: place for place, code in enumerate(rule.steps.value)}
    step = places.get(stands[-1][0])
    if step is None:
        missing = f"{rule.facts}.{rule.by}"
        return unknown(measure, fixed, reasons.CODE_NOT_NAMED, missing, words)
    asked = limits if rule.choose.value == HIGHEST else limits[-1:]
    named = [rule.to[row[0]] for row in asked if row[0] in rule.to]
    unnamed = len(named) < len(asked)
    lowest = max((places[one.value] for one in named), default=0)
    possible = range(lowest, len(places)) if unnamed else range(lowest, lowest + 1)
    verdicts = {_between(rule, limit - step) for limit in possible}
    top = [one for one in named if places[one.value] == lowest]
    fixed += tuple(dict.fromkeys(top))
    if len(verdicts) > 1:
        missing = f"{rule.limit_facts}.{rule.limit_by}"
        return unknown(measure, fixed, reasons.CODE_NOT_NAMED, missing, words)
    points = measure.maximum.value if verdicts == {True} else ZERO
    return Weighed(Span(points, points), fixed, words)


def _between(rule: Ladder, steps: int) -> bool:
    return rule.least.value <= steps and (rule.most is None or steps <= rule.most.value)


def _limits_told(rule: Ladder, rows: Sequence[Row]) -> Marks:
    if rule.choose.value != HIGHEST:
        return last_only(rows, str(rows[-1][0]) if rows else "")
    return tuple((True, str(row[0])) for row in rows)


def _at_step(measure: Measure, rule: AtStep, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    stands = found[0]
    proofs = found[1] if len(found) > 1 else ()
    code: str | None = stands[-1][0] if stands else None
    told = last_only(stands, str(code))
    asks = code in rule.codes.value
    wanted = rule.to.get(code or "") if asks else None
    proven = [wanted is not None and row[0] in wanted.value for row in proofs]
    marks = tuple((proof, str(row[0])) for proof, row in zip(proven, proofs, strict=True))
    words: Words = (told, marks) if len(found) > 1 else (told,)
    fixed: tuple[Value[Any], ...] = (rule.codes,)
    if code is None:
        missing = rule.facts if not stands else f"{rule.facts}.{rule.by}"
        return of_none(measure, rule.none, fixed, missing, words)
    if rule.confirm is not None and asks:
        return unknown(measure, fixed, reasons.TO_BE_CONFIRMED, rule.confirm, words)
    fixed += () if wanted is None else (wanted,)
    named = frozenset().union(*(one.value for one in rule.to.values()))
    if wanted is not None and not any(proven) and any(row[0] not in named for row in proofs):
        missing = f"{rule.proof_facts}.{rule.proof_by}"
        return unknown(measure, fixed, reasons.CODE_NOT_NAMED, missing, words)
    met = wanted is None or any(proven)
    points = measure.maximum.value if met else ZERO
    return Weighed(Span(points, points), fixed, words)


def _no_open_case(measure: Measure, rule: NoOpenCase, found: Found, as_of: date) -> Weighed:  # noqa: ARG001
    cases, *endings = found
    ended = {row[0] for rows in endings for row in rows}
    marks = tuple((row[0] not in ended, "CLOSED" if row[0] in ended else "OPEN") for row in cases)
    roots = {row[0] for row in cases}
    closing = [tuple((row[0] in roots, "CLOSES") for row in rows) for rows in endings]
    points = ZERO if any(is_open for is_open, _ in marks) else measure.maximum.value
    fixed = (rule.closed_by,) if cases else ()
    return Weighed(Span(points, points), fixed, (marks, *closing))


CAREER: Mapping[type[Gathered], Callable[[Measure, Any, Found, date], Weighed]] = {
    Conversion: _conversion,
    Accrued: _accrued,
    Ladder: _ladder,
    AtStep: _at_step,
    NoOpenCase: _no_open_case,
}
