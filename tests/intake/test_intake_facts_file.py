"""Laws of facts files: nothing is lost, nothing guessed, nothing crashes."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake import facts_file
from api.intake.rows import RawRow
from tests.intake.books import NIP, checked, codes


def read(data: bytes) -> list[RawRow]:
    return list(facts_file.read_rows(io.BytesIO(data), "x.jsonl"))


def only(data: bytes) -> RawRow:
    (row,) = read(data)
    return row


PLAIN = st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | st.text(max_size=12)
VALUES = st.recursive(
    PLAIN | st.decimals(-(10**6), 10**6, places=3, allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=8), VALUES, max_size=6)


def dumped(value: Any) -> str:
    """JSON of a value with its decimals written out exactly."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{dumped(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumped(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def exact(value: Any) -> Any:
    """A value with its decimals as their text, to be compared to the last digit."""
    if isinstance(value, Decimal):
        return ("decimal", value.normalize().as_tuple() if value else 0)
    if isinstance(value, dict):
        return {key: exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [exact(one) for one in value]
    return value


@given(OBJECTS)
def test_what_is_written_is_what_is_read(value: dict[str, Any]) -> None:
    """Any object comes back whole and exact, whichever parser reads it."""
    row = only(dumped(value).encode() + b"\n")
    assert exact(row.facts[0]) == exact(value)
    assert row.line == dumped(value).encode() + b"\n"


@given(OBJECTS)
def test_the_fast_parser_is_taken_only_where_it_is_right(value: dict[str, Any]) -> None:
    """Where the fast parser's answer is taken, the strict one gives the same, floats and all."""
    line = dumped(value).encode()
    quick = facts_file.proved(line)
    if quick is not None:
        slow = facts_file.strict(line)
        assert quick == slow
        assert repr(quick) == repr(slow)


@given(st.text(alphabet='ab":,{}', max_size=6), st.integers(0, 3))
def test_a_key_that_stands_twice_is_never_lost(name: str, depth: int) -> None:
    """A duplicate key is refused at any depth; it is never settled by whichever came last."""
    quoted = json.dumps(name)
    inner = f'{{{quoted}: 1, "other": "x", {quoted}: 2}}'
    for _ in range(depth):
        inner = f'{{"in": {inner}}}'
    row = only(inner.encode())
    assert [code for _, code in codes(row)] == ["KEY_TWICE"]


@given(st.binary(max_size=200))
def test_no_bytes_crash(data: bytes) -> None:
    """Any bytes give rows or errors, one for each line that is not blank."""
    rows = read(data)
    assert len(rows) <= data.count(b"\n") + 1
    assert all(row.errors or row.facts for row in rows)


@given(st.lists(st.sampled_from(['{"fact":"x"}', "", "{", "[1]", "\\", '{"a":1}']), max_size=12))
def test_numbers_of_lines_are_those_of_an_editor(lines: list[str]) -> None:
    """Blank lines are counted and left out, so that every row is found again."""
    rows = read("\n".join(lines).encode())
    assert [row.place.row for row in rows] == [n for n, one in enumerate(lines, 1) if one]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"a": 1', "NOT_JSON"),
        (b'{"a": NaN}', "NOT_A_NUMBER"),
        (b'{"a": Infinity}', "NOT_A_NUMBER"),
        (b'{"a": 1} {"b": 2}', "NOT_JSON"),
        (b"[1, 2]", "NOT_AN_OBJECT"),
        (b'"text"', "NOT_AN_OBJECT"),
        (b'{"a": "\xff"}', "NOT_UTF8"),
        (b'{"a": "\\ud800"}', "NOT_UTF8"),
        (b'{"a": 1, "a": 1}', "KEY_TWICE"),
        (b'{"a": 9223372036854775808}', "NUMBER_TOO_LONG"),
        (b'{"a": 1e999999999}', "NUMBER_TOO_LONG"),
        (b'{"a": 0.' + b"1" * 60 + b"}", "NUMBER_TOO_LONG"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "NUMBER_TOO_LONG"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "NESTED_TOO_DEEP"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "NESTED_TOO_DEEP"),
        (b'{"a": ' + b'{"a": ' * 40 + b"1" + b"}" * 41, "NESTED_TOO_DEEP"),
    ],
)
def test_lines_that_cannot_be_read_are_refused(line: bytes, code: str) -> None:
    """Each way in which a line is wrong has its code, and the line is given back."""
    row = only(line)
    assert [found for _, found in codes(row)] == [code]
    assert row.facts == ()
    assert row.line == line


def test_a_broken_line_says_where() -> None:
    """A line that is no JSON is refused with the character at which it breaks."""
    assert "ke-8" in only(b'{"a": 1').errors[0].message


def test_long_lines_are_skipped_whole() -> None:
    """A line beyond the limit is refused, the lines after it are read, none of it is kept."""
    data = b'{"a": "' + b"x" * (3 * facts_file.LINE_MAX) + b'"}\n{"b": 1}\n'
    first, second = read(data)
    assert codes(first) == [("", "LINE_TOO_LONG")]
    assert len(first.line) < 1_000
    assert (second.place.row, second.facts) == (2, ({"b": 1},))


def test_a_mark_of_utf8_is_no_part_of_the_first_line() -> None:
    """Windows programs put three bytes before the text."""
    assert only(b'\xef\xbb\xbf{"a": 1}\r\n').facts == ({"a": 1},)


@pytest.mark.parametrize(
    ("fact", "column"),
    [
        (
            '"fact": "left", "reason": "PENSIUN", "on": "2022-01-01", "nip": 198209282007121900',
            "nip",
        ),
        ('"fact": "left", "reason": "PENSIUN", "on": "2022-01-01", "nip": 1.982E17', "nip"),
        (f'"fact": "identity", "on": "2022-01-01", "nip": "{NIP}", "new_nip": 5', "new_nip"),
        (f'"fact": "merged", "on": "2022-01-01", "nip": "{NIP}", "into": 5', "into"),
    ],
)
def test_a_number_of_a_person_is_text(fact: str, column: str) -> None:
    """A NIP given as a number is refused wherever it stands: its last digits may be gone."""
    assert codes(checked(only(f"{{{fact}}}".encode()))) == [(column, "NIP_IS_NUMBER")]


def test_decimals_are_exact() -> None:
    """Numbers keep every digit that was written."""
    row = only(b'{"hours": 10.10000000000000000001}')
    assert row.facts[0]["hours"] == Decimal("10.10000000000000000001")


def test_faults_of_facts_come_in_the_order_of_their_fields() -> None:
    """What the event classes find is told by field, all of it at once."""
    line = json.dumps({"fact": "competency", "nip": NIP, "to": "31-02-2022", "hours": -1, "x": 1})
    row = checked(only(line.encode()))
    assert {("to", "NOT_A_DATE"), ("hours", "OUT_OF_RANGE"), ("x", "FIELD_UNKNOWN")} <= set(
        codes(row)
    )
