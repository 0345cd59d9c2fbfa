"""Repeatable chance: draws follow from a text alone, on every machine and Python version.

The standard generator promises stability only for `random()`; a hash promises it for ever, and the
stories and the printed answers of the demo depend on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

DRAW_BYTES = 4
PER_MILLE = 1000

T = TypeVar("T")


class Dice:
    """An endless row of draws named by `seed`; the same name gives the same row."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._block = b""
        self._blocks = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`."""
        if not self._block:
            name = f"{self._seed}:{self._blocks}".encode()
            self._block = hashlib.sha512(name).digest()
            self._blocks += 1
        draw = int.from_bytes(self._block[:DRAW_BYTES], "big")
        self._block = self._block[DRAW_BYTES:]
        return draw * bound >> 8 * DRAW_BYTES

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends inside."""
        return low + self.below(high - low + 1)

    def chance(self, per_mille: int) -> bool:
        """True in `per_mille` of a thousand draws."""
        return self.below(PER_MILLE) < per_mille

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[self.below(len(options))]

    def weigh(self, options: Sequence[tuple[int, T]]) -> T:
        """One of (weight, option), as likely as its weight says."""
        left = self.below(sum(weight for weight, _ in options))
        for weight, option in options:
            if left < weight:
                return option
            left -= weight
        return options[-1][1]

    def day(self, first: date, last: date) -> date:
        """A day, both ends inside."""
        return first + timedelta(days=self.below((last - first).days + 1))
