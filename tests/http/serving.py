"""A real server process over a demo ledger, for what only a socket can show."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

START = "from api.cli.main import run; run()"
PATIENCE = 60.0


class Server(NamedTuple):
    """A running server.

    Attributes:
        address: without a slash at the end. log: the file of its standard error.
    """

    process: subprocess.Popen[bytes]
    address: str
    port: int
    log: Path

    def lines(self) -> list[str]:
        """What it wrote so far."""
        return self.log.read_text("utf-8").splitlines()


def command(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command of the ledger in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(
    url: str,
    keys: Path,
    folder: Path,
    how: Sequence[str] = ("serve",),
    **settings: Any,
) -> Iterator[Server]:
    """`asn-ledger serve`, or another command that serves, until it answers; stopped as an operator
    would stop it.
    """
    port, log = free_port(), folder / f"server-{time.monotonic_ns()}.log"
    told = {f"ASN_LEDGER_{name.upper()}": str(value) for name, value in settings.items()}
    told["ASN_LEDGER_PORT"] = str(port)
    arguments = [*how, "--ledger", url, "--keys", str(keys)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            env={**os.environ, "PYTHONPATH": "src", **told},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        server = Server(process, f"http://127.0.0.1:{port}", port, log)
        try:
            _await(server)
            yield server
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def _await(server: Server) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            if httpx2.get(f"{server.address}/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not start: " + "\n".join(server.lines()[-20:]))
