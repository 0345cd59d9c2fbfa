"""The log live, from a real server: nothing missed, nothing twice, a clean end on both sides."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Self

import httpx2
import pytest
import uvicorn

from api.http import feed as feeds
from api.http.app import create_app
from api.http.feed import Feed
from api.http.serving import Patient
from api.http.settings import Settings
from ledger.application import Ledger
from ledger.events.base import encode
from ledger.events.book import PrecedenceEnacted
from tests.http.conftest import Served

_SECONDS = 20.0
LIVE = {"Accept": "text/event-stream"}
Block = dict[str, str]


class Running:
    """A real server over the demo, on a port of its own, in a thread."""

    def __init__(self, served: Served, **settings: Any) -> None:
        desk = served.desk
        access = served.client.app.state.access  # type: ignore[attr-defined]
        told = Settings(requests_per_minute=1_000_000, **settings)
        app = create_app(desk, told, access, served.badges)
        watch = desk.ledger.store.watch
        self.feed = app.state.feed = Feed(desk.head, watch, heartbeat=0.2, poll=0.1)
        config = uvicorn.Config(
            app, port=0, http=Patient, lifespan="off", log_config=None, ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> Self:
        self._thread.start()
        until = monotonic() + _SECONDS
        while not self._server.started:
            assert monotonic() < until
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/api/v1/events"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop as at a signal, and wait until it has."""
        self._server.should_exit = True
        self._thread.join(_SECONDS)
        assert not self._thread.is_alive()

    @contextmanager
    def listening(
        self,
        who: str = "AUDITOR",
        *,
        after: int | None = None,
        last: str | None = None,
        **query: Any,
    ) -> Iterator[Iterator[Block]]:
        """A listener; the blocks it is sent, comments left out."""
        headers = {**LIVE, "Authorization": f"Bearer {who}"}
        if last is not None:
            headers["Last-Event-ID"] = last
        asked = {"purpose": "audit", **query} | ({} if after is None else {"after": after})
        with httpx2.stream(
            "GET", self.address, params=asked, headers=headers, timeout=_SECONDS
        ) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield blocks(answer.iter_lines())


def blocks(lines: Iterator[str]) -> Iterator[Block]:
    """The fields of each block of a stream."""
    block: Block = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            block[name] = value
        elif not line and block:
            yield block
            block = {}


def with_data(found: Iterator[Block], count: int) -> list[Block]:
    """The next blocks that carry an event."""
    got: list[Block] = []
    for block in found:
        got += [block] if "data" in block else []
        if len(got) == count:
            break
    return got


def record(served: Served, count: int = 1) -> list[str]:
    """Record something of no consequence; the positions, as ids."""
    event = PrecedenceEnacted(fact="appraisal", sources=("one", "other"))
    outcome = served.desk.ledger.append_to_book([encode(event)] * count, "acc-ANALYST")
    return [str(position) for position in outcome.positions]


def test_what_is_recorded_is_heard(served: Served) -> None:
    """A listener hears each event once, with its position as id and its topic as event."""
    with Running(served) as server, server.listening() as found:
        assert next(found)["id"] == str(served.desk.head())
        ids = record(served) + record(served, 3)
        heard = with_data(found, 4)
        assert [one["id"] for one in heard] == ids
        assert {one["event"] for one in heard} == {"ledger.precedence/1"}
        assert [json.loads(one["data"])["id"] for one in heard] == ids


def test_a_listener_goes_on_after_a_restart(served: Served) -> None:
    """What is recorded while nobody listens, or while no server runs, is heard on coming back."""
    heard: list[str] = []
    with Running(served) as server, server.listening() as found:
        next(found)
        ids = record(served, 2)
        heard += [one["id"] for one in with_data(found, 2)]
    ids += record(served, 3)
    with Running(served) as server, server.listening(last=heard[-1]) as found:
        ids += record(served)
        heard += [one["id"] for one in with_data(found, 4)]
    assert heard == ids


def test_a_stop_of_the_server_ends_streams_at_once(served: Served) -> None:
    """The stream ends in order, and the server waits for nobody."""
    with Running(served) as server, server.listening() as found:
        next(found)
        begun = monotonic()
        server.stop()
        assert not [block for block in found if "data" in block]
        assert monotonic() - begun < _SECONDS / 4


def test_a_listener_who_goes_is_forgotten(served: Served) -> None:
    """After the client has gone nothing of the listener is left."""
    with Running(served) as server:
        with server.listening() as found:
            next(found)
            assert server.feed.listeners == 1
        until = monotonic() + _SECONDS
        while server.feed.listeners:
            assert monotonic() < until


def test_many_listeners_hold_no_thread(served: Served) -> None:
    """More listeners than the pool has threads leave the server free to answer others."""
    with Running(served) as server:
        served.badges.readers |= {
            f"A{n}": served.badges.readers["AUDITOR"].__class__(
                f"acc-{n}", None, served.badges.readers["AUDITOR"].grants
            )
            for n in range(50)
        }
        found = []
        opened = [server.listening(f"A{n}") for n in range(50)]
        for one in opened:
            found.append(one.__enter__())
            next(found[-1])
        ids = record(served)
        assert [with_data(one, 1)[0]["id"] for one in found] == ids * 50
        begun = monotonic()
        asked = {"purpose": "audit", "limit": "1"}
        answer = httpx2.get(
            server.address, params=asked, headers={"Authorization": "Bearer AUDITOR"}
        )
        assert answer.status_code == 200
        assert monotonic() - begun < _SECONDS / 4
        for one in opened:
            one.__exit__(None, None, None)


def test_what_another_process_records_is_heard(served: Served) -> None:
    """Nobody tells of it: the head is asked for from time to time."""
    settings = served.client.app.state.settings  # type: ignore[attr-defined]
    with Running(served) as server, server.listening() as found:
        next(found)
        other = Ledger.open(settings.url, keys=settings.keys)
        event = PrecedenceEnacted(fact="appraisal", sources=("one", "other"))
        outcome = other.append_to_book([encode(event)], "acc-ANALYST")
        assert with_data(found, 1)[0]["id"] == str(outcome.first_position)
        other.close()


def test_a_replay_ends_with_its_watcher(served: Served) -> None:
    """Nobody works on for somebody who has gone, and the next replay may begin."""
    settings = served.client.app.state.settings  # type: ignore[attr-defined]
    with Running(served, url=settings.url, keys=settings.keys) as server:
        address = server.address.replace("/events", "/audit/replay?from=2017-01-01")
        headers = {"Authorization": "Bearer AUDITOR"}
        with httpx2.stream("GET", address, headers=headers, timeout=_SECONDS) as answer:
            told = blocks(answer.iter_lines())
            assert next(told)["event"] == "told"
            assert server.feed.busy
            assert httpx2.get(address, headers=headers, timeout=_SECONDS).status_code == 429
        until = monotonic() + _SECONDS
        feed: Any = server.feed
        while feed.busy or feed.listeners:
            assert monotonic() < until


def test_heartbeats_carry_how_far_a_listener_is(served: Served) -> None:
    """Who asks for rare events learns up to where there were none, and goes on from there."""
    with Running(served) as server, server.listening(after=0, kind="ruling") as found:
        rulings = [block for block in _until(found, served.desk.head()) if "data" in block]
        assert rulings
        assert {one["event"] for one in rulings} == {"employee.ruling/1"}
        (position,) = record(served)
        assert next(block for block in found if block["id"] == position).get("data") is None


def _until(found: Iterator[Block], position: int) -> Iterator[Block]:
    for block in found:
        yield block
        if block["id"] == str(position):
            return


def test_a_stream_outlives_the_time_limit_of_an_answer(served: Served) -> None:
    """The limit is on how long an answer takes to begin."""
    with Running(served, answer_seconds=4) as server, server.listening() as found:
        begun = monotonic()
        for _ in found:
            if monotonic() - begun > 4.5:
                break
        ids = record(served)
        assert [one["id"] for one in with_data(found, 1)] == ids


def test_whoever_loses_the_right_hears_no_more(served: Served) -> None:
    """A stream ends once its listener is signed out or has the role no longer."""
    served.badges.readers["GONE"] = served.badges.readers["AUDITOR"]
    with Running(served) as server, server.listening("GONE") as found:
        next(found)
        del served.badges.readers["GONE"]
        record(served)
        assert not with_data(found, 1)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({"after": 10**12}, {}),
        ({}, {"Last-Event-ID": "99999999"}),
        ({}, {"Last-Event-ID": "-1"}),
        ({}, {"Last-Event-ID": "1 or 2"}),
        ({"after": -1}, {}),
    ],
)
def test_a_listener_beyond_the_end_is_told(
    served: Served, query: dict[str, int], headers: dict[str, str]
) -> None:
    """A position that is none, or that this log never reached, is refused before a stream begins."""
    get = served.as_("AUDITOR", purpose="audit")
    answer = get("/api/v1/events", headers={**LIVE, **headers}, **query)
    assert (answer.status_code, answer.json()["status"]) == (422, 422)


def test_one_account_listens_so_often_only(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that it is told to wait; others still may."""
    monkeypatch.setattr(feeds, "LISTENERS_OF_ONE_MAX", 1)
    with Running(served) as server, server.listening() as found:
        next(found)
        headers = {**LIVE, "Authorization": "Bearer AUDITOR"}
        answer = httpx2.get(server.address, params={"purpose": "audit"}, headers=headers)
        assert answer.status_code == 429
        with server.listening("ANALYST") as other:
            next(other)
