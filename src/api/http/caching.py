"""Validators: an answer that rests on the same things is answered with 304 and no work.

A person's answer rests on the person's own events and on what is not about persons (rules, units,
references, decisions), on the legal day and on what the reader may see. The validator is weak
(RFC 9110 8.8.1): a later position that changed none of these gives the same answer but its echo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

PRIVATE = "private, no-cache"
FOREVER = "public, max-age=31536000, immutable"


def validator(parts: Iterable[object]) -> str:
    """The weak entity tag of what an answer rests on."""
    told = "\x1f".join(str(one) for one in parts)
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def unchanged(request: Request, tag: str) -> Response | None:
    """The 304 for a reader who has this answer already; None where it must be given."""
    asked = request.headers.get("if-none-match")
    if asked is None:
        return None
    known = {one.strip() for one in asked.split(",")}
    if tag not in known and "*" not in known:
        return None
    return Response(
        status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag, "Cache-Control": PRIVATE}
    )
