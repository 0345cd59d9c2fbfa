"""Who acknowledged which warning, and when. A warning is never deleted; it is seen.

An acknowledgement lies in the stream of the person or unit it is about, or in the ledger stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from ledger.application import Ledger
from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT, encode
from ledger.events.oversight import (
    EmployeeWarningAcknowledged,
    LedgerWarningAcknowledged,
    UnitWarningAcknowledged,
)
from ledger.events.registry import spec
from ledger.storage.store_errors import VersionConflict

_RETRIES = 9
_KINDS = {
    EMPLOYEE: EmployeeWarningAcknowledged,
    ORG_UNIT: UnitWarningAcknowledged,
    LEDGER: LedgerWarningAcknowledged,
}
_TOPICS = (
    EmployeeWarningAcknowledged.SPEC.topic,
    UnitWarningAcknowledged.SPEC.topic,
    LedgerWarningAcknowledged.SPEC.topic,
)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody saw a warning."""

    position: int
    recorded_at: datetime
    actor: str


class Warned(NamedTuple):
    """A warning by name: about whom (hex digits; None is the ledger), by which rule, of what."""

    subject: str | None
    rule: str
    key: str


Seen = Mapping[Warned, tuple[Acknowledged, ...]]


def acknowledged(ledger: Ledger, position: int | None = None) -> Seen:
    """Every acknowledgement up to a position."""
    found: dict[Warned, tuple[Acknowledged, ...]] = {}
    for recorded in ledger.store.read(1, position, topics=_TOPICS):
        payload = orjson.loads(recorded.state)
        context = orjson.loads(recorded.context) if recorded.context else {}
        of_ledger = recorded.topic == LedgerWarningAcknowledged.SPEC.topic
        subject = None if of_ledger else recorded.originator_id.hex
        named = Warned(subject, payload["rule"], payload["subject_key"])
        one = Acknowledged(recorded.id, recorded.recorded_at, str(context.get("actor", "")))
        found[named] = (*found.get(named, ()), one)
    return found


def acknowledge(ledger: Ledger, warned: Warned, *, actor: str, note: str | None = None) -> bool:
    """Record that somebody saw a warning about a person, a unit or the ledger; gives whether it is
    new: the same account acknowledges the same warning once.
    """
    for _ in range(_RETRIES):
        try:
            return _once(ledger, warned, actor, note)
        except VersionConflict:
            continue
    return _once(ledger, warned, actor, note)


def _once(ledger: Ledger, warned: Warned, actor: str, note: str | None) -> bool:
    stream = ledger.stream if warned.subject is None else UUID(warned.subject)
    events = ledger.events_of(stream)
    last = events[-1].originator_version
    if any(one.actor == actor for one in acknowledged(ledger).get(warned, ())):
        return False
    event = _KINDS[spec(events[0].topic).owner](rule=warned.rule, subject_key=warned.key, note=note)
    ledger.append_to(stream, last, [encode(event)], {"actor": actor})
    return True
