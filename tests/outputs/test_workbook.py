"""Workbooks: never cut short, never a formula, the same bytes twice, whole or not at all."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.outputs.aside import known_suffix, written_aside
from api.outputs.table import csv_cells
from api.outputs.workbook import Book, Cell, safe_cell
from ledger.errors import Misuse

HEADERS = ("A", "B")


def written(rows: list[tuple[Cell, ...]], *, sheet_rows: int = 5) -> bytes:
    """A workbook of one table and a statement."""
    stream = io.BytesIO()
    with Book(stream, "Judul", sheet_rows=sheet_rows) as book:
        assert book.table("Nilai", HEADERS, iter(rows)) == len(rows)
        book.statement("Keterangan", "Judul", [("Jumlah baris", len(rows))])
    return stream.getvalue()


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    """The sheets as a reader sees them."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (3, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_a_table_goes_on_in_the_next_sheet(count: int, parts: int) -> None:
    """Every row is there once, under a header on each sheet, in order."""
    found = sheets(written([(str(at), at) for at in range(count)]))
    assert len(found) == parts + 1
    assert list(found)[-1] == "Keterangan"
    rows = []
    for name, lines in found.items():
        if name != "Keterangan":
            assert lines[0] == HEADERS
            assert len(lines) <= 5
            rows += lines[1:]
    assert rows == [(str(at), at) for at in range(count)]
    assert found["Keterangan"][-1] == ("Jumlah baris", count)


@settings(max_examples=100)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))))
def test_no_text_becomes_a_formula(texts: list[str]) -> None:
    """Whatever is typed is text, and what begins as a formula would is marked."""
    rows: list[tuple[Cell, ...]] = [(one, 1) for one in texts]
    book = openpyxl.load_workbook(io.BytesIO(written(rows, sheet_rows=1000)))
    for row, given_text in zip(list(book["Nilai"].iter_rows())[1:], texts, strict=True):
        assert row[0].data_type != "f"
        shown = row[0].value or ""
        assert shown == safe_cell(given_text)
        assert not str(shown).startswith(("=", "+", "-", "@"))


def test_numbers_stay_exact_and_days_stay_days() -> None:
    """A number with more digits than a spreadsheet program keeps is written as text."""
    long = Decimal("12345678901234567.5")
    found = sheets(written([(Decimal("22.5"), date(2022, 12, 31)), (long, None)]))["Nilai"]
    assert found[1][0] == 22.5
    assert str(found[1][1]).startswith("2022-12-31")
    assert found[2] == (str(long), None)


def test_the_same_rows_are_the_same_bytes() -> None:
    """No clock and no chance in a workbook."""
    rows: list[tuple[Cell, ...]] = [("a", 1), ("=1+1", 2)]
    assert written(rows) == written(rows)


def test_a_row_for_a_spreadsheet_read_from_text() -> None:
    """Decimal commas, days as they are written here, numbers of persons kept, formulas marked."""
    row: list[Cell] = ["198209282007121900", "=cmd", Decimal("-22.50"), date(2022, 12, 31), None, 7]
    cells = ["'198209282007121900", "'=cmd", "-22,5", "31-12-2022", "", "7"]
    assert csv_cells(row) == cells


def test_a_failure_leaves_the_old_workbook(tmp_path: Path) -> None:
    """Neither half a file nor a temporary one is left behind."""
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"lama")

    def rows() -> list[tuple[Cell, ...]]:
        raise OSError("penuh")

    with pytest.raises(OSError, match="penuh"), written_aside(path) as stream:
        with Book(stream, "x") as book:
            book.table("Nilai", HEADERS, rows())
    assert path.read_bytes() == b"lama"
    assert list(tmp_path.iterdir()) == [path]


def test_the_ending_says_the_form() -> None:
    """In either case of letters; another one is misuse that names those there are."""
    assert known_suffix(Path("X.XLSX"), (".csv", ".xlsx"), "An export") == ".xlsx"
    with pytest.raises(Misuse, match=r"\.csv or \.xlsx"):
        known_suffix(Path("x.doc"), (".csv", ".xlsx"), "An export")
