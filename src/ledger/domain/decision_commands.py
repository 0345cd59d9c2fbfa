"""What may be done with a decision: draft, recommend, issue, revoke. Pure.

Who drafted never recommends, issues, or revokes what another issued: the draft is the proposal and
the issue its confirmation by a second person (ADR 0021). The same command again gives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from ledger.canonical import instant_text
from ledger.domain.decision import Decision, Decisions, Draft
from ledger.domain.decision_candidates import against_ranking, in_events
from ledger.domain.decision_streams import firsts_of
from ledger.domain.proposals import SecondPersonNeeded
from ledger.errors import LedgerError, invariant
from ledger.events.base import Encoded, encode
from ledger.events.oversight import (
    DecisionDrafted,
    DecisionIssued,
    DecisionRecommended,
    DecisionRevoked,
    MadeOfficial,
)
from ledger.vocabulary_agency import DecisionKind, RecommendingBody

_NAMED_MAX = 5


class DecisionKnown(LedgerError):
    """The id stands for another question or choice."""

    code = "decision_already_drafted"


class DecisionClosed(LedgerError):
    """The decision was issued or revoked before."""

    code = "decision_closed"


class CandidateOutsideQuestion(LedgerError):
    """Somebody is chosen about whom the question did not ask."""

    code = "candidate_outside_question"


class ChoiceRefused(LedgerError):
    """Nobody is chosen where somebody must be, or somebody where nobody can be."""

    code = "choice_refused"


class ReasonsNeeded(LedgerError):
    """A choice that goes another way than ranking or recommendation gives no reasons."""

    code = "reasons_needed"


def decide_draft(
    state: Decisions, draft: Draft, *, reasons: str | None = None
) -> tuple[Encoded, ...]:
    """The draft with its candidates; nothing where the same was drafted before.

    Raises:
        DecisionKnown: the id stands for something else.
        ChoiceRefused: nobody can be chosen from nobody; a penetapan chooses nobody.
        CandidateOutsideQuestion.
        ReasonsNeeded: the choice goes against the ranking.
    """
    draft = replace(draft, reasoned=reasons is not None)
    known = state.by_id.get(draft.id)
    if known is not None:
        if known.draft.asks() == draft.asks():
            return ()
        raise DecisionKnown(
            f"{draft.id} was drafted at position {known.drafted.position} with another question,"
            " choice or tie rule.",
            next_step="A draft is never changed: withdraw it and give a new one another --id.",
        )
    if not draft.candidates:
        raise ChoiceRefused(
            "The question is about nobody, so there is nothing to decide.",
            next_step="Check the day, the unit or the people named.",
        )
    if draft.chosen is not None:
        _check_choice(draft, draft.chosen)
        if reasons is None and against_ranking(draft.candidates, draft.chosen):
            raise _reasons_needed("The choice goes against the ranking or a requirement")
    return (encode(_drafted(draft, reasons)), *in_events(draft.id, draft.candidates))


def _drafted(draft: Draft, reasons: str | None) -> DecisionDrafted:
    return DecisionDrafted(
        id=draft.id,
        kind=draft.kind,
        instrument=draft.instrument,
        requirements=draft.requirements,
        unit=None if draft.unit is None else UUID(draft.unit),
        listed=draft.listed,
        as_of=draft.as_of,
        basis_position=draft.basis_position,
        known_at=instant_text(draft.known_at),
        checkpoint=draft.checkpoint,
        instruments=dict(draft.instruments),
        answer_digest=draft.answer_digest,
        candidates=len(draft.candidates),
        parts=tuple(UUID(one) for one in firsts_of([each.subject for each in draft.candidates])),
        chosen=_ids(draft.chosen),
        tie_rule=draft.tie_rule,
        engine=draft.engine,
        reasons=reasons,
    )


def decide_recommend(
    state: Decisions,
    ident: str,
    *,
    body: RecommendingBody,
    in_favour: bool,
    actor: str,
    reasons: str | None = None,
) -> tuple[Encoded, ...]:
    """The recommendation; nothing where this body's last word was the same.

    Raises:
        DecisionUnknown, DecisionClosed, SecondPersonNeeded.
    """
    one = state.named(ident)
    _check_other(one, actor, "recommend")
    _check_open(one)
    own = [step for step in one.recommended if step.body is body]
    if own and (own[-1].in_favour, own[-1].reasoned) == (in_favour, reasons is not None):
        return ()
    said = DecisionRecommended(id=ident, body=body, in_favour=in_favour, reasons=reasons)
    return (encode(said),)


def decide_issue(
    state: Decisions,
    ident: str,
    *,
    number: str,
    decided_on: date,
    actor: str,
    chosen: Sequence[str] | None = None,
    reasons: str | None = None,
) -> tuple[Encoded, ...]:
    """The issue; nothing where it was issued so before.

    Raises:
        DecisionUnknown, DecisionClosed, SecondPersonNeeded, CandidateOutsideQuestion.
        ChoiceRefused: neither draft nor issue chooses anybody, or a penetapan does.
        ReasonsNeeded: against the ranking, or without or against a recommendation.
    """
    one = state.named(ident)
    _check_other(one, actor, "issue")
    draft = one.draft
    differs = chosen is not None and set(chosen) != set(draft.chosen or ())
    own = tuple(dict.fromkeys(chosen)) if differs and chosen is not None else None
    if one.issued is not None and one.revoked is None:
        was = one.issued
        if (was.number, was.decided_on, was.chosen and set(was.chosen)) == (
            number,
            decided_on,
            own and set(own),
        ):
            return ()
    _check_open(one)
    if own is not None:
        _check_choice(draft, own)
    whom = draft.chosen if own is None else own
    if whom is None and draft.kind is not DecisionKind.PENETAPAN:
        raise ChoiceRefused(
            "Neither the draft nor the issue says who is chosen.",
            next_step="Name them with --choose.",
        )
    against = whom is not None and against_ranking(draft.candidates, whom)
    if reasons is None and own is not None and against:
        raise _reasons_needed("The choice goes against the ranking or a requirement")
    if reasons is None and (not one.recommends() or (own is not None and draft.chosen is not None)):
        raise _reasons_needed("It is issued without, or against, a recommendation")
    issued = DecisionIssued(
        id=ident,
        number=number,
        decided_on=decided_on,
        chosen=_ids(own),
        against_ranking=against,
        reasons=reasons,
    )
    if draft.kind is not DecisionKind.PENETAPAN:
        return (encode(issued),)
    official = MadeOfficial(decision=ident, instrument=draft.instrument, as_of=draft.as_of)
    return (encode(issued), encode(official))


def decide_revoke(
    state: Decisions,
    ident: str,
    *,
    decided_on: date,
    actor: str,
    number: str | None = None,
    reasons: str | None = None,
) -> tuple[Encoded, ...]:
    """The revocation of what was issued, or the withdrawal of a draft; nothing where it was so
    revoked before.

    Raises:
        DecisionUnknown, DecisionClosed.
        SecondPersonNeeded: who drafted it would revoke what another issued.
        ReasonsNeeded: what was issued is revoked without saying why.
    """
    one = state.named(ident)
    if one.issued is not None:
        _check_other(one, actor, "revoke")
    if one.revoked is not None:
        if (one.revoked.number, one.revoked.decided_on) == (number, decided_on):
            return ()
        raise _closed(one)
    if one.issued is not None and reasons is None:
        raise _reasons_needed("What was issued is revoked")
    gone = DecisionRevoked(id=ident, number=number, decided_on=decided_on, reasons=reasons)
    return (encode(gone),)


def _ids(people: Sequence[str] | None) -> tuple[UUID, ...] | None:
    return None if people is None else tuple(UUID(one) for one in people)


def _check_choice(draft: Draft, chosen: Sequence[str]) -> None:
    if draft.kind is DecisionKind.PENETAPAN or not chosen:
        raise ChoiceRefused(
            "A penetapan sets the answers of all who were asked about and chooses nobody."
            if chosen
            else "The choice names nobody.",
            next_step="Leave --choose out." if chosen else "Name somebody with --choose.",
        )
    candidates = {one.subject for one in draft.candidates}
    outside = [one for one in dict.fromkeys(chosen) if one not in candidates]
    if outside:
        more = "" if len(outside) <= _NAMED_MAX else " …"
        raise CandidateOutsideQuestion(
            f"{len(outside)} of the {len(set(chosen))} chosen are not among the"
            f" {len(candidates)} candidates of {draft.id}, because its question did not ask about"
            f" them: {', '.join(outside[:_NAMED_MAX])}{more}.",
            next_step="Choose among the candidates, or draft on a question that asks about them:"
            " name them, their unit, or everybody.",
            outside=outside,
        )


def _check_other(one: Decision, actor: str, verb: str) -> None:
    """An account is one person in any spelling of upper and lower case."""
    if one.drafted.actor.casefold() == actor.casefold():
        raise SecondPersonNeeded(
            f"{one.draft.id} was drafted by {one.drafted.actor}, who cannot {verb} it too: nobody"
            " decides on his own draft.",
            next_step="Let a second person do it: --actor says who acts.",
        )


def _check_open(one: Decision) -> None:
    if one.issued is not None or one.revoked is not None:
        raise _closed(one)


def _closed(one: Decision) -> DecisionClosed:
    last = one.revoked or one.issued
    invariant(last is not None, "an open decision is called closed")
    where = "" if last is None else f" at position {last.position}"
    return DecisionClosed(
        f"{one.draft.id} was {one.state}{where}; that is never done over.",
        next_step="Draft a new decision under another --id if one is wanted.",
    )


def _reasons_needed(what: str) -> ReasonsNeeded:
    return ReasonsNeeded(f"{what}, and no reasons are given.", next_step="Say why with --reasons.")
