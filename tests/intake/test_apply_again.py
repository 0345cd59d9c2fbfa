"""An import that is not alone, or not finished: nothing is half-stored, doubled or lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Connection

from api.intake import apply, importing, spool
from api.intake.report import ImportReport
from api.intake.spool import SpoolFailed
from ledger.application import Ledger
from ledger.commands.erasure import place_hold
from ledger.errors import LedgerError
from ledger.storage.append import STEPS
from ledger.storage.store_errors import StoreError
from tests.builders import Desk, Row, about, of_book, of_unit
from tests.clocks import SteppingClock
from tests.intake.test_apply import correct, counts
from tests.store.checker import check_ledger

PEOPLE = range(1, 9)
ROWS = [
    of_book("position_ref"),
    *(about(who, "registered") for who in PEOPLE),
    *(about(who, "position", unit=f"Dinas - Bidang {who % 3}") for who in PEOPLE),
    *(about(who, "competency", hours=who, key=f"k{who}") for who in PEOPLE),
    *(correct(who, f"k{who}", about(who, "competency", hours=40)) for who in (2, 4)),
    *(about(who, "annul", target=f"k{who}") for who in (3, 5)),
]


class Broken(Exception):
    """The process ends here."""


@contextmanager
def hooked(one: Desk, hook: Callable[[str, bool, Connection], None] | None) -> Iterator[None]:
    """Tell a function of each step of each transaction of this ledger's store."""
    appender: Any = one.ledger.store._appender
    before, appender._hook = appender._hook, hook
    try:
        yield
    finally:
        appender._hook = before


@contextmanager
def colleague(one: Desk) -> Iterator[Desk]:
    """The same ledger opened by another process."""
    ledger = Ledger.open(one.url, keys=one.folder / "keys", clock=SteppingClock())
    folder = one.folder / "colleague"
    folder.mkdir(exist_ok=True)
    try:
        yield Desk(ledger, folder, one.url)
    finally:
        ledger.close()


def once(do: Callable[[], object], step: str, *, done: bool) -> Callable[..., None]:
    """A hook that does something the first time a step is reached."""
    left = [do]

    def hook(at: str, over: bool, _connection: Connection) -> None:
        if (at, over) == (step, done) and left:
            left.pop()()

    return hook


def facts_of(one: Desk) -> dict[int, Counter[str]]:
    """How many facts of each kind stand about each person."""
    found = {}
    for who in PEOPLE:
        history = one.facts(who)
        found[who] = Counter({kind: len(facts) for kind, facts in history.facts.items()})
    return found


def whole(one: Desk) -> dict[int, Counter[str]]:
    """What stands when everything was imported."""
    both = Counter({"registered": 1, "position": 1, "competency": 1})
    return {who: Counter(both) - Counter({"competency": who in (3, 5)}) for who in PEOPLE}


# --------------------------------------------------------------------------------------- two at
# once


@pytest.fixture
def no_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others write as a server does: without waiting for an import to end."""
    monkeypatch.setattr(importing, "alone", nullcontext)


def both(first: Desk, second: Desk, rows: Callable[[int], list[Row]]) -> list[ImportReport]:
    """Two imports at the same time, of the rows of number 1 and 2; their reports in that order."""
    reports: dict[int, ImportReport] = {}

    def send(number: int, one: Desk) -> None:
        reports[number] = one.send(*rows(number))

    threads = [Thread(target=send, args=pair) for pair in ((1, first), (2, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [reports[1], reports[2]]


def test_two_imports_found_nobody_twice(anywhere: Desk) -> None:
    """They take turns: what one of them founds, people, units and references, the other finds."""
    with colleague(anywhere) as other:
        found = both(anywhere, other, lambda _: ROWS)
    assert sorted((counts(one) for one in found), key=len) == [
        {"same": len(ROWS)},
        {"new": len(ROWS) - 4, "corrects": 4},
    ]
    assert len(list(anywhere.ledger.registered())) == len(PEOPLE)
    assert anywhere.ledger.index.contested() == []
    assert facts_of(anywhere) == whole(anywhere)


def test_a_turn_is_given_back_when_an_import_breaks(here: Desk) -> None:
    """The next one does not wait for one that is no more."""
    with hooked(here, once(broken, "begin", done=False)), pytest.raises((Broken, StoreError)):
        here.send(about(1, "registered"))
    assert counts(here.send(about(1, "registered"))) == {"new": 1}


@pytest.mark.usefixtures("no_turns")
def test_a_fact_recorded_meanwhile_by_somebody_else_is_read_again(anywhere: Desk) -> None:
    """The store refuses the version, the row is decided anew: new facts go in after the other's."""
    anywhere.send(about(1, "registered"), about(2, "registered"))
    with colleague(anywhere) as other:
        meanwhile = once(lambda: other.send(about(1, "qualification")), "begin", done=False)
        with hooked(anywhere, meanwhile):
            report = anywhere.send(about(1, "golongan"), about(1, "leave"), about(2, "golongan"))
    assert counts(report) == {"new": 3}
    topics = [event.topic for event in anywhere.events(1)]
    assert sorted(topics[1:]) == [
        "employee.golongan/1",
        "employee.leave/1",
        "employee.qualification/1",
    ]


@pytest.mark.usefixtures("no_turns")
def test_the_same_fact_recorded_meanwhile_is_the_same(anywhere: Desk) -> None:
    """Two imports of one file at once: each row counts once, and neither is refused."""
    anywhere.send(about(1, "registered"))
    row = about(1, "golongan")
    with colleague(anywhere) as other:
        theirs: list[ImportReport] = []
        meanwhile = once(lambda: theirs.append(other.send(row)), "begin", done=False)
        with hooked(anywhere, meanwhile):
            mine = anywhere.send(row)
    assert (counts(mine), counts(theirs[0])) == ({"same": 1}, {"new": 1})
    assert len(anywhere.events(1)) == 2


@pytest.mark.usefixtures("no_turns")
def test_a_fact_corrected_meanwhile_is_refused_by_its_place(here: Desk) -> None:
    """Who names the event he saw learns that it was replaced; nothing is overwritten unseen."""
    here.send(about(1, "registered"), about(1, "golongan", key="g"))
    seen = here.events(1)[-1].id
    theirs = correct(1, "g", about(1, "golongan", on="2021-05-01"))
    mine = correct(1, seen, about(1, "golongan", on="2021-06-01"))
    with colleague(here) as other:
        with hooked(here, once(lambda: other.send(theirs), "begin", done=False)):
            report = here.send(mine)
    assert [one["code"] for one in report.refused] == ["FACT_ALREADY_REPLACED"]
    assert counts(report) == {"refused": 1}


def test_somebody_who_writes_every_time_does_not_block_for_ever(here: Desk) -> None:
    """After some attempts the row is refused with what to do; the others are stored."""
    here.send(about(1, "registered"), about(2, "registered"))
    with colleague(here) as other:
        stream, number = here.stream(1), iter(range(100))

        def always(at: str, over: bool, _connection: Connection) -> None:
            if (at, over) == ("begin", False):
                ident = f"P-{next(number)}"
                place_hold(other.ledger, stream, ident=ident, ground="perkara", actor="lain")

        with hooked(here, always):
            report = here.send(about(1, "golongan"), about(2, "golongan"))
    assert counts(report) == {"new": 1, "refused": 1}
    assert report.refused[0]["code"] == "VERSION_CONFLICT"
    assert here.facts(2).known("golongan")
    assert counts(here.send(about(1, "golongan"), about(2, "golongan"))) == {"new": 1, "same": 1}


@pytest.mark.usefixtures("no_turns")
def test_two_imports_end_at_the_same_time(anywhere: Desk) -> None:
    """What both stored is reported as stored, although both note their end in one stream."""
    anywhere.send(about(1, "registered"), about(2, "registered"))
    with colleague(anywhere) as other:
        found = both(
            anywhere,
            other,
            lambda who: [about(who, "activity", planned=number) for number in range(60)],
        )
    assert [counts(report) for report in found] == [{"new": 60}, {"new": 60}]
    noted = list(anywhere.ledger.store.read(1, topics=("ledger.import_committed/1",)))
    assert len(noted) == 3


# ---------------------------------------------------------------------------------- broken and
# again


@pytest.mark.parametrize("at", [1, 2, 4, 6])
@pytest.mark.parametrize(("step", "done"), [("events", True), ("commit", False), ("commit", True)])
def test_a_broken_import_is_finished_by_running_it_again(
    anywhere: Desk, monkeypatch: pytest.MonkeyPatch, at: int, step: str, *, done: bool
) -> None:
    """A crash around any batch leaves whole rows; a second run adds what is missing."""
    monkeypatch.setattr(apply, "_CHUNK_ROWS", 5)
    left = [at]

    def breaking(name: str, over: bool, _connection: Connection) -> None:
        if (name, over) == (step, done):
            left[0] -= 1
            if left[0] == 0:
                raise Broken

    with hooked(anywhere, breaking), pytest.raises((Broken, StoreError)):
        anywhere.send(*ROWS)
    check_ledger(anywhere.url)
    with colleague(anywhere) as again:
        report = again.send(*ROWS)
        assert not report.refused
        assert report.conflicts == 0
        assert facts_of(again) == whole(again)
        head = again.head()
        assert counts(again.send(*ROWS)) == {"same": len(ROWS)}
        assert again.head() == head
        check_ledger(again.url)


def test_every_step_of_the_store_may_break(here: Desk) -> None:
    """A canary: the steps named here are those of the store."""
    assert {"events", "commit", "begin"} <= set(STEPS)
    with hooked(here, once(broken, "commit", done=False)), pytest.raises((Broken, LedgerError)):
        here.send(about(1, "registered"))
    assert here.ledger.index.find(about(1, "registered")["nip"]) is None


def broken() -> None:
    """The process ends here."""
    raise Broken


def test_a_strict_import_that_breaks_leaves_nothing(anywhere: Desk) -> None:
    """All of it or none of it, whatever happens on the way."""
    head = anywhere.head()
    with hooked(anywhere, once(broken, "events", done=True)), pytest.raises((Broken, StoreError)):
        anywhere.send(*ROWS, strict=True)
    assert anywhere.head() == head
    with colleague(anywhere) as again:
        assert counts(again.send(*ROWS, strict=True)) == {"new": len(ROWS) - 4, "corrects": 4}
        assert facts_of(again) == whole(again)


def test_a_crash_before_the_note_of_the_import_loses_no_row(here: Desk) -> None:
    """The note is the last event; without it all rows are there, each with its batch."""
    rows: list[Row] = [about(1, "registered"), about(1, "golongan")]
    seen: list[str] = []

    def breaking(name: str, over: bool, _connection: Connection) -> None:
        if (name, over) == ("begin", False):
            seen.append(name)
            if len(seen) == 3:  # people, the rest, the note
                raise Broken

    with hooked(here, breaking), pytest.raises((Broken, StoreError)):
        here.send(*rows)
    assert len(here.events(1)) == 2
    assert list(here.ledger.store.read(1, topics=("ledger.import_committed/1",))) == []
    assert counts(here.send(*rows)) == {"same": 2}


@pytest.mark.parametrize("statement", ["INSERT", "SELECT", "UPDATE"])
def test_a_full_temporary_folder_is_a_refusal(here: Desk, statement: str) -> None:
    """Wherever it is noticed: what was recorded is whole, and a second run finishes."""
    rows = [of_unit("BKD", "unit"), about(1, "registered"), about(1, "golongan")]

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            refuse(sql)
            return super().execute(sql, *values)

        def executemany(self, sql: str, values: Any) -> sqlite3.Cursor:
            refuse(sql)
            return super().executemany(sql, values)

    def refuse(sql: str) -> None:
        if sql.startswith(statement):
            raise sqlite3.OperationalError("database or disk is full")

    def connect(*place: Any, **options: Any) -> sqlite3.Connection:
        return Full(*place, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "sqlite3", Stand(connect))
        with pytest.raises(SpoolFailed, match="full") as caught:
            here.send(*rows)
    assert "TMPDIR" in caught.value.next_step
    assert counts(here.send(*rows)) == {"new": 3}


class Stand:
    """Stands for the module of the database in the spool, with connections of its own."""

    Error = sqlite3.Error

    def __init__(self, connect: Callable[..., sqlite3.Connection]) -> None:
        self.connect = connect
