"""Commands: once for their key, after the version that they name, or only to see what they do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from api import desk as desks
from api import recording
from api.http.commanding import Done, Sent, SentAfter, expected, keyed, responded, run, told
from api.http.problems import VersionNeeded
from api.intake import single
from ledger.errors import Misuse
from ledger.storage.conditions import VersionStale
from ledger.storage.store_errors import RequestReused
from tests.builders import Desk, Row, about, desk
from tests.persons import nip

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A ledger with one person, on SQLite and on PostgreSQL."""
    with desk(database_url, tmp_path) as opened:
        opened.send(about(1, "registered"))
        yield opened


def send(
    here: Desk, sent: Sent, row: Row, *, actor: str = "ani", propose: bool = False
) -> Done[Any]:
    """One fact about person 1, sent as a command."""
    line = single.line_of(row)
    who = here.ledger.index.find(nip(1))

    def do() -> object:
        if propose:
            return recording.propose(here.ledger, line, actor=actor, at=AT, today=TODAY)
        return recording.record(here.ledger, line, actor=actor, at=AT, today=TODAY)

    at_desk = desks.Desk(here.ledger, clock=lambda: AT)
    return run(at_desk, sent, do, actor=actor, said={"line": line.decode()}, about=who)


def version(here: Desk) -> int:
    """The version of person 1."""
    who = here.ledger.index.find(nip(1))
    assert who is not None
    return here.ledger.store.version_of(who)


def after(*versions: int, key: str | None = None, dry: bool = False) -> SentAfter:
    """Sent with If-Match."""
    return SentAfter(frozenset(versions), key, dry)


def together(*calls: Callable[[], object]) -> list[object]:
    """All at once, each in a thread; what each gave or raised."""
    gate, found = threading.Barrier(len(calls)), [object()] * len(calls)

    def one(at: int) -> None:
        gate.wait()
        try:
            found[at] = calls[at]()
        except Exception as fault:
            found[at] = fault

    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_command_says_where_it_lies(anywhere: Desk) -> None:
    """Positions and versions of what was recorded; 201."""
    done = send(anywhere, after(version(anywhere)), about(1, "golongan"))
    at_desk = desks.Desk(anywhere.ledger, clock=lambda: AT)
    said = told(at_desk, done)
    assert [one["version"] for one in said["recorded"]] == [version(anywhere)]
    assert (said["dry_run"], said["proposal"]) == (False, None)
    assert responded(at_desk, done).status_code == 201


def test_a_stale_version_is_refused(anywhere: Desk) -> None:
    """Nothing is recorded, and the version that it is at is told."""
    at, head = version(anywhere), anywhere.ledger.store.head().position
    for named in (at - 1, at + 1):
        with pytest.raises(VersionStale) as refused:
            send(anywhere, after(named), about(1, "golongan"))
        assert refused.value.details["found"] == at
    assert anywhere.ledger.store.head().position == head


def test_of_two_who_name_one_version_one_is_stored(anywhere: Desk) -> None:
    """Two facts that would both be welcome, decided on the same version at once."""
    at = version(anywhere)
    found = together(
        lambda: send(anywhere, after(at), about(1, "golongan")),
        lambda: send(anywhere, after(at), about(1, "qualification")),
    )
    assert sorted(type(one).__name__ for one in found) == ["Done", "VersionStale"]
    assert version(anywhere) == at + 1


def test_the_same_command_under_its_key_is_answered_alike(anywhere: Desk) -> None:
    """The same bytes, nothing added, whatever its version is by then; keys are per actor."""
    at_desk = desks.Desk(anywhere.ledger, clock=lambda: AT)
    at = version(anywhere)
    first = responded(at_desk, send(anywhere, after(at, key="k1"), about(1, "golongan")))
    again = responded(at_desk, send(anywhere, after(at, key="k1"), about(1, "golongan")))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.body == again.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert version(anywhere) == at + 1
    other = send(anywhere, after(at + 1, key="k1"), about(1, "qualification"), actor="budi")
    assert not other.repeated


def test_another_command_under_a_key_is_refused(anywhere: Desk) -> None:
    """Nothing of it is recorded."""
    at = version(anywhere)
    send(anywhere, after(at, key="k1"), about(1, "golongan"))
    with pytest.raises(RequestReused):
        send(anywhere, after(at + 1, key="k1"), about(1, "qualification"))
    assert version(anywhere) == at + 1


def test_a_command_that_adds_nothing_keeps_its_key(anywhere: Desk) -> None:
    """What is on record already is answered with 200, and its key is used up."""
    at_desk = desks.Desk(anywhere.ledger, clock=lambda: AT)
    send(anywhere, after(version(anywhere)), about(1, "golongan"))
    at = version(anywhere)
    same = send(anywhere, after(at, key="k2"), about(1, "golongan"))
    again = send(anywhere, after(at, key="k2"), about(1, "golongan"))
    assert responded(at_desk, same).status_code == 200
    assert responded(at_desk, same).body == responded(at_desk, again).body
    with pytest.raises(RequestReused):
        send(anywhere, after(at, key="k2"), about(1, "qualification"))


@pytest.mark.parametrize("propose", [False, True])
def test_one_key_sent_at_once_is_stored_once(anywhere: Desk, propose: bool) -> None:
    """Four times the same command at once: one event, four answers alike."""
    at_desk, head = desks.Desk(anywhere.ledger, clock=lambda: AT), anywhere.ledger.store.head()
    sent = after(version(anywhere), key="k3")
    row = about(1, "golongan")
    found = together(*(lambda: send(anywhere, sent, row, propose=propose),) * 4)
    assert all(isinstance(one, Done) for one in found), found
    assert len({responded(at_desk, one).body for one in found if isinstance(one, Done)}) == 1
    assert anywhere.ledger.store.head().position == head.position + 1


def test_a_dry_run_stops_where_it_would_append(anywhere: Desk) -> None:
    """It says which events, refuses what the command would refuse, records nothing, uses no key."""
    at_desk, head = desks.Desk(anywhere.ledger, clock=lambda: AT), anywhere.ledger.store.head()
    done = send(anywhere, after(version(anywhere), key="k4", dry=True), about(1, "golongan"))
    said = told(at_desk, done)
    assert said["dry_run"]
    assert [one["version"] for one in said["recorded"]] == [version(anywhere) + 1]
    assert said["recorded"][0]["position"] is None
    with pytest.raises(VersionStale):
        send(anywhere, after(99, dry=True), about(1, "golongan"))
    with pytest.raises(single.FactRefused):
        send(anywhere, after(version(anywhere), dry=True), about(1, "golongan", golongan="V/z"))
    assert anywhere.ledger.store.head() == head
    assert not send(anywhere, after(version(anywhere), key="k4"), about(1, "golongan")).repeated


def test_a_dry_run_of_a_proposal_proposes_nothing(anywhere: Desk) -> None:
    """It says that a proposal would be made."""
    at_desk, head = desks.Desk(anywhere.ledger, clock=lambda: AT), anywhere.ledger.store.head()
    done = send(anywhere, after(version(anywhere), dry=True), about(1, "golongan"), propose=True)
    assert [one["topic"] for one in told(at_desk, done)["recorded"]] == ["ledger.proposed/1"]
    assert anywhere.ledger.store.head() == head


@pytest.mark.parametrize("given", [None, "*", " * "])
def test_a_version_is_needed(given: str | None) -> None:
    """Without If-Match, or with any version, a command is refused."""
    with pytest.raises(VersionNeeded):
        expected(given)


@pytest.mark.parametrize("given", ['W/"3"', "3", '"x"', '""', '"1" "2"', '"1",', '"1"' * 90, '"٣"'])
def test_a_version_that_cannot_be_read_is_refused(given: str) -> None:
    """Weak tags, bare numbers and what is no number."""
    with pytest.raises(Misuse):
        expected(given)


def test_versions_are_read() -> None:
    """One, or a list of them."""
    assert expected('"12"') == {12}
    assert expected(' "1", "2" ') == {1, 2}


@pytest.mark.parametrize("given", ["", "a b", "é", "x" * 201, "a\n"])
def test_a_key_that_is_no_text_is_refused(given: str) -> None:
    """1 to 200 visible ASCII characters."""
    with pytest.raises(Misuse):
        keyed(given)
