"""`warnings`: what to look at, by which rule, and who has seen it."""

from __future__ import annotations

from collections.abc import Iterable
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
    opened,
    parsed_instant,
    print_json,
    say,
)
from api.cli.naming import day_option, desk_on, subject_stream
from api.cli.scoring import AsOf, KnownAt, Position, Unit
from api.cli.watched import given, looking_at
from api.desk import Desk
from api.looks import Looker
from api.queries import warnings
from ledger.application import Ledger
from ledger.errors import BadValue, Misuse
from ledger.fields import read_sealed_text
from projections.watch.early_warnings import EarlyWarning
from projections.watch.watching import Watch

LEDGER = "ledger"


def list_command(
    subject: Annotated[
        str | None, typer.Argument(help="NIP, id or unit code; - reads standard input.")
    ] = None,
    unit: Unit = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Warnings about one, a unit or everybody and the ledger itself; seen ones are marked."""
    if subject is not None and unit is not None:
        raise Misuse("Say who is asked about, once.", next_step="Give a SUBJECT or --unit U.")
    named = subject or unit
    named = None if named is None else given(named)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "warnings", actor, purpose, named) as looker,
    ):
        asked = _asked(ledger, as_of, known_at=known_at, position=position)
        _look(ledger, looker, asked, named)
        desk = desk_on(ledger)
        found = warnings.shown(desk, asked, _found(desk, asked, named))
    if as_json:
        on = asked.on.isoformat()
        print_json({"as_of": on, "position": asked.position, "warnings": found})
        return
    for one in found:
        _tell(one)
    say(f"{len(found)} warnings as of {asked.on.isoformat()}, position {asked.position}.")


def acknowledge_command(
    rule: Annotated[str, typer.Argument(help="As `warnings list` shows it.", metavar="RULE")],
    subject: Annotated[
        str,
        typer.Argument(
            help='NIP, id or unit code; "ledger" is the ledger; - reads standard input.'
        ),
    ],
    as_of: AsOf = None,
    note: Annotated[str | None, typer.Option("--note", help="What follows; kept sealed.")] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have seen a warning that stands; it stays, with who saw it and when."""
    who, said = actor_or_account(actor), _note(note)
    with opened(url, keys) as ledger:
        asked = _asked(ledger, as_of)
        desk = desk_on(ledger)
        about = warnings.about(desk, asked, _subject(ledger, asked, subject))
        seen = warnings.seen(desk, about, rule, actor=who, note=said)
    if as_json:
        print_json({"acknowledged": seen})
        return
    for one in seen:
        state = "acknowledged" if one["new"] else "acknowledged by you before"
        say(f"{rule} {one['key']}: {state}. It stays on the list, with who saw it.")


def _asked(
    ledger: Ledger,
    as_of: str | None,
    *,
    known_at: str | None = None,
    position: int | None = None,
) -> Watch:
    day = None if as_of is None else day_option(as_of)
    return warnings.watch(desk_on(ledger), day, parsed_instant(known_at), position)


def _look(ledger: Ledger, looker: Looker, asked: Watch, named: str | None) -> None:
    """Tell the access log whom the list is about."""
    if named == LEDGER:
        return
    within = None if named is None else _subject(ledger, asked, named)
    if within is None or within in ledger.units(asked.position).units:
        looker.people(within, on=asked.on, position=asked.position)
    else:
        looker.person(within, as_of=asked.on)


def _found(desk: Desk, asked: Watch, named: str | None) -> Iterable[EarlyWarning]:
    """Those about a person, or a unit and its members; about all and the ledger when None."""
    if named is None:
        return warnings.every(desk, asked)
    stream = _subject(desk.ledger, asked, named)
    if stream is None or stream not in desk.units(asked.position).units:
        return warnings.about(desk, asked, stream)
    return warnings.of_unit(desk, asked, stream)


def _subject(ledger: Ledger, asked: Watch, named: str) -> UUID | None:
    """A person or unit; None is the ledger."""
    if named == LEDGER:
        return None
    found = ledger.units(asked.position).find(named, asked.on)
    return subject_stream(ledger, named) if found is None else found


def _note(text: str | None) -> str | None:
    try:
        return None if text is None else read_sealed_text(text)
    except BadValue as fault:
        raise Misuse(f"--note: {fault.message}", next_step=fault.next_step) from None


def _tell(one: dict[str, Any]) -> None:
    person = one["person"] or {}
    parts = (person.get("nip"), person.get("name"), one["unit"])
    who = " ".join(part for part in parts if part)
    say(f"{one['rule']}  {who or one['subject'] or LEDGER}")
    what = ", ".join(f"{name} {_words(value)}" for name, value in one["what"].items())
    say(f"    {one['says']}: {what}")
    say(f"    {one['next_step']} ({one['who_must_act']})")
    say(f"    rule: from {one['from']} of a year; {one['cite']} [{one['mark']}]")
    for each in one["acknowledged"]:
        say(f"    seen by {each['by']} at {each['at']}")


def _words(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(str(part) for part in value)
    return "not known" if value is None else str(value)
