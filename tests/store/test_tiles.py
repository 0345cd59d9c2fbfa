"""Tiles equal what recomputing from the stored leaves gives, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledger.checkpoints import tiles
from ledger.checkpoints.tiles import TileReader
from ledger.proofs import merkle
from ledger.proofs import tree_proofs as proofs
from ledger.storage.store import EventStore
from ledger.storage.store_errors import LedgerDamaged
from tests.oracle import naive_merkle as naive
from tests.store.making import command, new_stream
from tests.store.raw import raw_connection, rows


def filled(store: EventStore, count: int) -> list[bytes]:
    """A ledger of so many events; gives their leaves as stored."""
    stream = new_stream()
    for done in range(0, count, 500):
        many = range(done + 1, min(done + 500, count) + 1)
        store.append_many([command(stream, *many)])
    return [event.leaf for event in store.read()]


@contextmanager
def reader(store: EventStore, size: int) -> Iterator[TileReader]:
    """The tree of the first `size` leaves."""
    with store.reading() as connection:
        yield TileReader(connection, size)


def frontier_root(store: EventStore) -> tuple[int, bytes]:
    """Size and root of the tree as the writer keeps it."""
    head = store.head()
    return head.position, merkle.root(head.frontier, head.position)


SIZE = 66_000  # two levels of tiles, and a ragged edge on each


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    """Leaves of a long log."""
    return [naive.hash_entry(b"%d" % number) for number in range(SIZE)]


def test_tiles_are_the_hashes_of_their_level(store: EventStore, database_url: str) -> None:
    """Each kept tile holds 256 leaves in order, and its root is the root over them."""
    leaves = filled(store, 1_000)
    assert tiles.extend_tiles(store, 1_000) == 3
    found = rows(database_url, "SELECT level, number, root, hashes FROM tiles ORDER BY 1, 2")
    assert [(row[0], row[1]) for row in found] == [(0, 0), (0, 1), (0, 2)]
    for _, number, root, hashes in found:
        part = leaves[number * 256 : (number + 1) * 256]
        assert bytes(hashes) == b"".join(part)
        assert bytes(root) == naive.mth(part, naive.same)


def test_roots_and_paths_are_those_of_the_leaves(store: EventStore) -> None:
    """With all tiles, some or none: every root and path equals the naive one."""
    leaves = filled(store, 700)
    for _ in range(2):
        with reader(store, 700) as tree:
            for size in (1, 2, 255, 256, 257, 511, 512, 699, 700):
                assert tree.root(size) == naive.mth(leaves[:size], naive.same)
                index = size * 2 // 3
                assert tree.inclusion(index, size) == naive.path(index, leaves[:size], naive.same)
                assert tree.consistency(size, 700) == naive.proof(size, leaves, naive.same)
        assert tiles.extend_tiles(store, 512) in {0, 2}


def test_the_writers_root_is_the_readers_root(store: EventStore) -> None:
    """The frontier kept while appending and the tree read from leaves give the same root."""
    filled(store, 600)
    size, root = frontier_root(store)
    with reader(store, size) as tree:
        assert tree.root(size) == root
        assert tree.leaf(5) == next(iter(store.read(6, 6))).leaf


def test_extending_twice_adds_nothing(store: EventStore, database_url: str) -> None:
    """What is kept stays as it is; a hole that somebody made is filled again."""
    filled(store, 1_100)
    assert tiles.extend_tiles(store, 1_100) == 4
    before = rows(database_url, "SELECT * FROM tiles ORDER BY 1, 2")
    assert tiles.extend_tiles(store, 1_100) == 0
    with raw_connection(database_url) as connection:
        connection.execute("DELETE FROM tiles WHERE number = 1")
    with reader(store, 1_100) as tree:
        whole = tree.root(1_100)
    assert tiles.extend_tiles(store, 1_100) == 1
    assert rows(database_url, "SELECT * FROM tiles ORDER BY 1, 2") == before
    assert frontier_root(store) == (1_100, whole)


def test_a_missing_event_is_damage(store: EventStore, database_url: str) -> None:
    """A tree over a log with a hole is refused with the positions, never computed around it."""
    filled(store, 20)
    with reader(store, 25) as tree, pytest.raises(LedgerDamaged, match="missing"):
        tree.root(25)


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 65_792, SIZE])
def test_two_levels(leaves: list[bytes], size: int) -> None:
    """Around 65,536 leaves tiles of tiles give the root of the frontier, and paths that hold."""
    tree = _InMemory(leaves, size)
    root = merkle.root(merkle.extend(b"", 0, leaves[:size]), size)
    assert tree.root(size) == root
    for index in (0, 255, 256, size // 3, size - 1):
        path = tree.inclusion(index, size)
        assert naive.leads_to(index, size, leaves[index], path) == root
        old = index + 1
        old_root = merkle.root(merkle.extend(b"", 0, leaves[:old]), old)
        proofs.check_consistency(old, old_root, size, root, tree.consistency(old, size))


class _InMemory(TileReader):
    """A reader whose tiles come from a list of leaves."""

    def __init__(self, leaves: list[bytes], size: int) -> None:
        super().__init__(None, size)  # type: ignore[arg-type]
        self._leaves = leaves

    def _read(self, level: int, number: int, width: int) -> list[bytes]:
        first = number * tiles.WIDTH
        if level == 0:
            return self._leaves[first : first + width]
        return [self._tile(level - 1, child)[-1][0] for child in range(first, first + width)]
