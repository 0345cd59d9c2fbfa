"""A question: legal day, position, rules; and how what was asked for becomes these coordinates.

Pure: today and the log are arguments. `as_of` is a legal day, inclusive; `position` is the last
event that was known; `known_at` is the instant at which that event was recorded, in UTC, never
"now".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from ledger import values
from ledger.errors import BadValue, LedgerError, Misuse
from projections.official import Official
from projections.plans.plan import Plan

EARLIEST = date(1945, 8, 17)
LATEST = date(2200, 12, 31)


class BeforeFirstRecord(LedgerError):
    """Nothing was recorded yet at that instant."""

    code = "BEFORE_FIRST_RECORD"


class PositionRefused(LedgerError):
    """A position beyond the head, or between the events of one command."""

    code = "position_refused"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, resolved.

    Attributes:
        as_of: the legal day, inclusive.
        position: the last event that is known; later ones play no part.
        known_at: when that event was recorded, UTC.
        period: as it was asked for, as "2022", or None.
        rules: the decree asked for instead of the one in force, or None.
        without: facts as if they had not been: (stream hex, root version).
        forecast: the day had not come when the question was asked.
        official: the answers that a penetapan set, as known at the position; no coordinate.
    """

    as_of: date
    position: int
    known_at: datetime
    period: str | None = None
    rules: str | None = None
    without: tuple[tuple[str, int], ...] = ()
    forecast: bool = False
    official: Official | None = field(default=None, compare=False, repr=False)

    def hypothetical(self) -> dict[str, Any] | None:
        """The stamp of an answer that does not stand by itself, or None."""
        stamp: dict[str, Any] = {}
        if self.forecast:
            stamp["forecast"] = True
        if self.rules is not None:
            stamp["rules"] = self.rules
        if self.without:
            stamp["without"] = [f"{stream}/{root}" for stream, root in self.without]
        return stamp or None


class Head(Protocol):
    """Where the log ends."""

    @property
    def position(self) -> int:
        """Of the last event, 0 before the first."""

    @property
    def recorded_at(self) -> datetime | None:
        """Of the last event, None before the first."""


@dataclass(frozen=True, slots=True)
class Log:
    """What must be known of a log to place a question in it.

    Attributes:
        head: where it ends.
        position_at: the last position recorded up to an instant, None before the first.
        boundary: the nearest positions at or before, and at or after, that end a command.
        recorded_at: when the event at a position was recorded.
    """

    head: Head
    position_at: Callable[[datetime], int | None]
    boundary: Callable[[int], tuple[int, int]]
    recorded_at: Callable[[int], datetime]


def asked_day(
    plan: Plan, *, as_of: date | None, period: str | None, today: date
) -> tuple[date, bool]:
    """The legal day of a question, and whether it lies after today.

    A period means its cut-off: as shipped its last day, `2022` is 2022-12-31 and `2024-Q3`
    2024-09-30.

    Raises:
        Misuse: as_of and period together, a period that is none, or a day far from any record.
    """
    if as_of is not None and period is not None:
        raise Misuse("as-of and period both say which day is meant.", next_step="Give one of them.")
    if period is not None:
        try:
            _, as_of = values.period(period)
        except BadValue as fault:
            raise Misuse(
                f"The period of {plan.instrument} cannot be read. {fault.message}",
                next_step=fault.next_step,
            ) from None
    on = check_day(today if as_of is None else as_of)
    return on, on > today


def check_day(on: date) -> date:
    """A legal day that can be asked about.

    Raises:
        Misuse: it is far from any record.
    """
    if not EARLIEST <= on <= LATEST:
        raise Misuse(
            f"The day {on.isoformat()} lies outside {EARLIEST} to {LATEST}.",
            next_step="Check the year.",
        )
    return on


def asked_position(
    log: Log, *, position: int | None, known_at: datetime | None, now: datetime
) -> tuple[int, datetime]:
    """The position that was known, and when it was recorded; the head when neither is given.

    Raises:
        Misuse: both given, an instant without offset or in the future.
        BeforeFirstRecord: nothing had been recorded.
        PositionRefused: beyond the head or within a command, naming the nearest whole positions.
    """
    if position is not None and known_at is not None:
        raise Misuse(
            "known-at and position both say what was known.", next_step="Give one of them."
        )
    if known_at is not None:
        position = _position_at(log, known_at, now)
    if position is None:
        position, at = log.head.position, log.head.recorded_at
        if at is not None:  # the head is where a command ends
            return position, at
    if position < 1:
        raise BeforeFirstRecord(
            "Nothing was recorded yet, so nothing can be answered.",
            next_step="Ask for a later moment, or record facts first.",
        )
    if position > log.head.position:
        raise PositionRefused(
            f"Position {position} lies beyond the last one, {log.head.position}.",
            next_step=f"Ask at position {log.head.position} or before.",
        )
    before, after = log.boundary(position)
    if position not in (before, after):
        raise PositionRefused(
            f"Position {position} lies within one command, whose events became known together.",
            next_step=f"Ask at position {before} or {after}.",
        )
    return position, log.recorded_at(position)


def _position_at(log: Log, known_at: datetime, now: datetime) -> int:
    if known_at.tzinfo is None or known_at.utcoffset() is None:
        raise Misuse(
            "known-at has no offset from UTC, so the instant is not clear.",
            next_step="Write it as 2026-11-22T11:04:05+08:00, or with Z for UTC.",
        )
    if known_at > now:
        raise Misuse(
            "known-at lies in the future; what will be known then is not known now.",
            next_step="Leave it out to ask with all that is known.",
        )
    return log.position_at(known_at) or 0
