"""Field types: what a file may say, how it is stored, and that loading gives it back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import fields
from ledger.canonical import canonical_json
from ledger.errors import BadValue
from ledger.events import registry
from ledger.vocabulary import PerformancePredicate, SanctionLevel
from ledger.vocabulary_agency import OrganisationPredicate
from tests.persons import nip

PREDICATE = fields.code(PerformancePredicate)


def refused(kind: fields.FieldType, raw: object) -> str:
    """The code with which a value is refused."""
    with pytest.raises(BadValue) as caught:
        kind.read(raw)
    assert caught.value.next_step
    return str(caught.value.details["code"])


@pytest.mark.parametrize("raw", ["SANGAT_BAIK", "Sangat Baik", " sangat-baik ", "sangat  baik"])
def test_a_code_is_understood_in_any_dress(raw: str) -> None:
    """Case, blanks and hyphens do not make another member."""
    assert PREDICATE.read(raw) == "SANGAT_BAIK"


def test_older_words_mean_their_members() -> None:
    """CUKUP and BURUK of the older texts; no other list understands them."""
    assert PREDICATE.read("CUKUP") == "BUTUH_PERBAIKAN"
    assert PREDICATE.read("Buruk") == "SANGAT_KURANG"
    assert fields.code(OrganisationPredicate).read("CUKUP") == "BUTUH_PERBAIKAN"
    assert refused(fields.code(SanctionLevel), "CUKUP") == "VALUE_NOT_LISTED"


@pytest.mark.parametrize("raw", ["LUAR BIASA", "", None, 1, ["BAIK"]])
def test_what_is_not_in_the_list_is_refused_with_the_list(raw: object) -> None:
    """The sender reads which words there are."""
    with pytest.raises(BadValue) as caught:
        PREDICATE.read(raw)
    for member in PerformancePredicate:
        assert member.value in caught.value.next_step


@given(st.decimals(0, 100, places=4))
def test_an_amount_is_kept_exactly(value: Decimal) -> None:
    """As text without trailing zeros, and loaded as the same decimal."""
    stored = fields.SCORE.read(value)
    assert isinstance(stored, str)
    assert fields.SCORE.load(stored) == value
    assert fields.SCORE.dump(fields.SCORE.load(stored)) == stored
    assert fields.SCORE.read(stored.replace(".", ",")) == stored


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (fields.HOURS, -5, "OUT_OF_RANGE"),
        (fields.HOURS, "100001", "OUT_OF_RANGE"),
        (fields.SCORE, "100.01", "OUT_OF_RANGE"),
        (fields.SCORE, "seratus", "NOT_A_NUMBER"),
        (fields.SCORE, True, "NOT_A_NUMBER"),
        (fields.NUMBER, "1." + "1" * 28, "OUT_OF_RANGE"),
        (fields.count(0, 31), "2.5", "NOT_WHOLE"),
        (fields.count(0, 31), 32, "OUT_OF_RANGE"),
        (fields.FLAG, "ya", "NOT_A_FLAG"),
        (fields.FLAG, 1, "NOT_A_FLAG"),
        (fields.DAY, "31-02-2022", "NOT_A_DATE"),
        (fields.DAY, "2022", "NOT_A_DATE"),
        (fields.PERIOD, "2022-Q5", "NOT_A_PERIOD"),
        (fields.MONTH, "2022", "NOT_A_PERIOD"),
        (fields.MONTH, "2022-H1", "NOT_A_PERIOD"),
        (fields.TEXT, 7, "NOT_TEXT"),
        (fields.TEXT, "  ", "EMPTY"),
        (fields.TEXT, "a\nb", "TEXT_UNREADABLE"),
        (fields.TEXT, "x" * 4_001, "TOO_LONG"),
        (fields.IDENT, "x" * 201, "TOO_LONG"),
        (fields.WORD, "a/b", "NOT_A_CODE"),
        (fields.WORD, "Ä", "NOT_A_CODE"),
        (fields.PERSON, "bukan", "NIP_MALFORMED"),
        (fields.PERSON, int(nip(1)), "NIP_IS_NUMBER"),
        (fields.RANK, "V/a", "VALUE_NOT_LISTED"),
        (fields.RANK, "XVIII", "VALUE_NOT_LISTED"),
        (fields.RANK, "I/e", "VALUE_NOT_LISTED"),
        (fields.many(fields.DAY), "2022-01-01", "NOT_A_LIST"),
        (fields.many(fields.DAY, limit=1), ["2022-01-01"] * 2, "NOT_A_LIST"),
        (fields.record(a=fields.FLAG), {"b": True}, "NOT_AN_OBJECT"),
        (fields.coded_map(fields.read_code_word, fields.SCORE), {}, "NOT_AN_OBJECT"),
        (fields.coded_map(fields.read_code_word, fields.SCORE), {"A": 101}, "OUT_OF_RANGE"),
    ],
)
def test_bad_values_are_refused_with_a_code(kind: fields.FieldType, raw: object, code: str) -> None:
    """A stable code, and what to do about it."""
    assert refused(kind, raw) == code


@pytest.mark.parametrize("raw", [nip(1), "no " + nip(1), "3201234567890123"])
def test_a_number_of_a_person_is_refused_in_an_open_field(raw: str) -> None:
    """Sealed text may hold it, open text never: it is read by everybody who reads the log."""
    assert refused(fields.IDENT, raw) == "DIGITS_IN_OPEN_FIELD"
    assert refused(fields.WORD, raw.replace(" ", "_")) == "DIGITS_IN_OPEN_FIELD"
    assert fields.TEXT.read(raw) == raw


@pytest.mark.parametrize(
    ("raw", "rank"),
    [
        ("III/d", "III/d"),
        ("iii/D", "III/d"),
        ("III.d", "III/d"),
        (" IV / e ", "IV/e"),
        ("ix", "IX"),
    ],
)
def test_golongan_is_read_as_people_write_it(raw: str, rank: str) -> None:
    """Of PNS with a letter, of PPPK without."""
    assert fields.golongan(raw) == rank


def test_persons_are_named_by_number_or_id() -> None:
    """Both are resolved when the fact is recorded; an id may have dashes."""
    spaced = f"{nip(1)[:8]} {nip(1)[8:]}"
    assert fields.PERSON.read(spaced) == nip(1)
    ident = "0123456789abcdef0123456789abcdef"
    dashed = "01234567-89ab-cdef-0123-456789abcdef"
    assert fields.PERSON.read(ident) == fields.PERSON.read(dashed) == ident


def test_every_sealed_field_has_a_key_class() -> None:
    """Identity or restricted: there are two keys a person."""
    for spec in registry.specs().values():
        for part in spec.fields:
            assert part.type.sealed in (None, fields.IDENTITY, fields.RESTRICTED)


def test_no_open_field_takes_free_text() -> None:
    """Names, titles and reasons are sealed; what is open is short, coded, or a whole law."""
    for topic, spec in registry.specs().items():
        for part in spec.fields:
            if part.type.sealed is None and part.type.name == "text":
                assert (topic, part.name) == ("ledger.enact/1", "text")


def good_values(kind: fields.FieldType) -> list[Any]:
    """Some values that a field of a kind accepts."""
    tried = ["2022-01-01", "2022", "2022-06", "10", 1, True, "X", nip(1), ["2022-01-01"], "III/a"]
    tried += [{"A": 1}, *kind.choices]
    found = []
    for raw in tried:
        try:
            found.append(kind.read(raw))
        except BadValue:
            continue
    return found


def test_stored_values_load_and_dump_to_themselves() -> None:
    """For every field of every event: dump(load(stored)) is stored, and it is canonical JSON."""
    for spec in registry.specs().values():
        for part in spec.fields:
            if part.type.reference or part.type.name in ("fields", "candidates"):
                continue
            for stored in good_values(part.type):
                assert part.type.dump(part.type.load(stored)) == stored
                assert canonical_json(stored)
