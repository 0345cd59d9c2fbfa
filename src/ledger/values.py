"""Small values that facts are made of: numbers of persons, days, periods, exact decimals."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from ledger.errors import BadValue
from ledger.vocabulary import Precision, Sex

NIP_LENGTH = 18
PPPK_MARK = "21"
_MONTHS_OR_MARK = frozenset([f"{month:02d}" for month in range(1, 13)] + [PPPK_MARK])
_DAYS_KEPT = 16_384  # texts of days read before: files name the same days again and again
_PERIOD_TEXT_MAX = len("2023-06-30")
_DAY_TEXT_KEPT = 24  # characters; a longer text is not kept
_NIP_NOISE = re.compile(r"[\s'`\u2019\u00a0.-]")
_DIGIT_RUN = re.compile(r"\d{16,}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_WORDED = re.compile(r"(\d{1,2})\s+([A-Za-z]+)\s+(\d{4})")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_PERIOD = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|W(\d{2})|(\d{2})(?:-(\d{2}))?))?", re.ASCII)
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_MONTH_NAMES = (
    "januari februari maret april mei juni juli agustus september oktober november desember"
).split()
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}


@dataclass(frozen=True, slots=True)
class Nip:
    """Nomor induk: 18 digits as text; digits 1-8 birth date, 9-14 or 9-12 start, 15 sex, 16-18
    serial.

    A PNS number carries the month of appointment as CPNS in digits 13-14, a PPPK number the mark
    21.
    """

    text: str

    @property
    def birth_date(self) -> date:
        return date(int(self.text[:4]), int(self.text[4:6]), int(self.text[6:8]))

    @property
    def is_pppk(self) -> bool:
        return self.text[12:14] == PPPK_MARK

    @property
    def start_year(self) -> int:
        return int(self.text[8:12])

    @property
    def start_month(self) -> int | None:
        return None if self.is_pppk else int(self.text[12:14])

    @property
    def sex(self) -> Sex:
        return Sex.PRIA if self.text[14] == "1" else Sex.WANITA


def nip(raw: object) -> Nip:
    """A NIP from text, with or without spaces and apostrophe.

    Raises:
        BadValue: with code NIP_IS_NUMBER or NIP_MALFORMED; the message never holds the number.
    """
    return Nip(nip_text(raw))


def nip_text(raw: object) -> str:
    """The 18 digits of a NIP; raises as `nip` does."""
    if isinstance(raw, str):
        if _nip_fault(raw) is None:
            return raw
        text = _NIP_NOISE.sub("", raw)
        why = _nip_fault(text)
        if why is None:
            return text
        raise BadValue(
            why,
            next_step="Compare the number with the decree of appointment.",
            code="NIP_MALFORMED",
        )
    if isinstance(raw, (int, float, Decimal)):
        raise BadValue(
            "The NIP is kept as a number, so its last digits are gone.",
            next_step="Format the column as text in the source and export again.",
            code="NIP_IS_NUMBER",
        )
    raise BadValue("The NIP is not text.", next_step="Give 18 digits.", code="NIP_MALFORMED")


def _nip_fault(text: str) -> str | None:
    if not (text.isascii() and text.isdigit()):
        return "The NIP holds something other than digits."
    if len(text) != NIP_LENGTH:
        return f"The NIP has {len(text)} digits and must have {NIP_LENGTH}."
    if not _day_exists(text[:8]):
        return "The first eight digits of the NIP are not a date that exists."
    if text[12:14] not in _MONTHS_OR_MARK:
        return "Digits 13 and 14 of the NIP are neither a month nor the PPPK mark."
    if text[14] not in "12":
        return "Digit 15 of the NIP must be 1 or 2."
    if text[15:] == "000":
        return "The serial number of the NIP is 000."
    return None


@lru_cache(maxsize=_DAYS_KEPT)
def _day_exists(digits: str) -> bool:
    """Whether eight digits are a year, a month and a day of the calendar."""
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def holds_identity_number(text: str) -> bool:
    """Whether an open field holds a run of 16 to 18 digits, as NIK and NIP have."""
    return len(text) > 15 and _DIGIT_RUN.search(text) is not None


def without_identity_numbers(text: str) -> str:
    """Text that names something else, as a sheet, with such runs of digits left out."""
    return _DIGIT_RUN.sub("…", text) if holds_identity_number(text) else text


def day(raw: object) -> date:
    """A whole day from ISO text, 31-12-2022, 31 Desember 2022, or a date.

    Raises:
        BadValue: code NOT_A_DATE.
    """
    if isinstance(raw, date):
        return raw
    if isinstance(raw, str):
        text = raw.strip()
        found = _known_day(text) if len(text) <= _DAY_TEXT_KEPT else _day_of_text(text)
        if found is not None:
            return found
    raise BadValue(
        "This is not a day that exists.",
        next_step="Write days as 2022-12-31 or 31-12-2022.",
        code="NOT_A_DATE",
    )


def _day_of_text(text: str) -> date | None:
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        if match := _DAY_FIRST.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _WORDED.fullmatch(text):
            month = _MONTHS.get(match[2].lower())
            return date(int(match[3]), month, int(match[1])) if month else None
    except ValueError:
        return None
    return None


_known_day = lru_cache(maxsize=_DAYS_KEPT)(_day_of_text)


def day_with_precision(raw: object) -> tuple[date, Precision | None]:
    """A day, a month (its last day) or a year (31 December), and how exactly it was given."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if isinstance(raw, str):
        text = raw.strip()
        if len(text) > len("2022-12"):
            return day(text), None
        if _YEAR.fullmatch(text) and text != "0000":
            return date(int(text), 12, 31), Precision.YEAR
        match = _MONTH.fullmatch(text)
        if match and "01" <= match[2] <= "12" and match[1] != "0000":
            return month_end(int(match[1]), int(match[2])), Precision.MONTH
    return day(raw), None


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def period(raw: object) -> tuple[date, date]:
    """First and last day of a period: 2023, 2023-H1, 2023-Q1, 2023-06, 2023-W07 or a day.

    Raises:
        BadValue: code NOT_A_PERIOD.
    """
    text = str(raw).strip() if isinstance(raw, (str, int)) else ""
    if len(text) <= _PERIOD_TEXT_MAX:
        try:
            return _period_of(text)
        except ValueError:
            pass
    raise BadValue(
        "This is not a period.",
        next_step="Write 2023, 2023-H1, 2023-Q1, 2023-06, 2023-W07 or a day.",
        code="NOT_A_PERIOD",
    )


@lru_cache(maxsize=_DAYS_KEPT)
def _period_of(text: str) -> tuple[date, date]:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError
    year = int(match[1])
    half, quarter, week, month, day_of_month = (match[i] for i in range(2, 7))
    if half:
        first = 1 if half == "1" else 7
        return date(year, first, 1), month_end(year, first + 5)
    if quarter:
        first = 3 * int(quarter) - 2
        return date(year, first, 1), month_end(year, first + 2)
    if week:
        return date.fromisocalendar(year, int(week), 1), date.fromisocalendar(year, int(week), 7)
    if month and day_of_month:
        only = date(year, int(month), int(day_of_month))
        return only, only
    if month:
        return date(year, int(month), 1), month_end(year, int(month))
    return date(year, 1, 1), date(year, 12, 31)


def number(raw: object) -> Decimal:
    """An exact decimal from a whole number, a decimal or plain text; a decimal comma is understood.

    Raises:
        BadValue: code NOT_A_NUMBER.
    """
    if isinstance(raw, bool):
        raw = None
    if isinstance(raw, (int, Decimal)):
        value = Decimal(raw)
        if value.is_finite():
            return value
    if isinstance(raw, str):
        text = raw.strip()
        if "," in text and "." not in text:
            text = text.replace(",", ".")
        if _PLAIN_NUMBER.fullmatch(text):
            try:
                return Decimal(text)
            except InvalidOperation:
                pass
    raise BadValue(
        "This is not a number.", next_step="Write plain digits, as 10 or 10.5.", code="NOT_A_NUMBER"
    )


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Round at the given number of decimals, half away from zero, as the rules of the law state
    it.
    """
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def shift_months(on: date, months: int) -> date:
    """The same day some months later (or earlier, if negative), clamped at the month's end."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def next_day(on: date) -> date:
    """The day after."""
    return on + timedelta(days=1)
