"""`decision`: drafted by one, recommended by a body, issued by another, checked by anybody."""

from __future__ import annotations

import sys
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    actor_or_account,
    now,
    opened,
    print_json,
    say,
)
from api.cli.naming import day_option, today
from api.cli.scoring import AsOf, Instrument, Unit
from api.cli.telling_decisions import tell_decision, tell_list, tell_recheck
from api.cli.watched import looking_at
from api.intake import collecting
from api.looks import Looker
from api.naming import person_stream, unit_of
from api.outputs import decisions as shown_as
from ledger.application import Ledger
from ledger.commands import decision_desk as desk
from ledger.domain import decision_commands as commands
from ledger.domain.decision import Decision
from ledger.errors import BadValue, Misuse, PersonUnknown
from ledger.fields import IDENT, read_sealed_text
from ledger.records import Outcome
from ledger.vocabulary_agency import DecisionKind, ReadingPurpose, RecommendingBody, TieRule
from projections.asking.inquiry import Ask
from projections.decisions import basis, recheck
from projections.decisions.basis import Who

Ident = Annotated[str, typer.Argument(help="As `decision list` shows it.", metavar="ID")]
Choose = Annotated[
    list[str] | None, typer.Option("--choose", help="Who is chosen.", metavar="SUBJECT")
]
Reasons = Annotated[str | None, typer.Option("--reasons", help="Why; kept sealed.", metavar="TEXT")]
Number = Annotated[str, typer.Option("--number", help="Of the decree.", metavar="N")]
DecidedOn = Annotated[str, typer.Option("--decided-on", help="The decree's day.", metavar="D")]


def draft_command(
    instrument: Instrument,
    kind: Annotated[DecisionKind, typer.Option("--kind", help="What is decided.")],
    ident: Annotated[str, typer.Option("--id", help="Its own id, once.", metavar="ID")],
    as_of: AsOf = None,
    subjects: Annotated[
        list[str] | None, typer.Argument(help="NIP or id; - reads them from standard input.")
    ] = None,
    unit: Unit = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody registered by then.")] = False,
    require: Annotated[
        list[str] | None,
        typer.Option("--require", help="An instrument of requirements besides.", metavar="I"),
    ] = None,
    choose: Choose = None,
    tie_rule: Annotated[
        TieRule, typer.Option("--tie-rule", help="Who comes first of equal totals.")
    ] = TieRule.SHARED,
    reasons: Reasons = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Draft a decision: pin its question, what is known now, and the candidates in their order."""
    if sum((bool(subjects), unit is not None, everybody)) != 1:
        raise Misuse("Say who is asked about, once.", next_step="Give SUBJECTs, --unit U or --all.")
    who, why, name = actor_or_account(actor), _reasons(reasons), _ident("--id", ident)
    with opened(url, keys) as ledger:
        day = today(ledger) if as_of is None else day_option(as_of)
        asked = Who(
            None if unit is None else unit_of(ledger.units(), unit, day),
            None if not subjects else _people(ledger, subjects),
        )
        with collecting.rarely():
            draft = basis.draft_of(
                ledger,
                name,
                kind,
                Ask(instrument, as_of=day),
                asked,
                requirements=require or (),
                tie_rule=tie_rule,
                chosen=_chosen(ledger, choose),
                today=today(ledger),
                now=now(),
            )
        found, outcome = desk.decide(
            ledger,
            name,
            lambda state: commands.decide_draft(state, draft, reasons=why),
            actor=who,
        )
        _tell(ledger, found, outcome, actor=who, as_json=as_json)


def recommend_command(
    ident: Ident,
    body: Annotated[RecommendingBody, typer.Option("--body", help="Who recommends.")],
    in_favour: Annotated[bool, typer.Option("--in-favour/--against", help="For it, or not.")],
    reasons: Reasons = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Record what Tim Penilai Kinerja or a panel says to a draft."""
    who, why = actor_or_account(actor), _reasons(reasons)
    with opened(url, keys) as ledger:
        found, outcome = desk.decide(
            ledger,
            ident,
            lambda state: commands.decide_recommend(
                state, ident, body=body, in_favour=in_favour, actor=who, reasons=why
            ),
            actor=who,
        )
        _tell(ledger, found, outcome, actor=who, as_json=as_json)


def issue_command(
    ident: Ident,
    number: Number,
    decided_on: DecidedOn,
    choose: Choose = None,
    reasons: Reasons = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Issue a decision that somebody else drafted."""
    who, why = actor_or_account(actor), _reasons(reasons)
    decree, day = _ident("--number", number), day_option(decided_on)
    with opened(url, keys) as ledger:
        chosen = _chosen(ledger, choose)
        found, outcome = desk.decide(
            ledger,
            ident,
            lambda state: commands.decide_issue(
                state,
                ident,
                number=decree,
                decided_on=day,
                actor=who,
                chosen=chosen,
                reasons=why,
            ),
            actor=who,
        )
        _tell(ledger, found, outcome, actor=who, as_json=as_json)


def revoke_command(
    ident: Ident,
    decided_on: DecidedOn,
    number: Annotated[
        str | None, typer.Option("--number", help="Of the decree.", metavar="N")
    ] = None,
    reasons: Reasons = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Revoke what was issued, or withdraw a draft."""
    who, why = actor_or_account(actor), _reasons(reasons)
    decree = None if number is None else _ident("--number", number)
    day = day_option(decided_on)
    with opened(url, keys) as ledger:
        found, outcome = desk.decide(
            ledger,
            ident,
            lambda state: commands.decide_revoke(
                state, ident, decided_on=day, actor=who, number=decree, reasons=why
            ),
            actor=who,
        )
        _tell(ledger, found, outcome, actor=who, as_json=as_json)


def list_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """Every decision, in the order in which it was drafted."""
    with opened(url, keys) as ledger:
        position = ledger.store.head().position
        state = desk.decisions_of(ledger, position)
    rows = [shown_as.listed(one) for one in state.by_id.values()]
    if as_json:
        print_json({"position": position, "decisions": rows})
    else:
        tell_list(rows)


def show_command(
    ident: Ident,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """One decision with its basis, its steps and its candidates."""
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "decision show", actor, purpose) as looker,
    ):
        one = desk.decision_of(ledger, ident)
        look_at_decision(looker, one)
        shown = shown_as.whole(ledger, one)
    if as_json:
        print_json(shown)
    else:
        tell_decision(shown)


def recheck_command(
    ident: Ident,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Replay a decision's basis, and say what later knowledge would have changed.

    Exit status 1 where the basis no longer gives its answers; later knowledge is no fault.
    """
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "decision recheck", actor, purpose) as looker,
    ):
        one = desk.decision_of(ledger, ident)
        look_at_decision(looker, one)
        with collecting.rarely():
            found = recheck.recheck(ledger, one, today=today(ledger), now=now())
        shown = recheck.as_json(ledger, found)
        people = ledger.people([UUID(each["subject"]) for each in shown["later"]["moved"]])
        for each in shown["later"]["moved"]:
            each["person"] = people[UUID(each["subject"])]
    if as_json:
        print_json(shown)
    else:
        tell_recheck(shown)
    if not shown["basis"]["same"]:
        raise typer.Exit(1)


def _tell(ledger: Ledger, found: Decision, outcome: Outcome, *, actor: str, as_json: bool) -> None:
    with looking_at(ledger, "decision", actor, ReadingPurpose.DECISION) as looker:
        look_at_decision(looker, found)
    shown = shown_as.whole(ledger, found)
    if as_json:
        print_json({"new": bool(outcome.count), "decision": shown})
        return
    tell_decision(shown)
    say("")
    if not outcome.count:
        say("This was recorded before. Nothing was added.")
    elif found.state == "drafted":
        say(f"Drafted. A second person issues it: asn-ledger decision issue {found.draft.id}")
    else:
        say(f"Recorded at position {outcome.first_position}.")


def look_at_decision(looker: Looker, one: Decision) -> None:
    """The candidates are about to be shown."""
    people = [UUID(each.subject) for each in one.draft.candidates]
    looker.listed(people, decision=one.draft.id)


def _people(ledger: Ledger, subjects: list[str]) -> tuple[UUID, ...]:
    """The people of NIPs or ids.

    Raises:
        PersonUnknown: a NIP that nobody here ever held, or a text that is neither.
    """
    named = [
        word for one in subjects for word in (sys.stdin.read().split() if one == "-" else [one])
    ]
    found = []
    for one in named:
        stream = person_stream(ledger, one)
        if stream is None:
            raise PersonUnknown(
                "One of those named is neither the NIP nor the id of a person here.",
                next_step="Check the numbers; a NIP has 18 digits.",
            )
        found.append(stream)
    return tuple(found)


def _chosen(ledger: Ledger, choose: list[str] | None) -> tuple[str, ...] | None:
    return None if not choose else tuple(one.hex for one in _people(ledger, choose))


def _reasons(text: str | None) -> str | None:
    try:
        return None if text is None else read_sealed_text(text)
    except BadValue as fault:
        raise Misuse(f"--reasons: {fault.message}", next_step=fault.next_step) from None


def _ident(option: str, text: str) -> str:
    try:
        found: Any = IDENT.read(text)
    except BadValue as fault:
        raise Misuse(f"{option}: {fault.message}", next_step=fault.next_step) from None
    return str(found)
