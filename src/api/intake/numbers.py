"""Numbers as foreign files write them: cells, decimal comma or point, thousands, a unit behind."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from api.intake.cells import NUMBER, Cell, Typed, Unreadable, plain
from ledger.canonical import decimal_text

DIGITS_MAX: Final = 28
_UNIT: Final = re.compile(r"(?i)\s*(?:jp|jpl|jam(?: pelajaran)?|bulan|bln|tahun|thn|%)\.?$")
_PLAIN: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+(?:,\d+)?|(?:,\d{3})+(?:\.\d+)?)")
# 1.200 may be 1200 or 1,2: whoever wrote it has to say.
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def read_amount(cell: Cell) -> str:
    """An exact decimal as plain text: 40,0 and 40.00 are 40.

    Raises:
        Unreadable: NOT_A_NUMBER, NUMBER_AMBIGUOUS.
    """
    return decimal_text(amount(cell))


def amount(cell: Cell) -> Decimal:
    """An exact decimal.

    Raises:
        Unreadable: NOT_A_NUMBER, NUMBER_AMBIGUOUS.
    """
    if isinstance(cell, bool) or (isinstance(cell, Typed) and cell.kind != NUMBER):
        raise Unreadable("NOT_A_NUMBER")
    if isinstance(cell, Typed):
        return _decimal(cell.text)
    text = _UNIT.sub("", plain(cell))
    if _EITHER.fullmatch(text):
        raise Unreadable("NUMBER_AMBIGUOUS")
    if _PLAIN.fullmatch(text):
        return _decimal(text.replace(",", "."))
    if _THOUSANDS.fullmatch(text):
        mark = next(char for char in text if char in ".,")
        return _decimal(text.replace(mark, "").replace(",", "."))
    raise Unreadable("NOT_A_NUMBER")


def read_count(cell: Cell) -> int:
    """A whole number.

    Raises:
        Unreadable: NOT_A_NUMBER, NUMBER_AMBIGUOUS, NOT_WHOLE.
    """
    value = amount(cell)
    if value != value.to_integral_value():
        raise Unreadable("NOT_WHOLE")
    return int(value)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Unreadable("NOT_A_NUMBER") from None
    if not value.is_finite() or abs(value.adjusted()) > DIGITS_MAX:
        raise Unreadable("NOT_A_NUMBER")
    if len(value.as_tuple().digits) > DIGITS_MAX:
        raise Unreadable("NOT_A_NUMBER")
    return value
