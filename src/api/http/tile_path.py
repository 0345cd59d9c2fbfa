"""Addresses of tiles as C2SP tlog-tiles writes them, each number in one way only.

A tile's number is cut into groups of three digits, all but the last with an `x` before: 1234 is
`x001/234`. A partial tile has `.p/` and how many hashes after it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ledger.checkpoints.tiles import WIDTH

_PATH = re.compile(r"((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LEVEL = re.compile(r"0|[1-9][0-9]?")


class TilePlace(NamedTuple):
    """Which tile, and how many hashes of it."""

    number: int
    width: int


def tile_place(text: str) -> TilePlace | None:
    """The tile that an address names; None where it is none, or not written as it must be."""
    found = _PATH.fullmatch(text)
    if found is None:
        return None
    number = int(found[1].replace("x", "").replace("/", ""))
    width = WIDTH if found[2] is None else int(found[2])
    partial = found[2] is not None
    if width > WIDTH - partial or tile_text(number) != found[1]:
        return None
    return TilePlace(number, width)


def tile_text(number: int) -> str:
    """The number of a tile in an address."""
    last = f"{number % 1000:03d}"
    while number := number // 1000:
        last = f"x{number % 1000:03d}/{last}"
    return last


def level_of(text: str) -> int | None:
    """The level that an address names; None where it is none."""
    return int(text) if _LEVEL.fullmatch(text) else None
