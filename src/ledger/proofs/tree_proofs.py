"""Inclusion and consistency proofs of the Merkle tree (RFC 9162, sections 2.1.3 and 2.1.4). Pure.

Checking needs nothing but hashes and numbers. Making needs the root of any complete subtree, which
the caller gives as a function `node(height, index)`: the root over the leaves from
index * 2^height on, 2^height of them; height 0 is a leaf. So a proof reads what it needs and no
more, from wherever the tree is kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

from ledger.errors import LedgerError, invariant
from ledger.proofs.merkle import EMPTY_ROOT, HASH_BYTES, NODE_PREFIX

MAX_SIZE = 2**63 - 1
MAX_PATH = 64

Node = Callable[[int, int], bytes]


class ProofRefused(LedgerError):
    """A proof that does not prove what it says: too short, too long, or with another result."""

    code = "proof_refused"


# ------------------------------------------------------------------------------------------- check


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root of the tree of `size` leaves in which the leaf stands at an index from 0 (2.1.3.2).

    Args:
        path: hashes of 32 bytes, from the leaf's sibling up.

    Raises:
        ProofRefused: index, size or path belong to no such tree.
    """
    _check_hashes([leaf], "leaf")
    _check_hashes(path, "path")
    if not 0 <= index < size <= MAX_SIZE:
        raise _refused(f"No tree of {size} leaves has a leaf at index {index}.")
    sha256 = hashlib.sha256
    place, last, node = index, size - 1, leaf
    for step in path:
        if not last:
            raise _refused(f"The path is too long for index {index} in {size} leaves.")
        if place & 1 or place == last:
            node = sha256(NODE_PREFIX + step + node).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(NODE_PREFIX + node + step).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise _refused(f"The path is too short for index {index} in {size} leaves.")
    return node


def check_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """See that the tree of this root and size holds the leaf at this index.

    Raises:
        ProofRefused: it does not, or the proof is malformed.
    """
    _check_hashes([root], "root")
    if not hmac.compare_digest(root_from_inclusion(index, size, leaf, path), root):
        raise _refused(
            f"The leaf at index {index} does not lead to the root of the {size} leaves: leaf, "
            "path or root was changed, or they belong to different trees."
        )


def check_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """See that the tree of the new root begins with all leaves of the old one (2.1.4.2).

    An empty old tree is consistent with any, by an empty path.

    Raises:
        ProofRefused: it does not, the new tree is smaller, or the proof is malformed.
    """
    _check_hashes([old_root, new_root], "root")
    _check_hashes(path, "path")
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise _refused(
            f"The tree shrank from {old_size} to {new_size} leaves: a log only grows."
            if 0 <= new_size < old_size
            else "The sizes of the trees lie outside 0 to 2^63 - 1."
        )
    if old_size in (0, new_size):
        expected = new_root if old_size else EMPTY_ROOT
        if path or old_root != expected or (not new_size and new_root != EMPTY_ROOT):
            raise _refused(
                f"Two trees of {old_size} and {new_size} leaves need an empty path and the roots "
                "that follow: these differ."
            )
        return
    found_old, found_new = _both_roots(old_size, old_root, new_size, path)
    if found_old != old_root:
        raise _refused(f"The path does not lead to the old root of {old_size} leaves.")
    if found_new != new_root:
        raise _refused(
            f"The tree of {new_size} leaves is not the one of {old_size} leaves grown longer: "
            "history was rewritten, or the proof belongs to other trees."
        )


def _both_roots(
    old_size: int, old_root: bytes, new_size: int, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    steps = [old_root, *path] if old_size.bit_count() == 1 else list(path)
    if not path:
        raise _refused(f"There is no path from {old_size} to {new_size} leaves.")
    sha256 = hashlib.sha256
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if not last:
            raise _refused(f"The path from {old_size} to {new_size} leaves is too long.")
        if place & 1 or place == last:
            old = sha256(NODE_PREFIX + step + old).digest()
            new = sha256(NODE_PREFIX + step + new).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = sha256(NODE_PREFIX + new + step).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise _refused(f"The path from {old_size} to {new_size} leaves is too short.")
    return old, new


# -------------------------------------------------------------------------------------------- make


def tree_root(size: int, node: Node) -> bytes:
    """The root of the first `size` leaves (2.1.1)."""
    return range_root(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 2.1.3.1: siblings from the leaf up."""
    invariant(0 <= index < size <= MAX_SIZE, f"no leaf {index} in {size}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + left_part(end - start)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_path(old_size: int, new_size: int, node: Node) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162 2.1.4.1; empty for equal sizes and for an empty old tree."""
    invariant(0 <= old_size <= new_size <= MAX_SIZE, f"no way from {old_size} to {new_size}")
    if not old_size:
        return []
    start, end = 0, new_size
    path: list[bytes] = []
    while old_size < end:
        middle = start + left_part(end - start)
        if old_size <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    if start:  # else the old tree is a subtree of its own, whose root the verifier has
        path.append(range_root(start, end, node))
    return path[::-1]


def left_part(size: int) -> int:
    """The largest power of two smaller than a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def range_root(start: int, end: int, node: Node) -> bytes:
    """The root over leaves of a range that is a subtree of the RFC's, complete or ragged."""
    width = end - start
    if width.bit_count() == 1:
        height = width.bit_length() - 1
        return node(height, start >> height)
    middle = start + left_part(width)
    right = range_root(middle, end, node)
    return hashlib.sha256(NODE_PREFIX + range_root(start, middle, node) + right).digest()


# ------------------------------------------------------------------------------------ small pieces


def _check_hashes(hashes: Sequence[bytes], what: str) -> None:
    if len(hashes) > MAX_PATH:
        raise _refused(f"The path has {len(hashes)} hashes; no tree needs more than {MAX_PATH}.")
    if any(len(each) != HASH_BYTES for each in hashes):
        raise _refused(f"A hash of the {what} has another length than 32 bytes.")


def _refused(message: str) -> ProofRefused:
    return ProofRefused(message, next_step="Ask for the proof again, made for this checkpoint.")
