"""Other rules or other facts: what they would do to one person and to everybody. Never stored.

Both sides stand at the same legal day and position; the rules differ, or facts are left out. The
question of the second side carries the hypothesis, so that every answer made from it is stamped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from ledger.canonical import decimal_text
from ledger.errors import invariant
from projections.answer import Answer, Status
from projections.causes_json import group_side, of_pair
from projections.cohort import BAND, STATUS, TOTAL
from projections.columns import SUBJECT
from projections.compare_people import Counts, counts_of
from projections.frame import Frame
from projections.people_states import MEMBER, GroupSide, PeopleState, ends
from projections.plan import Plan
from projections.question import Question

DRAFT = "draft: "  # before the decree of a text that is enacted nowhere
_AFTER = "_after"


@dataclass(frozen=True, slots=True)
class Moved:
    """One person whose band or status would be another; None where it is not known."""

    stream: str
    status: tuple[str, str]
    total: tuple[Decimal | None, Decimal | None]
    band: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a hypothesis would do to a population.

    Attributes:
        counts: how many are measured, and their sum, before and after.
        bands: how many stand in each band, lowest first, before and after.
        raised, lowered, unmoved: of those with a total on both sides.
        moved: whoever changes band or status, ordered by stream.
    """

    before: GroupSide
    after: GroupSide
    counts: tuple[Counts, Counts]
    bands: tuple[Mapping[str, int], Mapping[str, int]]
    raised: int
    lowered: int
    unmoved: int
    moved: Sequence[Moved]


def under_draft(asked: Question, draft: Plan) -> Question:
    """The same question under a text that is not enacted; its answers say so."""
    return replace(asked, rules=f"{DRAFT}{draft.decree}")


def without(asked: Question, facts: Sequence[tuple[str, int]]) -> Question:
    """The same question as if facts had not been: (stream hex, root version)."""
    return replace(asked, without=tuple(facts))


def person(before: Answer, after: Answer) -> dict[str, Any]:
    """What a hypothesis would do to one person, as JSON; `hypothetical` is never null.

    `after` answers the same question under another text or without some facts.
    """
    _check(before.question, after.question)
    found = of_pair(before, after)
    return {"hypothetical": after.question.hypothetical(), **found}


def _check(asked: Question, supposed: Question) -> None:
    invariant(
        (asked.as_of, asked.position) == (supposed.as_of, supposed.position),
        "a hypothesis stands at the coordinate of what it is compared with",
    )
    invariant(
        supposed.rules is not None or bool(supposed.without), "a hypothesis without its stamp"
    )


def population(frame: Frame, before: GroupSide, after: GroupSide) -> Effect:
    """What another text, or facts left out, would do to everybody or to the members of units.

    Args:
        frame: the facts table at the position asked about or beyond.
        before: as it is.
        after: the hypothesis: a plan with `under_draft`, or a question with `without`.
    """
    _check(before.question, after.question)
    sides = ends(frame, before, after)
    first, last = (one.rows.filter(MEMBER) for one in sides)
    both = first.join(last, on=SUBJECT, how="inner", suffix=_AFTER, maintain_order="left")
    change = both[TOTAL + _AFTER] - both[TOTAL]
    return Effect(
        before,
        after,
        (counts_of(sides[0]), counts_of(sides[1])),
        (_bands(before.plan, first), _bands(after.plan, last)),
        raised=int((change > 0).sum()),
        lowered=int((change < 0).sum()),
        unmoved=int((change == 0).sum()),
        moved=list(_moved(both, sides[0], frame)),
    )


def _bands(plan: Plan, rows: pl.DataFrame) -> dict[str, int]:
    """How many stand in each band of a plan, lowest first."""
    found = dict(rows[BAND].drop_nulls().value_counts().iter_rows())
    words = [part.codes.value[0] for part in plan.bands.intervals]
    if plan.outcomes is not None:
        met, not_met, unknown = plan.outcomes
        words = [not_met, unknown, met]
    names = dict.fromkeys(words)
    return {name: int(found.get(name, 0)) for name in names}


def _moved(both: pl.DataFrame, state: PeopleState, frame: Frame) -> list[Moved]:
    """Those whose band or status differs; a mark that only weakens is no move of its own."""
    known = [pl.col(STATUS), pl.col(STATUS + _AFTER)]
    grades = [one.replace(Status.PROVISIONAL.value, Status.COMPLETE.value) for one in known]
    other = pl.col(BAND).ne_missing(pl.col(BAND + _AFTER)) | grades[0].ne(grades[1])
    names = (SUBJECT, STATUS, STATUS + _AFTER, TOTAL, TOTAL + _AFTER, BAND, BAND + _AFTER)
    found = []
    for subject, status, then, total, later, band, after in (
        both.filter(other).select(names).iter_rows()
    ):
        totals = _exact(total, state.scale), _exact(later, state.scale)
        found.append(Moved(frame.streams.hexes[subject], (status, then), totals, (band, after)))
    return found


def _exact(number: int | None, scale: int) -> Decimal | None:
    return None if number is None else Decimal(number).scaleb(-scale)


def as_json(effect: Effect) -> dict[str, Any]:
    """The object of the public contract, keys in its order; `hypothetical` is never null."""
    return {
        "instrument": effect.before.plan.instrument,
        "hypothetical": effect.after.question.hypothetical(),
        "from": {**group_side(effect.before, effect.counts[0]), "bands": effect.bands[0]},
        "to": {**group_side(effect.after, effect.counts[1]), "bands": effect.bands[1]},
        "raised": effect.raised,
        "lowered": effect.lowered,
        "unmoved": effect.unmoved,
        "moved": [
            {
                "subject": one.stream,
                "status": {"from": one.status[0], "to": one.status[1]},
                "total": {"from": _text(one.total[0]), "to": _text(one.total[1])},
                "band": {"from": one.band[0], "to": one.band[1]},
            }
            for one in effect.moved
        ],
    }


def _text(points: Decimal | None) -> str | None:
    return None if points is None else decimal_text(points)
