"""Entries of the access log, their chain, and what makes two looks one."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.access.access_entry import (
    PEOPLE_MAX,
    AccessHead,
    Entry,
    LookKind,
    entry_of,
    entry_text,
    first_link,
    next_link,
    of_list,
    of_person,
    of_set,
    quarter_start,
)
from ledger.errors import BadValue, ProgramError
from ledger.vocabulary_agency import ReadingPurpose
from tests.keys import stream

AT = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)
ENTRY = Entry(
    1, AT, "acc-1", "audit", "PERSON", stream(1), b'{"what":"history"}', bytes(range(16)), b""
)
entries = st.builds(
    Entry,
    st.integers(1, 2**53),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20),
    st.sampled_from([one.value for one in ReadingPurpose]),
    st.sampled_from([one.value for one in LookKind]),
    st.none() | st.uuids(),
    st.dictionaries(st.text("abcdef"), st.integers(0, 9)).map(
        lambda told: json.dumps(told, separators=(",", ":")).encode()
    ),
    st.binary(min_size=16, max_size=16),
    st.just(b""),
)


def test_the_form_of_an_entry_and_its_link_never_change() -> None:
    """Computed with the standard library alone, as docs/event-format.md tells it."""
    text = (
        b'["asn-ledger/1 access",1,"2026-11-22T03:04:05.678901Z",'
        b'"000102030405060708090a0b0c0d0e0f","acc-1","audit","PERSON",'
        b'"00000000000040008000000000000001","{\\"what\\":\\"history\\"}"]'
    )
    first = hashlib.sha256(b'["asn-ledger/1 access","bkd.example/1"]').digest()
    assert entry_text(ENTRY) == text
    assert first_link("bkd.example/1") == first
    assert next_link(first, ENTRY) == hashlib.sha256(first + text).digest()
    assert AccessHead(1, first).text() == f"1:{first.hex()}"


@given(entries)
def test_an_entry_is_read_back_from_its_text(entry: Entry) -> None:
    """As it was; said in other words it is refused."""
    text = entry_text(entry)
    assert entry_of(text) == entry
    for other in (text + b" ", text.replace(b",", b", ", 1), b"[]", b"null", text[:-1]):
        with pytest.raises(ValueError):
            entry_of(other)


@given(entries, entries)
def test_a_link_rests_on_every_field_and_on_the_link_before(one: Entry, other: Entry) -> None:
    """Two entries have one link only if they are the same behind the same link."""
    before = first_link("a")
    assert (next_link(before, one) == next_link(before, other)) == (one == other)
    assert next_link(before, one) != next_link(first_link("b"), one)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))
def test_a_quarter_of_an_hour_begins_at_or_before_and_ends_after(moment: datetime) -> None:
    """It starts at minute 0, 15, 30 or 45, in any zone whose offset is of quarters."""
    at = moment.replace(tzinfo=timezone(timedelta(hours=8)))
    start = quarter_start(at)
    assert start <= at < start + timedelta(minutes=15)
    assert (start.minute % 15, start.second, start.microsecond) == (0, 0, 0)


def test_of_one_person_the_question_makes_no_other_look() -> None:
    """Another reader, purpose or person does; of many people, the question does."""
    look = of_person("a", ReadingPurpose.AUDIT, stream(1), {"what": "score"})
    same = of_person("a", ReadingPurpose.AUDIT, stream(1), {"what": "history"})
    assert look.sameness() == same.sameness()
    others = [
        of_person("b", ReadingPurpose.AUDIT, stream(1), {"what": "score"}),
        of_person("a", ReadingPurpose.CASE, stream(1), {"what": "score"}),
        of_person("a", ReadingPurpose.AUDIT, stream(2), {"what": "score"}),
    ]
    assert len({one.sameness() for one in [look, *others]}) == 4
    first, second = (of_set("a", ReadingPurpose.AUDIT, None, {"as_of": day}) for day in "12")
    assert first.sameness() != second.sameness()


def test_a_long_list_is_several_entries_that_name_everybody_once() -> None:
    """Sorted, without doubles; an empty list shows nobody and is no entry."""
    people = [stream(number) for number in range(1, PEOPLE_MAX + 2)]
    looks = of_list("a", ReadingPurpose.AUDIT, [*people, people[0]], {"what": "search"})
    listed = [one for look in looks for one in look.question["listed"]]
    assert len(looks) == 2
    assert [UUID(one) for one in listed] == sorted(people, key=lambda one: one.hex)
    assert of_list("a", ReadingPurpose.AUDIT, [], {"what": "search"}) == ()


def test_what_no_entry_is_stops_the_program() -> None:
    """Numbers count from 1; a question holds no binary fractions."""
    with pytest.raises(ProgramError):
        entry_text(ENTRY._replace(number=0))
    with pytest.raises((ProgramError, BadValue)):
        of_set("a", ReadingPurpose.AUDIT, None, {"share": 0.5}).text()
