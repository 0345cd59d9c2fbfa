"""A plan that reads other instruments, joined to the texts of them that are in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from ledger.errors import LedgerError
from projections.cohort_rare import fields_read
from projections.plan import Measure, Plan, Sum
from projections.plan_extra import Score

Find = Callable[[str], Plan | None]


class InstrumentsInCircle(LedgerError):
    """Instruments that read each other's scores, so that none could be computed first."""

    code = "instruments_in_circle"


class MeasureUnknown(LedgerError):
    """A measure that the instrument read from does not have."""

    code = "measure_unknown"


def bind(plan: Plan, find: Find) -> Plan:
    """The plan with each instrument that it reads; one that is not in force stays unbound.

    Raises:
        InstrumentsInCircle: naming the way round. MeasureUnknown: naming what is there.
    """
    return _bound(plan, find, ())


def _bound(plan: Plan, find: Find, above: tuple[str, ...]) -> Plan:
    way = (*above, plan.instrument)
    if plan.instrument in above:
        raise InstrumentsInCircle(
            f"Instruments read each other in a circle: {' -> '.join(way)}.",
            next_step="Let one of them read facts instead of a score.",
        )
    measures = tuple(_measure(one, find, way) for one in plan.measures)
    # What rests on an instrument that a later text replaces rests on the older text, too.
    later = dict.fromkeys((*plan.later, *_later(measures)))
    return replace(plan, measures=measures, later=tuple(later))


def _later(measures: Sequence[Measure]) -> Iterator[tuple[date, str]]:
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _later(one.rule.measures)
        elif isinstance(one.rule, Score) and one.rule.bound is not None:
            yield from one.rule.bound.later


def _measure(measure: Measure, find: Find, way: tuple[str, ...]) -> Measure:
    rule = measure.rule
    if isinstance(rule, Sum):
        parts = tuple(_measure(one, find, way) for one in rule.measures)
        return replace(measure, rule=Sum(parts))
    if not isinstance(rule, Score):
        return measure
    other = find(rule.instrument.value)
    if other is None:
        return measure
    other = _bound(other, find, way)
    known = [one.name for one in other.measures]
    if rule.part is not None and rule.part not in known:
        raise MeasureUnknown(
            f"{measure.at} reads {rule.part} of {other.instrument}, which has no such measure.",
            next_step="It has: " + ", ".join(known) + ".",
        )
    return replace(measure, rule=replace(rule, bound=other, fields=fields_read(other)))
