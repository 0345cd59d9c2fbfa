"""Backup and restore: every byte, both databases, erasures, crashes, and what was lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, text

from ledger.commands import erasure
from ledger.copies import backup as backups
from ledger.copies import restore
from ledger.copies.archive import Archive, FileExists
from ledger.copies.archive_lines import ArchiveRefused
from ledger.copies.archive_walk import walk_of
from ledger.copies.backup import backup
from ledger.copies.restore import check_backup
from ledger.storage.store import EventStore, backend_of
from ledger.storage.store_errors import ChangeRefused, LedgerExists, LedgerNotFounded, NotALedger
from ledger.storage.tables import metadata
from tests.archives import members
from tests.builders import Desk, desk
from tests.bundles.conftest import fill, make_files
from tests.store.making import command, new_stream, request

DERIVED = {"tiles"}


def put_back(path: Path, url: str, *, erased: Any = ()) -> None:
    """Restore, without what the command line does around it."""
    backend = backend_of(url, wait_milliseconds=1_000)
    try:
        with Archive.open(path) as archive:
            restore.restore(archive, backend, check_backup(archive), erased=erased)
    finally:
        backend.engine.dispose()


def rows(store: EventStore) -> dict[str, list[tuple[Any, ...]]]:
    """Everything recorded, table by table, as both databases give it."""
    with store.reading() as connection:
        return {
            name: sorted([tuple(row) for row in connection.execute(select(table))], key=repr)
            for name, table in metadata.tables.items()
            if name not in DERIVED
        }


@pytest.fixture
def other_url(database_url: str, request: pytest.FixtureRequest) -> str:
    """A place on the other database."""
    name = "postgresql_url" if database_url.startswith("sqlite") else "sqlite_url"
    return str(request.getfixturevalue(name))


def test_a_backup_comes_back_identical_on_the_other_database(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    """Every row of every table is the same, and a backup of the copy is the same file."""
    with desk(database_url, tmp_path) as one:
        fill(one)
        made = make_files(one, tmp_path)
        put_back(made.backup, other_url)
        with EventStore.open(other_url) as copy:
            assert rows(copy) == rows(one.ledger.store)
            backup(copy, tmp_path / "again.zip")
            outcome = copy.append(command(new_stream()))
            assert outcome.first_position == one.head() + 1
    assert (tmp_path / "again.zip").read_bytes() == made.backup.read_bytes()
    assert not any(b"keys" in name.encode() for name in members(made.backup))


def test_a_restored_ledger_refuses_changes(database_url: str, made: Any) -> None:
    """Its guards are there: what was recorded is not changed by whoever has a connection."""
    put_back(made.backup, database_url)
    with EventStore.open(database_url) as copy:
        for statement in ("UPDATE events SET topic = 'x.y/1'", "DELETE FROM sealed"):
            with pytest.raises(ChangeRefused), copy.writing() as connection:
                connection.execute(text(statement))
        assert copy.head().position == made.desk.head()


def test_a_backup_of_a_live_ledger_is_one_state(database_url: str, tmp_path: Path) -> None:
    """While others append without a pause, each backup is whole and a beginning of the next."""
    done = Event()
    with desk(database_url, tmp_path) as one:
        store = one.ledger.store

        def write() -> None:
            while not done.is_set():
                store.append(command(new_stream()))

        writer = Thread(target=write)
        writer.start()
        try:
            for number in range(4):
                backup(store, tmp_path / f"{number}.zip")
        finally:
            done.set()
            writer.join()
        sizes, roots = [], []
        for number in range(4):
            with Archive.open(tmp_path / f"{number}.zip") as archive:
                checked = check_backup(archive)
                sizes.append(checked.size)
                roots.append(checked.root)
        with Archive.open(tmp_path / "3.zip") as archive:
            walk = walk_of(archive, whole=True, marks=sizes)
            assert sum(1 for _ in walk) == sizes[3]
    assert sizes == sorted(set(sizes))
    assert [walk.roots[size] for size in sizes] == roots


def test_nothing_is_written_over(made: Any, tmp_path: Path) -> None:
    """Neither a file by a backup, nor a ledger or another program's file by a restore."""
    taken = tmp_path / "taken.zip"
    taken.write_bytes(b"mine")
    with pytest.raises(FileExists):
        backup(made.desk.ledger.store, taken)
    assert taken.read_bytes() == b"mine"
    with pytest.raises(LedgerExists):
        put_back(made.backup, made.desk.url)
    with pytest.raises(NotALedger):
        put_back(made.backup, f"sqlite:///{taken}")
    assert taken.read_bytes() == b"mine"


def test_a_backup_that_breaks_off_leaves_no_file(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What looks whole is whole; the next attempt finds no remainder in its way."""

    def broken(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backups, "_rest", broken)
        with pytest.raises(OSError, match="No space"):
            backup(made.desk.ledger.store, tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "b.zip.part").write_bytes(b"left by a crash")
    backup(made.desk.ledger.store, tmp_path / "b.zip")
    assert [one.name for one in tmp_path.iterdir()] == ["b.zip"]


@pytest.mark.parametrize("step", ["insert_events", "_insert_rest"])
def test_a_restore_that_breaks_off_founds_nothing(
    database_url: str, made: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """After a crash at any step no ledger is there, and restoring again succeeds."""
    real: Callable[..., None] = getattr(restore, step)

    def broken(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(restore, step, broken)
        with pytest.raises(KeyboardInterrupt):
            put_back(made.backup, database_url)
    with pytest.raises(LedgerNotFounded):
        EventStore.open(database_url)
    put_back(made.backup, database_url)
    with EventStore.open(database_url) as copy:
        assert copy.head() == made.desk.ledger.store.head()


def erased_desk(one: Desk, folder: Path, *, before: bool) -> Path:
    """A backup, with the erasure of person 1 recorded before or after it was made."""
    fill(one)
    if before:
        erasure.erase(one.ledger, one.stream(1), ground="UU 27/2022 Pasal 43", actor="tester")
    backup(one.ledger.store, folder / "b.zip")
    if not before:
        erasure.erase(one.ledger, one.stream(1), ground="UU 27/2022 Pasal 43", actor="tester")
    return folder / "b.zip"


@pytest.mark.parametrize("before", [True, False])
def test_sealed_parts_of_an_erased_person_do_not_come_back(
    database_url: str, other_url: str, tmp_path: Path, before: bool
) -> None:
    """Whether the backup knows of the erasure or only the key folder does."""
    with desk(database_url, tmp_path) as one:
        path = erased_desk(one, tmp_path, before=before)
        person = next(
            event.originator_id
            for event in one.ledger.store.read(1)
            if event.topic == "employee.registered/1"
        )
        put_back(path, other_url, erased=one.ledger.keyring.erased())
    with EventStore.open(other_url) as copy:
        positions = [event.id for event in copy.stream(person)]
        assert positions
        assert copy.sealed(positions) == {}
        others = [event.id for event in copy.read(1) if event.originator_id != person]
        assert copy.sealed(others)


def test_a_ledger_changed_by_hand_is_not_backed_up(tmp_path: Path, sqlite_url: str) -> None:
    """An event that is not what its leaf says stops the backup, naming the position."""
    with desk(sqlite_url, tmp_path) as one:
        fill(one)
        with one.ledger.store.writing() as connection:
            connection.execute(text("DROP TRIGGER events_update_refused"))
            connection.execute(text("UPDATE events SET topic = 'employee.x/1' WHERE position = 9"))
        with pytest.raises(ArchiveRefused, match="Position 9"):
            backup(one.ledger.store, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_requests_answered_before_are_answered_after(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    """A command repeated after a restore is recognised, and adds nothing."""
    asked = [command(new_stream(), request=request(key)) for key in range(1, 6)]
    with desk(database_url, tmp_path) as one:
        for each in asked:
            one.ledger.store.append(each)
        backup(one.ledger.store, tmp_path / "b.zip")
        head = one.head()
    put_back(tmp_path / "b.zip", other_url)
    with EventStore.open(other_url) as copy:
        assert all(copy.append(each).repeated for each in asked)
        assert copy.head().position == head
