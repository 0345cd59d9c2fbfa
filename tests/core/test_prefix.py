"""Is a log the beginning of one that was known: every answer there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proofs.prefix import Known, Standing, compare, root_at
from ledger.proofs.tree_proofs import consistency_path
from ledger.records import RecordedEvent
from tests.store.checker import tree_hash


def log(size: int, salt: str = "a", start: int = 1) -> list[RecordedEvent]:
    """So many events; another salt is another history."""
    return [
        RecordedEvent(
            originator_id=UUID(int=1, version=4),
            originator_version=place,
            topic="employee.leave/1",
            state=b"{}",
            id=place,
            effective_on=None,
            recorded_at=datetime(2022, 1, 1, tzinfo=UTC),
            context=b"{}",
            salt=bytes(16),
            sealed_digest=None,
            leaf=hashlib.sha256(f"{salt} {place}".encode()).digest(),
        )
        for place in range(start, size + 1)
    ]


def known(
    size: int, salt: str = "a", *, copy: bool = False, proof_from: int | None = None
) -> Known:
    """A state of that history, with what is at hand of it."""
    events = log(size, salt)
    leaves = [one.leaf for one in events]

    def node(height: int, index: int) -> bytes:
        return tree_hash(leaves[index << height : (index + 1) << height])

    def read() -> Iterator[RecordedEvent]:
        return iter(events)

    proof = None
    if proof_from is not None:
        path = tuple(consistency_path(proof_from, size, node))
        proof = proof_from, tree_hash(leaves[:proof_from]), path
    return Known("o", size, tree_hash(leaves), proof, read if copy else None)


@given(st.integers(1, 40), st.integers(0, 40), st.booleans())
def test_every_comparison_says_what_is_so(own: int, other: int, same: bool) -> None:
    """With a copy at hand the answer is the truth, and what is lost is listed exactly."""
    salt = "a" if same else "b"
    found = compare(lambda: log(own), own, known(other, salt, copy=True))
    agree = same or other == 0
    if other <= own:
        assert found.standing is (Standing.HOLDS if agree else Standing.DIFFERS)
        assert found.lost is None
        return
    assert found.standing is (Standing.LOST if agree else Standing.DIFFERS)
    assert found.lost == (own + 1, other)
    if agree:
        assert [one["position"] for one in found.events] == list(range(own + 1, other + 1))


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (known(5), Standing.HOLDS),
        (known(5, "b"), Standing.DIFFERS),
        (known(12), Standing.NOT_SHOWN),
        (known(12, proof_from=10), Standing.LOST),
        (known(12, "b", proof_from=10), Standing.DIFFERS),
        (known(12, proof_from=7), Standing.NOT_SHOWN),
        (known(12, "b", proof_from=7), Standing.DIFFERS),
        (known(12, proof_from=11), Standing.NOT_SHOWN),
    ],
)
def test_a_longer_state_needs_an_argument(state: Known, standing: Standing) -> None:
    """A checkpoint beyond the log shows nothing by itself; a proof from its very size does."""
    found = compare(lambda: log(10), 10, state)
    assert found.standing is standing
    assert found.as_json()["known_size"] == state.size


def test_a_false_proof_shows_nothing() -> None:
    """A path that does not lead to the known root is no argument."""
    good = known(12, proof_from=10)
    assert good.proof is not None
    size, root, path = good.proof
    bad = Known("o", 12, good.root, (size, root, (*path[:-1], bytes(32))))
    assert compare(lambda: log(10), 10, bad).standing is Standing.NOT_SHOWN


@given(st.integers(0, 2_100))
def test_root_at_is_the_root_of_the_first_events(size: int) -> None:
    """In pieces of a thousand leaves as in one."""
    events = log(2_050)
    leaves = [one.leaf for one in events]
    assert root_at(events, size) == tree_hash(leaves[:size])
