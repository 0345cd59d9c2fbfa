"""Empty forms: for every kind of fact, equal every time, and read back when they are filled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.intake import template_form, templates
from api.intake.labels import FACTS, FIELDS, SPECIAL
from api.intake.reading import read_files
from ledger.errors import Misuse
from ledger.events.reading import Draft, read_fact
from ledger.events.registry import FACT_NAMES
from tests.intake.books import NIP, OTHER, checked, codes, one, rows_of


def filled(folder: Path, kind: str, /, **values: Any) -> Path:
    """A template with one row filled in, by fields; two underscores stand for a dot."""
    path = folder / f"{kind}.xlsx"
    templates.write_template(kind, path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    fields = [column.field for column in template_form.columns(kind)]
    for name, value in values.items():
        at = fields.index(name.replace("__", ".").rstrip("_"))
        sheet.cell(templates.HEADER_ROW + 2, at + 1).value = value
    book.save(path)
    return path


def test_there_is_a_form_for_every_kind_of_fact() -> None:
    """No kind of fact is without a form and an Indonesian name."""
    assert set(FACTS) == set(FACT_NAMES)


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_a_form_is_recognised_and_complete(tmp_path: Path, kind: str) -> None:
    """Every empty form is read back as its own form without rows, and its headers are distinct."""
    path = tmp_path / "a.xlsx"
    templates.write_template(kind, path)
    with read_files([path]) as reading:
        (file,) = reading.files
        assert file.forms == (template_form.PREFIX + kind.replace("_", "-"),)
        assert file.unread_sheets == ()
        assert list(file.rows()) == []
    headers = [column.label.header.lower() for column in template_form.columns(kind)]
    assert len(set(headers)) == len(headers)


@pytest.mark.parametrize("kind", ["competency", "correct", "culture"])
def test_a_form_has_the_same_bytes_every_time(kind: str) -> None:
    """Two forms of a kind are equal to the last byte."""
    assert templates.template_bytes(kind) == templates.template_bytes(kind)


def test_an_unknown_kind_is_misuse(tmp_path: Path) -> None:
    """A kind that does not exist is refused with the list of those that do."""
    with pytest.raises(Misuse, match="competency"):
        templates.write_template("pelatihan", tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_form_shows_what_to_write(tmp_path: Path) -> None:
    """NIP is kept as text, closed lists can be chosen from, and each header explains itself."""
    path = tmp_path / "a.xlsx"
    templates.write_template("sanction", path)
    book = openpyxl.load_workbook(path)
    sheet, guide = book.worksheets
    headers = {cell.value: cell for cell in sheet[templates.HEADER_ROW + 1]}
    assert sheet.column_dimensions["A"].number_format == "@"
    notes = {name: cell.comment.text for name, cell in headers.items() if cell.comment}
    assert "198209282007121900" in notes["NIP"]
    assert "Wajib" in notes["Tingkat hukuman"]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert len(lists) == 2
    assert all(text.startswith("Petunjuk!") for text in lists)
    said = {cell.value for row in guide.iter_rows() for cell in row if cell.value}
    assert {"PENURUNAN_JABATAN", "RINGAN", "decided_on"} <= said


DOCUMENT = {"document__kind": "SK", "document__number": "1/2022", "document__date": "05-01-2022"}
SK = {"kind": "SK", "number": "1/2022", "date": "2022-01-05"}

FILLED: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    (
        "competency",
        {
            "nip": NIP,
            "category": "Teknis",
            "title": "Arsip",
            "hours": "10,5",
            "from_": "1/2/2022",
            "to": "3 Februari 2022",
            "key": "k1",
        },
        {
            "nip": NIP,
            "category": "TEKNIS",
            "title": "Arsip",
            "hours": "10.5",
            "from": "2022-02-01",
            "to": "2022-02-03",
            "key": "k1",
        },
    ),
    (
        "sanction",
        {
            "nip": NIP,
            "on": "01-02-2022",
            "level": "ringan",
            "kind": "Teguran lisan",
            "decided_on": "05-01-2022",
            **DOCUMENT,
        },
        {
            "nip": NIP,
            "on": "2022-02-01",
            "level": "RINGAN",
            "kind": "TEGURAN_LISAN",
            "decided_on": "2022-01-05",
            "document": SK,
        },
    ),
    (
        "appraisal",
        {"nip": NIP, "period": "2022", "predicate": "Cukup"},
        {"nip": NIP, "period": "2022", "predicate": "BUTUH_PERBAIKAN"},
    ),
    (
        "qualification",
        {"nip": NIP, "on": 2015, "level": "S-1/Sarjana", "recognised": "ya"},
        {"nip": NIP, "on": "2015", "level": "S1", "recognised": True},
    ),
    (
        "plan",
        {
            "nip": NIP,
            "from_": "01-01-2024",
            "to": "31-12-2024",
            "state": "disetujui",
            "result_texts": "Arsip tertib; Layanan cepat",
            "supports": "IKU-1; IKU-2",
        },
        {
            "nip": NIP,
            "from": "2024-01-01",
            "to": "2024-12-31",
            "state": "DISETUJUI",
            "result_texts": ["Arsip tertib", "Layanan cepat"],
            "supports": ["IKU-1", "IKU-2"],
        },
    ),
    (
        "culture",
        {"nip": NIP, "period": "2022", "scores__INTEGRITAS": 80, "scores__MOTIVASI": "75,5"},
        {"nip": NIP, "period": "2022", "scores": {"INTEGRITAS": "80", "MOTIVASI": "75.5"}},
    ),
    (
        "record_check",
        {
            "nip": NIP,
            "on": "01-02-2022",
            "elements": "JABATAN = AKURASI, ya; NIK=KELENGKAPAN,tidak",
        },
        {
            "nip": NIP,
            "on": "2022-02-01",
            "elements": {
                "JABATAN": {"dimension": "AKURASI", "ok": True},
                "NIK": {"dimension": "KELENGKAPAN", "ok": False},
            },
        },
    ),
    (
        "published_score",
        {
            "nip": NIP,
            "instrument": "ip-asn",
            "period": "2022",
            "total": "72,5",
            "measures": "kualifikasi = 20; kinerja = 25",
        },
        {
            "nip": NIP,
            "instrument": "ip-asn",
            "period": "2022",
            "total": "72.5",
            "measures": {"kualifikasi": "20", "kinerja": "25"},
        },
    ),
    (
        "case",
        {
            "nip": NIP,
            "on": "01-02-2022",
            "id": "P-1",
            "act_on": "01-01-2022",
            "ground": "NETRALITAS",
            "referral__by": "bawaslu",
            "referral__number": "9",
            "referral__on": "05-01-2022",
        },
        {
            "nip": NIP,
            "on": "2022-02-01",
            "id": "P-1",
            "act_on": "2022-01-01",
            "ground": "NETRALITAS",
            "referral": {"by": "BAWASLU", "number": "9", "on": "2022-01-05"},
        },
    ),
    (
        "summons",
        {"nip": NIP, "on": "01-02-2022", "case": "P-1", "number": 1, "team": f"{NIP}; '{OTHER}"},
        {"nip": NIP, "on": "2022-02-01", "case": "P-1", "number": 1, "team": [NIP, OTHER]},
    ),
    (
        "calendar",
        {"year": 2023, "holidays": "17-08-2023; 25 Desember 2023", "decree": "SKB 1"},
        {"year": 2023, "holidays": ["2023-08-17", "2023-12-25"], "decree": "SKB 1"},
    ),
    (
        "unit",
        {"code": "DINKES", "on": "01-01-2020", "name": "Dinas Kesehatan", "kind": "Dinas"},
        {"code": "DINKES", "on": "2020-01-01", "name": "Dinas Kesehatan", "kind": "Dinas"},
    ),
    (
        "assessment",
        {
            "unit": "DINKES",
            "aspect": "UTAMA",
            "component": "tupoksi",
            "score": 90,
            "period": "2022",
            "assessor": "BKD",
            "stage": "diusulkan",
        },
        {
            "unit": "DINKES",
            "aspect": "UTAMA",
            "component": "TUPOKSI",
            "score": "90",
            "period": "2022",
            "assessor": "BKD",
            "stage": "DIUSULKAN",
        },
    ),
    (
        "correct",
        {
            "nip": NIP,
            "target": "k1",
            "replacement__fact": "competency",
            "replacement": "category = TEKNIS; title = Arsip; to = 03-02-2022; hours = 12",
            **DOCUMENT,
        },
        {
            "nip": NIP,
            "target": "k1",
            "document": SK,
            "replacement": {
                "fact": "competency",
                "category": "TEKNIS",
                "title": "Arsip",
                "to": "03-02-2022",
                "hours": "12",
            },
        },
    ),
    (
        "end",
        {"nip": NIP, "target": "k1", "until": "01-03-2022", **DOCUMENT},
        {"nip": NIP, "target": "k1", "until": "2022-03-01", "document": SK},
    ),
)


@pytest.mark.parametrize(("kind", "values", "fact"), FILLED)
def test_a_filled_form_is_read_back(
    tmp_path: Path, kind: str, values: dict[str, Any], fact: dict[str, Any]
) -> None:
    """What an officer writes in a form becomes a fact that the event classes take."""
    row = one(filled(tmp_path, kind, **values))
    assert row.errors == ()
    assert row.facts == ({"fact": kind, **fact},)
    assert isinstance(read_fact(row.facts[0]), Draft)


def test_what_is_missing_is_named_by_its_header(tmp_path: Path) -> None:
    """An empty cell that must be filled is named as the form names it."""
    row = one(filled(tmp_path, "sanction", nip=NIP, level="Parah", document__kind="SK"))
    assert codes(row) == [
        ("Berlaku sejak (TMT)", "FIELD_MISSING"),
        ("Tingkat hukuman", "VALUE_NOT_LISTED"),
        ("Jenis hukuman", "FIELD_MISSING"),
        ("Tanggal penetapan", "FIELD_MISSING"),
        ("Nomor dokumen", "FIELD_MISSING"),
        ("Tanggal dokumen", "FIELD_MISSING"),
    ]


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        ("record_check", {"elements": "JABATAN AKURASI"}, "NOT_PAIRS"),
        ("record_check", {"elements": "JABATAN = BAGUS, ya"}, "VALUE_NOT_LISTED"),
        ("record_check", {"elements": "A = AKURASI, ya; A = AKURASI, ya"}, "NOT_PAIRS"),
        ("published_score", {"measures": "kualifikasi = baik"}, "NOT_A_NUMBER"),
        ("qualification", {"recognised": "mungkin"}, "NOT_A_FLAG"),
        ("correct", {"replacement__fact": "resep"}, "VALUE_NOT_LISTED"),
    ],
)
def test_cells_that_hold_more_than_one_value(
    tmp_path: Path, kind: str, values: dict[str, Any], code: str
) -> None:
    """What is written as name = value, or from a list, is refused by name if it is not."""
    assert code in [found for _, found in codes(one(filled(tmp_path, kind, nip=NIP, **values)))]


def test_the_mark_above_the_headers_decides(tmp_path: Path) -> None:
    """Without its mark, a form is read only when its kind is asked for."""
    path = filled(tmp_path, "standing", nip=NIP, on="01-02-2022", standing="CLTN")
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A1"] = ""
    book.save(path)
    with read_files([path]) as reading:
        assert reading.unknown_files == ("standing.xlsx",)
    assert checked(rows_of(path, as_kind="standing")[0]).errors == ()


def test_every_label_is_used() -> None:
    """No label is left over from a field that is gone."""
    used = {(kind, column.field) for kind in FACTS for column in template_form.columns(kind)}
    assert {field for _, field in used} >= set(FIELDS)
    assert set(SPECIAL) <= used


def test_hints_hold_no_english() -> None:
    """What an officer reads is Indonesian."""
    said = " ".join(
        f"{label.header} {label.hint}" for label in (*FIELDS.values(), *SPECIAL.values())
    )
    assert not re.search(r"(?i)\b(?:the|of|date|number|from|until)\b", said)
