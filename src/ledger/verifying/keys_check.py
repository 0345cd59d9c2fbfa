"""What needs the keys: are they those that were committed to, are they gone where they must be, and
does the index of numbers lead to whom the log says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from ledger.verifying.findings import Findings
from ledger.verifying.key_files import (
    IDENTITY,
    RESTRICTED,
    KeyFiles,
    digest_of,
    number_digest,
    unsealed,
)
from ledger.verifying.small_tables import names
from ledger.verifying.stored import SQLITE, QueryFailed, Stored, stream_column

REGISTERED = "employee.registered/1"
# A fact of these kinds, corrected, states a number anew in the part called `sealed`.
_CORRECTED = "employee.correct/1"


def check_keys(
    source: Stored, folder: Path, origin: str, erased: set[str], findings: Findings
) -> None:
    """Compare a key folder with the log.

    Raises:
        KeysUnreadable: it is not this ledger's, or cannot be read.
    """
    with closing(KeyFiles(folder, origin)) as keys:
        try:
            _check_digests(source, keys, erased, findings)
            if "nip_index" in names(source):
                _check_index(source, keys, origin, erased, findings)
        except QueryFailed:
            findings.add("row_unreadable", "events")


def _check_digests(source: Stored, keys: KeyFiles, erased: set[str], findings: Findings) -> None:
    """Each key at hand is the one whose digest stands in its stream's first event."""
    marked = "?" if source.dialect == SQLITE else "?::uuid"
    query = f"SELECT position, payload FROM events WHERE stream = {marked} AND version = 1"
    for stream, identity, restricted in keys.pairs():
        if stream in erased:
            findings.add("key_after_erasure", "keys", stream=stream)
            continue
        if identity is None or restricted is None:
            findings.add("key_unreadable", "keys", stream=stream)
            continue
        for position, payload in source.ask(query, (stream,)):
            committed = _fields(payload).get("keys")
            told = {IDENTITY: digest_of(identity), RESTRICTED: digest_of(restricted)}
            if committed is not None and committed != told:
                findings.add("key_differs", "keys", position=position, stream=stream)


def _check_index(
    source: Stored, keys: KeyFiles, origin: str, erased: set[str], findings: Findings
) -> None:
    """Each row of the index names the number that its event seals."""
    secret = keys.index_secret()
    if secret is None:
        findings.add("key_unreadable", "the secret of the index of numbers")
        return
    seen: set[str] = set()
    column = stream_column(source.dialect, "n.stream")
    query = (
        f"SELECT {column}, n.digest, n.version, n.topic, n.position, s.ciphertext,"
        f" {stream_column(source.dialect, 'e.stream')}, e.version, e.topic"
        " FROM nip_index n LEFT JOIN events e ON e.position = n.position"
        " LEFT JOIN sealed s ON s.position = n.position AND s.key_class = 'identity'"
    )
    for row in source.walk(query):
        stream, digest, version, topic, position, part = row[:6]
        right = row[6:] == (stream, version, topic) and isinstance(part, bytes)
        key = keys.identity_key(stream) if right else None
        if key is not None:
            fields = unsealed(key, part, origin=origin, stream=stream, version=version, topic=topic)
            right = number_digest(secret, _number(fields, topic) or "") == digest
        if not right or key is None:
            findings.add("nip_index_differs", "nip_index", position=position, stream=stream)
        seen.add(stream)
    for stream, position in _registered(source):
        if stream not in erased and stream not in seen:
            findings.add("nip_index_differs", "nip_index", position=position, stream=stream)


def _registered(source: Stored) -> Iterator[tuple[str, int]]:
    """Everybody with a first statement of a number that the index must know."""
    try:
        reached = source.ask("SELECT position FROM nip_index_state")
    except QueryFailed:
        return
    upto = reached[0][0] if reached and isinstance(reached[0][0], int) else 0
    query = (
        f"SELECT {stream_column(source.dialect)}, position FROM events"
        f" WHERE topic = '{REGISTERED}' AND position <= {upto:d}"
    )
    yield from source.walk(query)


def _number(fields: dict[str, Any] | None, topic: str) -> str | None:
    """The number that sealed fields of identity state."""
    if fields is None:
        return None
    told = fields.get("sealed", {}) if topic == _CORRECTED else fields
    found = told.get("new_nip", told.get("nip"))
    return None if found is None else str(found)


def _fields(payload: object) -> dict[str, Any]:
    try:
        told = orjson.loads(payload) if isinstance(payload, bytes) else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
