"""Positions, instants and leaves for the commands of one transaction. Pure: the lock is held by
others.

recorded_at is the clock's reading for the first command and one microsecond more for each next one,
and never less than one microsecond after the head: so it is equal within a command, strictly
greater from command to command, and where it changes is the command boundary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import orjson

from ledger.canonical import FORMAT, LEAF_PREFIX, canonical_bytes, sealed_digest
from ledger.proofs import merkle
from ledger.records import Command, Head, NewEvent, Outcome
from ledger.storage.backend import Backend, Rows

SALT_BYTES = 16
NOTHING = Outcome(None, 0, None, repeated=False)
MICROSECOND = timedelta(microseconds=1)
CLOCK_BEHIND_MAX = timedelta(seconds=10)
CLOCK_JUMP_MIN = timedelta(days=31)

_ENTRY = LEAF_PREFIX + f'["{FORMAT}",'.encode() + b'%d,"%032x",%d,%b,%b,"%b","%b",%b,%b,%b]'


class Placement(NamedTuple):
    """What one transaction writes, and what it answers.

    Attributes:
        head: after it; the same as before when no events were added.
        rows: of all tables.
        outcomes: one for each command, in order.
        first_leaf: of the first event added: by it the store knows its own transaction again.
    """

    head: Head
    rows: Rows
    outcomes: list[Outcome]
    first_leaf: bytes | None


def clock_is_behind(head: Head, now: datetime) -> bool:
    """More than ten seconds behind the last record: the clock was set back."""
    return head.recorded_at is not None and head.recorded_at - now > CLOCK_BEHIND_MAX


def _clock_jumped(head: Head, now: datetime | None) -> bool:
    """More than a month after the last record: a ledger that slept, or a clock set forward."""
    if head.recorded_at is None or now is None:
        return False
    return now - head.recorded_at > CLOCK_JUMP_MIN


def place(
    commands: Sequence[Command],
    *,
    head: Head,
    now: datetime | None,
    backend: Backend,
    salts: bytes,
) -> Placement:
    """Give the commands their places behind the head.

    Args:
        commands: admitted, in order; those without events only leave their request.
        head: as read under the lock.
        now: the clock, in UTC, read after the lock; None only when there are no events.
        backend: how rows are written there.
        salts: 16 random bytes for each event, one after the other.
    """
    rows = Rows(events=[], sealed=[], requests=[])
    leaves: list[bytes] = []
    outcomes: list[Outcome] = []
    position = head.position
    recorded_at = _before_first(head, now)
    jumped = _clock_jumped(head, now)
    second = ""
    for command in commands:
        events = command.events
        outcome = NOTHING
        if events and recorded_at is not None:
            recorded_at += MICROSECOND
            if not second or not recorded_at.microsecond:
                second = recorded_at.isoformat()[:19]
            text = f"{second}.{recorded_at.microsecond:06d}Z"  # `canonical.instant_text`, faster
            stamp = backend.stamp(recorded_at, text)
            outcome = Outcome(position + 1, len(events), recorded_at, repeated=False)
            for given in events:
                event = with_clock_jump(given) if jumped else given
                jumped = False
                salt = salts[len(leaves) * SALT_BYTES : (len(leaves) + 1) * SALT_BYTES]
                position += 1
                digest = sealed_digest(event.sealed) if event.sealed else None
                entry = hashed_entry(position, event, text, salt=salt, digest=digest)
                leaf = hashlib.sha256(entry).digest()
                leaves.append(leaf)
                row = backend.event_row(position, event, stamp, salt=salt, digest=digest, leaf=leaf)
                rows.events.append(row)
                for key_class, ciphertext in event.sealed:
                    rows.sealed.append((position, key_class, ciphertext))
        outcomes.append(outcome)
        if command.request is not None:
            actor, key, digest = command.request.actor, command.request.key, command.request.digest
            rows.requests.append((actor, key, digest, outcome.first_position, outcome.count))
    if not leaves:
        return Placement(head, rows, outcomes, None)
    frontier = merkle.extend(head.frontier, head.position, leaves)
    return Placement(Head(position, recorded_at, frontier), rows, outcomes, leaves[0])


def hashed_entry(
    position: int, event: NewEvent, recorded_at: str, *, salt: bytes, digest: bytes | None
) -> bytes:
    """What a leaf is the SHA-256 of: 0x00 and `canonical.entry_bytes`, put together in half
    the time; a test holds the two equal for any event.
    """
    return _ENTRY % (
        position,
        event.originator_id.int,
        event.originator_version,
        _json_text(event.topic),
        orjson.dumps(event.effective_on),
        recorded_at.encode(),
        salt.hex().encode(),
        orjson.dumps(event.context.decode()),
        orjson.dumps(event.state.decode()),
        b"null" if digest is None else b'"%b"' % digest.hex().encode(),
    )


def with_clock_jump(event: NewEvent) -> NewEvent:
    """The event with `"clock_jump": true` in its context, to be asked about by the doctor.

    The jump is known only under the lock, so the store adds the key to the context that the caller
    gave; a context that is no JSON object gets none.
    """
    try:
        context = orjson.loads(event.context or b"{}")
    except orjson.JSONDecodeError:
        return event
    if not isinstance(context, dict):
        return event
    return replace(event, context=canonical_bytes({**context, "clock_jump": True}))


@lru_cache(maxsize=1_024)
def _json_text(text: str) -> bytes:
    return orjson.dumps(text)


def _before_first(head: Head, now: datetime | None) -> datetime | None:
    """One microsecond before the first recorded_at to be given."""
    if now is None:
        return None
    now -= MICROSECOND
    return now if head.recorded_at is None else max(now, head.recorded_at)
