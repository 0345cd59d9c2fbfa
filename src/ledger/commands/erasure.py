"""Erasing a person's identity, legal holds, and rotating the keys that complete an erasure.

Order of an erasure: the event with its ground, then the keys, then the sealed rows. A crash after
the event leaves an erasure that is decided and not carried out; `finish_erasures` carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.application import Ledger
from ledger.domain import employee
from ledger.domain.employee import Employee
from ledger.errors import NotAllowed
from ledger.events.base import Encoded, encode
from ledger.events.book import KeysRotated
from ledger.events.oversight import IdentityErased

ERASED = IdentityErased.SPEC.topic


@dataclass(frozen=True, slots=True)
class RotationReport:
    """Which epoch key is in use, which one is gone, and whose erasure that completed."""

    epoch: int
    destroyed_epoch: int
    erased: tuple[UUID, ...]
    position: int | None


def person_state(ledger: Ledger, stream: UUID) -> Employee:
    """What deciding about a person needs to know, by the library's repository."""
    return employee.replay(employee.nobody(stream), ledger.events_of(stream))


def erase(ledger: Ledger, stream: UUID, *, ground: str, actor: str) -> int | None:
    """Erase an identity; gives the position of the event, None if it was erased before.

    Raises:
        NotAllowed: under a legal hold, or nobody.
    """
    state = person_state(ledger, stream)
    if not state.registered:
        raise NotAllowed("There is nobody to erase.", next_step="Check the number.")
    events = employee.decide_erasure(state, ground=ground)
    position = _append(ledger, state, events, actor)
    _carry_out(ledger, stream)
    return position


def _carry_out(ledger: Ledger, stream: UUID) -> None:
    """Destroy keys and sealed rows; a crash in between leaves the rows unreadable, and a second
    call removes them.
    """
    ledger.keyring.destroy(stream)
    ledger.store.delete_sealed(stream)
    ledger.index.follow()


def finish_erasures(ledger: Ledger) -> list[UUID]:
    """Carry out every erasure the log decided, as after a crash or after a backup was put back.

    Sealed rows are deleted for all of them: an old database that was put back holds some again.
    """
    erased = [one.originator_id for one in ledger.store.read(1, topics=(ERASED,))]
    finished = []
    for stream in dict.fromkeys(erased):
        if ledger.keyring.erasure(stream) is None:
            ledger.keyring.destroy(stream)
            finished.append(stream)
        ledger.store.delete_sealed(stream)
    ledger.index.follow()
    return finished


def place_hold(ledger: Ledger, stream: UUID, *, ident: str, ground: str, actor: str) -> int | None:
    """Forbid the erasure of a person while a case or audit needs the record."""
    state = person_state(ledger, stream)
    return _append(ledger, state, employee.decide_hold(state, ident=ident, ground=ground), actor)


def lift_hold(
    ledger: Ledger, stream: UUID, *, ident: str, ground: str | None, actor: str
) -> int | None:
    """Lift a hold; raises NotAllowed where there is none of this id."""
    state = person_state(ledger, stream)
    return _append(ledger, state, employee.decide_lift(state, ident=ident, ground=ground), actor)


def rotate_keys(ledger: Ledger, *, at: datetime, actor: str) -> RotationReport:
    """Wrap the living keys anew and destroy the old epoch key; only then are erasures complete.

    A crash before the event leaves a rotation that happened and is not in the log; the key store
    keeps its own dates, and the next rotation is recorded as usual.
    """
    finish_erasures(ledger)
    done = ledger.keyring.rotate(at)
    erased = done.erased
    event = KeysRotated(
        epoch=done.epoch,
        destroyed_epoch=done.epoch - 1,
        erased=tuple(stream.hex for stream in erased) or None,
    )
    outcome = ledger.append_to_book([encode(event)], actor)
    ledger.index.follow()
    return RotationReport(done.epoch, done.epoch - 1, erased, outcome.first_position)


def _append(ledger: Ledger, state: Employee, events: tuple[Encoded, ...], actor: str) -> int | None:
    if not events:
        return None
    stream = state.facts.stream
    return ledger.append_to(stream, state.facts.version, events, {"actor": actor}).first_position
