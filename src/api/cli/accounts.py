"""`account`: who may sign in, and how. What an account may do is granted in the ledger (`role`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from api.access.accounts import Account
from api.access.office import Office
from api.access.standing import Standing
from api.cli.common import (
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    actor_or_account,
    now,
    open_text,
    opened,
    print_json,
    say,
    warn,
)
from api.cli.naming import day_option, subject_stream, today
from api.queries import accounts
from ledger.application import Ledger
from ledger.errors import Misuse, PersonUnknown
from ledger.vocabulary_agency import Role

app = typer.Typer(
    help="Accounts: who may sign in, and how. Roles are granted in the ledger.",
    no_args_is_help=True,
)
Ident = Annotated[str, typer.Argument(help="Id of the account, as acc-….", metavar="ID")]
Label = Annotated[str, typer.Option("--label", help="What it is for; never a person's name.")]


@app.command("add")
def add_command(
    person: Annotated[
        str | None,
        typer.Option("--person", help="Whose account: NIP or id; - reads standard input."),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="What it is for; never a person's name.")
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Make an account: of a person, who may then read his own record, or of a machine."""
    who = actor_or_account(actor)
    text = None if label is None else open_text("--label", label)
    with _office(url, keys) as here:
        stream = None if person is None else _person(here, person)
        one = here.office.accounts.add(person=stream, label=text, actor=who, at=now())
        found = shown(here, one)
    if as_json:
        print_json(found)
        return
    _tell(found)
    say("It can sign in once an identity is linked (account link) or a password set.")


@app.command("list")
def list_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """Every account with the roles it holds today and its tokens."""
    with _office(url, keys) as here:
        found = [shown(here, one) for one in here.office.accounts.all()]
    if as_json:
        print_json({"accounts": found})
        return
    for one in found:
        _tell(one)
    say(f"{len(found)} accounts." if found else "There are no accounts.")


@app.command("disable")
def disable_command(
    ident: Ident,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Shut an account for good: sessions and tokens end at once. Events go on naming it."""
    who = actor_or_account(actor)
    with _office(url, keys) as here:
        found = shown(here, here.office.accounts.disable(ident, actor=who, at=now()))
    if as_json:
        print_json(found)
        return
    _tell(found)


@app.command("link")
def link_command(
    ident: Ident,
    issuer: Annotated[str, typer.Option("--issuer", help="The provider, exactly as it says.")],
    subject: Annotated[
        str, typer.Option("--subject", help="Its id of whoever signs in; - reads standard input.")
    ],
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Let an identity at the sign-in provider open an account, with all of its roles."""
    who = actor_or_account(actor)
    name = sys.stdin.readline().strip() if subject == "-" else subject
    if not name:
        raise Misuse("An identity has a subject.", next_step="Give the provider's id of the user.")
    with _office(url, keys) as here:
        here.office.accounts.link(ident, issuer, name, actor=who, at=now())
        found = shown(here, here.office.accounts.get(ident))
    if as_json:
        print_json(found)
        return
    _tell(found)
    say("Linked. Of the identity only a keyed hash is kept.")


@app.command("unlink")
def unlink_command(
    ident: Ident,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Take every identity off an account and end its sessions."""
    who = actor_or_account(actor)
    with _office(url, keys) as here:
        count = here.office.accounts.unlink(ident, actor=who, at=now())
    if as_json:
        print_json({"account": ident, "unlinked": count})
        return
    say(f"{count} identities unlinked from {ident}.")


@app.command("password")
def password_command(
    ident: Ident,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Set a break-glass password: asked for at a terminal, else read from standard input.

    For the day on which the sign-in provider is down; every use is written down.
    """
    who = actor_or_account(actor)
    with _office(url, keys) as here:
        account = here.office.accounts.get(ident)
        here.office.passwords.set(account, _password(), actor=who, at=now())
    if as_json:
        print_json({"account": ident, "password": "set"})
        return
    say(f"{ident} has a new password; its sessions are ended.")


@app.command("token")
def token_command(
    ident: Ident,
    role: Annotated[list[Role], typer.Option("--role", case_sensitive=False)],
    until: Annotated[str, typer.Option("--until", help="First day without it.", metavar="D")],
    label: Label,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for a machine, with some of the account's roles; shown this once."""
    who, text = actor_or_account(actor), open_text("--label", label)
    with _office(url, keys) as here:
        account = here.office.accounts.get(ident)
        accounts.must_hold(here.standing, account, frozenset(role), here.today)
        zone = ZoneInfo(str(here.ledger.founded["timezone"]))
        one, secret = here.office.tokens.issue(
            account,
            roles=frozenset(role),
            label=text,
            ends_at=datetime.combine(day_option(until), time(), zone),
            actor=who,
            at=now(),
        )
    if as_json:
        print_json({**accounts.token_shown(one), "account": ident, "secret": secret})
        return
    warn(f"{one.id} for {ident}. Keep it well: it is not shown again. Revoke: account revoke.")
    say(secret)


@app.command("revoke")
def revoke_command(
    token: Annotated[str, typer.Argument(help="Id of the token, as tok-….", metavar="TOKEN")],
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Let a token open nothing any more, from the next request on."""
    who = actor_or_account(actor)
    with _office(url, keys) as here:
        found = accounts.token_shown(here.office.tokens.revoke(token, actor=who, at=now()))
    if as_json:
        print_json(found)
        return
    say(f"{token} is revoked.")


class _Here(NamedTuple):
    """What every command needs: the ledger, its accounts, and what its roles are today."""

    ledger: Ledger
    office: Office
    standing: Standing
    today: date


@contextmanager
def _office(url: str, keys: Path | None) -> Iterator[_Here]:
    with opened(url, keys, live=True) as ledger, Office.open(url, ledger) as office:
        units = ledger.units()
        yield _Here(ledger, office, Standing(ledger, lambda: units), today(ledger))


def _person(here: _Here, named: str) -> UUID:
    stream = subject_stream(here.ledger, named)
    if here.standing.of_person(stream, here.today) is None:
        raise PersonUnknown(
            "An account belongs to a person, and that is none.", next_step="Give a NIP or his id."
        )
    return stream


def _password() -> str:
    """A password from the terminal, twice, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def shown(here: _Here, one: Account) -> dict[str, Any]:
    """An account as an object of the public contract: no name, no number, no secret."""
    return accounts.shown(here.standing, here.office.tokens, one, here.today)


def _tell(one: dict[str, Any]) -> None:
    state = "disabled" if one["disabled_at"] else "open"
    whose = "of a person" if one["person"] else "of nobody"
    say(f"{one['id']}  {state}  {whose}  {one['label'] or ''}".rstrip())
    for grant in one["roles"]:
        where = f" over {grant['unit']}" if grant["unit"] else ""
        until = f" until {grant['until']}" if grant["until"] else ""
        say(f"  {grant['role']}{where}{until}")
    for token in one["tokens"]:
        state = "revoked" if token["revoked_at"] else f"until {token['ends_at']}"
        say(f"  {token['id']}  {' '.join(token['roles'])}  {state}  {token['label']}")
