"""A small ledger with a checkpoint, its backup, bundles and a certificate: made once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.copies.backup import backup
from ledger.copies.bundle import write_bundle
from ledger.copies.bundle_seal import checkpoint_for, seal_of
from projections.asking import selection
from projections.asking.certificate import certificate
from tests.builders import Desk, about, desk, of_book, of_unit


@dataclass(frozen=True)
class Made:
    """The files, and the ledger they were made of."""

    desk: Desk
    backup: Path
    whole: Path
    part: Path
    certificate: Path


def fill(one: Desk) -> None:
    """Three people in two units, with a correction, two days of facts and a restricted field."""
    one.send(
        of_book("position_ref", title="Analis Contoh", kind="PELAKSANA"),
        of_unit("BKD", "unit"),
        of_unit("BKD.1", "unit", name="Bidang Mutasi", parent="BKD", kind="BIDANG"),
        of_unit("DISDIK", "unit", name="Dinas Pendidikan", kind="DINAS"),
        about(1, "registered", name="Ani Contoh"),
        about(1, "position", unit="BKD.1"),
        about(1, "qualification", level="S2", on="2015-08-01"),
        about(1, "appraisal", predicate="SANGAT_BAIK"),
        about(2, "registered", name="Budi Contoh"),
        about(2, "position", unit="DISDIK"),
        about(3, "registered", name="Citra Contoh"),
        about(3, "position", unit="BKD"),
    )
    one.send(about(1, "competency", hours=25, key="kursus-1"), about(2, "appraisal"))


def make_files(one: Desk, folder: Path) -> Made:
    """Every kind of file of a ledger."""
    answer = one.score(1)
    ledger = one.ledger
    stored = checkpoint_for(ledger, one.head(), actor="tester")
    person = one.stream(1)
    streams = selection.streams_of(ledger, [person], stored.size)
    made = Made(
        one,
        folder / "backup.zip",
        folder / "whole.zip",
        folder / "part.zip",
        folder / "certificate.json",
    )
    with seal_of(ledger, stored) as seal:
        write_bundle(ledger.store, made.whole, seal, streams=None, scope={"all": True}, keys={})
        write_bundle(
            ledger.store,
            made.part,
            seal,
            streams=streams,
            scope={"people": [person.hex]},
            keys={person: ledger.keyring.keys(person)},
        )
        made.certificate.write_bytes(certificate(ledger.store, answer, seal, sorted(streams)))
    backup(ledger.store, made.backup)
    return made


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Read only: a test that changes a file writes another one."""
    folder = tmp_path_factory.mktemp("bundles")
    with desk(f"sqlite:///{folder / 'ledger.sqlite3'}", folder) as one:
        fill(one)
        yield make_files(one, folder)
