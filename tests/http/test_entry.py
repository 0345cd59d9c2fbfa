"""What every request passes: the name of the host, and HEAD as GET without a body."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.app import create_app
from api.http.settings import Settings, read_settings
from ledger.errors import Misuse
from tests.http import matrix
from tests.http.conftest import QUASHED, Served

MOVING = {"date", "ratelimit", "content-length", "etag"}
UNKNOWN_HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.nip.io:8000",
    "localhost:8000@evil.example",
    "localhost:",
    "localhost:evil",
    "[::1].evil.example",
    "[::2]",
    "0.0.0.0:8000",
    "2130706433",
    "localhost, evil.example",
    "",
]
KNOWN_HOSTS = ["localhost", "LocalHost:9", "127.0.0.1:8000", "[::1]:8000", "localhost."]
PLACES = ["/", "/api/v1/me", "/health/live", "/metrics", "/masuk", "/api/v1/nowhere"]


@pytest.mark.parametrize("host", UNKNOWN_HOSTS)
def test_another_host_is_refused_everywhere(served: Served, host: str) -> None:
    """421 as a problem that does not repeat the name, whatever is asked and by whom."""
    for place in PLACES:
        answer = served.as_("ANALYST")(place, headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "host_unknown"), place
        assert "evil" not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", KNOWN_HOSTS)
def test_this_machine_is_known(served: Served, host: str) -> None:
    """Its names in any letters, with any port."""
    assert served.client.get("/health/live", headers={"Host": host}).status_code == 200


def test_several_hosts_are_none(served: Served) -> None:
    """Two lines, or no line: nobody can say which was meant (RFC 9112, 3.2)."""
    twice = [("Host", "localhost"), ("Host", "localhost")]
    assert served.client.get("/health/live", headers=twice).status_code == 421


def test_names_come_from_the_settings(served: Served) -> None:
    """The public address, what is listened at, and those that are named."""
    told = Settings(
        public_url="https://Kinerja.example.go.id:8443/x",
        host="10.0.0.7",
        hosts="asn-ledger, [fd00::1]",
    )
    assert told.host_names == {
        *("localhost", "127.0.0.1", "[::1]"),
        *("kinerja.example.go.id", "10.0.0.7", "asn-ledger", "[fd00::1]"),
    }
    assert "0.0.0.0" not in Settings(host="0.0.0.0").host_names
    app = create_app(served.desk, told, served.client.app.state.access)  # type: ignore[attr-defined]
    client = TestClient(app, base_url="http://asn-ledger:8000")  # not entered: the desk stays open
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/live", headers={"Host": "kinerja"}).status_code == 421


@pytest.mark.parametrize("hosts", ["https://a.example", "a.example:80", "a/b", "a b", "*"])
def test_what_is_no_name_is_a_mistake_in_the_settings(hosts: str) -> None:
    """Told with the name of the variable."""
    with pytest.raises(Misuse, match="ASN_LEDGER_HOSTS"):
        read_settings(hosts=hosts)


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_head_is_get_without_a_body(served: Served) -> None:
    """The same status and headers at every address of the API, and nothing after them."""
    fill = {**matrix.PATHS, "pid": served.person(QUASHED), "position": "1", "name": "ip-asn"}
    for row in matrix.rows():
        if row.method != "GET" or row.path.startswith(("/opd", "/talenta", "/asn", "/kasus")):
            continue
        asked: dict[str, Any] = {
            "url": row.path.replace(":path", "").format(**fill),
            "params": {"purpose": "audit", **matrix.QUERIES.get(row.path, {})},
            "headers": {"Authorization": "Bearer AUDITOR"},
            "follow_redirects": False,
        }
        got, head = served.client.get(**asked), served.client.head(**asked)
        assert head.status_code == got.status_code, row
        assert head.content == b"", row
        same = {name for name in got.headers if name not in MOVING}
        assert {name for name in head.headers if name not in MOVING} == same, row


def test_head_of_a_live_stream_ends(served: Served) -> None:
    """What would go on for ever is told of by its headers."""
    answer = served.client.head(
        "/api/v1/events",
        params={"purpose": "audit"},
        headers={"Authorization": "Bearer AUDITOR", "Accept": "text/event-stream"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content == b""


def test_head_where_nothing_can_be_got_is_refused(served: Served) -> None:
    """A command's address takes no HEAD, as it takes no GET."""
    for ask in (served.client.get, served.client.head):
        answer = ask("/api/v1/roles/grants", headers={"Authorization": "Bearer ADMINISTRATOR"})
        assert answer.status_code == 405


def test_pages_take_head_too(served: Served) -> None:
    """A monitor that asks for the pages without their text gets an answer."""
    for place in ("/", "/panduan/cerita", "/beranda.json"):
        assert served.client.head(place).status_code == 200
