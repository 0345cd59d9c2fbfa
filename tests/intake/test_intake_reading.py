"""Files and folders: what is recognised, what is named and left alone, what is an error."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from api.intake.reading import FileChanged, Reading, read_files
from ledger.errors import Misuse
from tests.intake import books
from tests.intake.books import NIP, OTHER, checked, codes, rows_of, table, workbook

HEAD = "nip,nama_seminar,tgl_sertifikat,jumlah_jp"
ROW = (NIP, "Seminar A", "01-02-2022", 4)


def problems(reading: Reading) -> list[tuple[str, str]]:
    return [(error.file, error.code) for error in reading.errors]


def test_a_folder_is_read_by_its_contents(tmp_path: Path) -> None:
    """Known files are read, unknown ones and folders named, rejects of imports passed over."""
    table(tmp_path / "b.xlsx", HEAD, ROW)
    (tmp_path / "a.jsonl").write_text('{"fact": "x"}\n')
    (tmp_path / "catatan.txt").write_text("beli kopi\n")
    (tmp_path / "b.ditolak.xlsx").write_bytes(b"x")
    (tmp_path / "b.ditolak-2.jsonl").write_bytes(b"x")
    (tmp_path / "~$b.xlsx").write_bytes(b"x")
    (tmp_path / ".tersembunyi").write_bytes(b"x")
    (tmp_path / "dalam").mkdir()
    with read_files([tmp_path]) as reading:
        assert [file.name for file in reading.files] == ["a.jsonl", "b.xlsx"]
        assert reading.unknown_files == ("catatan.txt", "dalam")
        assert reading.errors == ()


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two files of one name in two folders are named by their paths."""
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        table(tmp_path / folder / "b.xlsx", HEAD, ROW)
    paths = [tmp_path / "x" / "b.xlsx", tmp_path / "y" / "b.xlsx"]
    with read_files(paths) as reading:
        assert [file.name for file in reading.files] == [str(path) for path in paths]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    """A folder and a file in it are no two sources."""
    path = table(tmp_path / "b.xlsx", HEAD, ROW)
    with read_files([tmp_path, path]) as reading:
        assert len(reading.files) == 1


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """What the ledger keeps of a file is the SHA-256 of its bytes."""
    path = table(tmp_path / "b.xlsx", HEAD, ROW)
    with read_files([path]) as reading:
        assert reading.files[0].digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_rows_can_be_read_again(tmp_path: Path) -> None:
    """Reading a file a second time gives the same rows."""
    with read_files([table(tmp_path / "b.xlsx", HEAD, ROW, ROW)]) as reading:
        assert list(reading.files[0].rows()) == list(reading.files[0].rows())


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    """What is read is what was recognised, or nothing."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"fact": "x"}\n')
    with read_files([path]) as reading:
        path.write_text('{"fact": "y", "more": 1}\n')
        os.utime(path, ns=(1, 1))
        with pytest.raises(FileChanged):
            list(reading.files[0].rows())


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("hilang.xlsx", None, "FILE_NOT_FOUND"),
        ("a.xlsx", b"bukan buku kerja", "NOT_A_WORKBOOK"),
        ("a.xls", b"<html><table></table></html>", "NOT_A_WORKBOOK"),
        ("a.xlsx", b"PK\x03\x04 lalu apa saja", "WORKBOOK_DAMAGED"),
        ("a.csv", b"\x00\x01\x02\x03" * 50, "TEXT_UNREADABLE"),
    ],
)
def test_files_that_cannot_be_read(
    tmp_path: Path, name: str, data: bytes | None, code: str
) -> None:
    """A file that cannot be read is an error with what to do; the others go on."""
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    good = table(tmp_path / "baik.xlsx", HEAD, ROW)
    with read_files([path, good]) as reading:
        assert problems(reading) == [(name, code)]
        assert reading.errors[0].next_step
        assert len(list(reading.files[0].rows())) == 1


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """What is no regular file is refused, not opened."""
    path = tmp_path / "pipa.jsonl"
    os.mkfifo(path)
    with read_files([path]) as reading:
        assert problems(reading) == [("pipa.jsonl", "FILE_UNREADABLE")]


def test_headers_may_stand_anywhere(tmp_path: Path) -> None:
    """Titles, blank rows and a row of column numbers around the headers change nothing."""
    rows: list[list[object]] = [
        ["DAFTAR SEMINAR"],
        [],
        ["Per 31 Desember 2022"],
        [],
        [*HEAD.upper().split(",")],
        ["(1)", "(2)", "(3)", "(4)"],
        list(ROW),
    ]
    (row,) = rows_of(workbook(tmp_path / "a.xlsx", rows))
    assert row.place.row == 7
    assert row.errors == ()


@pytest.mark.parametrize(
    "head", ["NIP,Nama Seminar,Tgl. Sertifikat", "Nip,NAMA_SEMINAR,tgl-sertifikat"]
)
def test_headers_are_read_however_they_are_spelled(tmp_path: Path, head: str) -> None:
    """Case, spaces, underscores and dots of headers do not matter; errors keep their spelling."""
    row = checked(rows_of(table(tmp_path / "a.xlsx", head, (NIP, "S", "x")))[0])
    assert codes(row) == [(head.split(",")[2], "NOT_A_DATE")]


def test_sheets_are_read_each_for_itself(tmp_path: Path) -> None:
    """One workbook may hold several forms, sheets of none, and empty ones."""
    award = ["nip", "nama_penghargaan", "tahun"]
    path = workbook(
        tmp_path / "a.xlsx",
        [HEAD.split(","), ROW],
        [award, [OTHER, "Satyalancana X", 2020]],
        [["catatan"], ["bebas"]],
        [],
        names=["Seminar", "Penghargaan", "Lain", "Kosong"],
    )
    with read_files([path]) as reading:
        (file,) = reading.files
        assert file.forms == ("seminar", "penghargaan")
        assert file.unread_sheets == ("Lain",)
        assert [(row.place.sheet, row.facts[0]["nip"]) for row in file.rows()] == [
            ("Seminar", NIP),
            ("Penghargaan", OTHER),
        ]


def test_a_known_table_without_numbers_of_people_is_explained(tmp_path: Path) -> None:
    """A table that lacks only its NIP column is an error that says so, not an unknown file."""
    head = "nama,nama_pelatihan,jenis_pelatihan,tanggal_mulai,tanggal_selesai,jp"
    with read_files([table(tmp_path / "a.xlsx", head)]) as reading:
        assert problems(reading) == [("a.xlsx", "NIP_COLUMN_MISSING")]
        assert "daftar pelatihan" in reading.errors[0].message


def test_a_form_can_be_asked_for(tmp_path: Path) -> None:
    """With a kind named, other tables are errors; an unknown kind is misuse."""
    path = table(tmp_path / "a.xlsx", HEAD, ROW)
    assert len(rows_of(path, as_kind="competency")) == 1
    assert len(rows_of(path, as_kind="seminar")) == 1
    with read_files([path], as_kind="award") as reading:
        assert problems(reading) == [("a.xlsx", "FORM_NOT_MATCHED")]
    with pytest.raises(Misuse):
        read_files([path], as_kind="resep")


def test_columns_may_be_named_as_the_fields_of_facts(tmp_path: Path) -> None:
    """Asked for a kind, a table whose headers are the fields of its fact is read."""
    path = table(tmp_path / "a.xlsx", "nip,on,standing", (NIP, "01-02-2022", "Tugas Belajar"))
    (row,) = rows_of(path, as_kind="standing")
    assert row.facts == (
        {"fact": "standing", "nip": NIP, "on": "2022-02-01", "standing": "TUGAS_BELAJAR"},
    )


PIP = [
    "Nama",
    "NIP",
    "Nama Jabatan",
    "Satuan Kerja",
    "Kualifikasi",
    "Kompetensi",
    "Kinerja",
    "Disiplin",
    "Total",
]
PIP_ROW = ["V", NIP, "Analis", "BKD", 20, "22,5", 25, 5, "72,5"]


def test_printed_results_take_their_year_from_above(tmp_path: Path) -> None:
    """SIASN's result has its headers on row 7 and its year only in the title."""
    top = [["PENGUKURAN IP ASN"], ["Tahun 2022"], ["Dicetak 3 Februari 2023"], [], [], []]
    (row,) = rows_of(workbook(tmp_path / "a.xlsx", [*top, PIP, PIP_ROW]))
    assert row.place.row == 8
    assert (row.form, row.facts[0]["period"], row.facts[0]["total"]) == (
        "siasn-pip",
        "2022",
        "72.5",
    )


def test_printed_results_of_no_year_are_refused(tmp_path: Path) -> None:
    """A result that does not say when is about nothing."""
    with read_files([workbook(tmp_path / "a.xlsx", [PIP, PIP_ROW])]) as reading:
        assert problems(reading) == [("a.xlsx", "PERIOD_NOT_STATED")]


CSV_ROW = (
    'NIP;nama_seminar;tgl_sertifikat;jumlah_jp\n\'198209282007121900;"Séminar A";01-02-2022;"4,5"\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_csv_of_every_kind(tmp_path: Path, encoding: str, separator: str) -> None:
    """Separator, encoding and byte order mark are found out."""
    path = tmp_path / "a.csv"
    text = CSV_ROW.replace(";", separator)
    path.write_bytes(text.encode(encoding))
    (row,) = rows_of(path)
    assert row.facts[0] == {
        "fact": "competency",
        "nip": NIP,
        "category": "SEMINAR",
        "title": "Séminar A",
        "hours": "4.5",
        "to": "2022-02-01",
    }
    assert row.place.row == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f'{NIP};"Seminar A;01-02-2022;4\n{NIP};Seminar B;01-02-2022;4', "QUOTE_UNCLOSED"),
        (f"{NIP};Seminar; A;01-02-2022;4", "ROW_TOO_WIDE"),
        (f'{NIP};"{"x" * 200_000}";01-02-2022;4', "QUOTE_UNCLOSED"),
    ],
)
def test_csv_whose_cells_have_moved_is_refused(tmp_path: Path, line: str, code: str) -> None:
    """Quotes and separators gone wrong never shift one column into another, nor swallow rows."""
    path = tmp_path / "a.csv"
    path.write_text(f"nip;nama_seminar;tgl_sertifikat;jumlah_jp\n{line}\n")
    row = rows_of(path)[-1]
    assert codes(row) == [("", code)]


def test_rows_of_a_csv_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """A quoted line break is part of its row; blank lines count."""
    path = tmp_path / "a.csv"
    path.write_text(f'nip,nama_seminar,tgl_sertifikat\n{NIP},"A\nB",01-02-2022\n\n{NIP},C,x\n')
    first, second = rows_of(path)
    assert first.facts[0]["title"] == "A B"
    assert (first.place.row, second.place.row) == (2, 4)


def test_contents_decide_and_not_the_name(tmp_path: Path) -> None:
    """A workbook called .csv and a CSV called .xlsx are read as what they are."""
    table(tmp_path / "a.xlsx", HEAD, ROW).rename(tmp_path / "a.csv")
    (tmp_path / "b.xlsx").write_text(f"nip;nama_seminar;tgl_sertifikat\n{NIP};A;01-02-2022\n")
    assert len(rows_of(tmp_path / "a.csv")) == 1
    assert len(rows_of(tmp_path / "b.xlsx")) == 1


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_other_workbooks_are_read(tmp_path: Path, kind: str) -> None:
    """OpenDocument and the older Excel files give the same rows."""
    rows = [["nip", "nama_seminar", "tgl_sertifikat"], [NIP, "Seminar A", "01-02-2022"]]
    path = getattr(books, kind)(tmp_path / f"a.{kind}", rows)
    (row,) = rows_of(path)
    assert row.errors == ()
    assert row.facts[0]["to"] == "2022-02-01"
