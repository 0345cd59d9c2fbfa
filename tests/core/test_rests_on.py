"""Which streams an answer rests on: units that facts name, and nothing that says who may look."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from ledger.proofs.rests_on import named
from ledger.records import RecordedEvent

UNIT = UUID("6f1d2a904b7e4c359a0e5d1c3b2a7f48")


def event(topic: str) -> RecordedEvent:
    """An event that names a unit."""
    return RecordedEvent(
        originator_id=UUID("11111111-1111-4111-8111-111111111111"),
        originator_version=2,
        topic=topic,
        state=orjson.dumps({"unit": UNIT.hex}),
        id=7,
        effective_on=None,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        context=b"",
        salt=b"",
        sealed_digest=None,
        leaf=b"",
    )


@pytest.mark.parametrize(
    ("topic", "rests"),
    [
        ("employee.position/1", {UNIT}),
        ("employee.correct/1", {UNIT}),
        ("ledger.role_granted/1", set()),
        ("ledger.role_revoked/1", set()),
    ],
)
def test_no_answer_rests_on_whom_a_role_is_over(topic: str, rests: set[UUID]) -> None:
    """A part of a log may leave out the units that only roles name; those of facts it may not."""
    assert named([event(topic)]) == rests
