"""A plan that reads other instruments, joined to the texts of them that are in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE
from projections.cohorts.rare import fields_read
from projections.plans.extra import Score
from projections.plans.members import Members, Pattern, Statistic
from projections.plans.plan import Measure, Plan, Sum
from projections.tracing.members import band_names

Find = Callable[[str], Plan | None]


class InstrumentsInCircle(LedgerError):
    """Instruments that read each other's scores, so that none could be computed first."""

    code = "instruments_in_circle"


class MeasureUnknown(LedgerError):
    """A measure or band that the instrument read from does not have."""

    code = "measure_unknown"


class SubjectMismatch(LedgerError):
    """An instrument that reads another which measures something else, or gives no number."""

    code = "instrument_subject_mismatch"


def bind(plan: Plan, find: Find) -> Plan:
    """The plan with each instrument that it reads; one that is not in force stays unbound.

    Raises:
        InstrumentsInCircle: naming the way round. MeasureUnknown: naming what is there.
        SubjectMismatch: `score` reads what measures other subjects, or `members` what does not
        measure people.
    """
    known: dict[str, Plan | None] = {}

    def once(name: str) -> Plan | None:
        if name not in known:
            known[name] = find(name)
        return known[name]

    return _bound(plan, once, ())


def _bound(plan: Plan, find: Find, above: tuple[str, ...]) -> Plan:
    way = (*above, plan.instrument)
    if plan.instrument in above:
        raise InstrumentsInCircle(
            f"Instruments read each other in a circle: {' -> '.join(way)}.",
            next_step="Let one of them read facts instead of a score.",
        )
    measures = tuple(_measure(one, find, way, plan.subject) for one in plan.measures)
    # What rests on an instrument that a later text replaces rests on the older text, too.
    later = dict.fromkeys((*plan.later, *_later(measures)))
    return replace(plan, measures=measures, later=tuple(later))


def _later(measures: Sequence[Measure]) -> Iterator[tuple[date, str]]:
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _later(one.rule.measures)
        elif isinstance(one.rule, Score) and one.rule.bound is not None:
            yield from one.rule.bound.later


def _measure(measure: Measure, find: Find, way: tuple[str, ...], subject: str) -> Measure:
    rule = measure.rule
    if isinstance(rule, Sum):
        parts = tuple(_measure(one, find, way, subject) for one in rule.measures)
        return replace(measure, rule=Sum(parts))
    if isinstance(rule, Pattern):
        counted = _measure(replace(measure, rule=rule.members), find, way, subject).rule
        if isinstance(counted, Members):
            rule = replace(rule, members=counted)
        return replace(measure, rule=rule)
    if not isinstance(rule, Score | Members):
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
    if isinstance(rule, Members):
        return replace(measure, rule=_of_people(measure, rule, other))
    if other.subject != subject:
        raise SubjectMismatch(
            f"{measure.at} reads {other.instrument}, which measures {other.subject} and not"
            f" {subject}.",
            next_step="Let a unit read its people's answers with rule: members.",
        )
    return replace(measure, rule=replace(rule, bound=other, fields=fields_read(other)))


def _of_people(measure: Measure, rule: Members, other: Plan) -> Members:
    """The rule with the plan its people are asked under, cut down to one measure where named."""
    if other.subject != EMPLOYEE:
        raise SubjectMismatch(
            f"{measure.at} reads {other.instrument}, which measures {other.subject}, not people.",
            next_step="Name an instrument whose subject is employee.",
        )
    if other.outcomes is not None and rule.statistic.value is Statistic.MEAN:
        raise SubjectMismatch(
            f"{measure.at} asks for the mean of {other.instrument}, which gives no number.",
            next_step="Ask for statistic: share of one of its outcomes.",
        )
    words = () if rule.bands is None else sorted(rule.bands.value - set(band_names(other)))
    if words:
        raise MeasureUnknown(
            f"{measure.at} counts {words[0]} of {other.instrument}, which has no such band.",
            next_step="It has: " + ", ".join(band_names(other)) + ".",
        )
    if rule.part is not None:
        parts = tuple(one for one in other.measures if one.name == rule.part)
        other = replace(other, measures=parts, maximum=parts[0].maximum)
    return replace(rule, bound=other)
