"""Memento (RFC 7089): where the other times of an answer are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

LINK_FORMAT = "application/link-format"
_KNOWN = frozenset({"known_at", "position", "purpose"})


def asked_again(request: Request) -> list[tuple[str, str]]:
    """The question of an address without what was known, and without what it was read for."""
    return [
        (name, value) for name, value in request.query_params.multi_items() if name not in _KNOWN
    ]


def address(path: str, query: Sequence[tuple[str, str]]) -> str:
    """An address with its query."""
    return f"{path}?{urlencode(query)}" if query else path


def link(response: Response, links: Iterable[str]) -> None:
    """Add links to those that an answer has."""
    there = response.headers.get("Link")
    response.headers["Link"] = ", ".join([*([there] if there else []), *links])


def say_times(request: Request, response: Response) -> None:
    """Name the original, which is its own time gate, and the timemap of a person."""
    query, path = asked_again(request), request.url.path
    timemap = address(path.rsplit("/", 1)[0] + "/timemap", query)
    link(
        response,
        (
            f'<{address(path, query)}>; rel="original timegate"',
            f'<{timemap}>; rel="timemap"; type="{LINK_FORMAT}"',
        ),
    )


def timemap(
    original: str,
    own: str,
    points: Sequence[tuple[int, datetime]],
    query: Sequence[tuple[str, str]],
) -> str:
    """The timemap of an answer in the link format of RFC 6690, as RFC 7089 5 has it.

    Args:
        original: the path that answers. own: the address of the timemap.
        points: position and instant of each change, ascending.
        query: the question.
    """
    rows = [f'<{address(original, query)}>;rel="original timegate"']
    spread = ""
    if points:
        first, last = (format_datetime(at, usegmt=True) for _, at in (points[0], points[-1]))
        spread = f';from="{first}";until="{last}"'
    rows.append(f'<{own}>;rel="self";type="{LINK_FORMAT}"{spread}')
    for number, (position, at) in enumerate(points):
        ends = ("first ", number == 0), ("last ", number == len(points) - 1)
        words = "".join(word for word, so in ends if so) + "memento"
        there = address(original, [*query, ("position", str(position))])
        rows.append(f'<{there}>;rel="{words}";datetime="{format_datetime(at, usegmt=True)}"')
    return ",\n".join(rows) + "\n"
