"""Refused rows go back whole, with their reasons, and never over another file."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.intake.reading import read_files
from api.intake.rejects import REASONS, RejectsNotWritten, write_rejects
from tests.intake.books import NIP, OTHER, checked, rows_of, table, workbook

HEAD = "nip,nama_seminar,tgl_sertifikat,jumlah_jp,catatan"
GOOD = (NIP, "Seminar A", "01-02-2022", 4, "")
BAD = (1.99001012015031e17, "=1+1", dt.date(2022, 2, 1), -4, "http://x.example")


def returned(paths: list[Path], folder: Path) -> list[Path]:
    """Read files, and write what is refused of them."""
    with read_files(paths) as reading:
        rows = [checked(row) for file in reading.files for row in file.rows()]
        refused = [row for row in reversed(rows) if row.errors]
    return write_rejects(reading.files, refused, folder)


def cells(path: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    (sheet,) = book.worksheets
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_workbook_comes_back_with_reasons(tmp_path: Path) -> None:
    """Only the refused rows come back, below their headers, each cell as it was, reasons beside."""
    rows = [["DAFTAR SEMINAR 2022"], [], HEAD.split(","), GOOD, BAD, GOOD, (OTHER, "", "x", 1, "")]
    path = workbook(tmp_path / "seminar.xlsx", rows)
    (back,) = returned([path], tmp_path)
    assert back.name == "seminar.ditolak.xlsx"
    title, head, first, second = cells(back)
    assert title[0] == "DAFTAR SEMINAR 2022"
    assert head == [*HEAD.split(","), REASONS]
    assert first[:5] == [BAD[0], "=1+1", dt.datetime(2022, 2, 1), -4, "http://x.example"]
    assert "[NIP_IS_NUMBER]" in first[5]
    assert "jumlah_jp: " in first[5]
    assert second[0] == OTHER
    assert second[5].count("\n") == 1


def test_wrong_cells_are_red(tmp_path: Path) -> None:
    """The cells to mend are seen at a glance, empty ones too; the others stay as they are."""
    path = table(tmp_path / "a.xlsx", HEAD, (OTHER, "", "x", 1, ""))
    (back,) = returned([path], tmp_path)
    row = openpyxl.load_workbook(back).worksheets[0][2]
    red = [cell.fill.start_color.rgb == "FFFF9999" for cell in row[:5]]
    assert red == [False, True, True, False, False]


def test_what_comes_back_can_be_mended_and_sent_again(tmp_path: Path) -> None:
    """The returned workbook is of the same form; once mended its rows are read."""
    path = table(tmp_path / "a.xlsx", HEAD, (NIP, "Seminar A", "31-02-2022", 4, ""), GOOD)
    (back,) = returned([path], tmp_path)
    book = openpyxl.load_workbook(back)
    book.worksheets[0]["C2"] = "28-02-2022"
    mended = tmp_path / "diperbaiki.xlsx"
    book.save(mended)
    (row,) = rows_of(mended)
    assert checked(row).errors == ()
    assert row.facts[0]["to"] == "2022-02-28"


def test_a_csv_comes_back_as_a_workbook(tmp_path: Path) -> None:
    """Rows of a CSV come back as a workbook, even those whose cells had moved."""
    path = tmp_path / "a.csv"
    path.write_text(f"nip;nama_seminar;tgl_sertifikat\n{NIP};A; B;01-02-2022\n{NIP};C;x\n")
    (back,) = returned([path], tmp_path)
    assert back.name == "a.ditolak.xlsx"
    head, first, second = cells(back)
    assert head[-1] == REASONS
    assert first[:4] == [NIP, "A", " B", "01-02-2022"]
    assert "[ROW_TOO_WIDE]" in first[4]
    assert "[NOT_A_DATE]" in second[4]


def test_lines_come_back_as_lines(tmp_path: Path) -> None:
    """A line of a facts file comes back as it was, with its number and its errors."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"fact": "x"}\n\n{"fact": \xff}\n')
    (back,) = returned([path], tmp_path)
    assert back.name == "a.ditolak.jsonl"
    first, second = (json.loads(line) for line in back.read_text().splitlines())
    assert (first["row"], first["line"]) == (1, '{"fact": "x"}')
    assert first["errors"][0]["code"] == "FACT_UNKNOWN"
    assert (second["row"], second["line"]) == (3, '{"fact": \\xff}')
    assert second["errors"][0]["code"] == "NOT_UTF8"


def test_sheets_come_back_apart(tmp_path: Path) -> None:
    """Each sheet's rows come back on a sheet of that name."""
    head = HEAD.split(",")
    path = workbook(tmp_path / "a.xlsx", [head, BAD], [head, GOOD], [head, BAD], names="ABC")
    (back,) = returned([path], tmp_path)
    assert openpyxl.load_workbook(back).sheetnames == ["A", "C"]


def test_no_file_is_ever_overwritten(tmp_path: Path) -> None:
    """A name that is taken gets a number; what stood there stays."""
    path = table(tmp_path / "a.xlsx", HEAD, BAD)
    taken = tmp_path / "keluar" / "a.ditolak.xlsx"
    taken.parent.mkdir()
    taken.write_bytes(b"milik orang lain")
    assert [one.name for one in returned([path], taken.parent)] == ["a.ditolak-2.xlsx"]
    assert [one.name for one in returned([path], taken.parent)] == ["a.ditolak-3.xlsx"]
    assert taken.read_bytes() == b"milik orang lain"


def test_what_is_returned_is_for_its_sender_alone(tmp_path: Path) -> None:
    """Rows of personnel files are readable by nobody else on the machine."""
    (back,) = returned([table(tmp_path / "a.xlsx", HEAD, BAD)], tmp_path)
    assert back.stat().st_mode & 0o077 == 0


def test_nothing_refused_writes_nothing(tmp_path: Path) -> None:
    """Without refused rows there is no file."""
    path = table(tmp_path / "a.xlsx", HEAD, GOOD)
    assert returned([path], tmp_path / "keluar") == []
    assert not (tmp_path / "keluar").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that cannot be written to is an error that says what to do."""
    path = table(tmp_path / "a.xlsx", HEAD, BAD)
    (tmp_path / "berkas").write_bytes(b"")
    with pytest.raises(RejectsNotWritten, match="--rejects"):
        returned([path], tmp_path / "berkas")
    assert (tmp_path / "berkas").read_bytes() == b""


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be finished is taken away again."""
    path = table(tmp_path / "a.xlsx", HEAD, BAD)

    def full(_row: object) -> str:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("api.intake.rejects._reason", full)
    with pytest.raises(RejectsNotWritten, match=os.strerror(28)):
        returned([path], tmp_path / "keluar")
    assert list((tmp_path / "keluar").iterdir()) == []
