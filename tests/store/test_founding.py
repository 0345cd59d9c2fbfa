"""Founding and opening: what is refused, in words that say what to do."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from ledger.storage.store import EventStore
from ledger.storage.store_errors import (
    BadLedgerUrl,
    FormatTooNew,
    LedgerDamaged,
    LedgerExists,
    LedgerLocked,
    LedgerNotFounded,
    LedgerReadOnly,
    NotALedger,
    StoreUnavailable,
)
from ledger.storage.tables import APPLICATION_ID
from tests import pg
from tests.store.checker import check_ledger
from tests.store.making import command, new_stream
from tests.store.raw import raw_connection, rows


def test_a_founded_ledger_is_empty_and_opens(database_url: str) -> None:
    """What create made, open opens; both give a ledger without events."""
    with EventStore.create(database_url) as store:
        assert (store.head().position, store.head().recorded_at) == (0, None)
        assert list(store.read()) == []
    with EventStore.open(database_url) as store:
        assert store.append(command(new_stream(), 1)).first_position == 1
    assert check_ledger(database_url) == 1


def test_a_second_founding_is_refused(database_url: str) -> None:
    """A ledger is never founded over another one, and the first is left as it was."""
    with EventStore.create(database_url) as store:
        store.append(command(new_stream(), 1))
    with pytest.raises(LedgerExists):
        EventStore.create(database_url)
    assert check_ledger(database_url) == 1


def test_where_nothing_was_founded_nothing_opens(database_url: str) -> None:
    """A missing place is named, told how to found one, and not made by looking."""
    for _ in range(2):
        with pytest.raises(LedgerNotFounded, match="asn-ledger init"):
            EventStore.open(database_url)


def test_an_empty_place_is_not_founded(database_url: str) -> None:
    """An empty file or schema is no ledger yet, but one may be founded there."""
    with raw_connection_to_empty(database_url):
        pass
    with pytest.raises(LedgerNotFounded):
        EventStore.open(database_url)
    with EventStore.create(database_url) as store:
        assert store.head().position == 0


def raw_connection_to_empty(url: str) -> sqlite3.Connection | psycopg.Connection:
    """Make the place itself, without anything in it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).touch()
        return sqlite3.connect(str(parsed.database))
    connection = psycopg.connect(pg.driver_dsn(url), autocommit=True)
    connection.execute(f'CREATE SCHEMA "{parsed.query["schema"]}"')
    return connection


def test_another_programs_database_is_left_alone(database_url: str) -> None:
    """Neither opened nor founded in; its table is still the only one afterwards."""
    with raw_connection_to_empty(database_url) as connection:
        if isinstance(connection, psycopg.Connection):
            connection.execute(f"SET search_path TO {make_url(database_url).query['schema']}")
        connection.execute("CREATE TABLE invoices (number integer)")
    connection.close()
    for use in (EventStore.open, EventStore.create):
        with pytest.raises(NotALedger, match="another program"):
            use(database_url)
    with raw_connection(database_url) as connection:
        connection.execute("SELECT * FROM invoices")
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            connection.execute("SELECT * FROM events")


def test_a_newer_format_is_refused(database_url: str) -> None:
    """A ledger of a later release is named with its format, and not read."""
    with EventStore.create(database_url):
        pass
    with raw_connection(database_url) as owner:
        names = (
            "ledger_format_update_refused"
            if database_url.startswith("sqlite")
            else "ledger_format_refused ON ledger_format"
        )
        owner.execute(f"DROP TRIGGER {names}")
        owner.execute("UPDATE ledger_format SET format = 2")
    with pytest.raises(FormatTooNew, match="format 2"):
        EventStore.open(database_url)


def test_a_head_that_contradicts_the_log_is_damage(store: EventStore, database_url: str) -> None:
    """Head and last event are written together; found apart, the ledger is not opened."""
    store.append(command(new_stream(), 1, 2))
    with raw_connection(database_url) as owner:
        names = (
            ("heads_update_refused",)
            if database_url.startswith("sqlite")
            else ("heads_forward ON heads",)
        )
        for name in names:
            owner.execute(f"DROP TRIGGER {name}")
        owner.execute("UPDATE heads SET position = 1")
    with pytest.raises(LedgerDamaged, match="head says position 1, its last event 2"):
        EventStore.open(database_url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.sqlite3?cache=shared",
        "mysql://host/x",
        "nonsense",
        "",
        "postgresql+psycopg:///x?schema=Kaltara",
        "postgresql+psycopg:///x?schema=a;b",
        f"postgresql+psycopg:///x?schema={'a' * 55}",
    ],
)
def test_an_address_that_names_no_place_is_misuse(url: str) -> None:
    """Told with the form of a good one, and exit status 2."""
    with pytest.raises(BadLedgerUrl) as refused:
        EventStore.open(url)
    assert refused.value.exit_status == 2
    assert refused.value.next_step


def test_a_file_that_is_no_database(sqlite_url: str) -> None:
    """A workbook, a text, anything: refused before SQLite touches it, and left as it was."""
    path = Path(str(make_url(sqlite_url).database))
    path.write_bytes(b"PK\x03\x04 a workbook, not a ledger")
    for use in (EventStore.open, EventStore.create):
        with pytest.raises(NotALedger, match="not a database"):
            use(sqlite_url)
    assert path.read_bytes() == b"PK\x03\x04 a workbook, not a ledger"


@pytest.mark.parametrize("keep", [0.9, 0.5, 0.1])
def test_a_truncated_file_is_damage(sqlite_url: str, keep: float) -> None:
    """A file cut off is told as damage, and never opened as a shorter ledger."""
    with EventStore.create(sqlite_url) as store:
        store.append_many(command(new_stream(), 1) for _ in range(2_000))
    path = Path(str(make_url(sqlite_url).database))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(LedgerDamaged):
        EventStore.open(sqlite_url)


def test_garbage_behind_the_header_is_damage(sqlite_url: str) -> None:
    """A file that only begins like a database is told as no database or as damage."""
    path = Path(str(make_url(sqlite_url).database))
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5_000)
    with pytest.raises((NotALedger, LedgerDamaged)):
        EventStore.open(sqlite_url)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """Founding where no folder is says which file and what to do."""
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        EventStore.create(f"sqlite:///{tmp_path}/none/ledger.sqlite3")


def test_a_file_opened_to_read_refuses_to_write(sqlite_url: str) -> None:
    """mode=ro reads everything and appends nothing."""
    with EventStore.create(sqlite_url) as store:
        store.append(command(new_stream(), 1))
    with EventStore.open(f"{sqlite_url}?mode=ro") as store:
        assert len(list(store.read())) == 1
        with pytest.raises(LedgerReadOnly):
            store.append(command(new_stream(), 1))
    with pytest.raises(LedgerReadOnly):
        EventStore.create(f"{sqlite_url}.new?mode=ro")
    assert check_ledger(sqlite_url) == 1


def test_a_ledger_moved_away_does_not_come_back_empty(sqlite_url: str) -> None:
    """A store whose file was moved under it says so, and makes no empty file in its place."""
    with EventStore.create(sqlite_url) as store:
        path = Path(str(make_url(sqlite_url).database))
        store.close()
        path.rename(f"{path}.moved")
        with pytest.raises(StoreUnavailable):
            store.append(command(new_stream(), 1))
    assert not path.exists()


def test_a_locked_ledger_is_told(database_url: str) -> None:
    """Who waits longer than agreed for another program is told that, and nothing was stored."""
    with EventStore.create(database_url, wait_milliseconds=50) as store:
        with raw_connection(database_url) as other:
            if store.dialect == "sqlite":
                other.execute("BEGIN IMMEDIATE")
            else:
                other.execute("BEGIN")
                other.execute("SELECT * FROM heads FOR UPDATE")
            with pytest.raises(LedgerLocked, match="nothing was stored"):
                store.append(command(new_stream(), 1))
            assert store.head().position == 0
            other.execute("ROLLBACK")
        assert store.append(command(new_stream(), 1)).first_position == 1


def test_a_ledger_file_is_its_owners_and_marked(sqlite_url: str) -> None:
    """Mode 0600, the application id of ours, write-ahead log, full synchronisation."""
    with EventStore.create(sqlite_url) as store, store.reading() as connection:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    path = Path(str(make_url(sqlite_url).database))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert rows(sqlite_url, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert rows(sqlite_url, "PRAGMA journal_mode") == [("wal",)]
    assert synchronous == 2


def test_postgresql_never_acknowledges_before_the_disk(postgresql_url: str) -> None:
    """A server or login that switched synchronous_commit off gets it on again for the ledger."""
    url = make_url(postgresql_url).update_query_dict({"options": "-csynchronous_commit=off"})
    with (
        EventStore.create(url.render_as_string(hide_password=False)) as store,
        store.reading() as connection,
    ):
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        assert connection.exec_driver_sql("SHOW TimeZone").scalar_one() == "UTC"


def test_a_server_that_only_reads(postgresql_url: str) -> None:
    """A standby, or a login set to read only: appending is refused as on a read-only file."""
    with EventStore.create(postgresql_url) as store:
        store.append(command(new_stream(), 1))
    url = make_url(postgresql_url).update_query_dict(
        {"options": "-cdefault_transaction_read_only=on"}
    )
    with EventStore.open(url.render_as_string(hide_password=False)) as store:
        assert len(list(store.read())) == 1
        with pytest.raises(LedgerReadOnly):
            store.append(command(new_stream(), 1))


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer is told with its address."""
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        EventStore.open(f"postgresql+psycopg://x@/x?host={tmp_path}&schema=a")


def test_a_role_left_by_an_earlier_ledger_of_that_name_is_taken(postgresql_url: str) -> None:
    """Schema dropped, role still there: the new ledger grants to it and uses it."""
    schema = make_url(postgresql_url).query["schema"]
    with raw_connection(postgresql_url) as owner:
        owner.execute(f'CREATE ROLE "{schema}_app" NOLOGIN')
    with EventStore.create(postgresql_url) as store:
        assert store.rights == "role"
        store.append(command(new_stream(), 1))
    assert check_ledger(postgresql_url) == 1
