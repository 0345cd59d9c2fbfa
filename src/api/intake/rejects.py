"""Refused rows go back to their sender: his own rows, with the reasons in a column of their own.

Tables come back as a workbook that can be mended and sent again; lines of a facts file as lines of JSON.
Nothing is ever written over another file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path
from typing import IO, Any, Final

import orjson
import xlsxwriter

from api.intake.cells import DAY, MOMENT, NUMBER, Cell, Typed, digits
from api.intake.reading import REJECTED, SourceFile
from api.intake.recognise import Table
from api.intake.rows import RawRow, RowError
from api.intake.templates import CREATED
from ledger.errors import LedgerError

REASONS: Final = "ALASAN DITOLAK"
Refused = tuple[RawRow, Sequence[RowError]]
_EXACT_DIGITS: Final = 15
_MODE: Final = 0o600  # rows of a personnel file, for their sender alone


class RejectsNotWritten(LedgerError):
    """The refused rows could not be written down; they are named in the report all the same."""

    code = "rejects_not_written"


def write_rejects(source: SourceFile, refused: Iterable[Refused], folder: Path) -> Path | None:
    """The refused rows of one file, in file order, as NAME.ditolak.xlsx or .jsonl; None if none are.

    A name that is taken gets a number: NAME.ditolak-2.xlsx. A crash while writing leaves a file that
    is cut off under a new name, never another file changed.

    Raises:
        RejectsNotWritten: the folder cannot be written to, or the disk is full.
    """
    rows = iter(refused)
    first = next(rows, None)
    if first is None:
        return None
    every = chain((first,), rows)
    suffix = ".jsonl" if source.is_facts_file else ".xlsx"
    write: Callable[[IO[bytes]], None] = (
        (lambda out: _write_lines(out, every))
        if source.is_facts_file
        else (lambda out: _write_workbook(out, source, every))
    )
    try:
        with _fresh(folder, Path(source.name).stem, suffix) as (out, path):
            write(out)
        return path
    except OSError as fault:
        raise RejectsNotWritten(
            f"The refused rows could not be written: {fault.strerror}.",
            next_step="Make room or name another folder with --rejects, and import again.",
        ) from fault


@contextmanager
def _fresh(folder: Path, stem: str, suffix: str) -> Iterator[tuple[IO[bytes], Path]]:
    """A new file under the first free name; removed again if writing fails."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        mark = REJECTED if number == 1 else f"{REJECTED}-{number}"
        path = folder / f"{stem}{mark}{suffix}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
            break
        except FileExistsError:
            continue
    try:
        with os.fdopen(handle, "wb") as out:
            yield out, path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_lines(out: IO[bytes], refused: Iterable[Refused]) -> None:
    for row, errors in refused:
        line = row.line.decode(errors="backslashreplace").rstrip("\r\n")
        said = {
            "row": row.place.row,
            "line": line,
            "errors": [error._asdict() for error in errors],
        }
        out.write(orjson.dumps(said) + b"\n")


def _write_workbook(out: IO[bytes], source: SourceFile, refused: Iterable[Refused]) -> None:
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": REASONS, "created": CREATED})
    tables = {table.sheet.name: table for table in source.tables}
    pages: dict[str | None, _Page] = {}
    for row, errors in refused:
        sheet = row.place.sheet
        if sheet not in pages:
            pages[sheet] = _Page(book, tables[sheet], len(pages) + 1)
        pages[sheet].add(row, errors)
    book.close()


class _Page:
    """One sheet of refused rows below the headers they stood under."""

    def __init__(self, book: Any, table: Table, number: int) -> None:
        self._sheet = book.add_worksheet(_sheet_name(table.sheet.name, number))
        self._formats = {
            (kind, bad): book.add_format(
                {"num_format": shape} | ({"bg_color": "#FF9999"} if bad else {})
            )
            for kind, shape in (("", "@"), (NUMBER, "General"), (DAY, "dd-mm-yyyy"))
            for bad in (False, True)
        }
        self._wrap = book.add_format({"text_wrap": True, "font_color": "#C00000"})
        self._bold = book.add_format({"bold": True, "font_color": "#C00000"})
        self._headers = table.headers
        self._reasons = max(len(table.headers), *(len(line.cells) for line in table.top))
        self._sheet.set_column(0, self._reasons - 1, 18)
        self._sheet.set_column(self._reasons, self._reasons, 80)
        self._next = 0
        for line in table.top:
            self._put(line.cells, frozenset())
            if line.number == table.header_row:
                self._sheet.write_string(self._next, self._reasons, REASONS, self._bold)
            self._next += 1

    def add(self, row: RawRow, errors: Sequence[RowError]) -> None:
        """One refused row with its reasons."""
        wrong = {error.column for error in errors}
        self._put(
            row.cells[: self._reasons],
            frozenset(i for i, header in enumerate(self._headers) if header and header in wrong),
        )
        said = "\n".join(_reason(error) for error in errors)
        self._sheet.write_string(self._next, self._reasons, said[:32_000], self._wrap)
        self._next += 1

    def _put(self, cells: tuple[Cell, ...], wrong: frozenset[int]) -> None:
        for index in range(max(len(cells), *(i + 1 for i in wrong), 0)):
            cell = cells[index] if index < len(cells) else None
            self._write(index, cell, bad=index in wrong)

    def _write(self, index: int, cell: Cell, *, bad: bool) -> None:
        at = (self._next, index)
        if cell is None or cell == "":
            if bad:
                self._sheet.write_blank(*at, None, self._formats["", True])
        elif isinstance(cell, bool):
            self._sheet.write_boolean(*at, cell, self._formats["", bad])
        elif isinstance(cell, str):
            self._sheet.write_string(*at, cell, self._formats["", bad])
        elif cell.kind == DAY:
            day = date.fromisoformat(cell.text)
            self._sheet.write_datetime(*at, day, self._formats[DAY, bad])
        elif cell.kind == MOMENT:
            moment = datetime.fromisoformat(cell.text)
            self._sheet.write_datetime(*at, moment, self._formats[DAY, bad])
        else:
            self._number(at, cell, bad=bad)

    def _number(self, at: tuple[int, int], cell: Typed, *, bad: bool) -> None:
        """A number as a number, so that what was ruined as one is still seen to be one."""
        text = digits(cell.text)
        if cell.kind == NUMBER and text.lstrip("-").replace(".", "", 1).isdigit():
            self._sheet.write_number(*at, _Number(text), self._formats[NUMBER, bad])
        else:
            self._sheet.write_string(*at, text, self._formats["", bad])


_Number = float  # the writer's own type for cells; nothing is computed with it


def _reason(error: RowError) -> str:
    where = f"{error.column}: " if error.column else ""
    return f"{where}{error.message} {error.next_step} [{error.code}]"


def _sheet_name(name: str | None, number: int) -> str:
    """The sheet's own name where a workbook takes it, else a number."""
    text = "".join(char for char in name or "" if char not in "[]:*?/\\").strip("' ")[:31]
    return text if text and text.lower() != "history" else f"Ditolak {number}"
