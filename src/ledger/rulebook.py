"""Instruments enacted and repealed: which text is in force on a day, as known at a position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from ledger.errors import LedgerError
from ledger.records import RecordedEvent

ENACT = "ledger.enact/1"
REPEAL = "ledger.repeal/1"


class InstrumentUnknown(LedgerError):
    """No instrument of that name was ever enacted, or none under that decree."""

    code = "instrument_unknown"


class NoRulesInForce(LedgerError):
    """The instrument exists, but not on that day as known then."""

    code = "no_rules_in_force"


@dataclass(frozen=True, slots=True)
class Enactment:
    """One text of an instrument. `position` is that of its enactment."""

    position: int
    instrument: str
    decree: str
    in_force_from: date
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The texts enacted and not repealed at a position, in order of enactment."""

    enactments: Sequence[Enactment]

    def in_force(self, instrument: str, as_of: date, *, decree: str | None = None) -> Enactment:
        """The text in force: the greatest in_force_from up to as_of, of ties the later enactment.

        Under a named decree the latest enactment of that decree answers, in force or not.

        Raises:
            InstrumentUnknown, NoRulesInForce.
        """
        named = [one for one in self.enactments if one.instrument == instrument]
        if not named:
            raise InstrumentUnknown(
                f"No instrument {instrument} is enacted here.",
                next_step="`asn-ledger instrument list` shows what is enacted.",
            )
        if decree is not None:
            under = [one for one in named if one.decree == decree]
            if not under:
                raise InstrumentUnknown(
                    f"{instrument} was never enacted under {decree}.",
                    next_step="Known: " + "; ".join(sorted({one.decree for one in named})) + ".",
                )
            return under[-1]
        begun = [one for one in named if one.in_force_from <= as_of]
        if not begun:
            first = min(one.in_force_from for one in named)
            raise NoRulesInForce(
                f"{instrument} is in force from {first.isoformat()} on and not on "
                f"{as_of.isoformat()}.",
                next_step="Ask about a later day, or name a decree with --rules.",
            )
        return max(begun, key=lambda one: (one.in_force_from, one.position))

    def names(self) -> list[str]:
        """The instruments enacted here."""
        return sorted({one.instrument for one in self.enactments})


def rulebook(events: Iterable[RecordedEvent], position: int | None = None) -> Rulebook:
    """Fold the events of the ledger stream, in order, up to a position."""
    standing: dict[int, Enactment] = {}
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        if recorded.topic == ENACT:
            payload = orjson.loads(recorded.state)
            standing[recorded.id] = Enactment(
                recorded.id,
                payload["instrument"],
                payload["decree"],
                recorded.effective_on or date.min,
                payload["sha256"],
                payload["text"],
            )
        elif recorded.topic == REPEAL:
            standing.pop(orjson.loads(recorded.state)["enacted"], None)
    return Rulebook(tuple(standing.values()))
