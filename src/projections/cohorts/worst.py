"""What `worst` means for everybody at once: the heaviest sanction that took effect in the window.

Few people have a sanction and very few of them objections, appeals or rulings. Plain sanctions are
read from columns, each distinct list of levels once; whoever has a matter is worked out one by one
by `ledger.domain.sanction`, as in `tracing.worst`, from his facts in the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from ledger.domain.facts import History
from ledger.domain.sanction import FILINGS, RULING
from projections.answer import MeasureResult
from projections.cohorts.view import Outcomes, View, outcome, outcomes
from projections.plans.plan import Held, Measure, Span, Worst, bounds
from projections.plans.words import Since
from projections.subject import Post
from projections.table.columns import EFF_FROM, EFF_UNTIL, SUBJECT, day_number
from projections.tracing.case import Case, window_values
from projections.tracing.worst import worst as worst_of_one

MATTER_FIELDS: Mapping[str, frozenset[str]] = {
    **{kind: frozenset({"target", "filed_on"}) for kind in FILINGS},
    RULING: frozenset({"of", "outcome", "level", "final"}),
}
SANCTION_FIELDS = frozenset({"level", "case"})
_COUNTS, _IGNORED = "counts", "ignored"
_NO_POST = Post(None, None, (), None)


def worst(measure: Measure, rule: Worst, view: View) -> Outcomes:
    """The fewest points among the sanctions that count; those of `none` where none does."""
    rows = _sanctions(rule, view)
    matters = _with_matters(view, rows[SUBJECT].unique())
    singles = _one_by_one(measure, rule, view, matters.to_list())
    plain = rows.filter(~rows[SUBJECT].is_in(matters.implode()))
    levels = pl.col(rule.by).filter(pl.col(_COUNTS)).cast(pl.String)
    found = plain.group_by(SUBJECT, maintain_order=True).agg(levels, pl.col(_IGNORED).any())
    keys: dict[tuple[tuple[str, ...], bool], int] = {}
    places = [
        keys.setdefault((tuple(listed), ignored), len(keys))
        for listed, ignored in zip(found[rule.by].to_list(), found[_IGNORED], strict=True)
    ]
    results = [_of_levels(measure, rule, listed, ignored=ignored) for listed, ignored in keys]
    places += range(len(results), len(results) + len(singles))
    results += singles
    return outcomes(
        view,
        pl.concat([found[SUBJECT], matters]),
        pl.Series(places, dtype=pl.Int64),
        results.__getitem__,
        otherwise=_of_levels(measure, rule, (), ignored=False),
    )


def _sanctions(rule: Worst, view: View) -> pl.DataFrame:
    """Each known sanction: whether its level counts on the day, and whether it is one to ignore."""
    ignored = pl.col(rule.by).cast(pl.String).is_in(sorted(rule.ignored.value))
    within = pl.all_horizontal(_in_window(rule, view))
    if isinstance(rule.window, Held):
        within &= pl.col(EFF_UNTIL).gt(pl.lit(view.day, pl.Int32))
    rows = view.rows(rule.facts, [rule.by, EFF_FROM, EFF_UNTIL])
    return rows.select(
        SUBJECT, rule.by, ignored.alias(_IGNORED), (within & ~ignored).alias(_COUNTS)
    )


def _in_window(rule: Worst, view: View) -> Sequence[pl.Expr]:
    """Whether a sanction took effect by the day, and the day that `since` says is in the window."""
    after = rule.window.after(view.as_of)
    if rule.since is None or rule.since.value is not Since.END or after is None:
        return view.in_window(rule.window)
    upto = pl.col(EFF_FROM).le(pl.lit(view.day, pl.Int32))
    return (upto, pl.col(EFF_UNTIL).gt(pl.lit(day_number(after), pl.Int32)))


def _with_matters(view: View, sanctioned: pl.Series) -> pl.Series:
    """Those of the sanctioned who have an objection, an appeal or a ruling, of whatever target."""
    found = pl.concat([view.rows(kind, [])[SUBJECT] for kind in MATTER_FIELDS]).unique()
    return found.filter(found.is_in(sanctioned.implode()))


def _one_by_one(
    measure: Measure, rule: Worst, view: View, subjects: Sequence[int]
) -> list[MeasureResult]:
    if not subjects:
        return []
    fields = {rule.facts: SANCTION_FIELDS | {rule.by}, **MATTER_FIELDS}
    found = view.frame.histories(subjects, position=view.position, fields=fields)
    results = []
    for subject in subjects:
        known = found[subject].facts
        seen = {
            kind: [one for one in facts if one.there(view.as_of)] for kind, facts in known.items()
        }
        case = Case(History(seen, {}, view.position), view.as_of, _NO_POST)
        results.append(replace(worst_of_one(measure, rule, case), facts=()))
    return results


def _of_levels(
    measure: Measure, rule: Worst, levels: Sequence[str], *, ignored: bool
) -> MeasureResult:
    """The outcome of the levels in force, in the order of the sanctions."""
    spans = [bounds(rule.points[level]) for level in levels]
    every = [bounds(rule.none), *spans]
    least = Span(min(one.low for one in every), min(one.high for one in every))
    unclear = least.low != least.high
    deciding = [
        rule.points[level]
        for level, span in zip(levels, spans, strict=True)
        if span == least or (unclear and span.low < least.high)
    ]
    fixed = [*window_values(rule.window), *([] if rule.since is None else [rule.since])]
    parameters = [*fixed, *dict.fromkeys(deciding or [rule.none])]
    if ignored:
        parameters.append(rule.ignored)
    return outcome(measure, span=least, parameters=parameters)
