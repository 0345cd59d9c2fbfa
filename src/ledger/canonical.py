"""One value, one byte string: what hashes commit to.

Canonical text is JSON as orjson writes it with sorted keys and no white space, under these rules:
text is NFC without control characters; decimals are plain text without exponent, trailing zeros or
"-0"; no floats; days are ISO text; absent optional fields are left out. The entry and leaf of an
event are defined here and published with test vectors in docs/event-format.md.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import orjson

from ledger.errors import BadValue, LedgerError, invariant

FORMAT = "asn-ledger/1"
MAX_ENTRY = 65_535
LEAF_PREFIX = b"\x00"


class EntryTooLarge(LedgerError):
    """An event whose canonical entry exceeds 65,535 bytes."""

    code = "entry_too_large"


def decimal_text(value: Decimal) -> str:
    """Plain text of an exact decimal: no exponent, no trailing zeros, never "-0".

    Raises:
        BadValue: for NaN and infinities.
    """
    if not value.is_finite():
        raise BadValue("The number is not finite.", next_step="Write it as plain digits.")
    if not value:
        return "0"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char) == "Cc" for char in text)


def clean_text(text: str) -> str:
    """Text as it is stored: NFC, without control characters, stripped of white space at its ends.

    Raises:
        BadValue: when a control character stands in it, or it is not valid Unicode.
    """
    text = text.strip()
    if text.isascii():
        if text.isprintable():
            return text
        raise BadValue(
            "The text holds a control character.", next_step="Remove line breaks and tabs."
        )
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadValue("The text is not valid Unicode.", next_step="Save the file as UTF-8.")
    text = unicodedata.normalize("NFC", text)
    if _has_control(text):
        raise BadValue(
            "The text holds a control character.", next_step="Remove line breaks and tabs."
        )
    return text


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    raise TypeError


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        invariant(condition=False, why="a float reached canonical bytes; use Decimal or text")
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _refuse_floats(part)


def canonical_bytes(value: object) -> bytes:
    """Canonical JSON of a value made of dict, list, str, int, bool, None, date, UUID and Decimal.

    Strings are taken as they are: they were cleaned at the door by `clean_text`.
    """
    _refuse_floats(value)
    return orjson.dumps(value, default=_default, option=orjson.OPT_SORT_KEYS)


def canonical_json(value: object) -> bytes:
    """The same bytes for a value already JSON-ready (no floats, no decimals): the fast path."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def instant_text(instant: datetime) -> str:
    """RFC 3339 text of an instant in UTC with six digits of a second:
    2026-11-22T03:04:05.678901Z.
    """
    invariant(instant.tzinfo is not None, "an instant without a time zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def sealed_digest(parts: Iterable[tuple[str, bytes]]) -> bytes | None:
    """SHA-256 over the canonical array of [key class, hex of nonce, ciphertext and tag] by class.

    None when there are no parts.
    """
    rows = sorted((key_class, blob.hex()) for key_class, blob in parts)
    if not rows:
        return None
    return hashlib.sha256(orjson.dumps(rows)).digest()


def entry_bytes(
    *,
    position: int,
    stream: UUID,
    version: int,
    topic: str,
    effective_on: date | None,
    recorded_at: datetime,
    salt: bytes,
    context: bytes,
    payload: bytes,
    sealed_digest: bytes | None,
) -> bytes:
    """The canonical entry of one event, which its leaf hashes.

    Context and payload enter as JSON strings that hold their canonical text, so that the entry can
    be checked without parsing them.

    Raises:
        EntryTooLarge: beyond 65,535 bytes, the limit of a C2SP tile entry.
    """
    entry = orjson.dumps(
        [
            FORMAT,
            position,
            stream.hex,
            version,
            topic,
            None if effective_on is None else effective_on.isoformat(),
            instant_text(recorded_at),
            salt.hex(),
            context.decode(),
            payload.decode(),
            None if sealed_digest is None else sealed_digest.hex(),
        ]
    )
    if len(entry) > MAX_ENTRY:
        raise EntryTooLarge(
            f"The event takes {len(entry)} bytes; at most {MAX_ENTRY} can be recorded.",
            next_step="Put long texts into an attached file and record its digest.",
        )
    return entry


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 section 2.1.1: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(LEAF_PREFIX + entry).digest()
