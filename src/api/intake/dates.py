"""Days as foreign files write them: 31-12-2022, 2022-12-31, 31 Desember 2022, serial numbers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from api.intake.cells import DAY, MOMENT, NUMBER, Cell, Typed, Unreadable, plain

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2200
# Day 0 of the serial numbers of spreadsheets, right from 1 March 1900 on.
SERIAL_ZERO: Final = date(1899, 12, 30)
SERIAL_MIN: Final = 20_000  # 3 October 1954: smaller whole numbers are years or mistakes
SERIAL_MAX: Final = 109_939  # 31 December 2200

_TIME = r"(?:[T ]\d{1,2}[:.]\d{2}.*)?"
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_DAY_FIRST: Final = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}")
_WORDED: Final = re.compile(
    rf"(?:[A-Za-z']+, ?)?(\d{{1,2}})[-./ ]*([A-Za-z]+)[-./, ]*(\d{{4}}){_TIME}"
)
_YEAR: Final = re.compile(r"\d{4}")
_YEAR_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})")
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[-/](\d{4})")
_WORDED_MONTH: Final = re.compile(r"([A-Za-z]+)[- ]+(\d{4})")
_SERIAL: Final = re.compile(r"\d{5,6}(?:[.,]\d+)?")

_MONTH_WORDS: Final = (
    "januari jan january",
    "februari feb pebruari peb february",
    "maret mar mrt march",
    "april apr",
    "mei may",
    "juni jun june",
    "juli jul july",
    "agustus agu agt ags agst aug august",
    "september sep sept",
    "oktober okt oct october",
    "november nov nopember nop",
    "desember des dec december",
)
MONTHS: Final = {
    word: number for number, words in enumerate(_MONTH_WORDS, start=1) for word in words.split()
}


def read_day(cell: Cell) -> str:
    """A whole day as ISO text.

    Raises:
        Unreadable: NOT_A_DATE, DATE_OUT_OF_RANGE.
    """
    return _day(cell).isoformat()


def read_when(cell: Cell) -> str:
    """A day, a month as 2022-06, or a year as 2022: what the cell really says, and no more.

    Raises:
        Unreadable: NOT_A_DATE, DATE_OUT_OF_RANGE.
    """
    text = plain(cell)
    if not (isinstance(cell, Typed) and cell.kind in {DAY, MOMENT}):
        if _YEAR.fullmatch(text):
            return str(_year(int(text)))
        month = _month_of(text)
        if month is not None:
            return f"{_year(month[0])}-{month[1]:02d}"
    return _day(cell).isoformat()


def read_year(cell: Cell) -> int:
    """A year of four digits; a day gives its year.

    Raises:
        Unreadable: NOT_A_YEAR.
    """
    text = plain(cell)
    text = text.removesuffix(".0")
    if _YEAR.fullmatch(text) and YEAR_MIN <= int(text) <= YEAR_MAX:
        return int(text)
    try:
        return _day(cell).year
    except Unreadable:
        raise Unreadable("NOT_A_YEAR") from None


def _day(cell: Cell) -> date:
    if isinstance(cell, Typed):
        if cell.kind in {DAY, MOMENT}:
            return _made(*(int(part) for part in cell.text[:10].split("-")))
        if cell.kind == NUMBER:
            return _of_serial(cell.text)
        raise Unreadable("NOT_A_DATE")
    if isinstance(cell, str):
        return _of_text(plain(cell))
    raise Unreadable("NOT_A_DATE")


def _of_text(text: str) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        return _made(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(text):
        return _made(int(match[3]), int(match[2]), int(match[1]))
    if match := _WORDED.fullmatch(text):
        return _made(int(match[3]), MONTHS.get(match[2].lower(), 0), int(match[1]))
    if _SERIAL.fullmatch(text):
        return _of_serial(text.replace(",", "."))
    raise Unreadable("NOT_A_DATE")


def _of_serial(text: str) -> date:
    try:
        serial = int(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        raise Unreadable("NOT_A_DATE") from None
    if not SERIAL_MIN <= serial <= SERIAL_MAX:
        raise Unreadable("NOT_A_DATE")
    return SERIAL_ZERO + timedelta(days=serial)


def _month_of(text: str) -> tuple[int, int] | None:
    if match := _YEAR_MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
    elif match := _MONTH_YEAR.fullmatch(text):
        year, month = int(match[2]), int(match[1])
    elif match := _WORDED_MONTH.fullmatch(text):
        year, month = int(match[2]), MONTHS.get(match[1].lower(), 0)
    else:
        return None
    if not 1 <= month <= 12:
        raise Unreadable("NOT_A_DATE")
    return year, month


def _year(year: int) -> int:
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise Unreadable("DATE_OUT_OF_RANGE", low=YEAR_MIN, high=YEAR_MAX)
    return year


def _made(year: int, month: int, day: int) -> date:
    try:
        made = date(year, month, day)
    except ValueError:
        raise Unreadable("NOT_A_DATE") from None
    _year(year)
    return made
