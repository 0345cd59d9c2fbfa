"""Which streams a person's score rests on: his own, the ledger's, and those of his units. Pure.

Of a unit an answer reads how deep it lies, so the units above it count as well. Named are units of
any day and any state of knowledge: who has these streams whole can answer every question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from ledger.records import RecordedEvent

_NAMING = ("unit", "parent")
_SUCCESSORS = "successors"
# What the ledger and decisions say of a unit is whom a role or decision is over.
_OVER = ("ledger.", "decision.")

Read = Callable[[Sequence[UUID]], Mapping[UUID, Sequence[RecordedEvent]]]


def units_of(events: Iterable[RecordedEvent], read: Read) -> set[UUID]:
    """The units that events name, those that these name, and so on.

    Args:
        events: of a person, or of several.
        read: gives the events of streams; of a stream that is not there, none.
    """
    found: set[UUID] = set()
    waiting = named(events)
    while waiting:
        found |= waiting
        rows = read(sorted(waiting))
        waiting = named(one for some in rows.values() for one in some) - found
    return found


def named(events: Iterable[RecordedEvent]) -> set[UUID]:
    """The ids that events state as a unit, the one above or a successor, corrections included.

    The ledger names units too, as whom a role is over, and a decision the one it is about; no score
    rests on these.
    """
    found: set[UUID] = set()
    for event in events:
        if event.topic.startswith(_OVER):
            continue
        payload = _object(event.state)
        for fields in (payload, payload.get("fields")):
            if isinstance(fields, dict):
                found.update(_ids(fields))
    return found


def _ids(fields: Mapping[str, Any]) -> Iterable[UUID]:
    said = [fields.get(name) for name in _NAMING]
    successors = fields.get(_SUCCESSORS)
    for value in (*said, *(successors if isinstance(successors, list) else ())):
        if isinstance(value, str) and len(value) == 32:
            try:
                yield UUID(hex=value)
            except ValueError:
                continue


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
