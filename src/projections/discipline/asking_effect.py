"""What a case, or any fact, does to a person's scores: with it, without it, and reduced.

Every instrument in force on a day answers three times at one coordinate: as recorded, as if the
facts had not been, and, of a sanction, as if it were of each lower level. Nothing is stored;
whatever is not as recorded carries its stamp and no digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.domain.case import SANCTION
from ledger.domain.facts import Fact, History
from ledger.domain.rulebook import NoRulesInForce
from ledger.domain.sanction import FILINGS, LADDER, RULING, effects
from projections.answer import Answer
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.differences import whatif
from projections.plans.plan import UnitPopulation
from projections.question import asked_position
from projections.tracing.trace import trace

LEVEL = "level"
Resolve = Callable[[Ask], Asked]


@dataclass(frozen=True, slots=True)
class Reduced:
    """A sanction as if it were of a lower level, and the person's facts as they would be then."""

    root: int
    level: str
    facts: History


def effect(
    ledger: Ledger,
    stream: UUID,
    roots: Sequence[int],
    ask: Ask,
    *,
    today: date,
    now: datetime,
    resolve: Resolve | None = None,
) -> dict[str, Any]:
    """All instruments side by side, as JSON; `hypothetical` is never null.

    Args:
        roots: the facts in question, at least one. ask: day and knowledge; its instrument is not
            read. resolve: places a question in the log, where somebody remembers answers to that.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused: as for a score.
    """
    place = resolve or partial(inquiry.resolve, ledger, today=today, now=now)
    found = list(_in_force(ledger, ask, place, now=now))
    position, known_at = _coordinate(ledger, ask, now)
    facts = inquiry.facts_of(ledger, stream, position)
    known = [fact for fact in (facts.root(root) for root in roots) if fact is not None]
    lower = [one for fact in known if fact.kind == SANCTION for one in reductions(facts, fact)]
    left_out = tuple((stream.hex, root) for root in roots)
    return {
        "hypothetical": {
            "without": [f"{owner}/{root}" for owner, root in left_out],
            "reduced": [_reduction(stream, one) for one in lower],
        },
        "subject": stream.hex,
        "as_of": (ask.as_of or today).isoformat(),
        "position": position,
        "known_at": instant_text(known_at),
        "facts": [_fact(stream, fact) for fact in known],
        "instruments": [_side_by_side(one, facts, stream, left_out, lower) for one in found],
    }


def reductions(facts: History, sanction: Fact) -> list[Reduced]:
    """A sanction of each lower level, the lightest first; rulings on it bring no heavier one."""
    level = sanction.fields[LEVEL]
    if level not in LADDER:
        return []
    return [
        Reduced(sanction.root, one, _lowered(facts, sanction, one))
        for one in LADDER[: LADDER.index(level)]
    ]


def _lowered(facts: History, sanction: Fact, level: str) -> History:
    (found,) = effects(
        [sanction],
        filings=[one for kind in FILINGS for one in facts.known(kind)],
        rulings=facts.known(RULING),
        late_filing_suspends=False,
    )
    touched = {sanction.root, *(one.root for one in found.matters if one.kind == RULING)}
    kept = {
        kind: [_at_most(fact, level) if fact.root in touched else fact for fact in known]
        for kind, known in facts.facts.items()
    }
    return History(kept, facts.disputed, facts.position)


def _at_most(fact: Fact, level: str) -> Fact:
    stated = fact.fields.get(LEVEL)
    if stated not in LADDER or LADDER.index(stated) <= LADDER.index(level):
        return fact
    return replace(fact, fields={**fact.fields, LEVEL: level})


def _in_force(ledger: Ledger, ask: Ask, place: Resolve, *, now: datetime) -> Iterator[Asked]:
    """The question under every instrument about people that is in force on the day."""
    position, _ = _coordinate(ledger, ask, now)
    for name in ledger.rulebook(position).names():
        try:
            asked = place(replace(ask, instrument=name))
        except NoRulesInForce:
            continue
        if not isinstance(asked.plan.population, UnitPopulation):
            yield asked


def _coordinate(ledger: Ledger, ask: Ask, now: datetime) -> tuple[int, datetime]:
    return asked_position(
        inquiry.log_of(ledger), position=ask.position, known_at=ask.known_at, now=now
    )


def _side_by_side(
    asked: Asked,
    facts: History,
    stream: UUID,
    left_out: tuple[tuple[str, int], ...],
    lower: Sequence[Reduced],
) -> dict[str, Any]:
    recorded = _answer(asked, facts, stream)
    gone = replace(asked, question=whatif.without(asked.question, left_out))
    without = _answer(gone, facts, stream)
    reduced = [
        {"hypothetical": _reduction(stream, one), **_side(_answer(asked, one.facts, stream))}
        for one in lower
    ]
    sides = [_side(without), *({key: one[key] for key in _SIDE} for one in reduced)]
    return {
        "instrument": asked.plan.instrument,
        "decree": asked.plan.decree,
        "enacted": asked.enacted,
        "recorded": {**_side(recorded), "digest": recorded.as_json()["digest"]},
        "without": {"hypothetical": gone.question.hypothetical(), **_side(without)},
        "reduced": reduced,
        "moves": any(one != _side(recorded) for one in sides),
    }


_SIDE = ("status", "total", "band", "range")


def _side(answer: Answer) -> dict[str, Any]:
    shown = answer.as_json(with_facts=False)
    return {key: shown[key] for key in _SIDE}


def _answer(asked: Asked, facts: History, stream: UUID) -> Answer:
    return trace(
        asked.plan,
        facts,
        asked.question,
        subject=stream.hex,
        surroundings=asked.surroundings,
        enacted=asked.enacted,
    )


def _reduction(stream: UUID, one: Reduced) -> dict[str, str]:
    return {"fact": f"{stream.hex}/{one.root}", "level": one.level}


def _fact(stream: UUID, fact: Fact) -> dict[str, Any]:
    return {
        "fact": f"{stream.hex}/{fact.root}",
        "kind": fact.kind,
        "effective_on": fact.effective_on.isoformat(),
        "position": fact.position,
    }
