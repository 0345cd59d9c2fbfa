"""NIP as foreign files write it: with spaces, dots, an apostrophe, or ruined as a number."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from api.intake.cells import Cell, Typed, Unreadable, plain
from ledger import values
from ledger.errors import BadValue

_NOISE: Final = re.compile("[\\s'`\u00b4\u2018\u2019.\\-]")
_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")


def cleaned(text: str) -> str:
    """The digits of a NIP without the marks people and exports put between and before them."""
    return _NOISE.sub("", text)


def read_nip(cell: Cell) -> str:
    """The 18 digits of a NIP.

    Spreadsheets keep fifteen digits of a number, so a number is never a NIP, nor is text that was
    one (1,99001E+17, or three zeros where the serial stands).

    Raises:
        Unreadable: NIP_MISSING, NIP_IS_NUMBER, NIP_MALFORMED.
    """
    if isinstance(cell, (Typed, bool)):
        raise Unreadable("NIP_IS_NUMBER")
    text = plain(cell)
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("NIP_IS_NUMBER")
    number = cleaned(text)
    if not number:
        raise Unreadable("NIP_MISSING")
    try:
        return values.nip(number).text
    except BadValue:
        why = _fault(number)
    if why is None:
        raise Unreadable("NIP_IS_NUMBER")
    raise Unreadable("NIP_MALFORMED", why=why)


def _fault(number: str) -> str | None:
    """What is wrong, in Indonesian; None for a serial of 000, as a lost tail looks."""
    if not (number.isascii() and number.isdigit()):
        return "ada tanda selain angka"
    if len(number) != values.NIP_LENGTH:
        return f"berisi {len(number)} angka, seharusnya {values.NIP_LENGTH}"
    try:
        date(int(number[:4]), int(number[4:6]), int(number[6:8]))
    except ValueError:
        return "delapan angka pertama bukan tanggal lahir yang ada"
    if number[12:14] != values.PPPK_MARK and not "01" <= number[12:14] <= "12":
        return "angka 13-14 bukan bulan dan bukan tanda PPPK"
    if number[14] not in "12":
        return "angka ke-15 harus 1 atau 2"
    return None
