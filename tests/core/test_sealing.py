"""Sealed fields open in their own event only; keyed hashes tell equal from unequal and no more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import ProgramError
from ledger.keys.key_errors import KeyNotCommitted, SealBroken
from ledger.keys.sealing import (
    nip_digest,
    open_sealed,
    seal,
    title_id,
)
from ledger.keys.stream_keys import KEY_CLASSES, StreamKeys, draw_keys
from tests.keys import ORIGIN, seeded, stream

NIP = "199001152020122003"
FIELDS = {"nip": NIP, "name": "Siti Contoh", "birth_date": "1990-01-15"}
PLACE: dict[str, Any] = {
    "origin": ORIGIN,
    "key_class": "identity",
    "stream": stream(7),
    "version": 1,
    "topic": "employee.registered/1",
}

text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
value = st.recursive(
    text | st.integers(-(2**53), 2**53) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def keys() -> StreamKeys:
    return draw_keys(seeded())


def sealed_by(keys: StreamKeys, **place: object) -> bytes:
    return seal(keys, fields=FIELDS, randomness=seeded(5), **{**PLACE, **place})


@given(
    fields=st.dictionaries(text, value, min_size=1, max_size=6),
    key_class=st.sampled_from(KEY_CLASSES),
    version=st.integers(1, 2**31),
    seed=st.integers(0, 2**32),
)
def test_what_was_sealed_opens(
    fields: dict[str, Any], key_class: str, version: int, seed: int
) -> None:
    """Opening under the same place gives the fields back, whatever they hold."""
    keys = draw_keys(seeded(seed))
    place = {**PLACE, "key_class": key_class, "version": version}
    sealed = seal(keys, fields=fields, randomness=seeded(seed + 1), **place)
    assert open_sealed(keys, sealed, **place) == fields


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("origin", "bkd.other.go.id/ledger"),
        ("key_class", "restricted"),
        ("stream", stream(8)),
        ("version", 2),
        ("topic", "employee.identity/1"),
    ],
)
def test_sealed_bytes_open_in_their_own_event_only(
    keys: StreamKeys, name: str, other: object
) -> None:
    """Another ledger, class, stream, version or topic: the seal is broken, and says where."""
    sealed = sealed_by(keys)
    with pytest.raises(SealBroken) as caught:
        open_sealed(keys, sealed, **{**PLACE, name: other})
    assert caught.value.code == "seal_broken"
    assert "verify" in caught.value.next_step


def test_the_class_is_bound_even_when_both_keys_are_equal() -> None:
    """Restricted bytes do not open as identity bytes by way of an equal key."""
    same = StreamKeys(identity=b"k" * 32, restricted=b"k" * 32)
    sealed = sealed_by(same, key_class="restricted")
    with pytest.raises(SealBroken):
        open_sealed(same, sealed, **PLACE)


@given(place=st.integers(0, 200), bit=st.integers(0, 7))
def test_any_flipped_bit_breaks_the_seal(place: int, bit: int) -> None:
    """Nonce, ciphertext and tag are all covered."""
    keys = draw_keys(seeded())
    sealed = bytearray(sealed_by(keys))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBroken):
        open_sealed(keys, bytes(sealed), **PLACE)


@pytest.mark.parametrize("length", [0, 5, 12, 27])
def test_a_cut_seal_is_broken_and_not_a_crash(keys: StreamKeys, length: int) -> None:
    """Too few bytes are refused like changed ones."""
    with pytest.raises(SealBroken):
        open_sealed(keys, sealed_by(keys)[:length], **PLACE)


def test_another_persons_key_does_not_open(keys: StreamKeys) -> None:
    """A key opens the fields of its own stream only."""
    with pytest.raises(SealBroken):
        open_sealed(draw_keys(seeded(9)), sealed_by(keys), **PLACE)


def test_a_broken_seal_tells_no_field(keys: StreamKeys) -> None:
    """Neither the message, the details nor the cause of the error hold what was sealed."""
    with pytest.raises(SealBroken) as caught:
        open_sealed(keys, sealed_by(keys), **{**PLACE, "version": 2})
    shown = f"{caught.value} {caught.value.details} {caught.value.__cause__}"
    assert NIP not in shown
    assert caught.value.__cause__ is None


def test_two_seals_of_the_same_fields_differ(keys: StreamKeys) -> None:
    """The nonce is drawn each time, so that equal fields cannot be told from other ones."""
    drawn = seeded(5)
    first, second = (seal(keys, fields=FIELDS, randomness=drawn, **PLACE) for _ in range(2))
    assert first[:12] != second[:12]
    assert first[12:] != second[12:]


def test_nothing_is_sealed_by_mistake(keys: StreamKeys) -> None:
    """No fields, an unknown class and too little randomness stop the program."""
    with pytest.raises(ProgramError):
        seal(keys, fields={}, randomness=seeded(), **PLACE)
    with pytest.raises(ProgramError):
        sealed_by(keys, key_class="public")
    with pytest.raises(ProgramError):
        seal(keys, fields=FIELDS, randomness=lambda _: b"short", **PLACE)


def test_sealed_bytes_never_change_their_form() -> None:
    """The published vector: 12 bytes of nonce, then ciphertext and tag of canonical JSON."""
    keys = StreamKeys(identity=bytes(range(32)), restricted=bytes(32))
    sealed = seal(
        keys,
        origin=ORIGIN,
        key_class="identity",
        stream=UUID("00000000-0000-4000-8000-000000000001"),
        version=1,
        topic="employee.registered/1",
        fields={"nip": NIP, "name": "Siti"},
        randomness=lambda size: bytes(range(size)),
    )
    assert sealed.hex() == (
        "000102030405060708090a0b"
        "3c20b87aa880e021af12feffd8cb544fedbff716ca596e450157d5b42c5c328233209fce9df122ab56d9864c"
        "c93b4c2750ddcfdc3cd0a88c65f9"
    )


def test_a_key_is_checked_against_its_committed_digest(keys: StreamKeys) -> None:
    """A key other than the one the first event commits to is noticed, class by class."""
    keys.check_committed(keys.digests, stream=stream(7))
    other = StreamKeys(identity=keys.identity, restricted=b"x" * 32)
    with pytest.raises(KeyNotCommitted, match="restricted"):
        other.check_committed(keys.digests, stream=stream(7))
    with pytest.raises(KeyNotCommitted, match="identity"):
        keys.check_committed({}, stream=stream(7))


def test_keys_are_never_shown(keys: StreamKeys) -> None:
    """Printing keys, as a traceback or a log would, shows none of their bytes."""
    assert repr(keys) == "StreamKeys(…)"
    assert f"{keys}" == repr([keys])[1:-1] == repr(keys)
    assert keys.match_key not in (keys.identity, keys.restricted)


@pytest.mark.parametrize(
    "spelled",
    [
        "kepala seksi DATA",
        "  Kepala\u00a0Seksi \t Data ",
        "KEPALA SEKSI DATA",
        "Kepala Seksi\nData",
    ],
)
def test_titles_are_equal_but_for_case_and_spaces(spelled: str) -> None:
    """Spellings that an export varies give one title id."""
    assert title_id(b"s" * 32, spelled) == title_id(b"s" * 32, "Kepala Seksi Data")


def test_titles_are_composed_before_they_are_compared() -> None:
    """NFC and NFD of one title are one; other titles, and other secrets, give other ids."""
    composed, apart = "Café É", "Cafe\u0301 E\u0301"
    secret = b"s" * 32
    assert title_id(secret, composed) == title_id(secret, apart)
    assert title_id(secret, "Kepala Seksi") != title_id(secret, "Kepala Bidang")
    assert title_id(secret, composed) != title_id(b"t" * 32, composed)


def test_the_digest_of_a_nip_needs_the_secret() -> None:
    """Without the secret of the index nobody can tell whose digest it is."""
    assert nip_digest(b"s" * 32, NIP) != nip_digest(b"t" * 32, NIP)
    assert len(nip_digest(b"s" * 32, NIP)) == 32
