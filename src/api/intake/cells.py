"""What a cell holds: nothing, text, a truth value, or a typed value as the workbook keeps it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

FOUND_MAX: Final = 200
NUMBER: Final = "n"
DAY: Final = "d"
MOMENT: Final = "m"
TIME: Final = "t"
KINDS: Final = frozenset((NUMBER, DAY, MOMENT, TIME))

# What exports write where they know nothing.
_BLANKS: Final = frozenset(
    ("", "-", "--", "null", "none", "n/a", "#n/a", "0000-00-00", "00-00-0000", "00/00/0000")
)
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")


class Typed(NamedTuple):
    """A cell that is not text: its kind, and its value as plain text, days and moments as ISO."""

    kind: str
    text: str


Cell = str | bool | Typed | None


class Unreadable(Exception):
    """A cell that cannot be read; `code` names the text of the error, `words` fill it."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def clean(text: str) -> str:
    """Text on one line: white space of any kind becomes single spaces, invisible marks go, NFC."""
    if text.isascii():
        return " ".join(text.split())
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def is_blank(cell: Cell) -> bool:
    """Whether a cell says nothing: empty, or one of the marks that exports write for nothing."""
    if cell is None:
        return True
    return isinstance(cell, str) and clean(cell).lower() in _BLANKS


def plain(cell: Cell) -> str:
    """The cell as text in one line: digits for numbers, ISO for days, YA and TIDAK for truth."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "YA" if cell else "TIDAK"
    return digits(cell.text) if cell.kind == NUMBER else cell.text


def digits(text: str) -> str:
    """A number without exponent: 1.99001012015031e+17 is 199001012015031000."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > FOUND_MAX:
        return text
    return format(value, "f")


def shown(cell: Cell) -> str:
    """The cell as its sender knows it, cut where it gets long."""
    if isinstance(cell, Typed) and cell.kind == DAY:
        day = date.fromisoformat(cell.text)
        return f"{day.day:02d}-{day.month:02d}-{day.year:04d}"
    text = plain(cell)
    return text if len(text) <= FOUND_MAX else text[: FOUND_MAX - 1] + "…"
