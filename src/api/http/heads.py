"""HEAD is GET without its body (RFC 9110, 9.3.2), for every address in one place.

The request runs as GET, so rights, looks in the access log and headers are those of GET. An answer
that goes on, as a live stream, ends where its body would begin.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Answers HEAD wherever GET is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, a HEAD as GET."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        answered = asyncio.Event()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif not answered.is_set():
                answered.set()
                await send({"type": "http.response.body", "body": b""})

        asked = asyncio.ensure_future(self._app({**scope, "method": "GET"}, receive, sending))
        enough = asyncio.ensure_future(answered.wait())
        try:
            await asyncio.wait((asked, enough), return_when=asyncio.FIRST_COMPLETED)
        finally:
            enough.cancel()
            if answered.is_set() or not asked.done():
                asked.cancel()  # nothing of it is read any more, and a live stream has no end
        with suppress(asyncio.CancelledError):
            await asked
