"""An independent check of a whole ledger: it reads raw rows and shares only hashing with the
writer.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from ledger.canonical import entry_bytes, leaf_hash, sealed_digest
from tests.store.raw import rows


def check_ledger(url: str) -> int:
    """Assert everything a ledger promises about its own rows; gives the number of events."""
    events = rows(
        url,
        "SELECT position, stream, version, topic, effective_on, recorded_at, context, payload,"
        " salt, sealed_digest, leaf FROM events ORDER BY position",
    )
    sealed = rows(url, "SELECT position, key_class, ciphertext FROM sealed")
    assert [row[0] for row in events] == list(range(1, len(events) + 1)), "positions have gaps"
    _check_instants([row[5] for row in events])
    _check_versions(events)
    _check_leaves(events)
    _check_sealed(events, sealed)
    _check_head(url, events)
    _check_requests(url, events)
    return len(events)


def _check_instants(instants: Sequence[Any]) -> None:
    assert all(earlier <= later for earlier, later in pairwise(instants)), "recorded_at goes back"


def _check_versions(events: Sequence[tuple[Any, ...]]) -> None:
    ends: Counter[str] = Counter()
    for row in events:
        stream = _uuid(row[1]).hex
        ends[stream] += 1
        assert row[2] == ends[stream], f"stream {stream} has a gap at version {row[2]}"


def _check_leaves(events: Sequence[tuple[Any, ...]]) -> None:
    for (
        position,
        stream,
        version,
        topic,
        day,
        instant,
        context,
        payload,
        salt,
        digest,
        leaf,
    ) in events:
        assert len(salt) == 16
        entry = entry_bytes(
            position=position,
            stream=_uuid(stream),
            version=version,
            topic=topic,
            effective_on=date.fromisoformat(day) if isinstance(day, str) else day,
            recorded_at=_instant(instant),
            salt=bytes(salt),
            context=bytes(context),
            payload=bytes(payload),
            sealed_digest=digest,
        )
        assert leaf_hash(entry) == leaf, f"the leaf at {position} is another event's"
    assert len({row[8] for row in events}) == len(events), "a salt was used twice"


def _check_sealed(
    events: Sequence[tuple[Any, ...]], sealed: Sequence[tuple[int, str, bytes]]
) -> None:
    parts: dict[int, list[tuple[str, bytes]]] = {}
    for position, key_class, ciphertext in sealed:
        parts.setdefault(position, []).append((key_class, bytes(ciphertext)))
    digests = {row[0]: row[9] for row in events}
    for position, found in parts.items():
        assert sealed_digest(found) == digests[position], f"sealed parts at {position} do not fit"


def _check_head(url: str, events: Sequence[tuple[Any, ...]]) -> None:
    ((name, position, recorded_at, frontier),) = rows(
        url, "SELECT name, position, recorded_at, frontier FROM heads"
    )
    assert (name, position) == ("log", len(events))
    assert recorded_at == (events[-1][5] if events else None)
    leaves = [row[10] for row in events]
    peaks = [bytes(frontier)[at : at + 32] for at in range(0, len(frontier), 32)]
    assert peaks == [tree_hash(part) for part in _complete_parts(leaves)]


def _check_requests(url: str, events: Sequence[tuple[Any, ...]]) -> None:
    """What a request points at is exactly one command: the events of one recorded_at."""
    whole = {}
    for _, group in groupby(events, key=lambda row: row[5]):
        positions = [row[0] for row in group]
        whole[positions[0]] = len(positions)
    for first, number in rows(url, "SELECT first_position, count FROM requests"):
        assert (first is None and number == 0) or whole[first] == number


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 2.1.1 as it is written there, over leaf hashes; slow and plain."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def _complete_parts(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    parts = []
    at = 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            parts.append(leaves[at : at + (1 << bit)])
            at += 1 << bit
    return parts


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(hex=value)


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert moment.tzinfo is not None
    return moment.astimezone(UTC)
