"""`keys`, `erase` and `hold`: personal data ends by event, key and row, and never under a hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    actor_or_account,
    now,
    opened,
    print_json,
    say,
)
from api.cli.watched import given, looking_at
from api.naming import person_stream
from ledger.application import Ledger
from ledger.checkpoints import checkpoint
from ledger.commands import erasure
from ledger.errors import BadValue, Misuse, PersonUnknown
from ledger.fields import read_open_text
from ledger.proofs.note import verifier_key_text

keys_app = typer.Typer(help="The keys of the ledger.", no_args_is_help=True)
Subject = Annotated[str, typer.Argument(help="NIP or id; - reads standard input.")]


@keys_app.command("rotate")
def rotate_command(
    signing: Annotated[
        bool, typer.Option("--signing", help="Change the key that signs checkpoints instead.")
    ] = False,
    after_restore: Annotated[
        bool,
        typer.Option(
            "--after-restore",
            help="The log lost events that the old key signed; it signs no more.",
        ),
    ] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Wrap the living keys anew and destroy the old epoch key; this completes erasures."""
    if after_restore and not signing:
        raise Misuse("--after-restore is for --signing.", next_step="Add --signing.")
    if signing:
        _rotate_signing(url, keys, actor, after_restore=after_restore, as_json=as_json)
        return
    with opened(url, keys, live=True) as ledger:
        done = erasure.rotate_keys(ledger, at=now(), actor=actor_or_account(actor))
    if as_json:
        print_json(
            {
                "epoch": done.epoch,
                "destroyed_epoch": done.destroyed_epoch,
                "erasures_completed": [stream.hex for stream in done.erased],
                "position": done.position,
            }
        )
        return
    say(f"Epoch key {done.epoch} is in use, {done.destroyed_epoch} is destroyed.")
    say(f"Erasures completed: {len(done.erased)}.")


def _rotate_signing(
    url: str, keys: Path | None, actor: str | None, *, after_restore: bool, as_json: bool
) -> None:
    with opened(url, keys, live=True) as ledger:
        taken = checkpoint.rotate_signing_key(
            ledger, actor=actor_or_account(actor), after_restore=after_restore
        )
        line = verifier_key_text(checkpoint.recorded_keys(ledger)[-1])
    if as_json:
        print_json({"verifier_key": line, "size": taken.size, "note": taken.text().decode()})
        return
    say(f"Checkpoints are signed with a new key from {taken.size} events on.")
    say(line)
    say("Give this line to witnesses and auditors; `checkpoint --key` prints it again.")


@keys_app.command("show")
def show_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """Where the keys are, how many, and which erasures wait for a rotation."""
    with opened(url, keys, live=True) as ledger:
        shown = {
            "folder": str(ledger.keyring.folder),
            "streams": ledger.keyring.count(),
            "public_key": ledger.keyring.public_key.hex(),
            "erasures_waiting": [s.hex for s in ledger.keyring.pending_erasures()],
        }
    if as_json:
        print_json(shown)
        return
    for name, value in shown.items():
        say(f"{name}: {value}")


def erase_command(
    subject: Subject,
    ground: Annotated[
        str, typer.Option("--ground", help="Legal ground, as `UU 27/2022 Pasal 43`.")
    ],
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person's identity for ever: an event, then keys and sealed rows. Refused under a
    hold.
    """
    subject = given(subject)
    with (
        opened(url, keys, live=True) as ledger,
        looking_at(ledger, "erase", actor, ADMINISTRATION, subject),
    ):
        stream = _person(ledger, subject)
        position = erasure.erase(
            ledger, stream, ground=_open(ground), actor=actor_or_account(actor)
        )
    if as_json:
        print_json({"subject": stream.hex, "position": position, "complete": False})
        return
    if position is None:
        say(f"{stream.hex} was erased before.")
    else:
        say(f"{stream.hex} is erased (position {position}).")
    say("It is complete with the next `asn-ledger keys rotate`.")


def hold_command(
    subject: Subject,
    ident: Annotated[str, typer.Option("--id", help="Id of the hold, as a case number.")],
    ground: Annotated[str | None, typer.Option("--ground", help="Why.")] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Lift it instead.")] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Forbid the erasure of a person while a case or audit needs the record, or lift that."""
    if ground is None and not lift:
        raise Misuse("A hold needs its ground.", next_step="Add --ground.")
    who = actor_or_account(actor)
    subject = given(subject)
    with (
        opened(url, keys, live=True) as ledger,
        looking_at(ledger, "hold", actor, ADMINISTRATION, subject),
    ):
        stream = _person(ledger, subject)
        name = _open(ident)
        reason = None if ground is None else _open(ground)
        if lift:
            position = erasure.lift_hold(ledger, stream, ident=name, ground=reason, actor=who)
        else:
            position = erasure.place_hold(
                ledger, stream, ident=name, ground=reason or "", actor=who
            )
    if as_json:
        print_json({"subject": stream.hex, "id": name, "lifted": lift, "position": position})
    else:
        say("The hold is lifted." if lift else "The record is under hold; it cannot be erased.")


def _person(ledger: Ledger, subject: str) -> UUID:
    stream = person_stream(ledger, subject)
    if stream is None:
        raise PersonUnknown("This is neither a NIP nor the id of a person.", next_step="Check it.")
    return stream


def _open(text: str) -> str:
    try:
        return read_open_text(text)
    except BadValue as fault:
        raise Misuse(fault.message, next_step=fault.next_step) from None
