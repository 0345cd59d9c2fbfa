"""Workbooks of any length: one sheet after the other in constant memory, the same bytes twice.

A table of more rows than a sheet holds goes on in the next sheet; nothing is left out. Cells are
text, exact numbers or days; text that a spreadsheet program might take for a formula is neutralised
(OWASP CSV injection), and is written as text in any case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Final, Self

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from ledger.errors import invariant

Cell = str | int | Decimal | date | None

CREATED: Final = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - a fixed mark, so that files are equal
SHEET_ROWS: Final = 1_048_576  # what a sheet of a workbook holds, its header included
CELL_TEXT: Final = 32_767  # characters; the library would cut more off without a word
EXACT_DIGITS: Final = 15  # a spreadsheet program keeps no more of a number
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDE: Final = 42
_NARROW: Final = 12


def safe_cell(text: str) -> str:
    """Text that a spreadsheet program does not take for a formula (OWASP CSV injection)."""
    return f"'{text}" if text.startswith(_RISKY) else text


class Book:
    """A workbook that is being written, sheet by sheet and row by row.

    Use it as a context; the file is whole when the context ends without an error.
    """

    def __init__(self, stream: BinaryIO, title: str, *, sheet_rows: int = SHEET_ROWS) -> None:
        self._book = xlsxwriter.Workbook(stream, dict(_OPTIONS))
        self._book.set_properties({"title": title, "created": CREATED})
        self._sheet_rows = sheet_rows
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self._bold = self._book.add_format({"bold": True, "font_size": 14})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._day = self._book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, fault: object, trace: object) -> None:
        if kind is None:
            self._book.close()
            return
        # What lies in temporary files goes; what reached the stream is thrown away by its owner.
        with suppress(XlsxWriterException, OSError, ValueError):
            self._book.close()

    def table(
        self,
        name: str,
        headers: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        *,
        wide: Sequence[int] = (),
    ) -> int:
        """A sheet with a header and rows, and as many sheets more as they need; gives the rows.

        `wide` are the columns that hold long text.
        """
        waiting = iter(rows)
        count = sheets = 0
        row = next(waiting, None)
        while row is not None or not sheets:
            sheets += 1
            sheet = self._started(name if sheets == 1 else f"{name} ({sheets})", headers, wide)
            line = 0
            while row is not None and line < self._sheet_rows - 1:
                line += 1
                self._row(sheet, line, row)
                row = next(waiting, None)
            count += line
        return count

    def _started(self, label: str, headers: Sequence[str], wide: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(label)
        for column, header in enumerate(headers):
            width = _WIDE if column in wide else max(_NARROW, min(len(header) + 2, _WIDE))
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, self._head)
        return sheet

    def statement(self, name: str, title: str, lines: Iterable[tuple[str, Cell]]) -> None:
        """A sheet of labels and what they say, below a title."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, _WIDE)
        sheet.set_column(1, 1, 2 * _WIDE)
        sheet.write_string(0, 0, safe_cell(title), self._bold)
        for row, (label, said) in enumerate(lines, start=2):
            self._row(sheet, row, (label, said))

    def _row(self, sheet: Any, row: int, cells: Sequence[Cell]) -> None:
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, self._day)
            elif isinstance(cell, str):
                invariant(len(cell) < CELL_TEXT, "text is longer than a cell of a workbook holds")
                sheet.write_string(row, column, safe_cell(cell), self._wrap)
            elif len(Decimal(cell).as_tuple().digits) > EXACT_DIGITS:
                sheet.write_string(row, column, str(cell), self._wrap)
            else:
                sheet.write_number(row, column, cell)
