"""Empty forms as workbooks: Indonesian headers, lists to choose from, and a sheet that explains."""

from __future__ import annotations

import datetime as dt
import io
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from api.intake import template_form
from api.intake.labels import FACTS
from api.intake.template_form import Column
from ledger.errors import Misuse

HEADER_ROW: Final = 2
FORM_ROWS: Final = 5_000
CREATED: Final = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - a fixed mark, so that files are equal
# What looks like a formula or an address in a cell is text, and stays text.
PLAIN_STRINGS: Final = {"strings_to_formulas": False, "strings_to_urls": False}
GUIDE: Final = "Petunjuk"
_LISTS_COLUMN: Final = 7
_GUIDE_HEADER: Final = 2
_TEXT_TYPES: Final = frozenset(("nip", "person", "period", "when", "ident", "word", "golongan"))
_DAY_TYPES: Final = frozenset(("day",))
_EXAMPLES: Final = {
    "nip": "198209282007121900",
    "person": "198209282007121900",
    "when": "01-04-2021",
    "day": "31-12-2022",
    "flag": "YA",
    "hours": "40",
    "score": "87,5",
    "number": "12,5",
    "count": "2",
    "period": "2022",
    "golongan": "III/c",
    "list of day": "17-08-2023; 25-12-2023",
    "list of person": "198209282007121900; 197703032003012901",
    "unit": "Dinas Kesehatan - Sekretariat",
    "fact": "competency",
}


def write_template(kind: str, path: Path) -> None:
    """An empty form for a kind of fact; the same bytes every time.

    An existing file at `path` is replaced, whole or not at all.

    Raises:
        Misuse: no such kind of fact.
    """
    if kind not in FACTS:
        raise Misuse(
            f"There is no kind of fact named {kind}.",
            next_step="Use one of: " + ", ".join(sorted(FACTS)) + ".",
        )
    content = template_bytes(kind)
    handle, name = tempfile.mkstemp(prefix=".template-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def template_bytes(kind: str) -> bytes:
    """The workbook of an empty form."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True} | PLAIN_STRINGS)
    book.set_properties({"title": FACTS[kind], "created": CREATED})
    form, guide = book.add_worksheet("Formulir"), book.add_worksheet(GUIDE)
    parts = template_form.columns(kind)
    lists = _write_guide(book, guide, kind, parts)
    _write_form(book, form, kind, parts, lists)
    book.close()
    return out.getvalue()


def _write_form(
    book: Any, sheet: Any, kind: str, parts: tuple[Column, ...], lists: dict[str, str]
) -> None:
    grey = book.add_format({"font_color": "#808080", "font_size": 8})
    bold = book.add_format({"bold": True, "font_size": 12})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "dd-mm-yyyy"})
    needed = book.add_format({"bold": True, "bg_color": "#FFE699", "border": 1, "text_wrap": True})
    free = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
    sheet.write_string(0, 0, f"{template_form.MARK} {kind}", grey)
    sheet.write_string(1, 0, f"{FACTS[kind]}: isi mulai baris {HEADER_ROW + 2}", bold)
    for index, part in enumerate(parts):
        shape = text if part.type in _TEXT_TYPES else day if part.type in _DAY_TYPES else None
        sheet.set_column(index, index, 22, shape)
        sheet.write_string(HEADER_ROW, index, part.label.header, needed if part.required else free)
        sheet.write_comment(HEADER_ROW, index, _comment(part), {"author": "asn-ledger"})
        if part.field in lists:
            sheet.data_validation(
                HEADER_ROW + 1,
                index,
                HEADER_ROW + FORM_ROWS,
                index,
                {
                    "validate": "list",
                    "source": lists[part.field],
                    "error_type": "warning",
                    "error_title": "Tidak ada dalam daftar",
                    "error_message": "Pilih dari daftar, atau lanjutkan bila ejaannya lain.",
                },
            )
    sheet.freeze_panes(HEADER_ROW + 1, 1)


def _comment(part: Column) -> str:
    need = "Wajib diisi." if part.required else "Boleh kosong."
    return f"{need}\n{part.label.hint}\nContoh: {_example(part)}"


def _example(part: Column) -> str:
    if part.choices:
        return part.choices[0]
    return _EXAMPLES.get(part.type, part.label.hint)


def _write_guide(book: Any, sheet: Any, kind: str, parts: tuple[Column, ...]) -> dict[str, str]:
    """The sheet that explains, with the closed lists; where each list lies, by field."""
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet.write_string(0, 0, f"{template_form.GUIDE_MARK} {kind}", bold)
    for index, header in enumerate(("Kolom", "Wajib", "Isi", "Contoh", "Nama isian")):
        sheet.write_string(_GUIDE_HEADER, index, header, bold)
    for row, part in enumerate(parts, start=_GUIDE_HEADER + 1):
        need = "YA" if part.required else "TIDAK"
        said = (part.label.header, need, part.label.hint, _example(part), part.field)
        for index, words in enumerate(said):
            sheet.write_string(row, index, words, wrap)
    sheet.set_column(0, 4, 26)
    lists: dict[str, str] = {}
    for index, part in enumerate((one for one in parts if one.choices), start=_LISTS_COLUMN):
        sheet.write_string(_GUIDE_HEADER, index, part.label.header, bold)
        for row, choice in enumerate(part.choices, start=_GUIDE_HEADER + 1):
            sheet.write_string(row, index, choice)
        last = _GUIDE_HEADER + len(part.choices)
        place = xl_range_abs(_GUIDE_HEADER + 1, index, last, index)
        lists[part.field] = f"={GUIDE}!{place}"
    sheet.set_column(_LISTS_COLUMN, _LISTS_COLUMN + max(len(lists), 1), 26)
    return lists
