"""`instrument enact` and `repeal`, `pending` and `confirm`: what one person proposes and another
confirms.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api import enacting, granting, proposing, recording
from api.cli.common import (
    DEFAULT_URL,
    Actor,
    AsJson,
    Document,
    KeyFolder,
    LedgerUrl,
    Reason,
    actor_or_account,
    document_of,
    now,
    opened,
    print_json,
    reason_of,
    say,
    warn,
)
from api.cli.naming import today
from api.cli.rules import Name, TextName
from api.cli.scoring import Rules
from api.cli.telling_imports import (
    summary_of,
    tell_fact_effect,
    tell_import_effect,
    tell_imported,
)
from api.cli.telling_rules import tell_proposal, tell_roles, tell_rule_change
from api.intake import desk
from ledger.application import Ledger
from ledger.commands import second_person
from ledger.domain.proposals import Proposal
from ledger.errors import Misuse
from projections.asking import rule_change


def enact_command(
    file: TextName,
    document: Document,
    reason: Reason = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Propose that a text comes into force, and say what it would change; a second person confirms
    it.
    """
    rests_on, who, why = document_of(document), actor_or_account(actor), reason_of(reason)
    name, raw = enacting.named_text(file)
    text = enacting.checked(raw, file=name)
    with opened(url, keys, live=True) as ledger:
        book = ledger.rulebook()
        after = enacting.check_joins(book, text, ledger.store.head().position + 1)
        changed = (book, after, text.plan.in_force_from)
        effect = rule_change.as_json(
            enacting.effect(ledger, changed, today=today(ledger), report=warn)
        )
        one, new = enacting.propose_enactment(
            ledger, text, actor=who, document=rests_on, reason=why
        )
    _tell_proposed(one, effect, new=new, as_json=as_json)


def repeal_command(
    name: Name,
    document: Document,
    rules: Rules = None,
    reason: Reason = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Propose that an enactment no longer holds, and say what that would change; a second person
    confirms it.
    """
    rests_on, who, why = document_of(document), actor_or_account(actor), reason_of(reason)
    with opened(url, keys, live=True) as ledger:
        book = ledger.rulebook()
        found = enacting.enactment_named(book, name, rules)
        after = enacting.check_leaves(book, found)
        changed = (book, after, found.in_force_from)
        effect = rule_change.as_json(
            enacting.effect(ledger, changed, today=today(ledger), report=warn)
        )
        one, new = enacting.propose_repeal(ledger, found, actor=who, document=rests_on, reason=why)
    _tell_proposed(one, effect, new=new, as_json=as_json)


def _tell_proposed(one: Proposal, effect: dict[str, Any], *, new: bool, as_json: bool) -> None:
    shown = proposing.shown(one)
    if as_json:
        print_json({"proposal": shown, "new": new, "effect": effect})
        return
    tell_rule_change(effect)
    say("")
    if new:
        say(f"Proposed as {one.id}: {shown['says']}. Nothing of it is in force yet.")
    else:
        say(f"The same was proposed before, as {one.id}, by {one.actor}. Nothing was added.")
    say(f"A second person confirms it: asn-ledger confirm {one.id} --actor NAME")


def pending_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """What was proposed and waits for a second person."""
    with opened(url, keys) as ledger:
        position = ledger.store.head().position
        waiting = second_person.proposals_of(ledger, position).pending()
    if as_json:
        told = [proposing.shown(one) for one in waiting]
        print_json({"position": position, "pending": told})
        return
    for one in waiting:
        tell_proposal(proposing.shown(one))
    say(
        "Nothing waits."
        if not waiting
        else "Confirm one with `asn-ledger confirm ID --actor NAME`."
    )


def confirm_command(
    ident: Annotated[int, typer.Argument(help="As `pending` shows it.", metavar="ID")],
    rejected: Annotated[
        bool, typer.Option("--reject", help="Refuse or withdraw it instead.")
    ] = False,
    reason: Reason = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome", help="Digest of an import's outcome, if it changed.", metavar="SHA256"
        ),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Carry out what somebody else proposed, checked again as things stand; or reject it. An import
    that was interrupted goes on.
    """
    who, why = actor_or_account(actor), reason_of(reason)
    if why is not None and not rejected:
        raise Misuse(
            "--reason is given with --reject; a confirmation rests on the proposal's document.",
            next_step="Leave --reason out.",
        )
    with opened(url, keys, live=True) as ledger:
        if rejected:
            one = proposing.reject(ledger, ident, actor=who, reason=why)
            _tell_rejected(one, as_json=as_json)
        else:
            _confirm(ledger, ident, who, agreed=outcome, as_json=as_json)


def _tell_rejected(one: Proposal, *, as_json: bool) -> None:
    shown = proposing.shown(one)
    if as_json:
        print_json({"proposal": shown, "position": one.closed_at, "recorded": [], "effect": None})
    else:
        say(f"Proposal {one.id} is closed and not carried out: {shown['says']}.")


def _confirm(ledger: Ledger, ident: int, who: str, *, agreed: str | None, as_json: bool) -> None:
    one, effect = proposing.effect_before(
        ledger, ident, actor=who, today=today(ledger), report=warn
    )
    if effect is not None and not as_json:
        _TELL_EFFECT.get(one.kind, tell_rule_change)(effect)
        say("")
    done = proposing.carry_out(ledger, ident, actor=who, agreed=agreed, at=now())
    closed = second_person.proposals_of(ledger).by_id[ident]
    recorded = list(done.outcome.positions)[1:]
    if as_json:
        print_json(
            {
                "proposal": proposing.shown(closed),
                "position": done.outcome.first_position,
                "recorded": recorded,
                "effect": effect,
            }
            | ({} if done.report is None else {"import": summary_of(done.report)})
        )
        return
    says = proposing.kind_of(one).says(one)
    where = ", ".join(str(place) for place in recorded)
    say(
        f"Done: {says}."
        + (f" Recorded at position {where};" if where else "")
        + f" proposed by {one.actor}, confirmed by {closed.closed_by}."
    )
    if done.report is not None:
        tell_imported(done.report)


_TELL_EFFECT = {
    desk.IMPORT: tell_import_effect,
    recording.FACT: tell_fact_effect,
    granting.GRANT: tell_roles,
    granting.REVOKE: tell_roles,
}
