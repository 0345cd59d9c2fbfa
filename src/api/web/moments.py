"""The coordinates of a page's address, as a form in a browser sends them.

A browser sends a form's empty fields too, and its date fields as bare days. So here an empty value
is none at all, and a bare day as `known_at` is the end of that day in the agency's zone: all that
was recorded until that evening. Everything else is as in the API (`api.http.coordinates`).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request

from api.desk import Desk
from api.http.coordinates import Asking, When
from api.http.guard import desk_of
from ledger.errors import Misuse

USUAL = "ip-asn"  # what a page asks about when its address names no instrument
_MOST = 2**53
_Text = Annotated[str, Query(max_length=200)]


class PageWhen(When):
    """Day and knowledge of a page.

    Raises:
        Misuse: a value that cannot be read, `known_at` together with `position`.
    """

    def __init__(
        self, request: Request, as_of: _Text = "", known_at: _Text = "", position: _Text = ""
    ) -> None:
        desk = desk_of(request)
        super().__init__(
            request,
            day_of(as_of, "as_of"),
            known_of(desk, known_at, "known_at"),
            position_of(position, "position"),
        )


class PageAsking(Asking):
    """A page's whole question about an instrument, by default the usual one."""

    def __init__(
        self,
        request: Request,
        *,
        instrument: Annotated[str, Query(pattern="^([a-z0-9][a-z0-9-]{0,63})?$")] = "",
        as_of: _Text = "",
        known_at: _Text = "",
        position: _Text = "",
        period: Annotated[str, Query(max_length=16)] = "",
        rules: _Text = "",
    ) -> None:
        desk = desk_of(request)
        super().__init__(
            request,
            instrument or USUAL,
            day_of(as_of, "as_of"),
            known_of(desk, known_at, "known_at"),
            position_of(position, "position"),
            period or None,
            rules or None,
        )


PageWhens = Annotated[PageWhen, Depends()]
PageAsks = Annotated[PageAsking, Depends()]


def day_of(text: str, name: str) -> date | None:
    """A legal day of an address; None where it is empty.

    Raises:
        Misuse.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Misuse(
            f"{name} is not a day.", next_step="Write it as 2024-06-30, or leave it empty."
        ) from None


def known_of(desk: Desk, text: str, name: str) -> datetime | None:
    """What was known: an instant, or the end of a day in the agency's zone; None where it is empty
    or the day is today, which has no end yet.

    Raises:
        Misuse.
    """
    told = text.strip()
    if not told:
        return None
    try:
        if len(told) == len("2024-06-30"):
            on = date.fromisoformat(told)
            return None if on == desk.today() else end_of(on, desk.zone)
        # In an address an unescaped + arrives as a blank.
        at = datetime.fromisoformat(told.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise Misuse(
            f"{name} is neither a day nor an instant.",
            next_step="Write it as 2024-06-30, or as 2024-06-30T17:00:00+08:00.",
        ) from None
    if at.tzinfo is None:
        raise Misuse(
            f"{name} has no offset from UTC.",
            next_step="Write it as 2026-11-22T11:04:05+08:00, or with Z.",
        )
    return at


def position_of(text: str, name: str) -> int | None:
    """A position of the log; None where it is empty.

    Raises:
        Misuse.
    """
    told = text.strip()
    if not told:
        return None
    if not (told.isascii() and told.isdigit() and 0 < int(told[:20]) <= _MOST):
        raise Misuse(
            f"{name} is not a position of the log.", next_step="Write a whole number from 1."
        )
    return int(told)


def end_of(on: date, zone: ZoneInfo) -> datetime:
    """The last instant of a day that the ledger can tell apart, in a zone."""
    return datetime.combine(on + timedelta(days=1), time.min, zone) - timedelta(microseconds=1)
