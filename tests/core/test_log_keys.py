"""Which keys a log names: its founding and changes in its own stream, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson

from ledger.proofs.log_keys import CHANGED, FOUNDED, log_keys
from ledger.records import RecordedEvent

OWN, OTHER = UUID(int=1, version=4), UUID(int=2, version=4)


def event(position: int, topic: str, payload: object, stream: UUID = OWN) -> RecordedEvent:
    """One event of the log."""
    return RecordedEvent(
        originator_id=stream,
        originator_version=position,
        topic=topic,
        state=payload if isinstance(payload, bytes) else orjson.dumps(payload),
        id=position,
        effective_on=None,
        recorded_at=datetime(2022, 1, 1, tzinfo=UTC),
        context=b"{}",
        salt=bytes(16),
        sealed_digest=None,
        leaf=bytes(32),
    )


def key(number: int) -> str:
    """A public key in hex."""
    return bytes([number] * 32).hex()


def test_the_founding_and_changes_name_keys() -> None:
    """In order; what lies in another stream, or pretends to found the log again, names none."""
    events = [
        event(1, FOUNDED, {"public_keys": {"log": key(1)}}),
        event(2, CHANGED, {"name": "log", "public_key": key(2)}),
        event(3, CHANGED, {"name": "log", "public_key": key(3)}, OTHER),
        event(4, FOUNDED, {"public_keys": {"log": key(4)}}),
        event(5, "ledger.enact/1", {"public_keys": {"log": key(5)}}),
    ]
    assert [one.public.hex() for one in log_keys(events)] == [key(1), key(2)]


def test_what_cannot_be_read_names_nothing() -> None:
    """No JSON, other types, no hex, a name that no key has: no key and no crash."""
    payloads: tuple[object, ...] = (
        b"x",
        [],
        {"public_keys": []},
        {"public_keys": {"log": 1}},
        {"public_keys": {"log": "zz"}},
        {"public_keys": {"a b": key(1)}},
        {"public_keys": {"log": "00"}},
    )
    for payload in payloads:
        assert log_keys([event(1, FOUNDED, payload)]) == ()
    assert log_keys([event(2, CHANGED, {"name": "log", "public_key": key(2)})]) == ()
