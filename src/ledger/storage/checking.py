"""Whether a command could be stored by any ledger: looked at before the lock is taken."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import orjson

from ledger.canonical import MAX_ENTRY, EntryTooLarge
from ledger.records import Command, NewEvent
from ledger.storage.store_errors import MalformedCommand

VERSION_MAX = 2**31 - 1  # an integer of PostgreSQL

# What an entry may hold besides topic, context and payload: format, a position of 19 digits,
# stream, version, day, instant, salt, digest, punctuation, and `"clock_jump":true,` with its quotes
# escaped.
_REST_MAX = 330
_ESCAPED_MAX = 6  # bytes that one byte of text may take in JSON: \\u0000


def check_command(command: Command) -> None:
    """Refuse what cannot be an entry.

    Raises:
        MalformedCommand: versions of a stream with a gap, or an event that cannot be text.
        EntryTooLarge: an event beyond the limit of a canonical entry.
    """
    for event in command.events:
        check_event(event)
    if len(command.events) > 1:
        spans(command)


def check_event(event: NewEvent) -> None:
    """One event; see `check_command`."""
    if not (is_topic(event.topic) and 0 <= event.originator_version <= VERSION_MAX):
        raise _malformed(event, "has a topic or version that cannot be")
    context, payload = event.context, event.state
    if not (context.isascii() and payload.isascii()):
        try:
            context.decode()
            payload.decode()
        except UnicodeDecodeError:
            raise _malformed(event, "has a context or payload that is not UTF-8") from None
    text_bytes = len(event.topic) + len(context) + len(payload)
    if text_bytes * _ESCAPED_MAX + _REST_MAX > MAX_ENTRY:
        _check_size(event)
    sealed = event.sealed
    if len(sealed) > 1 and len({key_class for key_class, _ in sealed}) != len(sealed):
        raise _malformed(event, "seals one key class twice")


def spans(command: Command) -> list[tuple[UUID, int, int]]:
    """For each stream of a command: the stream, its first and its last version in the command.

    Raises:
        MalformedCommand: versions with a gap, or out of order.
    """
    found: dict[UUID, list[int]] = {}
    for event in command.events:
        span = found.get(event.originator_id)
        if span is None:
            found[event.originator_id] = [event.originator_version] * 2
        elif event.originator_version == span[1] + 1:
            span[1] += 1
        else:
            raise MalformedCommand(
                f"A command for stream {event.originator_id.hex} has versions with a gap or out "
                "of order.",
                stream=event.originator_id.hex,
            )
    return [(stream, first, last) for stream, (first, last) in found.items()]


@lru_cache(maxsize=1_024)
def is_topic(topic: str) -> bool:
    """Printable text; which topics there are the mapper knows."""
    return bool(topic) and topic.isprintable()


def _check_size(event: NewEvent) -> None:
    """The size of the entry, at its largest; a refusal does not wait for the lock."""
    parts = (event.topic, event.context.decode(), event.state.decode())
    size = sum(len(orjson.dumps(part)) for part in parts) + _REST_MAX
    if size > MAX_ENTRY:
        raise EntryTooLarge(
            f"The event takes up to {size} bytes; at most {MAX_ENTRY} can be recorded.",
            next_step="Put long texts into an attached file and record its digest.",
        )


def _malformed(event: NewEvent, what: str) -> MalformedCommand:
    return MalformedCommand(
        f"Version {event.originator_version} of stream {event.originator_id.hex} {what}.",
        stream=event.originator_id.hex,
        version=event.originator_version,
    )
