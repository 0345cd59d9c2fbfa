"""Instruments enacted and repealed: which text is in force on a day, as known at a position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson

from ledger.errors import LedgerError
from ledger.records import RecordedEvent

ENACT = "ledger.enact/1"
REPEAL = "ledger.repeal/1"


class InstrumentUnknown(LedgerError):
    """No text of that name stands in the rule book at that position, or none under that decree."""

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
                f"No text of {instrument} stands in the rule book, as known at that position.",
                next_step="`asn-ledger instrument list` shows what was enacted and repealed, and"
                " at which position.",
            )
        if decree is not None:
            under = [one for one in named if one.decree == decree]
            if not under:
                raise InstrumentUnknown(
                    f"No text of {instrument} under {decree} stands in the rule book, as known at"
                    " that position.",
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

    def of_text(self, sha256: str) -> Enactment | None:
        """The latest enactment of a text of this digest."""
        same = [one for one in self.enactments if one.sha256 == sha256]
        return same[-1] if same else None

    def supposing(self, enacted: Enactment) -> Rulebook:
        """This book with one text more."""
        return Rulebook((*self.enactments, enacted))

    def without(self, position: int) -> Rulebook:
        """This book without the text enacted there."""
        return Rulebook(tuple(one for one in self.enactments if one.position != position))

    def names(self) -> list[str]:
        """The instruments enacted here."""
        return sorted({one.instrument for one in self.enactments})


@dataclass(frozen=True, slots=True)
class Act:
    """An enactment or a repeal as an act: at which position, when, by whom, on what document."""

    position: int
    recorded_at: datetime
    actor: str
    document: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that was ever enacted: who enacted it and, if so, who repealed it."""

    enactment: Enactment
    enacted: Act
    repealed: Act | None = None


def rulebook(events: Iterable[RecordedEvent], position: int | None = None) -> Rulebook:
    """Fold the events of the ledger stream, in order, up to a position."""
    found = entries(events, position)
    return Rulebook(tuple(one.enactment for one in found if one.repealed is None))


def entries(events: Iterable[RecordedEvent], position: int | None = None) -> list[Entry]:
    """Every text ever enacted up to a position, in order of enactment, repealed ones too."""
    found: dict[int, Entry] = {}
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        if recorded.topic == ENACT:
            found[recorded.id] = Entry(_enactment(recorded), _act(recorded))
        elif recorded.topic == REPEAL:
            one = found.get(orjson.loads(recorded.state)["enacted"])
            if one is not None and one.repealed is None:
                found[one.enactment.position] = replace(one, repealed=_act(recorded))
    return list(found.values())


def _enactment(recorded: RecordedEvent) -> Enactment:
    payload = orjson.loads(recorded.state)
    return Enactment(
        recorded.id,
        payload["instrument"],
        payload["decree"],
        recorded.effective_on or date.min,
        payload["sha256"],
        payload["text"],
    )


def _act(recorded: RecordedEvent) -> Act:
    context = orjson.loads(recorded.context) if recorded.context else {}
    actor = str(context.get("actor", ""))
    return Act(recorded.id, recorded.recorded_at, actor, context.get("document"))
