"""Events of one stream -> the facts as known at a position: the only fold over the two time axes.

Every fact is a rectangle: legal time [effective_on, until) by knowledge [its position, the position
of what replaced it). `history` cuts at a position; `visible` cuts at a day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any

import orjson

from ledger.errors import invariant
from ledger.events.base import upcast
from ledger.events.registry import CORRECTIONS, spec
from ledger.records import RecordedEvent

_ORDER = attrgetter("effective_on", "position")
_NONE: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it stands at some position.

    Attributes:
        kind: the word of docs/facts.md, as "competency".
        root: version of the event that first stated it; names the fact within its stream.
        version, position, recorded_at: of the event that states its content now (root or
        correction).
        until: exclusive; from the fact itself or from an `end`.
        fields: the open fields, JSON-ready.
        counts_from: of a fact stated again after a merge; before that day it is not there.
    """

    kind: str
    root: int
    version: int
    position: int
    recorded_at: datetime
    effective_on: date
    until: date | None
    fields: Mapping[str, Any]
    counts_from: date | None = None

    def there(self, on: date) -> bool:
        """Whether a question about this day may see the fact at all."""
        return self.counts_from is None or self.counts_from <= on

    def covers(self, on: date) -> bool:
        """Whether the fact holds on a day."""
        return (
            self.effective_on <= on
            and (self.until is None or on < self.until)
            and (self.counts_from is None or self.counts_from <= on)
        )


@dataclass(slots=True)
class _Root:
    """What is known of one fact so far."""

    fact: Fact
    current: int
    annulled: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All facts of one stream as known at one position, annulled ones left out.

    `disputed` holds the roots somebody contests, by the id of the dispute.
    """

    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    disputed: Mapping[int, str] = field(default_factory=dict)
    position: int = 0

    def known(self, kind: str) -> Sequence[Fact]:
        """Facts of a kind ordered by legal day, then by when they were recorded."""
        return self.facts.get(kind, _NONE)

    def visible(self, kind: str, on: date) -> list[Fact]:
        """Facts of a kind that hold on a day, in the same order."""
        return [fact for fact in self.facts.get(kind, _NONE) if fact.covers(on)]

    def within(self, kind: str, *, after: date, upto: date) -> list[Fact]:
        """Facts of a kind whose legal day lies in (after, upto]; `until` does not remove them."""
        known = self.facts.get(kind, _NONE)
        first = bisect_right(known, after, key=attrgetter("effective_on"))
        last = bisect_right(known, upto, key=attrgetter("effective_on"))
        return [fact for fact in known[first:last] if fact.there(upto)]

    def latest(self, kind: str, on: date) -> Fact | None:
        """The fact in force on a day: the greatest legal day; of two on one day the later
        recorded.
        """
        for fact in reversed(self.facts.get(kind, _NONE)):
            if fact.covers(on):
                return fact
        return None

    def root(self, root: int) -> Fact | None:
        """The fact of a root, if it is not annulled."""
        for facts in self.facts.values():
            for fact in facts:
                if fact.root == root:
                    return fact
        return None


def history(events: Iterable[RecordedEvent], position: int | None = None) -> History:
    """Fold the events of one stream, in order, up to a position (all of them if None)."""
    roots: dict[int, _Root] = {}
    disputed: dict[int, str] = {}
    last = 0
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        last = recorded.id
        _apply(recorded, roots, disputed)
    by_kind: dict[str, list[Fact]] = {}
    for one in roots.values():
        if not one.annulled:
            by_kind.setdefault(one.fact.kind, []).append(one.fact)
    for facts in by_kind.values():
        facts.sort(key=_ORDER)
    live = {r: d for r, d in disputed.items() if r in roots and not roots[r].annulled}
    return History(by_kind, live, last)


def _apply(recorded: RecordedEvent, roots: dict[int, _Root], disputed: dict[int, str]) -> None:
    topic = recorded.topic
    payload = orjson.loads(recorded.state)
    topic, payload = upcast(topic, payload)
    shape = spec(topic)
    if shape.is_fact:
        fact = _stated(shape.name, recorded, recorded.originator_version, payload)
        roots[fact.root] = _Root(fact, fact.version)
    elif shape.name in CORRECTIONS:
        one = roots.get(payload["root"])
        invariant(
            one is not None and one.current == payload["replaces"],
            f"event at position {recorded.id} replaces what is not current",
        )
        if one is not None:
            _replace(one, shape.name, recorded, payload)
    elif shape.name == "disputed":
        disputed[payload["root"]] = payload["id"]
    elif shape.name == "dispute_resolved":
        disputed.pop(payload["root"], None)


def _stated(kind: str, recorded: RecordedEvent, root: int, payload: dict[str, Any]) -> Fact:
    on = recorded.effective_on
    if on is None:
        invariant(False, f"the fact at position {recorded.id} has no legal day")  # noqa: FBT003
    until = payload.get("until")
    return Fact(
        kind,
        root,
        recorded.originator_version,
        recorded.id,
        recorded.recorded_at,
        on or date.min,
        None if until is None else date.fromisoformat(until),
        payload,
        _counts_from(payload),
    )


def _counts_from(fields: Mapping[str, Any]) -> date | None:
    given = fields.get("counts_from")
    return None if given is None else date.fromisoformat(given)


def _replace(one: _Root, how: str, recorded: RecordedEvent, payload: dict[str, Any]) -> None:
    one.current = recorded.originator_version
    one.annulled = how == "annul"
    fact = one.fact
    if how == "correct":
        fields = payload["fields"]
        until = fields.get("until")
        one.fact = Fact(
            payload["fact"],
            fact.root,
            recorded.originator_version,
            recorded.id,
            recorded.recorded_at,
            date.fromisoformat(payload["effective_on"]),
            None if until is None else date.fromisoformat(until),
            fields,
            _counts_from(fields),
        )
    elif how == "end":
        one.fact = Fact(
            fact.kind,
            fact.root,
            fact.version,
            fact.position,
            fact.recorded_at,
            fact.effective_on,
            date.fromisoformat(payload["until"]),
            fact.fields,
            fact.counts_from,
        )
