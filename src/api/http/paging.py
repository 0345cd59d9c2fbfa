"""Lists in pages: opaque cursors pinned to a position, with links of RFC 8288."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from ledger.errors import Misuse

MOST = 500
_Row = TypeVar("_Row")


class Page:
    """Which part of a list is asked for.

    Attributes:
        limit: at most so many rows. position: what the list was begun at, None at the beginning.
        after: the key of the last row given, None at the beginning.
    """

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of one page.")] = 100,
        cursor: Annotated[
            str | None, Query(max_length=512, description="From the link `next` of a page.")
        ] = None,
    ) -> None:
        self.limit = limit
        self.position: int | None = None
        self.after: str | None = None
        if cursor is not None:
            self.position, self.after = _read(cursor)

    def of(
        self, rows: Sequence[_Row], key: Callable[[_Row], str], position: int
    ) -> tuple[list[_Row], str | None]:
        """The rows of this page, of a list sorted by key, and the cursor of the next page."""
        start = 0
        if self.after is not None:
            after = self.after
            start = next((n for n, one in enumerate(rows) if key(one) > after), len(rows))
        shown = list(rows[start : start + self.limit])
        more = start + self.limit < len(rows)
        return shown, written(position, key(shown[-1])) if more else None


Pages = Annotated[Page, Depends()]


def written(position: int, after: str) -> str:
    """A cursor: the position of the list and the key of the last row given."""
    return base64.urlsafe_b64encode(orjson.dumps([position, after])).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found: Any = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        position, after = found
    except (ValueError, TypeError, binascii.Error):
        position, after = None, None
    if type(position) is not int or not isinstance(after, str) or not 0 <= position < 2**53:
        raise Misuse(
            "The cursor is none of this server's.", next_step="Begin the list again without it."
        )
    return position, after


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in the answer."""
    if cursor is None:
        return
    query = [(name, value) for name, value in request.query_params.multi_items()]
    query = [(name, value) for name, value in query if name != "cursor"] + [("cursor", cursor)]
    response.headers["Link"] = f'<{request.url.path}?{urlencode(query)}>; rel="next"'
