"""Limits on a request: its headers, its time, and how many an account or address may send."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import BodyTooLarge, HeadersTooLarge, TooManyRequests, TooSlow, response_of

_MOST_HELD = 20_000
_MINUTE = 60.0
_MOST_HEADERS = 100
_MOST_HEADER_BYTES = 32 * 1024


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
        self._full: float = per_minute
        self._seconds = seconds
        self._lock = Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> Verdict:
        """Count one request of a name."""
        now = self._seconds()
        with self._lock:
            left, since = self._held.pop(name, (self._full, now))
            left = min(self.per_minute, left + (now - since) * self.per_minute / _MINUTE)
            passes = left >= 1
            left -= 1 if passes else 0
            self._held[name] = (left, now)
            while len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        wait = 0.0 if passes else (1 - left) * _MINUTE / self.per_minute
        return Verdict(passes, int(left), wait)

    def left(self, name: str) -> Verdict:
        """What a name has left, without counting."""
        now = self._seconds()
        with self._lock:
            left, since = self._held.get(name, (self._full, now))
        left = min(self.per_minute, left + (now - since) * self.per_minute / _MINUTE)
        wait = 0.0 if left >= 1 else (1 - left) * _MINUTE / self.per_minute
        return Verdict(left >= 1, int(left), wait)

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
    """Refuses what is too many, too large or comes too slowly, before the application sees it.

    Every refusal is a problem; FastAPI's own limit on bodies would answer in plain text.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        seconds: float,
        bucket: Bucket,
        strangers: Bucket,
        body_bytes: int,
    ) -> None:
        """Args: `strangers` counts, by address, answers that nobody was signed in for: whoever
        tries one token or password after the other does not get a new share with each.
        """
        self._app = app
        self._seconds = seconds
        self._bucket = bucket
        self._strangers = strangers
        self._body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within its limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        verdict, bucket = self._bucket.take(_asker(scope)), self._bucket
        if verdict.passes:
            known = self._strangers.left(_address(scope))
            verdict, bucket = (verdict, bucket) if known.passes else (known, self._strangers)
        if not verdict.passes:
            fault = too_many("requests", bucket.per_minute, verdict)
            headers = {"Retry-After": str(math.ceil(verdict.wait))}
            await response_of(fault, headers)(scope, receive, send)
        elif _headers_beyond(scope):
            await response_of(_too_many_headers(), _CLOSE)(scope, receive, send)
        elif _told_bytes(scope) > self._body_bytes:
            await response_of(self._too_large(), _CLOSE)(scope, receive, send)
        else:
            await self._measured(scope, receive, send, verdict)

    async def _measured(self, scope: Scope, receive: Receive, send: Send, verdict: Verdict) -> None:
        """Count the bytes of a body that came without its length, or with a false one. Beyond the
        limit the refusal is sent at once, and to the application the client is gone.
        """
        seen, refused = 0, False

        async def receiving() -> Message:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._body_bytes:
                if not refused:
                    refused = True
                    await response_of(self._too_large(), _CLOSE)(scope, receive, send)
                return {"type": "http.disconnect"}
            return message

        async def sending(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self._timed(scope, receiving, sending, verdict)
        except ClientDisconnect:
            if not refused:
                raise

    async def _timed(self, scope: Scope, receive: Receive, send: Send, verdict: Verdict) -> None:
        """Wait for the answer to begin, the reading of the body included; then no longer watch, as
        a long answer is read at the reader's speed.
        """
        begun = False
        told = (
            (b"ratelimit-policy", b'"requests";q=%d;w=60' % self._bucket.per_minute),
            (b"ratelimit", b'"requests";r=%d' % verdict.left),
        )

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                watch.reschedule(None)
                if message["status"] == HTTPStatus.UNAUTHORIZED:
                    self._strangers.take(_address(scope))
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        try:
            async with asyncio.timeout(self._seconds) as watch:
                await self._app(scope, receive, sending)
        except TimeoutError:
            if begun:
                raise
            await response_of(self._too_slow(), {**_CLOSE, "Retry-After": "30"})(
                scope, receive, send
            )

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The body holds more than {self._body_bytes} bytes.",
            next_step="Send less at once, as by splitting the file.",
        )

    def _too_slow(self) -> TooSlow:
        return TooSlow(
            f"The answer did not begin within {self._seconds:g} seconds.",
            next_step="Send the request faster, ask for less at once, or try again later.",
        )


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "nowhere"


def _asker(scope: Scope) -> str:
    """Whose share is used: of the token or session shown, else of the address."""
    for wanted in (b"authorization", b"cookie"):
        for name, value in scope["headers"]:
            if name == wanted:
                return f"{wanted!r} {hashlib.sha256(value).hexdigest()}"
    return _address(scope)


_CLOSE = {"Connection": "close"}


def _told_bytes(scope: Scope) -> int:
    """How large the body is said to be."""
    told = Headers(scope=scope).get("content-length", "0")
    return int(told[:20]) if told.isascii() and told.isdecimal() else 0


def _headers_beyond(scope: Scope) -> bool:
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    return len(headers) > _MOST_HEADERS or size > _MOST_HEADER_BYTES


def _too_many_headers() -> HeadersTooLarge:
    return HeadersTooLarge(
        f"The request has over {_MOST_HEADERS} headers, or {_MOST_HEADER_BYTES} bytes of them.",
        next_step="Send fewer.",
    )
