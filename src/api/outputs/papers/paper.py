"""A document before it is a file: letterhead, bands, parts of lines and tables, what it rests on.

One `Paper` becomes a PDF, a workbook or a text table, so that all three say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from api.outputs.workbook import Cell
from ledger.domain.unit_directory import UnitDirectory

Line = tuple[str, Cell]
SIMULATION: Final = "SIMULASI, bukan data resmi"
INVENTED: Final = "Data contoh: semua orang di dalamnya rekaan"


@dataclass(frozen=True, slots=True)
class Seal:
    """The signed checkpoint that covers what is shown: size and root (base64) of the log."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a document needs besides the answer that it shows.

    Attributes:
        agency: its name, for the letterhead.
        origin: the name of the ledger in checkpoints and proofs.
        zone: of the agency; instants are told in it.
        units: names of units by id.
        demo: the ledger holds invented people.
        seal: None where no checkpoint covers the position of the answer yet.
        known_at: when the event at the position was recorded, for answers that do not say it.
        link: the permanent address of what is shown; None where no site is known.
        number: of the letter, where it has one.
    """

    agency: str
    origin: str
    zone: ZoneInfo
    units: UnitDirectory
    demo: bool = False
    seal: Seal | None = None
    known_at: str | None = None
    link: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Labels and what they say."""

    rows: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `widths` are the shares of its columns on paper, `empty` is said of no rows.

    `name` parts it from other tables of its part, in workbooks and in text.
    """

    name: str
    headers: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[Cell]]
    empty: str = "Tidak ada."


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence; `loud` stands in a frame."""

    text: str
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A place for a signature, by the office that signs."""

    office: str


Block = Lines | Grid | Remark | Signature


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter with its blocks."""

    name: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document.

    Attributes:
        title: what it is.
        about: whose it is or what it is about, below the title.
        bands: what a reader must not overlook; stands on every page.
        rests_on: the question, its coordinates, digest and checkpoint, beside the code.
        code: what the QR code holds.
        wide: its paper lies on its side.
    """

    title: str
    about: str
    bands: Sequence[str]
    parts: Sequence[Part]
    rests_on: Sequence[Line]
    code: str
    wide: bool = False

    def grids(self) -> Iterator[tuple[Part, Grid]]:
        """Its tables in order, each with its part."""
        for part in self.parts:
            for block in part.blocks:
                if isinstance(block, Grid):
                    yield part, block


def bands(context: Context, *stamps: dict[str, object] | None) -> tuple[str, ...]:
    """The bands of a document over answers with these `hypothetical` stamps."""
    found = [INVENTED] if context.demo else []
    if any(stamp is not None for stamp in stamps):
        found.append(SIMULATION)
    return tuple(found)
