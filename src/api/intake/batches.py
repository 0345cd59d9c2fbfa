"""The imports that a ledger holds: their files by digest, what became of the rows, whether one was
taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.errors import LedgerError
from ledger.events.book import ImportCommitted, ImportWithdrawn
from ledger.records import RecordedEvent


class ImportUnknown(LedgerError):
    """No import of this id came to its end."""

    code = "import_unknown"


@dataclass(frozen=True, slots=True)
class Batch:
    """An import that came to its end.

    Attributes:
        id: of the batch. position, recorded_at, actor: of its note, or the last of several.
        files: digest, form and rows of each. counts: rows by outcome. first, last: positions
            between which its events lie. withdrawn: position of the note of its withdrawal, None.
    """

    id: str
    position: int
    recorded_at: datetime
    actor: str
    files: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, int]
    first: int
    last: int
    withdrawn: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As an object of the public contract; a file has no name, because that is personal."""
        return {
            "id": self.id,
            "position": self.position,
            "recorded_at": instant_text(self.recorded_at),
            "actor": self.actor,
            "files": [dict(one) for one in self.files],
            "counts": dict(self.counts),
            "first_position": self.first,
            "last_position": self.last,
            "withdrawn": self.withdrawn,
        }


def batches(ledger: Ledger) -> list[Batch]:
    """All imports that came to their end, in that order."""
    found: dict[str, Batch] = {}
    for one in ledger.book_events():
        if one.topic == ImportCommitted.SPEC.topic:
            payload, context = orjson.loads(one.state), orjson.loads(one.context)
            ident = payload["batch"]
            files = (*(found[ident].files if ident in found else ()), *payload["files"])
            found[ident] = Batch(
                ident,
                one.id,
                one.recorded_at,
                str(context.get("actor", "")),
                files,
                payload["counts"],
                payload["first_position"],
                payload["last_position"],
            )
        elif one.topic == ImportWithdrawn.SPEC.topic:
            ident = orjson.loads(one.state)["batch"]
            if ident in found:
                found[ident] = replace(found[ident], withdrawn=one.id)
    return list(found.values())


def batch_named(ledger: Ledger, ident: str) -> Batch:
    """An import by the id of its batch.

    Raises:
        ImportUnknown.
    """
    for one in batches(ledger):
        if one.id == ident:
            return one
    raise ImportUnknown(
        "No import of this id came to its end.",
        next_step="`asn-ledger import list` shows them; one that was interrupted is imported again"
        " first.",
    )


def origin_of(recorded: RecordedEvent) -> Mapping[str, Any]:
    """Where an event came from, as its context says; empty where it came from no file."""
    context = orjson.loads(recorded.context) if recorded.context else {}
    found: Mapping[str, Any] = context.get("origin") or {}
    return found
