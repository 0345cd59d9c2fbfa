"""An import of which some rows were refused: the sender's workbook and what came back of it.

Both stay beside the ledger, so that somebody can mend the second and import it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from api.demo import stories
from api.demo.accounts import OPERATOR
from api.intake import template_form
from api.intake.importing import import_files
from api.intake.report import ImportReport
from api.intake.templates import CREATED, HEADER_ROW, PLAIN_STRINGS
from ledger.application import Ledger

FILE = "diklat-oktober-2026.xlsx"
_KIND = "competency"
_FIELDS = ("nip", "category", "hours", "to", "title", "certificate_no")
# Two good rows, and three that cannot be read: an unknown number, no such day, no number of hours.
_ROWS = (
    (stories.LATE, "TEKNIS", "24", "15-10-2026", "Manajemen Arsip Lanjutan", "DEMO/OKT/1"),
    (stories.FALSE, "TEKNIS", "20", "16-10-2026", "Audit Berbasis Risiko", "DEMO/OKT/2"),
    (None, "TEKNIS", "20", "16-10-2026", "Audit Berbasis Risiko", "DEMO/OKT/3"),
    (stories.MISTYPED, "TEKNIS", "32", "31-09-2026", "Pengelolaan BOS Lanjutan", "DEMO/OKT/4"),
    (
        stories.QUASHED,
        "SEMINAR",
        "delapan",
        "20-10-2026",
        "Seminar Nasional ASN 2026",
        "DEMO/OKT/5",
    ),
)
_UNKNOWN_NIP = "198501012010011999"


def import_with_refusals(ledger: Ledger, folder: Path) -> ImportReport:
    """Write the workbook into a folder, import it, and leave the refused rows beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_bytes(_workbook(_rows()))
    return import_files(ledger, [path], actor=OPERATOR, rejects=folder)


def _rows() -> list[tuple[str, ...]]:
    cast = stories.cast()
    return [(_UNKNOWN_NIP if who is None else cast[who].nip, *rest) for who, *rest in _ROWS]


def _workbook(rows: Sequence[tuple[str, ...]]) -> bytes:
    """The rows on our own form for training; the same bytes each time."""
    headers = {one.field: one.label.header for one in template_form.columns(_KIND)}
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True} | PLAIN_STRINGS)
    book.set_properties({"title": FILE, "created": CREATED})
    sheet = book.add_worksheet("Formulir")
    sheet.write_string(0, 0, f"{template_form.MARK} {_KIND}")
    for column, field in enumerate(_FIELDS):
        sheet.write_string(HEADER_ROW, column, headers[field])
        for row, values in enumerate(rows, start=HEADER_ROW + 1):
            sheet.write_string(row, column, values[column])
    book.close()
    return out.getvalue()
