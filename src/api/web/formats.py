"""Numbers, days, instants, periods and personnel numbers as Indonesian officials write them.

Pure. Every function takes what JSON carries (exact decimal text, ISO days, RFC 3339 instants) or
the Python value of it, and gives text; None is written as a dash, because unknown is never zero.
Numbers are 1.234,5 in Indonesian and 1,234.5 in English; times are 17.04 WITA, of the agency's
zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

UNKNOWN: Final = "\u2013"
_MINUS: Final = "\u2212"  # a real minus sign: a hyphen is too short to be seen before a digit
_NARROW: Final = "\u00a0"  # keeps the parts of one thing on one line


class Lang(StrEnum):
    """The language of a page: Indonesian first, English second."""

    ID = "id"
    EN = "en"


_MONTHS: Final[Mapping[Lang, tuple[str, ...]]] = MappingProxyType(
    {
        Lang.ID: tuple(
            "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November "
            "Desember".split()
        ),
        Lang.EN: tuple(
            "January February March April May June July August September October November "
            "December".split()
        ),
    }
)
_SHORT: Final[Mapping[Lang, tuple[str, ...]]] = MappingProxyType(
    {
        Lang.ID: tuple("Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()),
        Lang.EN: tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),
    }
)
_MARKS: Final[Mapping[Lang, tuple[str, str]]] = MappingProxyType(
    {Lang.ID: (".", ","), Lang.EN: (",", ".")}
)
_HALF: Final[Mapping[Lang, str]] = MappingProxyType({Lang.ID: "Semester", Lang.EN: "Semester"})
_QUARTER: Final[Mapping[Lang, str]] = MappingProxyType({Lang.ID: "Triwulan", Lang.EN: "Quarter"})
_WEEK: Final[Mapping[Lang, str]] = MappingProxyType({Lang.ID: "Minggu ke-", Lang.EN: "Week "})
_ROMAN: Final = ("I", "II", "III", "IV")
_PERIOD: Final = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|W(\d\d)|(\d\d)))?")
_NIP: Final = re.compile(r"(\d{8})(\d{6})(\d)(\d{3})")


def exact(value: str | None) -> Decimal:
    """Exact points to put rows in order by; what is not known comes as zero."""
    return Decimal(0) if value is None else Decimal(value)


def as_day(value: date | str) -> date:
    """A day of an answer."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def next_day(value: str) -> str:
    """The day after one, ISO."""
    return (date.fromisoformat(value) + timedelta(days=1)).isoformat()


def number(value: Decimal | int | str | None, lang: Lang = Lang.ID) -> str:
    """An exact number, 1234.5 as 1.234,5; nothing is rounded."""
    if value is None:
        return UNKNOWN
    exact = Decimal(value)
    group, point = _MARKS[lang]
    whole, _, rest = f"{abs(exact):f}".partition(".")
    sign = _MINUS if exact < 0 else ""
    return sign + f"{int(whole):,}".replace(",", group) + (point + rest if rest else "")


def signed(value: Decimal | int | str | None, lang: Lang = Lang.ID) -> str:
    """A difference with its sign, +15; 0 has none."""
    if value is None:
        return UNKNOWN
    return ("+" if Decimal(value) > 0 else "") + number(value, lang)


def day(value: date | str | None, lang: Lang = Lang.ID) -> str:
    """A day, 2024-06-30 as 30 Juni 2024."""
    return _day(value, _MONTHS[lang])


def day_short(value: date | str | None, lang: Lang = Lang.ID) -> str:
    """A day where room is short, 30 Jun 2024."""
    return _day(value, _SHORT[lang])


def instant(value: datetime | str | None, zone: ZoneInfo, lang: Lang = Lang.ID) -> str:
    """An instant in the agency's zone, 31 Oktober 2026 pukul 17.00 WITA."""
    if value is None:
        return UNKNOWN
    local = _local(value, zone)
    at = " pukul " if lang is Lang.ID else " at "
    return _day(local.date(), _MONTHS[lang]) + at + _clock(local, lang)


def instant_short(value: datetime | str | None, zone: ZoneInfo, lang: Lang = Lang.ID) -> str:
    """An instant where room is short, 31 Okt 2026, 17.00 WITA."""
    if value is None:
        return UNKNOWN
    local = _local(value, zone)
    return _day(local.date(), _SHORT[lang]) + ", " + _clock(local, lang)


def instant_day(value: datetime | str, zone: ZoneInfo) -> date:
    """The day that an instant is in the agency's zone."""
    return _local(value, zone).date()


def period(value: str | None, lang: Lang = Lang.ID) -> str:
    """A period, 2024-H1 as Semester I 2024, 2023-06 as Juni 2023; anything else as it stands."""
    if value is None:
        return UNKNOWN
    found = _PERIOD.fullmatch(value)
    if found is None:
        return value
    year, half, quarter, week, month = found.groups()
    if half:
        return f"{_HALF[lang]} {_ROMAN[int(half) - 1]} {year}"
    if quarter:
        return f"{_QUARTER[lang]} {_ROMAN[int(quarter) - 1]} {year}"
    if week:
        return f"{_WEEK[lang]}{int(week)} {year}"
    if month and int(month) in range(1, 13):
        return f"{_MONTHS[lang][int(month) - 1]} {year}"
    return value


def nip(value: str | None) -> str:
    """A personnel number in the groups in which it is read aloud: 19850312 201001 2 990."""
    if value is None:
        return UNKNOWN
    found = _NIP.fullmatch(value)
    return _NARROW.join(found.groups()) if found else value


def _day(value: date | str | None, months: tuple[str, ...]) -> str:
    if value is None:
        return UNKNOWN
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{on.day}{_NARROW}{months[on.month - 1]}{_NARROW}{on.year}"


def _local(value: datetime | str, zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(zone)


def _clock(local: datetime, lang: Lang) -> str:
    mark = "." if lang is Lang.ID else ":"
    return f"{local:%H}{mark}{local:%M}{_NARROW}{local.tzname()}"
