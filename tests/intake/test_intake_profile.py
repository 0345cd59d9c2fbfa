"""The SIASN profile: what its columns say of a person, and what they say against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake.forms.common import unit_path
from tests.intake.books import NIP, codes, flags, one, table

PPPK_NIP = "198603192019212915"
ROW: dict[str, Any] = {
    "NIP BARU": NIP,
    "NAMA": "Vina Umar",
    "TANGGAL LAHIR": "28-09-1982",
    "JENIS KELAMIN": "M",
    "JENIS PEGAWAI NAMA": "PNS Daerah Provinsi",
    "KEDUDUKAN HUKUM ID": "01",
    "KEDUDUKAN HUKUM NAMA": "Aktif",
    "STATUS CPNS PNS": "P",
    "TMT CPNS": "01-12-2007",
    "TMT PNS": "01-12-2008",
    "GOL AKHIR NAMA": "III/c",
    "TMT GOLONGAN": "01-04-2021",
    "JENIS JABATAN ID": "1",
    "JENIS JABATAN NAMA": "Jabatan Struktural",
    "JABATAN NAMA": "Kepala Bidang Mutasi",
    "TMT JABATAN": "01-08-2013",
    "TINGKAT PENDIDIKAN NAMA": "S-2",
    "TAHUN LULUS": 2004,
    "LOKASI KERJA NAMA": "Tanjung Selor",
    "UNOR NAMA": "Bidang Mutasi",
    "SATUAN KERJA KERJA NAMA": "Badan Kepegawaian Daerah",
}


def profile(folder: Path, **changes: Any) -> Any:
    """The row with some of its columns changed; names are given with underscores."""
    cells = ROW | {name.replace("_", " "): cell for name, cell in changes.items()}
    return one(table(folder / "p.xlsx", ",".join(cells), tuple(cells.values())))


def fact(row: Any, kind: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = [one for one in row.facts if one["fact"] == kind]
    return found[0] if found else None


def test_a_whole_profile_has_no_flags(tmp_path: Path) -> None:
    """A profile whose columns agree states six facts and nothing unusual."""
    row = profile(tmp_path)
    assert (row.errors, row.flags) == ((), ())
    kinds = ["registered", "employment", "standing", "golongan", "position", "qualification"]
    assert [one["fact"] for one in row.facts] == kinds


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"TANGGAL_LAHIR": "29-09-1982"}, ["NIP_BIRTH_DATE_DIFFERS"]),
        ({"JENIS_KELAMIN": "F"}, ["NIP_SEX_DIFFERS"]),
        ({"TMT_CPNS": "01-01-2008"}, ["NIP_TMT_DIFFERS"]),
        ({"TMT_CPNS": ""}, ["TMT_CPNS_FROM_NIP"]),
        ({"TMT_PNS": ""}, ["TMT_PNS_MISSING"]),
        ({"TMT_PNS": "01-12-2006"}, ["TMT_PNS_BEFORE_CPNS"]),
        ({"STATUS_CPNS_PNS": "C"}, ["STATUS_DISAGREES"]),
        ({"STATUS_CPNS_PNS": "PPPK"}, ["STATUS_DISAGREES", "GOLONGAN_UNUSUAL"]),
        ({"KEDUDUKAN_HUKUM_NAMA": "Tugas Belajar"}, ["STANDING_WITHOUT_DATE"]),
        ({"GOL_AKHIR_NAMA": "IX"}, ["GOLONGAN_UNUSUAL"]),
        ({"TMT_GOLONGAN": ""}, ["GOLONGAN_UNDATED"]),
        ({"TMT_JABATAN": ""}, ["POSITION_UNDATED"]),
        ({"JENIS_JABATAN_ID": "4"}, ["POSITION_KIND_DISAGREES"]),
        ({"UNOR_NAMA": ""}, ["UNIT_FROM_SATUAN_KERJA"]),
        ({"UNOR_NAMA": "", "SATUAN_KERJA_KERJA_NAMA": ""}, ["POSITION_WITHOUT_UNIT"]),
        ({"TAHUN_LULUS": 0}, ["QUALIFICATION_UNDATED"]),
    ],
)
def test_columns_that_disagree_are_flagged(
    tmp_path: Path, changes: dict[str, Any], found: list[str]
) -> None:
    """Columns that contradict each other or the NIP, or leave a day out, never refuse the row."""
    row = profile(tmp_path, **changes)
    assert row.errors == ()
    assert flags(row) == found


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"NAMA": ""}, ("NAMA", "FIELD_MISSING")),
        ({"TANGGAL_LAHIR": "31-02-1990"}, ("TANGGAL LAHIR", "NOT_A_DATE")),
        ({"JENIS_KELAMIN": "X"}, ("JENIS KELAMIN", "VALUE_NOT_LISTED")),
        ({"TMT_PNS": "kemarin"}, ("TMT PNS", "NOT_A_DATE")),
        ({"GOL_AKHIR_NAMA": "III/z"}, ("GOL AKHIR NAMA", "VALUE_NOT_LISTED")),
        ({"TMT_JABATAN": "01-13-2013"}, ("TMT JABATAN", "NOT_A_DATE")),
        ({"TINGKAT_PENDIDIKAN_NAMA": "S-9"}, ("TINGKAT PENDIDIKAN NAMA", "VALUE_NOT_LISTED")),
        ({"TAHUN_LULUS": "lama"}, ("TAHUN LULUS", "NOT_A_YEAR")),
    ],
)
def test_what_cannot_be_read_refuses_the_row_whole(
    tmp_path: Path, changes: dict[str, Any], wrong: tuple[str, str]
) -> None:
    """One unreadable cell refuses the row, and nothing but that cell is named."""
    assert codes(profile(tmp_path, **changes)) == [wrong]


def test_all_errors_come_by_column(tmp_path: Path) -> None:
    """Several unreadable cells are told at once, from left to right."""
    row = profile(tmp_path, TAHUN_LULUS="x", NIP_BARU="1", TMT_GOLONGAN="y")
    assert [column for column, _ in codes(row)] == ["NIP BARU", "TMT GOLONGAN", "TAHUN LULUS"]


def test_a_contract_worker_is_no_pns(tmp_path: Path) -> None:
    """A PPPK is registered as one, has no TMT PNS, and a rank of seventeen."""
    changes: dict[str, Any] = {
        "NIP_BARU": PPPK_NIP,
        "TANGGAL_LAHIR": "19-03-1986",
        "JENIS_KELAMIN": "F",
        "JENIS_PEGAWAI_NAMA": "PPPK Daerah Provinsi",
        "STATUS_CPNS_PNS": "",
        "TMT_CPNS": "01-02-2019",
        "GOL_AKHIR_NAMA": "IX",
        "KEDUDUKAN_HUKUM_NAMA": "PPPK Aktif",
    }
    row = profile(tmp_path, **changes)
    assert row.flags == ()
    assert (fact(row, "registered") or {})["employment"] == "PPPK"
    assert fact(row, "employment") is None
    assert (fact(row, "golongan") or {})["golongan"] == "IX"


def test_part_time_contracts_are_told_apart(tmp_path: Path) -> None:
    """PPPK paruh waktu is a status of its own."""
    row = profile(tmp_path, NIP_BARU=PPPK_NIP, JENIS_PEGAWAI_NAMA="PPPK Paruh Waktu")
    assert (fact(row, "registered") or {})["employment"] == "PPPK_PARUH_WAKTU"


def test_a_month_from_the_number_is_no_more_than_a_month(tmp_path: Path) -> None:
    """Where TMT CPNS is blank, the NIP gives its month, kept as a month."""
    assert (fact(profile(tmp_path, TMT_CPNS=""), "registered") or {})["on"] == "2007-12"


def test_struktural_states_no_kind(tmp_path: Path) -> None:
    """The profile's "struktural" leaves the kind to the reference of titles."""
    position = fact(profile(tmp_path), "position") or {}
    assert "kind" not in position
    assert position["unit"] == "Badan Kepegawaian Daerah - Bidang Mutasi"
    assert position["workplace"] == "Tanjung Selor"


def test_a_more_exact_kind_is_no_disagreement(tmp_path: Path) -> None:
    """Where one column says struktural and the other administrator, the latter counts."""
    row = profile(tmp_path, JENIS_JABATAN_NAMA="Administrator")
    assert row.flags == ()
    assert (fact(row, "position") or {})["kind"] == "ADMINISTRATOR"


def test_a_letter_with_two_meanings_is_left_to_the_number(tmp_path: Path) -> None:
    """P is perempuan in one scheme and pria in another: against the NIP it states nothing."""
    row = profile(tmp_path, JENIS_KELAMIN="P")
    assert flags(row) == ["NIP_SEX_DIFFERS"]
    assert "sex" not in (fact(row, "registered") or {})


@pytest.mark.parametrize(
    ("unit", "top", "path"),
    [
        (
            "Inspektorat - Sekretariat - Subbagian Umum",
            "Inspektorat",
            "Inspektorat - Sekretariat - Subbagian Umum",
        ),
        ("Subbagian Umum", "Dinas Kesehatan", "Dinas Kesehatan - Subbagian Umum"),
        (
            "SUBBAGIAN UMUM - SEKRETARIAT - DINAS KESEHATAN",
            "Dinas Kesehatan",
            "DINAS KESEHATAN - SEKRETARIAT - SUBBAGIAN UMUM",
        ),
        ("Dinas Kesehatan", "DINAS KESEHATAN", "Dinas Kesehatan"),
        ("Tata Usaha", "Dinas Kesehatan - UPTD A", "Dinas Kesehatan - UPTD A - Tata Usaha"),
        ("", "Dinas Kesehatan", "Dinas Kesehatan"),
        ("Bidang A", "", "Bidang A"),
    ],
)
def test_units_are_paths_from_the_top(unit: str, top: str, path: str) -> None:
    """A bare unit is put under its satuan kerja, a path from below is turned round."""
    assert unit_path(unit, top) == path


PARTS = st.lists(st.sampled_from(["Dinas A", "Sekretariat", "Bidang B", "Seksi C"]), max_size=3)


@given(PARTS, st.sampled_from(["", "Dinas A", "Sekretariat", "BIDANG B"]))
def test_a_path_stays_a_path(unit: list[str], top: str) -> None:
    """Making a path of what is a path already changes nothing."""
    once = unit_path(" - ".join(unit), top)
    assert unit_path(once, top) == once
