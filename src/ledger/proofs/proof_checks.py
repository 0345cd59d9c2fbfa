"""Checking proofs to the end: signature, tree, and what the events themselves say. Pure.

Needed are only the verifier keys of the ledger, as its founding event or its owner names them.
Nothing here reads a ledger: who got a proof and the keys needs nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

import orjson

from ledger.canonical import FORMAT, MAX_ENTRY
from ledger.proofs import merkle
from ledger.proofs import note as notes
from ledger.proofs import tree_proofs as proofs
from ledger.proofs.heads import StreamHead, head_leaf
from ledger.proofs.note import Checkpoint, VerifierKey
from ledger.proofs.proof_forms import (
    CompletenessProof,
    ConsistencyProof,
    HeadPlace,
    Included,
    InclusionProof,
    Proof,
)
from ledger.proofs.tree_proofs import ProofRefused

HEADS_TOPIC = "ledger.heads/1"
_ENTRY_PARTS = 11


@dataclass(frozen=True, slots=True)
class Entry:
    """What the entry of an event says of its place; `payload` is parsed."""

    position: int
    stream: str
    version: int
    topic: str
    recorded_at: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof proves, under which checkpoint.

    Attributes:
        upto: of a completeness proof, the position up to which it speaks.
        events: how many of a stream; 0 proves that there was none.
    """

    kind: str
    checkpoint: Checkpoint
    entry: Entry | None = None
    stream: str | None = None
    upto: int | None = None
    events: int | None = None
    old_size: int | None = None


def check_proof(
    proof: Proof,
    keys: Sequence[VerifierKey],
    *,
    origin: str | None = None,
    old: Checkpoint | None = None,
) -> Proved:
    """See that a proof holds.

    Args:
        keys: of the ledger; at least one must have signed the checkpoint.
        origin: of the ledger, where it is known.
        old: for a consistency proof, the earlier checkpoint that the verifier himself kept. Without
            it the proof only shows that the root it states itself is part of the new tree.

    Raises:
        ProofRefused, NoteRefused: it does not hold, and why.
    """
    checkpoint, _ = notes.opened(proof.note, keys, origin=origin)
    match proof:
        case InclusionProof(event):
            entry = _included(event, checkpoint)
            return Proved("inclusion", checkpoint, entry=entry)
        case ConsistencyProof():
            return _consistent(proof, checkpoint, old)
        case CompletenessProof():
            return _complete(proof, checkpoint)


def parse_entry(entry: bytes) -> Entry:
    """The parts of a canonical entry (docs/event-format.md, section 4).

    Raises:
        ProofRefused: it is none.
    """
    try:
        parts = orjson.loads(entry) if len(entry) <= MAX_ENTRY else None
        if not isinstance(parts, list) or len(parts) != _ENTRY_PARTS or parts[0] != FORMAT:
            _refuse("What the proof holds as an event is no entry of this format.")
        _, position, stream, version, topic, _, recorded_at, _, _, payload, _ = parts
        found = Entry(position, stream, version, topic, recorded_at, orjson.loads(payload))
    except (orjson.JSONDecodeError, TypeError):
        _refuse("What the proof holds as an event is no entry of this format.")
    numbers = isinstance(position, int) and isinstance(version, int)
    if not numbers or not isinstance(stream, str) or not isinstance(found.payload, dict):
        _refuse("What the proof holds as an event is no entry of this format.")
    return found


def _included(event: Included, checkpoint: Checkpoint) -> Entry:
    leaf = merkle.leaf_hash(event.entry)
    proofs.check_inclusion(event.index, checkpoint.size, leaf, event.path, checkpoint.root)
    entry = parse_entry(event.entry)
    if entry.position != event.index + 1:
        _refuse(f"The event at index {event.index} says it stands at another position.")
    return entry


def _consistent(proof: ConsistencyProof, new: Checkpoint, old: Checkpoint | None) -> Proved:
    old_root = proof.old_root if old is None else old.root
    if old is not None and old.origin != new.origin:
        _refuse("The earlier checkpoint is of another origin.")
    if old is not None and old.size != proof.old_size:
        _refuse(
            f"The proof begins at {proof.old_size} events, the earlier checkpoint at {old.size}."
        )
    if old_root is None:
        _refuse("The proof states no old root; the earlier checkpoint is needed to check it.")
    if proof.old_root not in (None, old_root):
        _refuse("The proof states another old root than the earlier checkpoint.")
    proofs.check_consistency(proof.old_size, old_root, new.size, new.root, proof.path)
    return Proved("consistency", new, old_size=proof.old_size)


def _complete(proof: CompletenessProof, checkpoint: Checkpoint) -> Proved:
    committed = _included(proof.committed, checkpoint)
    if committed.position != checkpoint.size:
        _refuse("The heads are not those of this checkpoint, whose last event commits to them.")
    streams, upto, root = stated_heads(committed)
    for place in proof.places:
        proofs.check_inclusion(place.index, streams, head_leaf(place.head), place.path, root)
    own = [place.head for place in proof.places if place.head.stream == proof.stream]
    if own:
        if len(proof.places) != 1:
            _refuse("The proof names other streams beside the one it is about.")
        _check_events(proof, own[0], checkpoint, upto)
        count = own[0].events
    else:
        _check_absence(proof, streams, root)
        count = 0
    return Proved("completeness", checkpoint, stream=proof.stream, upto=upto, events=count)


def stated_heads(committed: Entry) -> tuple[int, int, bytes]:
    """What a HeadsCommitted states: how many streams, up to which position, the root over them.

    Raises:
        ProofRefused: the event is another one, or does not say it.
    """
    if committed.topic != HEADS_TOPIC:
        _refuse("The event that is to commit to the heads is another one.")
    payload = committed.payload
    streams, upto = payload.get("streams"), payload.get("upto")
    try:
        root = bytes.fromhex(str(payload.get("streams_root")))
    except ValueError:
        root = b""
    if (
        not isinstance(streams, int)
        or not isinstance(upto, int)
        or len(root) != merkle.HASH_BYTES
        or not 0 < upto < committed.position
    ):
        _refuse("The event that commits to the heads does not say what it must.")
    return streams, upto, root


def _check_events(
    proof: CompletenessProof, head: StreamHead, checkpoint: Checkpoint, upto: int
) -> None:
    """Every version from 1 to the count, each of this stream, the last one with the head's leaf."""
    if len(proof.events) != head.events:
        _refuse(
            f"The stream has {head.events} events up to position {upto}; the proof holds "
            f"{len(proof.events)}: something was left out or added."
        )
    for version, event in enumerate(proof.events, start=1):
        entry = _included(event, checkpoint)
        if (entry.stream, entry.version) != (proof.stream, version) or entry.position > upto:
            _refuse(f"The event that is to be version {version} of the stream is another one.")
    if not proof.events or merkle.leaf_hash(proof.events[-1].entry) != head.last_leaf:
        _refuse("The last event of the stream is not the one its head names.")


def _check_absence(proof: CompletenessProof, streams: int, root: bytes) -> None:
    """Nothing stands between the neighbours, and the stream would stand there."""
    if proof.events:
        _refuse("The proof holds events of a stream that is to have none.")
    if not streams:
        if proof.places or root != merkle.EMPTY_ROOT:
            _refuse("An empty tree of heads has no places and the empty root.")
        return
    places: Sequence[HeadPlace] = proof.places
    if not places:
        _refuse("The proof shows neither the stream nor what stands where it would.")
    names = [place.head.stream for place in places]
    before = [name for name in names if name < proof.stream]
    first, last = places[0].index, places[-1].index
    at_the_start = not before and first == 0 and len(places) == 1
    at_the_end = len(before) == 1 == len(places) and last == streams - 1
    between = (
        len(before) == 1
        and len(places) == 2
        and all(right.index == left.index + 1 for left, right in pairwise(places))
        and names[0] < proof.stream < names[1]
    )
    if not (at_the_start or at_the_end or between):
        _refuse("The heads shown are not the neighbours of where the stream would stand.")


def _refuse(message: str) -> NoReturn:
    raise ProofRefused(message, next_step="Ask for the proof again, made for this checkpoint.")
