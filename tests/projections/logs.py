"""Whole logs for the facts table: several people, units and a book of references, interleaved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from ledger.canonical import canonical_bytes
from ledger.domain.facts import History, history
from ledger.events.registry import FACT_SPECS
from ledger.records import RecordedEvent
from tests.oracle.histories import BOOK, UNITS, Story, events, stories

START = datetime(2026, 1, 1, tzinfo=UTC)
FOUNDED = UUID("00000000-0000-4000-8000-0000000000ff")


def fact(
    stream: UUID,
    version: int,
    topic: str,
    on: date | None,
    fields: dict[str, Any],
    *,
    position: int = 1,
) -> RecordedEvent:
    """One event as it comes out of a store; `placed` gives it its real position."""
    return RecordedEvent(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=canonical_bytes(fields),
        id=position,
        effective_on=on,
        recorded_at=START,
        context=b"",
        salt=b"",
        sealed_digest=None,
        leaf=b"",
    )


def placed(
    found: Iterable[RecordedEvent], *, after: int = 0, salt: str = ""
) -> list[RecordedEvent]:
    """Events numbered in the order given, with versions by stream, instants and leaves."""
    versions: dict[UUID, int] = {}
    result = []
    for position, one in enumerate(found, start=after + 1):
        versions[one.originator_id] = version = versions.get(one.originator_id, 0) + 1
        leaf = hashlib.sha256(f"{salt}{position}".encode()).digest()
        recorded_at = START + timedelta(seconds=position)
        assert one.originator_version in (0, version) or one.originator_id == BOOK
        result.append(
            replace(
                one, id=position, originator_version=version, recorded_at=recorded_at, leaf=leaf
            )
        )
    return result


def units() -> list[RecordedEvent]:
    """The units that the people's posts name: one at the top, two under it."""
    top = UUID(UNITS[0])
    found = [
        fact(top, 0, "org_unit.unit/1", date(2000, 1, 1), {"code": "A", "name": "A", "kind": "X"})
    ]
    for number in (1, 2):
        fields = {"code": f"B{number}", "name": "B", "kind": "X", "parent": UNITS[0]}
        found.append(fact(UUID(UNITS[number]), 0, "org_unit.unit/1", date(2000, 1, 1), fields))
    return found


@st.composite
def logs(draw: st.DrawFn, people: int = 4, most: int = 14) -> ListLog:
    """A log of a few people whose stories happen at the same time."""
    told = draw(st.lists(stories(most=most), min_size=1, max_size=people))
    queues = []
    for number, story in enumerate(told):
        person = UUID(int=(0x9000 - 0x111 * number) << 96 | 4 << 76 | 8 << 60 | number)
        queues.append(_of_one(story, person))
    result = units()
    while queues:
        queue = queues[draw(st.integers(0, len(queues) - 1))]
        for _ in range(draw(st.integers(1, 9))):
            if queue:
                result.append(queue.pop(0))
        queues = [one for one in queues if one]
    return ListLog(placed(result))


def _of_one(story: Story, person: UUID) -> list[RecordedEvent]:
    own = [replace(one, originator_id=person) for one in events(story.rows)]
    book = events(story.book, stream=BOOK)
    return sorted([*own, *book], key=lambda one: one.id)


def by_stream(log: Sequence[RecordedEvent]) -> dict[str, list[RecordedEvent]]:
    """A log's events by stream hex."""
    found: dict[str, list[RecordedEvent]] = {}
    for one in log:
        found.setdefault(one.originator_id.hex, []).append(one)
    return found


def folded(log: Sequence[RecordedEvent], position: int) -> dict[str, History]:
    """What the fold tells of every stream at a position."""
    return {stream: history(found, position) for stream, found in by_stream(log).items()}


def every_field() -> dict[str, list[str]]:
    """All open fields of all kinds of fact."""
    found: dict[str, set[str]] = {}
    for (_, kind), spec in FACT_SPECS.items():
        if spec.is_fact:
            found.setdefault(kind, set()).update(spec.open_names)
    return {kind: sorted(names) for kind, names in found.items()}


@dataclass(frozen=True)
class Head:
    position: int


class ListLog:
    """A log in memory, as far as the facts table asks."""

    def __init__(self, events: list[RecordedEvent]) -> None:
        self.events = events
        self.end: int | None = None
        self.reads: list[tuple[int, int | None]] = []

    def __repr__(self) -> str:
        lines = [
            f"{one.id} {one.originator_id.hex[:4]}/{one.originator_version} {one.topic}"
            f" {one.effective_on} {one.state.decode()}"
            for one in self.events
        ]
        return "\n".join(["log:", *lines])

    def head(self) -> Head:
        return Head(len(self.events) if self.end is None else self.end)

    def read(self, start: int = 1, stop: int | None = None) -> Iterator[RecordedEvent]:
        self.reads.append((start, stop))
        return iter(self.events[start - 1 : self.head().position if stop is None else stop])
