"""A record as people read it: every event, what became of it, and where it came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from uuid import UUID

import orjson

from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.events.registry import CORRECTIONS, spec
from ledger.keys.key_errors import KeyDestroyed
from ledger.records import RecordedEvent

_BATCH = 500
_DERIVED = ("match", "loose", "content", "gist", "act", "key")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are asked for; bounds are inclusive, None leaves a side open.

    Attributes:
        late_by: at least so many days between the legal day and the day of recording in `zone`.
        kinds: words of docs/facts.md. streams: of persons or units, None for all.
    """

    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    late_by: int | None = None
    zone: tzinfo = UTC
    kinds: frozenset[str] = frozenset()
    actor: str | None = None
    streams: frozenset[UUID] | None = None

    def admits(self, recorded: RecordedEvent) -> bool:
        """Whether an event is among those asked for."""
        on = recorded.effective_on
        if self.recorded_from is not None and recorded.recorded_at < self.recorded_from:
            return False
        if self.recorded_to is not None and recorded.recorded_at > self.recorded_to:
            return False
        if self.effective_from is not None and (on is None or on < self.effective_from):
            return False
        if self.effective_to is not None and (on is None or on > self.effective_to):
            return False
        if self.late_by is not None and (
            on is None or _late(recorded, on, self.zone) < self.late_by
        ):
            return False
        return self._admits_origin(recorded)

    def _admits_origin(self, recorded: RecordedEvent) -> bool:
        if self.streams is not None and recorded.originator_id not in self.streams:
            return False
        if self.kinds and _kind(recorded) not in self.kinds:
            return False
        return self.actor is None or _context(recorded).get("actor") == self.actor


def _late(recorded: RecordedEvent, on: date, zone: tzinfo) -> int:
    return (recorded.recorded_at.astimezone(zone).date() - on).days


def _kind(recorded: RecordedEvent) -> str:
    return recorded.topic.partition(".")[2].partition("/")[0]


def _context(recorded: RecordedEvent) -> Mapping[str, Any]:
    if not recorded.context:
        return {}
    context: dict[str, Any] = orjson.loads(recorded.context)
    return context


def log_rows(
    ledger: Ledger, wanted: Filter, position: int | None = None
) -> Iterator[dict[str, Any]]:
    """Events of the whole log in order, without sealed fields."""
    for recorded in ledger.store.read(1, position):
        if wanted.admits(recorded):
            yield event_row(recorded)


def event_row(recorded: RecordedEvent) -> dict[str, Any]:
    """One event with its open fields; keyed hashes are left out."""
    on = recorded.effective_on
    context = {k: v for k, v in _context(recorded).items() if k not in _DERIVED}
    row: dict[str, Any] = {
        "position": recorded.id,
        "stream": recorded.originator_id.hex,
        "version": recorded.originator_version,
        "topic": recorded.topic,
        "fact": _kind(recorded),
        "effective_on": None if on is None else on.isoformat(),
        "recorded_at": instant_text(recorded.recorded_at),
        "fields": orjson.loads(recorded.state),
        "leaf": recorded.leaf.hex(),
    }
    return row | context


def record_of(
    ledger: Ledger,
    stream: UUID,
    position: int | None = None,
    *,
    classes: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Every event of one stream with what replaced it and its sealed fields, in order.

    Sealed fields are None throughout once the identity was erased.

    Args:
        classes: the key classes whose fields the reader may see; None is all.
    """
    events = ledger.events_of(stream, position=position)
    replaced = _replaced(events)
    rows = []
    for chunk in _chunks(events):
        sealed = ledger.store.sealed([one.id for one in chunk])
        for recorded in chunk:
            row = event_row(recorded)
            row["replaced_by"] = replaced.get(recorded.originator_version)
            row["sealed"] = _unsealed(ledger, recorded, sealed.get(recorded.id, ()), classes)
            rows.append(row)
    return rows


def _chunks(events: Sequence[RecordedEvent]) -> Iterator[Sequence[RecordedEvent]]:
    for start in range(0, len(events), _BATCH):
        yield events[start : start + _BATCH]


def _replaced(events: Iterable[RecordedEvent]) -> dict[int, int]:
    """Version of an event -> position of the correct, annul or end that replaced it."""
    found = {}
    for recorded in events:
        if spec(recorded.topic).name in CORRECTIONS:
            found[orjson.loads(recorded.state)["replaces"]] = recorded.id
    return found


def _unsealed(
    ledger: Ledger,
    recorded: RecordedEvent,
    parts: tuple[tuple[str, bytes], ...],
    classes: Collection[str] | None,
) -> dict[str, Any] | None:
    if recorded.sealed_digest is None:
        return {}
    try:
        opened = ledger.rows.unseal(recorded, parts)
    except KeyDestroyed:
        return None
    fields: dict[str, Any] = {}
    for key_class, of_class in opened.items():
        if classes is None or key_class in classes:
            fields.update(of_class)
    return fields if parts else None
