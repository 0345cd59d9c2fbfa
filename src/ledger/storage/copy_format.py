"""PostgreSQL's binary COPY format, as far as our tables need it.

https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": a header, rows, an end mark.
A row is its number of columns, then for each value its length in bytes and the bytes, or -1 for
null; integers are big-endian, days and microseconds count from 2000-01-01. Writing it ourselves is
faster than the driver.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from struct import Struct

from ledger.records import NewEvent

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, flags, length of the extension
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_LENGTH = Struct("!i").pack
_INT4 = Struct("!ii").pack
_INT8 = Struct("!iq").pack
_COLUMNS = Struct("!h").pack
_COLUMNS_AND_INT8 = Struct("!hiq").pack
_EVENT_BEGIN = Struct("!hiqi16siii").pack  # columns, position, stream, version, length of topic
_LENGTH_16 = _LENGTH(16)
_LENGTH_32 = _LENGTH(32)

_EVENT_COLUMNS = 11
_SEALED_COLUMNS = 3
_REQUEST_COLUMNS = 5


def message(rows: Iterable[bytes]) -> bytes:
    """Everything that goes to the server."""
    return b"".join((_HEADER, *rows, _END))


def instant(moment: datetime) -> bytes:
    """A timestamptz, exact to the microsecond."""
    return _INT8(8, (moment - _EPOCH) // _MICROSECOND)


def event_row(
    position: int,
    event: NewEvent,
    stamp: bytes,
    *,
    salt: bytes,
    digest: bytes | None,
    leaf: bytes,
) -> bytes:
    """A row of `events`."""
    topic = event.topic.encode()
    day = event.effective_on
    stream = event.originator_id.bytes
    return b"".join(
        (
            _EVENT_BEGIN(
                _EVENT_COLUMNS, 8, position, 16, stream, 4, event.originator_version, len(topic)
            ),
            topic,
            _NULL if day is None else _INT4(4, day.toordinal() - _EPOCH_DAY),
            stamp,
            _LENGTH(len(event.context)),
            event.context,
            _LENGTH(len(event.state)),
            event.state,
            _LENGTH_16,
            salt,
            _NULL if digest is None else _LENGTH_32 + digest,
            _LENGTH_32,
            leaf,
        )
    )


def sealed_row(position: int, key_class: str, ciphertext: bytes) -> bytes:
    """A row of `sealed`."""
    start = _COLUMNS_AND_INT8(_SEALED_COLUMNS, 8, position)
    return start + _bytes(key_class.encode()) + _bytes(ciphertext)


def request_row(
    actor: str, key: bytes, digest: bytes, first_position: int | None, count: int
) -> bytes:
    """A row of `requests`."""
    return b"".join(
        (
            _COLUMNS(_REQUEST_COLUMNS),
            _bytes(actor.encode()),
            _bytes(key),
            _bytes(digest),
            _NULL if first_position is None else _INT8(8, first_position),
            _INT4(4, count),
        )
    )


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value
