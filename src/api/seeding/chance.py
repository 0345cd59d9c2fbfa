"""Bytes and a clock that are the same on every machine: for demo ledgers and nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_BLOCK = 1 << 20
_CLOSING = time(17, 0)


class SeededBytes:
    """The same bytes in the same order each time: SHAKE-256 of a seed, only ever for demo
    ledgers.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._blocks = 0
        self._rest = b""

    def __call__(self, count: int) -> bytes:
        """So many bytes."""
        while len(self._rest) < count:
            text = f"{self._seed} {self._blocks}".encode()
            self._rest += hashlib.shake_256(text).digest(_BLOCK)
            self._blocks += 1
        given, self._rest = self._rest[:count], self._rest[count:]
        return given


class SetClock:
    """A clock that stands where it was set; the store makes each command later than the one
    before.
    """

    def __init__(self, zone: str, day: date) -> None:
        self._zone = ZoneInfo(zone)
        self.set(day)

    def set(self, day: date) -> None:
        """Set to the close of office on a day."""
        self.day = day
        self.instant = datetime.combine(day, _CLOSING, self._zone).astimezone(UTC)

    def __call__(self) -> datetime:
        """The instant it was set to."""
        return self.instant
