"""`checkpoint` and `prove`: what the ledger says in public, and files that prove single things."""

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
)
from api.cli.files import hand_out, read_keys, read_limited
from api.cli.naming import fact_position, proved_stream
from api.cli.stamping import fetch_timestamp, is_address, stamp_checkpoint
from api.cli.watched import given, looking_at
from api.looks import Looker
from ledger.application import Ledger
from ledger.checkpoints import checkpoint as taking
from ledger.checkpoints import checkpoint_store, proving
from ledger.checkpoints.checkpoint_store import StoredCheckpoint
from ledger.commands.erasure import person_state
from ledger.errors import Misuse
from ledger.proofs import note as notes
from ledger.proofs import proof_forms
from ledger.proofs.note import MAX_NOTE_BYTES
from ledger.proofs.proof_forms import ConsistencyProof, InclusionProof, Proof

Out = Annotated[
    Path | None, typer.Option("--out", help="Write to this file.", metavar="FILE", dir_okay=False)
]


def checkpoint_command(
    show: Annotated[
        int | None, typer.Option("--show", help="The one of this size.", metavar="SIZE")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="All there are.")] = False,
    key: Annotated[
        bool, typer.Option("--key", help="The keys that verify checkpoints, one a line.")
    ] = False,
    add: Annotated[
        Path | None,
        typer.Option("--add", help="Keep the cosignatures of a note.", metavar="FILE"),
    ] = None,
    witness_key: Annotated[
        list[str] | None,
        typer.Option("--witness-key", help="Line of a witness, or a file of such lines."),
    ] = None,
    timestamp: Annotated[
        str | None,
        typer.Option(
            "--timestamp",
            help="Keep an RFC 3161 response, or ask an authority for one.",
            metavar="FILE.tsr|URL",
        ),
    ] = None,
    timestamp_request: Annotated[
        Path | None,
        typer.Option("--timestamp-request", help="Write the request to send.", metavar="FILE.tsq"),
    ] = None,
    tsa_root: Annotated[
        list[Path] | None,
        typer.Option("--tsa-root", help="Root certificate that is trusted.", metavar="PEM"),
    ] = None,
    out: Out = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Sign what the ledger holds now: origin, size and root, as a note that anybody can keep."""
    if sum((show is not None, listed, key, add is not None)) > 1:
        raise Misuse(
            "Only one of --show, --list, --key and --add can be asked at once.",
            next_step="Ask them one after the other.",
        )
    with opened(url, keys, live=True) as ledger:
        if listed or key:
            (_tell_list if listed else _tell_keys)(ledger, as_json=as_json)
            return
        if add is not None:
            data = read_limited(add, MAX_NOTE_BYTES)
            taken = checkpoint_store.add_cosignatures(ledger.store, data, read_keys(witness_key))[0]
        elif show is not None or (timestamp is not None and not is_address(timestamp)):
            taken = _under(ledger, show)  # a response that is there already is for one that is too
        else:
            taken = taking.take_checkpoint(ledger, actor=actor_or_account(actor))
        if timestamp_request is not None:
            stamp_checkpoint(taken, timestamp_request)
        if timestamp is not None:
            taken = fetch_timestamp(ledger.store, taken, timestamp, tsa_root or [])
    _tell_one(taken, out, as_json=as_json)


def prove_command(
    what: Annotated[
        str | None,
        typer.Argument(
            help="FACT (position, stream/version, or key with --subject); with --complete SUBJECT."
        ),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="All there is about a person or unit, or nothing.")
    ] = False,
    consistency: Annotated[
        str | None,
        typer.Option(
            "--consistency",
            help="That the log still begins with an earlier checkpoint.",
            metavar="OLD",
        ),
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Whose fact, if it is named by its key.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option("--checkpoint", help="Under the one of this size; default: the last."),
    ] = None,
    out: Out = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Write a proof that anybody can check without this ledger: C2SP text, or JSON with --json."""
    _check_one(what, consistency, complete=complete)
    named = None if what is None else given(what)
    with (
        opened(url, keys, live=True) as ledger,
        looking_at(ledger, "prove", actor, purpose, named if complete else subject) as looker,
    ):
        under = _under(ledger, size)
        proof: Proof
        if consistency is not None:
            proof = _consistency(ledger, consistency, under)
        elif complete:
            stream = proved_stream(ledger, named or "")
            _look(ledger, looker, stream)
            proof = proving.prove_completeness(ledger.store, stream, under)
        else:
            position = fact_position(ledger, subject, named or "")
            for event in ledger.store.read(position, position):
                _look(ledger, looker, event.originator_id)
            proof = proving.prove_inclusion(ledger.store, position, under)
    data = _written(proof, as_json=as_json)
    if out is None:
        typer.echo(data, nl=False)
    else:
        hand_out(out, data)
        say(f"Proof under the checkpoint of {under.size} events: {out}")


def _check_one(what: str | None, consistency: str | None, *, complete: bool) -> None:
    if (what is None) == (consistency is None) or (complete and what is None):
        raise Misuse(
            "Name one thing to prove: a FACT, a SUBJECT with --complete, or --consistency OLD.",
            next_step="See `asn-ledger prove --help`.",
        )


def _written(proof: Proof, *, as_json: bool) -> bytes:
    """C2SP text where it has a form for the proof, JSON otherwise and where it is asked for."""
    if isinstance(proof, InclusionProof) and not as_json:
        return proof_forms.tlog_proof(proof)
    if isinstance(proof, ConsistencyProof) and not as_json:
        return proof_forms.witness_request(proof)
    return proof_forms.proof_json(proof)


def _look(ledger: Ledger, looker: Looker, stream: UUID) -> None:
    """A proof about a person is about to be handed out."""
    if person_state(ledger, stream).registered:
        looker.person(stream)


def checkpoint_shown(taken: StoredCheckpoint) -> dict[str, Any]:
    """A checkpoint for programs: what it says, who signed, and the note itself."""
    one = taken.checkpoint
    return {
        "origin": one.origin,
        "size": one.size,
        "root": one.root.hex(),
        "signatures": [
            {"name": line.name, "key_id": line.key_id.hex()} for line in taken.note.signatures
        ],
        "timestamps": len(taken.timestamps),
        "note": taken.text().decode(),
    }


def _tell_one(taken: StoredCheckpoint, out: Path | None, *, as_json: bool) -> None:
    if out is not None:
        hand_out(out, taken.text())
    if as_json:
        print_json(checkpoint_shown(taken))
    elif out is None:
        say(taken.text().decode().rstrip("\n"))
    else:
        say(f"Checkpoint of {taken.size} events: {out}")


def _tell_list(ledger: Ledger, *, as_json: bool) -> None:
    sizes = checkpoint_store.checkpoint_sizes(ledger.store)
    found = [checkpoint_store.read_checkpoint(ledger.store, size) for size in sizes]
    if as_json:
        print_json({"checkpoints": [checkpoint_shown(one) for one in found]})
        return
    say(f"{'size':>9}  {'last recorded':27}  {'signatures':>10}  {'stamps':>6}  root")
    for one in found:
        recorded = taking.recorded_at(ledger, one.size)
        lines, stamps = len(one.note.signatures), len(one.timestamps)
        say(f"{one.size:9}  {recorded}  {lines:10}  {stamps:6}  {one.checkpoint.root.hex()}")


def _tell_keys(ledger: Ledger, *, as_json: bool) -> None:
    lines = [notes.verifier_key_text(one) for one in taking.recorded_keys(ledger)]
    if as_json:
        print_json({"verifier_keys": lines})
        return
    for line in lines:
        say(line)


def _under(ledger: Ledger, size: int | None) -> StoredCheckpoint:
    if size is not None:
        return checkpoint_store.read_checkpoint(ledger.store, size)
    last = checkpoint_store.last_checkpoint(ledger.store)
    if last is None:
        raise checkpoint_store.CheckpointRefused(
            "This ledger has no checkpoint yet, so nothing can be proved.",
            next_step="Take one with `asn-ledger checkpoint`.",
        )
    return last


def _consistency(ledger: Ledger, old: str, under: StoredCheckpoint) -> ConsistencyProof:
    """From a size, or from a file with a checkpoint that must be one of this log."""
    if old.isascii() and old.isdecimal():
        return proving.prove_consistency(ledger.store, int(old[:20]), under)
    data = read_limited(Path(old), MAX_NOTE_BYTES)
    known = taking.recorded_keys(ledger)
    earlier, _ = notes.opened(data, known, origin=ledger.origin)
    proving.check_same_log(ledger.store, earlier)
    return proving.prove_consistency(ledger.store, earlier.size, under)
