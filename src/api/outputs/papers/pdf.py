"""A document as PDF/UA-1: tagged, with its own fonts, without clock, network or fonts of the
machine; the same bytes for the same document.

Everything reaches the template as JSON and is set as plain text, so that no text becomes markup.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from importlib import resources
from typing import Any, Final, Literal

import orjson
import segno
import typst

from api.outputs.papers.paper import Block, Context, Grid, Lines, Paper, Remark, Signature
from api.outputs.papers.said import cell_text
from api.outputs.workbook import Cell
from ledger.errors import invariant

TEMPLATE: Final = "paper.typ"
STANDARD: Final = "ua-1"
_MACHINE_TEXT: Final = re.compile(
    r"sha256:.*|asn-ledger/.*|https?://.*|[A-Za-z0-9+/]{43}=|[0-9a-f]{64}"
    r"|\u2014 \S+ [A-Za-z0-9+/=]+",
    re.DOTALL,
)
# Letters that surely have room: in the narrowest line, in a table across a sheet, in a wide one.
_LABEL, _LINE, _ACROSS, _ACROSS_WIDE = 18, 40, 100, 150
_PIECE: Final = 8
_WORD: Final = re.compile(r"\S+")
_PARTED: Final = "\u200b"
_LONGEST: Final = 16  # a NIP is a name and no number
# A number, a difference with its sign, or the dash in their place.
_NUMERIC: Final = re.compile(r"[+-]?[\d.]+(,\d+)?|\u2013|")


def pdf(made: Paper, context: Context) -> bytes:
    """The document as one tagged PDF."""
    found = compiled(made, context, "pdf")
    invariant(isinstance(found, bytes), "typst gives a PDF as one text of bytes")
    return bytes(found)


def compiled(made: Paper, context: Context, form: Literal["pdf", "png"]) -> Any:
    """What typst makes of a document; of more than one page in png a list of them."""
    return typst.compile(
        resources.files("api.outputs.papers").joinpath(TEMPLATE).read_bytes(),
        format=form,
        sys_inputs={"data": orjson.dumps(said(made, context)).decode()},
        ignore_system_fonts=True,
        font_paths=[],
        pdf_standards=[STANDARD] if form == "pdf" else [],
    )


def said(made: Paper, context: Context) -> dict[str, Any]:
    """The document as the template reads it: texts, and nothing else."""
    return {
        "agency": breakable(context.agency),
        "number": None if context.number is None else breakable(context.number),
        "title": made.title,
        "about": breakable(made.about),
        "wide": made.wide,
        "bands": list(made.bands),
        "parts": [
            {"name": part.name, "blocks": [_block(one, wide=made.wide) for one in part.blocks]}
            for part in made.parts
        ],
        "rests": [_line(label, cell) for label, cell in made.rests_on],
        "qr": qr_svg(made.code),
    }


def _block(one: Block, *, wide: bool) -> dict[str, Any]:
    match one:
        case Lines(rows):
            return {"kind": "lines", "rows": [_line(label, cell) for label, cell in rows]}
        case Grid():
            rooms = _rooms(one, wide=wide)
            return {
                "kind": "grid",
                "name": one.name,
                "headers": list(one.headers),
                "widths": list(one.widths),
                "right": _right(one),
                "rows": [
                    [
                        breakable(cell_text(cell), room)
                        for cell, room in zip(row, rooms, strict=True)
                    ]
                    for row in one.rows
                ],
                "empty": one.empty,
            }
        case Remark(text, loud):
            return {"kind": "remark", "text": breakable(text), "loud": loud}
        case Signature(office):
            return {"kind": "signature", "office": office}


def _line(label: str, cell: Cell) -> dict[str, Any]:
    text = cell_text(cell)
    machine = _MACHINE_TEXT.fullmatch(text) is not None
    shown = text if machine else breakable(text)
    return {"label": breakable(label, _LABEL), "text": shown, "machine": machine}


def breakable(text: str, room: int = _LINE) -> str:
    """A text that stays in its column: a word of more than `room` letters may be parted, without a
    hyphen, so that a number stays what it is.
    """
    return _WORD.sub(lambda found: _parted(found.group(), room), text)


def _parted(word: str, room: int) -> str:
    if len(word) <= room:
        return word
    return _PARTED.join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))


def _rooms(grid: Grid, *, wide: bool) -> list[int]:
    """How many letters surely have room in each column."""
    whole = sum(grid.widths)
    across = _ACROSS_WIDE if wide else _ACROSS
    return [max(across * share // whole, _PIECE) for share in grid.widths]


def _right(grid: Grid) -> list[bool]:
    """Which columns hold numbers alone, and stand to the right."""
    columns = zip(*grid.rows, strict=True) if grid.rows else ()
    return [_numeric_column(column) for column in columns] or [False]


def _numeric_column(column: Sequence[Cell]) -> bool:
    return any(isinstance(one, int | Decimal) for one in column) and all(map(_numeric, column))


def _numeric(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMERIC.fullmatch(cell) is not None and len(cell) < _LONGEST
    return cell is None or isinstance(cell, int | Decimal)


def qr_svg(text: str) -> str:
    """A QR code with room for a quarter of damage, as SVG."""
    out = io.BytesIO()
    code = segno.make(text, error="q", micro=False, boost_error=False)
    code.save(out, kind="svg", xmldecl=False, svgns=True, border=2, scale=4)
    return out.getvalue().decode()
