"""Limits on a request: its size, its time, and how many an account or address may send."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import BodyTooLarge, TooManyRequests, TooSlow, response_of
from ledger.errors import LedgerError

_MOST_HELD = 20_000
_MINUTE = 60.0
_MOST_HEADERS = 100


class Verdict(NamedTuple):
    """Whether a request may pass, how many may follow, and after how many seconds one may again."""

    passes: bool
    left: int
    wait: float


class Bucket:
    """So many requests a minute for each name, with the whole minute's share at once at first.

    Held in memory and per process: a limit against floods, not a count for a bill.
    """

    def __init__(self, per_minute: int, seconds: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self._seconds = seconds
        self._lock = Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> Verdict:
        """Count one request of a name."""
        now = self._seconds()
        with self._lock:
            left, since = self._held.pop(name, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - since) * self.per_minute / _MINUTE)
            passes = left >= 1
            left -= 1 if passes else 0
            self._held[name] = (left, now)
            while len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        wait = 0.0 if passes else (1 - left) * _MINUTE / self.per_minute
        return Verdict(passes, int(left), wait)

    def check(self, name: str, what: str) -> None:
        """Count one request of a name.

        Raises:
            TooManyRequests.
        """
        verdict = self.take(name)
        if not verdict.passes:
            raise too_many(what, self.per_minute, verdict)


def too_many(what: str, per_minute: int, verdict: Verdict) -> TooManyRequests:
    """The refusal of a request beyond the limit."""
    seconds = math.ceil(verdict.wait)
    return TooManyRequests(
        f"More than {per_minute} {what} in a minute.",
        next_step=f"Wait {seconds} seconds.",
        retry_after=seconds,
    )


class Limits:
    """Refuses what is too large, too slow or too much, before the application sees it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_bytes: int,
        seconds: float,
        bucket: Bucket,
        name_of: Callable[[Scope], str],
    ) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._seconds = seconds
        self._bucket = bucket
        self._name_of = name_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within its limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        verdict = self._bucket.take(self._name_of(scope))
        if not verdict.passes:
            fault = too_many("requests", self._bucket.per_minute, verdict)
            headers = {"Retry-After": str(math.ceil(verdict.wait))}
            await response_of(fault, headers)(scope, receive, send)
            return
        refused = self._too_large(scope)
        if refused is not None:
            await response_of(refused, {"Connection": "close"})(scope, receive, send)
            return
        await _Passing(self, scope, receive, send, verdict).run()

    def _too_large(self, scope: Scope) -> LedgerError | None:
        headers = Headers(scope=scope)
        told = headers.get("content-length", "0")
        if len(headers) > _MOST_HEADERS:
            return BodyTooLarge(
                f"The request has more than {_MOST_HEADERS} headers.", next_step="Send fewer."
            )
        if told.isascii() and told.isdecimal() and int(told[:20]) <= self._body_bytes:
            return None
        return self.over()

    def over(self) -> BodyTooLarge:
        """The refusal of a body beyond the limit."""
        return BodyTooLarge(
            f"The body holds more than {self._body_bytes} bytes.",
            next_step="Send less at once, as by splitting the file.",
        )


class _Passing:
    """One request on its way: counts the body's bytes, and watches until the answer begins."""

    def __init__(
        self, limits: Limits, scope: Scope, receive: Receive, send: Send, verdict: Verdict
    ) -> None:
        self._limits = limits
        self._scope = scope
        self._receive = receive
        self._send = send
        self._verdict = verdict
        self._bytes = 0
        self._begun = False
        self._watch: asyncio.Timeout | None = None

    async def run(self) -> None:
        limits = self._limits
        try:
            async with asyncio.timeout(limits._seconds) as self._watch:  # noqa: SLF001 - one class
                await limits._app(self._scope, self._receiving, self._sending)  # noqa: SLF001
        except TimeoutError:
            if self._begun:
                raise
            fault = TooSlow(
                f"The answer did not begin within {limits._seconds:g} seconds.",  # noqa: SLF001
                next_step="Send the request faster, ask for less at once, or try again later.",
            )
            headers = {"Connection": "close", "Retry-After": "30"}
            await response_of(fault, headers)(self._scope, self._receive, self._send)
        except _OverFull:
            if not self._begun:
                response = response_of(limits.over(), {"Connection": "close"})
                await response(self._scope, self._receive, self._send)

    async def _receiving(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._limits._body_bytes:  # noqa: SLF001
            raise _OverFull
        return message

    async def _sending(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begun = True
            if self._watch is not None:
                self._watch.reschedule(None)
            bucket = self._limits._bucket  # noqa: SLF001
            told = (
                (b"ratelimit-policy", b'"requests";q=%d;w=60' % bucket.per_minute),
                (b"ratelimit", b'"requests";r=%d' % self._verdict.left),
            )
            message["headers"] = [*message.get("headers", ()), *told]
        await self._send(message)


class _OverFull(Exception):
    """A body that said less than it holds."""
