"""The tree over the heads of streams: its entries, its order, its paths."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ledger.proofs import heads
from ledger.proofs import tree_proofs as proofs
from ledger.proofs.heads import HeadsTree, StreamHead
from tests.oracle import naive_merkle as naive

STREAMS = st.uuids(version=4).map(lambda stream: stream.hex)
HEADS = st.lists(
    st.builds(StreamHead, STREAMS, st.integers(1, 10**6), st.binary(min_size=32, max_size=32)),
    unique_by=lambda head: head.stream,
    max_size=40,
)


def plain_entry(head: StreamHead) -> bytes:
    """The entry by the standard library, as the description of the format says it."""
    stream, count, leaf = head
    return json.dumps(
        ["asn-ledger/1 head", stream, count, leaf.hex()], separators=(",", ":")
    ).encode()


@given(HEADS, st.randoms())
def test_the_root_is_that_of_the_sorted_entries(
    given_heads: list[StreamHead], order: object
) -> None:
    """In whatever order heads come: MTH over their entries by stream, as RFC 9162 defines it."""
    expected = naive.mth([plain_entry(head) for head in sorted(given_heads)])
    order.shuffle(given_heads)  # type: ignore[attr-defined]
    assert heads.heads_root(given_heads) == expected


@given(HEADS.filter(bool), st.data())
def test_each_head_has_its_path(given_heads: list[StreamHead], data: st.DataObject) -> None:
    """The path of a head leads from its entry to the root."""
    tree = HeadsTree(given_heads)
    index = data.draw(st.integers(0, len(given_heads) - 1))
    head = tree.heads[index]
    assert heads.head_entry(head) == plain_entry(head)
    assert heads.head_leaf(head) == naive.hash_entry(plain_entry(head))
    proofs.check_inclusion(
        index, len(given_heads), heads.head_leaf(head), tree.path(index), tree.root()
    )


def test_no_stream_has_the_empty_root() -> None:
    """Before the first stream the root is SHA-256 of nothing."""
    assert heads.heads_root([]) == naive.mth([])
