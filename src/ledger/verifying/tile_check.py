"""Stored tiles of the tree against the leaves of the log.

Tile (level, number) holds 256 hashes of 32 bytes: the roots of the complete subtrees of 256^level
leaves from number * 256 on, and beside them their own root (docs/proofs.md). Tiles are derived:
what is missing is computed by whoever needs it, what is there must be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.verifying import trees
from ledger.verifying.findings import Findings
from ledger.verifying.stored import QueryFailed, Stored

HEIGHT = 8  # 256 = 2^8
LEVELS_MAX = 8  # 256^8 leaves are more than a position can count


def check_low(
    source: Stored, first: int, tree: Sequence[Sequence[bytes]], findings: Findings
) -> None:
    """The tiles of levels 0 and 1 within one range, given the layers of its tree."""
    start = first - 1
    for level in (0, 1):
        height = HEIGHT * level
        hashes = tree[height] if height < len(tree) else []
        begin = start >> (height + HEIGHT)
        full = len(hashes) // trees.TILE
        roots = tree[height + HEIGHT] if full else []
        _compare(source, level, begin, hashes, roots, findings=findings)


def check_high(
    source: Stored, top: Mapping[int, Sequence[bytes]], size: int, findings: Findings
) -> None:
    """The tiles of level 2 and up, given the hashes of each level; and tiles beyond the log."""
    for level, hashes in top.items():
        layers = [trees.levels(hashes[at : at + trees.TILE])[-1][0] for at in
                  range(0, len(hashes) // trees.TILE * trees.TILE, trees.TILE)]  # fmt: skip
        _compare(source, level, 0, hashes, layers, findings=findings)
    for level in range(LEVELS_MAX):
        full = size >> (HEIGHT * (level + 1))
        stray = source.ask(
            "SELECT count(*), min(number) FROM tiles"
            " WHERE level = ? AND (number >= ? OR number < 0)",
            (level, full),
        )[0]
        if stray[0]:
            _stray(findings, level, stray[1], stray[0])
    odd = source.ask(
        "SELECT count(*) FROM tiles WHERE level NOT BETWEEN 0 AND ?", (LEVELS_MAX - 1,)
    )
    if odd[0][0]:
        findings.add("tile_stray", f"tiles: {odd[0][0]} rows of no level")


def _stray(findings: Findings, level: int, number: int, count: int) -> None:
    findings.add("tile_stray", f"tiles: {count} of level {level}, from number {number} on")


def _compare(
    source: Stored,
    level: int,
    begin: int,
    hashes: Sequence[bytes],
    roots: Sequence[bytes],
    *,
    findings: Findings,
) -> None:
    full = len(hashes) // trees.TILE
    if not full:
        return
    try:
        rows = source.ask(
            "SELECT number, hashes, root FROM tiles WHERE level = ?"
            " AND number BETWEEN ? AND ? ORDER BY number",
            (level, begin, begin + full - 1),
        )
    except QueryFailed:
        findings.add("row_unreadable", f"tiles: level {level}")
        return
    for number, stored, root in rows:
        at = (number - begin) * trees.TILE
        expected = hashes[at : at + trees.TILE]
        if stored != b"".join(expected) or root != roots[number - begin]:
            place = _first_difference(stored, expected)
            where = f"tiles: level {level}, number {number}"
            position = None
            if level == 0 and place is not None:
                position = number * trees.TILE + place + 1
            findings.add("tile_differs", where, position=position)


def _first_difference(stored: object, expected: Iterable[bytes]) -> int | None:
    """Which hash of a tile differs first; None when only its root or its length does."""
    if not isinstance(stored, bytes):
        return None
    for place, one in enumerate(expected):
        if stored[place * trees.HASH : (place + 1) * trees.HASH] != one:
            return place
    return None
