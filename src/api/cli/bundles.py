"""`bundle`: part of the ledger, or all of it, for an auditor's own machine."""

from __future__ import annotations

from pathlib import Path
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
    print_json,
    say,
    warn,
)
from api.cli.naming import day_option, today
from api.cli.watched import looking_at
from api.naming import person_stream, unit_of
from ledger.application import Ledger
from ledger.copies.archive import must_be_free
from ledger.copies.bundle import write_bundle
from ledger.copies.bundle_seal import checkpoint_for, seal_of
from ledger.errors import Misuse, PersonUnknown
from projections.asking import selection


def bundle_command(
    out: Annotated[Path, typer.Option("--out", help="The file to write.", metavar="FILE")],
    person: Annotated[
        list[str] | None, typer.Option("--person", help="NIP or id; may be repeated.", metavar="P")
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help="A unit and all below it.", metavar="U")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Whoever was there on a day.", metavar="D")
    ] = None,
    with_identity: Annotated[
        bool, typer.Option("--with-identity", help="Give the keys of names and numbers along.")
    ] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Write an audit bundle: events up to a signed checkpoint, proven to be whole."""
    if person and (unit or as_of):
        raise Misuse(
            "--person says who is meant; --unit and --as-of say it otherwise.",
            next_step="Give one or the other.",
        )
    must_be_free(out)
    with opened(url, keys, live=True) as ledger:
        head = ledger.store.head().position
        stored = checkpoint_for(ledger, head, actor=actor_or_account(actor))
        people, scope = _chosen(ledger, stored.size, person or [], unit, as_of)
        with looking_at(ledger, "bundle", actor, purpose) as looker:
            if people is None:
                looker.people(None, on=None, position=stored.size)
            else:
                looker.listed(people)
        streams = None if people is None else selection.streams_of(ledger, people, stored.size)
        whose = ledger.registered(stored.size) if people is None else people
        given = ledger.keyring.keys_many(whose) if with_identity else {}
        with seal_of(ledger, stored) as seal:
            done = write_bundle(ledger.store, out, seal, streams=streams, scope=scope, keys=given)
    shown = {
        "file": str(out),
        "size": done.size,
        "events": done.events,
        "streams": done.streams,
        "people": len(whose),
        "sealed_parts": done.sealed,
        "keys": done.keys,
        "bytes": done.bytes,
        "checkpoint": stored.text().decode(),
    }
    if as_json:
        print_json(shown)
        return
    say(f"{out}: {done.events} of {done.size} events, {len(whose)} people, {done.bytes} bytes.")
    say(stored.text().decode())
    if done.keys:
        warn(f"It opens the names and numbers of {done.keys} people: keep it as secret as them.")


def _chosen(
    ledger: Ledger, size: int, person: list[str], unit: str | None, as_of: str | None
) -> tuple[list[UUID] | None, dict[str, Any]]:
    """The people of a bundle, None for the whole log, and what its manifest says of them."""
    if person:
        streams = [_person(ledger, one) for one in person]
        return streams, {"people": sorted(stream.hex for stream in streams)}
    if unit is None and as_of is None:
        return None, {"all": True}
    on = today(ledger) if as_of is None else day_option(as_of)
    if unit is None:
        return selection.people_on(ledger, on, size), {"as_of": on.isoformat()}
    units = ledger.units(size)
    top = unit_of(units, unit, on)
    below = frozenset(units.subtree(top, on))
    people = selection.people_on(ledger, on, size, below=below)
    return people, {"as_of": on.isoformat(), "unit": top.hex}


def _person(ledger: Ledger, subject: str) -> UUID:
    stream = person_stream(ledger, subject)
    if stream is None:
        raise PersonUnknown("This is neither a NIP nor the id of a person.", next_step="Check it.")
    return stream
