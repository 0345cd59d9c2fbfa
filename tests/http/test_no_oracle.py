"""Whether somebody exists is told to nobody who may not see him: not by what the answer says, not
by its headers, not by what is written down, not by the time it takes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from api.access.readers import Grant, Reader
from api.http.app import create_app
from api.http.settings import Settings
from ledger.access_log import AccessLog
from ledger.vocabulary_agency import Role
from tests.http.conftest import NOW, Badges, Served

PATHS = ["", "/score", "/history", "/series", "/advice", "/difference"]
QUERY = {"purpose": "audit", "instrument": "ip-asn", "from": "2020-01-01", "to": "2021-01-01"}
ROUND = 12


@pytest.fixture(scope="module")
def paced(served: Served) -> Iterator[TestClient]:
    """The application with its own pace of refusals, for a head of a unit that nobody serves in."""
    badges = Badges()
    badges.readers["HEAD"] = Reader("acc-head", None, (Grant(Role.UNIT_HEAD, uuid4()),))
    access = AccessLog.of(served.desk.ledger, clock=lambda: NOW)
    settings = Settings(requests_per_minute=10**9, number_searches_per_minute=10**9)
    app = create_app(served.desk, settings, access, badges)
    app.state.closing = [access.close]
    with TestClient(
        app, base_url="http://localhost:8000", headers={"Authorization": "Bearer HEAD"}
    ) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_absent_and_forbidden_are_one_answer(served: Served, paced: TestClient, path: str) -> None:
    """The same status, body and headers, character by character."""
    hidden = next(iter(served.desk.serving()))
    told = [
        paced.get(f"/api/v1/people/{pid}{path}", params=QUERY) for pid in (UUID(hidden), uuid4())
    ]
    assert told[0].status_code == 404
    assert told[0].content == told[1].content
    assert told[0].headers == told[1].headers


def test_a_search_by_number_is_one_answer(served: Served, paced: TestClient) -> None:
    """Whose number it is not for him to see, and whose number nobody has: an empty list."""
    hidden = UUID(next(iter(served.desk.serving())))
    known = str(served.desk.ledger.person(hidden)["nip"])
    told = [
        paced.post("/api/v1/people/search", json={"nip": nip}, params={"purpose": "audit"})
        for nip in (known, known[:15] + "999")
    ]
    assert told[0].status_code == 200
    assert told[0].json() == told[1].json()
    assert told[0].headers == told[1].headers


def test_absent_and_forbidden_take_as_long(served: Served, paced: TestClient) -> None:
    """Asked in turns, the medians of both differ by less than a quarter in some round."""
    unread = iter(sorted(served.desk.serving(), reverse=True))

    def took(pid: UUID) -> float:
        begun = time.perf_counter()
        assert paced.get(f"/api/v1/people/{pid}", params=QUERY).status_code == 404
        return time.perf_counter() - begun

    ratios = []
    for _ in range(3):
        pairs = [(took(UUID(next(unread))), took(uuid4())) for _ in range(ROUND)]
        hidden, absent = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratios.append(hidden / absent)
    assert any(0.8 < one < 1.25 for one in ratios), ratios
