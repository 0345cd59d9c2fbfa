"""One structured line a request, without personal data, and its place in the metrics.

A line holds the route's template and never the path, the account and never the person; whatever
looks like a personal number is cut out of any text all the same.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer

from api.http.metrics import Metrics
from api.http.problems import MEDIA_TYPE, body_of
from ledger.errors import LedgerError

_NUMBER = re.compile(r"\d{16,18}")
_UNKNOWN = "(none)"
_FRAMES = 8


def _cut(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor that cuts runs of 16 to 18 digits (NIK, NIP) out of every text of a line."""
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = _NUMBER.sub("[number]", value)
    return line


def configure(stream: TextIO | None = None) -> None:
    """JSON lines on a stream, by default standard error, for our own lines and for uvicorn's."""
    told = sys.stderr if stream is None else stream
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, _cut, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(told),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(told)
    rendering = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _cut,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler.setFormatter(rendering)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").disabled = True


class Logged:
    """The outermost layer: times each request, and turns what nobody caught into a problem."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, seconds: Callable[[], float]) -> None:
        self._app = app
        self._metrics = metrics
        self._seconds = seconds
        self._log = structlog.get_logger("asn-ledger")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = self._seconds()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as fault:  # noqa: BLE001 - the last place where anything is told
            self._tell_fault(scope, fault)
            if not status:
                status = 500
                await _broken(send)
        finally:
            self._tell(scope, status, self._seconds() - begun)

    def _tell_fault(self, scope: Scope, fault: Exception) -> None:
        code = fault.code if isinstance(fault, LedgerError) else type(fault).__name__
        places = ExceptionDictTransformer(show_locals=False)
        self._log.error(
            "unexpected",
            route=_route(scope),
            fault=code,
            trace=[
                f"{frame['filename']}:{frame['lineno']} {frame['name']}"
                for one in places((type(fault), fault, fault.__traceback__))
                for frame in one["frames"][-_FRAMES:]
            ],
        )

    def _tell(self, scope: Scope, status: int, took: float) -> None:
        route, method = _route(scope), scope["method"]
        if method not in _METHODS:
            method = "OTHER"
        self._metrics.observe(method, route, status, took)
        reader = scope.get("state", {}).get("reader")
        self._log.info(
            "request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(took * 1000, 1),
            account=None if reader is None else reader.account,
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return str(getattr(route, "path", _UNKNOWN))


async def _broken(send: Send) -> None:
    body = body_of(
        500,
        "unexpected",
        "The server made a mistake; nothing was recorded by this request unless it says so.",
        next_step="Try again; if it stays, tell the administrator the time of day.",
    )
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
