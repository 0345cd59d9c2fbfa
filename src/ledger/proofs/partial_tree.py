"""A part of a Merkle tree: some leaves, and the hashes of the subtrees that hold none of them.

One proof for many leaves at once, of the tree of RFC 9162 2.1.1. Walking the tree from its root, a
subtree without any of the leaves is one hash; every other is split as the RFC splits it. The hashes
stand from left to right, so that there is one way only to write a part down, and reading takes
each of them exactly once. Pure.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ledger.errors import invariant
from ledger.proofs.merkle import HASH_BYTES, NODE_PREFIX
from ledger.proofs.tree_proofs import MAX_SIZE, Node, ProofRefused, left_part, range_root

Leaf = tuple[int, bytes]  # index from 0, leaf hash


def covering(size: int, indexes: Sequence[int], node: Node) -> list[bytes]:
    """The hashes that, with the leaves at these indexes, give the root of the first `size` leaves.

    Args:
        size: of the tree, at least 1.
        indexes: from 0, rising, at least one.
        node: the root of a complete subtree, as in `ledger.proofs.tree_proofs`.
    """
    invariant(bool(indexes) and indexes[-1] < size, "a part of a tree needs leaves in it")
    return list(_covering(0, size, indexes, node))


def _covering(start: int, end: int, indexes: Sequence[int], node: Node) -> Iterator[bytes]:
    if not _any_in(start, end, indexes):
        yield range_root(start, end, node)
    elif end - start > 1:
        middle = start + left_part(end - start)
        yield from _covering(start, middle, indexes, node)
        yield from _covering(middle, end, indexes, node)


def root_of_part(size: int, leaves: Sequence[Leaf], hashes: Sequence[bytes]) -> bytes:
    """The root of the tree of `size` leaves of which these leaves and hashes are a part.

    Args:
        size: of the tree.
        leaves: by index, rising.
        hashes: as `covering` gives them.

    Raises:
        ProofRefused: leaves or hashes belong to no such tree; too few or too many hashes.
    """
    indexes = [index for index, _ in leaves]
    rising = all(one < next_one for one, next_one in pairwise(indexes))
    if not 1 <= size <= MAX_SIZE or not leaves or not rising:
        raise _refused("A part of a tree needs leaves whose places rise, and a size.")
    if indexes[0] < 0 or indexes[-1] >= size:
        raise _refused(f"A leaf stands outside the tree of {size} leaves.")
    given = [*(leaf for _, leaf in leaves), *hashes]
    if any(len(one) != HASH_BYTES for one in given):
        raise _refused("A hash of the part has another length than 32 bytes.")
    left = iter(hashes)
    root = _root(0, size, indexes, [leaf for _, leaf in leaves], left)
    if next(left, None) is not None:
        raise _refused("There are more hashes than the tree has parts.")
    return root


def _root(
    start: int, end: int, indexes: Sequence[int], leaves: Sequence[bytes], left: Iterator[bytes]
) -> bytes:
    if not _any_in(start, end, indexes):
        found = next(left, None)
        if found is None:
            raise _refused("There are fewer hashes than the tree has parts.")
        return found
    if end - start == 1:
        return leaves[bisect_left(indexes, start)]
    middle = start + left_part(end - start)
    first = _root(start, middle, indexes, leaves, left)
    second = _root(middle, end, indexes, leaves, left)
    return hashlib.sha256(NODE_PREFIX + first + second).digest()


def _any_in(start: int, end: int, indexes: Sequence[int]) -> bool:
    place = bisect_left(indexes, start)
    return place < len(indexes) and indexes[place] < end


def _refused(message: str) -> ProofRefused:
    return ProofRefused(message, next_step="Ask for the file again, made for this checkpoint.")
