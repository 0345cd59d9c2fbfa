"""One value, one byte string: laws of canonical text, entries and leaves."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.errors import BadValue, ProgramError

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
decimals = st.decimals(-(10**15), 10**15, places=8)


def shuffled(value: Any) -> Any:
    """The same value with the keys of every object in reverse order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    if isinstance(value, list):
        return [shuffled(part) for part in value]
    return value


@given(values)
def test_bytes_do_not_depend_on_the_order_of_keys(value: Any) -> None:
    """Equal values give equal bytes, and the bytes read back as the value."""
    written = canonical.canonical_bytes(value)
    assert canonical.canonical_bytes(shuffled(value)) == written
    assert canonical.canonical_json(value) == written
    assert json.loads(written) == value


@given(values)
def test_bytes_are_those_of_the_standard_library(value: Any) -> None:
    """An auditor needs no library of ours to write the same bytes."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical.canonical_bytes(value).decode() == plain


@given(values, values)
def test_different_values_give_different_bytes(one: Any, other: Any) -> None:
    """Nothing is lost on the way: bytes agree only where the values are one."""
    same = canonical.canonical_bytes(one) == canonical.canonical_bytes(other)
    assert same == (
        orjson.dumps(shuffled(one), option=orjson.OPT_SORT_KEYS)
        == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)
    )


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, [1, {"b": float("nan")}]])
def test_floats_stop_the_program(value: Any) -> None:
    """A binary fraction has no exact text; it never comes from a user, so it is a defect."""
    with pytest.raises(ProgramError, match="float"):
        canonical.canonical_bytes(value)


@given(decimals)
def test_a_decimal_is_plain_text(value: Decimal) -> None:
    """No exponent, no trailing zeros, no minus zero, and exactly the same number."""
    text = canonical.decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert text != "-0"
    assert not ("." in text and text.endswith(("0", ".")))
    assert canonical.decimal_text(Decimal(text)) == text
    assert canonical.canonical_bytes({"n": value}) == f'{{"n":"{text}"}}'.encode()


@given(decimals, st.integers(0, 6))
def test_equal_decimals_have_one_text(value: Decimal, zeros: int) -> None:
    """However many zeros it was written with."""
    padded = Decimal(format(value, "f") + "0" * zeros)
    assert canonical.decimal_text(padded) == canonical.decimal_text(value)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused(value: str) -> None:
    """Such a number has no text."""
    with pytest.raises(BadValue, match="not finite"):
        canonical.decimal_text(Decimal(value))


@given(texts)
def test_clean_text_is_normal_and_stable(text: str) -> None:
    """NFC, stripped, and cleaning it again changes nothing."""
    cleaned = canonical.clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert canonical.clean_text(cleaned) == cleaned
    assert canonical.clean_text(unicodedata.normalize("NFD", text)) == cleaned


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\tb", "é\x1bé", "a\x85b", "\ud800"])
def test_control_characters_are_refused(text: str) -> None:
    """At the door, so that stored text can be shown and hashed as it is."""
    with pytest.raises(BadValue):
        canonical.clean_text(text)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_is_utc_to_the_microsecond(moment: datetime, minutes: int) -> None:
    """The same instant in any zone has one text, which sorts as time does."""
    zone = timezone(timedelta(minutes=minutes))
    instant = moment.replace(tzinfo=UTC)
    text = canonical.instant_text(instant)
    assert canonical.instant_text(instant.astimezone(zone)) == text
    assert len(text) == len("2026-11-22T03:04:05.678901Z")
    assert datetime.fromisoformat(text) == instant
    later = canonical.instant_text(instant + timedelta(microseconds=1))
    assert later > text


def test_an_instant_without_a_zone_stops_the_program() -> None:
    """It would mean another moment on another machine."""
    with pytest.raises(ProgramError, match="time zone"):
        canonical.instant_text(datetime(2026, 1, 1))


def entry(**changes: Any) -> bytes:
    """A canonical entry."""
    parts: dict[str, Any] = {
        "position": 7,
        "stream": UUID(int=5, version=4),
        "version": 3,
        "topic": "employee.golongan/1",
        "effective_on": date(2022, 4, 1),
        "recorded_at": datetime(2026, 11, 22, 3, 4, 5, 678901, UTC),
        "salt": bytes(16),
        "context": b'{"actor":"x"}',
        "payload": b'{"golongan":"III/c"}',
        "sealed_digest": None,
    }
    return canonical.entry_bytes(**(parts | changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position", 8),
        ("stream", UUID(int=6, version=4)),
        ("version", 4),
        ("topic", "employee.golongan/2"),
        ("effective_on", date(2022, 4, 2)),
        ("effective_on", None),
        ("recorded_at", datetime(2026, 11, 22, 3, 4, 5, 678902, UTC)),
        ("salt", b"\x01" + bytes(15)),
        ("context", b'{"actor":"y"}'),
        ("payload", b'{"golongan":"III/d"}'),
        ("sealed_digest", bytes(32)),
    ],
)
def test_a_leaf_commits_to_every_part(name: str, value: Any) -> None:
    """Any other value of any part gives another leaf."""
    changed = entry(**{name: value})
    assert canonical.leaf_hash(changed) != canonical.leaf_hash(entry())
    assert canonical.leaf_hash(changed) == hashlib.sha256(b"\x00" + changed).digest()


def test_an_entry_keeps_its_limit() -> None:
    """65,535 bytes, the most that a tile entry holds; one more is refused with what to do."""
    room = canonical.MAX_ENTRY - len(entry(payload=b""))
    assert len(entry(payload=b"x" * room)) == canonical.MAX_ENTRY
    with pytest.raises(canonical.EntryTooLarge, match="attached file"):
        entry(payload=b"x" * (room + 1))


parts = st.dictionaries(st.sampled_from(["identity", "restricted", "other"]), st.binary(max_size=9))


@given(parts, st.randoms(use_true_random=False))
def test_the_digest_of_sealed_parts_has_one_order(sealed: dict[str, bytes], random: Any) -> None:
    """By key class, whatever order they come in; none without parts."""
    rows = list(sealed.items())
    random.shuffle(rows)
    digest = canonical.sealed_digest(rows)
    assert digest == canonical.sealed_digest(sorted(sealed.items()))
    assert (digest is None) == (not sealed)


def tampered(blob: bytes) -> bytes:
    """One bit of it flipped."""
    return bytes([blob[0] ^ 1]) + blob[1:]


@given(parts.filter(lambda sealed: any(sealed.values())))
def test_the_digest_sees_every_part(sealed: dict[str, bytes]) -> None:
    """A changed or missing part is noticed."""
    name = next(name for name, blob in sealed.items() if blob)
    change: list[Callable[[], dict[str, bytes]]] = [
        lambda: sealed | {name: tampered(sealed[name])},
        lambda: {key: blob for key, blob in sealed.items() if key != name},
    ]
    for make in change:
        assert canonical.sealed_digest(make().items()) != canonical.sealed_digest(sealed.items())
