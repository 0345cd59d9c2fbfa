"""The sample files: what is read of them, and the rows that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.intake.reading import read_files
from api.intake.rows import RawRow
from tests.intake.books import checked, codes

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
EXPECTED = json.loads((SAMPLES / "expected-ip-asn-2022-12-31.json").read_text("utf-8"))
UNKNOWN_PERSON = "199912312024121999"  # that nobody has this number only the ledger can tell


def all_rows() -> dict[str, list[RawRow]]:
    with read_files([SAMPLES]) as reading:
        return {file.path.stem: [checked(row) for row in file.rows()] for file in reading.files}


def test_every_row_is_read() -> None:
    """The rows of each file are as many as its makers counted."""
    assert {name: len(rows) for name, rows in all_rows().items()} == EXPECTED["rows"]


def test_what_is_no_data_is_named() -> None:
    """README and the expected answers are left alone and named, and nothing else is."""
    with read_files([SAMPLES]) as reading:
        assert reading.unknown_files == ("README.md", "expected-ip-asn-2022-12-31.json")
        assert reading.errors == ()


def test_bad_rows_are_refused_for_their_reasons() -> None:
    """Six of the seven bad rows are refused here, each for its reason, and no others."""
    refused = {
        (name, row.place.row): codes(row)
        for name, rows in all_rows().items()
        for row in rows
        if row.errors
    }
    assert refused == {
        ("siasn-profil", 64): [("NIP BARU", "NIP_IS_NUMBER")],
        ("siasn-profil", 65): [("NIP BARU", "NIP_MALFORMED")],
        ("siasn-profil", 66): [("NIP BARU", "NIP_MALFORMED"), ("TANGGAL LAHIR", "NOT_A_DATE")],
        ("pelatihan", 109): [("tanggal_selesai", "END_BEFORE_START")],
        ("pelatihan", 110): [("jp", "OUT_OF_RANGE")],
        ("ekinerja-evaluasi", 172): [("hasil_akhir", "VALUE_NOT_LISTED")],
    }


def test_the_seventh_is_about_nobody() -> None:
    """The one bad row left names a person of whom no profile tells."""
    rows = all_rows()
    known = {fact["nip"] for row in rows["siasn-profil"] for fact in row.facts if "nip" in fact}
    others = {
        fact["nip"]
        for name, found in rows.items()
        if name != "siasn-profil"
        for row in found
        if not row.errors
        for fact in row.facts
        if "nip" in fact
    }
    assert others - known == {UNKNOWN_PERSON}


def test_people_are_those_expected() -> None:
    """Everybody whose score is expected is registered by a row that is kept."""
    registered = {row.facts[0]["nip"] for row in all_rows()["siasn-profil"] if not row.errors}
    assert registered == set(EXPECTED["people"])


def test_ruined_number_is_shown_whole() -> None:
    """What is left of a number is shown as its sender sees it, and how to export it is said."""
    ruined = next(row for row in all_rows()["siasn-profil"] if row.place.row == 64)
    (error,) = ruined.errors
    assert error.found == "199001012015031000"
    assert "Teks" in error.next_step
    assert "199001" not in error.message


@pytest.mark.parametrize(
    ("name", "row", "facts"),
    [
        (
            "siasn-profil",
            6,
            (
                {
                    "fact": "registered",
                    "nip": "196901071992012902",
                    "on": "1992-01-01",
                    "name": "Rahmat Hadi 3",
                    "employment": "CPNS",
                    "birth_date": "1969-01-07",
                    "sex": "WANITA",
                },
                {
                    "fact": "employment",
                    "nip": "196901071992012902",
                    "on": "1993-01-01",
                    "employment": "PNS",
                },
                {
                    "fact": "standing",
                    "nip": "196901071992012902",
                    "on": "1992-01-01",
                    "standing": "AKTIF",
                },
                {
                    "fact": "golongan",
                    "nip": "196901071992012902",
                    "on": "2021-04-01",
                    "golongan": "III/a",
                },
                {
                    "fact": "position",
                    "nip": "196901071992012902",
                    "on": "2015-08-01",
                    "title": "Pengadministrasi Umum",
                    "kind": "PELAKSANA",
                    "unit": "Satuan Polisi Pamong Praja - Sekretariat - Subbagian Umum",
                },
                {
                    "fact": "qualification",
                    "nip": "196901071992012902",
                    "on": "1991",
                    "level": "S1",
                },
            ),
        ),
        (
            "pelatihan",
            12,
            (
                {
                    "fact": "competency",
                    "nip": "198209072009032907",
                    "category": "TEKNIS",
                    "title": "Teknis Arsip",
                    "organiser": "LAN",
                    "hours": "10",
                    "from": "2022-10-14",
                    "to": "2022-10-17",
                },
            ),
        ),
        (
            "hukdis",
            3,
            (
                {
                    "fact": "sanction",
                    "nip": "198003212003041910",
                    "on": "2017-01-10",
                    "level": "SEDANG",
                    "kind": "PENUNDAAN_KENAIKAN_PANGKAT",
                    "decided_on": "2016-12-16",
                    "document": {"kind": "SK", "number": "800/60/HD/2017", "date": "2016-12-16"},
                    "until": "2018-01-10",
                },
            ),
        ),
        (
            "ekinerja-evaluasi",
            14,
            (
                {
                    "fact": "appraisal",
                    "nip": "196811031993042903",
                    "from": "2021-01-01",
                    "to": "2021-12-31",
                    "predicate": "BUTUH_PERBAIKAN",
                    "printed": "Cukup",
                    "skp_id": "11-3-2021",
                    "learned_on": "2022-01-20",
                },
            ),
        ),
        (
            "penghargaan",
            2,
            (
                {
                    "fact": "award",
                    "nip": "196804061993011908",
                    "kind": "SATYALANCANA_X",
                    "on": "2022-08-17",
                    "giver": "Presiden",
                    "document": {"kind": "SK", "number": "75/TK/2022", "date": "2022-08-17"},
                },
            ),
        ),
    ],
)
def test_rows_become_the_words_of_a_facts_file(
    name: str, row: int, facts: tuple[dict[str, object], ...]
) -> None:
    """A row says in the words of a facts file what it says in its own, and no more."""
    found = next(one for one in all_rows()[name] if one.place.row == row)
    assert found.facts == facts


def test_standing_is_stated_only_if_none_is_known() -> None:
    """That somebody is AKTIF is what a profile may add, never what it overrules."""
    for row in all_rows()["siasn-profil"]:
        marked = {
            fact["fact"]
            for fact, source in zip(row.facts, row.sources, strict=True)
            if source.if_none_known
        }
        assert marked == {"standing"}


def test_contract_worker_whose_columns_disagree_is_kept() -> None:
    """A PPPK whose number says another year than the column is flagged, not refused."""
    row = next(one for one in all_rows()["siasn-profil"] if one.place.row == 19)
    assert row.errors == ()
    assert row.facts[0]["employment"] == "PPPK"
    assert "employment" not in {fact["fact"] for fact in row.facts}
    assert {flag.code for flag in row.flags} == {"NIP_TMT_DIFFERS", "GOLONGAN_UNUSUAL"}
