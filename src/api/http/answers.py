"""Answers as bytes: JSON by orjson, lines for what is many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse

from api.http.caching import PRIVATE

JSON = "application/json"
LINES = "application/jsonl"
_LINES_AT_ONCE = 64 * 1024


def answer(shown: Any, *, tag: str | None = None, status: int = 200) -> Response:
    """One JSON value."""
    headers = {"Cache-Control": PRIVATE} if tag is None else {"Cache-Control": PRIVATE, "ETag": tag}
    return Response(orjson.dumps(shown), status, headers, JSON)


def lines(rows: Iterable[Any]) -> StreamingResponse:
    """JSON values, one a line, sent as they are worked out."""
    return StreamingResponse(_packed(rows), media_type=LINES, headers={"Cache-Control": PRIVATE})


def _packed(rows: Iterable[Any]) -> Iterator[bytes]:
    """Lines in pieces of some kilobytes; the first as soon as it is there."""
    held, first = bytearray(), True
    for row in rows:
        held += orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        if first or len(held) > _LINES_AT_ONCE:
            yield bytes(held)
            held.clear()
            first = False
    if held:
        yield bytes(held)
