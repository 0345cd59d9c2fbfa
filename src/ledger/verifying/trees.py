"""The Merkle tree of RFC 9162 2.1.1 over the leaves of a log, in pieces that can be joined. Pure.

The log is read in ranges of 65,536 positions, each a complete subtree but for the last, so that
ranges can be hashed apart, by several processes, and joined by their roots.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH = 32
TILE = 256
RANGE_HEIGHT = 16
RANGE = 1 << RANGE_HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The complete subtrees' roots by height: leaves, pairs, fours and so on."""
    sha256 = hashlib.sha256
    found = [list(leaves)]
    while len(found[-1]) > 1:
        below = iter(found[-1])
        found.append(
            [sha256(b"\x01" + left + right).digest() for left, right in zip(below, below)]  # noqa: B905 - an odd one stays below
        )
    return found


def peaks_of(tree: Sequence[Sequence[bytes]], size: int) -> list[bytes]:
    """The roots of the complete subtrees that the first `size` leaves fall into, largest first."""
    found, at = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            found.append(tree[height][at >> height])
            at += 1 << height
    return found


def root_of(peaks: Sequence[bytes]) -> bytes:
    """The root of a tree from its peaks, largest first; of no peaks, that of the empty tree."""
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node(peak, found)
    return found


class Frontier:
    """Peaks of a tree that grows by whole ranges, and knows the peaks of sizes within the next."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def peaks_with(self, local: Sequence[bytes], count: int) -> list[bytes]:
        """The peaks of everything so far and of the first `count` leaves of the next range."""
        if count < RANGE:
            return [*self._peaks, *local]
        grown = Frontier()
        grown.size, grown._peaks = self.size, list(self._peaks)
        grown.add_range(local[0])
        return grown._peaks

    def add_range(self, root: bytes) -> None:
        """A whole range, by its root."""
        place, top = self.size >> RANGE_HEIGHT, root
        while place & 1:
            top = node(self._peaks.pop(), top)
            place >>= 1
        self._peaks.append(top)
        self.size += RANGE
