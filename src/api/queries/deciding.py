"""What is done with decisions by somebody with a role: drafted, recommended, issued, revoked.

Whoever acts must reach everybody whom the decision is about. Nobody acts on a decision that he is
a candidate of, but a penetapan of a unit or of everybody: it chooses nobody, and sets what the
rules gave. That two people act is for the ledger to see to (`ledger.domain.decision_commands`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from api.access.policy import Action
from api.intake import collecting
from api.queries import decisions
from api.queries.sight import Sight, sight
from api.queries.stating import Author, NotYours
from ledger.commands import decision_desk
from ledger.domain import decision_commands as commands
from ledger.domain.decision import Decision, Draft
from ledger.errors import BadValue, Misuse, PersonUnknown
from ledger.fields import IDENT, read_sealed_text
from ledger.records import Outcome
from ledger.vocabulary_agency import DecisionKind, RecommendingBody, TieRule
from projections.asking.inquiry import Ask
from projections.decisions import basis
from projections.decisions.basis import Who

Acted = tuple[Decision, Outcome]


@dataclass(frozen=True, slots=True)
class Wish:
    """A decision to be drafted.

    Attributes:
        people: those asked about; else `unit`, with all below it; else everybody.
        as_of: legal day of the question, by default today. chosen: ids of people or units.
    """

    ident: str
    kind: DecisionKind
    instrument: str
    as_of: date | None = None
    people: tuple[UUID, ...] | None = None
    unit: UUID | None = None
    requirements: tuple[str, ...] = ()
    chosen: tuple[UUID, ...] | None = None
    tie_rule: TieRule = TieRule.SHARED
    reasons: str | None = None


def draft(author: Author, wish: Wish) -> Acted:
    """Pin a question, what is known now, and the candidates in their order.

    Raises:
        NotYours, PersonUnknown, DecisionKnown, ChoiceRefused, CandidateOutsideQuestion,
        ReasonsNeeded; and what asking the question raises.
    """
    desk = author.desk
    reach = _reach(author, Action.DRAFT_DECISION, whole=_of_all(wish.kind, wish.people is not None))
    _check_asked(wish, reach)
    with collecting.rarely():
        made = basis.draft_of(
            desk.ledger,
            _ident(wish.ident, "id"),
            wish.kind,
            Ask(wish.instrument, as_of=wish.as_of or desk.today()),
            Who(wish.unit, wish.people),
            requirements=wish.requirements,
            tie_rule=wish.tie_rule,
            chosen=None if wish.chosen is None else [one.hex for one in wish.chosen],
            today=desk.today(),
            now=desk.now(),
        )
    _check_draft(author, made, reach)
    why = _reasons(wish.reasons)
    return decision_desk.decide(
        desk.ledger,
        made.id,
        lambda state: commands.decide_draft(state, made, reasons=why),
        actor=author.reader.account,
    )


def _check_asked(wish: Wish, reach: Sight) -> None:
    """Raises NotYours, PersonUnknown: before anything is worked out."""
    if wish.people is not None:
        if not all(reach.sees(one.hex) for one in wish.people):
            raise PersonUnknown(
                "Somebody named is no person here, or is out of the reach of your roles.",
                next_step="Check the ids; nobody decides about himself.",
            )
    elif (wish.unit is not None and not reach.sees_unit(wish.unit.hex)) or (
        wish.unit is None and not reach.everything
    ):
        raise _not_yours()


def _check_draft(author: Author, made: Draft, reach: Sight) -> None:
    if not all(decisions.sees(author.desk, one.subject, reach) for one in made.candidates):
        raise _not_yours()


def recommend(
    author: Author,
    found: Decision,
    *,
    body: RecommendingBody,
    in_favour: bool,
    reasons: str | None = None,
) -> Acted:
    """What Tim Penilai Kinerja or a panel says to a draft.

    Raises:
        NotYours, DecisionClosed, SecondPersonNeeded.
    """
    _check(author, found, Action.RECOMMEND_DECISION)
    ident, who, why = found.draft.id, author.reader.account, _reasons(reasons)
    return decision_desk.decide(
        author.desk.ledger,
        ident,
        lambda state: commands.decide_recommend(
            state, ident, body=body, in_favour=in_favour, actor=who, reasons=why
        ),
        actor=who,
    )


def issue(
    author: Author,
    found: Decision,
    *,
    number: str,
    decided_on: date,
    chosen: Sequence[UUID] | None = None,
    reasons: str | None = None,
) -> Acted:
    """Issue a decision that somebody else drafted.

    Raises:
        NotYours, Misuse, DecisionClosed, SecondPersonNeeded, ChoiceRefused,
        CandidateOutsideQuestion, ReasonsNeeded.
    """
    _check(author, found, Action.ISSUE_DECISION)
    ident, who, why = found.draft.id, author.reader.account, _reasons(reasons)
    decree = _ident(number, "number")
    choice = None if chosen is None else [one.hex for one in chosen]
    return decision_desk.decide(
        author.desk.ledger,
        ident,
        lambda state: commands.decide_issue(
            state,
            ident,
            number=decree,
            decided_on=decided_on,
            actor=who,
            chosen=choice,
            reasons=why,
        ),
        actor=who,
    )


def revoke(
    author: Author,
    found: Decision,
    *,
    decided_on: date,
    number: str | None = None,
    reasons: str | None = None,
) -> Acted:
    """Revoke what was issued; whoever drafted it may withdraw his own draft.

    Raises:
        NotYours, Misuse, DecisionClosed, SecondPersonNeeded, ReasonsNeeded.
    """
    who, why = author.reader.account, _reasons(reasons)
    own = found.issued is None and found.drafted.actor.casefold() == who.casefold()
    _check(author, found, Action.DRAFT_DECISION if own else Action.REVOKE_DECISION)
    ident, decree = found.draft.id, None if number is None else _ident(number, "number")
    return decision_desk.decide(
        author.desk.ledger,
        ident,
        lambda state: commands.decide_revoke(
            state, ident, decided_on=decided_on, actor=who, number=decree, reasons=why
        ),
        actor=who,
    )


def may(author: Author, found: Decision, action: Action) -> bool:
    """Whether somebody reaches everybody whom a decision is about, and is none of them."""
    whole = _of_all(found.draft.kind, found.draft.listed)
    return decisions.reaches_all(author.desk, found, _reach(author, action, whole=whole))


def drafted_by(author: Author, found: Decision) -> bool:
    """Whether somebody drafted it himself, in any spelling of upper and lower case."""
    return found.drafted.actor.casefold() == author.reader.account.casefold()


def _of_all(kind: DecisionKind, listed: bool) -> bool:  # noqa: FBT001 - private
    return kind is DecisionKind.PENETAPAN and not listed


def _reach(author: Author, action: Action, *, whole: bool) -> Sight:
    found = sight(author.desk, author.standing, author.reader, action)
    return replace(found, but=None) if whole else found


def _check(author: Author, found: Decision, action: Action) -> None:
    if not may(author, found, action):
        raise _not_yours()


def _not_yours() -> NotYours:
    return NotYours(
        "Your roles do not reach everybody whom this decision is about, or you are one of them.",
        next_step="Let somebody with the right over all of them do it.",
    )


def _reasons(text: str | None) -> str | None:
    try:
        return None if text is None else read_sealed_text(text)
    except BadValue as fault:
        raise Misuse(f"reasons: {fault.message}", next_step=fault.next_step) from None


def _ident(text: str, name: str) -> str:
    try:
        found: str = IDENT.read(text)
    except BadValue as fault:
        raise Misuse(f"{name}: {fault.message}", next_step=fault.next_step) from None
    return found
