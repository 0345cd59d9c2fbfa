"""Whether somebody exists is told to nobody who may not see him: not by what the answer says, not
by its headers, not by what is written down, not by the time it takes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from fastapi.testclient import TestClient

from api.access.readers import Grant, Reader
from api.http.app import create_app
from api.http.settings import Settings
from api.web.site import pages
from ledger.access.access_log import AccessLog
from ledger.access.access_store import Wanted
from ledger.vocabulary_agency import Role
from tests.http.conftest import NOW, QUASHED, Badges, Served

PATHS = ["", "/score", "/history", "/series", "/advice", "/difference"]
QUERY = {"purpose": "audit", "instrument": "ip-asn", "from": "2020-01-01", "to": "2021-01-01"}
ROUND = 12


@pytest.fixture(scope="module")
def paced(served: Served) -> Iterator[TestClient]:
    """The application with its own pace of refusals, for a head of a unit that nobody serves in."""
    badges = Badges()
    for name, role in (
        ("HEAD", Role.UNIT_HEAD),
        ("LOCAL", Role.OPERATOR),
        ("CURIOUS", Role.UNIT_HEAD),
    ):
        badges.readers[name] = Reader(f"acc-{name.lower()}", None, (Grant(role, uuid4()),))
    access = AccessLog.of(served.desk.ledger, clock=lambda: NOW)
    settings = Settings(requests_per_minute=10**9, number_searches_per_minute=10**9)
    app = create_app(served.desk, settings, access, badges, pages)
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


@dataclass(frozen=True)
class Known:
    """What there is, and what there is not, of each kind: the parts of a path."""

    there: dict[str, str]
    absent: dict[str, str]


@pytest.fixture(scope="module")
def known(served: Served) -> Known:
    """A person, his event and case, a dispute, a decision, a proposal, a file that waits."""
    desk, pid = served.desk, UUID(served.person(QUASHED))
    letter = {"kind": "SK", "number": "800/9/2026", "date": "2026-11-02"}
    fact = next(one for one in desk.ledger.events_of(pid) if one.topic == "employee.appraisal/1")

    def sent(who: str, path: str, body: Any, version: int) -> Any:
        told = {"Authorization": f"Bearer {who}", "If-Match": f'"{version}"'}
        query = {"purpose": "audit"}
        found = served.client.post(f"/api/v1{path}", json=body, params=query, headers=told)
        assert found.status_code in (201, 202), found.text
        return found.json()

    wrong = {"fact": str(fact.id), "id": "oracle-1", "reason": "x", "document": letter}
    opened = sent("PANEL", f"/people/{pid}/disputes", wrong, desk.version_of(pid))
    award = {"kind": "PIAGAM_ORACLE", "on": "2026-08-17", "document": letter}
    waits = sent("ASN", f"/people/{pid}/commands/award", award, desk.version_of(pid))
    decided = {"id": "oracle/1", "kind": "PELATIHAN", "instrument": "ip-asn", "people": [str(pid)]}
    sent("ANALYST", "/decisions", decided, 0)
    upload = served.client.post(
        "/api/v1/imports",
        files={"file": ("a.jsonl", orjson.dumps({"fact": "golongan", "nip": QUASHED}) + b"\n")},
        headers={"Authorization": "Bearer OPERATOR"},
    )
    cases = served.as_("PANEL", purpose="case")(f"/api/v1/people/{pid}/cases").json()["cases"]
    there = {
        "pid": str(pid),
        "root": cases[0]["case"].partition("/")[2],
        "position": str(fact.id),
        "number": str(opened["recorded"][-1]["position"]),
        "decision": "oracle/1",
        "proposal": str(waits["proposal"]),
        "upload": upload.json()["id"],
        "code": "BKD",
    }
    head = desk.head()
    absent = {
        "pid": str(uuid4()),
        "root": "3",
        "position": str(head + 1_000_000),
        "number": str(head + 1_000_000),
        "decision": "oracle/2",
        "proposal": str(head + 1_000_000),
        "upload": "0" * len(there["upload"]),
        "code": "NO-UNIT",
    }
    return Known(there, absent)


# What a head of a unit without people, or an administrator, is refused: method, path, body.
ASKED = [
    ("HEAD", "GET", "/api/v1/people/{pid}/cases", None),
    ("HEAD", "GET", "/api/v1/people/{pid}/cases/{root}", None),
    ("HEAD", "GET", "/api/v1/people/{pid}/warnings", None),
    ("HEAD", "GET", "/api/v1/people/{pid}/timemap", None),
    ("HEAD", "GET", "/api/v1/log/proof/completeness/{pid}", None),
    ("HEAD", "POST", "/api/v1/people/{pid}/commands/award", {}),
    ("HEAD", "POST", "/api/v1/people/{pid}/disputes", {}),
    ("HEAD", "GET", "/asn/{pid}", None),
    ("HEAD", "GET", "/asn/{pid}/perbandingan.json", None),
    ("HEAD", "GET", "/api/v1/events/{position}", None),
    ("HEAD", "GET", "/catatan/{position}.json", None),
    ("HEAD", "GET", "/api/v1/log/proof/inclusion?position={position}", None),
    ("HEAD", "GET", "/kasus/sengketa?catatan={position}", None),
    ("HEAD", "GET", "/api/v1/disputes/{number}", None),
    ("HEAD", "GET", "/sengketa/{number}.json", None),
    ("HEAD", "POST", "/api/v1/disputes/{number}/resolve", {"outcome": "DICABUT"}),
    ("HEAD", "GET", "/api/v1/decisions/{decision}", None),
    ("HEAD", "GET", "/api/v1/decisions/{decision}/recheck", None),
    ("HEAD", "GET", "/keputusan/{decision}", None),
    ("HEAD", "GET", "/keputusan/{decision}.json", None),
    ("HEAD", "GET", "/api/v1/proposals/{proposal}", None),
    ("HEAD", "POST", "/api/v1/proposals/{proposal}/confirm", {}),
    ("HEAD", "POST", "/api/v1/proposals/{proposal}/reject", {}),
    ("HEAD", "GET", "/tertunda/{proposal}", None),
    ("HEAD", "GET", "/catat/usulan/{proposal}", None),
    ("LOCAL", "GET", "/api/v1/imports/{upload}", None),
    ("LOCAL", "GET", "/api/v1/imports/{upload}/rows", None),
    ("LOCAL", "GET", "/api/v1/imports/{upload}/returned", None),
    ("LOCAL", "POST", "/api/v1/imports/{upload}/propose", {}),
    ("LOCAL", "GET", "/impor/{upload}.json", None),
    ("HEAD", "GET", "/api/v1/units/{code}/members", None),
    ("HEAD", "GET", "/api/v1/units/{code}/series?from=2020-01-01", None),
    ("HEAD", "POST", "/api/v1/units/{code}/commands/target", {}),
    ("HEAD", "GET", "/opd/{code}/pegawai", None),
]


@pytest.mark.parametrize(("who", "method", "path", "body"), ASKED)
def test_what_may_not_be_seen_is_what_is_not_there(
    paced: TestClient, known: Known, who: str, method: str, path: str, body: Any
) -> None:
    """Status, body and headers are one, but for what was typed; and none is a fault of the server."""
    told = []
    for fill in (known.there, known.absent):
        answer = paced.request(
            method,
            path.format(**fill),
            params={"purpose": "audit", "instrument": "ip-asn"} if "?" not in path else None,
            json=body,
            headers={
                "Authorization": f"Bearer {who}",
                "If-Match": '"1"',
                "Reading-Purpose": "audit",
            },
        )
        text = answer.text
        for typed in sorted({*fill.values()}, key=len, reverse=True):
            text = text.replace(typed, "…")
        kept = {k: v for k, v in answer.headers.items() if k not in ("content-length", "ratelimit")}
        told.append((answer.status_code, text, kept))
    assert told[0] == told[1]
    assert told[0][0] in (403, 404, 422), told[0]


NUMBERED = ["/events/{position}", "/disputes/{number}", "/proposals/{proposal}"]


@pytest.mark.parametrize("path", NUMBERED)
def test_what_has_a_number_takes_as_long_when_absent(
    paced: TestClient, known: Known, path: str
) -> None:
    """Asked in turns, the medians of there and absent differ by less than a quarter in a round."""

    def took(fill: dict[str, str]) -> float:
        begun = time.perf_counter()
        answer = paced.get(f"/api/v1{path.format(**fill)}", params={"purpose": "audit"})
        assert answer.status_code == 404
        return time.perf_counter() - begun

    ratios = []
    for _ in range(3):
        pairs = [(took(known.there), took(known.absent)) for _ in range(ROUND)]
        there, absent = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratios.append(there / absent)
    assert any(0.8 < one < 1.25 for one in ratios), ratios


def test_who_tries_numbers_is_seen(served: Served, paced: TestClient, known: Known) -> None:
    """Each attempt stands in the access log as refused, with the person whom it was about."""
    log, pid = paced.app.state.access, UUID(known.there["pid"])  # type: ignore[attr-defined]
    before = log.head().number
    headers = {"Authorization": "Bearer CURIOUS"}
    for fill in (known.there, known.absent):
        for path in ("/disputes/{number}", "/decisions/{decision}", "/proposals/{proposal}"):
            answer = paced.get(f"/api/v1{path.format(**fill)}", headers=headers)
            assert answer.status_code == 404, answer.text
    looks = list(log.entries(Wanted(after=before)))
    assert {one.kind for one in looks} == {"REFUSED"}
    told = [(one.subject, one.purpose, orjson.loads(one.question)) for one in looks]
    number, proposal = int(known.there["number"]), int(known.there["proposal"])
    assert told[:3] == [
        (pid, "dispute", {"what": "dispute", "dispute": number}),
        (None, "decision", {"what": "decision", "decision": "oracle/1"}),
        (pid, "administration", {"what": "proposal", "proposal": proposal}),
    ]
    assert [(one, asked["what"]) for one, _, asked in told[3:]] == [
        (None, "dispute"),
        (None, "decision"),
        (None, "proposal"),
    ]
    assert "oracle/2" not in str(told)


def test_who_waits_in_a_list_finds_the_look(served: Served, known: Known) -> None:
    """The list of what waits shows people: it needs a purpose, and each of them is in the log."""
    bare = served.as_("ANALYST")("/api/v1/proposals")
    assert (bare.status_code, bare.json()["code"]) == (422, "purpose_needed")
    log = served.client.app.state.access  # type: ignore[attr-defined]
    before = log.head().number
    shown = served.as_("ANALYST", purpose="reconciliation")("/api/v1/proposals").json()["proposals"]
    people = {one["command"]["subject"] for one in shown if one["kind"] == "fact"}
    (look,) = list(log.entries(Wanted(after=before)))
    asked = orjson.loads(look.question)
    assert UUID(known.there["pid"]).hex in asked["listed"]
    assert set(asked["listed"]) == people - {None}
    assert served.as_("ASN")("/api/v1/proposals").status_code == 200
