"""Checking an audit bundle, with no ledger and no keys at hand.

Looked at are every byte of the file, each event against its leaf, the leaves against the root, the
root against the signed checkpoint, each stream against the heads of all streams that the last event
commits to, sealed parts against their digests, and keys against the events that commit to them.

Trust: a bundle names its own key of checkpoints, in its founding event. That it is the agency's
log, and not one made up, shows only against a checkpoint or key that came another way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from ledger.copies.archive import Archive
from ledger.copies.archive_lines import key_of, note_of, refused
from ledger.copies.archive_walk import Parts, Walk, walk_of
from ledger.copies.bundle import HEADS, KIND, LOG, PLACE
from ledger.copies.bundle_decided import PERSON, Decided
from ledger.copies.events_opened import founding_fields, payload_of
from ledger.domain.decision import DRAFTED
from ledger.fields import IDENTITY
from ledger.proofs.heads import StreamHead, head_leaf, heads_root
from ledger.proofs.log_keys import TOPICS, log_keys
from ledger.proofs.merkle import HASH_BYTES, root
from ledger.proofs.note import VerifierKey, opened, signed_by
from ledger.proofs.partial_tree import root_of_part
from ledger.proofs.proof_checks import HEADS_TOPIC
from ledger.proofs.rests_on import named
from ledger.proofs.tree_proofs import MAX_SIZE, ProofRefused
from ledger.records import RecordedEvent
from ledger.verifying import entries, shapes

_STATED_KEYS = (PERSON, "org_unit.unit/1", "ledger.founded/1", DRAFTED)


@dataclass(frozen=True, slots=True)
class Tree:
    """What stands for the rest of a log of which only some streams are here."""

    log: Sequence[bytes]
    places: Sequence[int]
    heads: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Proven:
    """A bundle or certificate whose every part was found right.

    Attributes:
        origin, size, root: of the checkpoint.
        signers: names of the keys that signed it and that this reader knows.
        founded: the payload of the founding event.
        events, streams: how many are here. whole: whether that is all up to the checkpoint.
        sealed, withheld: events with personal fields here (encrypted), and without.
        keys: identity keys that were given, by stream.
        scope: what was asked for when it was made; said, not proven.
        unfinished: people in it who were to be erased, with sealed parts.
        log_keys: of the log, as its events name them.
        roots: of a whole log, at the sizes that were asked for.
    """

    origin: str
    size: int
    root: bytes
    signers: tuple[str, ...]
    founded: Mapping[str, Any]
    events: int
    streams: int
    whole: bool
    sealed: int
    withheld: int
    keys: Mapping[UUID, bytes] = field(default_factory=dict)
    scope: Mapping[str, Any] = field(default_factory=dict)
    unfinished: int = 0
    log_keys: tuple[VerifierKey, ...] = ()
    roots: Mapping[int, bytes] = field(default_factory=dict)


class Collected:
    """What a check needs of the events that pass, whoever gives them."""

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.leaves: list[tuple[int, bytes]] = []
        self.heads: dict[UUID, tuple[int, bytes]] = {}
        self.committed: dict[UUID, Mapping[str, Any]] = {}
        self.naming: list[RecordedEvent] = []
        self.units: set[UUID] = set()
        self.decided = Decided()
        self.first: RecordedEvent | None = None
        self.last: RecordedEvent | None = None

    def add(self, event: RecordedEvent) -> None:
        """One event, in the order of positions.

        Raises:
            ArchiveRefused: it is none that any ledger writes: of an unknown topic, without its
                fields, or in other than canonical text.
        """
        check_shape(event)
        if self.last is not None:
            head = self.last.originator_version, self.last.leaf
            self.heads[self.last.originator_id] = head
        self.first = self.first or event
        self.last = event
        if not self.whole:
            self.leaves.append((event.id - 1, event.leaf))
            self.units |= named((event,))
            self.decided.add(event)
        if event.topic in TOPICS:
            self.naming.append(event)
        if event.originator_version == 1 and event.topic in _STATED_KEYS:
            keys = payload_of(event).get("keys")
            if isinstance(keys, dict):
                self.committed[event.originator_id] = keys


def check_shape(event: RecordedEvent) -> None:
    """See that an event is one of the ledger's: topic, fields, canonical text, random stream.

    Raises:
        ArchiveRefused: naming what it is not.
    """
    where = f"The event at position {event.id}"
    payload = entries.canonical_object(event.state)
    context = entries.canonical_object(event.context) if event.context else {}
    if payload is None or context is None or not shapes.context_fits(context):
        raise refused(where, "is not in canonical text; another program wrote it.")
    day = None if event.effective_on is None else event.effective_on.isoformat()
    if not shapes.fits(event.topic, day, payload):
        raise refused(
            where,
            "is of a topic that is not known here, or has not its fields.",
            next_step="Use the newest release; if it says the same, ask for the file again.",
        )
    if not entries.is_stream(event.originator_id.hex):
        raise refused(where, "stands in a stream of another form than all streams have.")


def prove(
    collected: Collected,
    *,
    size: int,
    own_root: Callable[[], bytes],
    note: bytes,
    tree: Tree | None,
    trusted: Sequence[VerifierKey] = (),
) -> tuple[str, bytes, tuple[str, ...], Mapping[str, Any]]:
    """Origin, root, signers and founding of events that are what they say they are.

    Args:
        collected: all events that are here.
        size: of the checkpoint, as the file says.
        own_root: of a whole log, from its leaves.
        note: the checkpoint.
        tree: the rest of the log; None for a whole one.
        trusted: keys of the log, or of witnesses, that the reader holds himself; where he names
            some, one of them must have signed.

    Raises:
        ArchiveRefused, NoteRefused, ProofRefused: naming what does not fit.
    """
    founding, last = collected.first, collected.last
    if founding is None or last is None or founding.id != 1:
        raise refused("events.jsonl", "does not begin with the founding of a ledger.")
    founded = founding_fields(founding)
    origin = str(founded.get("origin"))
    own = founding.originator_id
    if founded.get("ledger_stream") != own.hex:
        raise refused("The first event", "names another stream of the ledger than its own.")
    if (last.id, last.topic, last.originator_id) != (size, HEADS_TOPIC, own):
        raise refused("events.jsonl", f"does not end with the heads of the checkpoint at {size}.")
    if tree is None:
        found = own_root()
    else:
        found = root_of_part(size, collected.leaves, tree.log)
    keys = log_keys(collected.naming)
    checkpoint, signed = opened(note, (*keys, *trusted), origin=origin)
    if (checkpoint.size, checkpoint.root) != (size, found):
        raise ProofRefused(
            f"The events do not lead to the root of the checkpoint at {checkpoint.size}: an event, "
            "a hash or the checkpoint was changed, or something was left out.",
            next_step="Ask for the file again, and compare the checkpoint with one kept elsewhere.",
        )
    names = tuple(dict.fromkeys(key.name for key, _ in signed_by(signed, (*keys, *trusted))))
    if trusted and not signed_by(signed, trusted):
        raise refused(
            "The checkpoint",
            "is signed by none of the keys named.",
            next_step="See where the agency publishes its keys.",
        )
    _check_heads(collected, last, tree)
    for unit in sorted(collected.units - set(collected.heads)):
        raise refused(
            f"The unit {unit.hex}",
            "is left out, although a stream here names it: answers could differ without it.",
        )
    collected.decided.check(collected.heads)
    return origin, found, names, founded


def _check_heads(collected: Collected, last: RecordedEvent, tree: Tree | None) -> None:
    """Each stream here is whole: its count and last leaf are those the last event commits to."""
    said = payload_of(last)
    heads = [
        StreamHead(stream.hex, count, leaf)
        for stream, (count, leaf) in sorted(collected.heads.items(), key=lambda one: one[0].hex)
    ]
    if said.get("upto") != last.id - 1:
        raise refused("The heads", "are not those of all that came before the checkpoint.")
    count = said.get("streams")
    if not isinstance(count, int) or not 1 <= count <= MAX_SIZE:
        raise refused("The heads", "do not say over how many streams they are.")
    if tree is None:
        found = heads_root(heads) if count == len(heads) else b""
    else:
        if len(tree.places) != len(heads):
            raise ProofRefused(
                f"There are {len(heads)} streams here, and heads of {len(tree.places)}.",
                next_step="Ask for the file again.",
            )
        leaves = [(at, head_leaf(one)) for at, one in zip(tree.places, heads, strict=True)]
        found = root_of_part(count, leaves, tree.heads)
    if found.hex() != said.get("streams_root"):
        raise ProofRefused(
            "A stream is not whole: the heads of the streams here are not those that the last "
            "event commits to, so events of one were left out.",
            next_step="Ask for the file again.",
        )


# ------------------------------------------------------------------------------------------ bundles


def check_bundle(
    path: Path,
    *,
    trusted: Sequence[VerifierKey] = (),
    use: Callable[[RecordedEvent, Parts], None] | None = None,
    marks: Collection[int] = (),
) -> Proven:
    """Check a bundle whole.

    Args:
        path: the file.
        trusted: see `prove`.
        use: is given each event with its sealed parts, before everything is known to be right.
        marks: sizes at which the root is wanted, if the whole log is here.

    Raises:
        ArchiveRefused, NoteRefused, ProofRefused: what is wrong. OSError: it cannot be read.
    """
    with Archive.open(path) as archive:
        return _check(archive, trusted, use, marks)


def _check(
    archive: Archive,
    trusted: Sequence[VerifierKey],
    use: Callable[[RecordedEvent, Parts], None] | None,
    marks: Collection[int],
) -> Proven:
    manifest = archive.manifest
    scope, size = manifest.get("scope"), manifest.get("size")
    if manifest.get("kind") != KIND or not isinstance(scope, dict) or not isinstance(size, int):
        raise refused(archive.path.name, "is no audit bundle.")
    whole = "tree.jsonl" not in archive.members
    walk, collected = walk_of(archive, whole=whole, marks=marks), Collected(whole=whole)
    for event, parts in walk:
        collected.add(event)
        if use is not None:
            use(event, parts)
    notes = [note_of(line, where) for where, line in archive.lines("checkpoints.jsonl")]
    if len(notes) != 1 or notes[0][0] != size:
        raise refused("checkpoints.jsonl", "does not hold the one checkpoint of the bundle.")
    tree = None if whole else tree_of(archive.lines("tree.jsonl"))
    origin, found, signers, founded = prove(
        collected,
        size=size,
        own_root=lambda: root(walk.frontier or b"", walk.size),
        note=notes[0][1],
        tree=tree,
        trusted=trusted,
    )
    if (manifest.get("origin"), manifest.get("root")) != (origin, found.hex()):
        raise refused("manifest.json", "says another origin or root than the events give.")
    keys = _given_keys(archive, collected, walk)
    for name in ("README.md", "requests.jsonl", "erasures.jsonl", "access.jsonl"):
        if name != "README.md" and name in archive.members:
            raise refused(name, "has no place in an audit bundle.")
        for _ in archive.lines(name):
            pass
    return Proven(
        origin=origin,
        size=size,
        root=found,
        signers=signers,
        founded=founded,
        events=walk.size,
        streams=len(walk.versions),
        whole=whole,
        sealed=walk.sealed,
        withheld=walk.withheld,
        keys=keys,
        scope=scope,
        unfinished=walk.unfinished,
        log_keys=log_keys(collected.naming),
        roots=walk.roots,
    )


def _given_keys(archive: Archive, collected: Collected, walk: Walk) -> dict[UUID, bytes]:
    found: dict[UUID, bytes] = {}
    for where, line in archive.lines("keys.jsonl"):
        stream, key_class, key = key_of(line, where)
        committed = collected.committed.get(stream, {}).get(IDENTITY)
        if key_class != IDENTITY or stream in found:
            raise refused(where, "gives a key of another class than identity, or one twice.")
        if hashlib.sha256(key).hexdigest() != committed:
            raise refused(where, f"gives a key to which no event of stream {stream.hex} commits.")
        if stream in walk.erased:
            raise refused(
                where,
                f"gives a key of stream {stream.hex}, whose erasure the log orders at position "
                f"{walk.erased[stream]}: somebody kept it.",
                next_step="Destroy this file, and report who gave it.",
            )
        found[stream] = key
    return found


def tree_of(lines: Iterator[tuple[str, bytes]]) -> Tree:
    """Hashes of the log, places of the streams, hashes of the heads, in this order.

    Raises:
        ArchiveRefused: a line is none of them, or stands elsewhere.
    """
    log: list[bytes] = []
    places: list[int] = []
    heads: list[bytes] = []
    for where, line in lines:
        kind, value = _tree_line(line, where)
        if kind == PLACE and isinstance(value, int) and not heads:
            places.append(value)
        elif kind == LOG and isinstance(value, bytes) and not places:
            log.append(value)
        elif kind == HEADS and isinstance(value, bytes):
            heads.append(value)
        else:
            raise refused(where, "stands where it does not belong.")
    return Tree(log, places, heads)


def _tree_line(line: bytes, where: str) -> tuple[str, int | bytes]:
    try:
        match orjson.loads(line):
            case [str(kind), bool()]:
                value: int | bytes | None = None
            case [str(kind), int(value)]:
                pass
            case [str(kind), str(text)] if len(text) == 2 * HASH_BYTES:
                value = bytes.fromhex(text)
            case _:
                kind, value = "", None
        again = orjson.dumps([kind, value.hex() if isinstance(value, bytes) else value])
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, ValueError):
        kind, value, again = "", None, b""
    if value is None or again != line:
        raise refused(where, "is no part of a tree.")
    return kind, value
