"""The Merkle tree of RFC 9162 (section 2.1), as far as appending needs it.

The writer keeps no tree. It keeps the *frontier*: the roots of the complete subtrees that the
leaves so far fall into, largest first, one for each bit set in the tree's size, 32 bytes each. The
next leaf merges into it, and the root of the whole tree follows from it. For 5 billion leaves that
is 20 hashes or fewer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ledger.errors import invariant

HASH_BYTES = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
EMPTY_FRONTIER = b""
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 2.1.1: MTH({d}) = SHA-256(0x00 || d)."""
    return hashlib.sha256(LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 2.1.1: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def extend(frontier: bytes, size: int, leaves: Sequence[bytes]) -> bytes:
    """The frontier after `leaves`, given the frontier of the `size` leaves before them.

    Raises:
        ProgramError: when the frontier does not belong to a tree of that size.
    """
    peaks = _peaks(frontier, size)
    sha256 = hashlib.sha256
    for leaf in leaves:
        node, remaining = leaf, size
        while remaining & 1:  # two complete subtrees of equal height become one
            node = sha256(NODE_PREFIX + peaks.pop() + node).digest()
            remaining >>= 1
        peaks.append(node)
        size += 1
    return b"".join(peaks)


def root(frontier: bytes, size: int) -> bytes:
    """The root of a tree of `size` leaves; RFC 9162 2.1.1 gives SHA-256 of nothing for the empty
    tree.

    Raises:
        ProgramError: when the frontier does not belong to a tree of that size.
    """
    peaks = _peaks(frontier, size)
    if not peaks:
        return EMPTY_ROOT
    node = peaks.pop()
    while peaks:
        node = node_hash(peaks.pop(), node)
    return node


def _peaks(frontier: bytes, size: int) -> list[bytes]:
    invariant(
        size >= 0 and len(frontier) == size.bit_count() * HASH_BYTES,
        f"a frontier of {len(frontier)} bytes cannot belong to {size} leaves",
    )
    return [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)]
