"""The payload of an event of which nothing is trusted yet. Pure."""

from __future__ import annotations

from typing import Any

import orjson

from ledger.copies.archive_lines import refused
from ledger.records import RecordedEvent

FOUNDED = "ledger.founded/1"


def founding_fields(event: RecordedEvent) -> dict[str, Any]:
    """The payload of the founding event.

    Raises:
        ArchiveRefused: the first event is no founding, or does not say which ledger it is.
    """
    fields = payload_of(event)
    if event.topic != FOUNDED or not isinstance(fields.get("origin"), str):
        raise refused("The first event", "is not the founding of a ledger.")
    return fields


def payload_of(event: RecordedEvent) -> dict[str, Any]:
    """The fields of an event.

    Raises:
        ArchiveRefused: they cannot be read.
    """
    try:
        fields = orjson.loads(event.state)
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise refused(f"The event at position {event.id}", "holds no fields that can be read.")
    return fields
