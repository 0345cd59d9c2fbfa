"""The coordinates of a question in an address: legal day, what was known, rules (DESIGN 5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from starlette.responses import Response

from ledger.canonical import instant_text
from ledger.errors import Misuse
from projections.asking.inquiry import Ask, Asked
from projections.question import Question, check_day

AsOf = Annotated[
    date | None, Query(description="Legal day, inclusive; default today in the agency's zone.")
]
KnownAt = Annotated[
    datetime | None,
    Query(description="As known at an instant, RFC 3339 with an offset; not with `position`."),
]
Position = Annotated[
    int | None, Query(ge=1, le=2**53, description="As known at a position; not with `known_at`.")
]
AcceptDatetime = Annotated[
    str | None,
    Header(description="RFC 7089: means `known_at`, where neither that nor `position` is given."),
]


_SECOND = timedelta(microseconds=999_999)


class When:
    """Day and knowledge of a question, as the address gives them.

    Raises:
        Misuse: `known_at` with `position`, without an offset; a day far from any record.
    """

    def __init__(
        self,
        request: Request,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        position: Position = None,
        accept_datetime: AcceptDatetime = None,
    ) -> None:
        if known_at is not None and position is not None:
            raise Misuse(
                "known_at and position both say what was known.", next_step="Give one of them."
            )
        if known_at is not None and known_at.tzinfo is None:
            raise Misuse(
                "known_at has no offset from UTC.",
                next_step="Write it as 2026-11-22T11:04:05+08:00, or with Z.",
            )
        if known_at is None and position is None and accept_datetime is not None:
            known_at = _instant(accept_datetime, request.app.state.desk.now())
        self.as_of = None if as_of is None else check_day(as_of)
        self.known_at = known_at
        self.position = position


def _instant(text: str, now: datetime) -> datetime:
    """The end of the second that a date of HTTP names, so that the `Memento-Datetime` of an answer
    leads to what was recorded within it.
    """
    try:
        begun = parsedate_to_datetime(text)
        end = begun + _SECOND
        return min(end, now) if begun.tzinfo and begun <= now else begun
    except (ValueError, OverflowError):
        raise Misuse(
            "Accept-Datetime cannot be read.",
            next_step="Write it as Sun, 22 Nov 2026 03:04:05 GMT (RFC 7089).",
        ) from None


Instrument = Annotated[
    str, Query(pattern="^[a-z0-9][a-z0-9-]{0,63}$", description="As `ip-asn`.", examples=["ip-asn"])
]


class Asking(When):
    """A whole question about an instrument, without whom it is about."""

    def __init__(
        self,
        request: Request,
        instrument: Instrument,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        position: Position = None,
        period: Annotated[
            str | None,
            Query(max_length=16, description="As 2022 or 2024-Q3: the cut-off of that period."),
        ] = None,
        rules: Annotated[
            str | None, Query(max_length=200, description="Under another decree: hypothetical.")
        ] = None,
        accept_datetime: AcceptDatetime = None,
    ) -> None:
        super().__init__(request, as_of, known_at, position, accept_datetime)
        self.instrument = instrument
        self.period = period
        self.rules = rules

    def ask(self, without: tuple[tuple[str, int], ...] = ()) -> Ask:
        """The question, still without its place in the log."""
        return Ask(
            self.instrument,
            self.as_of,
            self.period,
            self.known_at,
            self.position,
            self.rules,
            without,
        )


Asks = Annotated[Asking, Depends()]
Whens = Annotated[When, Depends()]


def say_coordinates(response: Response, question: Question) -> None:
    """Echo what the answer rests on: position, instant (RFC 7089), day."""
    say_when(response, question.as_of, question.position, question.known_at)


def say_when(response: Response, as_of: date, position: int, known_at: datetime) -> None:
    """The same of an answer that no instrument gave."""
    headers = response.headers
    headers["Ledger-Position"] = str(position)
    headers["Ledger-Known-At"] = instant_text(known_at)
    headers["Ledger-As-Of"] = as_of.isoformat()
    headers["Memento-Datetime"] = format_datetime(known_at.astimezone(UTC), usegmt=True)
    headers["Vary"] = "Accept-Datetime, Authorization, Cookie"


def say_rules(response: Response, asked: Asked) -> None:
    """Echo the text an answer was worked out under."""
    say_coordinates(response, asked.question)
    response.headers["Ledger-Instrument"] = asked.plan.instrument
