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

from ledger import merkle
from ledger.application import Ledger
from ledger.decision import Draft
from ledger.decision_candidates import Candidate
from ledger.errors import LedgerError, Misuse, PersonUnknown
from ledger.rulebook import Rulebook
from ledger.vocabulary_agency import DecisionKind, TieRule
from projections.answer import ENGINE, Answer
from projections.asking import enacted, inquiry
from projections.asking.inquiry import Ask, Asked
from projections.decisions.dossier import Dossier, by_subject, dossier


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
        if name == ask.instrument or required[name].plan.outcomes is None:
            raise Misuse(
                f"{name} ranks already." if name == ask.instrument else f"{name} has no outcomes.",
                next_step="Name with --require other instruments that ask for requirements.",
            )
    texts: dict[str, str] = {}
    for name in (ask.instrument, *required):
        _texts(book, name, on, texts)
    answers = list(_answers(ledger, asked, who))
    people = {one.subject for one in answers}
    others = {
        name: by_subject(_answers(ledger, further, _those(who)), people.__contains__)
        for name, further in required.items()
    }
    return Basis(asked, required, texts, dossier(answers, others, tie_rule))


def _those(who: Who) -> Who:
    """The same people under another instrument; members of a unit are chosen by the first one."""
    return Who(listed=who.listed)


def _texts(book: Rulebook, name: str, on: date, found: dict[str, str]) -> None:
    """The text of an instrument and of all that it reads, by name; a missing one is left out."""
    text = enacted.text_on(book, name, on)
    if text is not None and name not in found:
        found[name] = text.sha256
        for other in enacted.read_by(enacted.plan_of(text)):
            _texts(book, other, on, found)


def _answers(ledger: Ledger, asked: Asked, who: Who) -> Iterator[Answer]:
    """The answers of those asked about, in order of subject, as the facts give them."""
    asked = replace(asked, question=replace(asked.question, official=None))
    if who.listed is not None:
        for stream in sorted(set(who.listed), key=lambda one: one.hex):
            if not inquiry.is_known(ledger, asked, stream):
                raise PersonUnknown(
                    "Somebody named was not on record at that position.",
                    next_step="Ask at a later one, or leave him out.",
                )
            yield inquiry.one(ledger, asked, stream)
        return
    below = None
    if who.unit is not None:
        subtree = asked.units.subtree(who.unit, asked.question.as_of)
        below = {one.hex for one in subtree}
    for answer in inquiry.everybody_traced(ledger, asked):
        if below is None or answer.unit in below:
            yield answer


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
