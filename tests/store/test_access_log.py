"""The access log on both databases: what is kept, once, in order, and by several at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from ledger.access import access_entry, access_store
from ledger.access.access_entry import AccessHead, Entry, Look, LookKind, first_link, next_link
from ledger.access.access_log import AccessLog, committed_head
from ledger.access.access_store import AccessStore, OtherAccessLog, Wanted
from ledger.application import Ledger
from ledger.storage.backend import ConnectionLost
from ledger.storage.store_errors import StoreError, StoreUnavailable
from ledger.verifying.whole import Wish, verify
from ledger.vocabulary_agency import ReadingPurpose
from tests import pg
from tests.builders import FOUNDING
from tests.clocks import START, SteppingClock
from tests.keys import stream

QUESTION = {"what": "score"}
AUDIT = ReadingPurpose.AUDIT


@pytest.fixture
def ledger(database_url: str, tmp_path: Path, clock: SteppingClock) -> Iterator[Ledger]:
    """An empty ledger."""
    made = Ledger.found(
        database_url, FOUNDING, keys=tmp_path / "keys", actor="pendiri", clock=clock
    )
    yield made
    made.close()


@contextmanager
def log_of(ledger: Ledger, clock: SteppingClock | None = None) -> Iterator[AccessLog]:
    """An access log as a process of its own has it."""
    log = AccessLog.of(ledger, clock=clock or SteppingClock())
    try:
        yield log
    finally:
        log.close()


def look(person: int, reader: str = "acc-1") -> Look:
    """A look at a person."""
    return access_entry.of_person(reader, AUDIT, stream(person), QUESTION)


def kept(log: AccessLog, wanted: Wanted | None = None) -> list[Entry]:
    """What the log holds."""
    return list(log.entries(wanted or Wanted()))


def check_chain(log: AccessLog, origin: str) -> None:
    """Numbers without gaps, instants that rise, each link after the one before."""
    link, before = first_link(origin), None
    for number, one in enumerate(kept(log), start=1):
        link = next_link(link, one)
        assert (one.number, one.link) == (number, link)
        assert before is None or before < one.at
        before = one.at
    assert log.head() == AccessHead(len(kept(log)), link)


def test_there_is_no_access_log_before_the_first_look(ledger: Ledger) -> None:
    """Opening it makes it; it is empty and begins with the ledger's own origin."""
    assert committed_head(ledger) is None
    with log_of(ledger) as log:
        assert kept(log) == []
        assert committed_head(ledger) == AccessHead(0, first_link(ledger.origin))


def test_a_look_is_kept_once_in_a_quarter_of_an_hour(ledger: Ledger) -> None:
    """By reader, person and purpose; again in the next quarter; whichever process kept it."""
    clock = SteppingClock(START)
    with log_of(ledger, clock) as log, log_of(ledger, clock) as elsewhere:
        log.record(look(1), look(1), look(2))
        log.record(look(1))
        elsewhere.record(look(1), look(1, "acc-2"))
        log.record(access_entry.of_person("acc-1", ReadingPurpose.CASE, stream(1), QUESTION))
        assert [(one.reader, one.purpose) for one in kept(log)] == [
            ("acc-1", "audit"),
            ("acc-1", "audit"),
            ("acc-2", "audit"),
            ("acc-1", "case"),
        ]
        clock.now = START + timedelta(minutes=15)
        log.record(look(1))
        assert len(kept(log)) == 5
        check_chain(log, ledger.origin)


def test_a_repeated_look_asks_no_database(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written is remembered until the quarter ends."""
    with log_of(ledger) as log, monkeypatch.context() as broken:
        log.record(look(1))
        broken.setattr(log.store, "append", None)
        log.record(look(1))
        with pytest.raises(TypeError):
            log.record(look(2))


def test_several_threads_and_processes_keep_one_chain(ledger: Ledger) -> None:
    """Every look of each is there once, in one chain that the verifier reads."""
    with log_of(ledger) as one, log_of(ledger) as other:

        def work(number: int) -> None:
            log = one if number % 2 else other
            for person in range(20):
                log.record(look(person + 1, f"acc-{number // 2}"))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))
        assert len({(entry.reader, entry.subject) for entry in kept(one)}) == 60
        assert len(kept(one)) == 60
        check_chain(one, ledger.origin)
    verified = verify(Wish(url_of(ledger)))
    assert (verified.looks, dict(verified.findings.counts)) == (60, {})


def test_a_clock_that_goes_back_breaks_no_order(ledger: Ledger) -> None:
    """Instants rise all the same, and what was kept a moment ago is known again."""
    clock = SteppingClock(START)
    with log_of(ledger, clock) as log:
        log.record(look(1))
        clock.now = START - timedelta(hours=3)
        log.record(look(1))
        log.record(look(2))
        assert [one.subject for one in kept(log)] == [stream(1), stream(2)]
        check_chain(log, ledger.origin)


def test_who_found_nobody_is_kept_without_the_number(ledger: Ledger) -> None:
    """The same number gives the same mark, however it is written; no digit of it is in the log."""
    with log_of(ledger) as log:
        log.record_unknown("acc-1", AUDIT, "199001012020121001", QUESTION)
        log.record_unknown("acc-2", AUDIT, "19900101 202012 1 001", QUESTION)
        log.record_unknown("acc-1", AUDIT, "199001012020121002", QUESTION)
        first, second, third = kept(log)
        assert first.kind == LookKind.NOBODY.value
        assert first.question == second.question != third.question
        assert b"1990" not in first.question


def test_looks_are_found_by_whom_why_and_when(ledger: Ledger) -> None:
    """Each condition alone and all together; the limit and the number reached count."""
    clock = SteppingClock(START)
    with log_of(ledger, clock) as log:
        for number in range(1, 6):
            log.record(look(number))
        log.record(access_entry.of_set("acc-2", ReadingPurpose.REPORTING, stream(9), QUESTION))
        whole = kept(log)
        assert kept(log, Wanted(subject=stream(3))) == [whole[2]]
        assert kept(log, Wanted(reader="acc-2")) == [whole[5]]
        assert kept(log, Wanted(purpose=ReadingPurpose.REPORTING)) == [whole[5]]
        assert kept(log, Wanted(kinds=frozenset({LookKind.UNIT}))) == [whole[5]]
        assert kept(log, Wanted(since=whole[1].at, until=whole[3].at)) == whole[1:3]
        assert kept(log, Wanted(after=2, limit=2)) == whole[2:4]
        assert kept(log, Wanted(subject=stream(3), reader="acc-2")) == []


def test_what_could_not_be_kept_raises_and_is_not_remembered(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nothing is shown; when the database is back, the same look is kept."""
    with log_of(ledger) as log:
        with monkeypatch.context() as broken:
            broken.setattr(access_store, "_locked_head", _lost)
            with pytest.raises(StoreUnavailable):
                log.record(look(1))
        assert kept(log) == []
        log.record(look(1))
        assert len(kept(log)) == 1


def test_a_connection_lost_after_the_commit_keeps_the_look_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether it was stored; asking again on another connection tells."""
    lost: list[int] = []
    with log_of(ledger) as log:
        store = log.store
        append = store._append

        def once(*arguments: object) -> int:
            done = append(*arguments)  # type: ignore[arg-type]
            if not lost:
                lost.append(done)
                raise ConnectionLost("after the commit")
            return done

        monkeypatch.setattr(store, "_append", once)
        log.record(look(1))
        assert lost == [1]
        assert len(kept(log)) == 1
        check_chain(log, ledger.origin)


def test_an_access_log_of_another_ledger_is_refused(ledger: Ledger) -> None:
    """Its chain begins with another origin."""
    with log_of(ledger) as log:
        log.record(look(1))
    with pytest.raises(OtherAccessLog):
        AccessStore.beside(ledger.store.backend, "other.example/1")


def test_entries_of_a_backup_are_put_back_once(ledger: Ledger) -> None:
    """Behind what is there, if that is their beginning; another log is left as it is."""
    with log_of(ledger) as log:
        log.record(*(look(number) for number in range(1, 4)))
        whole = kept(log)
        log.store.put_back(iter(whole))
        more = whole[-1]._replace(number=4, at=whole[-1].at + timedelta(seconds=1), salt=bytes(16))
        log.store.put_back(iter([*whole, more]))
        check_chain(log, ledger.origin)
        assert len(kept(log)) == 4
        with pytest.raises(OtherAccessLog):
            log.store.put_back(iter([whole[0]._replace(reader="acc-9")]))
        assert kept(log)[:3] == whole


CHANGES = [
    "UPDATE access SET reader = 'x'",
    "UPDATE access SET number = 9 WHERE number = 1",
    "DELETE FROM access",
    "DELETE FROM access_head",
    "UPDATE access_head SET number = 0",
    "UPDATE access_head SET name = 'other'",
]
REPLACEMENTS = [
    "INSERT OR REPLACE INTO access SELECT number, at, 'x', purpose, kind, subject, question, salt,"
    " link FROM access WHERE number = 1",
    "INSERT INTO access SELECT 9, at, 'x', purpose, kind, subject, question, salt, link"
    " FROM access WHERE number = 1",
    "INSERT OR REPLACE INTO access_head SELECT name, 0, link FROM access_head",
    "INSERT INTO access_head SELECT 'other', 0, link FROM access_head",
]


@pytest.mark.parametrize("statement", [*CHANGES, *REPLACEMENTS])
def test_sqlite_refuses_to_change_what_was_kept(
    sqlite_url: str, tmp_path: Path, statement: str
) -> None:
    """With raw SQL on a connection of its own, as another program would."""
    ledger = Ledger.found(sqlite_url, FOUNDING, keys=tmp_path / "keys", actor="pendiri")
    with log_of(ledger) as log:
        log.record(look(1), look(2))
    ledger.close()
    raw = sqlite3.connect(f"{make_url(sqlite_url).database}.access")
    with pytest.raises(sqlite3.DatabaseError, match="never changed"):
        raw.execute(statement)
    raw.close()


@pytest.mark.parametrize("as_owner", [True, False])
@pytest.mark.parametrize("statement", [*CHANGES, "TRUNCATE access", "TRUNCATE access_head"])
def test_postgresql_refuses_to_change_what_was_kept(
    postgresql_url: str, tmp_path: Path, statement: str, *, as_owner: bool
) -> None:
    """The application by its rights, the owner by triggers."""
    ledger = Ledger.found(postgresql_url, FOUNDING, keys=tmp_path / "keys", actor="pendiri")
    with log_of(ledger) as log:
        log.record(look(1), look(2))
    ledger.close()
    schema = str(make_url(postgresql_url).query["schema"])
    with psycopg.connect(pg.driver_dsn(postgresql_url)) as raw:
        if not as_owner:
            raw.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(f"{schema}_app")))
        raw.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(f"{schema}_access")))
        with pytest.raises(psycopg.DatabaseError):
            raw.execute(statement)


def test_the_file_is_whose_the_ledgers_file_is(sqlite_url: str, tmp_path: Path) -> None:
    """With the same rights, and not for everybody because somebody looked."""
    ledger = Ledger.found(sqlite_url, FOUNDING, keys=tmp_path / "keys", actor="pendiri")
    database = Path(str(make_url(sqlite_url).database))
    database.chmod(0o640)
    with log_of(ledger) as log:
        log.record(look(1))
    made, own = access_store.access_file(database).stat(), database.stat()
    assert (made.st_mode, made.st_uid, made.st_gid) == (own.st_mode, own.st_uid, own.st_gid)
    ledger.close()


def test_a_file_that_is_no_access_log_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """It is left as it is, and nothing is shown."""
    ledger = Ledger.found(sqlite_url, FOUNDING, keys=tmp_path / "keys", actor="pendiri")
    path = access_store.access_file(Path(str(make_url(sqlite_url).database)))
    path.write_bytes(b"not a database")
    with pytest.raises(StoreError):
        AccessLog.of(ledger)
    assert path.read_bytes() == b"not a database"
    ledger.close()


def test_a_question_of_many_is_another_look_on_another_day(ledger: Ledger) -> None:
    """The same question again in a quarter is one entry."""
    asked = access_entry.of_set("acc-1", AUDIT, None, {"as_of": "2022-12-31", "position": 7})
    with log_of(ledger) as log:
        log.record(asked, asked, replace(asked, question={"as_of": "2023-12-31", "position": 7}))
        log.record(asked)
        assert [one.kind for one in kept(log)] == [LookKind.ALL.value] * 2


def url_of(ledger: Ledger) -> str:
    """The address of an open ledger."""
    url = ledger.store.engine.url
    schema = getattr(ledger.store.backend, "schema", None)
    if schema is not None:
        url = url.update_query_dict({"schema": schema})
    return url.render_as_string(hide_password=False)


def _lost(*_: object) -> AccessHead:
    raise ConnectionLost("gone")
