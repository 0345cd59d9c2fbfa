"""Numbers, days and instants as this country writes them on paper."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from api.outputs.table import DAY_SHAPE
from api.outputs.workbook import Cell
from ledger.canonical import decimal_text

MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
NOTHING: Final = "\u2013"


def number(points: Decimal) -> str:
    """An exact number: 1234.5 is "1.234,5"."""
    text = decimal_text(points)
    whole, mark, fraction = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-')):,}".replace(",", ".") + (mark and "," + fraction)


class Change(Decimal):
    """A difference: on paper it has its sign."""


def signed(text: str | None) -> Cell:
    """A difference from its exact text; a dash where no number belongs."""
    return NOTHING if text is None else Change(text)


def figure(text: str | None) -> Cell:
    """Points from the exact text of an answer; a dash where no number belongs."""
    return NOTHING if text is None else Decimal(text)


def between(bounds: dict[str, str] | None) -> str | None:
    """Bounds as "68,5 sampai 72,5"."""
    if bounds is None:
        return None
    return f"{number(Decimal(bounds['from']))} sampai {number(Decimal(bounds['to']))}"


def day(text: str | date | None) -> str | None:
    """A day in full: "30 Juni 2024"."""
    if text is None:
        return None
    on = text if isinstance(text, date) else date.fromisoformat(text)
    return f"{on.day} {MONTHS[on.month - 1]} {on.year:04d}"


def iso(text: str | None) -> date | None:
    """A day as a cell."""
    return None if text is None else date.fromisoformat(text)


def instant(text: str, zone: ZoneInfo) -> str:
    """An instant in the agency's zone: "31 Oktober 2026 pukul 17.00.05 WITA"."""
    there = datetime.fromisoformat(text).astimezone(zone)
    return f"{day(there.date())} pukul {there:%H.%M.%S} {there:%Z}"


def moment(text: str, zone: ZoneInfo) -> str:
    """An instant to the minute for a column: "31-10-2026 17.00"."""
    return datetime.fromisoformat(text).astimezone(zone).strftime(f"{DAY_SHAPE} %H.%M")


def cell_text(cell: Cell) -> str:
    """A cell as it stands on paper; whole numbers are counts or places and stay ungrouped."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"+{number(cell)}" if isinstance(cell, Change) and cell > 0 else number(cell)
    if isinstance(cell, date):
        return cell.strftime(DAY_SHAPE)
    return str(cell)
