"""What the rules of `plan_extra` mean for everybody at once.

The facts of each source are found in columns and their distinct values numbered; each distinct list
of numbers is weighed once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ledger.errors import ProgramError
from projections.answer import MeasureResult
from projections.cohort_people import WHY, People
from projections.cohort_view import Outcomes, View, outcome, outcomes
from projections.columns import EFF_FROM, EFF_UNTIL, NO_END, SUBJECT, day_of_number, layout
from projections.columns import ROOT as ROOT_COLUMN
from projections.plan import Extra, Held, Measure
from projections.plan_extra import ON, ROOT, UNTIL, Gathered, HeldPost, Source
from projections.subject import POSITION
from projections.tables import field_value
from projections.trace_extra import source_values
from projections.weighing import held_post, weigh

_CODE = "code"
# What a fact says of itself, by its column in the facts table.
_OWN = {ON: EFF_FROM, UNTIL: EFF_UNTIL, ROOT: ROOT_COLUMN}
_Row = tuple[Any, ...]
_Lists = dict[int, tuple[int, ...]]


def extra(measure: Measure, rule: Extra, view: View, people: People) -> Outcomes:
    """The outcome of everybody's facts, each distinct list of them weighed once."""
    if isinstance(rule, HeldPost):
        return _by_post(measure, rule, people.kinds)
    if not isinstance(rule, Gathered):
        raise ProgramError(f"{measure.name}: a rule without sources")
    measured = people.frame.filter(pl.col(WHY).is_null())[SUBJECT]
    found = [_lists(source, view, measured) for source in rule.sources]
    subjects = sorted(set().union(*(lists for lists, _ in found)))
    keys: dict[tuple[tuple[int, ...], ...], int] = {}
    places = [
        keys.setdefault(tuple(lists.get(subject, ()) for lists, _ in found), len(keys))
        for subject in subjects
    ]
    combinations = list(keys)
    values = [rows for _, rows in found]

    def make(key: int) -> MeasureResult:
        return _weighed(measure, rule, view, combinations[key], values)

    return outcomes(
        view,
        pl.Series(subjects, dtype=pl.UInt32),
        pl.Series(places, dtype=pl.Int64),
        make,
        otherwise=_weighed(measure, rule, view, tuple(() for _ in found), values),
    )


def _by_post(measure: Measure, rule: HeldPost, kinds: pl.Series) -> Outcomes:
    """One outcome for each kind of post, and a last one for whoever has none that is known."""
    choices = layout()[POSITION]["kind"].choices
    places = kinds.to_physical().cast(pl.UInt32).fill_null(len(choices))
    found = [held_post(measure, rule, kind) for kind in (*choices, None)]
    return Outcomes(
        places,
        [outcome(measure, span=one.span, parameters=one.parameters, why=one.why) for one in found],
    )


def _lists(source: Source, view: View, measured: pl.Series) -> tuple[_Lists, Sequence[_Row]]:
    """By subject the numbers of his facts in order; and what each number stands for.

    Only of those who are measured: nobody asks what the facts of the others come to.
    """
    fields = list(source.fields)
    columns = [_OWN.get(key, key) for key in source.keys]
    masks = () if isinstance(source.window, Held) else view.in_window(source.window)
    rows = view.rows(
        source.kind,
        columns,
        *masks,
        where=source.where,
        covering=isinstance(source.window, Held),
    )
    rows = rows.filter(pl.col(SUBJECT).is_in(measured.implode()))
    distinct = rows.select(columns).unique(maintain_order=True).with_row_index(_CODE)
    coded = rows.join(distinct, on=columns, how="left", nulls_equal=True, maintain_order="left")
    grouped = coded.group_by(SUBJECT, maintain_order=True).agg(pl.col(_CODE))
    lists = {
        subject: tuple(codes)
        for subject, codes in zip(grouped[SUBJECT], grouped[_CODE].to_list(), strict=True)
    }
    shapes, scales = layout()[source.kind], view.table(source.kind, fields).scales
    values = [
        tuple(
            _own(key, row) if key in _OWN else field_value(shapes[key], row, scales)
            for key in source.keys
        )
        for row in distinct.iter_rows(named=True)
    ]
    return lists, values


def _own(key: str, row: Mapping[str, Any]) -> object:
    """What `Fact` says of itself: its legal day, its end or None, its root."""
    stored = row[_OWN[key]]
    if key == ROOT:
        return stored
    return None if stored == NO_END else day_of_number(stored)


def _weighed(
    measure: Measure,
    rule: Gathered,
    view: View,
    codes: tuple[tuple[int, ...], ...],
    values: Sequence[Sequence[_Row]],
) -> MeasureResult:
    found = [[rows[code] for code in here] for here, rows in zip(codes, values, strict=True)]
    weighed = weigh(measure, rule, found, view.as_of)
    return outcome(
        measure,
        span=weighed.span,
        parameters=[*source_values(rule), *weighed.parameters],
        limits=weighed.limits,
        why=weighed.why,
    )
