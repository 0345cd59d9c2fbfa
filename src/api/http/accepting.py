"""Which of several forms of an answer a request asks for (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

_RANGES_MAX = 32


def chosen(request: Request, offered: Sequence[str]) -> str:
    """The media type that suits best; the first one offered where nothing is asked for, or nothing
    that there is.

    Of types that suit alike, the one offered first; a more exact range weighs before a wider one.
    """
    ranges = [_range(one) for one in request.headers.get("accept", "").split(",")[:_RANGES_MAX]]
    weighed = [(_weight(kind, ranges), kind) for kind in offered]
    best = max(weight for weight, _ in weighed)
    return next(kind for weight, kind in weighed if weight == best)


def _range(text: str) -> tuple[str, int]:
    """A media range and its weight in thousandths."""
    kind, *parameters = (one.strip().lower() for one in text.split(";"))
    weight = 1000
    for one in parameters:
        name, _, value = one.partition("=")
        if name.strip() == "q":
            weight = _thousandths(value.strip())
    return kind, weight


def _thousandths(text: str) -> int:
    whole, _, rest = text.partition(".")
    digits = (whole + rest.ljust(3, "0"))[:4]
    known = whole in {"0", "1"} and digits.isascii() and digits.isdecimal()
    return min(1000, int(digits)) if known else 0


def _weight(kind: str, ranges: Sequence[tuple[str, int]]) -> int:
    by_range = dict(reversed(ranges))
    for one in (kind, kind.partition("/")[0] + "/*", "*/*"):
        if one in by_range:
            return by_range[one]
    return 0
