"""A document as a workbook or as text: the same cells as on paper.

A workbook has a cover with all lines, a sheet for each table, and last what it rests on. Text holds
the parts one after the other, parted by an empty line; a document of one table is that table alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from api.outputs.answers import Utf8
from api.outputs.papers.paper import Grid, Line, Lines, Paper, Remark
from api.outputs.statement import SHEET
from api.outputs.table import csv_cells
from api.outputs.workbook import CELL_TEXT, Book, Cell

COVER: Final = "Sampul"
_NAME_LONGEST: Final = 31  # what a sheet's name holds
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONG_NUMBER: Final = re.compile(r"\d{12,}")
_WIDE_SHARE: Final = 20
_ROOM: Final = CELL_TEXT - 2


def xlsx(made: Paper) -> bytes:
    """The document as a workbook; the same bytes for the same document."""
    out = io.BytesIO()
    with Book(out, made.title) as book:
        book.statement(COVER, made.title, _long_lines([("Tentang", made.about), *_lines(made)]))
        taken = {COVER.casefold(), SHEET.casefold()}
        for _, grid in made.grids():
            wide = [at for at, share in enumerate(grid.widths) if share >= _WIDE_SHARE]
            rows = (part for row in grid.rows for part in _fitting(row))
            book.table(sheet_name(grid.name, taken), grid.headers, rows, wide=wide)
        book.statement(SHEET, SHEET, _long_lines(made.rests_on))
    return out.getvalue()


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook takes and no other sheet has; it is added to `taken`."""
    plain = _NOT_IN_NAMES.sub(" ", wanted).strip()[:_NAME_LONGEST].strip() or "Tabel"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        mark = f" {number}"
        name = plain[: _NAME_LONGEST - len(mark)] + mark
    taken.add(name.casefold())
    return name


def _lines(made: Paper) -> Iterator[Line]:
    """What a document says outside its tables."""
    for words in made.bands:
        yield "Perhatian", words
    for part in made.parts:
        for block in part.blocks:
            if isinstance(block, Lines):
                yield from ((f"{part.name}: {label}", said) for label, said in block.rows)
            elif isinstance(block, Remark):
                yield part.name, block.text


def _long_lines(lines: Sequence[Line] | Iterator[Line]) -> Iterator[Line]:
    for line in lines:
        for label, said in _fitting(line):
            yield str(label or ""), said


def _fitting(row: Sequence[Cell]) -> Iterator[list[Cell]]:
    """A row, and below it what its cells have no room for: nothing is cut off."""
    rest = list(row)
    while True:
        yield [one[:_ROOM] if isinstance(one, str) else one for one in rest]
        rest = [(one[_ROOM:] or None) if isinstance(one, str) else None for one in rest]
        if not any(rest):
            return


def csv_text(made: Paper) -> bytes:
    """The document as text with semicolons and decimal commas, as spreadsheets here read it."""
    out = io.BytesIO()
    text = Utf8(out)
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    grids = [grid for _, grid in made.grids()]
    if len(grids) == 1 and not list(_lines(made)):
        writer.writerows(_table(grids[0]))
        return out.getvalue()
    writer.writerow(csv_cells([made.title, made.about], numbers=()))
    for row in _lines(made):
        writer.writerow(_cells(row))
    for _, grid in made.grids():
        writer.writerow([])
        writer.writerow([grid.name])
        writer.writerows(_table(grid))
    writer.writerow([])
    writer.writerow([SHEET])
    for row in made.rests_on:
        writer.writerow(_cells(row))
    return out.getvalue()


def _table(grid: Grid) -> Iterator[list[str]]:
    yield list(grid.headers)
    for row in grid.rows:
        yield _cells(row)


def _cells(row: Sequence[Cell]) -> list[str]:
    """Cells of text; long numbers are marked, or their last digits would be lost."""
    numbers = [
        at for at, cell in enumerate(row) if isinstance(cell, str) and _LONG_NUMBER.fullmatch(cell)
    ]
    return csv_cells(row, numbers=numbers)
