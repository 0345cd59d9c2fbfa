"""What the people of a unit come to: how many, how many measured, their sum, and why not the rest.

Counts are part of an answer and of its digest; who they are is not, and is listed only on request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.canonical import decimal_text
from ledger.errors import invariant

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a unit, by stream; his name is joined by whoever may show it, never here."""

    subject: str
    unit: str | None
    status: str
    total: Decimal | None
    band: str | None

    def as_json(self) -> dict[str, Any]:
        """The object of the public contract."""
        return {
            "subject": self.subject,
            "unit": self.unit,
            "status": self.status,
            "total": None if self.total is None else decimal_text(self.total),
            "band": self.band,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """Everybody who counts in a unit or below it.

    Attributes:
        measured: those with a total, or of an instrument that asks for requirements an outcome.
        provisional: how many of them are not certain.
        total: the sum of their totals; low and high its bounds while matters are open.
        bands: how many of the measured are in each band.
        among: how many are in the bands asked about, at least and at most while matters are open.
        why: how many are not computable, by code of reason; somebody may have several.
        listed: who they are, by subject, where that was asked for.
    """

    people: int = 0
    measured: int = 0
    provisional: int = 0
    not_computable: int = 0
    not_applicable: int = 0
    total: Decimal = ZERO
    low: Decimal = ZERO
    high: Decimal = ZERO
    bands: Mapping[str, int] | None = None
    among: tuple[int, int] = (0, 0)
    why: Mapping[str, int] | None = None
    listed: tuple[Member, ...] = ()

    def __post_init__(self) -> None:
        counted = self.measured + self.not_computable + self.not_applicable
        invariant(self.people == counted, "people of a unit are counted twice or not at all")

    @property
    def open(self) -> bool:
        """Whether an open matter may still change what it comes to."""
        return self.low != self.high or self.among[0] != self.among[1]


NOBODY = Tally()


@dataclass(frozen=True, slots=True)
class Counted:
    """What a measure shows of a tally: `mean` where one is asked for and somebody is measured."""

    tally: Tally
    mean: Decimal | None
    among: int | None

    def as_json(self) -> dict[str, Any]:
        """The object of the public contract, keys in its order."""
        tally = self.tally
        return {
            "people": tally.people,
            "measured": tally.measured,
            "provisional": tally.provisional,
            "not_computable": tally.not_computable,
            "not_applicable": tally.not_applicable,
            "why": dict(sorted((tally.why or {}).items())),
            "bands": dict(tally.bands or {}),
            "mean": None if self.mean is None else decimal_text(self.mean),
            "among": self.among,
        }
