"""Refused rows go back to their sender: his own rows, with the reasons in a column of their own.

Tables come back as a workbook that can be mended and sent again; lines of a facts file as lines of
JSON. Nothing is ever written over another file.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import IO, Any, Final

import orjson
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from api.intake.cells import DAY, MOMENT, NUMBER, Cell, digits
from api.intake.reading import REJECTED, SourceFile
from api.intake.recognise import Table
from api.intake.rows import RawRow, RowError
from api.intake.templates import CREATED, PLAIN_STRINGS
from ledger.errors import LedgerError

REASONS: Final = "ALASAN DITOLAK"
PAGE_ROWS: Final = 1_000_000
TEXT_MAX: Final = 32_767
FIRST_DAY: Final = "1900-01-01"  # the first day that a workbook can keep
_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MODE: Final = 0o600  # rows of a personnel file, for their sender alone


class RejectsNotWritten(LedgerError):
    """The refused rows could not be written down; they are named in the report all the same."""

    code = "rejects_not_written"


def write_rejects(
    files: Iterable[SourceFile], rejected: Iterable[RawRow], folder: Path
) -> list[Path]:
    """The refused rows of each file, in file order, as NAME.ditolak.xlsx or .jsonl.

    A name that is taken gets a number: NAME.ditolak-2.xlsx. A crash while writing leaves a file
    that is cut off under a new name, never another file changed.

    Raises:
        RejectsNotWritten: the folder cannot be written to, or the disk is full.
    """
    rows_of: dict[str, list[RawRow]] = {}
    for row in rejected:
        rows_of.setdefault(row.place.file, []).append(row)
    written = []
    for source in files:
        rows = sorted(rows_of.get(source.name, ()), key=lambda row: row.place.row)
        if rows:
            written.append(_write_file(source, rows, folder))
    return written


def write_back(name: str, data: bytes, folder: Path) -> Path:
    """Rows that came back from the desk, as a file of that name, or with a number where it is
    taken.

    Raises:
        RejectsNotWritten.
    """
    stem, mark, suffix = name.partition(REJECTED)
    try:
        with _fresh(folder, stem, suffix if mark else "") as (out, path):
            out.write(data)
        return path
    except OSError as fault:
        raise _not_written(fault.strerror or fault) from fault


def _not_written(why: object) -> RejectsNotWritten:
    return RejectsNotWritten(
        f"The refused rows could not be written: {why}.",
        next_step="Make room or name another folder with --rejects, and import again.",
    )


def _write_file(source: SourceFile, rows: list[RawRow], folder: Path) -> Path:
    suffix = ".jsonl" if source.is_facts_file else ".xlsx"
    try:
        with _fresh(folder, source.path.stem, suffix) as (out, path):
            if source.is_facts_file:
                _write_lines(out, rows)
            else:
                _write_workbook(out, source, rows)
        return path
    except (OSError, FileCreateError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise _not_written(why) from fault


@contextmanager
def _fresh(folder: Path, stem: str, suffix: str) -> Iterator[tuple[IO[bytes], Path]]:
    """A new file under the first free name; removed again if writing fails."""
    folder.mkdir(parents=True, exist_ok=True)
    tried = (folder / f"{stem}{_mark(number)}{suffix}" for number in count(1))
    handle, path = next((h, path) for path in tried if (h := _created(path)) is not None)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out, path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _mark(number: int) -> str:
    return REJECTED if number == 1 else f"{REJECTED}-{number}"


def _created(path: Path) -> int | None:
    """A handle on a file that did not exist before; None if it does."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError:
        return None


def _write_lines(out: IO[bytes], rows: Iterable[RawRow]) -> None:
    for row in rows:
        line = row.line.decode(errors="backslashreplace").rstrip("\r\n")
        errors = [error._asdict() for error in row.errors]
        out.write(orjson.dumps({"row": row.place.row, "line": line, "errors": errors}) + b"\n")


def _write_workbook(out: IO[bytes], source: SourceFile, rows: list[RawRow]) -> None:
    """The refused rows of a file's tables; what lies on disk meanwhile is in a private folder."""
    with tempfile.TemporaryDirectory(prefix="ditolak-") as folder:
        options = {"constant_memory": True, "tmpdir": folder} | PLAIN_STRINGS
        book = xlsxwriter.Workbook(out, options)
        book.set_properties({"title": REASONS, "created": CREATED})
        try:
            _write_pages(book, source, rows)
        except BaseException:
            with contextlib.suppress(Exception):  # only to let go of its files
                book.close()
            raise
        book.close()


def _write_pages(book: Any, source: SourceFile, rows: list[RawRow]) -> None:
    taken: set[str] = set()
    for table in source.tables:
        own = [row for row in rows if row.place.sheet == table.sheet.name]
        for start in range(0, len(own), PAGE_ROWS):
            name = _sheet_name(table.sheet.name, taken)
            taken.add(name.lower())
            _write_page(book, name, table, own[start : start + PAGE_ROWS])


def _write_page(book: Any, name: str, table: Table, rows: list[RawRow]) -> None:
    page = _Page(book, name, table, max(len(row.cells) for row in rows))
    for row in rows:
        page.add(row)


class _Page:
    """One sheet of refused rows below the headers they stood under."""

    def __init__(self, book: Any, name: str, table: Table, width: int) -> None:
        self._sheet = book.add_worksheet(name)
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
        self._reasons = max(width, *(len(line.cells) for line in table.top))
        self._sheet.set_column(0, self._reasons - 1, 18)
        self._sheet.set_column(self._reasons, self._reasons, 80)
        self._next = 0
        for line in table.top:
            self._put(line.cells, frozenset())
            if line.number == table.header_row:
                self._sheet.write_string(self._next, self._reasons, REASONS, self._bold)
            self._next += 1

    def add(self, row: RawRow) -> None:
        """One refused row with its reasons."""
        wrong = {error.column for error in row.errors}
        self._put(
            row.cells,
            frozenset(i for i, header in enumerate(self._headers) if header and header in wrong),
        )
        said = "\n".join(_reason(error) for error in row.errors)
        self._sheet.write_string(self._next, self._reasons, said[:TEXT_MAX], self._wrap)
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
            self._sheet.write_string(*at, cell[:TEXT_MAX], self._formats["", bad])
        elif cell.kind in {DAY, MOMENT} and cell.text >= FIRST_DAY:
            moment = datetime.fromisoformat(cell.text)
            self._sheet.write_datetime(*at, moment, self._formats[DAY, bad])
        elif cell.kind == NUMBER and _PLAIN.fullmatch(digits(cell.text)):
            # A number stays one, so that what was ruined as a number is still seen to be one.
            self._sheet.write_number(*at, Decimal(cell.text), self._formats[NUMBER, bad])
        else:
            self._sheet.write_string(*at, cell.text, self._formats["", bad])


def _reason(error: RowError) -> str:
    where = f"{error.column}: " if error.column else ""
    return f"{where}{error.message} {error.next_step} [{error.code}]"


def _sheet_name(name: str | None, taken: set[str]) -> str:
    """The sheet's own name where a workbook takes it and it is free, else a number."""
    text = "".join(char for char in name or "" if char not in "[]:*?/\\").strip("' ")[:31]
    if text and text.lower() not in taken | {"history"}:
        return text
    return next(one for n in count(1) if (one := f"Ditolak {n}").lower() not in taken)
