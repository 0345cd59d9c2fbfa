"""The lines of an archive: what a backup and an audit bundle hold, as text that anybody can read.

`events.jsonl` holds the canonical entry of each event (docs/event-format.md), nothing else, so that
SHA-256 of 0x00 and the line is its leaf. The other files hold canonical JSON arrays, bytes in hex.
A reader takes only what this module would have written: a line that says the same in other words is
refused, so that no byte of an archive is without a check.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from ledger.canonical import FORMAT, MAX_ENTRY, entry_bytes, leaf_hash
from ledger.errors import LedgerError
from ledger.proofs.note import MAX_NOTE_BYTES
from ledger.records import RecordedEvent, Request

POSITION_MAX = 2**63 - 1
VERSION_MAX = 2**31 - 1
SALT_BYTES = 16
DIGEST_BYTES = 32
SEALED_LINE_MAX = 16 * 1024 * 1024
SMALL_LINE_MAX = 64 * 1024
_ENTRY_FIELDS = 11

LINE_MAX = {
    "events.jsonl": MAX_ENTRY,
    "sealed.jsonl": SEALED_LINE_MAX,
    "checkpoints.jsonl": 2 * MAX_NOTE_BYTES,
    "timestamps.jsonl": 1024 * 1024,
}


class ArchiveRefused(LedgerError):
    """A backup, bundle or certificate that cannot be trusted to be whole: nothing of it is used."""

    code = "archive_refused"


def refused(where: str, why: str, *, next_step: str = "") -> ArchiveRefused:
    """The error for a part of an archive; `where` names file and line, never a path of its own."""
    return ArchiveRefused(
        f"{where} {why}",
        next_step=next_step or "Ask for the file again, and compare its SHA-256 with the sender's.",
        where=where,
    )


# ------------------------------------------------------------------------------------------- events


def event_line(event: RecordedEvent) -> bytes:
    """The canonical entry of an event.

    Raises:
        ArchiveRefused: the stored event has no entry, or another leaf than its entry's: the ledger
            was changed by hand.
    """
    try:
        line = entry_bytes(
            position=event.id,
            stream=event.originator_id,
            version=event.originator_version,
            topic=event.topic,
            effective_on=event.effective_on,
            recorded_at=event.recorded_at,
            salt=event.salt,
            context=event.context,
            payload=event.state,
            sealed_digest=event.sealed_digest,
        )
    except (LedgerError, UnicodeDecodeError, orjson.JSONEncodeError):
        line = b""
    if leaf_hash(line) != event.leaf:
        raise refused(
            f"Position {event.id}",
            "does not hold what its leaf commits to: the database was changed by hand.",
            next_step="Run `asn-ledger verify`, and copy the database's own files as they are.",
        )
    return line


def event_of(line: bytes, where: str) -> RecordedEvent:
    """The event of an entry, with its leaf.

    Raises:
        ArchiveRefused: the line is no canonical entry.
    """
    if len(line) > MAX_ENTRY:
        raise refused(where, f"takes {len(line)} bytes; an entry has at most {MAX_ENTRY}.")
    fields = _array(line, where, _ENTRY_FIELDS)
    if fields[0] != FORMAT:
        raise refused(where, "is an entry of another format.", next_step="Use a newer release.")
    try:
        event = _event(fields, leaf_hash(line))
        again = event_line(event)
    except (LedgerError, ValueError, TypeError, AttributeError, OverflowError):
        again = b""
        event = None
    if event is None or again != line:
        raise refused(where, "is no canonical entry of an event.")
    return event


def _event(fields: list[Any], leaf: bytes) -> RecordedEvent:
    _, position, stream, version, topic, day, instant, salt, context, payload, digest = fields
    return RecordedEvent(
        originator_id=UUID(hex=stream),
        originator_version=_count(version, 1, VERSION_MAX),
        topic=topic,
        state=payload.encode(),
        id=_count(position, 1, POSITION_MAX),
        effective_on=None if day is None else date.fromisoformat(day),
        recorded_at=datetime.fromisoformat(instant),
        context=context.encode(),
        salt=_bytes(salt, SALT_BYTES),
        sealed_digest=None if digest is None else _bytes(digest, DIGEST_BYTES),
        leaf=leaf,
    )


# --------------------------------------------------------------------------------------- other rows


def sealed_line(position: int, key_class: str, blob: bytes) -> bytes:
    """The sealed part of one class of one event."""
    return orjson.dumps([position, key_class, blob.hex()])


def sealed_of(line: bytes, where: str) -> tuple[int, str, bytes]:
    """(position, key class, nonce || ciphertext || tag)."""
    position, key_class, blob = _array(line, where, 3)
    row = (
        _tried(where, _position, position),
        _tried(where, _text, key_class),
        _tried(where, _hex, blob),
    )
    if sealed_line(*row) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


def request_line(request: Request, first: int | None, count: int) -> bytes:
    """One keyed command that was answered."""
    return orjson.dumps(
        [request.actor, request.key.hex(), request.digest.hex(), first, count],
    )


def request_of(line: bytes, where: str) -> tuple[str, bytes, bytes, int | None, int]:
    """(actor, key, digest, first position, count)."""
    actor, key, digest, first, count = _array(line, where, 5)
    row = (
        _tried(where, _text, actor),
        _tried(where, _bytes, key, DIGEST_BYTES),
        _tried(where, _bytes, digest, DIGEST_BYTES),
        None if first is None else _tried(where, _position, first),
        _tried(where, _count, count, 0, VERSION_MAX),
    )
    if request_line(Request(*row[:3]), *row[3:]) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


def erasure_line(stream: UUID, position: int) -> bytes:
    """A stream whose sealed parts were deleted, and the event that ordered it."""
    return orjson.dumps([stream.hex, position])


def erasure_of(line: bytes, where: str) -> tuple[UUID, int]:
    """(stream, position)."""
    stream, position = _array(line, where, 2)
    row = _tried(where, _uuid, stream), _tried(where, _position, position)
    if erasure_line(*row) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


def note_line(size: int, note: bytes) -> bytes:
    """A checkpoint that was taken: the size of the log and the signed note."""
    return orjson.dumps([size, note.decode()])


def note_of(line: bytes, where: str) -> tuple[int, bytes]:
    """(size, note)."""
    size, note = _array(line, where, 2)
    row = _tried(where, _count, size, 0, POSITION_MAX), _tried(where, _text, note).encode()
    if note_line(*row) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


def cosignature_line(size: int, name: str, key_id: bytes, signature: bytes) -> bytes:
    """What a witness signed under a checkpoint."""
    return orjson.dumps([size, name, key_id.hex(), signature.hex()])


def cosignature_of(line: bytes, where: str) -> tuple[int, str, bytes, bytes]:
    """(size, name of the key, key id, signature)."""
    size, name, key_id, signature = _array(line, where, 4)
    row = (
        _tried(where, _count, size, 0, POSITION_MAX),
        _tried(where, _text, name),
        _tried(where, _hex, key_id),
        _tried(where, _hex, signature),
    )
    if cosignature_line(*row) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


def timestamp_line(size: int, digest: bytes, response: bytes) -> bytes:
    """What a time stamping authority said of a checkpoint."""
    return orjson.dumps([size, digest.hex(), response.hex()])


def timestamp_of(line: bytes, where: str) -> tuple[int, bytes, bytes]:
    """(size, digest of the note, response)."""
    size, digest, response = _array(line, where, 3)
    row = (
        _tried(where, _count, size, 0, POSITION_MAX),
        _tried(where, _bytes, digest, DIGEST_BYTES),
        _tried(where, _hex, response),
    )
    if timestamp_line(*row) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


def key_line(stream: UUID, key_class: str, key: bytes) -> bytes:
    """A key that was given with a bundle."""
    return orjson.dumps([stream.hex, key_class, key.hex()])


def key_of(line: bytes, where: str) -> tuple[UUID, str, bytes]:
    """(stream, key class, 32 bytes)."""
    stream, key_class, key = _array(line, where, 3)
    row = (
        _tried(where, _uuid, stream),
        _tried(where, _text, key_class),
        _tried(where, _bytes, key, DIGEST_BYTES),
    )
    if key_line(*row) != line:
        raise refused(where, "is not written as this program writes it.")
    return row


# ------------------------------------------------------------------------------------------ helpers


def _array(line: bytes, where: str, length: int) -> list[Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise refused(where, "is no JSON.") from None
    if not isinstance(value, list) or len(value) != length:
        raise refused(where, f"is no array of {length} values.")
    return value


def _tried(where: str, read: Any, *values: Any) -> Any:
    try:
        return read(*values)
    except (ValueError, TypeError, AttributeError):
        raise refused(where, "holds a value of another kind.") from None


def _position(value: object) -> int:
    return _count(value, 1, POSITION_MAX)


def _count(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _hex(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError
    return bytes.fromhex(value)


def _bytes(value: object, length: int) -> bytes:
    found = _hex(value)
    if len(found) != length:
        raise ValueError
    return found


def _uuid(value: object) -> UUID:
    return UUID(bytes=_bytes(value, 16))
