"""`witness`: another agency remembers what a ledger said, and signs that it only grew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.common import AsJson, now, print_json, say
from api.cli.files import hand_out, read_keys, read_limited
from ledger import note as notes
from ledger import witness_full
from ledger.errors import Misuse
from ledger.note import MAX_NOTE_BYTES, Checkpoint
from ledger.store import EventStore
from ledger.witness import Watched, Witness

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
