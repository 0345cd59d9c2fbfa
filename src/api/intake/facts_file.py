"""Facts files: UTF-8, one JSON object a line, read as a stream, nothing lost, nothing guessed.

The fast parser accepts duplicate keys and rounds long decimals, so its result is taken only where
it is proved equal to the strict one: in a line without a backslash every string lies between two
quotes, so if the quotes are exactly those of the keys and strings that came out, no key was
dropped; and no value came out as a float. Any other line is read by the strict parser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO, Any, Final

import orjson

from api.intake.rows import FIELDS_ARE_COLUMNS, Place, RawRow, error

FORM: Final = "facts"
LINE_MAX: Final = 1_000_000
NUMBER_MAX: Final = 40  # characters; a longer number is a mistake or an attack
INTEGER_BITS: Final = 63  # what canonical text can hold without its sign
DEPTH_MAX: Final = 16
_BOM: Final = b"\xef\xbb\xbf"
_SHOWN: Final = 200
_SOURCES: Final = (FIELDS_ARE_COLUMNS,)
_QUOTE: Final = b'"'
_BACKSLASH: Final = b"\\"


class _Refused(Exception):
    """A line that cannot be read; `column` is the field, if one can be named."""

    def __init__(self, code: str, column: str = "", **words: object) -> None:
        super().__init__(code)
        self.code, self.column, self.words = code, column, words


def read_rows(
    stream: IO[bytes], file: str, *, before: int = 0, most: int | None = None
) -> Iterator[RawRow]:
    """The rows of a facts file; blank lines are counted and left out.

    `before` lines were read by others; with `most`, it ends after the line of that number. Memory
    is bounded by the longest line taken, 1 MB; the rest of a longer one is skipped.
    """
    readline = stream.readline
    number = before
    while number != most and (line := readline(LINE_MAX + 1)):
        number += 1
        if number == 1 and line.startswith(_BOM):
            line = line[len(_BOM) :]
        if len(line) > LINE_MAX and not line.endswith(b"\n"):
            _skip_rest(stream)
            yield _refused_row(
                file, number, line[:_SHOWN], _Refused("LINE_TOO_LONG", limit=LINE_MAX)
            )
            continue
        raw = proved(line)
        if raw is not None:
            yield RawRow(Place(file, None, number), FORM, (raw,), _SOURCES, (), (), (), (), line)
        elif line.strip():
            yield _strict_row(file, number, line)


def whole(data: bytes) -> RawRow:
    """The row of one object that may lie over several lines, as the body of a request does."""
    if len(data) > LINE_MAX:
        return _refused_row("", 1, data[:_SHOWN], _Refused("LINE_TOO_LONG", limit=LINE_MAX))
    return _strict_row("", 1, data)


def proved(line: bytes) -> dict[str, Any] | None:
    """The object of a line if the fast parser is proved right; None if the strict one must look."""
    if _BACKSLASH in line:
        return None
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if type(raw) is not dict:
        return None
    strings = len(raw)
    for value in raw.values():
        kind = type(value)
        if kind is str:
            strings += 1
        elif kind is dict or kind is list:
            inner = _strings(value)
            if inner is None:
                return None
            strings += inner
        elif kind is float or (kind is int and value.bit_length() > INTEGER_BITS):
            return None
    return raw if strings * 2 == line.count(_QUOTE) else None


def _strings(value: Any, depth: int = 1) -> int | None:
    """How many strings, keys included, a value holds; None if the strict parser must look."""
    kind = type(value)
    if kind is str:
        return 1
    if kind is float or depth > DEPTH_MAX:
        return None
    if kind is int:
        return 0 if value.bit_length() <= INTEGER_BITS else None
    if kind is list:
        parts: Sequence[Any] = value
        total = 0
    elif kind is dict:
        parts = tuple(value.values())
        total = len(value)
    else:
        return 0
    for part in parts:
        inner = _strings(part, depth + 1)
        if inner is None:
            return None
        total += inner
    return total


def _strict_row(file: str, number: int, line: bytes) -> RawRow:
    try:
        raw = strict(line)
    except _Refused as why:
        return _refused_row(file, number, line, why)
    return RawRow(Place(file, None, number), FORM, (raw,), _SOURCES, (), (), (), (), line)


def strict(line: bytes) -> dict[str, Any]:
    """The object of a line without any loss: duplicate keys, NaN and long numbers are refused."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise _Refused("NOT_UTF8") from None
    try:
        raw = _STRICT.decode(text.strip())
        json.dumps(raw, ensure_ascii=False, default=str).encode()
    except json.JSONDecodeError as fault:
        raise _Refused("NOT_JSON", at=fault.pos + 1) from None
    except UnicodeEncodeError:
        raise _Refused("NOT_UTF8") from None
    except RecursionError:
        raise _Refused("NESTED_TOO_DEEP") from None
    if type(raw) is not dict:
        raise _Refused("NOT_AN_OBJECT")
    if _depth(raw) > DEPTH_MAX:
        raise _Refused("NESTED_TOO_DEEP")
    return raw


def _depth(value: Any) -> int:
    """How deep a value nests, counted no further than just beyond what is taken."""
    level, depth = [value], 0
    while level and depth <= DEPTH_MAX + 1:
        level = [
            part
            for one in level
            if isinstance(one, (dict, list))
            for part in (one.values() if isinstance(one, dict) else one)
        ]
        depth += 1
    return depth - 1


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Refused("KEY_TWICE", name[:_SHOWN])
            seen.add(name)
    return found


def _integer(text: str) -> int:
    if len(text) > NUMBER_MAX:
        raise _Refused("NUMBER_TOO_LONG")
    value = int(text)
    if value.bit_length() > INTEGER_BITS:
        raise _Refused("NUMBER_TOO_LONG")
    return value


def _decimal(text: str) -> Decimal:
    value = Decimal(text) if len(text) <= NUMBER_MAX else None
    if value is None or abs(value.adjusted()) > NUMBER_MAX:
        raise _Refused("NUMBER_TOO_LONG")
    return value


def _constant(_name: str) -> Any:
    raise _Refused("NOT_A_NUMBER")


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
)


def _refused_row(file: str, number: int, line: bytes, why: _Refused) -> RawRow:
    shown = line[:_SHOWN].decode(errors="replace")
    wrong = error(why.column, why.code, shown.strip(), **why.words)
    return RawRow(Place(file, None, number), FORM, (), (), (), (wrong,), (), (), line)


def _skip_rest(stream: IO[bytes]) -> None:
    """Read on to the end of an overlong line without keeping it."""
    while part := stream.readline(LINE_MAX):
        if part.endswith(b"\n"):
            return
