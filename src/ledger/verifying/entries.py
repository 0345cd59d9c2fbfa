"""Entry, leaf and canonical text, written anew from docs/event-format.md. Pure.

Nothing here is shared with the writer: two programs that agree on a leaf agree because both follow
the document.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

FORMAT = "asn-ledger/1"
MAX_ENTRY = 65_535
SALT_BYTES = 16
DIGEST_BYTES = 32
KEY_CLASSES = frozenset({"identity", "restricted"})
# A text that is kept as its file is, line breaks and all (docs/event-format.md, 1): that of an
# instrument, where it is enacted and in the command of the proposal to enact it.
ENACT = "ledger.enact/1"
PROPOSED = "ledger.proposed/1"
ENACTING = "enact"
VERBATIM = "text"

STREAM_DIGITS = 32
STREAM = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Row(NamedTuple):
    """One row of `events` as it is read: on both databases stream, day and instant are text."""

    position: int
    stream: str
    version: int
    topic: str
    effective_on: str | None
    recorded_at: str
    context: bytes
    payload: bytes
    salt: bytes
    sealed_digest: bytes | None
    leaf: bytes


def entry_of(row: Row) -> bytes:
    """The canonical entry of a row whose columns have their types.

    Raises:
        ValueError: context or payload is not UTF-8.
    """
    digest = row.sealed_digest
    return orjson.dumps(
        [
            FORMAT,
            row.position,
            row.stream,
            row.version,
            row.topic,
            row.effective_on,
            row.recorded_at,
            row.salt.hex(),
            str(row.context, "utf-8"),
            str(row.payload, "utf-8"),
            None if digest is None else digest.hex(),
        ]
    )


def leaf_of(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def digest_of(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """SHA-256 of the canonical array of [key class, part in hexadecimal], sorted by class."""
    rows = sorted([key_class, part.hex()] for key_class, part in parts)
    return hashlib.sha256(orjson.dumps(rows)).digest()


def is_stream(text: str) -> bool:
    """32 lower-case hexadecimal digits of a random UUID."""
    return STREAM.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """A day of the calendar, as 2023-05-16."""
    if DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_instant(text: str) -> bool:
    """An instant in UTC with six digits, as 2026-11-22T03:04:05.678901Z."""
    if INSTANT.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def canonical_object(raw: bytes) -> dict[str, Any] | None:
    r"""The object that canonical text holds; None where the bytes are not canonical text.

    Canonical: UTF-8 JSON without white space, keys sorted and each once, no floats, nothing escaped
    but `"` and `\`, text NFC without control characters. Whether text has white space at its ends
    is looked at there too.
    """
    try:
        value = orjson.loads(raw)
        if not isinstance(value, dict) or not _is_plain(value):
            return None
    except (ValueError, RecursionError):  # no fact is nested so deep
        return None
    return value if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == raw else None


def _is_plain(value: object) -> bool:
    """No floats anywhere; keys are clean text. Values of text are looked at by `clean_texts`."""
    if isinstance(value, dict):
        return all(is_clean(key) and _is_plain(part) for key, part in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, float)


def clean_texts(value: object) -> bool:
    """Whether all text in a value is NFC, without control characters or white space at its ends."""
    if isinstance(value, dict):
        return all(map(clean_texts, value.values()))
    if isinstance(value, list):
        return all(map(clean_texts, value))
    return not isinstance(value, str) or is_clean(value)


def is_clean(text: str) -> bool:
    """One text as the ledger stores it."""
    if text.isascii():
        return text.isprintable() and text == text.strip()
    return (
        text == text.strip()
        and unicodedata.is_normalized("NFC", text)
        and not any(unicodedata.category(char) == "Cc" for char in text)
    )
