"""RFC 9162 section 2.1 written down as it stands there: slow, recursive, over a list of entries.

Nothing of the ledger is imported. D[n] is a list of byte strings; MTH, PATH, PROOF and SUBPROOF are
the functions of 2.1.1, 2.1.3.1 and 2.1.4.1. `mth_of_leaves` and the rest with `leaf` take hashes of
leaves instead of entries, because a log keeps those.
"""

import hashlib
from collections.abc import Callable, Sequence


def sha256(data: bytes) -> bytes:
    """HASH()."""
    return hashlib.sha256(data).digest()


def hash_entry(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return sha256(b"\x00" + entry)


def same(leaf: bytes) -> bytes:
    """A leaf that is hashed already."""
    return leaf


def split(n: int) -> int:
    """The largest power of two smaller than n: k < n <= 2k."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries: Sequence[bytes], leaf: Callable[[bytes], bytes] = hash_entry) -> bytes:
    """MTH(D[n]), 2.1.1."""
    n = len(entries)
    if n == 0:
        return sha256(b"")
    if n == 1:
        return leaf(entries[0])
    k = split(n)
    return sha256(b"\x01" + mth(entries[:k], leaf) + mth(entries[k:], leaf))


def path(
    m: int, entries: Sequence[bytes], leaf: Callable[[bytes], bytes] = hash_entry
) -> list[bytes]:
    """PATH(m, D[n]), 2.1.3.1."""
    n = len(entries)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, entries[:k], leaf), mth(entries[k:], leaf)]
    return [*path(m - k, entries[k:], leaf), mth(entries[:k], leaf)]


def proof(
    m: int, entries: Sequence[bytes], leaf: Callable[[bytes], bytes] = hash_entry
) -> list[bytes]:
    """PROOF(m, D[n]), 2.1.4.1, for 0 < m <= n."""
    return subproof(m, entries, whole=True, leaf=leaf)


def subproof(
    m: int,
    entries: Sequence[bytes],
    *,
    whole: bool,
    leaf: Callable[[bytes], bytes] = hash_entry,
) -> list[bytes]:
    """SUBPROOF(m, D[n], b), 2.1.4.1."""
    n = len(entries)
    if m == n:
        return [] if whole else [mth(entries, leaf)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], whole=whole, leaf=leaf), mth(entries[k:], leaf)]
    return [*subproof(m - k, entries[k:], whole=False, leaf=leaf), mth(entries[:k], leaf)]


def leads_to(index: int, size: int, leaf: bytes, steps: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path leads to, by the definition of the tree; None if it does not
    have the shape of one: another way to check than that of 2.1.3.2.
    """
    if size == 1:
        return leaf if index == 0 and not steps else None
    if not steps or not 0 <= index < size:
        return None
    k = split(size)
    *below, last = steps
    if index < k:
        left = leads_to(index, k, leaf, below)
        return None if left is None else sha256(b"\x01" + left + last)
    right = leads_to(index - k, size - k, leaf, below)
    return None if right is None else sha256(b"\x01" + last + right)
