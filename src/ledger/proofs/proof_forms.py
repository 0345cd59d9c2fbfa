"""Proofs as files: JSON objects, and the text forms of C2SP. Pure.

An inclusion proof is also written as C2SP tlog-proof v1, a consistency proof also as the request
that C2SP tlog-witness defines. Readers are strict: a field that is missing, added, doubled or in
another form is refused, and what a proof repeats from its checkpoint must agree with it. Nothing is
proved by reading; `ledger.proofs.proof_checks` does that. docs/proofs.md describes each field.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ledger.canonical import canonical_json
from ledger.proofs import merkle
from ledger.proofs import note as notes
from ledger.proofs.heads import StreamHead
from ledger.proofs.merkle import HASH_BYTES
from ledger.proofs.note import Checkpoint
from ledger.proofs.tree_proofs import MAX_PATH, ProofRefused

MAX_PROOF_BYTES = 64 * 1024 * 1024
TLOG_PROOF = "c2sp.org/tlog-proof@v1"
INCLUSION = "inclusion"
CONSISTENCY = "consistency"
COMPLETENESS = "completeness"
_STREAM = re.compile(r"[0-9a-f]{32}")
_HEX_HASH = re.compile(r"[0-9a-f]{64}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Included:
    """One event in the log: index from 0 (position - 1), canonical entry, inclusion path."""

    index: int
    entry: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An event is in the log. `note` is the text of the checkpoint with its signatures."""

    event: Included
    note: bytes


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """A checkpoint contains an earlier one. `old_root` is what the maker says it was, if he did."""

    old_size: int
    old_root: bytes | None
    path: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, slots=True)
class HeadPlace:
    """One head in the tree of heads: index from 0 in the order of streams, inclusion path."""

    head: StreamHead
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CompletenessProof:
    """These are all events of a stream up to a position; or there is no such stream.

    Attributes:
        committed: the event HeadsCommitted that the checkpoint covers.
        places: the stream's own head; for a stream that does not exist the heads before and after
            where it would stand, one at either end, none in an empty ledger.
        events: all events of the stream, by version.
    """

    stream: str
    committed: Included
    places: tuple[HeadPlace, ...]
    events: tuple[Included, ...]
    note: bytes


Proof = InclusionProof | ConsistencyProof | CompletenessProof


def checkpoint_of(proof: Proof) -> Checkpoint:
    """What the checkpoint of a proof says, unverified.

    Raises:
        NoteRefused: it is none.
    """
    return notes.parse_checkpoint(notes.parse_note(proof.note).body)


# ----------------------------------------------------------------------------------------- writing


def proof_json(proof: Proof) -> bytes:
    """The proof as one JSON object in canonical form, ended by a newline."""
    checkpoint = checkpoint_of(proof)
    shared = {"origin": checkpoint.origin, "size": checkpoint.size, "checkpoint": _t(proof.note)}
    shown: dict[str, Any]
    match proof:
        case InclusionProof(event):
            leaf = merkle.leaf_hash(event.entry)
            shown = {"proof": INCLUSION, "leaf": leaf.hex(), **_event(event)}
        case ConsistencyProof(old_size, old_root, path):
            shown = {
                "proof": CONSISTENCY,
                "old_size": old_size,
                "old_root": None if old_root is None else _b64(old_root),
                "root": _b64(checkpoint.root),
                "path": _path(path),
            }
        case _:
            shown = {
                "proof": COMPLETENESS,
                "stream": proof.stream,
                "committed": _event(proof.committed),
                "heads": [_place(place) for place in proof.places],
                "events": [_event(event) for event in proof.events],
            }
    return canonical_json({**shown, **shared}) + b"\n"


def tlog_proof(proof: InclusionProof) -> bytes:
    """The proof in the text form of C2SP tlog-proof v1; its `extra` is the entry of the event."""
    event = proof.event
    lines = [TLOG_PROOF, f"extra {_b64(event.entry)}", f"index {event.index}", *_path(event.path)]
    return "\n".join([*lines, "", ""]).encode() + proof.note


def witness_request(proof: ConsistencyProof) -> bytes:
    """What a witness is asked (C2SP tlog-witness, add-checkpoint): old size, path, checkpoint."""
    lines = [f"old {proof.old_size}", *_path(proof.path)]
    return "\n".join([*lines, "", ""]).encode() + proof.note


def _event(event: Included) -> dict[str, Any]:
    return {"index": event.index, "entry": _t(event.entry), "path": _path(event.path)}


def _place(place: HeadPlace) -> dict[str, Any]:
    return {
        "stream": place.head.stream,
        "count": place.head.events,
        "last_leaf": place.head.last_leaf.hex(),
        "index": place.index,
        "path": _path(place.path),
    }


def _path(path: Iterable[bytes]) -> list[str]:
    return [_b64(step) for step in path]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _t(data: bytes) -> str:
    return data.decode("utf-8")


# ----------------------------------------------------------------------------------------- reading


def read_proof(data: bytes) -> Proof:
    """The proof in a file, in whichever of the forms it is written.

    Raises:
        ProofRefused: it is in none of them, or says two things at once.
        NoteRefused: its checkpoint cannot be read.
    """
    if len(data) > MAX_PROOF_BYTES:
        _refuse(f"The proof has {len(data)} bytes; at most {MAX_PROOF_BYTES} are read.")
    if data.startswith(TLOG_PROOF.encode() + b"\n"):
        return _read_tlog_proof(data)
    if data.startswith(b"old "):
        return read_witness_request(data)
    return _read_json(data)


def read_witness_request(data: bytes) -> ConsistencyProof:
    """A request to a witness.

    Raises:
        ProofRefused, NoteRefused: as `read_proof`.
    """
    head, note = _cut(data, "The request")
    first, *steps = head
    word, _, number = first.partition(" ")
    if word != "old":
        _refuse("The request does not begin with the old size.")
    proof = ConsistencyProof(_decimal(number, "old size"), None, _steps(steps), note)
    checkpoint_of(proof)
    return proof


def _read_tlog_proof(data: bytes) -> InclusionProof:
    head, note = _cut(data, "The proof")
    _, *lines = head
    if not lines or not lines[0].startswith("extra "):
        _refuse("The proof does not carry the event (`extra`), so nothing can be checked by it.")
    entry = _bytes(lines[0].removeprefix("extra "), "extra")
    if len(lines) == 1 or not lines[1].startswith("index "):
        _refuse("The proof does not name the index of the event.")
    index = _decimal(lines[1].removeprefix("index "), "index")
    proof = InclusionProof(Included(index, entry, _steps(lines[2:])), note)
    checkpoint_of(proof)
    return proof


def _cut(data: bytes, what: str) -> tuple[list[str], bytes]:
    """The lines before the first empty one, and all bytes after it."""
    head, empty, note = data.partition(b"\n\n")
    if not empty:
        _refuse(f"{what} has no empty line before its checkpoint.")
    try:
        return head.decode("ascii").split("\n"), note
    except UnicodeDecodeError:
        _refuse(f"{what} holds other letters than ASCII before its checkpoint.")


def _read_json(data: bytes) -> Proof:
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_doubles,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        _refuse("The proof is neither JSON nor one of the text forms of C2SP.")
    if not isinstance(found, dict):
        _refuse("The proof is JSON, but no object.")
    kind = found.get("proof")
    proof: Proof
    if kind == INCLUSION:
        fields = _fields(found, "origin size checkpoint leaf index entry path")
        proof = InclusionProof(_read_event(fields), _note(fields))
        if fields["leaf"] != merkle.leaf_hash(proof.event.entry).hex():
            _refuse("The leaf of the proof is not that of its event.")
    elif kind == CONSISTENCY:
        proof = _read_consistency(found)
    elif kind == COMPLETENESS:
        fields = _fields(found, "origin size checkpoint stream committed heads events")
        proof = CompletenessProof(
            _match(_STREAM, fields["stream"], "stream"),
            _read_event(_object(fields["committed"])),
            tuple(map(_read_place, _list(fields["heads"], "heads"))),
            tuple(_read_event(_object(one)) for one in _list(fields["events"], "events")),
            _note(fields),
        )
    else:
        _refuse("The JSON says of no kind of proof known here that it is one.")
    checkpoint = checkpoint_of(proof)
    if (found["origin"], found["size"]) != (checkpoint.origin, checkpoint.size):
        _refuse("Origin or size of the proof are not those of its checkpoint.")
    return proof


def _read_consistency(found: Mapping[str, Any]) -> ConsistencyProof:
    fields = _fields(found, "origin size checkpoint old_size old_root root path")
    old_root = fields["old_root"]
    proof = ConsistencyProof(
        _number(fields["old_size"], "old_size"),
        None if old_root is None else _hash(old_root, "old_root"),
        _steps(_list(fields["path"], "path")),
        _note(fields),
    )
    if _hash(fields["root"], "root") != checkpoint_of(proof).root:
        _refuse("The root of the proof is not that of its checkpoint.")
    return proof


def _read_event(given: Mapping[str, Any]) -> Included:
    fields = given if "checkpoint" in given else _fields(given, "index entry path", kind=False)
    entry = _string(fields["entry"], "entry").encode("utf-8", "surrogatepass")
    index = _number(fields["index"], "index")
    return Included(index, entry, _steps(_list(fields["path"], "path")))


def _read_place(given: object) -> HeadPlace:
    fields = _fields(_object(given), "stream count last_leaf index path", kind=False)
    last_leaf = bytes.fromhex(_match(_HEX_HASH, fields["last_leaf"], "last_leaf"))
    stream = _match(_STREAM, fields["stream"], "stream")
    head = StreamHead(stream, _number(fields["count"], "count"), last_leaf)
    path = _steps(_list(fields["path"], "path"))
    return HeadPlace(head, _number(fields["index"], "index"), path)


# ------------------------------------------------------------------------------------ small pieces


def _fields(given: Mapping[str, Any], names: str, *, kind: bool = True) -> Mapping[str, Any]:
    expected = {*names.split(), *(["proof"] if kind else [])}
    if given.keys() != expected:
        missing, more = expected - given.keys(), sorted(given.keys() - expected)[:3]
        _refuse(
            "A part of the proof has not the fields it must have: missing "
            f"{', '.join(sorted(missing)) or 'none'}, unknown {len(more)}."
        )
    return given


def _note(fields: Mapping[str, Any]) -> bytes:
    return _string(fields["checkpoint"], "checkpoint").encode("utf-8", "surrogatepass")


def _steps(lines: Sequence[object]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PATH:
        _refuse(f"A path of {len(lines)} hashes; no tree needs more than {MAX_PATH}.")
    return tuple(_hash(line, "path") for line in lines)


def _hash(given: object, name: str) -> bytes:
    data = _bytes(_string(given, name), name)
    if len(data) != HASH_BYTES:
        _refuse(f"A hash in `{name}` has {len(data)} bytes instead of 32.")
    return data


def _bytes(text: str, name: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or _b64(data) != text:
        _refuse(f"`{name}` is not base64 in its canonical form.")
    return data


def _decimal(text: str, name: str) -> int:
    return int(_match(_DECIMAL, text, name))


def _number(given: object, name: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= notes.MAX_SIZE:
        _refuse(f"`{name}` is no whole number from 0 to 2^63 - 1.")
    return given


def _match(pattern: re.Pattern[str], given: object, name: str) -> str:
    text = _string(given, name)
    if not pattern.fullmatch(text):
        _refuse(f"`{name}` is not written as it must be.")
    return text


def _string(given: object, name: str) -> str:
    if not isinstance(given, str):
        _refuse(f"`{name}` is no text.")
    return given


def _list(given: object, name: str) -> list[Any]:
    if not isinstance(given, list):
        _refuse(f"`{name}` is no list.")
    return given


def _object(given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        _refuse("A part of the proof is no object.")
    return given


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError("not a whole number")


def _refuse(message: str) -> NoReturn:
    raise ProofRefused(message, next_step="Ask for the proof again; do not repair it by hand.")
