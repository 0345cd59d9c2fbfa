"""`asn-ledger serve` as a process: starting, stopping, limits, logs and numbers."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from uvicorn.server import ServerState

from api.http.serving import HEADER_SECONDS, Patient
from tests.http.conftest import QUASHED
from tests.http.serving import PATIENCE, Server, command, serving


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The URL and keys of a small demo ledger."""
    folder = tmp_path_factory.mktemp("process")
    url, keys = f"sqlite:///{folder / 'demo.sqlite3'}", folder / "keys"
    made = command("demo", "--size", "small", "--ledger", url, "--keys", str(keys))
    assert made.returncode == 0, made.stderr
    return url, keys


@pytest.fixture(scope="module")
def server(demo: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of one worker with tight limits."""
    url, keys = demo
    folder = tmp_path_factory.mktemp("server")
    with serving(url, keys, folder, body_mebibytes=1, answer_seconds=3) as found:
        yield found


def test_it_lives_and_is_ready(server: Server) -> None:
    """Both probes answer without a sign-in."""
    for probe in ("live", "ready"):
        assert httpx2.get(f"{server.address}/health/{probe}").text == f"{probe}\n"


def test_numbers_are_there_for_this_machine_only(server: Server) -> None:
    """/metrics tells position, checkpoint and times; passed on by a proxy it is not there."""
    text = httpx2.get(f"{server.address}/metrics").text
    for name in ("asn_ledger_position", "asn_ledger_answer_seconds", "asn_ledger_checkpoint_lag"):
        assert name in text
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert httpx2.get(f"{server.address}/metrics", headers=forwarded).status_code == 404


def test_every_answer_is_guarded(server: Server) -> None:
    """Content policy, no sniffing, no framing, nothing stored; also on a refusal."""
    headers = httpx2.get(f"{server.address}/api/v1/people/x/score").headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/api/v1/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2fsettings.py",
        "//x",
        "/%00",
    ],
)
def test_paths_lead_nowhere_else(server: Server, path: str) -> None:
    """No trick of a path opens a file or breaks the server."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        wire.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        head = wire.recv(65_536).decode(errors="replace").split("\r\n", 1)[0]
    assert head.split()[1] in {"400", "401", "404"}


def test_a_body_beyond_the_limit_is_refused(server: Server) -> None:
    """Said beforehand or only sent: 413, and the server goes on."""
    begun = b"POST /api/v1/people/search HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    said = b"Content-Length: 2097152\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (2**20 + 1, b"x" * (2**20 + 1))
    for sent in (said, b"Transfer-Encoding: chunked\r\n\r\n" + chunk):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as wire:
            wire.sendall(begun + sent)
            told = b"".join(iter(lambda: wire.recv(65_536), b""))
        assert told.split(b"\r\n", 1)[0].split()[1] == b"413"
        assert b'"code":"body_too_large"' in told
    assert httpx2.get(f"{server.address}/health/live").status_code == 200


def test_a_flood_of_headers_is_refused(server: Server) -> None:
    """Many headers or long ones: refused, and the server goes on."""
    for headers in (
        {f"X-{n}": "y" for n in range(500)},
        {"X-Long": "y" * 200_000},
    ):
        try:
            answer = httpx2.get(f"{server.address}/health/live", headers=headers)
            assert answer.status_code in {400, 413, 431}
        except httpx2.TransportError:
            pass
    assert httpx2.get(f"{server.address}/health/live").status_code == 200


BEGUN = b"POST /api/v1/people/search HTTP/1.1\r\nHost: localhost\r\n"
NO_HTTP = {
    "nonsense": b"\x00\x01\xff" * 50 + b"\r\n\r\n",
    "another version": b"GET / HTTP/3.7\r\nHost: localhost\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(200),
    "letters beyond ASCII": "GET /é HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
    "a header without a colon": BEGUN + b"Foo\r\n\r\n",
    "a control character": BEGUN + b"Foo: a\x00b\r\n\r\n",
    "a folded header": BEGUN + b"Foo: a\r\n b\r\n\r\n",
    "a blank before the colon": BEGUN + b"Foo : a\r\n\r\n",
    "a negative length": BEGUN + b"Content-Length: -1\r\n\r\n",
    "two lengths": BEGUN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length and pieces": BEGUN
    + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "no pieces": BEGUN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("what", NO_HTTP)
def test_what_is_no_http_is_a_problem_and_the_last_answer(server: Server, what: str) -> None:
    """400 with a code, and the connection ends: nothing that follows in it is taken."""
    told = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as wire:
        wire.sendall(NO_HTTP[what])
        while part := wire.recv(65_536):
            told += part
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["code"] == "malformed_request"
    assert httpx2.get(f"{server.address}/health/live").status_code == 200


@pytest.mark.parametrize("sent", [b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_headers_are_waited_for_so_long_after_an_answer_too(sent: bytes) -> None:
    """Whoever goes on with half a request after an answer is let go like a new client."""
    loop, wire = Mock(), Mock(is_closing=lambda: False)
    config = uvicorn.Config(Starlette(), log_config=None)
    one = Patient(config, ServerState(), {}, _loop=loop)
    one.connection_made(wire)
    one._late, one.cycle = None, Mock(response_complete=True)  # the first one was answered
    loop.call_later.reset_mock()
    one.data_received(sent)
    assert loop.call_later.call_args.args == (HEADER_SECONDS, wire.close)


def test_a_body_that_does_not_come_is_not_waited_for(server: Server) -> None:
    """A client that stops in the middle of its body is answered in time and let go."""
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as wire:
        wire.sendall(
            b"POST /api/v1/people/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
            b"Content-Type: application/json\r\nConnection: close\r\n\r\n{"
        )
        told = wire.recv(65_536)
    assert told.split(b"\r\n", 1)[0].split()[1] == b"503"
    assert time.monotonic() - begun < PATIENCE


def test_logs_hold_no_personal_data(server: Server) -> None:
    """A number in a path or query leaves no trace; lines are JSON with the route's template."""
    httpx2.get(f"{server.address}/api/v1/people/{QUASHED}/score?nip={QUASHED}")
    httpx2.get(f"{server.address}/{QUASHED}")
    told: set[tuple[str, int]] = set()
    lines: list[str] = []
    until = time.monotonic() + PATIENCE
    while not told >= {("/people/{pid}/score", 422), ("(none)", 404)}:
        assert time.monotonic() < until, told
        lines = server.lines()
        said = [json.loads(line) for line in lines if line.startswith("{") and line[-1] == "}"]
        told = {(one["route"], one["status"]) for one in said if one.get("event") == "request"}
    assert QUASHED not in "\n".join(lines)


def test_it_stops_when_told(demo: tuple[str, Path], tmp_path: Path) -> None:
    """SIGTERM and SIGINT end it in order, with status 0 or as a program that the signal ended."""
    url, keys = demo
    for sign in (signal.SIGTERM, signal.SIGINT):
        with serving(url, keys, tmp_path) as one:
            one.process.send_signal(sign)
            assert one.process.wait(PATIENCE) in {0, -sign.value}


def test_several_workers_answer_alike(demo: tuple[str, Path], tmp_path: Path) -> None:
    """Two workers serve one address, and their numbers are put together."""
    url, keys = demo
    with serving(url, keys, tmp_path, workers=2) as one:
        for _ in range(20):
            assert httpx2.get(f"{one.address}/health/ready").status_code == 200
        text = httpx2.get(f"{one.address}/metrics").text
        counted = [
            float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if line.startswith("asn_ledger_requests_total{") and "/health/ready" in line
        ]
        assert sum(counted) >= 20  # and one or two more, while it was waited for


def test_all_mistakes_of_the_settings_are_told_together(tmp_path: Path) -> None:
    """One message names each variable, none of their values, and the status is 2."""
    told = command(
        "serve",
        env={
            "PYTHONPATH": "src",
            "ASN_LEDGER_PORT": "ninety",
            "ASN_LEDGER_WORKERS": "0",
            "ASN_LEDGER_PUBLIC_URL": "ftp://secret",
        },
    )
    assert told.returncode == 2
    for name in ("ASN_LEDGER_PORT", "ASN_LEDGER_WORKERS", "ASN_LEDGER_PUBLIC_URL"):
        assert name in told.stderr
    assert "secret" not in told.stderr


def test_a_ledger_that_is_not_there_is_told_before_serving(tmp_path: Path) -> None:
    """No server starts over nothing; the message says what to do."""
    told = command(
        "serve", "--ledger", f"sqlite:///{tmp_path / 'none.sqlite3'}", env={"PYTHONPATH": "src"}
    )
    assert told.returncode == 1
    assert "asn-ledger init" in told.stderr
