"""`witness`: another agency remembers what a ledger said, and signs that it only grew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.common import AsJson, now, print_json, say
from api.cli.fetching import Server, token_given
from api.cli.files import hand_out, read_keys, read_limited
from ledger.checkpoints import witness_full
from ledger.checkpoints.witness import Watched, Witness
from ledger.errors import Misuse
from ledger.proofs import note as notes
from ledger.proofs.note import MAX_NOTE_BYTES, Checkpoint
from ledger.storage.store import EventStore

_LOG = "/api/v1/log"
_TEXT = "text/plain"

witness_app = typer.Typer(
    help="Watch another agency's ledger: sign that it only grew.", no_args_is_help=True
)
Folder = Annotated[Path, typer.Argument(help="Folder of the witness.", file_okay=False)]


@witness_app.command("init")
def init_command(
    folder: Folder,
    name: Annotated[
        str, typer.Option("--name", help="Like a web address: inspektorat.example/saksi.")
    ],
    as_json: AsJson = False,
) -> None:
    """Make a witness with a key of its own, and print the line by which others know it."""
    witness = Witness.create(folder, name, randomness=os.urandom)
    line = notes.verifier_key_text(witness.key())
    if as_json:
        print_json({"folder": str(folder), "name": name, "verifier_key": line})
    else:
        say(line)


@witness_app.command("trust")
def trust_command(
    folder: Folder,
    key: Annotated[
        list[str],
        typer.Option("--key", help="Line of the log (`checkpoint --key`), or a file of lines."),
    ],
    as_json: AsJson = False,
) -> None:
    """Watch a ledger, by the key that its owner gave you by a way you trust."""
    watched = Witness.open(folder).trust(read_keys(key))
    if as_json:
        print_json(_shown(watched))
    else:
        say(f"Watching {watched.origin} by {len(watched.keys)} key(s).")


@witness_app.command("sign")
def sign_command(
    folder: Folder,
    request: Annotated[
        Path,
        typer.Argument(
            help="`prove --consistency SIZE`; the first time the checkpoint alone.", dir_okay=False
        ),
    ],
    full: Annotated[
        bool, typer.Option("--full", help="First recompute all leaves and heads from a copy.")
    ] = False,
    copy: Annotated[
        str | None, typer.Option("--copy", help="URL of the copy for --full.", metavar="URL")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Sign a checkpoint that extends the one signed last; refuse and keep one that does not."""
    if full != (copy is not None):
        raise Misuse(
            "--full needs --copy, and --copy is for --full.",
            next_step="Add --copy with the URL of a copy of the ledger.",
        )
    data = read_limited(request, MAX_NOTE_BYTES)
    signed = Witness.open(folder).cosign(
        data, at=now(), full=None if copy is None else lambda new: _recompute(copy, new)
    )
    text = notes.note_bytes(signed.note)
    if out is not None:
        hand_out(out, text)
    if as_json:
        one = signed.checkpoint
        shown = {"origin": one.origin, "size": one.size, "root": one.root.hex()}
        print_json({**shown, "witness": signed.key.name, "full": full, "note": text.decode()})
    elif out is None:
        say(text.decode().rstrip("\n"))
    else:
        say(f"Signed: {signed.checkpoint.origin} with {signed.checkpoint.size} events: {out}")


@witness_app.command("visit")
def visit_command(
    folder: Folder,
    url: Annotated[
        str, typer.Option("--url", help="Where the ledger is served.", metavar="https://…")
    ],
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", help="The bearer token; default ASN_LEDGER_TOKEN.", dir_okay=False
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--no-send", help="Do not hand the cosignature to the ledger.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a served ledger's checkpoint with its proof, sign it, and hand the line back."""
    witness, server = Witness.open(folder), Server(url, token_given(token_file))
    signed = witness.cosign(_request_of(witness, server), at=now())
    text = notes.note_bytes(signed.note)
    if out is not None:
        hand_out(out, text)
    if not keep:
        server.post(f"{_LOG}/checkpoint/cosignatures", text, form=_TEXT)
    one = signed.checkpoint
    if as_json:
        shown = {"origin": one.origin, "size": one.size, "root": one.root.hex()}
        print_json({**shown, "witness": signed.key.name, "sent": not keep, "note": text.decode()})
    else:
        say(f"Signed: {one.origin} with {one.size} events{'.' if keep else ', sent.'}")


def _request_of(witness: Witness, server: Server) -> bytes:
    """What the server shows: its checkpoint, with the way from the one signed last if it is longer.

    Raises:
        WitnessRefused: its log is not watched. ServerRefused, NoteRefused.
    """
    note = server.get(f"{_LOG}/checkpoint", accept=_TEXT)
    new = notes.parse_checkpoint(notes.parse_note(note).body)
    last = witness.watched(new.origin).last
    if last is None or new.size <= last.size:
        return note
    return server.get(f"{_LOG}/proof/consistency?from={last.size}", accept=_TEXT)


@witness_app.command("show")
def show_command(folder: Folder, as_json: AsJson = False) -> None:
    """The key of the witness, the ledgers it watches, and what it signed last of each."""
    witness = Witness.open(folder)
    line = notes.verifier_key_text(witness.key())
    logs = witness.logs()
    if as_json:
        print_json({"verifier_key": line, "logs": [_shown(one) for one in logs]})
        return
    say(line)
    for one in logs:
        last = "nothing signed yet" if one.last is None else f"signed up to {one.last.size} events"
        say(f"{one.origin}: {last}")


def _recompute(url: str, new: Checkpoint) -> None:
    with EventStore.open(url) as store:
        witness_full.recompute(store, new)


def _shown(watched: Watched) -> dict[str, Any]:
    last = watched.last
    return {
        "origin": watched.origin,
        "keys": [notes.verifier_key_text(key) for key in watched.keys],
        "size": None if last is None else last.size,
        "root": None if last is None else last.root.hex(),
    }
