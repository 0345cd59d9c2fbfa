"""Where a decision lies: in a stream of its own, its candidates in further streams beside it. Pure.

A stream's id follows from that of the decision, so two who draft under one id at once meet in one
stream, and whoever knows the id finds all of it, or proves that it is not there. Candidates lie in
parts by subject: who must show one person's own row hands out his part, not everybody's.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from uuid import UUID

_NAME = "asn-ledger/1 decision"
_FEWEST = 32
_MOST_PARTS = 500  # their first subjects stand in the draft, whose entry holds 65,535 bytes


def stream_of(ident: str, part: int = 0) -> UUID:
    """The stream of a decision, or of a part of its candidates, from 1."""
    name = f"{_NAME}\n{ident}\n{part}".encode()
    return UUID(bytes=hashlib.sha256(name).digest()[:16], version=4)


def streams_of(ident: str, firsts: Sequence[str]) -> list[UUID]:
    """The streams of all parts of a decision's candidates."""
    return [stream_of(ident, part) for part in range(1, len(firsts) + 1)]


def firsts_of(subjects: Sequence[str]) -> tuple[str, ...]:
    """The first subject of each part: some thirty a part, more where there would be many parts."""
    ordered = sorted(subjects)
    size = max(_FEWEST, -(-len(ordered) // _MOST_PARTS))
    return tuple(ordered[::size])


def part_of(firsts: Sequence[str], subject: str) -> int:
    """The part, from 1, in which somebody stands if he is a candidate at all."""
    return max(1, bisect_right(firsts, subject))
