"""A command with all computed that does not depend on its position: done outside the lock.

The canonical entry of an event is cut at the two values that only the lock decides, position and
recorded_at. A test holds the joined pieces equal to `canonical.entry_bytes` for any event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import orjson

from ledger.backend import Backend, PreparedEvent
from ledger.canonical import FORMAT, MAX_ENTRY, EntryTooLarge, canonical_bytes, sealed_digest
from ledger.errors import invariant
from ledger.records import Command, NewEvent, Request
from ledger.store_errors import MalformedCommand

SALT_BYTES = 16
VERSION_MAX = 2**31 - 1  # an integer of PostgreSQL
VERSIONS_BEGIN = (0, 1)  # ours begin at 1; the library's own recorder tests begin at 0

# What the lock may still add to the pieces: a position of 19 digits, an instant of 27 characters,
# and `"clock_jump":true,` with its quotes escaped. An event refused for its size is refused outside
# the lock.
_ROOM = len(f'["{FORMAT}",') + 19 + 27 + len('\\"clock_jump\\":true,')

SALTS_AT_ONCE = 256


class Span(NamedTuple):
    """The versions that a command adds to one stream."""

    stream: UUID
    first: int
    last: int


class PreparedCommand(NamedTuple):
    """See the module."""

    events: tuple[PreparedEvent, ...]
    spans: tuple[Span, ...]
    request: Request | None


def salts(randomness: Callable[[int], bytes], *, at_once: int = SALTS_AT_ONCE) -> Iterator[bytes]:
    """Salts without end, drawn many at once because asking the system costs more than the bytes."""
    while True:
        drawn = randomness(SALT_BYTES * at_once)
        invariant(len(drawn) == SALT_BYTES * at_once, "the source of randomness ran dry")
        for at in range(0, len(drawn), SALT_BYTES):
            yield drawn[at : at + SALT_BYTES]


def prepare_command(
    command: Command, *, backend: Backend, salt: Iterator[bytes]
) -> PreparedCommand:
    """Compute what can be computed outside the lock.

    Raises:
        MalformedCommand: versions of a stream with a gap, or an event that cannot be written as
        text. EntryTooLarge: an event beyond the limit of a canonical entry.
    """
    events = command.events
    if len(events) == 1:  # by far the most, and the hot path of an import
        event = events[0]
        prepared = prepare_event(event, backend=backend, salt=next(salt))
        version = event.originator_version
        return PreparedCommand(
            (prepared,), (Span(event.originator_id, version, version),), command.request
        )
    several = [prepare_event(event, backend=backend, salt=next(salt)) for event in events]
    return PreparedCommand(tuple(several), _spans(events), command.request)


def prepare_event(event: NewEvent, *, backend: Backend, salt: bytes) -> PreparedEvent:
    """One event, with its salt.

    Raises:
        MalformedCommand: topic, context or payload are not text, or a key class stands twice.
        EntryTooLarge: beyond the limit of a canonical entry.
    """
    digest = None
    if event.sealed:
        digest = sealed_digest(event.sealed)
        if len({key_class for key_class, _ in event.sealed}) != len(event.sealed):
            raise _malformed(event, "seals one key class twice")
    topic = _topic_json(event.topic)
    if topic is None or not 0 <= event.originator_version <= VERSION_MAX:
        raise _malformed(event, "has a topic or version that cannot be")
    try:
        context = orjson.dumps(event.context.decode())
        payload = orjson.dumps(event.state.decode())
    except UnicodeDecodeError:
        raise _malformed(event, "has a context or payload that is not UTF-8") from None
    middle = b',"%b",%d,%b,%b,"' % (
        event.originator_id.hex.encode(),
        event.originator_version,
        topic,
        orjson.dumps(event.effective_on),
    )
    tail = b'","%b",%b,%b,%b]' % (
        salt.hex().encode(),
        context,
        payload,
        b"null" if digest is None else b'"%b"' % digest.hex().encode(),
    )
    size = len(middle) + len(tail) + _ROOM
    if size > MAX_ENTRY:
        raise EntryTooLarge(
            f"The event takes {size} bytes; at most {MAX_ENTRY} can be recorded.",
            next_step="Put long texts into an attached file and record its digest.",
        )
    before, after = backend.event_parts(event, salt, digest)
    return PreparedEvent(event, salt, digest, middle, tail, before, after)


def with_clock_jump(prepared: PreparedEvent, *, backend: Backend) -> PreparedEvent:
    """The event with `"clock_jump": true` in its context, to be asked about by the doctor.

    The jump is known only under the lock, so the store adds the key to the context that the caller
    gave; a context that is no JSON object gets none.
    """
    event = prepared.event
    context = orjson.loads(event.context or b"{}")
    if not isinstance(context, dict):
        return prepared
    context["clock_jump"] = True
    marked = replace(event, context=canonical_bytes(context))
    return prepare_event(marked, backend=backend, salt=prepared.salt)


@lru_cache(maxsize=1_024)
def _topic_json(topic: str) -> bytes | None:
    """A topic as it stands in an entry; None if it is no printable text."""
    return orjson.dumps(topic) if topic and topic.isprintable() else None


def _spans(events: tuple[NewEvent, ...]) -> tuple[Span, ...]:
    versions: dict[UUID, list[int]] = {}
    for event in events:
        versions.setdefault(event.originator_id, []).append(event.originator_version)
    for stream, found in versions.items():
        if any(later != earlier + 1 for earlier, later in pairwise(found)):
            raise MalformedCommand(
                f"A command for stream {stream.hex} has versions with a gap or out of order.",
                stream=stream.hex,
            )
    return tuple(Span(stream, found[0], found[-1]) for stream, found in versions.items())


def _malformed(event: NewEvent, what: str) -> MalformedCommand:
    return MalformedCommand(
        f"Version {event.originator_version} of stream {event.originator_id.hex} {what}.",
        stream=event.originator_id.hex,
        version=event.originator_version,
    )
