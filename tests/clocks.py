"""Clocks for tests: they say what they are told and never what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


class SteppingClock:
    """Starts at `START` and goes on by one second at each reading; `now` may be set."""

    def __init__(self, now: datetime = START, step: timedelta = timedelta(seconds=1)) -> None:
        self.now = now
        self.step = step

    def __call__(self) -> datetime:
        """The instant; the next reading is one step later."""
        now = self.now
        self.now = now + self.step
        return now
