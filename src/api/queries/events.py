"""Events of the whole log as CloudEvents 1.0: pages, what follows a position, one with its fate.

Only open fields leave in lists: who may read the events of everybody reads them under opaque ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from api.desk import Desk
from api.naming import unit_of
from ledger.canonical import instant_text
from ledger.checkpoints.checkpoint_store import checkpoint_sizes
from ledger.errors import Misuse
from ledger.events import registry
from ledger.records import RecordedEvent
from projections.asking.record import Filter, event_row, record_of

Json = dict[str, Any]
SPEC_VERSION = "1.0"
SCANNED_MAX = 50_000  # events looked at for one page, so that a rare kind costs no answer its time
_CHUNK = 1_000
_TICK = timedelta(microseconds=1)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)  # long before any ledger


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for.

    Attributes:
        filter: what cannot be asked of the database. topics: of the kinds; empty for all.
        first, last: positions, both inclusive; None leaves the end open.
    """

    filter: Filter
    topics: tuple[str, ...] = ()
    first: int = 1
    last: int | None = None


class Part(NamedTuple):
    """Events of a page, and up to which position the log was looked at for them."""

    events: list[RecordedEvent]
    seen: int


def wanted(
    desk: Desk,
    *,
    recorded_from: datetime | None = None,
    recorded_to: datetime | None = None,
    effective_from: date | None = None,
    effective_to: date | None = None,
    late_by: int | None = None,
    kinds: Sequence[str] = (),
    actor: str | None = None,
    unit: str | None = None,
) -> Wanted:
    """The events that all of these admit; bounds are inclusive, and None admits everything.

    Args:
        late_by: at least so many days between the legal day and that of recording.
        unit: the code or id of a unit: it, all below it, and whoever serves there today.

    Raises:
        Misuse: no such kind, or an instant without offset. UnitUnknown.
    """
    for instant in (recorded_from, recorded_to):
        if instant is not None and instant.tzinfo is None:
            raise Misuse(
                "An instant has no offset from UTC.",
                next_step="Write it as 2026-11-22T11:04:05+08:00, or with Z.",
            )
    store = desk.ledger.store
    first, last = 1, None
    if recorded_from is not None and recorded_from > _EARLIEST:
        first = (store.position_at(recorded_from - _TICK) or 0) + 1
    if recorded_to is not None:
        last = store.position_at(recorded_to) or 0
    known = known_kinds(kinds)
    topics = [topic for topic, one in registry.specs().items() if one.name in known]
    rest = Filter(
        effective_from=effective_from,
        effective_to=effective_to,
        late_by=late_by,
        zone=desk.zone,
        actor=actor,
        streams=None if unit is None else _streams(desk, unit),
    )
    return Wanted(rest, tuple(sorted(topics)), first, last)


def known_kinds(kinds: Sequence[str]) -> frozenset[str]:
    """Words of docs/facts.md and of the ledger's own events.

    Raises:
        Misuse: one is none, naming all there are.
    """
    names = {one.name for one in registry.specs().values()}
    for kind in kinds:
        if kind not in names:
            raise Misuse(
                "There is no kind of event of that name.",
                next_step="Use one of: " + ", ".join(sorted(names)) + ".",
            )
    return frozenset(kinds)


def _streams(desk: Desk, unit: str) -> frozenset[UUID]:
    units, today = desk.units(), desk.today()
    top = unit_of(units, unit, today)
    below = units.subtree(top, today) | {top}
    hexes = {one.hex for one in below}
    members = {UUID(one) for one, where in desk.serving().items() if where in hexes}
    return frozenset(below | members)


def part(desk: Desk, which: Wanted, *, after: int, upto: int, limit: int) -> Part:
    """The events after a position, up to another, as far as a page goes.

    It ends at the limit, at `upto`, or where enough was looked at; whoever goes on from `seen`
    misses nothing.
    """
    last = upto if which.last is None else min(upto, which.last)
    following, looked, found = max(after + 1, which.first), 0, list[RecordedEvent]()
    while following <= last and looked < SCANNED_MAX:
        chunk = desk.ledger.store.reader.chunk(following, last, topics=which.topics, limit=_CHUNK)
        for recorded in chunk:
            if which.filter.admits(recorded):
                found.append(recorded)
                if len(found) == limit:
                    return Part(found, recorded.id)
        if len(chunk) < _CHUNK:
            return Part(found, upto)
        looked += len(chunk)
        following = chunk[-1].id + 1
    return Part(found, upto if following > last else following - 1)


def every(desk: Desk, which: Wanted, *, after: int, upto: int) -> Iterator[RecordedEvent]:
    """All events after a position up to another, in constant memory."""
    last = upto if which.last is None else min(upto, which.last)
    start = max(after + 1, which.first)
    for recorded in desk.ledger.store.read(start, last, topics=which.topics):
        if which.filter.admits(recorded):
            yield recorded


def cloud_event(desk: Desk, recorded: RecordedEvent) -> Json:
    """One event as CloudEvents 1.0 names things; `data` is the row that `events --json` prints.

    `id` is the position, unique within `source`, the origin of the ledger. `sequence` is the
    position in an order that compares as text (the extension of that name).
    """
    return {
        "specversion": SPEC_VERSION,
        "id": str(recorded.position),
        "source": desk.ledger.origin,
        "type": recorded.topic,
        "subject": recorded.stream.hex,
        "time": instant_text(recorded.recorded_at),
        "datacontenttype": "application/json",
        "sequence": f"{recorded.position:020d}",
        "data": event_row(recorded),
    }


def at(desk: Desk, position: int) -> RecordedEvent | None:
    """The event at a position; None beyond the head."""
    return next(iter(desk.ledger.store.read(position, position)), None)


def one(desk: Desk, recorded: RecordedEvent, *, classes: Collection[str]) -> Json:
    """One event whole: what replaced it, what it replaces, its neighbours in its stream, its proof.

    Args:
        classes: the key classes whose sealed fields the reader may see.
    """
    rows = record_of(desk.ledger, recorded.stream, classes=classes)
    place = recorded.version - 1
    row = rows[place]
    replaces = row["fields"].get("replaces") if row["fact"] in registry.CORRECTIONS else None
    covering = next(
        (s for s in checkpoint_sizes(desk.ledger.store) if s >= recorded.position), None
    )
    return {
        **row,
        "source": desk.ledger.origin,
        "replaces": None if not replaces else rows[replaces - 1]["position"],
        "earlier": rows[place - 1]["position"] if place else None,
        "later": rows[place + 1]["position"] if place + 1 < len(rows) else None,
        "checkpoint": covering,
        "head": desk.head(),
    }
