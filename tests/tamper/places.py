"""A ledger to forge: made once for each database, and copied for every forgery."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from api.founding import found_ledger
from api.intake.importing import import_files
from ledger.access.access_entry import of_person
from ledger.access.access_log import AccessLog
from ledger.access.access_store import access_file
from ledger.application import Ledger
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.commands import erasure
from ledger.verifying.checkpoints import Claim, parse_claim
from ledger.vocabulary_agency import ReadingPurpose
from projections.table.facts_table import FactsTable
from tests import pg
from tests.builders import FOUNDING, about, of_book, of_unit
from tests.clocks import START, SteppingClock
from tests.persons import nip

PEOPLE = 40
SCHEMA = f"tampered_{os.getpid()}"
ERASED = PEOPLE + 8
LATER = START + timedelta(days=1)
_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """One ledger with its keys, its facts table, and the checkpoint that somebody kept."""

    url: str
    folder: Path
    claim: Claim

    @property
    def keys(self) -> Path:
        """The key folder."""
        return self.folder / "keys"

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return make_url(self.url).get_backend_name()

    @property
    def database(self) -> Path:
        """The file of an SQLite ledger."""
        return Path(str(make_url(self.url).database))

    @property
    def looks(self) -> Path:
        """The file of the access log of an SQLite ledger."""
        return access_file(self.database)

    @property
    def facts(self) -> Path:
        """The folder of the facts table."""
        return self.folder / "facts"

    @contextmanager
    def opened(self) -> Iterator[Ledger]:
        """The ledger, as the program itself opens it."""
        ledger = Ledger.open(self.url, keys=self.keys, clock=SteppingClock(LATER))
        try:
            yield ledger
        finally:
            ledger.close()


def facts_of(first: int, last: int) -> list[dict[str, object]]:
    """A few facts about each of some people."""
    rows: list[dict[str, object]] = []
    for number in range(first, last + 1):
        rows += [
            about(number, "registered", name=f"Umpama {number}"),
            about(number, "position", unit="BKD"),
            about(number, "qualification", level="S1", on="2012-08-01"),
            about(number, "competency", hours=24, title=f"Pelatihan {number}"),
            about(number, "golongan"),
            about(number, "golongan", golongan="III/b", on="2023-04-01"),
            about(number, "appraisal"),
        ]
    return rows


def write_facts(path: Path, rows: list[dict[str, object]]) -> Path:
    """A facts file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def build(url: str, folder: Path) -> bytes:
    """Found and fill a ledger: two checkpoints, an erasure, a facts table, a tail behind; gives
    the note of the second checkpoint.
    """
    clock = SteppingClock()
    ledger = found_ledger(url, FOUNDING, keys=folder / "keys", actor="pendiri", clock=clock)
    try:
        first = [
            of_book("position_ref", title="Analis Contoh", kind="PELAKSANA"),
            of_unit("BKD", "unit"),
            *facts_of(1, PEOPLE),
        ]
        _import(ledger, url, write_facts(folder / "first.jsonl", first))
        take_checkpoint(ledger, actor="penjaga")
        _import(ledger, url, write_facts(folder / "second.jsonl", facts_of(PEOPLE + 1, PEOPLE + 8)))
        shutil.copytree(folder / "keys", folder / "keys-before")
        erased = ledger.index.find(nip(ERASED))
        assert erased is not None
        erasure.erase(ledger, erased, ground="permohonan", actor="penjaga")
        erasure.rotate_keys(ledger, at=clock(), actor="penjaga")
        _look(ledger, 1, 8)
        kept = take_checkpoint(ledger, actor="penjaga").text()
        _look(ledger, 9, 10)
        table = FactsTable(ledger.store, folder / "facts", seal_at=1)
        table.frame()
        _import(ledger, url, write_facts(folder / "tail.jsonl", facts_of(PEOPLE + 9, PEOPLE + 10)))
        ledger.index.follow()
    finally:
        ledger.close()
    return kept


def _look(ledger: Ledger, first: int, last: int) -> None:
    """Somebody reads the records of some people."""
    log = AccessLog.of(ledger, clock=SteppingClock())
    try:
        for number in range(first, last + 1):
            person = ledger.index.find(nip(number))
            assert person is not None
            log.record(of_person("acc-1", ReadingPurpose.AUDIT, person, {"what": "history"}))
    finally:
        log.close()


def _import(ledger: Ledger, url: str, file: Path) -> None:
    report = import_files(ledger, [file], actor="loket", url=url)
    assert report.new == report.read, report.as_json()


class Bases:
    """The two ledgers that are copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, bytes] = {}
        self._databases: list[str] = []

    def close(self) -> None:
        """Drop the databases that were made."""
        for name in self._databases:
            _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        role = f"{SCHEMA}_app"
        if self._databases:
            _administer(f"DROP ROLE IF EXISTS {role}")

    def copy(self, dialect: str, folder: Path) -> Place:
        """A ledger of its own, equal to every other copy to the byte."""
        kept = self._kept.get(dialect) or self._build(dialect)
        shutil.copytree(self._folder / dialect, folder, dirs_exist_ok=True)
        if dialect == "sqlite":
            url = f"sqlite:///{folder / 'ledger.sqlite3'}"
        else:
            url = self._fresh(template=self._databases[0])
        return Place(url, folder, parse_claim(kept, source="the checkpoint kept"))

    def _build(self, dialect: str) -> bytes:
        folder = self._folder / dialect
        folder.mkdir()
        if dialect == "sqlite":
            url = f"sqlite:///{folder / 'ledger.sqlite3'}"
        else:
            url = self._fresh(template="template0")
        self._kept[dialect] = kept = build(url, folder)
        return kept

    def _fresh(self, *, template: str) -> str:
        name = f"tamper_{os.getpid()}_{next(_numbers)}"
        _administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self._databases.append(name)
        url = make_url(pg.server_url()).set(database=name)
        return url.update_query_dict({"schema": SCHEMA}).render_as_string(hide_password=False)


def _administer(statement: str) -> None:
    with psycopg.connect(pg.driver_dsn(pg.server_url()), autocommit=True) as connection:
        connection.execute(sql.SQL(statement))
