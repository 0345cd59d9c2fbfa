"""The frontier gives the roots that RFC 9162 defines and Certificate Transparency published."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import leaf_hash
from ledger.errors import ProgramError
from ledger.proofs import merkle
from tests.store.checker import tree_hash

# Published with Certificate Transparency's reference implementation (merkle_tree_test).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    """The trees of 0 to 8 published inputs have the published roots."""
    leaves = [merkle.leaf_hash(data) for data in INPUTS[:size]]
    frontier = merkle.extend(merkle.EMPTY_FRONTIER, 0, leaves)
    assert merkle.root(frontier, size).hex() == ROOTS[size]


def test_leaf_is_the_ledgers_leaf() -> None:
    """The tree and the canonical entry mean the same leaf."""
    assert merkle.leaf_hash(b"entry") == leaf_hash(b"entry")


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70), st.data())
def test_extending_in_parts_is_extending_at_once(leaves: list[bytes], data: st.DataObject) -> None:
    """However leaves arrive, frontier and root are those of the plain recursive definition."""
    frontier, size = merkle.EMPTY_FRONTIER, 0
    while size < len(leaves):
        step = data.draw(st.integers(1, len(leaves) - size))
        frontier = merkle.extend(frontier, size, leaves[size : size + step])
        size += step
    assert merkle.root(frontier, size) == tree_hash(leaves)


def test_frontier_of_another_size_is_refused() -> None:
    """A frontier that cannot belong to the size stops the program before it writes anything."""
    with pytest.raises(ProgramError):
        merkle.extend(hashlib.sha256(b"").digest(), 3, [bytes(32)])
    with pytest.raises(ProgramError):
        merkle.root(b"", 1)
