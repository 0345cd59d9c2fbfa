"""The state of every stream as the log grows, and the tree over their heads.

A head is a stream with the count of its events and the leaf of the last one; its entry is the
canonical array ["asn-ledger/1 head", stream, count, leaf]. The heads, sorted by stream, are leaves
of a tree with the hashing of the log (docs/proofs.md). Memory grows with the number of streams, not
of events.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable

from ledger.verifying import entries, trees
from ledger.verifying.findings import Findings
from ledger.verifying.range_report import Grown


def head_leaf(stream: str, count: int, leaf: bytes) -> bytes:
    """What the tree of heads holds for one stream."""
    entry = f'["asn-ledger/1 head","{stream}",{count},"{leaf.hex()}"]'
    return hashlib.sha256(b"\x00" + entry.encode()).digest()


class Streams:
    """Every stream up to a position: last version, last leaf, and what an index is compared by."""

    def __init__(self) -> None:
        self.lasts: dict[str, int] = {}
        self.ends: dict[str, int] = {}
        self._leaves: dict[str, bytes] = {}
        self._order: list[str] = []
        self._layers: list[list[bytes]] = [[]]
        self._fresh: set[str] = set()

    def grow(self, grown: Grown, findings: Findings) -> None:
        """One more stretch of the log; versions go on where they ended."""
        lasts = self.lasts
        for stream, first in grown.firsts.items():
            if first != lasts.get(stream, 0) + 1:
                known = stream if entries.is_stream(stream) else None
                findings.add("version_gap", f"events.version {first}", stream=known)
        lasts.update(grown.lasts)
        self.ends.update(grown.ends)
        self._leaves.update(grown.leaves)
        self._fresh.update(grown.lasts)

    def root(self) -> bytes:
        """The root over the heads as they are now; what did not change is not hashed again."""
        known = len(self._order)
        new = [stream for stream in self._fresh if not self._is_known(stream, known)]
        if new:
            self._order = sorted([*self._order, *new])
            self._layers = trees.levels([self._head(stream) for stream in self._order])
        else:
            self._replace(self._fresh)
        self._fresh = set()
        if not self._order:
            return trees.EMPTY_ROOT
        return trees.root_of(trees.peaks_of(self._layers, len(self._order)))

    def _is_known(self, stream: str, known: int) -> bool:
        place = bisect_left(self._order, stream)
        return place < known and self._order[place] == stream

    def _head(self, stream: str) -> bytes:
        return head_leaf(stream, self.lasts[stream], self._leaves[stream])

    def _replace(self, streams: Iterable[str]) -> None:
        """New heads of known streams: only the nodes above them change."""
        places = set()
        for stream in streams:
            place = bisect_left(self._order, stream)
            self._layers[0][place] = self._head(stream)
            places.add(place)
        for below, layer in zip(self._layers, self._layers[1:], strict=False):
            places = {place >> 1 for place in places if place >> 1 < len(layer)}
            for place in places:
                layer[place] = trees.node(below[2 * place], below[2 * place + 1])
