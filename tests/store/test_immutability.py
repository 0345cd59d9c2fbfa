"""What the database itself refuses, tried with raw SQL on a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from ledger.records import Command
from ledger.storage.store import EventStore
from ledger.storage.store_errors import ChangeRefused, ErasureNotRecorded
from tests import pg
from tests.store.checker import check_ledger
from tests.store.making import command, new_event, new_stream, request
from tests.store.raw import DatabaseRefusal, raw_connection, rows

WHY = "never changed, removed or replaced"

CHANGES = [
    "UPDATE events SET payload = salt",
    "UPDATE events SET position = 9 WHERE position = 1",
    "DELETE FROM events",
    "DELETE FROM events WHERE position = 1",
    "UPDATE sealed SET ciphertext = (SELECT salt FROM events WHERE position = 1)",
    "DELETE FROM sealed",
    "UPDATE requests SET digest = key",
    "DELETE FROM requests",
    "DELETE FROM heads",
    "UPDATE heads SET position = 1",
    "UPDATE heads SET recorded_at = '2000-01-01T00:00:00.000000Z'",
    "UPDATE heads SET name = 'other'",
    "UPDATE ledger_format SET format = 9",
    "DELETE FROM ledger_format",
    "DELETE FROM erasures",
    "UPDATE erasures SET position = 1",
]


REPLACEMENTS = [
    "INSERT OR REPLACE INTO events SELECT position, stream, version, 'forged/1', effective_on,"
    " recorded_at, context, payload, salt, sealed_digest, leaf FROM events WHERE position = 1",
    "INSERT OR REPLACE INTO events SELECT 4, stream, version, 'forged/1', effective_on,"
    " recorded_at, context, payload, salt, sealed_digest, leaf FROM events WHERE position = 1",
    "INSERT OR REPLACE INTO events(rowid, stream, version, topic, recorded_at, context, payload,"
    " salt, leaf) SELECT 1, stream, 99, 'forged/1', recorded_at, context, payload, salt, leaf"
    " FROM events WHERE position = 2",
    "INSERT INTO events SELECT 9, stream, 99, topic, effective_on,"
    " recorded_at, context, payload, salt, sealed_digest, leaf FROM events WHERE position = 1",
    "INSERT INTO events SELECT NULL, stream, 99, topic, effective_on,"
    " recorded_at, context, payload, salt, sealed_digest, leaf FROM events WHERE position = 1",
    "INSERT OR IGNORE INTO events SELECT 1, stream, 99, topic, effective_on,"
    " recorded_at, context, payload, salt, sealed_digest, leaf FROM events WHERE position = 1",
    "INSERT OR REPLACE INTO sealed SELECT position, key_class, x'00' FROM sealed",
    "INSERT OR REPLACE INTO requests SELECT actor, key, x'00', 1, 1 FROM requests",
    "INSERT OR REPLACE INTO heads SELECT name, 0, NULL, x'' FROM heads",
    "INSERT INTO heads VALUES ('other', 0, NULL, x'')",
    "INSERT OR REPLACE INTO ledger_format VALUES ('asn-ledger', 9)",
    "INSERT INTO ledger_format VALUES ('other', 1)",
    "INSERT INTO erasures SELECT stream, 1 FROM events WHERE position = 1",
    "UPDATE OR REPLACE events SET position = 2 WHERE position = 1",
]

UPSERTS = [
    "INSERT INTO events SELECT * FROM events WHERE position = 1"
    " ON CONFLICT (position) DO UPDATE SET topic = 'forged/1'",
    "INSERT INTO requests SELECT * FROM requests WHERE true"
    " ON CONFLICT (actor, key) DO UPDATE SET count = 9",
    "INSERT INTO sealed SELECT * FROM sealed WHERE true"
    " ON CONFLICT (position, key_class) DO UPDATE SET position = 9",
]


@pytest.fixture
def filled_url(store: EventStore, database_url: str) -> str:
    """A ledger of three events, one sealed part, one request."""
    stream = new_stream()
    store.append(command(stream, 1, request=request()))
    store.append(Command((new_event(stream, 2, sealed=(("identity", b"x" * 40),)),)))
    store.append(command(new_stream(), 1))
    return database_url


def _everything(url: str) -> list[list[tuple[object, ...]]]:
    tables = ("events", "sealed", "requests", "heads", "ledger_format", "erasures")
    return [rows(url, f"SELECT * FROM {table} ORDER BY 1") for table in tables]


@pytest.mark.parametrize("change", [*CHANGES, *UPSERTS])
@pytest.mark.parametrize("as_application", [True, False], ids=["application", "owner"])
def test_changes_are_refused(filled_url: str, change: str, as_application: bool) -> None:
    """UPDATE, DELETE and upserts fail for the application, and for an owner with triggers."""
    before = _everything(filled_url)
    if "erasures" in change and not rows(filled_url, "SELECT * FROM erasures"):
        _erase_somebody(filled_url)
        before = _everything(filled_url)
    with (
        raw_connection(filled_url, as_application=as_application) as connection,
        pytest.raises(DatabaseRefusal) as refused,
    ):
        connection.execute(change)
    assert WHY in str(refused.value) or "permission denied" in str(refused.value)
    assert _everything(filled_url) == before


def _erase_somebody(url: str) -> None:
    erased = new_stream()
    with EventStore.open(url) as store:
        store.append(Command((new_event(erased, topic="employee.erased/1"),)))
        store.delete_sealed(erased)


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_sqlite_refuses_what_replaces(sqlite_url: str, replacement: str) -> None:
    """INSERT OR REPLACE, other positions than the next, second heads: refused, nothing changed."""
    with EventStore.create(sqlite_url) as store:
        stream = new_stream()
        store.append(command(stream, 1, request=request()))
        store.append(Command((new_event(stream, 2, sealed=(("identity", b"x" * 40),)),)))
        store.append(command(new_stream(), 1))
    before = _everything(sqlite_url)
    with raw_connection(sqlite_url) as connection:
        connection.execute("PRAGMA recursive_triggers = OFF")
        with pytest.raises(DatabaseRefusal, match=WHY):
            connection.execute(replacement)
    assert _everything(sqlite_url) == before


@pytest.mark.parametrize("as_application", [True, False], ids=["application", "owner"])
@pytest.mark.parametrize(
    "table", ["events", "sealed", "requests", "heads", "ledger_format", "erasures"]
)
def test_postgresql_refuses_truncate(postgresql_url: str, table: str, as_application: bool) -> None:
    """TRUNCATE fires no row trigger; rights and a statement trigger of its own refuse it."""
    with EventStore.create(postgresql_url) as store:
        store.append(command(new_stream(), 1, 2, request=request()))
    with (
        raw_connection(postgresql_url, as_application=as_application) as connection,
        pytest.raises(DatabaseRefusal),
    ):
        connection.execute(f"TRUNCATE {table} CASCADE")
    assert check_ledger(postgresql_url) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER events_refused ON events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "ALTER TABLE events ADD COLUMN more text",
        "DROP TABLE events",
        "CREATE TABLE beside (x int)",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN END'",
        "SET session_replication_role = replica",
        "INSERT INTO heads VALUES ('other', 0, NULL, '')",
        "INSERT INTO ledger_format VALUES ('other', 1)",
        "INSERT INTO erasures SELECT stream, position FROM events LIMIT 1",
        "UPDATE heads SET name = 'other'",
    ],
)
def test_the_postgresql_role_may_only_add(postgresql_url: str, statement: str) -> None:
    """The application's role owns nothing: it cannot touch triggers, tables, heads or rights."""
    with EventStore.create(postgresql_url) as store:
        store.append(command(new_stream(), 1))
        assert store.rights == "role"
    with (
        raw_connection(postgresql_url, as_application=True) as connection,
        pytest.raises(DatabaseRefusal, match=r"permission denied|must be owner"),
    ):
        connection.execute(statement)
    assert check_ledger(postgresql_url) == 1


def test_sealed_parts_go_only_after_the_erasure_is_recorded(
    store: EventStore, database_url: str
) -> None:
    """Deleting needs the event that orders it, deletes that stream's parts alone, and repeats."""
    erased, other = new_stream(), new_stream()
    parts = (("identity", b"x" * 40), ("restricted", b"y" * 40))
    for stream in (erased, other):
        store.append(Command((new_event(stream, 1, sealed=parts),)))
    with pytest.raises(ErasureNotRecorded, match="no erasure"):
        store.delete_sealed(erased)
    assert sorted(store.sealed([1, 2])) == [1, 2]
    store.append(Command((new_event(erased, 2, topic="employee.erased/1"),)))
    assert store.delete_sealed(erased) == 2
    assert store.delete_sealed(erased) == 0
    assert store.sealed([1, 2]) == {2: parts}
    with (
        raw_connection(database_url) as connection,
        pytest.raises(DatabaseRefusal, match=WHY),
    ):
        connection.execute("DELETE FROM sealed")
    assert store.sealed([1, 2]) == {2: parts}
    assert check_ledger(database_url) == 3


def test_a_refusal_of_the_database_is_told(store: EventStore) -> None:
    """What reaches the triggers through the store comes back as our error, with what to do."""
    store.append(command(new_stream(), 1))
    with pytest.raises(ChangeRefused) as refused, store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM events")
    assert refused.value.next_step


@pytest.fixture
def login(request: pytest.FixtureRequest, postgresql_url: str) -> Iterator[str]:
    """The URL of a fresh schema for a login that is no superuser; with the marked rights."""
    name = f"{make_url(postgresql_url).query['schema']}_login"
    database = make_url(postgresql_url).database
    with psycopg.connect(pg.driver_dsn(postgresql_url), autocommit=True) as owner:
        quoted = sql.Identifier(name)
        owner.execute(
            sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD 'secret'").format(
                quoted, sql.SQL(request.param)
            )
        )
        owner.execute(
            sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
                sql.Identifier(str(database)), quoted
            )
        )
        url = make_url(postgresql_url).set(username=name, password="secret")
        yield url.render_as_string(hide_password=False)
        pg.drop_schema(str(url.query["schema"]))
        owner.execute(sql.SQL("DROP OWNED BY {}").format(quoted))
        owner.execute(sql.SQL("DROP ROLE {}").format(quoted))


@pytest.mark.parametrize(
    ("login", "rights"),
    [("CREATEROLE", "role"), ("NOCREATEROLE", "triggers only")],
    indirect=["login"],
)
def test_rights_follow_what_the_login_may(login: str, rights: str) -> None:
    """A login that may create roles gets one for the application; else triggers hold."""
    with EventStore.create(login) as store:
        assert store.rights == rights
        store.append(command(new_stream(), 1))
        with pytest.raises(ChangeRefused), store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM events")
    with EventStore.open(login) as store:
        assert store.rights == rights
        store.append_many([command(new_stream(), 1)])
    assert check_ledger(login) == 2


def test_a_password_is_never_told(postgresql_url: str) -> None:
    """Neither the place nor an error shows the password of the address."""
    url = make_url(postgresql_url).set(username="nobody_such", password="hunter2")
    with pytest.raises(Exception, match="nobody_such") as refused:
        EventStore.open(url.render_as_string(hide_password=False))
    assert "hunter2" not in str(refused.value)
