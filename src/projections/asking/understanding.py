"""What a plan says, in the words of a report: for whoever wrote the text and for whoever reads it.

Nothing is computed; each number is shown as exact text with its mark and its article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from ledger.canonical import decimal_text
from ledger.events.registry import open_fields
from projections.asking.enacted import read_by
from projections.differences.lines import fields_of, kinds_of
from projections.plans.plan import (
    Ever,
    Extra,
    Held,
    Mark,
    Measure,
    Plan,
    Population,
    Rule,
    Span,
    Sum,
    UnitPopulation,
    Value,
    Window,
    values,
)

# Of a rule, what is told elsewhere: measures below it, and what binding to other texts adds.
_NO_FORMULA = frozenset({"measures", "bound", "fields"})


def understood(plan: Plan) -> dict[str, Any]:
    """A text as an object: whom it measures, by what, on which facts, and how sure it is."""
    return {
        "instrument": plan.instrument,
        "title": plan.title,
        "subject": plan.subject,
        "basis": plan.basis.value,
        "decree": plan.decree,
        "in_force_from": plan.in_force_from.isoformat(),
        "population": _population(plan.population),
        "max": decimal_text(plan.maximum.value),
        "measures": list(_measures(plan.measures, "")),
        "bands": None if plan.outcomes else list(_bands(plan)),
        "outcomes": None if plan.outcomes is None else list(plan.outcomes),
        "marks": marks(plan),
        "facts": facts_read(plan),
        "reads": list(read_by(plan)),
        "later_text": [{"from": day.isoformat(), "title": title} for day, title in plan.later],
    }


def _population(found: Population | UnitPopulation) -> dict[str, Any]:
    """Who is measured; None where that is not limited."""
    if isinstance(found, UnitPopulation):
        return {"kind": _limit(found.kinds)}
    return {
        "employment": said(found.employment.value),
        "standing": _limit(found.standing),
        "not_standing": _limit(found.not_standing),
        "position_kind": _limit(found.kinds),
    }


def _limit(found: Value[frozenset[str]] | None) -> list[str] | None:
    return None if found is None else sorted(found.value)


def marks(plan: Plan) -> dict[str, int]:
    """How many parameters have each mark."""
    counted = Counter(one.mark for one in values(plan))
    return {mark.value: counted[mark] for mark in Mark}


def unsure(plan: Plan) -> list[dict[str, Any]]:
    """The parameters that nobody has read in a text, weakest first, in document order."""
    weak = [one for one in values(plan) if one.mark is not Mark.VERIFIED]
    return [
        {"at": one.at, "mark": one.mark.value, "value": said(one.value), "cite": one.cite}
        for one in sorted(weak, key=lambda one: -one.mark.weakness)
    ]


def parameters(plan: Plan) -> list[dict[str, Any]]:
    """Every parameter of a text in document order, each with its mark and its article."""
    return [_sure(one) for one in values(plan)]


def formulas(plan: Plan) -> list[dict[str, Any]]:
    """Each line of the score with its rule in full: {measure, max, formula, cite, mark}, and whom
    it is for. Every parameter in `formula` is {value, mark, cite, at}; a window says its `kind`.
    """
    return list(_formulas(plan.measures, ""))


def _formulas(measures: Sequence[Measure], above: str) -> Iterator[dict[str, Any]]:
    for one in measures:
        yield {
            "measure": f"{above}{one.name}",
            "at": one.at,
            "max": _sure(one.maximum),
            "position_kind": None if one.when is None else said(one.when.value),
            "employment": None if one.employed is None else said(one.employed.value),
            "cite": one.cite,
            "mark": one.mark.value,
            "formula": {"rule": one.rule.NAME, **_parts(one.rule)},
        }
        if isinstance(one.rule, Sum):
            yield from _formulas(one.rule.measures, f"{above}{one.name}/")


def _parts(whole: object) -> dict[str, Any]:
    if not is_dataclass(whole):
        return {}
    named = [one.name for one in fields(whole) if one.name not in _NO_FORMULA]
    return {name: _part(getattr(whole, name)) for name in named}


def _part(value: object) -> Any:
    if isinstance(value, Value):
        return _sure(value)
    if isinstance(value, Held | Ever | Window):
        kind = "held" if isinstance(value, Held) else "ever" if isinstance(value, Ever) else "last"
        return {"kind": kind, **_parts(value)}
    if isinstance(value, Mapping):
        return {str(key): _part(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_part(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    return _parts(value) if is_dataclass(value) else said(value)


def _sure(one: Value[Any]) -> dict[str, Any]:
    return {"value": said(one.value), "mark": one.mark.value, "cite": one.cite, "at": one.at}


def facts_read(plan: Plan) -> dict[str, list[str]]:
    """The kinds of fact that a text needs, with the fields it reads of each."""
    found: dict[str, set[str]] = {}
    for rule in _rules(plan.measures):
        reads: Mapping[str, frozenset[str]] = (
            rule.reads
            if isinstance(rule, Extra)
            else dict.fromkeys(sorted(kinds_of(rule)), fields_of(rule))
        )
        for kind, names in reads.items():
            found.setdefault(kind, set()).update(names & open_fields(kind))
    return {kind: sorted(found[kind]) for kind in sorted(found)}


def _rules(measures: Sequence[Measure]) -> Iterator[Rule]:
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _rules(one.rule.measures)
        else:
            yield one.rule


def _measures(measures: Sequence[Measure], above: str) -> Iterator[dict[str, Any]]:
    for one in measures:
        yield {
            "measure": f"{above}{one.name}",
            "max": decimal_text(one.maximum.value),
            "rule": one.rule.NAME,
            "position_kind": None if one.when is None else said(one.when.value),
            "employment": None if one.employed is None else said(one.employed.value),
            "cite": one.cite,
            "mark": one.mark.value,
        }
        if isinstance(one.rule, Sum):
            yield from _measures(one.rule.measures, f"{above}{one.name}/")


def _bands(plan: Plan) -> Iterator[dict[str, Any]]:
    """The bands, highest first, with the points from which each begins or behind which it does."""
    for part in reversed(plan.bands.intervals):
        yield {
            "band": said(part.codes.value[0] if len(part.codes.value) == 1 else part.codes.value),
            "from": decimal_text(part.low),
            "inside": part.low_inside,
        }


def said(value: object) -> Any:
    """A parameter as JSON: exact text, sorted codes, bounds."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Span):
        return {"from": decimal_text(value.low), "to": decimal_text(value.high)}
    if isinstance(value, frozenset):
        return sorted(said(one) for one in value)
    if isinstance(value, tuple | list):
        return [said(one) for one in value]
    if isinstance(value, Value):
        return said(value.value)
    return value if isinstance(value, int) else str(value)
