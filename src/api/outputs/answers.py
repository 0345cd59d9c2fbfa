"""Everybody's answers as a file: .csv and .xlsx for people, .jsonl and .parquet for machines.

All four hold the same rows and the same numbers; none is ever cut short.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Final, cast

import orjson
import polars as pl

from api.outputs.statement import SHEET, question_lines, rows_lines
from api.outputs.table import (
    PEOPLE,
    answer_row,
    csv_cells,
    exact,
    header_cells,
    people_cells,
    unit_header_cells,
    unit_path,
    unit_row,
)
from api.outputs.workbook import SHEET_ROWS, Book, Cell
from ledger.domain.unit_directory import UnitDirectory
from projections.answer import DigestOfAnswers
from projections.asking.inquiry import Asked, measures_units
from projections.cohorts.scale import points_scale
from projections.cohorts.view import scale_of

Json = Mapping[str, Any]
SUFFIXES: Final = (".csv", ".xlsx", ".jsonl", ".parquet")
_CHUNK: Final = 20_000
_DIGITS: Final = 38
_RESERVED: Final = frozenset(
    "nip code name unit unit_path position_kind people measured not_computable not_applicable"
    " total band status why as_of position decree subject"
    " digest".split()
)


@dataclass(frozen=True, slots=True)
class Written:
    """How many answers a file holds, and their digest."""

    rows: int
    digest: str


def write_answers(
    stream: BinaryIO,
    suffix: str,
    rows: Iterable[Json],
    asked: Asked,
    *,
    unit: str | None = None,
    sheet_rows: int = SHEET_ROWS,
) -> Written:
    """Write answers, given as their JSON objects with `person`, in the order they come.

    Args:
        stream: an empty binary file.
        suffix: one of SUFFIXES.
        unit: the unit asked about, as it was named; None for everybody.
        sheet_rows: how many rows a sheet of a workbook takes, header included.
    """
    told = DigestOfAnswers()
    counted = _counted(rows, told)
    if suffix == ".jsonl":
        stream.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in counted)
    elif suffix == ".csv":
        _write_csv(stream, counted, asked)
    elif suffix == ".xlsx":
        _write_xlsx(stream, counted, asked, told, unit=unit, sheet_rows=sheet_rows)
    else:
        _write_parquet(stream, counted, asked, told, unit=unit)
    return Written(told.count, told.text())


def _counted(rows: Iterable[Json], told: DigestOfAnswers) -> Iterator[Json]:
    for row in rows:
        told.add(row["digest"])
        yield row


def measure_names(asked: Asked) -> list[str]:
    """The columns of points: the measures of the plan, siblings of one name once."""
    return list(dict.fromkeys(measure.name for measure in asked.plan.measures))


def _write_csv(stream: BinaryIO, rows: Iterable[Json], asked: Asked) -> None:
    text = Utf8(stream)
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    names = measure_names(asked)
    headers, cells, numbers = _shape(asked)
    writer.writerow(headers(names))
    for row in rows:
        writer.writerow(csv_cells(cells(row, names, asked.units), numbers=numbers))


_Headers = Callable[[Sequence[str]], list[str]]
_Cells = Callable[[Json, Sequence[str], UnitDirectory], list[Cell]]


def _shape(asked: Asked) -> tuple[_Headers, _Cells, tuple[int, ...]]:
    """Headers and cells of answers about people or about units, and which columns are NIPs."""
    if measures_units(asked):
        return unit_header_cells, unit_row, ()
    return header_cells, answer_row, (0,)


def _write_xlsx(
    stream: BinaryIO,
    rows: Iterable[Json],
    asked: Asked,
    told: DigestOfAnswers,
    *,
    unit: str | None,
    sheet_rows: int,
) -> None:
    names = measure_names(asked)
    header_cells_of, cells_of, _ = _shape(asked)
    headers = header_cells_of(names)
    wide = [headers.index(name) for name in ("Nama", "Unit", "Alasan", "Digest")]
    with Book(stream, asked.plan.title, sheet_rows=sheet_rows) as book:
        cells = (cells_of(row, names, asked.units) for row in rows)
        count = book.table("Nilai", headers, cells, wide=wide)
        lines = [*question_lines(asked, unit=unit), *rows_lines(count, told.text())]
        book.statement(SHEET, "Keterangan", lines)


def _write_parquet(
    stream: BinaryIO, rows: Iterable[Json], asked: Asked, told: DigestOfAnswers, *, unit: str | None
) -> None:
    names = measure_names(asked)
    kind = pl.Decimal(_DIGITS, points_scale(asked.plan))
    parts, waiting = [_frame([], names, asked, kind)], iter(rows)
    chunk: list[Json] = []
    for row in waiting:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            parts.append(_frame(chunk, names, asked, kind))
            chunk = []
    parts.append(_frame(chunk, names, asked, kind))
    lines = [*question_lines(asked, unit=unit), *rows_lines(told.count, told.text())]
    said = {label: str(value) for label, value in lines}
    whole = pl.concat(parts, how="vertical_relaxed")
    whole.write_parquet(stream, metadata={"asn-ledger": orjson.dumps(said).decode()})


def _frame(
    rows: Sequence[Json], names: Sequence[str], asked: Asked, kind: pl.DataType
) -> pl.DataFrame:
    points = [{one["measure"]: one["points"] for one in row["measures"]} for row in rows]
    numbers = {
        **{_column(name): [exact(one.get(name)) for one in points] for name in names},
        "total": [exact(row["total"]) for row in rows],
    }
    columns: dict[str, tuple[pl.DataType, list[Any]]] = {
        **_about(rows, asked),
        "unit": (pl.String(), [row["unit"] for row in rows]),
        "unit_path": (pl.String(), [_path(row, asked) for row in rows]),
        "position_kind": (pl.String(), [row["position_kind"] for row in rows]),
        **{name: (_fitting(kind, known), known) for name, known in numbers.items()},
        **{one: (pl.String(), [row[one] for row in rows]) for one in ("band", "status")},
        "why": (pl.List(pl.String()), [_codes(row) for row in rows]),
        "as_of": (pl.Date(), [date.fromisoformat(row["as_of"]) for row in rows]),
        "position": (pl.Int64(), [row["position"] for row in rows]),
        **{one: (pl.String(), [row[one] for row in rows]) for one in ("decree", "subject")},
        "digest": (pl.String(), [row["digest"] for row in rows]),
    }
    return pl.DataFrame(
        [pl.Series(name, values, dtype=kind) for name, (kind, values) in columns.items()]
    )


def _about(rows: Sequence[Json], asked: Asked) -> dict[str, tuple[pl.DataType, list[Any]]]:
    """The columns that say who or what a row is about; of a unit also how many people it has."""
    key, first = ("named", "code") if measures_units(asked) else ("person", "nip")
    found: dict[str, tuple[pl.DataType, list[Any]]] = {
        name: (pl.String(), [(row.get(key) or {}).get(name) for row in rows])
        for name in (first, "name")
    }
    if measures_units(asked):
        counts = [people_cells(row) for row in rows]
        for place, name in enumerate(PEOPLE):
            found[name] = (pl.Int64(), [one[place] for one in counts])
    return found


def _column(measure: str) -> str:
    """The column of a measure; one named as another column is gets a name of its own."""
    return f"{measure}_points" if measure in _RESERVED else measure


def _fitting(kind: pl.DataType, known: Sequence[Decimal | None]) -> pl.DataType:
    """The type of a column of points: at the plan's scale, or finer where a number needs it."""
    scale = cast(pl.Decimal, kind).scale
    finer = scale_of([one for one in known if one is not None])
    return pl.Decimal(_DIGITS, max(scale, finer))


def _path(row: Json, asked: Asked) -> str:
    return unit_path(row["unit"], asked.units, date.fromisoformat(row["as_of"]))


def _codes(row: Json) -> list[str]:
    return sorted({one["code"] for one in row["why"]})


class Utf8:
    """A text writer over a binary stream that leaves line ends alone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text as UTF-8."""
        return self._stream.write(text.encode())
