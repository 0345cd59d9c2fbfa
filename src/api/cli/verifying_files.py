"""`verify FILE`: a bundle or backup, a certificate, a proof: each checked by its own reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import typer

from api.cli.common import FileRefused, print_json, say
from api.cli.files import read_limited
from ledger import note as notes
from ledger.archive import Archive, is_archive
from ledger.backup import KIND as BACKUP
from ledger.bundle_check import Proven, check_bundle
from ledger.errors import LedgerError, Misuse
from ledger.note import VerifierKey
from ledger.proof_checks import check_proof
from ledger.proof_forms import ConsistencyProof, read_proof
from ledger.proofs import ProofRefused
from ledger.restore import Checked, check_backup, must_agree
from ledger.verifying.checkpoints import Claim, is_signed
from projections.asking import certificate

FILE_MAX = 256 << 20


class NotThatLog(LedgerError):
    """A file is right in itself and does not belong to the checkpoint it was compared with."""

    code = "history_replaced"


class FormUnknown(LedgerError):
    """A file that is neither bundle nor backup, certificate or proof."""

    code = "form_unknown"


def verify_file(
    path: Path, claims: Sequence[Claim], trusted: Sequence[VerifierKey], *, as_json: bool
) -> None:
    """Check a file by what it is; says what was proven, or raises what was wrong."""
    try:
        told = _told(path, claims, trusted)
    except OSError as fault:
        raise FileRefused(fault) from None
    roots = told.pop("roots", {})
    log_keys = told.pop("log_keys", ())
    kept = told.pop("kept", None)
    others = [claim for claim in claims if claim is not kept]
    _compare(told, others, roots, log_keys)
    told["compared_with"] = len(claims)
    told["anchored"] = bool(told["compared_with"] or trusted)
    if as_json:
        print_json(told)
    else:
        _tell(path, told)
    raise typer.Exit(0)


def _told(path: Path, claims: Sequence[Claim], trusted: Sequence[VerifierKey]) -> dict[str, Any]:
    if is_archive(path):
        return _archive(path, claims, trusted)
    data = read_limited(path, FILE_MAX)
    if _is_certificate(data):
        certified = certificate.check(data, trusted=trusted)
        return _proven("certificate", certified.proven) | {
            "answer": dict(certified.answer),
            "known_at_proven": certified.position_proven,
        }
    return _proof(path, data, claims, trusted)


def _is_certificate(data: bytes) -> bool:
    try:
        whole = orjson.loads(data)
    except ValueError:
        return False
    return isinstance(whole, dict) and "format" in whole


def _proof(
    path: Path, data: bytes, claims: Sequence[Claim], trusted: Sequence[VerifierKey]
) -> dict[str, Any]:
    """One of the forms of docs/proofs.md; the key of the ledger must come another way."""
    try:
        proof = read_proof(data)
    except ProofRefused as fault:
        raise _unknown(
            path, f"is no bundle, backup or certificate, and no proof: {fault.message}"
        ) from None
    if not trusted:
        raise Misuse(
            "A proof says nothing without the key of the ledger it speaks of.",
            next_step="Give the line that `asn-ledger checkpoint --key` prints there, with --key.",
        )
    # Of two checkpoints, the earlier is the one that the verifier kept himself.
    kept = None
    if isinstance(proof, ConsistencyProof) and claims:
        fitting = (one for one in claims if one.checkpoint.size == proof.old_size)
        kept = next(fitting, claims[0])
    proved = check_proof(proof, trusted, old=None if kept is None else kept.checkpoint)
    signed = notes.signed_by(notes.parse_note(proof.note), trusted)
    told: dict[str, Any] = {
        "kind": f"proof of {proved.kind}",
        "origin": proved.checkpoint.origin,
        "size": proved.checkpoint.size,
        "root": proved.checkpoint.root.hex(),
        "signers": sorted({key.name for key, _ in signed}),
        "old_size": proved.old_size,
        "kept": kept,
    }
    if proved.entry is not None:
        told |= {"position": proved.entry.position, "topic": proved.entry.topic}
    if proved.stream is not None:
        told |= {"stream": proved.stream, "events": proved.events, "upto": proved.upto}
    return told


def _archive(path: Path, claims: Sequence[Claim], trusted: Sequence[VerifierKey]) -> dict[str, Any]:
    sizes = [claim.checkpoint.size for claim in claims]
    with Archive.open(path) as archive:
        if archive.manifest.get("kind") == BACKUP:
            checked = check_backup(archive, marks=sizes)
            must_agree(checked)
            return _backup(checked, trusted)
    proven = check_bundle(path, trusted=trusted, marks=sizes)
    return _proven("bundle", proven) | {"roots": proven.roots}


def _backup(checked: Checked, trusted: Sequence[VerifierKey]) -> dict[str, Any]:
    """A backup goes on after its last checkpoint: who signed which of it, of the keys that count.

    Raises:
        NotThatLog: keys are named, and none of them signed any of its checkpoints.
    """
    signers, upto = set[str](), 0
    for size, note in checked.notes.items():
        signed = notes.signed_by(note, trusted or checked.keys)
        signers |= {key.name for key, _ in signed}
        upto = max(upto, size) if signed else upto
    if trusted and not signers:
        raise NotThatLog(
            "The backup holds no checkpoint that one of the keys named signed.",
            next_step="See where the agency publishes its keys, or give --against a checkpoint.",
        )
    return {
        "kind": "backup",
        "origin": checked.origin,
        "size": checked.size,
        "root": checked.root.hex(),
        "signers": sorted(signers),
        "signed_upto": upto,
        "whole": True,
        "withheld": checked.withheld,
        "erasure_unfinished": checked.unfinished,
        "roots": checked.roots,
        "log_keys": checked.keys,
    }


def _proven(kind: str, proven: Proven) -> dict[str, Any]:
    return {
        "kind": kind,
        "origin": proven.origin,
        "size": proven.size,
        "root": proven.root.hex(),
        "signers": list(proven.signers),
        "whole": proven.whole,
        "events": proven.events,
        "streams": proven.streams,
        "sealed": proven.sealed,
        "withheld": proven.withheld,
        "erasure_unfinished": proven.unfinished,
        "scope": dict(proven.scope),
        "log_keys": proven.log_keys,
    }


def _compare(
    told: dict[str, Any],
    claims: Sequence[Claim],
    roots: Mapping[int, bytes],
    log_keys: Sequence[VerifierKey],
) -> None:
    """The same checkpoint as one kept elsewhere; of an earlier one only a whole log shows that it
    grew out of it, of another nothing follows without a proof.

    Raises:
        NotThatLog: another origin, another root at the same size, or a false signature.
    """
    for claim in claims:
        known = claim.checkpoint
        if known.origin != told["origin"]:
            raise NotThatLog(
                f"{claim.source} is a checkpoint of {known.origin}, the file is of "
                f"{told['origin']}.",
                next_step="Compare it with a checkpoint of the same ledger.",
            )
        root = told["root"] if known.size == told["size"] else roots.get(known.size, b"").hex()
        if not root:
            raise Misuse(
                f"{claim.source} counts {known.size} events, the file {told['size']}; that one "
                "grew out of the other shows only with a consistency proof.",
                next_step="Get the checkpoint of that size, or `prove` the consistency of both.",
            )
        if known.root.hex() != root:
            raise NotThatLog(
                f"At {known.size} events {claim.source} has another root than the file.",
                next_step="One of both is forged; keep both, and ask a witness.",
            )
        if log_keys and claim.signed is not None and not is_signed(claim.signed, log_keys):
            raise NotThatLog(
                f"{claim.source} is signed by none of the keys that the log in the file names.",
                next_step="Fetch that checkpoint again from its source; ask which keys there were.",
            )


def _unknown(path: Path, why: str) -> FormUnknown:
    return FormUnknown(
        f"{path} {why}", next_step="Name a bundle, a backup, a certificate or a proof."
    )


def _tell(path: Path, told: dict[str, Any]) -> None:
    say(f"{path}: a {told['kind']} of {told['origin']} at {told['size']} events")
    say(f"root {told['root']}")
    if "position" in told:
        say(f"The {told['topic']} at position {told['position']} is in that log.")
    if "stream" in told:
        say(
            f"Up to position {told['upto']} there are {told['events']} events of the stream "
            f"{told['stream']}, and these are all."
        )
    if told.get("old_size") is not None:
        say(f"The log of {told['old_size']} events is the beginning of it.")
    if "whole" in told and "events" in told:
        extent = "the whole log" if told["whole"] else "the rest stands in the tree only"
        say(f"{told['events']} events of {told['streams']} streams are here, {extent}.")
    if told["signers"]:
        say(f"signed by {', '.join(told['signers'])}")
    if told.get("signed_upto", told["size"]) < told["size"]:
        say(f"What follows position {told['signed_upto']} is under no such signature.")
    if told.get("withheld") and told["kind"] != "certificate":
        say(f"The sealed fields of {told['withheld']} events are not in it.")
    if told.get("erasure_unfinished"):
        say(
            f"Of {told['erasure_unfinished']} people whose erasure the log orders, sealed fields "
            "are in it: it was made before that was carried out, or somebody kept them."
        )
    if "answer" in told:
        answer = told["answer"]
        if answer["hypothetical"]:
            say(f"HYPOTHETICAL, not a result: {answer['hypothetical']}")
        say(
            f"{answer['instrument']} as of {answer['as_of']}: total "
            f"{answer['total']}, "
            f"{answer['status']}, computed again from the events to the same."
        )
        if not told["known_at_proven"]:
            say(
                f"The event at position {answer['position']} is of a stream that is not here: "
                "known_at lies between its neighbours, and is not proven to the second."
            )
    say("Everything in it is as it was recorded.")
    if not told["anchored"]:
        say(
            "That this is the agency's own ledger shows only against a checkpoint or key that came "
            "another way (--against, --key)."
        )
