"""`export` as .xlsx and .parquet, and `report`: the same rows and numbers in every form."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.builders import about, of_unit
from tests.contract.command import AsnLedger
from tests.persons import nip

PERIOD = ("--period", "2022")
AS_OF = ("--instrument", "ip-asn", *PERIOD)
REPORT = ("report", "rekap-ip-asn", *PERIOD)
MEASURES = ("kualifikasi", "kompetensi", "kinerja", "disiplin")
SHEETS = ["Sampul", "Perangkat Daerah", "Jenis Jabatan", "Jenjang", "Pendidikan", "Jenis Kelamin"]
EVERY = ("ip-asn", "jp-tahunan", "angka-kredit", "satyalancana-x", "satyalancana-xx")
SHOWN = (
    *("report", "file", "as_of", "position", "people", "measured", "provisional"),
    *("not_computable", "not_applicable", "left", "mean", "band", "digest"),
)


def sheet(path: Path, name: str) -> list[tuple[Any, ...]]:
    """The rows of a sheet, as a reader sees them."""
    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


def labels(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """A sheet of labels and what they say."""
    return {str(row[0]): row[1] for row in rows if row[0]}


def digest_of(answers: list[dict[str, Any]]) -> str:
    """As the last sheet says it: the canonical array of the answers' digests."""
    text = json.dumps([one["digest"] for one in answers], separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


# ------------------------------------------------------------------------------------------- export


@pytest.mark.parametrize("instrument", EVERY)
def test_every_form_holds_the_same_rows(office: AsnLedger, instrument: str) -> None:
    """As `score --all` prints them, to the same digest, for every instrument."""
    ask = ("--instrument", instrument, "--period", "2024")
    answers = office("score", "--all", *ask, "--json").lines
    for suffix in ("csv", "xlsx", "jsonl", "parquet"):
        shown = office("export", *ask, "--out", f"x.{suffix}", "--json").json
        assert (shown["rows"], shown["digest"]) == (len(answers), digest_of(answers))
    frame = pl.read_parquet(office.folder / "x.parquet")
    cells = sheet(office.folder / "x.xlsx", "Nilai")
    assert [row[-2:] for row in cells[1:]] == [(one["subject"], one["digest"]) for one in answers]
    for row, line, answer in zip(frame.iter_rows(named=True), cells[1:], answers, strict=True):
        assert row["subject"] == answer["subject"]
        assert row["total"] == (None if answer["total"] is None else Decimal(answer["total"]))
        assert line[cells[0].index("Total")] == (
            None if answer["total"] is None else float(answer["total"])
        )
        for measure in answer["measures"]:
            points = None if measure["points"] is None else Decimal(measure["points"])
            assert row[measure["measure"]] == points


def test_points_for_machines_are_exact(office: AsnLedger) -> None:
    """Decimals of a stated scale, days as days, and what the file rests on beside them."""
    office("export", *AS_OF, "--out", "x.parquet")
    path = office.folder / "x.parquet"
    frame = pl.read_parquet(path)
    for name in (*MEASURES, "total"):
        assert frame.schema[name] == pl.Decimal(38, 2)
    row = frame.filter(pl.col("nip") == nip(1)).row(0, named=True)
    assert (row["kompetensi"], row["total"], row["as_of"]) == (
        Decimal("22.5"),
        Decimal("77.5"),
        date(2022, 12, 31),
    )
    said = json.loads(pl.read_parquet_metadata(path)["asn-ledger"])
    assert said["Dasar"] == "PerBKN 8/2019"
    assert said["Jumlah baris"] == "2"


def test_a_workbook_says_last_what_it_rests_on(office: AsnLedger) -> None:
    """Rows, question, position and digest; twice the same bytes; NIP as text."""
    office("export", *AS_OF, "--out", "x.xlsx")
    office("export", *AS_OF, "--out", "y.xlsx")
    path = office.folder / "x.xlsx"
    assert path.read_bytes() == (office.folder / "y.xlsx").read_bytes()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Nilai", "Keterangan"]
    said = labels(sheet(path, "Keterangan"))
    answers = office("score", "--all", *AS_OF, "--json").lines
    assert said["Jumlah baris"] == 2
    assert said["Nomor catatan"] == answers[0]["position"]
    assert said["Digest jawaban"] == digest_of(answers)
    assert said["Per tanggal"] == datetime(2022, 12, 31)
    rows = sheet(path, "Nilai")
    ani = next(row for row in rows if row[1] == "Ani Contoh")
    assert ani[0] == nip(1)
    assert ani[rows[0].index("Total")] == 77.5


def test_names_are_no_formulas_in_any_form(office: AsnLedger) -> None:
    """A name that begins as a formula is marked where people open it, and whole for machines."""
    office.file("a.jsonl", about(9, "registered", name="=HYPERLINK(1)"), about(9, "position"))
    assert office("import", "a.jsonl").status == 0
    for suffix in ("csv", "xlsx", "jsonl", "parquet"):
        assert office("export", *AS_OF, "--out", f"x.{suffix}").status == 0
    rows = sheet(office.folder / "x.xlsx", "Nilai")
    assert "'=HYPERLINK(1)" in [row[1] for row in rows]
    assert "'=HYPERLINK(1)" in (office.folder / "x.csv").read_text("utf-8-sig")
    assert "=HYPERLINK(1)" in pl.read_parquet(office.folder / "x.parquet")["name"].to_list()


# ------------------------------------------------------------------------------------------- report


def test_a_report_shows_its_figures(office: AsnLedger) -> None:
    """In the order of the contract; the digest is that of the answers, as an export has it."""
    shown = office(*REPORT, "--out", "r.xlsx", "--json").json
    assert tuple(shown) == SHOWN
    answers = office("score", "--all", *AS_OF, "--json").lines
    assert shown["digest"] == digest_of(answers)
    figures = {name: shown[name] for name in SHOWN[4:12]}
    assert figures == {
        "people": 2,
        "measured": 1,
        "provisional": 0,
        "not_computable": 0,
        "not_applicable": 1,
        "left": 0,
        "mean": "77.5",
        "band": "SEDANG",
    }


def test_a_report_has_a_sheet_for_each_breakdown(office: AsnLedger) -> None:
    """A cover first, then the tables with the whole on top, last what it rests on."""
    office(*REPORT, "--out", "r.xlsx")
    path = office.folder / "r.xlsx"
    assert openpyxl.load_workbook(path).sheetnames == [*SHEETS, "Keterangan"]
    for name in SHEETS[1:]:
        rows = sheet(path, name)
        assert rows[0][:5] == (
            name,
            *("Pegawai", "Terukur", "Tidak dapat dihitung", "Di luar cakupan"),
        )
        assert rows[1][:3] == ("Seluruh instansi", 2, 1)
        assert sum(row[1] for row in rows[2:]) == 2
        assert rows[1][9:] == (77.5, "Sedang", "1 di luar cakupan (CPNS)")
    offices = [row[0] for row in sheet(path, "Perangkat Daerah")[2:]]
    assert offices == ["Badan Kepegawaian Daerah", "Dinas Pendidikan"]
    assert [row[0] for row in sheet(path, "Pendidikan")[2:]] == ["S2", "(tidak diketahui)"]
    said = labels(sheet(path, "Sampul"))
    assert said["Instansi"] == "Pemerintah Provinsi Kalimantan Utara"
    assert (said["Pegawai"], said["Total"]) == (2, 77.5)
    last = labels(sheet(path, "Keterangan"))
    assert {"Jumlah baris", "Nomor catatan", "Digest jawaban", "Periode"} <= set(last)


@pytest.mark.parametrize("suffix", ["xlsx", "pdf"])
def test_a_report_is_the_same_bytes_twice(office: AsnLedger, suffix: str) -> None:
    """No clock, no chance and no font of the machine in it."""
    for name in "ab":
        assert office(*REPORT, "--out", f"{name}.{suffix}").status == 0
    first, second = ((office.folder / f"{name}.{suffix}").read_bytes() for name in "ab")
    assert first == second


def test_a_report_on_paper_is_tagged(office: AsnLedger) -> None:
    """PDF/UA-1, in Indonesian, with a title."""
    office(*REPORT, "--out", "r.pdf")
    content = (office.folder / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/Lang" in content
    assert b"Rekapitulasi Indeks Profesionalitas ASN" in content


@pytest.mark.parametrize("name", ['#panic("x") *b* _i_ $x$ <a> @b [', "=1+1 \\ `a` // b /* c"])
def test_no_name_becomes_markup(office: AsnLedger, name: str) -> None:
    """What stands in the data is set as it stands, in either form."""
    office.file("u.jsonl", of_unit("ANEH", "unit", name=name), about(2, "position", unit="ANEH"))
    assert office("import", "u.jsonl").status == 0
    for suffix in ("xlsx", "pdf"):
        assert office(*REPORT, "--out", f"r.{suffix}").status == 0
    offices = [row[0] for row in sheet(office.folder / "r.xlsx", "Perangkat Daerah")]
    assert any(str(one).lstrip("'") == name for one in offices)


def test_a_report_can_be_of_a_unit_and_as_known_then(office: AsnLedger) -> None:
    """A unit with all below it; before anybody was recorded there is nobody and no mean."""
    shown = office(*REPORT, "--unit", "BKD", "--out", "r.xlsx", "--json").json
    assert (shown["people"], shown["measured"]) == (1, 1)
    events = office("events", "--json").lines
    last = max(one["position"] for one in events if one["fact"] == "enact")
    for suffix in ("xlsx", "pdf"):
        ask = (*REPORT, "--position", last, "--out", f"r.{suffix}", "--json")
        shown = office(*ask).json
        assert (shown["people"], shown["mean"], shown["band"]) == (0, None, None)


def test_a_report_needs_a_file_of_its_kind(office: AsnLedger) -> None:
    """Another name, no file or another ending is misuse; a failure leaves nothing behind."""
    for wrong in (("report", "lain", "--out", "x.pdf"), REPORT, (*REPORT, "--out", "x.docx")):
        assert office(*wrong).status == 2
    assert office(*REPORT, "--out", "tidak-ada/x.pdf").status == 1
    assert not list(office.folder.glob("*.part"))
