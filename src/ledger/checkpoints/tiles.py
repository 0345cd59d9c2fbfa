"""The Merkle tree kept as tiles: 256 hashes of one level, as C2SP tlog-tiles cuts them.

Tile (level, number) holds the roots of the complete subtrees of 256^level leaves from
number * 256 on; level 0 are the leaves. Only full tiles are kept, each with its own root, which is
one hash of the level above. The ragged right edge is read from the leaves and from those roots, at
most 255 of each, so a proof from a million events reads three tiles.

Appending knows nothing of tiles: an append costs no more for them. They are extended to the size
of a checkpoint when one is taken. Everything in them follows from the leaves: a tile that is not
there, because it was never made or somebody deleted it, is computed, and only time is lost. Trust:
who can write the table can make proofs fail, never a wrong one pass, because the root was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.proofs import merkle
from ledger.proofs import tree_proofs as proofs
from ledger.proofs.merkle import HASH_BYTES, NODE_PREFIX
from ledger.storage.store import EventStore
from ledger.storage.store_errors import LedgerDamaged
from ledger.storage.tables import events, tiles

WIDTH = 256
_HEIGHT = 8  # 256 = 2^8
_TILE_BYTES = WIDTH * HASH_BYTES
_CHUNK = 256  # tiles made in one transaction: 65,536 leaves, a tenth of a second

Layers = list[list[bytes]]

# Made once: putting a statement together takes longer than reading a tile.
_TILE = select(tiles.c.hashes).where(
    tiles.c.level == bindparam("level"), tiles.c.number == bindparam("number")
)
_ROOTS = select(tiles.c.number, tiles.c.root).where(
    tiles.c.level == bindparam("level"),
    tiles.c.number >= bindparam("first"),
    tiles.c.number <= bindparam("last"),
)
_LEAVES = (
    select(events.c.leaf)
    .where(events.c.position >= bindparam("first"), events.c.position <= bindparam("last"))
    .order_by(events.c.position)
)


class TileReader:
    """The tree of the first `size` leaves, read over one connection; keeps what it read.

    Raises:
        LedgerDamaged: an event below the size is not there, or its leaf is no hash.
    """

    def __init__(self, connection: Connection, size: int) -> None:
        self._connection = connection
        self.size = size
        self._layers: dict[tuple[int, int], Layers] = {}

    def node(self, height: int, index: int) -> bytes:
        """The root of a complete subtree of 2^height leaves, as `tree_proofs` asks for it."""
        level, within = divmod(height, _HEIGHT)
        place = index << within
        layers = self._tile(level, place // WIDTH)
        return layers[within][(place % WIDTH) >> within]

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves."""
        return proofs.tree_root(size, self.node)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path of the leaf at an index from 0 in the tree of `size` leaves."""
        return proofs.inclusion_path(index, size, self.node)

    def consistency(self, old_size: int, new_size: int) -> list[bytes]:
        """The path between two sizes of this tree."""
        return proofs.consistency_path(old_size, new_size, self.node)

    def leaf(self, index: int) -> bytes:
        """One leaf."""
        return self.node(0, index)

    def hashes(self, level: int, number: int) -> list[bytes]:
        """The hashes of a tile, as far as the tree of this size reaches into it."""
        return self._tile(level, number)[0]

    def _tile(self, level: int, number: int) -> Layers:
        found = self._layers.get((level, number))
        if found is None:
            width = min(WIDTH, (self.size >> _HEIGHT * level) - WIDTH * number)
            found = self._layers[level, number] = _layers(self._read(level, number, width))
        return found

    def _read(self, level: int, number: int, width: int) -> list[bytes]:
        if width == WIDTH:
            kept = self._connection.execute(_TILE, {"level": level, "number": number}).scalar()
            if kept is not None and len(kept) == _TILE_BYTES:
                return [kept[at : at + HASH_BYTES] for at in range(0, _TILE_BYTES, HASH_BYTES)]
        first = WIDTH * number
        if level == 0:
            return read_leaves(self._connection, first + 1, first + width)
        roots = _roots(self._connection, level - 1, first, first + width - 1)
        return [
            roots.get(child) or self._tile(level - 1, child)[-1][0]
            for child in range(first, first + width)
        ]


def read_leaves(connection: Connection, first: int, last: int) -> list[bytes]:
    """The stored leaves of the positions from `first` to `last`, both inclusive.

    Raises:
        LedgerDamaged: one is missing or is no hash.
    """
    asked = {"first": first, "last": last}
    found = list(connection.execute(_LEAVES, asked).scalars())
    if len(found) != last - first + 1 or any(len(leaf) != HASH_BYTES for leaf in found):
        raise LedgerDamaged(
            f"Between the positions {first} and {last} an event is missing or has no leaf.",
            next_step="Run `asn-ledger verify`, which names each; keep the ledger as it is.",
        )
    return found


def extend_tiles(store: EventStore, size: int) -> int:
    """Keep every full tile of the first `size` leaves; gives how many were new.

    Each transaction makes some tiles whole. A crash in between leaves fewer tiles than there could
    be: the next call makes the rest, and until then they are computed where a proof needs them.
    Two processes that do it at once make the same tiles; the first one's are kept.
    """
    made = 0
    level, full = 0, size >> _HEIGHT
    while full:
        for chunk in _missing(store, level, full):
            made += _make(store, level, chunk)
        level, full = level + 1, full >> _HEIGHT
    return made


def _missing(store: EventStore, level: int, full: int) -> Iterator[range]:
    """The tiles below `full` that are not kept, in runs of a chunk at most."""
    with store.reading() as connection:
        below = tiles.c.level == level, tiles.c.number < full
        count = connection.execute(select(func.count()).where(*below)).scalar_one()
        last = connection.execute(select(func.max(tiles.c.number)).where(*below)).scalar()
        if count == full:
            return
        known = count if last is None or last == count - 1 else 0
        kept = set[int]()
        if count != known:
            numbers = select(tiles.c.number).where(*below)
            kept = set(connection.execute(numbers).scalars())
    start = known
    for number in range(known, full + 1):
        if number == full or number in kept or number - start == _CHUNK:
            if number > start:
                yield range(start, number)
            start = number + 1 if number in kept else number


def _make(store: EventStore, level: int, numbers: range) -> int:
    with store.writing() as connection:
        first, last = numbers.start * WIDTH, numbers.stop * WIDTH - 1
        if level == 0:
            below = read_leaves(connection, first + 1, last + 1)
        else:
            roots = _roots(connection, level - 1, first, last)
            below = [roots[child] for child in range(first, last + 1)]
        there = set(_roots(connection, level, numbers.start, numbers.stop - 1))
        rows = [
            {
                "level": level,
                "number": number,
                "root": _layers(part)[-1][0],
                "hashes": b"".join(part),
            }
            for number in numbers
            if number not in there
            for part in [below[(number - numbers.start) * WIDTH :][:WIDTH]]
        ]
        if rows:
            dialect = postgresql if store.dialect == "postgresql" else sqlite
            connection.execute(dialect.insert(tiles).on_conflict_do_nothing(), rows)
        return len(rows)


def _roots(connection: Connection, level: int, first: int, last: int) -> dict[int, bytes]:
    """The roots of the tiles kept of a level, by number."""
    asked = {"level": level, "first": first, "last": last}
    return {row.number: row.root for row in connection.execute(_ROOTS, asked)}


def _layers(hashes: Sequence[bytes]) -> Layers:
    """A tile and the roots of its complete subtrees, layer by layer, as far as they are complete:
    layer k has one hash for each 2^k hashes.
    """
    sha256 = hashlib.sha256
    layers = [list(hashes)]
    for _ in range(_HEIGHT):
        below = layers[-1]
        layers.append(
            [
                sha256(NODE_PREFIX + below[at] + below[at + 1]).digest()
                for at in range(0, len(below) - 1, 2)
            ]
        )
    return layers


def drop_tiles(store: EventStore) -> None:
    """Forget all tiles: `extend_tiles` makes them anew from the leaves."""
    with store.writing() as connection:
        connection.execute(delete(tiles))


def root_of_leaves(store: EventStore, size: int) -> bytes:
    """The root over the stored leaves themselves, whatever the tiles say; in constant memory.

    Raises:
        LedgerDamaged: one is missing.
    """
    frontier = merkle.EMPTY_FRONTIER
    with store.reading() as connection:
        for start in range(0, size, _CHUNK * WIDTH):
            part = read_leaves(connection, start + 1, min(start + _CHUNK * WIDTH, size))
            frontier = merkle.extend(frontier, start, part)
    return merkle.root(frontier, size)
