"""Who cannot be answered by columns alone: few people, answered one by one from their own facts.

These are people with a contested fact, because what is contested shows in the answer by position;
with facts that a question leaves out; and with an amount that has more digits than integers hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from projections.answer import Answer
from projections.cohorts.people import FIELDS, UNIT_FIELDS, People, surroundings
from projections.cohorts.view import View
from projections.cohorts.worst import MATTER_FIELDS, SANCTION_FIELDS
from projections.plans.members import Tallies
from projections.plans.plan import (
    AnyOf,
    Best,
    Extra,
    Latest,
    Measure,
    Plan,
    Sum,
    Total,
    UnitPopulation,
    Worst,
)
from projections.question import Question
from projections.table.columns import SUBJECT, Storage, layout
from projections.table.tables import wide
from projections.tracing.members import empty
from projections.tracing.trace import trace

_PERIOD = ("from", "to")


def rare(plan: Plan, view: View, question: Question) -> pl.Series:
    """The subjects that are answered one by one."""
    found = set(view.frame.disputed(view.position))
    for stream, _ in question.without:
        subject = view.frame.streams.find(stream)
        if subject is not None and subject < view.frame.subjects:
            found.add(subject)
    for kind, fields in fields_read(plan).items():
        amounts = [one for one in fields if layout()[kind][one].storage is Storage.AMOUNT]
        if amounts:
            table = view.table(kind, fields)
            for name in table.wide & frozenset(amounts):
                rows = table.rows.filter(pl.col(wide(name)).is_not_null())
                found.update(rows[SUBJECT].unique().to_list())
    return pl.Series(SUBJECT, sorted(found), dtype=pl.UInt32)


def traced(
    plan: Plan,
    view: View,
    question: Question,
    subjects: Sequence[int],
    *,
    people: People,
    enacted: int | None,
) -> dict[int, Answer]:
    """The answers of some of these people or units, from their facts in the table."""
    if not subjects:
        return {}
    hexes = view.frame.streams.hexes

    def tallies(subject: int) -> Tallies:
        unit = hexes[subject]
        return lambda rule: people.tallies(rule, frozenset((unit,))).get(unit, empty(rule))

    facts = view.frame.histories(subjects, position=view.position, fields=fields_read(plan))
    around = surroundings(view)
    return {
        subject: trace(
            plan,
            facts[subject],
            question,
            subject=hexes[subject],
            surroundings=around,
            enacted=enacted,
            tallies=tallies(subject),
        )
        for subject in subjects
    }


def fields_read(plan: Plan) -> dict[str, frozenset[str]]:
    """Every field that an answer under a plan may depend on, by kind of fact."""
    found = dict(UNIT_FIELDS if isinstance(plan.population, UnitPopulation) else FIELDS)
    _add(found, MATTER_FIELDS if _has_sanctions(plan.measures) else {})
    for measure in plan.measures:
        _add(found, _fields_of(measure))
    return found


def _add(found: dict[str, frozenset[str]], more: Mapping[str, frozenset[str]]) -> None:
    for kind, fields in more.items():
        found[kind] = found.get(kind, frozenset()) | fields


def _has_sanctions(measures: Sequence[Measure]) -> bool:
    return any(
        _has_sanctions(one.rule.measures)
        if isinstance(one.rule, Sum)
        else isinstance(one.rule, Worst)
        for one in measures
    )


def _fields_of(measure: Measure) -> dict[str, frozenset[str]]:
    rule = measure.rule
    if isinstance(rule, Sum):
        found: dict[str, frozenset[str]] = {}
        for part in rule.measures:
            _add(found, _fields_of(part))
        return found
    if isinstance(rule, Extra):
        return dict(rule.reads)
    if isinstance(rule, Worst):
        return {rule.facts: SANCTION_FIELDS | {rule.by}}
    fields = {one.field for one in rule.where}
    if isinstance(rule, Best):
        fields.add(rule.by)
    elif isinstance(rule, AnyOf):
        fields.update(() if rule.match is None else (rule.match.field,))
    elif isinstance(rule, Total):
        fields.add(rule.field)
    elif isinstance(rule, Latest):
        fields.update((*_PERIOD, *rule.by, rule.state_field, rule.score_field))
    return {rule.facts: frozenset(fields)}
