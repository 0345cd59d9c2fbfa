"""Differences and series as JSON: the objects of docs/command-line.md, keys in its order.

Points are exact decimal text; days and instants as everywhere. Where a way leads backward, numbers
and both ends of each cause are turned round, so that causes read in the order asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledger.canonical import decimal_text, instant_text
from ledger.domain.facts import Fact
from projections.answer import Answer, Status
from projections.differences.advise import Advice, Proposal
from projections.differences.compare import Cause, Difference
from projections.differences.compare_people import Counts, GroupDifference, Outcomes, Part
from projections.differences.lines import Reading, Sums, fields_of, kinds_of
from projections.differences.people_states import GroupSide
from projections.differences.series import Point
from projections.differences.units_why import UnitDifference, UnitMonth
from projections.differences.walk import Move, Stage
from projections.plans.plan import Measure, Plan, Span, Sum
from projections.subject import EMPLOYMENT, LEFT, POSITION, REGISTERED, STANDING

_SIDE = (
    *("as_of", "position", "known_at", "decree", "enacted", "status", "total", "band", "range"),
    *("position_kind", "unit", "hypothetical", "why", "digest"),
)
_SERVICE = {
    REGISTERED: ("employment",),
    EMPLOYMENT: ("employment",),
    LEFT: ("reason",),
    STANDING: ("standing",),
    POSITION: ("assignment", "kind"),
}

Reads = Mapping[str, frozenset[str]]


def reads_of(*plans: Plan) -> Reads:
    """The open fields of a fact that plans read, by kind: all that is shown of it."""
    found = {kind: frozenset(fields) for kind, fields in _SERVICE.items()}
    for measure in (measure for plan in plans for measure in _lowest(plan.measures)):
        for kind in kinds_of(measure.rule):
            found[kind] = found.get(kind, frozenset()) | fields_of(measure.rule)
    return found


def _lowest(measures: Sequence[Measure]) -> Iterator[Measure]:
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _lowest(one.rule.measures)
        else:
            yield one


def of_difference(found: Difference) -> dict[str, Any]:
    """Why two answers about one person differ."""
    reads = reads_of(found.before.plan, found.after.plan)
    ordered = reversed(found.causes) if found.backward else found.causes
    return {
        **of_pair(found.before, found.after),
        "classes": [
            {"class": name.value, "points": decimal_text(points)}
            for name, points in found.by_class().items()
        ],
        "causes": [of_cause(one, reads, backward=found.backward) for one in ordered],
        "without_effect": [
            {"class": one.cause_class.value, "what": one.what.value, **_facts(one, reads)}
            for one in found.idle
        ],
    }


def of_pair(before: Answer | None, after: Answer) -> dict[str, Any]:
    """Two answers about one person side by side, with what differs and no causes; `before` is None
    where no rules are in force.
    """
    sides = [None if one is None else one.as_json(with_facts=False) for one in (before, after)]
    first, last = (None if one is None else {key: one[key] for key in _SIDE} for one in sides)
    return {
        "instrument": after.plan.instrument,
        "subject": after.subject,
        "from": first,
        "to": last,
        "difference": None if before is None else _text(_less(after.total, before.total)),
        "measures": list(_rows(before, after)),
    }


def _rows(before: Answer | None, after: Answer) -> Iterator[dict[str, Any]]:
    """Each measure of either answer at both; one that the post held does not have counts 0."""
    asked = (before, after)
    sides = [{} if one is None else dict(_measures(one.measures, "")) for one in asked]
    for path in dict.fromkeys((*sides[0], *sides[1])):
        points = [_at(path, side, one) for side, one in zip(sides, asked, strict=True)]
        yield {
            "measure": path,
            "from": _text(points[0]),
            "to": _text(points[1]),
            "difference": _text(_less(points[1], points[0])),
        }


def _measures(measures: Sequence[Any], above: str) -> Iterator[tuple[str, Decimal | None]]:
    for one in measures:
        yield f"{above}{one.name}", one.points
        yield from _measures(one.measures, f"{above}{one.name}/")


def _at(path: str, side: Mapping[str, Decimal | None], answer: Answer | None) -> Decimal | None:
    if answer is None or path in side:
        return side.get(path)
    known = answer.status is not Status.NOT_APPLICABLE and answer.position_kind is not None
    return Decimal(0) if known else None


def of_cause(cause: Cause, reads: Reads, *, backward: bool) -> dict[str, Any]:
    """One cause: what happened to what, and what it does to the answer."""
    step = cause.step
    before, after = (step.after, step.before) if backward else (step.before, step.after)
    sums = (step.sums[1], step.sums[0]) if backward else step.sums
    points = step.points
    return {
        "class": cause.cause_class.value,
        "what": cause.what.value,
        **_facts(cause, reads),
        "post": _change(before.post.kind, after.post.kind, told=step.key.stage is Stage.POSITION),
        "rules": _change(before.plan.decree, after.plan.decree, told=step.key.stage is Stage.RULES),
        "status": _change(sums[0].status.value, sums[1].status.value),
        "points": _text(-points if points is not None and backward else points),
        "measures": [_move(move, backward=backward) for move in step.moves],
    }


def _facts(cause: Cause, reads: Reads) -> dict[str, Any]:
    """The fact as it is, or was when it went; and as it was before, where both are known."""
    fact = cause.new or cause.old
    corrected = cause.old if cause.new is not None and cause.old != cause.new else None
    return {
        "fact": None if fact is None else of_fact(fact, reads),
        "was": None if corrected is None else of_fact(corrected, reads),
    }


def of_fact(fact: Fact, reads: Reads) -> dict[str, Any]:
    """A fact with those of its fields that the rules read."""
    wanted = reads.get(fact.kind, frozenset())
    return {
        "kind": fact.kind,
        "root": fact.root,
        "position": fact.position,
        "effective_on": fact.effective_on.isoformat(),
        "until": None if fact.until is None else fact.until.isoformat(),
        "recorded_at": instant_text(fact.recorded_at),
        "reads": {name: fact.fields[name] for name in sorted(wanted & fact.fields.keys())},
    }


def _change(before: str | None, after: str | None, *, told: bool = False) -> dict[str, Any] | None:
    return {"from": before, "to": after} if told or before != after else None


def _move(move: Move, *, backward: bool) -> dict[str, Any]:
    before, after = (move.after, move.before) if backward else (move.before, move.after)
    points = move.points
    return {
        "measure": move.path,
        "from": _points(before),
        "to": _points(after),
        "from_range": _bounds(before),
        "to_range": _bounds(after),
        "points": _text(-points if points is not None and backward else points),
    }


def _points(shown: Reading | None) -> str | None:
    return None if shown is None else _text(shown.points)


def _bounds(shown: Reading | None) -> dict[str, str] | None:
    """Bounds where they say more than the points."""
    if shown is None or shown.reach.low == shown.reach.high:
        return None
    return _range(shown.reach)


def _range(span: Span | None) -> dict[str, str] | None:
    if span is None:
        return None
    return {"from": decimal_text(span.low), "to": decimal_text(span.high)}


def _less(points: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if points is None or before is None else points - before


def _text(points: Decimal | None) -> str | None:
    return None if points is None else decimal_text(points)


def of_group(found: GroupDifference) -> dict[str, Any]:
    """Why the sum and the mean of a group differ."""
    before, after = found.counts
    return {
        "instrument": found.before.plan.instrument,
        "from": group_side(found.before, before),
        "to": group_side(found.after, after),
        "difference": {
            "sum": _text(_less(after.total, before.total)),
            "mean": _text(found.mean),
        },
        "causes": [_part(part) for part in found.parts],
        "outcomes": _outcomes(found.outcomes),
    }


def _outcomes(found: Outcomes | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"from": dict(found.before), "to": dict(found.after), "moved": found.moved}


def group_side(side: GroupSide, counts: Counts) -> dict[str, Any]:
    """One coordinate of a group, with its counts."""
    asked = side.question
    return {
        "as_of": asked.as_of.isoformat(),
        "position": asked.position,
        "known_at": instant_text(asked.known_at),
        "decree": side.plan.decree,
        "enacted": side.enacted,
        "hypothetical": asked.hypothetical(),
        **of_counts(counts),
    }


def of_counts(counts: Counts) -> dict[str, Any]:
    """How many people, and what those measured come to."""
    return {
        "people": counts.people,
        "measured": counts.measured,
        "not_computable": counts.not_computable,
        "not_applicable": counts.not_applicable,
        "sum": _text(counts.total),
        "mean": _text(counts.mean),
    }


def of_unit_difference(found: UnitDifference) -> dict[str, Any]:
    """Why two answers about one unit differ, by class."""
    known = found.total is not None
    return {
        **of_pair(found.before, found.after),
        "classes": [
            {
                "class": step.cause.value,
                "points": decimal_text(sum(step.points.values(), Decimal(0))) if known else None,
                "status": _change(*step.status),
                "measures": [
                    {"measure": path, "points": decimal_text(points)}
                    for path, points in step.points.items()
                ],
            }
            for step in found.classes
        ],
    }


def of_unit_month(month: UnitMonth) -> dict[str, Any]:
    """A unit's answer on one day of a series."""
    answer = month.answer
    return {
        "on": month.on.isoformat(),
        "decree": month.rules.plan.decree,
        "enacted": month.rules.enacted,
        "status": answer.status.value,
        "total": _text(answer.total),
        "band": answer.band,
        "range": _range(answer.span),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "class": part.cause.value,
        "people": part.people,
        "sum": decimal_text(part.points),
        "mean": _text(part.mean),
        "measures": [
            {"measure": path, "sum": decimal_text(points)} for path, points in part.measures.items()
        ],
    }


def of_point(point: Point, before: Sums | None, reads: Reads) -> dict[str, Any]:
    """One day of a series: the score from then on, and what changed it."""
    sums = point.sums
    why = point.state.why
    return {
        "on": point.on.isoformat(),
        "decree": point.rules.plan.decree,
        "enacted": point.rules.enacted,
        "position_kind": point.state.post.kind,
        "status": sums.status.value,
        "why": None if why is None else why.code,
        "total": _text(sums.total),
        "band": sums.band,
        "range": _range(sums.span),
        "difference": _text(_less(sums.total, None if before is None else before.total)),
        "measures": [
            {"measure": path, "points": _points(point.state.shown(path))}
            for path in point.state.readings
            if path
        ],
        "causes": [of_cause(one, reads, backward=False) for one in point.causes],
    }


def of_series(points: Sequence[Point]) -> list[dict[str, Any]]:
    """The days of a series, the first one included."""
    reads = reads_of(*{id(one.rules.plan): one.rules.plan for one in points}.values())
    befores = [None, *(one.sums for one in points)]
    return [of_point(one, before, reads) for one, before in zip(points, befores, strict=False)]


def of_advice(advice: Advice) -> dict[str, Any]:
    """What would raise one person's score; `hypothetical` is never null."""
    answer = advice.side.answer
    reads = reads_of(answer.plan)
    told = answer.as_json(with_facts=False)
    highest = advice.highest
    return {
        "instrument": answer.plan.instrument,
        "subject": answer.subject,
        "hypothetical": {"advice": True} | (told["hypothetical"] or {}),
        "answer": {key: told[key] for key in _SIDE},
        "highest": {
            "status": highest.status.value,
            "total": _text(highest.total),
            "band": highest.band,
            "range": _range(highest.span),
        },
        "proposals": [_proposal(one, reads) for one in advice.proposals],
    }


def _proposal(one: Proposal, reads: Reads) -> dict[str, Any]:
    wanted = reads.get(one.kind, frozenset())
    sums, result = one.sums, one.then.result
    return {
        "measure": one.path,
        "do": one.do.value,
        "fact": one.kind,
        "fields": {name: one.fields[name] for name in sorted(wanted & one.fields.keys())},
        "about": None if one.about is None else of_fact(one.about, reads),
        "counts_from": one.counts_from.isoformat(),
        "points": {"from": _text(one.now.points), "to": _text(one.then.points)},
        "range": {"from": _bounds(one.now), "to": _bounds(one.then)},
        "gain": _text(one.gain),
        "total": None if sums is None else _text(sums.total),
        "band": None if sums is None else sums.band,
        "cite": None if result is None else result.cite,
        "mark": None if result is None else result.mark.value,
    }
