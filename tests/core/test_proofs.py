"""Inclusion and consistency proofs: published vectors, two other implementations, every bit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal import merkle as sigstore_merkle
from sigstore.errors import VerificationError

from ledger.proofs import merkle
from ledger.proofs import tree_proofs as proofs
from ledger.proofs.tree_proofs import ProofRefused
from tests.oracle import naive_merkle as naive

# Published with Certificate Transparency's reference implementations (merkle_tree_test): the eight
# entries, and what their trees and proofs must be.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
C = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
F = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
G = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
H = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
I2 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
INCLUSION = [
    *((0, 1, []), (0, 2, [A]), (1, 2, [B]), (2, 3, [I2]), (1, 5, [B, C, D])),
    *((0, 8, [A, C, E]), (5, 8, [D, F, G])),
]
CONSISTENCY = [(1, 1, []), (1, 8, [A, C, E]), (2, 5, [C, D]), (6, 8, [H, F, G])]
SIZES = st.integers(1, 70)


def leaves_of(size: int) -> list[bytes]:
    """Leaves that differ."""
    return [naive.hash_entry(b"%d" % number) for number in range(size)]


def node_over(leaves: list[bytes]) -> proofs.Node:
    """Roots of complete subtrees, by the definition."""

    def node(height: int, index: int) -> bytes:
        part = leaves[index << height : (index + 1) << height]
        assert len(part) == 1 << height, "a proof asked for a subtree that is not complete"
        return naive.mth(part, naive.same)

    return node


@pytest.mark.parametrize(("index", "size", "steps"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, steps: list[str]) -> None:
    """The published inclusion proofs are the ones we make, and lead to the published roots."""
    leaves = [naive.hash_entry(entry) for entry in ENTRIES]
    path = proofs.inclusion_path(index, size, node_over(leaves))
    assert [step.hex() for step in path] == steps
    root = bytes.fromhex(ROOTS[size])
    proofs.check_inclusion(index, size, leaves[index], path, root)
    assert naive.path(index, ENTRIES[:size]) == path


@pytest.mark.parametrize(("old", "new", "steps"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, steps: list[str]) -> None:
    """The published consistency proofs are the ones we make, and join the published roots."""
    leaves = [naive.hash_entry(entry) for entry in ENTRIES]
    path = proofs.consistency_path(old, new, node_over(leaves))
    assert [step.hex() for step in path] == steps
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    proofs.check_consistency(old, roots[0], new, roots[1], path)


@given(SIZES, st.data())
def test_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    """For any tree: root, inclusion and consistency paths equal the RFC's recursive functions."""
    leaves = leaves_of(size)
    node = node_over(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = naive.mth(leaves, naive.same), naive.mth(leaves[:old], naive.same)
    assert proofs.tree_root(size, node) == root
    path = proofs.inclusion_path(index, size, node)
    assert path == naive.path(index, leaves, naive.same)
    assert proofs.root_from_inclusion(index, size, leaves[index], path) == root
    steps = proofs.consistency_path(old, size, node)
    assert steps == naive.proof(old, leaves, naive.same)
    proofs.check_consistency(old, old_root, size, root, steps)


@given(SIZES, st.data())
def test_sigstore_accepts_our_inclusion_proofs(size: int, data: st.DataObject) -> None:
    """sigstore's verifier of Rekor's tree says yes to our proofs, and no to another entry."""
    entries = [b"%d" % number for number in range(size)]
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    path = proofs.inclusion_path(index, size, node_over(leaves))
    proof = SimpleNamespace(
        log_index=index,
        tree_size=size,
        hashes=path,
        root_hash=naive.mth(entries),
    )
    entry: Any = SimpleNamespace(
        _inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=entries[index])
    )
    sigstore_merkle.verify_merkle_inclusion(entry)
    entry._inner.canonicalized_body = b"another"
    with pytest.raises(VerificationError):
        sigstore_merkle.verify_merkle_inclusion(entry)


@given(SIZES, st.data())
def test_any_flipped_bit_of_an_inclusion_proof_is_found(size: int, data: st.DataObject) -> None:
    """Leaf, path and root: whichever single bit is flipped, the proof is refused."""
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    path = proofs.inclusion_path(index, size, node_over(leaves))
    whole = [leaves[index], naive.mth(leaves, naive.same), *path]
    proofs.check_inclusion(index, size, whole[0], whole[2:], whole[1])
    changed = _flipped(whole, data)
    with pytest.raises(ProofRefused):
        proofs.check_inclusion(index, size, changed[0], changed[2:], changed[1])


@given(st.integers(2, 70), st.data())
def test_any_flipped_bit_of_a_consistency_proof_is_found(size: int, data: st.DataObject) -> None:
    """Roots and path: whichever single bit is flipped, the proof is refused."""
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size))
    whole = [
        naive.mth(leaves[:old], naive.same),
        naive.mth(leaves, naive.same),
        *naive.proof(old, leaves, naive.same),
    ]
    changed = _flipped(whole, data)
    with pytest.raises(ProofRefused):
        proofs.check_consistency(old, changed[0], size, changed[1], changed[2:])


@given(st.integers(2, 70), st.data())
def test_truncated_reordered_and_longer_paths_are_refused(size: int, data: st.DataObject) -> None:
    """A path that lacks a hash, has one more, or has two exchanged proves nothing."""
    leaves = leaves_of(size)
    root = naive.mth(leaves, naive.same)
    index = data.draw(st.integers(0, size - 1))
    path = proofs.inclusion_path(index, size, node_over(leaves))
    at = data.draw(st.integers(0, len(path) - 1))
    for wrong in (
        path[:at] + path[at + 1 :],
        [*path[:at], bytes(32), *path[at:]],
        path[::-1] if len(path) > 1 else [],
        path * 20,
    ):
        with pytest.raises(ProofRefused):
            proofs.check_inclusion(index, size, leaves[index], wrong, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    with pytest.raises(ProofRefused):
        proofs.check_inclusion(other, size, leaves[index], path, root)


@given(
    st.integers(-3, 2**65),
    st.integers(-3, 2**65),
    st.lists(st.binary(max_size=40), max_size=70),
    st.binary(max_size=40),
    st.binary(max_size=40),
)
def test_whatever_is_given_is_refused_in_our_words(
    first: int, second: int, path: list[bytes], left: bytes, right: bytes
) -> None:
    """No numbers and no bytes make the checks crash: a refusal, and never a yes by chance."""
    with pytest.raises(ProofRefused):
        proofs.check_inclusion(first, second, left, path, right)
    empty = (0, merkle.EMPTY_ROOT)
    if first != second or left != right:
        with pytest.raises(ProofRefused):
            proofs.check_consistency(first, left, second, right, path)
    with pytest.raises(ProofRefused):
        proofs.check_consistency(5, bytes(32), 5, bytes([1] * 32), path)
    proofs.check_consistency(*empty, *empty, [])


def test_a_shrunk_tree_is_named() -> None:
    """A checkpoint smaller than the one before is refused as what it is: the log shrank."""
    leaves = leaves_of(9)
    roots = naive.mth(leaves, naive.same), naive.mth(leaves[:4], naive.same)
    with pytest.raises(ProofRefused, match="shrank from 9 to 4"):
        proofs.check_consistency(9, roots[0], 4, roots[1], [])


def test_a_fork_is_named() -> None:
    """Another history of the same length, and a longer one on another past, are refused as such."""
    leaves, others = leaves_of(9), leaves_of(9)
    others[2] = bytes(32)
    old, new = naive.mth(leaves[:5], naive.same), naive.mth(others, naive.same)
    steps = naive.proof(5, others, naive.same)
    with pytest.raises(ProofRefused, match="old root of 5"):
        proofs.check_consistency(5, old, 9, new, steps)
    with pytest.raises(ProofRefused, match="rewritten"):
        proofs.check_consistency(5, old, 9, new, naive.proof(5, leaves, naive.same))
    with pytest.raises(ProofRefused, match="differ"):
        proofs.check_consistency(9, naive.mth(leaves, naive.same), 9, new, [])


def test_an_empty_log_grows_into_anything() -> None:
    """From the empty tree no path is needed, and none is accepted."""
    root = naive.mth(leaves_of(3), naive.same)
    proofs.check_consistency(0, merkle.EMPTY_ROOT, 3, root, [])
    with pytest.raises(ProofRefused):
        proofs.check_consistency(0, merkle.EMPTY_ROOT, 3, root, [bytes(32)])
    with pytest.raises(ProofRefused):
        proofs.check_consistency(0, bytes(32), 3, root, [])


@given(SIZES, st.data())
def test_two_ways_of_checking_agree(size: int, data: st.DataObject) -> None:
    """The algorithm of 2.1.3.2 and the recursive reading of the tree say the same of any path."""
    index = data.draw(st.integers(0, size - 1))
    path = data.draw(st.lists(st.binary(min_size=32, max_size=32), max_size=8))
    expected = naive.leads_to(index, size, bytes(32), path)
    if expected is None:
        with pytest.raises(ProofRefused):
            proofs.root_from_inclusion(index, size, bytes(32), path)
    else:
        assert proofs.root_from_inclusion(index, size, bytes(32), path) == expected


def _flipped(hashes: list[bytes], data: st.DataObject) -> list[bytes]:
    at = data.draw(st.integers(0, len(hashes) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = list(hashes)
    number = int.from_bytes(changed[at], "big") ^ (1 << bit)
    changed[at] = number.to_bytes(32, "big")
    return changed
