"""Other rules or other facts: what they would do to one person and to everybody. Never stored.

Both sides stand at the same legal day and position; the rules differ, or facts are left out. The
question of the second side carries the hypothesis, so that every answer made from it is stamped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from ledger.canonical import decimal_text
from ledger.errors import invariant
from projections.answer import Answer, Status
from projections.cohorts.cohort import BAND, STATUS, TOTAL
from projections.differences.causes_json import group_side, of_pair
from projections.differences.compare_people import Counts, band_counts, counts_of, mean_of
from projections.differences.people_states import MEASURED, MEMBER, GroupSide, PeopleState, ends
from projections.plans.plan import Plan
from projections.question import Question
from projections.table.columns import SUBJECT
from projections.table.frame import Frame

DRAFT = "draft: "  # before the decree of a text that is enacted nowhere
_AFTER = "_after"


@dataclass(frozen=True, slots=True)
class Moved:
    """One person whose band or status would be another; None where it is not known."""

    stream: str
    status: tuple[str | None, str | None]
    total: tuple[Decimal | None, Decimal | None]
    band: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a hypothesis would do to a population.

    Attributes:
        before, after: the two sides; None where no rules are in force.
        counts: how many are measured, and their sum, before and after.
        bands: how many stand in each band, lowest first, before and after.
        statuses: how many answers have each status, before and after.
        raised, lowered, unmoved: of those with a total on both sides.
        change: the sum of what they would gain and lose, in points.
        gained, lost: who is measured only afterwards, only before.
        rebanded: of those measured on both sides, in another band.
        moved: whoever changes band or status, ordered by stream.
        changed: the streams of all whose total, band or status would be another.
    """

    before: GroupSide | None
    after: GroupSide | None
    counts: tuple[Counts, Counts]
    bands: tuple[Mapping[str, int], Mapping[str, int]]
    statuses: tuple[Mapping[str, int], Mapping[str, int]]
    raised: int
    lowered: int
    unmoved: int
    change: Decimal
    gained: int
    lost: int
    rebanded: int
    moved: Sequence[Moved]
    changed: Sequence[str]

    @property
    def mean_change(self) -> Decimal | None:
        """What those whose total would be another gain on average; None if there are none."""
        return mean_of(self.change, self.raised + self.lowered)


def under_draft(asked: Question, draft: Plan, changes: Sequence[str] = ()) -> Question:
    """The same question under a text that is not enacted; its answers say so.

    `changes` are those made in an enacted text, as `measures.x.max=25`.
    """
    with_changes = f" with {', '.join(changes)}" if changes else ""
    return replace(asked, rules=f"{DRAFT}{draft.decree}{with_changes}")


def without(asked: Question, facts: Sequence[tuple[str, int]]) -> Question:
    """The same question as if facts had not been: (stream hex, root version)."""
    return replace(asked, without=tuple(facts))


def person(before: Answer | None, after: Answer) -> dict[str, Any]:
    """What a hypothesis would do to one person, as JSON; `hypothetical` is never null.

    `after` answers the same question under another text or without some facts. `before` is None
    where no text of that name is in force.
    """
    _check(None if before is None else before.question, after.question)
    found = of_pair(before, after)
    return {"hypothetical": after.question.hypothetical(), **found}


def _check(asked: Question | None, supposed: Question) -> None:
    invariant(
        asked is None or (asked.as_of, asked.position) == (supposed.as_of, supposed.position),
        "a hypothesis stands at the coordinate of what it is compared with",
    )
    invariant(
        supposed.rules is not None or bool(supposed.without), "a hypothesis without its stamp"
    )


def population(frame: Frame, before: GroupSide | None, after: GroupSide) -> Effect:
    """What another text, or facts left out, would do to everybody or to the members of units.

    Args:
        frame: the facts table at the position asked about or beyond.
        before: as it is; None where no text of that name is in force.
        after: the hypothesis: a plan with `under_draft`, or a question with `without`.
    """
    _check(None if before is None else before.question, after.question)
    return effect(frame, before, after)


def effect(frame: Frame, before: GroupSide | None, after: GroupSide | None) -> Effect:
    """How the answers of two sides at one coordinate differ; one side may have no rules at all."""
    sides = _pair(frame, before, after)
    first, last = (one.rows.filter(MEMBER) for one in sides)
    both = first.join(last, on=SUBJECT, how="inner", suffix=_AFTER, maintain_order="left")
    change = both[TOTAL + _AFTER] - both[TOTAL]
    told = [both[name].is_in(MEASURED).fill_null(value=False) for name in (STATUS, STATUS + _AFTER)]
    other_band = both[BAND].ne_missing(both[BAND + _AFTER])
    moved = other_band | _grade(both[STATUS]).ne_missing(_grade(both[STATUS + _AFTER]))
    changed = moved | both[TOTAL].ne_missing(both[TOTAL + _AFTER])
    return Effect(
        before,
        after,
        (counts_of(sides[0]), counts_of(sides[1])),
        (_bands(before, first), _bands(after, last)),
        (_statuses(first), _statuses(last)),
        raised=int((change > 0).sum()),
        lowered=int((change < 0).sum()),
        unmoved=int((change == 0).sum()),
        change=sides[0].points(change),
        gained=int((~told[0] & told[1]).sum()),
        lost=int((told[0] & ~told[1]).sum()),
        rebanded=int((told[0] & told[1] & other_band).sum()),
        moved=list(_moved(both.filter(moved), sides[0], frame)),
        changed=[frame.streams.hexes[one] for one in both[SUBJECT].filter(changed)],
    )


def _pair(
    frame: Frame, before: GroupSide | None, after: GroupSide | None
) -> tuple[PeopleState, PeopleState]:
    """Both sides on one scale; a side without rules has the same people and nothing about them."""
    first, last = before or after, after or before
    invariant(first is not None and last is not None, "neither side has rules")
    if first is None or last is None:
        raise TypeError
    found = ends(frame, first, last)
    return (
        found[0] if before is not None else _blank(found[0]),
        found[1] if after is not None else _blank(found[1]),
    )


def _blank(state: PeopleState) -> PeopleState:
    nothing = [pl.lit(None, state.rows.schema[name]).alias(name) for name in (STATUS, TOTAL, BAND)]
    return replace(state, rows=state.rows.with_columns(nothing))


def _bands(side: GroupSide | None, rows: pl.DataFrame) -> dict[str, int]:
    return {} if side is None else band_counts(side.plan, rows)


def _statuses(rows: pl.DataFrame) -> dict[str, int]:
    found = dict(rows[STATUS].drop_nulls().value_counts().iter_rows())
    return {status.value: int(found.get(status.value, 0)) for status in Status}


def _grade(status: pl.Series) -> pl.Series:
    """A mark that only weakens is no move of its own."""
    return status.replace(Status.PROVISIONAL.value, Status.COMPLETE.value)


def _moved(rows: pl.DataFrame, state: PeopleState, frame: Frame) -> Iterator[Moved]:
    names = (SUBJECT, STATUS, STATUS + _AFTER, TOTAL, TOTAL + _AFTER, BAND, BAND + _AFTER)
    for subject, status, then, total, later, band, after in rows.select(names).iter_rows():
        totals = _exact(total, state.scale), _exact(later, state.scale)
        yield Moved(frame.streams.hexes[subject], (status, then), totals, (band, after))


def _exact(number: int | None, scale: int) -> Decimal | None:
    return None if number is None else Decimal(number).scaleb(-scale)


def as_json(found: Effect) -> dict[str, Any]:
    """The object of the public contract, keys in its order; `hypothetical` is never null."""
    side = found.after or found.before
    invariant(side is not None, "neither side has rules")
    return {
        "instrument": None if side is None else side.plan.instrument,
        "hypothetical": None if found.after is None else found.after.question.hypothetical(),
        "from": _side(found, 0),
        "to": _side(found, 1),
        **counts_json(found),
        "moved": [
            {
                "subject": one.stream,
                "status": {"from": one.status[0], "to": one.status[1]},
                "total": {"from": _text(one.total[0]), "to": _text(one.total[1])},
                "band": {"from": one.band[0], "to": one.band[1]},
            }
            for one in found.moved
        ],
    }


def counts_json(found: Effect) -> dict[str, Any]:
    """How many people would move, and by how much on average."""
    return {
        "raised": found.raised,
        "lowered": found.lowered,
        "unmoved": found.unmoved,
        "mean_change": _text(found.mean_change),
        "became_computable": found.gained,
        "no_longer_computable": found.lost,
        "other_band": found.rebanded,
    }


def _side(found: Effect, place: int) -> dict[str, Any] | None:
    side = (found.before, found.after)[place]
    if side is None:
        return None
    spread = {"bands": found.bands[place], "statuses": found.statuses[place]}
    return {**group_side(side, found.counts[place]), **spread}


def _text(points: Decimal | None) -> str | None:
    return None if points is None else decimal_text(points)
