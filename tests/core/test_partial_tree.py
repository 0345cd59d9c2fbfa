"""Parts of a Merkle tree: they give the root of the whole, and nothing else does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proofs.partial_tree import covering, root_of_part
from ledger.proofs.tree_proofs import ProofRefused
from tests.store.checker import tree_hash


def leaves_of(size: int) -> list[bytes]:
    """So many different leaves."""
    return [hashlib.sha256(b"leaf %d" % one).digest() for one in range(size)]


def node_of(leaves: Sequence[bytes], height: int, index: int) -> bytes:
    """The root of a complete subtree, as the RFC writes it."""
    return tree_hash(leaves[index << height : (index + 1) << height])


@st.composite
def parts(draw: st.DrawFn) -> tuple[list[bytes], list[int]]:
    """Leaves, and the places of some of them."""
    size = draw(st.integers(1, 70))
    places = draw(st.sets(st.integers(0, size - 1), min_size=1))
    return leaves_of(size), sorted(places)


def part_of(leaves: Sequence[bytes], places: Sequence[int]) -> list[bytes]:
    """The hashes beside the leaves at these places."""
    return covering(len(leaves), places, lambda height, index: node_of(leaves, height, index))


@given(parts())
def test_a_part_gives_the_root_of_the_whole(part: tuple[list[bytes], list[int]]) -> None:
    """Whatever leaves are chosen, with the hashes of the rest they lead to the one root."""
    leaves, places = part
    chosen = [(place, leaves[place]) for place in places]
    assert root_of_part(len(leaves), chosen, part_of(leaves, places)) == tree_hash(leaves)


@given(parts(), st.data())
def test_any_change_leads_elsewhere_or_is_refused(
    part: tuple[list[bytes], list[int]], data: st.DataObject
) -> None:
    """A leaf or hash changed, moved, left out or added never gives the root."""
    leaves, places = part
    hashes = part_of(leaves, places)
    chosen = [(place, leaves[place]) for place in places]
    at = data.draw(st.integers(0, len(chosen) + len(hashes) - 1))
    act = data.draw(st.sampled_from(["change", "leave out", "repeat"]))
    whole: list[list[object]] = [list[object](chosen), list[object](hashes)]
    row, place = (0, at) if at < len(chosen) else (1, at - len(chosen))
    if act == "change":
        one = whole[row][place]
        new = hashlib.sha256(b"other").digest()
        whole[row][place] = (one[0], new) if isinstance(one, tuple) else new
    elif act == "leave out":
        del whole[row][place]
    else:
        whole[row].insert(place, whole[row][place])
    try:
        found = root_of_part(len(leaves), whole[0], whole[1])  # type: ignore[arg-type]
    except ProofRefused:
        found = b""
    assert found != tree_hash(leaves)


@pytest.mark.parametrize(
    ("size", "leaves", "hashes"),
    [
        (0, [(0, bytes(32))], []),
        (1, [], []),
        (2, [(2, bytes(32))], [bytes(32)]),
        (2, [(-1, bytes(32))], [bytes(32)]),
        (2, [(1, bytes(32)), (0, bytes(32))], []),
        (2, [(0, bytes(31))], [bytes(32)]),
        (2, [(0, bytes(32))], [bytes(33)]),
        (2**63, [(0, bytes(32))], []),
        (2**62, [(0, bytes(32))], []),
    ],
)
def test_what_is_no_part_of_a_tree_is_refused(
    size: int, leaves: list[tuple[int, bytes]], hashes: list[bytes]
) -> None:
    """Sizes, places and lengths that no tree has are named, not crashed on."""
    with pytest.raises(ProofRefused) as refused:
        root_of_part(size, leaves, hashes)
    assert refused.value.message
