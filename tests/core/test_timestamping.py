"""RFC 3161 time stamps: an authority's response verifies offline, or is refused with why.

The authority is one of our own, made once with OpenSSL; its keys are destroyed.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoints import timestamping
from ledger.checkpoints.timestamping import TimestampRefused, request_for, verify_timestamp
from ledger.proofs import note as notes

DATA = Path(__file__).parents[1] / "data/timestamp"
BODY = (DATA / "checkpoint.txt").read_bytes()
GRANTED = (DATA / "granted.tsr").read_bytes()
ROOT = (DATA / "root.pem").read_bytes()
OTHER = (DATA / "other_root.pem").read_bytes()
STAMPED = datetime(2026, 11, 22, 21, 27, 57, tzinfo=UTC)


def test_a_granted_stamp_says_when() -> None:
    """Under the authority's root the stamp over a checkpoint's body holds, and names its second."""
    assert notes.parse_checkpoint(BODY).size == 61_234
    assert verify_timestamp(GRANTED, BODY, [ROOT]) == STAMPED
    assert verify_timestamp(GRANTED, BODY, [OTHER, ROOT]) == STAMPED


@pytest.mark.parametrize(
    ("response", "body", "roots", "why"),
    [
        (GRANTED, BODY + b"x", [ROOT], "mismatch"),
        (GRANTED, BODY, [OTHER], "certificates"),
        (GRANTED, BODY, [], "without a root"),
        (GRANTED, BODY, [b"no certificate"], "certificate given is none"),
        (GRANTED, BODY, [b"-----BEGIN CERTIFICATE-----\nAA"], "certificate given is none"),
        (GRANTED[:-1], BODY, [ROOT], "no RFC 3161 response"),
        (b"", BODY, [ROOT], "no RFC 3161 response"),
        ((DATA / "refused.tsr").read_bytes(), BODY, [ROOT], "refusal of the authority"),
        (GRANTED + bytes(70_000), BODY, [ROOT], "at most"),
    ],
)
def test_what_does_not_hold_is_refused(
    response: bytes, body: bytes, roots: list[bytes], why: str
) -> None:
    """Another text, root or form: refused, and the message says which."""
    with pytest.raises(TimestampRefused, match=why) as refused:
        verify_timestamp(response, body, roots)
    assert "timestamp-request" in refused.value.next_step


@given(st.integers(0, len(GRANTED) * 8 - 1))
def test_no_changed_bit_moves_the_instant(bit: int) -> None:
    """Whatever single bit is flipped: refused, or (where nothing is signed) the same second."""
    changed = bytearray(GRANTED)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        instant = verify_timestamp(bytes(changed), BODY, [ROOT])
    except TimestampRefused:
        return
    assert instant == STAMPED


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_our_words(data: bytes) -> None:
    """No response makes the reader crash."""
    with pytest.raises(TimestampRefused):
        verify_timestamp(data, BODY, [ROOT])


def test_the_request_is_over_the_digest_alone() -> None:
    """A request holds the SHA-256 of the body, not the body, and is the same every time."""
    request = request_for(BODY)
    assert hashlib.sha256(BODY).digest() in request
    assert b"asn-ledger" not in request
    assert request_for(BODY) == request


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without rfc3161-client refuses, and names the extra."""

    def missing(_: str) -> object:
        raise ImportError

    monkeypatch.setattr(timestamping, "import_module", missing)
    with pytest.raises(TimestampRefused, match="not installed") as refused:
        request_for(BODY)
    assert "asn-ledger[timestamp]" in refused.value.next_step
