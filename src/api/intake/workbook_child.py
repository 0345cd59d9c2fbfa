"""The guarded child: reads one workbook from standard input under fixed limits and gives its cells.

Runs as a script of its own, isolated from the project, without the file's name, environment or
rights to write. A workbook of 5 KB can ask for 512 GiB; so the limits of the operating system come
first, then what can be counted without opening it, and only then the reader. What it gives are
lines of JSON:

    {"sheet": name, "hidden": bool}          a sheet begins
    [[row number, cell, …], …]               rows that hold something, counted from 1
    {"end": {"sha256": hex}}                 all of it was read
    {"error": code, "why": text}             it was not

A cell is null, text, a truth value, or [kind, text] with kind n (number), d (day), m (moment), t
(time).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import math
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, NoReturn

MEMORY_MAX = 2 << 30
CPU_SECONDS_MAX = 120
OPEN_FILES_MAX = 32
FILE_MAX = 128 << 20
MEMBERS_MAX = 2_000
UNZIPPED_MAX = 2 << 30
RATIO_MAX = 300
RATIO_FROM = 8 << 20  # small members may be as dense as they like
SCANNED_MAX = 64 << 20  # larger sheets are held by the memory limit alone
AREA_MAX = 32_000_000
WIDTH_MAX = 1_000
ROWS_MAX = 1_048_576
CELL_MAX = 32_767
EXACT_BELOW = 10**15  # spreadsheets keep fifteen digits
CHUNK_BYTES = 256 << 10
CHUNK_ROWS = 512

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
# A cell with content, and where it stands; blank formatted cells close themselves and do not count.
_PLACED = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,4})([0-9]{1,9})["'][^>]*(?<!/)>"""
)


class Refused(Exception):
    """The workbook is not read; `why` says which limit, never what the file holds."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.code, self.why = code, why


def confine() -> None:
    """Take from this process what it does not need, before it has seen a byte of the file."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_MAX),
        (resource.RLIMIT_CPU, CPU_SECONDS_MAX),
        (resource.RLIMIT_NOFILE, OPEN_FILES_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # a system without this limit has the others
            resource.setrlimit(limit, (least, least))


def check(data: bytes) -> None:
    """Refuse what can be told to be too much, or no workbook, without opening it."""
    if len(data) > FILE_MAX:
        raise Refused("WORKBOOK_TOO_LARGE", f"berkas lebih dari {FILE_MAX >> 20} MB")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Refused("WORKBOOK_ENCRYPTED")
        return
    if not data.startswith(b"PK"):
        raise Refused("NOT_A_WORKBOOK")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError):
        raise Refused("WORKBOOK_DAMAGED") from None


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MEMBERS_MAX:
        raise Refused("WORKBOOK_TOO_LARGE", f"lebih dari {MEMBERS_MAX} bagian")
    if sum(member.file_size for member in members) > UNZIPPED_MAX:
        raise Refused("WORKBOOK_TOO_LARGE", f"lebih dari {UNZIPPED_MAX >> 20} MB setelah dibuka")
    for member in members:
        if member.flag_bits & 0x1:
            raise Refused("WORKBOOK_ENCRYPTED")
        dense = member.file_size > RATIO_MAX * max(1, member.compress_size)
        if dense and member.file_size > RATIO_FROM:
            raise Refused("WORKBOOK_TOO_LARGE", "terlalu padat dimampatkan")
    for member in members:
        if _SHEET.fullmatch(member.filename) and member.file_size <= SCANNED_MAX:
            with archive.open(member) as part:
                _check_area(part)


def _check_area(part: Any) -> None:
    """Refuse a sheet whose cells span more than can be held, however few they are."""
    width, height, rest = 0, 0, b""
    while chunk := part.read(1 << 20):
        text = rest + chunk
        found = _PLACED.findall(text)
        height = max(height, *(int(digits) for _, digits in found), 0)
        width = max(width, *(_column(letters) for letters in {one for one, _ in found}), 0)
        rest = text[-256:]
        if width * height > AREA_MAX:
            raise Refused("WORKBOOK_TOO_LARGE", f"lebih dari {AREA_MAX} sel")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read(data: bytes) -> Iterator[Any]:
    """The sheets of a workbook, as messages."""
    import python_calamine as calamine  # noqa: PLC0415 - only after the limits are set

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise Refused("WORKBOOK_ENCRYPTED") from None
    except calamine.ZipError:
        raise Refused("WORKBOOK_DAMAGED") from None
    except calamine.CalamineError:
        raise Refused("WORKBOOK_DAMAGED" if _looks_right(data) else "NOT_A_WORKBOOK") from None
    for place, about in enumerate(book.sheets_metadata):
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = about.visible != calamine.SheetVisibleEnum.Visible
        yield {"sheet": about.name, "hidden": hidden}
        if not hidden:
            yield from _sheet_rows(book, place, calamine)


def _looks_right(data: bytes) -> bool:
    """Whether a file that no reader takes has the members of a workbook, so is broken."""
    if not data.startswith(b"PK"):
        return data.startswith(_OLE)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(name.startswith("xl/") or name == "content.xml" for name in archive.namelist())


def _sheet_rows(book: Any, place: int, calamine: Any) -> Iterator[Any]:
    try:
        sheet = book.get_sheet_by_index(place)
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError):
        raise Refused("WORKBOOK_DAMAGED") from None
    if sheet.start is None:
        return
    if sheet.total_height > ROWS_MAX or sheet.total_height * sheet.width > AREA_MAX:
        raise Refused("WORKBOOK_TOO_LARGE", f"lebih dari {AREA_MAX} sel")
    rows: list[Any] = []
    size = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [_cell(value) for value in values]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        if len(cells) > WIDTH_MAX:
            raise Refused("WORKBOOK_TOO_LARGE", f"lebih dari {WIDTH_MAX} kolom")
        rows.append([number, *cells])
        size += sum(len(cell) for cell in cells if isinstance(cell, str)) + 8 * len(cells)
        if size > CHUNK_BYTES or len(rows) >= CHUNK_ROWS:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value[:CELL_MAX] or None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return ["n", number_text(value)]
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return ["d", value.date().isoformat()] if midnight else ["m", value.isoformat()]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    return ["t", str(value)]


def number_text(value: float) -> str:
    """What was typed, as far as the workbook still knows: 40.1 for 40.1, 2004 for 2004.0."""
    whole = math.isfinite(value) and value == int(value) and abs(value) < EXACT_BELOW
    return str(int(value)) if whole else repr(value)


def main() -> NoReturn:
    """Confine, check, read; always say how it ended."""
    confine()
    sys.path[:0] = sys.argv[1:]
    import orjson  # noqa: PLC0415 - its folder is an argument

    out = sys.stdout.buffer
    try:
        data = sys.stdin.buffer.read(FILE_MAX + 1)
        check(data)
        for message in read(data):
            out.write(orjson.dumps(message) + b"\n")
        end = {"end": {"sha256": hashlib.sha256(data).hexdigest()}}
        out.write(orjson.dumps(end) + b"\n")
    except Refused as why:
        out.write(orjson.dumps({"error": why.code, "why": why.why}) + b"\n")
    except MemoryError:
        out.write(b'{"error": "WORKBOOK_TOO_LARGE", "why": "terlalu banyak memori"}\n')
    except BaseException:  # noqa: BLE001 - a panic of the reader is the workbook's fault
        out.write(b'{"error": "WORKBOOK_DAMAGED", "why": ""}\n')
    out.flush()
    sys.exit(0)


if __name__ == "__main__":
    main()
