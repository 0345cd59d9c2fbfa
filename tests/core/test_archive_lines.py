"""The lines of an archive: what is written is read back, and nothing else is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import entry_bytes, leaf_hash
from ledger.copies import archive_lines as lines
from ledger.copies.archive_lines import ArchiveRefused, event_line, event_of
from ledger.records import RecordedEvent, Request

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
READERS = (
    event_of,
    lines.sealed_of,
    lines.request_of,
    lines.erasure_of,
    lines.note_of,
    lines.cosignature_of,
    lines.timestamp_of,
    lines.key_of,
)


def _dump(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        return b""


@st.composite
def events(draw: st.DrawFn) -> RecordedEvent:
    """Any event that a store could hold."""
    fields: dict[str, Any] = {
        "position": draw(st.integers(1, 2**63 - 1)),
        "stream": draw(st.uuids()),
        "version": draw(st.integers(1, 2**31 - 1)),
        "topic": draw(TEXT),
        "effective_on": draw(st.none() | st.dates()),
        "recorded_at": draw(st.datetimes(timezones=st.just(UTC))),
        "salt": draw(st.binary(min_size=16, max_size=16)),
        "context": draw(TEXT).encode(),
        "payload": draw(TEXT).encode(),
        "sealed_digest": draw(st.none() | st.binary(min_size=32, max_size=32)),
    }
    return RecordedEvent(
        originator_id=fields["stream"],
        originator_version=fields["version"],
        topic=fields["topic"],
        state=fields["payload"],
        id=fields["position"],
        effective_on=fields["effective_on"],
        recorded_at=fields["recorded_at"],
        context=fields["context"],
        salt=fields["salt"],
        sealed_digest=fields["sealed_digest"],
        leaf=leaf_hash(entry_bytes(**fields)),
    )


@given(events())
def test_an_entry_is_the_event(event: RecordedEvent) -> None:
    """Every field, and the leaf, come back from the line."""
    assert event_of(event_line(event), "line 1") == event


@given(st.one_of(st.binary(max_size=300), JSON.map(_dump)))
def test_any_line_is_refused_and_crashes_nobody(line: bytes) -> None:
    """No reader takes what is not of its form, and each says so in its own words."""
    for read in READERS:
        with pytest.raises(ArchiveRefused) as refused:
            read(line, "line 1")
        assert refused.value.message.startswith("line 1")


@given(st.integers(1, 2**62), st.uuids(), st.binary(max_size=80), TEXT.filter(bool))
def test_other_rows_come_back(position: int, stream: UUID, blob: bytes, name: str) -> None:
    """Sealed parts, requests, erasures, checkpoints, cosignatures, time stamps and keys."""
    digest = bytes(range(32))
    sealed = lines.sealed_line(position, name, blob)
    assert lines.sealed_of(sealed, "x") == (position, name, blob)
    asked = Request(name, digest, digest[::-1])
    for first in (None, position):
        row = lines.request_of(lines.request_line(asked, first, 3), "x")
        assert row == (name, digest, digest[::-1], first, 3)
    assert lines.erasure_of(lines.erasure_line(stream, position), "x") == (stream, position)
    assert lines.note_of(lines.note_line(position, name.encode()), "x") == (position, name.encode())
    signed = lines.cosignature_line(position, name, blob, digest)
    assert lines.cosignature_of(signed, "x") == (position, name, blob, digest)
    stamp = lines.timestamp_line(position, digest, blob)
    assert lines.timestamp_of(stamp, "x") == (position, digest, blob)
    assert lines.key_of(lines.key_line(stream, name, digest), "x") == (stream, name, digest)


def test_an_event_that_its_leaf_does_not_hold_is_not_written() -> None:
    """Changed after it was recorded, or holding what no entry can."""
    good = event_of(
        entry_bytes(
            position=1,
            stream=UUID(int=1, version=4),
            version=1,
            topic="a.b/1",
            effective_on=date(2022, 1, 1),
            recorded_at=datetime(2022, 1, 1, tzinfo=UTC),
            salt=bytes(16),
            context=b"{}",
            payload=b"{}",
            sealed_digest=None,
        ),
        "x",
    )
    for change in ({"topic": "a.c/1"}, {"state": b"\xff"}, {"state": b"x" * 70_000}):
        with pytest.raises(ArchiveRefused, match="Position 1"):
            event_line(RecordedEvent(**(good.__dict__ | change)))
