"""What the log says about who somebody is: numbers and names, opened in bulk.

Read by the index of NIPs and by the index of names, and by nothing that scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import islice
from typing import Any
from uuid import UUID

import orjson

from ledger.fields import IDENTITY
from ledger.keys.key_errors import SealBroken
from ledger.keys.keyring import Keyring
from ledger.keys.sealing import open_sealed
from ledger.keys.stream_keys import StreamKeys
from ledger.records import RecordedEvent
from ledger.storage.store import EventStore

REGISTERED = "employee.registered/1"
CHANGED = "employee.identity/1"
CORRECTED = "employee.correct/1"
ANNULLED = "employee.annul/1"
ERASED = "employee.erased/1"
TOPICS = (REGISTERED, CHANGED, CORRECTED, ANNULLED, ERASED)
CHUNK = 1_000

_SEALED_BY = (REGISTERED, CHANGED)
_FACTS = {"registered": REGISTERED, "identity": CHANGED}


class Act(Enum):
    """What an event does to what is known of a person."""

    STATE = "state"
    WITHDRAW = "withdraw"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sealed fields of an event lie, and what they are tied to."""

    position: int
    stream: UUID
    version: int
    topic: str


@dataclass(frozen=True, slots=True)
class IdentityEvent:
    """One event about who somebody is.

    Attributes:
        root: version of the event that first stated the fact, which this one states, corrects or
            annuls.
        on: legal day of the statement.
        nip, name: what it states; None where it leaves them as they are.
        repeats_nip: the number only says whose fact is corrected: a correction of `registered` is
            addressed by any number of the person and changes none.
    """

    place: Place
    act: Act
    root: int = 0
    on: date | None = None
    nip: str | None = None
    name: str | None = None
    repeats_nip: bool = False


def identity_events(
    store: EventStore, keyring: Keyring, *, start: int, stop: int
) -> Iterator[tuple[int, list[IdentityEvent]]]:
    """The events of positions start..stop, both inclusive, in order, at most a thousand at once.

    What erased persons stated is left out. Each person's keys are compared with the digests that
    the registering event commits to.

    Yields:
        The position up to which these events and those before reach, and the events.

    Raises:
        KeyMissing, KeyNotCommitted, SealBroken: keys or sealed fields are not those of the ledger.
    """
    recorded = store.read(start, stop, topics=TOPICS)
    while chunk := list(islice(recorded, CHUNK)):
        upto = chunk[-1].id if len(chunk) == CHUNK else stop
        yield upto, _opened(store, keyring, chunk)


def open_identity(
    keyring: Keyring, keys: StreamKeys, place: Place, parts: Iterable[tuple[str, bytes]]
) -> Mapping[str, Any]:
    """The sealed fields of class identity of one event, those of a replacement where it corrects.

    Raises:
        SealBroken: they are not there or do not open.
    """
    for key_class, sealed in parts:
        if key_class == IDENTITY:
            fields = open_sealed(
                keys,
                sealed,
                origin=keyring.origin,
                key_class=IDENTITY,
                stream=place.stream,
                version=place.version,
                topic=place.topic,
            )
            return fields.get("sealed", {}) if place.topic == CORRECTED else fields
    raise SealBroken(place.stream, version=place.version, topic=place.topic, key_class=IDENTITY)


def nip_of(fields: Mapping[str, Any]) -> str | None:
    """The number that sealed fields of identity state."""
    found = fields.get("new_nip", fields.get("nip"))
    return None if found is None else str(found)


def _opened(
    store: EventStore, keyring: Keyring, chunk: Sequence[RecordedEvent]
) -> list[IdentityEvent]:
    read = [(_place(recorded), recorded, orjson.loads(recorded.state)) for recorded in chunk]
    stated = [place for place, _, payload in read if _fact(place, payload) is not None]
    parts = store.sealed([place.position for place in stated])
    keys = keyring.keys_many([place.stream for place in stated])
    found = []
    for place, recorded, payload in read:
        if _fact(place, payload) is None:
            act = Act.ERASE if place.topic == ERASED else Act.WITHDRAW
            found.append(IdentityEvent(place, act, root=int(payload.get("root", 0))))
        elif place.stream in keys:
            own = keys[place.stream]
            if place.topic == REGISTERED and payload.get("keys"):
                own.check_committed(payload["keys"], stream=place.stream)
            fields = open_identity(keyring, own, place, parts.get(place.position, ()))
            found.append(_statement(place, recorded, payload, fields))
    return found


def _place(recorded: RecordedEvent) -> Place:
    return Place(recorded.id, recorded.originator_id, recorded.originator_version, recorded.topic)


def _fact(place: Place, payload: Mapping[str, Any]) -> str | None:
    """The topic of the fact of identity that an event states; None where it states none."""
    if place.topic in _SEALED_BY:
        return place.topic
    if place.topic == CORRECTED:
        return _FACTS.get(payload["fact"])
    return None


def _statement(
    place: Place, recorded: RecordedEvent, payload: Mapping[str, Any], fields: Mapping[str, Any]
) -> IdentityEvent:
    corrects = place.topic == CORRECTED
    on = date.fromisoformat(payload["effective_on"]) if corrects else recorded.effective_on
    return IdentityEvent(
        place,
        Act.STATE,
        root=payload["root"] if corrects else place.version,
        on=on,
        nip=nip_of(fields),
        name=fields.get("name"),
        repeats_nip=corrects and _fact(place, payload) == REGISTERED,
    )
