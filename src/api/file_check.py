"""Checking a file that proves something: a bundle or backup, a certificate, a proof, a checkpoint.

Each is checked by its own reader; nothing of the ledger is needed. The command line prints what
came of it, the server shows it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from ledger.copies.archive import Archive, is_archive
from ledger.copies.backup import KIND as BACKUP
from ledger.copies.bundle_check import Proven, check_bundle
from ledger.copies.restore import Checked, check_backup, must_agree
from ledger.errors import LedgerError, Misuse
from ledger.proofs import note as notes
from ledger.proofs.note import VerifierKey
from ledger.proofs.proof_checks import check_proof
from ledger.proofs.proof_forms import ConsistencyProof, read_proof
from ledger.proofs.tree_proofs import ProofRefused
from ledger.verifying.checkpoints import Claim, is_signed
from projections.asking import certificate

FILE_MAX = 256 << 20
_PDF = b"%PDF-"
_STREAM = re.compile(rb"stream\r?\n")
_STREAMS_MAX = 20_000
_PACKED_MAX = 64 << 20
_BEGIN = b'{"answer":'  # how every certificate begins: canonical JSON, its keys sorted
_PEEK = 1024  # the codes of a packed stream come first, before a letter of it


class NotThatLog(LedgerError):
    """A file is right in itself and does not belong to the checkpoint it was compared with."""

    code = "history_replaced"


class FormUnknown(LedgerError):
    """A file that is neither bundle nor backup, certificate or proof."""

    code = "form_unknown"


class Found(NamedTuple):
    """What a file was found to prove.

    Attributes:
        told: as `verify FILE --json` prints it, but for what it was compared with.
        roots: of a whole log, the root at each size asked for. log_keys: which its log names.
        kept: the claim that a consistency proof was checked from.
    """

    told: dict[str, Any]
    roots: Mapping[int, bytes]
    log_keys: Sequence[VerifierKey]
    kept: Claim | None = None


def check_file(
    path: Path,
    claims: Sequence[Claim],
    trusted: Sequence[VerifierKey],
    *,
    proof_keys: Sequence[VerifierKey] = (),
) -> Found:
    """Check a file by what it is.

    Args:
        claims: checkpoints from elsewhere. trusted: keys from elsewhere; a proof needs one.
        proof_keys: keys for a proof alone, where what names its own keys is read by those.

    Raises:
        FormUnknown: it is none of these. What its own reader raises where something is not right.
        Misuse: a proof, and no key. OSError.
    """
    if is_archive(path):
        return _archive(path, claims, trusted)
    with path.open("rb") as file:
        data = file.read(FILE_MAX + 1)
    if len(data) > FILE_MAX:
        raise _unknown(path, f"is larger than {FILE_MAX} bytes, as none of its kind is.")
    if data.startswith(_PDF):
        inside = certificate_in(data)
        if inside is None:
            raise _unknown(path, "is a PDF without a certificate in it.")
        return _certificate(inside, trusted, kind="certificate in a PDF")
    if is_certificate(data):
        return _certificate(data, trusted, kind="certificate")
    return _proof(path, data, claims, trusted or proof_keys)


def is_certificate(data: bytes) -> bool:
    """Whether bytes are a certificate, if they are anything."""
    try:
        whole = orjson.loads(data)
    except ValueError:
        return False
    return isinstance(whole, dict) and "format" in whole


def certificate_in(data: bytes) -> bytes | None:
    """The certificate that is attached to a PDF; None where there is none.

    Looked at is every stream of the file, packed or plain (ISO 32000-1, 7.3.8 and 7.4.4), without
    believing its tables; a stream is unpacked whole only where it begins as a certificate does.
    """
    for number, place in enumerate(_STREAM.finditer(data)):
        if number == _STREAMS_MAX:
            break
        rest = memoryview(data)[place.end() :]
        if rest[: len(_BEGIN)] == _BEGIN:
            end = data.find(b"endstream", place.end())
            whole = bytes(rest[: max(0, end - place.end())])
            return whole.rstrip(b"\r\n") + b"\n"  # what ends the line before endstream is not in it
        try:
            unpacking = zlib.decompressobj()
            begin = unpacking.decompress(rest[:_PEEK], len(_BEGIN))
            if begin == _BEGIN:
                return zlib.decompressobj().decompress(rest, _PACKED_MAX)
        except zlib.error:
            continue
    return None


def _certificate(data: bytes, trusted: Sequence[VerifierKey], *, kind: str) -> Found:
    certified = certificate.check(data, trusted=trusted)
    told = _proven(kind, certified.proven) | {
        "answer": dict(certified.answer),
        "known_at_proven": certified.position_proven,
    }
    return Found(told, {}, certified.proven.log_keys)


def _proof(
    path: Path, data: bytes, claims: Sequence[Claim], trusted: Sequence[VerifierKey]
) -> Found:
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
    }
    if proved.entry is not None:
        told |= {"position": proved.entry.position, "topic": proved.entry.topic}
    if proved.stream is not None:
        told |= {"stream": proved.stream, "events": proved.events, "upto": proved.upto}
    return Found(told, {}, (), kept)


def _archive(path: Path, claims: Sequence[Claim], trusted: Sequence[VerifierKey]) -> Found:
    sizes = [claim.checkpoint.size for claim in claims]
    with Archive.open(path) as archive:
        if archive.manifest.get("kind") == BACKUP:
            checked = check_backup(archive, marks=sizes)
            must_agree(checked)
            return Found(_backup(checked, trusted), checked.roots, checked.keys)
    proven = check_bundle(path, trusted=trusted, marks=sizes)
    return Found(_proven("bundle", proven), proven.roots, proven.log_keys)


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
    }


def compare(found: Found, claims: Sequence[Claim]) -> None:
    """The same checkpoint as one kept elsewhere; of an earlier one only a whole log shows that it
    grew out of it, of another nothing follows without a proof.

    Raises:
        NotThatLog: another origin, another root at the same size, or a false signature.
        Misuse: only a consistency proof could show it.
    """
    told = found.told
    for claim in claims:
        known = claim.checkpoint
        if known.origin != told["origin"]:
            raise NotThatLog(
                f"{claim.source} is a checkpoint of {known.origin}, the file is of "
                f"{told['origin']}.",
                next_step="Compare it with a checkpoint of the same ledger.",
            )
        root = (
            told["root"] if known.size == told["size"] else found.roots.get(known.size, b"").hex()
        )
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
        signed = claim.signed
        if found.log_keys and signed is not None and not is_signed(signed, found.log_keys):
            raise NotThatLog(
                f"{claim.source} is signed by none of the keys that the log in the file names.",
                next_step="Fetch that checkpoint again from its source; ask which keys there were.",
            )


def _unknown(path: Path, why: str) -> FormUnknown:
    return FormUnknown(
        f"{path.name} {why}", next_step="Name a bundle, a backup, a certificate or a proof."
    )
