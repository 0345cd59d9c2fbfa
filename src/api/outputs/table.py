"""Answers as rows of a table: typed cells, which each form of file writes in its own way.

What is not known is left empty and never zero. For people a file is in Indonesian habit: decimal
comma, days as 30-06-2024, NIP as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.outputs.workbook import Cell, safe_cell
from ledger.canonical import decimal_text
from ledger.domain.unit_directory import PATH_MARK, UnitDirectory

PEOPLE = ("people", "measured", "not_computable", "not_applicable")
DAY_SHAPE = "%d-%m-%Y"


def header_cells(measures: Sequence[str]) -> list[str]:
    """The headers of a table of answers."""
    return [
        "NIP",
        "Nama",
        "Unit",
        "Jenis jabatan",
        *(measure_header(name) for name in measures),
        "Total",
        "Kategori",
        "Status",
        "Alasan",
        "Per tanggal",
        "Nomor catatan",
        "Dasar",
        "ID",
        "Digest",
    ]


def measure_header(name: str) -> str:
    """A measure's name as people read it."""
    return name.replace("_", " ").capitalize()


def answer_row(
    answer: Mapping[str, Any], measures: Sequence[str], units: UnitDirectory
) -> list[Cell]:
    """One answer as cells of their types, in the order of `header_cells`."""
    points = {one["measure"]: one["points"] for one in answer["measures"]}
    person = answer.get("person") or {}
    on = date.fromisoformat(answer["as_of"])
    return [
        person.get("nip"),
        person.get("name"),
        unit_path(answer["unit"], units, on),
        answer["position_kind"],
        *(exact(points.get(name)) for name in measures),
        exact(answer["total"]),
        answer["band"],
        answer["status"],
        "; ".join(sorted({one["code"] for one in answer["why"]})),
        on,
        answer["position"],
        answer["decree"],
        answer["subject"],
        answer["digest"],
    ]


def unit_header_cells(measures: Sequence[str]) -> list[str]:
    """The headers of a table of answers about units."""
    people = ["Pegawai", "Terukur", "Belum dapat dihitung", "Di luar populasi"]
    _, name, path, _, *rest = header_cells(measures)
    return ["Kode", name, path, *rest[: len(measures)], *people, *rest[len(measures) :]]


def unit_row(
    answer: Mapping[str, Any], measures: Sequence[str], units: UnitDirectory
) -> list[Cell]:
    """One answer about a unit; its people are those of the first measure that asks for them."""
    _, _, path, _, *rest = answer_row(answer, measures, units)
    named = answer.get("named") or {}
    first = [named.get("code"), named.get("name"), path]
    return [*first, *rest[: len(measures)], *people_cells(answer), *rest[len(measures) :]]


def people_cells(answer: Mapping[str, Any]) -> list[int | None]:
    """How many people a unit has, and how many of them are measured, not computable, outside."""
    counts = next(_counts(answer["measures"]), {})
    return [counts.get(key) for key in PEOPLE]


def _counts(measures: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, int]]:
    for one in measures:
        if "counts" in one:
            yield one["counts"]
        yield from _counts(one["measures"])


def csv_cells(row: Sequence[Cell], *, numbers: Sequence[int] = (0,)) -> list[str]:
    """A row as a spreadsheet program of this country reads it from text.

    `numbers` are the columns of NIPs, whose last digits it would otherwise lose.
    """
    cells = [_csv_cell(cell) for cell in row]
    for column in numbers:
        if cells[column]:
            cells[column] = f"'{cells[column]}"
    return cells


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_cell(cell)
    if isinstance(cell, date):
        return cell.strftime(DAY_SHAPE)
    return decimal_text(Decimal(cell)).replace(".", ",")


def exact(points: str | None) -> Decimal | None:
    """Points from their exact text."""
    return None if points is None else Decimal(points)


def unit_path(unit: str | None, units: UnitDirectory, on: date) -> str:
    """The names from the top down to a unit on a day."""
    if unit is None:
        return ""
    names = [
        str((units.described(stream, on) or {}).get("name", "?"))
        for stream in reversed(units.path(UUID(unit), on))
    ]
    return PATH_MARK.join(names)
