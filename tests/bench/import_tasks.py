"""Four ways to bring a facts file into a database, each timed from the file to the commit.

ours    `import_files`, all of it: recognise, check, decide, seal, prove, store
stock   the same lines through the `eventsourcing` library, as tests/bench/stock.py has it
bare    the rows that ours stored, once more, with nothing but executemany or COPY: the floor
"""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import create_engine, make_url

from api.founding import found_ledger
from api.intake.importing import import_files
from ledger.application import Founding
from ledger.storage.tables import events, metadata, sealed
from tests import pg
from tests.bench.stock import People
from tests.bench.stock_unchecked import UncheckedPeople

FOUNDING = Founding("65", "Pemerintah Provinsi Umpama", "Asia/Makassar")
TABLES = (events.name, sealed.name)


def ours(*, url: str, folder: str, files: list[str]) -> dict[str, Any]:
    """Import into a ledger that was founded a moment ago."""
    with closing(found_ledger(url, FOUNDING, keys=Path(folder) / "keys", actor="bench")) as ledger:
        began = perf_counter()
        report = import_files(ledger, list(map(Path, files)), actor="bench", url=url)
        seconds = perf_counter() - began
        position = ledger.store.head().position
    if report.new != report.read or report.refused or report.conflicts:
        raise RuntimeError(f"the import was not clean: {report.as_json()}"[:2_000])
    return {"seconds": seconds, "rows": report.new, "events": position, **peaks()}


def stock(*, url: str, file: str) -> dict[str, Any]:
    """Import into an empty store of the library."""
    return _by_library(People(library_settings(url)), file)


def unchecked(*, url: str, file: str) -> dict[str, Any]:
    """The same without any care."""
    return _by_library(UncheckedPeople(library_settings(url)), file)


def _by_library(app: People | UncheckedPeople, file: str) -> dict[str, Any]:
    with closing(app):
        began = perf_counter()
        rows = app.import_lines(Path(file))
        seconds = perf_counter() - began
    return {"seconds": seconds, "rows": rows, **peaks()}


def bare(*, url: str, source: str) -> dict[str, Any]:
    """Store the rows of a ledger once more, in tables of the same shape."""
    if url.startswith("sqlite"):
        return _bare_sqlite(
            Path(make_url(url).database or ""), Path(make_url(source).database or "")
        )
    return _bare_postgresql(url, source)


def _bare_sqlite(place: Path, source: Path) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{place}")
    metadata.create_all(engine)
    engine.dispose()
    rows: dict[str, list[Any]] = {}
    with closing(sqlite3.connect(source)) as ledger:
        for name in TABLES:
            rows[name] = ledger.execute(f"SELECT * FROM {name} ORDER BY position").fetchall()
    with closing(sqlite3.connect(place, isolation_level=None)) as database:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
            database.execute(f"PRAGMA {pragma}")
        began = perf_counter()
        database.execute("BEGIN IMMEDIATE")
        for name in TABLES:
            marks = ",".join("?" * len(rows[name][0]))
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])
        database.execute("COMMIT")
        return {"seconds": perf_counter() - began, "rows": len(rows[events.name])}


def _bare_postgresql(url: str, source: str) -> dict[str, Any]:
    copied: dict[str, bytes] = {}
    with _connected(source) as ledger, ledger.cursor() as cursor:
        count = cursor.execute("SELECT count(*) FROM events").fetchone()
        for name in TABLES:
            order = f"COPY (SELECT * FROM {name} ORDER BY position) TO STDOUT (FORMAT BINARY)"
            with cursor.copy(order) as copy:
                copied[name] = b"".join(bytes(part) for part in copy)
    engine = create_engine(make_url(url).difference_update_query(["schema"]))
    with _connected(url) as connection:
        connection.execute(f'CREATE SCHEMA "{schema_of(url)}"')
        connection.commit()
    with engine.begin() as made:
        made.exec_driver_sql(f'SET LOCAL search_path TO "{schema_of(url)}"')
        metadata.create_all(made)
    engine.dispose()
    with _connected(url) as connection, connection.cursor() as cursor:
        began = perf_counter()
        for name in TABLES:
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(copied[name])
        connection.commit()
        return {"seconds": perf_counter() - began, "rows": count[0] if count else 0}


def schema_of(url: str) -> str:
    """The schema that a PostgreSQL URL of ours names."""
    return str(make_url(url).query["schema"])


def library_settings(url: str) -> dict[str, str]:
    """The same place in the settings of the library."""
    parsed = make_url(url)
    if url.startswith("sqlite"):
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": parsed.database or "",
        }
    with _connected(url) as connection:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema_of(url)}"')
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parsed.database or "",
        "POSTGRES_HOST": parsed.host or str(parsed.query.get("host", "")),
        "POSTGRES_PORT": str(parsed.port or 5432),
        "POSTGRES_USER": parsed.username or "",
        "POSTGRES_PASSWORD": parsed.password or "unused",
        "POSTGRES_SCHEMA": schema_of(url),
        "POSTGRES_POOL_SIZE": "16",
    }


def _connected(url: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(pg.driver_dsn(url))
    connection.execute(f'SET search_path TO "{schema_of(url)}"')
    return connection


def peaks() -> dict[str, float]:
    """The most memory this process and any child of it held, in MB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"peak_mb": own / 1024, "child_peak_mb": child / 1024}
