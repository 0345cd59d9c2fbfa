"""What a decision rests on: its question asked of the ledger, and asked again.

Computed from events, one person after the other, never from the facts table. Answers are taken as
the facts give them, without what a penetapan says of them, so that one decision never moves the
basis of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.decision import Draft
from ledger.domain.decision_candidates import Candidate
from ledger.domain.facts import History
from ledger.domain.rulebook import Rulebook
from ledger.errors import LedgerError, Misuse, PersonUnknown
from ledger.proofs import merkle
from ledger.vocabulary_agency import DecisionKind, TieRule
from projections.answer import ENGINE, Answer
from projections.asking import enacted, inquiry
from projections.asking.inquiry import Ask, Asked
from projections.decisions.dossier import Dossier, dossier


class DecisionOnForecast(LedgerError):
    """The legal day of the question has not come."""

    code = "decision_on_a_forecast"


@dataclass(frozen=True, slots=True)
class Who:
    """About whom a question asks: those listed, else the members of a unit with all below it on
    the day, else everybody registered by then.
    """

    unit: UUID | None = None
    listed: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """A decision's question with its answer.

    Attributes:
        asked: the question under the instrument that ranks. required: the same under each further
            instrument. texts: name -> SHA-256 of every text that took part.
    """

    asked: Asked
    required: dict[str, Asked]
    texts: dict[str, str]
    dossier: Dossier


def basis(
    ledger: Ledger,
    ask: Ask,
    who: Who,
    *,
    requirements: Sequence[str] = (),
    tie_rule: TieRule = TieRule.SHARED,
    today: date,
    now: datetime,
) -> Basis:
    """Ask the question of a decision.

    Raises:
        DecisionOnForecast. PersonUnknown: somebody listed was not on record then.
        Misuse: a further instrument is the one that ranks, or asks for no requirements.
        What `inquiry.resolve` raises.
    """
    asked = inquiry.resolve(ledger, ask, today=today, now=now)
    if asked.question.forecast:
        raise DecisionOnForecast(
            f"{asked.question.as_of.isoformat()} has not come; a decision rests on what is, not on"
            " a forecast.",
            next_step="Ask with --as-of today or before.",
        )
    on, position = asked.question.as_of, asked.question.position
    book = ledger.rulebook(position)
    required = {}
    for name in dict.fromkeys(requirements):
        further = Ask(name, as_of=on, position=position)
        required[name] = inquiry.resolve(ledger, further, today=today, now=now)
        if inquiry.measures_units(required[name]) is not inquiry.measures_units(asked):
            raise Misuse(
                f"{ask.instrument} and {name} do not measure the same: one people, one units.",
                next_step="Name with --require instruments of the same.",
            )
        if name == ask.instrument or required[name].plan.outcomes is None:
            raise Misuse(
                f"{name} ranks already." if name == ask.instrument else f"{name} has no outcomes.",
                next_step="Name with --require other instruments that ask for requirements.",
            )
    texts: dict[str, str] = {}
    for name in (ask.instrument, *required):
        _texts(book, name, on, texts)
    every = [asked, *required.values()]
    rows = list(_answers(ledger, [_unofficial(one) for one in every], who))
    others = {
        name: {row[0].subject: row[place] for row in rows}
        for place, name in enumerate(required, start=1)
    }
    return Basis(asked, required, texts, dossier([row[0] for row in rows], others, tie_rule))


def _unofficial(asked: Asked) -> Asked:
    """A question whose answers say nothing of what a penetapan made of them."""
    return replace(asked, question=replace(asked.question, official=None))


def _texts(book: Rulebook, name: str, on: date, found: dict[str, str]) -> None:
    """The text of an instrument and of all that it reads, by name; a missing one is left out."""
    text = enacted.text_on(book, name, on)
    if text is not None and name not in found:
        found[name] = text.sha256
        for other in enacted.read_by(enacted.plan_of(text)):
            _texts(book, other, on, found)


def _answers(ledger: Ledger, asked: Sequence[Asked], who: Who) -> Iterator[tuple[Answer, ...]]:
    """The answers of those asked about, in order of subject: of each under every instrument, so
    that his stream is read once. Members of a unit are chosen by the first instrument.
    """
    first, below = asked[0], None
    if who.unit is not None and who.listed is None:
        below = {one.hex for one in first.units.subtree(who.unit, first.question.as_of)}
    if any(inquiry.measures_units(one) for one in asked):
        return _one_by_one(ledger, asked, who, below)
    return _together(asked, _people(ledger, first, who), below)


def _together(
    asked: Sequence[Asked], people: Iterator[tuple[UUID, History]], below: set[str] | None
) -> Iterator[tuple[Answer, ...]]:
    first, further = asked[0], asked[1:]
    for stream, facts in people:
        answer = inquiry.traced(first, facts, stream)
        if _inside(answer, below):
            yield (answer, *(inquiry.traced(one, facts, stream) for one in further))


def _inside(answer: Answer, below: set[str] | None) -> bool:
    return below is None or answer.unit in below


def _people(ledger: Ledger, asked: Asked, who: Who) -> Iterator[tuple[UUID, History]]:
    """Everybody on record, or those listed, with their facts, in order of subject."""
    if who.listed is None:
        yield from inquiry.registered(ledger, asked)
        return
    for stream in _listed(ledger, asked, who.listed):
        yield stream, inquiry.facts_of(ledger, stream, asked.question.position)


def _listed(ledger: Ledger, asked: Asked, listed: Sequence[UUID]) -> Iterator[UUID]:
    for stream in sorted(set(listed), key=lambda one: one.hex):
        if not inquiry.is_known(ledger, asked, stream):
            raise PersonUnknown(
                "Somebody named was not on record at that position.",
                next_step="Ask at a later one, or leave him out.",
            )
        yield stream


def _one_by_one(
    ledger: Ledger, asked: Sequence[Asked], who: Who, below: set[str] | None
) -> Iterator[tuple[Answer, ...]]:
    """The same where an instrument measures units: their answers rest on other streams too."""
    every: list[dict[str, Answer]] = []
    for one in asked:
        if who.listed is None:
            answers = inquiry.everybody_traced(ledger, one)
        else:
            streams = _listed(ledger, one, who.listed)
            answers = (inquiry.one(ledger, one, stream) for stream in streams)
        every.append({answer.subject: answer for answer in answers})
    for subject, answer in every[0].items():
        if _inside(answer, below):
            yield (answer, *(other[subject] for other in every[1:]))


def draft_of(
    ledger: Ledger,
    ident: str,
    kind: DecisionKind,
    ask: Ask,
    who: Who,
    *,
    requirements: Sequence[str] = (),
    tie_rule: TieRule = TieRule.SHARED,
    chosen: Sequence[str] | None = None,
    today: date,
    now: datetime,
) -> Draft:
    """A draft on what is known at this moment: everything recorded up to the head of the log."""
    head = ledger.store.head()
    found = basis(
        ledger,
        replace(ask, position=head.position),
        who,
        requirements=requirements,
        tie_rule=tie_rule,
        today=today,
        now=now,
    )
    question = found.asked.question
    return Draft(
        id=ident,
        kind=kind,
        instrument=found.asked.plan.instrument,
        as_of=question.as_of,
        basis_position=question.position,
        known_at=question.known_at,
        instruments=found.texts,
        answer_digest=found.dossier.digest,
        candidates=found.dossier.candidates,
        engine=ENGINE,
        number=len(found.dossier.candidates),
        tie_rule=tie_rule,
        requirements=tuple(found.required),
        unit=None if who.unit is None else who.unit.hex,
        listed=who.listed is not None,
        checkpoint=f"{head.position} {merkle.root(head.frontier, head.position).hex()}",
        chosen=None if chosen is None else tuple(dict.fromkeys(chosen)),
    )


def again(
    ledger: Ledger, draft: Draft, *, position: int | None, today: date, now: datetime
) -> Basis:
    """The question of a draft at a position, the head when None, under the rules in force there."""
    listed = tuple(UUID(one.subject) for one in draft.candidates) if draft.listed else None
    unit = None if draft.unit is None else UUID(draft.unit)
    ask = Ask(draft.instrument, as_of=draft.as_of, position=position)
    return basis(
        ledger,
        ask,
        Who(unit, listed),
        requirements=draft.requirements,
        tie_rule=draft.tie_rule,
        today=max(today, draft.as_of),
        now=now,
    )


def of_subject(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Candidates by subject."""
    return {one.subject: one for one in candidates}
