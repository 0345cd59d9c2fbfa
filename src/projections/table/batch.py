"""Recorded events -> the columns of the facts table, for one range of positions.

A `fact` or `correct` states a rectangle with fields; `correct`, `annul` and `end` close the one
they replace. What closes and what ends is kept apart (`corrections`) and put in place when the
table is loaded (`projections.table.frame`), so that a range never depends on what another holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol

import orjson
import polars as pl

from ledger.errors import invariant
from ledger.events.base import upcast
from ledger.events.registry import CORRECTIONS, spec
from ledger.records import RecordedEvent
from projections.table.columns import (
    EFF_FROM,
    OPENED,
    RECORDED_AT,
    ROOT,
    STATED_AT,
    STATED_SCHEMA,
    STILL,
    SUBJECT,
    day_number,
    layout,
)

# One JSON parse for so many payloads: fewer is slower by calls, more by garbage collection.
PARSED_AT_ONCE = 8_192
ENDS_IN = "until"
DISPUTE = "dispute"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DISPUTED = "disputed"
_RESOLVED = "dispute_resolved"

CORRECTION_SCHEMA: Mapping[str, pl.DataType] = {
    SUBJECT: pl.UInt32(),
    OPENED: pl.UInt32(),
    ROOT: pl.UInt32(),
    "replaces": pl.UInt32(),
    STATED_AT: pl.UInt32(),
    "how": pl.Enum(CORRECTIONS),
    ENDS_IN: pl.Int32(),
}
DISPUTE_SCHEMA: Mapping[str, pl.DataType] = {
    SUBJECT: pl.UInt32(),
    ROOT: pl.UInt32(),
    STATED_AT: pl.UInt32(),
    DISPUTE: pl.String(),
}


class Streams:
    """Streams in order of their first event; a subject is a stream's place in it. Only ever grows.

    The order follows from the log alone, so that two processes number alike.
    """

    def __init__(self, hexes: Iterable[str] = ()) -> None:
        self.hexes: list[str] = list(hexes)
        self._places = {int(one, 16): place for place, one in enumerate(self.hexes)}

    def __len__(self) -> int:
        return len(self.hexes)

    def place(self, stream: int) -> int:
        """The subject of a stream, given as the number of its UUID; a new one is added."""
        found = self._places.get(stream)
        if found is None:
            found = self._places[stream] = len(self.hexes)
            self.hexes.append(f"{stream:032x}")
        return found

    def find(self, stream_hex: str) -> int | None:
        """The subject of a stream, or None when it has no event."""
        return self._places.get(int(stream_hex, 16))


class Piece(Protocol):
    """A range of positions of the facts table, on disk or in memory."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def kinds(self) -> frozenset[str]: ...
    @property
    def corrections(self) -> pl.DataFrame: ...
    @property
    def disputes(self) -> pl.DataFrame: ...
    def stated(self, kind: str, columns: Sequence[str]) -> pl.DataFrame:
        """Base columns and those fields; a field that no row has is a column of nulls."""
        ...

    def all_stated(self, kind: str) -> pl.DataFrame:
        """Every column that some row of the kind has; the kind must be one of `kinds`."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """A range of positions in memory, both ends inside; `leaf` is of the event at `last`."""

    first: int
    last: int
    leaf: bytes
    facts: Mapping[str, pl.DataFrame]
    corrections: pl.DataFrame
    disputes: pl.DataFrame

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.facts)

    def stated(self, kind: str, columns: Sequence[str]) -> pl.DataFrame:
        """See Piece."""
        found = self.facts.get(kind)
        if found is None:
            found = pl.DataFrame(schema=dict(STATED_SCHEMA))
        return with_fields(found, kind, columns)

    def all_stated(self, kind: str) -> pl.DataFrame:
        """See Piece."""
        return self.facts[kind]


def with_fields(found: pl.DataFrame, kind: str, columns: Sequence[str]) -> pl.DataFrame:
    """Base columns and those fields in that order; absent ones as nulls."""
    shape = layout()[kind]
    wanted = [*STATED_SCHEMA, *columns]
    absent = [name for name in wanted if name not in found.columns]
    nulls = [pl.lit(None, shape[name].on_disk()).alias(name) for name in absent]
    return found.with_columns(nulls).select(wanted) if nulls else found.select(wanted)


@dataclass(slots=True)
class _Rows:
    """Growing columns of one kind of fact."""

    base: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in STATED_SCHEMA})
    fields: dict[str, list[object]] = field(default_factory=dict)

    def add(self, kind: str, payloads: Sequence[Mapping[str, Any]]) -> None:
        """The fields of rows whose base columns were added before."""
        count = len(self.base[SUBJECT])
        before = count - len(payloads)
        shape = layout()[kind]
        for name in set().union(*payloads) & shape.keys():
            column = self.fields.get(name)
            if column is None:
                column = self.fields[name] = []
            column.extend([None] * (before - len(column)))
            column.extend([payload.get(name) for payload in payloads])

    def frame(self, kind: str) -> pl.DataFrame:
        base = [pl.Series(name, self.base[name], dtype=STATED_SCHEMA[name]) for name in self.base]
        count = len(self.base[SUBJECT])
        shape = layout()[kind]
        fields = []
        for name in shape:
            if name in self.fields:
                column = self.fields[name]
                column.extend([None] * (count - len(column)))
                fields.append(shape[name].series(column))
        return pl.DataFrame(base + fields)


class BatchBuilder:
    """Takes events in order of position; `build` gives what was added since the last time."""

    def __init__(self, streams: Streams, *, after: int, whole: bool = True) -> None:
        """`after` is the position of the last event before the first one added; a log that is not
        `whole` holds some streams only, so that positions are missing.
        """
        self._streams = streams
        self._whole = whole
        self._start_at(after + 1)

    def _start_at(self, position: int) -> None:
        self.first = position
        self.last = position - 1
        self._leaf = b""
        self._kinds: defaultdict[str, _Rows] = defaultdict(_Rows)
        self._corrections: list[tuple[object, ...]] = []
        self._disputes: list[tuple[object, ...]] = []

    def __len__(self) -> int:
        """How many events were added since the last build."""
        return self.last - self.first + 1

    def add(self, events: Iterable[RecordedEvent], *, most: int) -> int:
        """Take up to `most` events; how many there were."""
        before = self.last
        while (room := most - (self.last - before)) > 0:
            chunk = list(islice(events, min(room, PARSED_AT_ONCE)))
            if not chunk:
                break
            self._add_chunk(chunk)
        return self.last - before

    def build(self) -> Batch:
        """The columns of everything added since the last build."""
        # Events come grouped by topic, and what mends one another must stay in order.
        self._corrections.sort(key=itemgetter(tuple(CORRECTION_SCHEMA).index(STATED_AT)))
        self._disputes.sort(key=itemgetter(tuple(DISPUTE_SCHEMA).index(STATED_AT)))
        batch = Batch(
            self.first,
            self.last,
            self._leaf,
            {kind: rows.frame(kind) for kind, rows in sorted(self._kinds.items())},
            pl.DataFrame(self._corrections, schema=dict(CORRECTION_SCHEMA), orient="row"),
            pl.DataFrame(self._disputes, schema=dict(DISPUTE_SCHEMA), orient="row"),
        )
        self._start_at(self.last + 1)
        return batch

    def _add_chunk(self, chunk: Sequence[RecordedEvent]) -> None:
        adjoins = chunk[0].id == self.last + 1 and chunk[-1].id == self.last + len(chunk)
        invariant(
            adjoins or (not self._whole and chunk[0].id > self.last),
            f"the log has a gap after position {self.last}",
        )
        invariant(chunk[-1].id < STILL, "the facts table holds positions below 4,294,967,295")
        topics: defaultdict[str, list[RecordedEvent]] = defaultdict(list)
        subjects: defaultdict[str, list[int]] = defaultdict(list)
        for event in chunk:
            topics[event.topic].append(event)
            subjects[event.topic].append(self._streams.place(event.originator_id.int))
        for topic, events in topics.items():
            self._add_topic(topic, events, subjects[topic])
        self.last = chunk[-1].id
        self._leaf = chunk[-1].leaf

    def _add_topic(
        self, topic: str, events: Sequence[RecordedEvent], subjects: Sequence[int]
    ) -> None:
        newest, _ = upcast(topic, orjson.loads(events[0].state))
        shape = spec(newest)
        if not shape.is_fact and shape.name not in (*CORRECTIONS, _DISPUTED, _RESOLVED):
            return
        payloads = orjson.loads(b"[" + b",".join([one.state for one in events]) + b"]")
        if newest != topic:
            payloads = [upcast(topic, payload)[1] for payload in payloads]
        if shape.is_fact:
            self._add_facts(shape.name, events, subjects, payloads)
        else:
            for event, subject, payload in zip(events, subjects, payloads, strict=True):
                self._add_other(shape.name, event, subject, payload)

    def _add_facts(
        self,
        kind: str,
        events: Sequence[RecordedEvent],
        subjects: Sequence[int],
        payloads: Sequence[Mapping[str, Any]],
    ) -> None:
        rows = self._kinds[kind]
        versions = [one.originator_version for one in events]
        rows.base[SUBJECT].extend(subjects)
        rows.base[OPENED].extend(versions)
        rows.base[ROOT].extend(versions)
        rows.base[STATED_AT].extend([one.id for one in events])
        rows.base[RECORDED_AT].extend([_microseconds(one.recorded_at) for one in events])
        rows.base[EFF_FROM].extend([_legal_day(one) for one in events])
        rows.add(kind, payloads)

    def _add_other(
        self, name: str, event: RecordedEvent, subject: int, payload: dict[str, Any]
    ) -> None:
        root = payload["root"]
        if name in CORRECTIONS:
            ends_on = day_number(date.fromisoformat(payload["until"])) if name == "end" else None
            where = (subject, event.originator_version, root, payload["replaces"], event.id)
            self._corrections.append((*where, name, ends_on))
            if name == "correct":
                self._add_corrected(event, subject, payload)
        else:
            self._disputes.append(
                (subject, root, event.id, payload["id"] if name == _DISPUTED else None)
            )

    def _add_corrected(self, event: RecordedEvent, subject: int, payload: dict[str, Any]) -> None:
        """A correction states its content anew, under the root it corrects."""
        rows = self._kinds[payload["fact"]]
        rows.base[SUBJECT].append(subject)
        rows.base[OPENED].append(event.originator_version)
        rows.base[ROOT].append(payload["root"])
        rows.base[STATED_AT].append(event.id)
        rows.base[RECORDED_AT].append(_microseconds(event.recorded_at))
        rows.base[EFF_FROM].append(day_number(date.fromisoformat(payload["effective_on"])))
        rows.add(payload["fact"], [payload["fields"]])


def _microseconds(instant: datetime) -> int:
    """Exact microseconds since 1970; `timestamp()` would go through a binary fraction."""
    passed = instant - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def instant_of(microseconds: int) -> datetime:
    """The instant so many microseconds after the start of 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def _legal_day(event: RecordedEvent) -> int:
    on = event.effective_on
    invariant(on is not None, f"the fact at position {event.id} has no legal day")
    return day_number(on or date.min)
