"""The command line with a ledger of its own, on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builders import about, of_book, of_unit
from tests.contract.command import AsnLedger


@pytest.fixture
def asn(database_url: str, tmp_path: Path) -> AsnLedger:
    """The command at a place where nothing was founded."""
    return AsnLedger(database_url, tmp_path)


@pytest.fixture
def founded(asn: AsnLedger) -> AsnLedger:
    """The command with a ledger that holds nobody."""
    assert asn("init").status == 0
    return asn


@pytest.fixture(scope="session")
def built_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `office`, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("office")
    asn = AsnLedger(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    assert asn("init").status == 0
    asn.file(
        "office.jsonl",
        of_book("position_ref", title="Analis Contoh", kind="PELAKSANA"),
        of_unit("BKD", "unit"),
        of_unit("BKD.1", "unit", name="Bidang Mutasi", parent="BKD", kind="BIDANG"),
        of_unit("DISDIK", "unit", name="Dinas Pendidikan", kind="DINAS"),
        about(1, "registered", name="Ani Contoh"),
        about(1, "position", unit="BKD.1"),
        about(1, "qualification", level="S2", on="2015-08-01"),
        about(1, "competency", hours=25, key="kursus-1"),
        about(1, "appraisal", predicate="SANGAT_BAIK"),
        about(2, "registered", name="Budi Contoh", employment="CPNS"),
        about(2, "position", unit="DISDIK"),
        about(3, "registered", name="Citra Contoh", on="2024-03-01"),
    )
    result = asn("import", "office.jsonl", "--actor", "loket", "--json")
    assert result.status == 0, result
    return folder


@pytest.fixture
def office(built_office: Path, tmp_path: Path) -> AsnLedger:
    """A ledger of three people in two units: one is scored, one is CPNS, one comes in 2024."""
    shutil.copytree(built_office, tmp_path, dirs_exist_ok=True)
    return AsnLedger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
