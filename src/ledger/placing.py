"""Positions, instants and leaves for the commands of one transaction. Pure: the lock is held by
others.

recorded_at is the clock's reading for the first command and one microsecond more for each next one,
and never less than one microsecond after the head: so it is equal within a command, strictly
greater from command to command, and where it changes is the command boundary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ledger import merkle
from ledger.backend import Backend, Moment, Rows
from ledger.canonical import FORMAT, LEAF_PREFIX
from ledger.prepare import PreparedCommand, with_clock_jump
from ledger.records import Head, Outcome

MICROSECOND = timedelta(microseconds=1)
CLOCK_BEHIND_MAX = timedelta(seconds=10)
CLOCK_JUMP_MIN = timedelta(days=31)

_ENTRY_START = LEAF_PREFIX + f'["{FORMAT}",'.encode() + b"%d%b%b%b"


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
    commands: Sequence[PreparedCommand], *, head: Head, now: datetime | None, backend: Backend
) -> Placement:
    """Give the commands their places behind the head.

    Args:
        commands: admitted, in order; those without events only leave their request.
        head: as read under the lock.
        now: the clock, in UTC, read after the lock; None only when there are no events.
        backend: how rows are written there.
    """
    rows = Rows(events=[], sealed=[], requests=[])
    leaves: list[bytes] = []
    outcomes: list[Outcome] = []
    position = head.position
    recorded_at = _before_first(head, now)
    jumped = _clock_jumped(head, now)
    for command in commands:
        outcome = Outcome(None, 0, None, repeated=False)
        if command.events and recorded_at is not None:
            recorded_at += MICROSECOND
            text = _utc_text(recorded_at)
            stamp = backend.stamp(Moment(recorded_at, text))
            instant = text.encode()
            outcome = Outcome(position + 1, len(command.events), recorded_at, repeated=False)
            for given in command.events:
                position += 1
                prepared = with_clock_jump(given, backend=backend) if jumped else given
                jumped = False
                entry = _ENTRY_START % (position, prepared.middle, instant, prepared.tail)
                leaf = hashlib.sha256(entry).digest()
                leaves.append(leaf)
                rows.events.append(backend.event_row(position, prepared, stamp, leaf))
                for key_class, ciphertext in prepared.event.sealed:
                    rows.sealed.append((position, key_class, ciphertext))
        outcomes.append(outcome)
        if command.request is not None:
            actor, key, digest = command.request.actor, command.request.key, command.request.digest
            rows.requests.append((actor, key, digest, outcome.first_position, outcome.count))
    if not leaves:
        return Placement(head, rows, outcomes, None)
    frontier = merkle.extend(head.frontier, head.position, leaves)
    return Placement(Head(position, recorded_at, frontier), rows, outcomes, leaves[0])


def _utc_text(instant: datetime) -> str:
    """`canonical.instant_text` of an instant that is in UTC already: once a command, so it has to
    be fast.
    """
    return instant.isoformat(timespec="microseconds")[:-6] + "Z"


def _before_first(head: Head, now: datetime | None) -> datetime | None:
    """One microsecond before the first recorded_at to be given."""
    if now is None:
        return None
    now -= MICROSECOND
    return now if head.recorded_at is None else max(now, head.recorded_at)
