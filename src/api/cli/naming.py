"""How the command line reads days, instants and subjects: `-` stands for standard input."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from api import naming
from api.cli.common import now, warn
from api.desk import Desk
from ledger import values
from ledger.application import Ledger, today_in
from ledger.errors import BadValue, Misuse

_TICK = timedelta(microseconds=1)


def today(ledger: Ledger) -> date:
    """The legal day it is in the agency's zone."""
    return today_in(str(ledger.founded["timezone"]), now())


def day_option(text: str) -> date:
    """A day of an option.

    Raises:
        Misuse: it is none.
    """
    try:
        return values.day(text)
    except BadValue as fault:
        raise Misuse(f"A day cannot be read. {fault.message}", next_step=fault.next_step) from None


def instant_option(ledger: Ledger, text: str | None, *, end: bool) -> datetime | None:
    """An instant, or a day in the agency's zone: its beginning, or its end.

    Raises:
        Misuse: it is neither, an instant without offset, or at an end of the calendar, where UTC
            has no such instant or none after it.
    """
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
        if len(text) == len("2026-11-22"):
            day = instant.date() + timedelta(days=1 if end else 0)
            instant = datetime.combine(day, time(), ZoneInfo(str(ledger.founded["timezone"])))
            instant -= _TICK if end else timedelta()
        if instant.tzinfo is not None:
            return (instant.astimezone(UTC) + _TICK) - _TICK
    except (ValueError, OverflowError):
        pass
    raise Misuse(
        "An instant cannot be read, has no offset from UTC, or lies at an end of the calendar.",
        next_step="Write it as 2026-11-22T11:04:05+08:00, or give a day.",
    )


def subject_stream(ledger: Ledger, subject: str) -> UUID:
    """The stream of a person (NIP or id) or a unit (code, name or id); "-" reads standard input.

    Raises:
        PersonUnknown, UnitUnknown: nobody and nothing of that name here.
    """
    if subject == "-":
        subject = sys.stdin.readline().strip()
    return naming.subject_of(ledger, subject, today(ledger))


def unit_streams(ledger: Ledger, unit: str) -> frozenset[UUID]:
    """The streams of a unit, of everything below it and of its members today."""
    return naming.unit_streams(ledger, unit, today(ledger))


def fact_position(ledger: Ledger, subject: str | None, named: str) -> int:
    """The position of one event: given as such, as stream/version, or as a key of a subject.

    Raises:
        TargetUnknown, PersonUnknown, UnitUnknown, Misuse: no such event, or nobody it could be of.
    """
    if subject == "-":
        subject = sys.stdin.readline().strip()
    return naming.fact_position(ledger, subject, named, today(ledger))


def proved_stream(ledger: Ledger, subject: str) -> UUID:
    """The stream of a subject; an id that names nobody stands for itself, because that can be
    proved too.

    Raises:
        PersonUnknown, UnitUnknown: a number or code that leads to no id.
    """
    return naming.id_of(subject) or subject_stream(ledger, subject)


def desk_on(ledger: Ledger) -> Desk:
    """The desk through which the command line asks what HTTP and pages ask too."""
    return Desk(ledger, clock=now, report=warn)
