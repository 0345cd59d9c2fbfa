"""Files for the tests of intake: workbooks, and bytes of those that no honest program writes."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from api.intake.reading import read_files
from api.intake.rows import RawRow, with_faults
from ledger.events.reading import Draft, read_fact

NIP = "198209282007121900"
OTHER = "197703032003012901"
Cells = Sequence[Any]


def workbook(path: Path, *sheets: Sequence[Cells], names: Sequence[str] = ()) -> Path:
    """A workbook of the given sheets; numbers, truth values and days become cells of that kind."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for index, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[index] if names else None)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell is not None and cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return path


def table(path: Path, header: str, *rows: Cells) -> Path:
    """A workbook of one sheet: headers separated by commas, then rows."""
    return workbook(path, [header.split(","), *rows])


def rows_of(path: Path, **options: Any) -> list[RawRow]:
    """All rows of a file that is recognised."""
    with read_files([path], **options) as reading:
        assert not reading.errors, reading.errors
        assert not reading.unknown_files
        return [row for file in reading.files for row in file.rows()]


def checked(row: RawRow) -> RawRow:
    """The row with what the event classes find wrong with its facts."""
    found = [(index, read_fact(fact)) for index, fact in enumerate(row.facts)]
    faults = [
        (index, fault)
        for index, outcome in found
        if not isinstance(outcome, Draft)
        for fault in outcome
    ]
    return with_faults(row, faults)


def one(path: Path, **options: Any) -> RawRow:
    """The only row of a file, checked."""
    (row,) = rows_of(path, **options)
    return checked(row)


def codes(row: RawRow) -> list[tuple[str, str]]:
    """Column and code of each error."""
    return [(error.column, error.code) for error in row.errors]


def flags(row: RawRow) -> list[str]:
    """Codes of the flags."""
    return [one.code for one in row.flags]


def altered(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """A small honest workbook with one of its members changed."""
    honest = io.BytesIO()
    book = xlsxwriter.Workbook(honest)
    book.add_worksheet().write_row(0, 0, ["nip", "nama_seminar", "tgl_sertifikat"])
    book.close()
    with (
        zipfile.ZipFile(honest) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data) if name == member else data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def with_cell(path: Path, cell: bytes) -> Path:
    """A small workbook with one more row, written by hand."""
    return altered(path, SHEET, lambda data: data.replace(b"</sheetData>", cell + b"</sheetData>"))


_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>
<office:spreadsheet><table:table table:name="Data">{rows}</table:table></office:spreadsheet>
</office:body></office:document-content>"""
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = f"""<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


def ods(path: Path, rows: Sequence[Sequence[str]], *, repeated: int = 1) -> Path:
    """An OpenDocument spreadsheet of text cells; the last row may be repeated."""
    said = ""
    for index, row in enumerate(rows):
        cells = "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        again = f' table:number-rows-repeated="{repeated}"' if index == len(rows) - 1 else ""
        said += f"<table:table-row{again}>{cells}</table:table-row>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        target.writestr("META-INF/manifest.xml", _MANIFEST)
        target.writestr("content.xml", _ODS.format(rows=said))
    return path


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """An .xls of text cells: the records of BIFF8 in a compound file of one stream."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    name = b"Data"
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            text = cell.encode("latin-1")
            head = struct.pack("<HHHHB", at, column, 0, len(text), 0)
            sheet += _record(0x0204, head + text)
    sheet += _record(0x000A, b"")
    start = _record(0x0809, begin)
    bound = struct.pack("<IHBB", len(start) + 12 + len(name) + 4, 0, len(name), 0) + name
    stream = start + _record(0x0085, bound) + _record(0x000A, b"") + sheet
    path.write_bytes(_compound("Workbook", stream))
    return path


def _compound(name: str, stream: bytes) -> bytes:
    """A compound file (MS-CFB) of one stream of at least 4,096 bytes, in sectors of 512."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00")
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    chain = [0xFFFFFFFD, end, *range(3, sectors + 2), end]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, struct.pack("<I", free)[:1])
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    root = _entry("Root Entry", 5, 1, end, 0)
    only = _entry(name, 2, free, 2, len(stream))
    return header + table + (root + only).ljust(512, b"\x00") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\x00").encode("utf-16-le")
    free = 0xFFFFFFFF
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
