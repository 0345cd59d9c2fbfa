"""Serving: settings -> one desk a process -> uvicorn."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any, TextIO

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.desk import Desk
from api.http import logs
from api.http.app import Site, create_app
from api.http.problems import MEDIA_TYPE, body_of
from api.http.settings import Settings
from api.http.sign_in import doors
from ledger.access.access_log import AccessLog
from ledger.application import Ledger
from ledger.errors import LedgerError

HEADER_SECONDS = 10.0
_GRACE_SECONDS = 20
_IDLE_SECONDS = 30
_MOST_CONNECTIONS = 1_000
_METRICS = "PROMETHEUS_MULTIPROC_DIR"


class Patient(HttpToolsProtocol):
    """uvicorn's protocol, which waits for a request's headers only so long, for the first one of a
    connection and for those after it, and refuses what is no HTTP with a problem.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the headers."""
        super().connection_made(transport)
        self._late = self.loop.call_later(HEADER_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        """Whoever begins another request, or sends what is none, has as long as for the first."""
        super().data_received(data)
        answered = getattr(self.cycle, "response_complete", True)  # none yet is as good
        if self._late is None and answered and not self.transport.is_closing():
            self._late = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        """What cannot be parsed: the last answer of the connection."""
        body = body_of(400, "malformed_request", msg, next_step="Send HTTP/1.1 (RFC 9112).")
        head = (
            "HTTP/1.1 400 Bad Request\r\n"
            f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()

    def on_headers_complete(self) -> None:
        """The headers are there: the limits of `api.http.limits` go on from here."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        super().on_headers_complete()

    def shutdown(self) -> None:
        """The server stops: live streams end at once, other answers are finished first."""
        scope: dict[str, Any] = dict(getattr(self.cycle, "scope", {}))
        if "app" in scope:
            scope["app"].state.feed.close()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def opened(settings: Settings, site: Site, log: TextIO | None = None) -> FastAPI:
    """The application over the ledger that the settings name, with its pages."""
    logs.configure(log)
    with ExitStack() as begun:
        ledger = Ledger.open(settings.url, keys=settings.keys)
        begun.callback(ledger.close)
        access = AccessLog.of(ledger, clock=now)
        begun.callback(access.close)
        desk = Desk(ledger, clock=now)
        app = create_app(desk, settings, access, site=site)
        app.state.sign_in = found = doors(desk, settings, app.state.standing)
        app.state.closing.insert(0, found.close)
        warming = Thread(target=_warm, args=(desk,), name="warm", daemon=True)
        warming.start()
        app.state.closing.insert(0, warming.join)
        begun.pop_all()
        return app


def _warm(desk: Desk) -> None:
    """Beside the first requests. What is read then stays, so that the collector of garbage need not
    walk through it again and again while somebody waits.
    """
    with suppress(LedgerError):  # told to whoever asks
        desk.warm()
    gc.collect()
    gc.freeze()


def serve(settings: Settings, site: Site, worker: str, log: TextIO | None = None) -> None:
    """Serve until told to stop; requests under way are answered first. `worker` names the function
    that makes the application of one worker, as `module:function`; `log` is where a single one
    writes its lines.

    With several workers each opens the ledger itself: appends take turns at the head row, and a
    reader of one worker sees at once what another recorded.
    """
    common: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": Patient,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": _MOST_CONNECTIONS,
        "timeout_keep_alive": _IDLE_SECONDS,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
    }
    if settings.workers == 1:
        uvicorn.run(opened(settings, site, log), **common)
        return
    Ledger.open(settings.url, keys=settings.keys).close()  # told here and not by each worker
    with tempfile.TemporaryDirectory() as numbers:
        os.environ[_METRICS] = numbers
        os.environ.update(_environment(settings))
        uvicorn.run(worker, factory=True, workers=settings.workers, **common)


def _environment(settings: Settings) -> dict[str, str]:
    """What the command line said over the environment, for the workers."""
    told = {"URL": settings.url, "HOST": settings.host, "PORT": str(settings.port)}
    told["WORKERS"] = str(settings.workers)
    if settings.keys is not None:
        told["KEYS"] = str(settings.keys)
    if settings.public_url is not None:
        told["PUBLIC_URL"] = settings.public_url
    return {f"ASN_LEDGER_{name}": value for name, value in told.items()}
