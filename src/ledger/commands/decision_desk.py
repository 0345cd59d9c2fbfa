"""Deciding in a ledger: what `decision_commands` decides, appended to the decision's own streams.

A decision is made again after every conflict, on what was recorded meanwhile, so that two who issue
at once do not both succeed. The events of one command are stored together or not at all: a crash
leaves no draft without its candidates, and nothing official of which the ledger stream is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.decision import (
    CANDIDATES,
    DRAFTED,
    OFFICIAL,
    Decision,
    Decisions,
    Read,
    decisions,
    named,
)
from ledger.domain.decision_streams import stream_of
from ledger.events.base import Encoded
from ledger.keys.key_errors import KeyDestroyed
from ledger.records import Command, NewEvent, Outcome, RecordedEvent
from ledger.storage.store_errors import VersionConflict

_RETRIES = 9
Decide = Callable[[Decisions], tuple[Encoded, ...]]


def reading(ledger: Ledger, position: int | None = None) -> Read:
    """How decisions are read of a ledger, as known at a position."""

    def read(streams: Sequence[UUID]) -> Mapping[UUID, Sequence[RecordedEvent]]:
        return ledger.store.streams(streams, lte_position=position)

    return read


def decisions_of(ledger: Ledger, position: int | None = None) -> Decisions:
    """The decisions of a ledger as known at a position, without their candidates."""
    streams = ledger.store.founded(DRAFTED, lte_position=position)
    events = reading(ledger, position)(streams)
    every = [one for stream in streams for one in events[stream]]
    return decisions(sorted(every, key=attrgetter("id")), position)


def decision_of(ledger: Ledger, ident: str, position: int | None = None) -> Decision:
    """One decision with its candidates.

    Raises:
        DecisionUnknown.
    """
    return named(reading(ledger, position), ident, position).named(ident)


def decide(ledger: Ledger, ident: str, decided: Decide, *, actor: str) -> tuple[Decision, Outcome]:
    """Decide and append as one command; gives the decision as it is then, and where its events lie.

    Raises:
        What `decided` raises, and what the store raises.
    """
    for _ in range(_RETRIES):
        try:
            return _once(ledger, ident, decided, actor)
        except VersionConflict:
            continue
    return _once(ledger, ident, decided, actor)


def _once(ledger: Ledger, ident: str, decided: Decide, actor: str) -> tuple[Decision, Outcome]:
    # The version before the state: what is read later may be newer, and then the append conflicts.
    own = ledger.events_of(stream_of(ident))
    last = own[-1].originator_version if own else 0
    found = decided(named(reading(ledger), ident))
    rows = _rows(ledger, ident, last, found, actor)
    outcome = ledger.store.append(Command(rows))
    return decision_of(ledger, ident), outcome


def _rows(
    ledger: Ledger, ident: str, last: int, events: Sequence[Encoded], actor: str
) -> tuple[NewEvent, ...]:
    """Each event in its stream: candidates in those of their parts, what is official in the
    ledger's, the rest in the decision's own.
    """
    stream = stream_of(ident)
    lasts = {stream: last}
    rows: list[NewEvent] = []
    for one in events:
        place = stream
        topic = one.spec.topic
        if topic == DRAFTED:
            # A crash after this leaves keys that nothing uses; drafting again takes them.
            digests = dict(ledger.keyring.ensure([stream])[stream].digests)
            one = one._replace(opened={**one.opened, "keys": digests})  # noqa: PLW2901
        elif topic == CANDIDATES:
            place = stream_of(ident, one.opened["part"])
        elif topic == OFFICIAL:
            place = ledger.stream
            lasts[place] = ledger.book_events()[-1].originator_version
        lasts[place] = lasts.get(place, 0) + 1
        rows.append(ledger.rows.new_event(place, lasts[place], one, {"actor": actor}))
    return tuple(rows)


def reasons_at(ledger: Ledger, position: int) -> str | None:
    """The sealed reasons of a step of a decision; None where it has none, or the key is gone."""
    for recorded in ledger.store.read(position, position):
        parts = ledger.store.sealed([position]).get(position, ())
        if recorded.sealed_digest is None or not parts:
            return None
        try:
            opened = ledger.rows.unseal(recorded, parts)
        except KeyDestroyed:
            return None
        return next((part["reasons"] for part in opened.values() if "reasons" in part), None)
    return None
