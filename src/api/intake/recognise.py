"""Which form a table has, by its headers, wherever the header row stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from api.intake.cells import Cell, Typed, clean, is_blank, plain
from api.intake.form import Context, Form
from api.intake.row_reader import RowReader
from api.intake.rows import Place, RawRow, error, flag
from api.intake.table import Line, Sheet
from api.intake.template_form import marked_form
from api.intake.words import key

HEADER_ROWS: Final = 30
_YEAR: Final = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_YEAR_NAMED: Final = re.compile(r"(?i)\b(?:tahun|periode)\D{0,20}(20\d{2})(?!\d)")
_HEADER_MAX: Final = 120
_COUNTED_LEAST: Final = 3


class Table(NamedTuple):
    """A sheet of a known form.

    Attributes:
        headers: the columns as the file prints them.
        columns: the form's names -> index.
        header_row: where the headers stand.
        top: the lines down to the headers, to be given back with refused rows.
        twice: columns that stand there twice; the first is read.
    """

    sheet: Sheet
    form: Form
    headers: tuple[str, ...]
    columns: dict[str, int]
    header_row: int
    top: tuple[Line, ...]
    context: Context
    twice: tuple[str, ...]
    strict_width: bool


class NearMiss(NamedTuple):
    """A table of a known form that lacks the one column that says whom it is about."""

    form: Form


def recognise(
    sheet: Sheet, forms: Sequence[Form], *, strict_width: bool = False
) -> Table | NearMiss | None:
    """The form of a sheet, by the first of its rows that holds a form's headers.

    Of several forms that fit, the one that knows most of the columns, then the first. Our own forms
    carry a mark above their headers.
    """
    top: list[Line] = []
    near: NearMiss | None = None
    for line in islice(sheet.lines(), HEADER_ROWS):
        top.append(line)
        own = marked_form(_header(line.cells[0])) if line.cells else None
        if own is not None:
            forms = (own,)
            continue
        headers = tuple(_header(cell) for cell in line.cells)
        form, columns = _best(headers, forms)
        if form is not None:
            return Table(
                sheet=sheet,
                form=form,
                headers=headers,
                columns=columns,
                header_row=line.number,
                top=tuple(top),
                context=Context(_year_above(top[:-1])),
                twice=_twice(headers),
                strict_width=strict_width,
            )
        near = near or _near(headers, forms)
    return near


def _header(cell: Cell) -> str:
    return clean(cell)[:_HEADER_MAX] if isinstance(cell, str) else plain(cell)[:_HEADER_MAX]


def _best(headers: tuple[str, ...], forms: Sequence[Form]) -> tuple[Form | None, dict[str, int]]:
    best: Form | None = None
    columns: dict[str, int] = {}
    for form in forms:
        found = form.match(headers)
        if len(found) > len(columns) and not form.missing(found):
            best, columns = form, found
    return best, columns


def _near(headers: tuple[str, ...], forms: Sequence[Form]) -> NearMiss | None:
    least = 3
    for form in forms:
        found = form.match(headers)
        if len(found) >= least and form.missing(found) == ("nip",):
            return NearMiss(form)
    return None


def _twice(headers: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    again = []
    for header in headers:
        if header and key(header) in seen:
            again.append(header)
        seen.add(key(header))
    return tuple(again)


def _year_above(lines: Sequence[Line]) -> int | None:
    """The one year that the lines above the headers name: best after the word, else at all."""
    said = [plain(cell) for line in lines for cell in line.cells]
    for pattern in (_YEAR_NAMED, _YEAR):
        found = {year for text in said for year in pattern.findall(text)}
        if len(found) == 1:
            return int(found.pop())
    return None


def read_table(table: Table, file: str) -> Iterator[RawRow]:
    """The rows below the headers, without blank rows and one that only numbers the columns."""
    doubled = tuple(flag(header, "COLUMN_TWICE") for header in table.twice)
    for line in table.sheet.lines():
        if line.number <= table.header_row:
            continue
        if not line.trouble and (_says_nothing(line.cells) or _counts_columns(line, table)):
            continue
        place = Place(file, table.sheet.name, line.number)
        trouble = line.trouble or _too_wide(line.cells, table)
        if trouble:
            yield _troubled(place, line, table, trouble)
            continue
        reader = RowReader(table.columns, table.headers, line.cells)
        table.form.convert(reader, table.context)
        row = reader.row(place, table.form.name)
        yield row._replace(flags=doubled + row.flags) if doubled else row


def _says_nothing(cells: tuple[Cell, ...]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _counts_columns(line: Line, table: Table) -> bool:
    """The row of 1, 2, 3 or (1), (2), (3) that printed tables carry below their headers."""
    if line.number > table.header_row + 2:
        return False
    said = [plain(cell).strip("() .") for cell in line.cells if not is_blank(cell)]
    return len(said) >= _COUNTED_LEAST and said == [str(n) for n in range(1, len(said) + 1)]


def _too_wide(cells: tuple[Cell, ...], table: Table) -> str:
    """In a CSV, more cells than headers: a separator stood in a cell, and all behind it moved."""
    extra = cells[len(table.headers) :]
    return "ROW_TOO_WIDE" if table.strict_width and not all(map(is_blank, extra)) else ""


def _troubled(place: Place, line: Line, table: Table, code: str) -> RawRow:
    shown = " ".join(plain(cell) for cell in line.cells if not isinstance(cell, Typed))
    wrong = error("", code, shown)
    return RawRow(place, table.form.name, (), (), (), (wrong,), table.headers, line.cells, b"")
