"""What one range of the log is asked for, and what it gives to the one who joins the ranges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.verifying import entries
from ledger.verifying.findings import Findings
from ledger.verifying.range_rows import Missing

FOUNDED = "ledger.founded/1"
HEADS = "ledger.heads/1"
ENACTED = entries.ENACT
PROPOSED = entries.PROPOSED
ERASED = "employee.erased/1"
SIGNING_KEY = "ledger.signing_key/1"
BOOK = frozenset({FOUNDED, HEADS, ENACTED, PROPOSED, ERASED, SIGNING_KEY})


class Task(NamedTuple):
    """What one process is asked to look at.

    Attributes:
        first, last: positions, both inside; `first` is 1 more than a multiple of `trees.RANGE`.
        sizes: of the tree, within the range, whose root somebody wants to know.
        cuts: positions within the range at which somebody committed to the heads of all streams.
        tiles: whether there is a table of tiles.
    """

    url: str
    first: int
    last: int
    sizes: tuple[int, ...] = ()
    cuts: tuple[int, ...] = ()
    tiles: bool = False


class BookEvent(NamedTuple):
    """An event about the ledger itself, or an erasure: what the whole is checked by."""

    position: int
    stream: str
    topic: str
    payload: bytes


class Grown(NamedTuple):
    """How streams grew over a stretch of positions: by stream, first and last version, last leaf.

    Attributes:
        upto: the position that ends the stretch: a cut, or the end of the range.
        ends: the last position: what an index of the database is compared by.
    """

    upto: int
    firsts: dict[str, int]
    lasts: dict[str, int]
    leaves: dict[str, bytes]
    ends: dict[str, int]


@dataclass(slots=True)
class RangeReport:
    """What one range holds, for the one who joins the ranges."""

    first: int
    last: int
    rows: int = 0
    findings: Findings = field(default_factory=Findings)
    root: bytes | None = None
    peaks: dict[int, list[bytes]] = field(default_factory=dict)
    grown: list[Grown] = field(default_factory=list)
    book: list[BookEvent] = field(default_factory=list)
    missing: dict[str, Missing] = field(default_factory=dict)
    instants: tuple[str, str] | None = None
