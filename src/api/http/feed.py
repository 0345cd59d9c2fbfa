"""Following the log live: server-sent events, without a thread for each listener.

One task of the process asks for the head while anybody listens: at once after an append of this
process, and from time to time for what other processes append. Listeners sleep on the event loop
and read what is new in short visits to a few threads of their own, so that a thousand listeners
keep nobody else waiting. `close` ends all streams, so that a stop of the server does not wait.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi.sse import EventSourceResponse
from starlette.types import Receive, Scope, Send

from api.http.problems import TooManyRequests
from ledger.errors import LedgerError

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 1.0
LISTENERS_MAX = 200
LISTENERS_OF_ONE_MAX = 10
_THREADS = 4
_WAIT = 30
_Found = TypeVar("_Found")


class Feed:
    """Where the log ends, for those who wait for it to grow.

    Args:
        head: gives the last position. watch: as `EventStore.watch`.
    """

    def __init__(
        self,
        head: Callable[[], int],
        watch: Callable[[Callable[[], None]], Callable[[], None]],
        *,
        heartbeat: float = HEARTBEAT_SECONDS,
        poll: float = POLL_SECONDS,
    ) -> None:
        self.position = 0
        self.closed = False
        self.busy = False  # a replay or verification of this process is being watched
        self.heartbeat = heartbeat
        self._head = head
        self._watch = watch
        self._poll = poll
        self._listeners: Counter[str] = Counter()
        self._news = asyncio.Event()
        self._nudge = asyncio.Event()
        self._threads = CapacityLimiter(_THREADS)
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return self._listeners.total()

    def check_room(self, account: str) -> None:
        """See that one more may listen.

        Raises:
            TooManyRequests.
        """
        if self.listeners >= LISTENERS_MAX or self._listeners[account] >= LISTENERS_OF_ONE_MAX:
            raise TooManyRequests(
                "As many as may be are listening already, all together or in your name.",
                next_step=f"End another stream of yours, or try again in {_WAIT} seconds.",
                retry_after=_WAIT,
            )

    async def read(self, look: Callable[[], _Found]) -> _Found:
        """What a short look at the ledger gives, in a thread of the listeners."""
        return await to_thread.run_sync(look, limiter=self._threads)

    async def grown(self, beyond: int) -> bool:
        """Wait for the log to grow beyond a position; False after a heartbeat's time, or when the
        feed ends. What ended the task that asks for the head, ends whoever waits for it.
        """
        if self._task is not None and self._task.done() and not self.closed:
            self._task.result()
        if self.position <= beyond and not self.closed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self.heartbeat)
        return self.position > beyond and not self.closed

    @contextlib.asynccontextmanager
    async def listening(self, account: str) -> AsyncIterator[None]:
        """As long as somebody listens."""
        self._listeners[account] += 1
        if self._task is None:
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._follow())
        try:
            yield
        finally:
            self._listeners[account] -= 1
            self._listeners += Counter()  # forgets whoever listens no more
            if not self.listeners:
                self._task.cancel()
                self._task = None

    def close(self) -> None:
        """End all streams; from any thread."""
        self.closed = True
        self._from_any_thread(self._wake)

    async def _follow(self) -> None:
        unwatch = self._watch(lambda: self._from_any_thread(self._nudge.set))
        try:
            while not self.closed:
                self._nudge.clear()
                with contextlib.suppress(LedgerError):  # listeners get heartbeats until it is back
                    position = await self.read(self._head)
                    if position != self.position:
                        self.position = position
                        self._wake()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._nudge.wait(), self._poll)
        finally:
            unwatch()

    def _wake(self) -> None:
        self._news.set()
        if not self.closed:
            self._news = asyncio.Event()

    def _from_any_thread(self, act: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it ended in between
                loop.call_soon_threadsafe(act)


class Stream(EventSourceResponse):
    """A stream, as a rule of server-sent events; it counts as a listener while it is sent."""

    def __init__(
        self,
        feed: Feed,
        account: str,
        pieces: AsyncGenerator[bytes],
        media_type: str = "text/event-stream",
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._feed = feed
        self._account = account
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it ends, the client goes or the server stops."""
        async with self._feed.listening(self._account):
            try:
                await super().__call__(scope, receive, send)
            finally:  # what the stream rests on, as a process, ends with it and not some time after
                with CancelScope(shield=True):
                    await self._pieces.aclose()
