"""`role`: who may do what, granted and revoked by two people."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api import granting, proposing
from api.cli.common import (
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Reason,
    actor_or_account,
    document_of,
    open_text,
    opened,
    print_json,
    reason_of,
    say,
)
from api.cli.naming import day_option, subject_stream, today
from api.cli.telling_rules import tell_proposal, tell_roles
from api.granting import Wish
from api.naming import unit_of
from api.queries import roles as asking
from ledger.application import Ledger
from ledger.domain.proposals import Proposal
from ledger.errors import PersonUnknown
from ledger.vocabulary_agency import Role

app = typer.Typer(
    help="Roles: who may do what, over which unit, until when; one proposes, another confirms.",
    no_args_is_help=True,
)
Account = Annotated[str, typer.Argument(help="Id of the account, as acc-….", metavar="ACCOUNT")]
RoleName = Annotated[Role, typer.Argument(help="Which role.", case_sensitive=False)]
Unit = Annotated[
    str | None, typer.Option("--unit", help="Code or id; with all below it.", metavar="U")
]
RestsOn = Annotated[
    str | None,
    typer.Option(
        "--document", help="What it rests on, as SK:800/12/2024:2024-02-01.", metavar="K:N:D"
    ),
]


@app.command("grant")
def grant_command(
    account: Account,
    role: RoleName,
    unit: Unit = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person", help="Holds only while it is this person's account; - reads NIP or id."
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="The first day without it.", metavar="DAY")
    ] = None,
    document: RestsOn = None,
    reason: Reason = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Propose that an account gets a role; a second person confirms it."""
    who, why = actor_or_account(actor), reason_of(reason)
    rests_on = None if document is None else document_of(document)
    name = open_text("ACCOUNT", account)
    last = None if until is None else day_option(until)
    with opened(url, keys, live=True) as ledger:
        whose = None if person is None else subject_stream(ledger, person)
        if whose is not None and whose in ledger.units().units:
            raise PersonUnknown("This is a unit and no person.", next_step="Give NIP or id.")
        wish = Wish(name, role, _unit(ledger, unit), whose, last)
        day = today(ledger)
        one, new = granting.propose_grant(
            ledger, wish, actor=who, today=day, document=rests_on, reason=why
        )
        effect = granting.effect(ledger, one)
    _tell_proposed(one, effect, new=new, as_json=as_json)


@app.command("revoke")
def revoke_command(
    account: Account,
    role: RoleName,
    unit: Unit = None,
    document: RestsOn = None,
    reason: Reason = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Propose that an account loses a role, over one unit or wherever it holds it; a second person
    confirms it.
    """
    who, why = actor_or_account(actor), reason_of(reason)
    rests_on = None if document is None else document_of(document)
    name = open_text("ACCOUNT", account)
    with opened(url, keys, live=True) as ledger:
        wish = Wish(name, role, _unit(ledger, unit))
        one, new = granting.propose_revocation(
            ledger, wish, actor=who, document=rests_on, reason=why
        )
        effect = granting.effect(ledger, one)
    _tell_proposed(one, effect, new=new, as_json=as_json)


@app.command("list")
def list_command(
    account: Annotated[
        str | None, typer.Option("--account", help="Only what this account holds.")
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Who holds which role, over which unit, since when, until when; and what waits."""
    with opened(url, keys) as ledger:
        found = asking.listed(ledger, today=today(ledger), account=account)
    if as_json:
        print_json(found)
        return
    for one in found["roles"]:
        where = "whole agency" if one["unit"] is None else one["unit"]["code"] or one["unit"]["id"]
        until = "" if one["until"] is None else f", until {one['until']}"
        over = "" if one["held"] else " (over)"
        say(
            f"{one['account']:20}  {one['role']:14}  {where}: since {one['since'][:10]}"
            f"{until}{over}; position {one['position']}"
        )
    for one in found["pending"]:
        tell_proposal(one)
    say(f"{len(found['roles'])} roles." if found["roles"] else "Nobody holds a role.")


def _unit(ledger: Ledger, named: str | None) -> Any:
    return None if named is None else unit_of(ledger.units(), named, today(ledger))


def _tell_proposed(one: Proposal, effect: dict[str, Any], *, new: bool, as_json: bool) -> None:
    shown = proposing.shown(one)
    if as_json:
        print_json({"proposal": shown, "new": new, "effect": effect})
        return
    tell_roles(effect)
    if new:
        say(f"Proposed as {one.id}: {shown['says']}. Nothing of it holds yet.")
    else:
        say(f"The same was proposed before, as {one.id}, by {one.actor}. Nothing was added.")
    say(f"A second person confirms it: asn-ledger confirm {one.id} --actor NAME")
