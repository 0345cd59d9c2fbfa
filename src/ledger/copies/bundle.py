"""An audit bundle: a log, or whole streams of it, with what proves that nothing is missing.

A bundle ends at a checkpoint, whose last event commits to the heads of all streams. A bundle of the
whole log gives the root by itself. A part holds the streams asked for whole, and `tree.jsonl`: the
hashes of the rest of the log (`ledger.proofs.partial_tree`), and the same for the tree of heads, so
that for each stream its number of events and its last leaf are shown. The same tables lie in a
score certificate.

Sealed parts stay sealed. Keys are given only where they are asked for, only of class identity, and
each is one to which the first event of its stream commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from ledger.copies.archive import README, ArchiveWriter, written
from ledger.copies.archive_lines import event_line, key_line, note_line, sealed_line
from ledger.copies.archive_text import BUNDLE
from ledger.errors import LedgerError
from ledger.fields import IDENTITY
from ledger.keys.stream_keys import StreamKeys
from ledger.proofs.heads import HeadsTree
from ledger.proofs.partial_tree import covering
from ledger.proofs.tree_proofs import Node
from ledger.records import RecordedEvent
from ledger.storage.store import EventStore

KIND = "bundle"
LOG, PLACE, HEADS = "log", "place", "heads"
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Seal:
    """The checkpoint that a bundle ends at.

    Attributes:
        size: of the log; the event there commits to the heads of all that came before.
        root: of the tree.
        note: the signed note.
        node: the tree of the first `size` leaves, as `ledger.proofs.tree_proofs` asks for it.
        heads: the tree of the heads up to the position before the last.
    """

    origin: str
    size: int
    root: bytes
    note: bytes
    node: Node
    heads: HeadsTree


@dataclass(frozen=True, slots=True)
class Bundled:
    """What went into a bundle."""

    size: int
    events: int
    streams: int
    sealed: int
    keys: int
    bytes: int


class StreamNotWhole(LedgerError):
    """A stream that was asked for is not known at the checkpoint."""

    code = "stream_not_whole"


def write_bundle(
    store: EventStore,
    out: Path,
    seal: Seal,
    *,
    streams: Collection[UUID] | None,
    scope: Mapping[str, Any],
    keys: Mapping[UUID, StreamKeys],
) -> Bundled:
    """Write a bundle into a new file.

    Args:
        store: the ledger.
        out: the file.
        seal: the checkpoint at which it ends.
        streams: which it holds, the ledger's own among them; None for the whole log.
        scope: what was asked for, in the manifest.
        keys: of streams whose identity may be read by who gets the bundle.

    Raises:
        FileExists, ArchiveRefused, StoreError.
    """
    with written(out) as archive:
        archive.lines(README, (line.encode() for line in BUNDLE.splitlines()))
        if streams is None:
            events: Iterable[RecordedEvent] = store.read(1, seal.size)
        else:
            events = events_of(store, streams, seal.size)
        passing = _Passing()
        archive.lines("events.jsonl", passing.over(events))
        sealed = archive.lines("sealed.jsonl", _sealed(store, passing.sealed))
        archive.lines("checkpoints.jsonl", [note_line(seal.size, seal.note)])
        if streams is not None:
            places = [place - 1 for place in passing.positions]
            archive.lines("tree.jsonl", tree_lines(seal, places, passing.streams))
        given = _keys(archive, keys, passing.streams)
        archive.finish(
            {
                "kind": KIND,
                "origin": seal.origin,
                "size": seal.size,
                "root": seal.root.hex(),
                "scope": dict(scope),
            }
        )
    return Bundled(
        size=seal.size,
        events=len(passing.positions),
        streams=len(passing.streams),
        sealed=sealed,
        keys=given,
        bytes=out.stat().st_size,
    )


class _Passing:
    """What must be known of the events that pass."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.sealed: list[int] = []
        self.streams: set[UUID] = set()

    def over(self, events: Iterable[RecordedEvent]) -> Iterator[bytes]:
        """The line of each event."""
        for event in events:
            self.positions.append(event.id)
            self.streams.add(event.originator_id)
            if event.sealed_digest is not None:
                self.sealed.append(event.id)
            yield event_line(event)


def events_of(store: EventStore, streams: Collection[UUID], size: int) -> list[RecordedEvent]:
    """All events of some streams up to a position, by position."""
    found = store.streams(sorted(streams), lte_position=size)
    return sorted((one for rows in found.values() for one in rows), key=lambda one: one.id)


def tree_lines(seal: Seal, places: Sequence[int], streams: Collection[UUID]) -> Iterator[bytes]:
    """The lines of `tree.jsonl`: hashes of the log, places of the streams, hashes of the heads.

    Raises:
        StreamNotWhole: a stream has no head at the checkpoint.
    """
    for one in covering(seal.size, places, seal.node):
        yield orjson.dumps([LOG, one.hex()])
    by_stream = {head.stream: index for index, head in enumerate(seal.heads.heads)}
    indexes = []
    for stream in sorted(one.hex for one in streams):
        index = by_stream.get(stream)
        if index is None:
            raise StreamNotWhole(
                f"Stream {stream} has no event before the checkpoint at {seal.size}.",
                next_step="Take a checkpoint with `asn-ledger checkpoint`, and try again.",
            )
        indexes.append(index)
        yield orjson.dumps([PLACE, index])
    for one in covering(len(seal.heads.heads), indexes, seal.heads.node):
        yield orjson.dumps([HEADS, one.hex()])


def _sealed(store: EventStore, positions: Sequence[int]) -> Iterator[bytes]:
    following = iter(positions)
    while chunk := list(islice(following, _CHUNK)):
        for position, parts in sorted(store.sealed(chunk).items()):
            for key_class, blob in parts:
                yield sealed_line(position, key_class, blob)


def _keys(
    archive: ArchiveWriter, keys: Mapping[UUID, StreamKeys], streams: Collection[UUID]
) -> int:
    held = sorted(stream for stream in keys if stream in streams)
    lines = (key_line(stream, IDENTITY, keys[stream].identity) for stream in held)
    return archive.lines("keys.jsonl", lines) if held else 0
