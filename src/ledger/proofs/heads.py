"""The heads of all streams as one root: what makes "this is all there is about him" provable. Pure.

A head is the state of one stream up to a position: how many events it has and the leaf of its last
one. Its entry is the canonical array

    ["asn-ledger/1 head", stream, count, last leaf]

with the stream in 32 and the leaf in 64 lower-case hexadecimal digits. The heads, sorted by stream,
are the leaves of a Merkle tree with the hashing of the log itself (RFC 9162 2.1): leaf =
SHA-256(0x00 || entry). Its root stands in the event `ledger.heads/1` before each checkpoint. Being
sorted, the tree also proves that a stream does not exist: by two neighbours with nothing between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

from ledger.proofs import tree_proofs as proofs
from ledger.proofs.merkle import LEAF_PREFIX, NODE_PREFIX

FORMAT = "asn-ledger/1 head"
_ENTRY = LEAF_PREFIX + f'["{FORMAT}","'.encode()


class StreamHead(NamedTuple):
    """One stream up to a position: id in 32 hexadecimal digits, events, leaf of the last one."""

    stream: str
    events: int
    last_leaf: bytes


def head_entry(head: StreamHead) -> bytes:
    """The canonical entry of a head."""
    return orjson.dumps([FORMAT, head.stream, head.events, head.last_leaf.hex()])


def head_leaf(head: StreamHead) -> bytes:
    """What the tree of heads holds for a stream."""
    return hashlib.sha256(LEAF_PREFIX + head_entry(head)).digest()


class HeadsTree:
    """The tree over heads; sorts them by stream.

    Attributes:
        heads: sorted.
    """

    def __init__(self, heads: Iterable[StreamHead]) -> None:
        self.heads: Sequence[StreamHead] = sorted(heads)
        sha256 = hashlib.sha256
        # `head_leaf` put together in a third of the time; a test holds the two equal.
        form = _ENTRY + b'%b",%d,"%b"]'
        layer = [
            sha256(form % (stream.encode(), count, leaf.hex().encode())).digest()
            for stream, count, leaf in self.heads
        ]
        self._layers = [layer]
        while len(layer) > 1:
            layer = [
                sha256(NODE_PREFIX + layer[at] + layer[at + 1]).digest()
                for at in range(0, len(layer) - 1, 2)
            ]
            self._layers.append(layer)

    def root(self) -> bytes:
        """The root; SHA-256 of nothing when there is no stream."""
        return proofs.tree_root(len(self.heads), self.node)

    def path(self, index: int) -> list[bytes]:
        """The inclusion path of the head at an index from 0."""
        return proofs.inclusion_path(index, len(self.heads), self.node)

    def node(self, height: int, index: int) -> bytes:
        return self._layers[height][index]


def heads_root(heads: Iterable[StreamHead]) -> bytes:
    """The root over heads in any order."""
    return HeadsTree(heads).root()
