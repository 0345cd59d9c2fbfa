"""What an uploaded file is and whether it holds: checkpoint, proof, bundle, backup, certificate.

`examined` runs in a guarded process, because nothing of the file is known; `placed` then compares
with the log of this ledger what the file says of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.desk import Desk
from api.file_check import FormUnknown, check_file
from ledger.checkpoints.tiles import TileReader
from ledger.copies.archive import is_archive
from ledger.errors import LedgerError
from ledger.proofs.note import VerifierKey
from ledger.verifying.checkpoints import CheckpointUnreadable, is_signed, read_claim

Json = dict[str, Any]
HOLDS, NOTICE, FAILS = "holds", "notice", "fails"
_SHOWN = ("instrument", "subject", "as_of", "position", "total", "band", "status", "digest")


def finding(level: str, code: str, message: str, next_step: str = "") -> Json:
    """One finding: `holds`, `notice` or `fails`."""
    return {"level": level, "code": code, "message": message, "next_step": next_step}


def examined(path: Path, keys: Sequence[VerifierKey]) -> Json:
    """What a file is, and whether it is right in itself.

    Args:
        keys: of this ledger, for proofs and checkpoints; bundles and certificates name their own.
    """
    try:
        return _told(path, keys)
    except LedgerError as fault:
        return _shown(_kind(path), [finding(FAILS, fault.code, fault.message, fault.next_step)])


def _told(path: Path, keys: Sequence[VerifierKey]) -> Json:
    try:
        found = check_file(path, (), (), proof_keys=keys)
    except FormUnknown:
        if _kind(path) != "unknown":
            raise
        return _checkpoint(path, keys)
    told = found.told
    findings = [finding(HOLDS, "unchanged", "Everything in it is as it was recorded.")]
    if told.get("erasure_unfinished"):
        findings.append(
            finding(
                NOTICE,
                "erasure_unfinished",
                f"Sealed fields of {told['erasure_unfinished']} people whose erasure the log orders"
                " are in it.",
                "Destroy the file once it is not needed.",
            )
        )
    shown = _shown(told["kind"], findings, told)
    if "answer" in told:
        answer = told["answer"]
        shown["answer"] = {name: answer[name] for name in _SHOWN}
        findings.append(
            finding(HOLDS, "computed_again", "The score was computed again from the events.")
        )
        if answer["hypothetical"]:
            findings.append(
                finding(NOTICE, "hypothetical", "The answer is hypothetical, not a result.")
            )
    if told["kind"] == "certificate in a PDF":
        findings.append(
            finding(
                NOTICE,
                "paper_not_proven",
                "Proven is the certificate inside the PDF, not what is printed on its pages.",
                "Compare the printed figures with those shown here.",
            )
        )
    return shown


def _checkpoint(path: Path, keys: Sequence[VerifierKey]) -> Json:
    """A signed note, or its three lines as typed from paper."""
    try:
        claim = read_claim(path)
    except CheckpointUnreadable:
        raise FormUnknown(
            "The file is no checkpoint, proof, bundle, backup or certificate.",
            next_step="Upload the file as it was handed out.",
        ) from None
    one = claim.checkpoint
    if claim.signed is None:
        said = finding(NOTICE, "unsigned", "It has no signature: three lines as on paper.")
    elif is_signed(claim.signed, keys):
        said = finding(HOLDS, "signed", "One of the keys of this ledger signed it.")
    else:
        said = finding(
            FAILS,
            "signature_unknown",
            "No key of this ledger signed it.",
            "Ask who made it; keep it.",
        )
    lines = () if claim.signed is None else claim.signed.signatures
    told = {"origin": one.origin, "size": one.size, "root": one.root.hex()}
    return _shown("checkpoint", [said], {**told, "signers": sorted({n.name for n in lines})})


def _shown(kind: str, findings: list[Json], told: Json | None = None) -> Json:
    known = told or {}
    kept = ("origin", "size", "root", "signers", "position", "topic", "stream", "events", "upto")
    more = ("old_size", "whole", "streams", "signed_upto", "known_at_proven")
    return {
        "kind": kind,
        "findings": findings,
        **{name: known[name] for name in (*kept, *more) if known.get(name) is not None},
    }


def _kind(path: Path) -> str:
    if is_archive(path):
        return "archive"
    with path.open("rb") as file:
        begin = file.read(64).lstrip()
    if begin.startswith(b"%PDF-"):
        return "pdf"
    return "certificate or proof" if begin.startswith(b"{") else "unknown"


def placed(desk: Desk, shown: Json) -> Json:
    """What a file was found to be, with whether its log is the one of this ledger."""
    findings: list[Json] = shown["findings"]
    if "root" in shown:
        findings.append(_of_this_log(desk, shown["origin"], shown["size"], shown["root"]))
    return {**shown, "holds": all(one["level"] != FAILS for one in findings)}


def _of_this_log(desk: Desk, origin: str, size: int, root: str) -> Json:
    ledger = desk.ledger
    if origin != ledger.origin:
        return finding(
            FAILS,
            "other_ledger",
            "It is of another ledger.",
            "Check it at the ledger that it names.",
        )
    head = ledger.store.head().position
    if size > head:
        return finding(
            FAILS,
            "beyond_log",
            f"It speaks of {size} events; this log has {head}.",
            "Either events were lost here, or the file is forged: keep it, and ask a witness.",
        )
    with ledger.store.reading() as connection:
        same = TileReader(connection, head).root(size).hex() == root
    if not same:
        return finding(
            FAILS,
            "root_differs",
            f"The first {size} events of this log have another root.",
            "One of both was changed: keep the file, and ask a witness.",
        )
    return finding(HOLDS, "of_this_log", f"This log begins with the {size} events of the file.")
