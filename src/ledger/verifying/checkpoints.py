"""Checkpoints: those stored beside the log, and earlier ones kept elsewhere.

The keys that may sign are told by the log itself: those of the founding, and each that a
`ledger.signing_key/1` put in its place. So a checkpoint proves that the log was so when it was
signed only to who has the checkpoint, or its key, from somewhere else.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import orjson

from ledger.errors import LedgerError, Misuse
from ledger.proofs import note
from ledger.proofs.note import Checkpoint, NoteRefused, SignedNote, VerifierKey
from ledger.verifying.findings import Findings
from ledger.verifying.range_report import FOUNDED, HEADS, SIGNING_KEY, BookEvent
from ledger.verifying.stored import QueryFailed, Stored

CLAIM_MAX = 262_144
_TYPED_LINES = 3
_DIGITS = re.compile(r"[0-9]{1,19}")
_HEX_ROOT = re.compile(r"[0-9a-f]{64}")


class CheckpointUnreadable(LedgerError):
    """A file given with --against holds no checkpoint."""

    code = "checkpoint_unreadable"


class Term(NamedTuple):
    """A signing key and when it is in force: from the event at `since` up to that at `until`."""

    key: VerifierKey
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """An earlier checkpoint that somebody kept: a signed note, or three lines typed from paper."""

    source: str
    checkpoint: Checkpoint
    signed: SignedNote | None


# ------------------------------------------------------------------------------------------- keys


def terms_of(book: Iterable[BookEvent], findings: Findings) -> list[Term]:
    """The signing keys that the log names, in order."""
    terms: list[Term] = []
    for event in book:
        if event.topic not in (FOUNDED, SIGNING_KEY):
            continue
        try:
            told = orjson.loads(event.payload)
            if event.topic == FOUNDED:
                named = list(told["public_keys"].items())
            else:
                named = [(told["name"], told["public_key"])]
            keys = [note.verifier_key(name, bytes.fromhex(key)) for name, key in named]
        except (ValueError, KeyError, TypeError, AttributeError, NoteRefused):
            findings.add("shape_differs", "a signing key", position=event.position)
            continue
        if event.topic == SIGNING_KEY:
            replaced = told.get("replaces")
            terms = [
                term._replace(until=event.position)
                if term.until is None and replaced in (None, term.key.public.hex())
                else term
                for term in terms
            ]
        terms += [Term(key, event.position, None) for key in keys]
    return terms


def in_force(terms: Sequence[Term], size: int) -> list[VerifierKey]:
    """The keys that must have signed a tree of this size: a tree that holds the change of a key is
    signed by the new one, maybe by the old one besides.
    """
    return [
        term.key
        for term in terms
        if term.since <= size and (term.until is None or size < term.until)
    ]


# ----------------------------------------------------------------------------------------- stored


def stored_sizes(source: Stored, findings: Findings) -> list[int]:
    """The sizes of the stored checkpoints."""
    try:
        rows = source.ask("SELECT size FROM checkpoints ORDER BY size")
    except QueryFailed:
        findings.add("row_unreadable", "checkpoints")
        return []
    return [row[0] for row in rows if isinstance(row[0], int)]


def check_stored(
    source: Stored,
    terms: Sequence[Term],
    roots: Mapping[int, bytes],
    origin: str | None,
    findings: Findings,
) -> int:
    """Every stored checkpoint: read, signed by the key in force, of this log; gives how many."""
    count = 0
    try:
        for size, data in source.walk("SELECT size, note FROM checkpoints ORDER BY size"):
            count += 1
            _check_one(size, data, terms, roots, origin=origin, findings=findings)
    except QueryFailed:
        findings.add("row_unreadable", "checkpoints")
    _check_cosignatures(source, [term.key for term in terms], findings)
    _check_changes(source, terms, findings)
    return count


def _check_changes(source: Stored, terms: Sequence[Term], findings: Findings) -> None:
    """The first checkpoint over a change of the signing key is signed by the old key too.

    Whoever writes to the database can append a change to a key of his own, but not this signature.
    """
    for before, after in pairwise(terms):
        if before.until != after.since:
            continue
        query = "SELECT note FROM checkpoints WHERE size >= ? ORDER BY size LIMIT 1"
        try:
            rows = source.ask(query, (after.since,))
        except QueryFailed:
            return
        if not any(_vouched(data, before.key) for (data,) in rows):
            findings.add("signing_key_unvouched", "checkpoints", position=after.since)


def _vouched(data: object, key: VerifierKey) -> bool:
    try:
        return is_signed(note.parse_note(data if isinstance(data, bytes) else b""), [key])
    except NoteRefused:
        return False


def _check_cosignatures(source: Stored, keys: Sequence[VerifierKey], findings: Findings) -> None:
    """Lines beside a stored checkpoint are handed out with it: one that cannot stand in a note, or
    is false under a key of the log, makes every reader refuse a checkpoint that is right.
    """
    query = (
        "SELECT w.size, c.note, w.name, w.key_id, w.signature FROM cosignatures w "
        "LEFT JOIN checkpoints c ON c.size = w.size ORDER BY w.size"
    )
    try:
        for size, data, name, key_id, signature in source.walk(query):
            where = f"cosignatures.size {size}"
            try:
                body = note.parse_note(data if isinstance(data, bytes) else b"").body
                signed = SignedNote(body, (note.Signature(name, key_id, signature),))
                note.note_bytes(signed)
            except (NoteRefused, TypeError, AttributeError):
                findings.add("checkpoint_unreadable", where)
                continue
            try:
                note.signed_by(signed, keys)
            except NoteRefused:
                findings.add("checkpoint_signature", where)
    except QueryFailed:
        findings.add("row_unreadable", "cosignatures")


def _check_one(
    size: object,
    data: object,
    terms: Sequence[Term],
    roots: Mapping[int, bytes],
    *,
    origin: str | None,
    findings: Findings,
) -> None:
    where = f"checkpoints.size {size}"
    try:
        signed = note.parse_note(data if isinstance(data, bytes) else b"")
        checkpoint = note.parse_checkpoint(signed.body)
    except NoteRefused:
        findings.add("checkpoint_unreadable", where)
        return
    if checkpoint.size != size:
        findings.add("checkpoint_unreadable", f"{where}: the note says {checkpoint.size}")
    if origin is not None and checkpoint.origin != origin:
        findings.add("checkpoint_origin", where)
    if not is_signed(signed, in_force(terms, checkpoint.size)):
        findings.add("checkpoint_signature", where)
    root = roots.get(checkpoint.size)
    if root is None:
        findings.add("checkpoint_beyond", where)
    elif root != checkpoint.root:
        findings.add("checkpoint_root", where, position=checkpoint.size or None)


def check_prepared(source: Stored, book: Iterable[BookEvent], findings: Findings) -> None:
    """The log commits to the heads of all streams right before each checkpoint, which counts that
    event as its last.
    """
    there = set(stored_sizes(source, Findings()))
    for event in book:
        if event.topic == HEADS and event.position not in there:
            findings.add(
                "checkpoint_missing", "checkpoints", position=event.position, stream=event.stream
            )


def is_signed(signed: SignedNote, keys: Sequence[VerifierKey]) -> bool:
    """Whether one of these keys signed it, and none falsely."""
    try:
        return bool(note.signed_by(signed, keys))
    except NoteRefused:
        return False


# ---------------------------------------------------------------------------------------- earlier


def read_claim(path: Path) -> Claim:
    """An earlier checkpoint from a file: a signed note, or its three lines typed from paper.

    Typed lines may end in white space or carriage returns, lack the signatures, and give the root
    as 64 hexadecimal digits.

    Raises:
        Misuse: there is no such file. CheckpointUnreadable: it holds no checkpoint.
    """
    try:
        with path.open("rb") as file:
            data = file.read(CLAIM_MAX + 1)
    except OSError as fault:
        raise Misuse(
            f"The file {path} cannot be read: {fault.strerror}.",
            next_step="Name the file with the earlier checkpoint.",
        ) from None
    return parse_claim(data, source=str(path))


def parse_claim(data: bytes, *, source: str) -> Claim:
    """The same from bytes; raises CheckpointUnreadable.

    What mail and editors of other systems add, a mark at the start and carriage returns, is taken
    away: it is no part of what was signed, and would make an honest ledger look like another one.
    """
    data = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    try:
        signed = note.parse_note(data)
        return Claim(source, note.parse_checkpoint(signed.body), signed)
    except NoteRefused as fault:
        why = fault.message
    typed = _typed(data)
    if typed is None:
        raise CheckpointUnreadable(
            f"{source} holds no checkpoint: {why}",
            next_step="Give a signed note, or its three lines: origin, size, root.",
        )
    return Claim(source, typed, None)


def _typed(data: bytes) -> Checkpoint | None:
    """Three lines and nothing else, with what typing brings; None if it is not that."""
    if len(data) > CLAIM_MAX:
        return None
    try:
        lines = [line.strip() for line in data.decode().splitlines() if line.strip()]
    except UnicodeDecodeError:
        return None
    if len(lines) != _TYPED_LINES or not _DIGITS.fullmatch(lines[1]):
        return None
    root = _root(lines[2])
    if root is None:
        return None
    typed = Checkpoint(lines[0], int(lines[1]), root)
    try:
        note.checkpoint_body(typed)
    except NoteRefused:
        return None
    return typed


def _root(text: str) -> bytes | None:
    if _HEX_ROOT.fullmatch(text.lower()):
        return bytes.fromhex(text)
    try:
        root = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return root if base64.b64encode(root).decode() == text else None


def check_claims(
    claims: Sequence[Claim],
    terms: Sequence[Term],
    roots: Mapping[int, bytes],
    *,
    origin: str | None,
    size: int,
    findings: Findings,
) -> None:
    """Compare the log with checkpoints that were made of it before."""
    for claim in claims:
        told = claim.checkpoint
        where = f"{claim.source}: {told.size} events"
        if origin is None or told.origin != origin:
            findings.add("other_ledger", where)
            continue
        if told.size > size:
            findings.add("log_shorter", f"{where}, this ledger {size}")
        elif roots.get(told.size) != told.root:
            findings.add("history_replaced", where, position=told.size or None)
        if claim.signed is None:
            findings.add("against_unsigned", where)
        elif not is_signed(claim.signed, in_force(terms, told.size)):
            findings.add("against_signature", where)
