"""CSV: any usual separator, UTF-8 with or without a mark, UTF-16 with one, or Windows-1252."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api.intake.table import Line

SEPARATORS: Final = (";", ",", "\t", "|")
_CHUNK: Final = 1 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(path: Path) -> str | None:
    """How a text file is encoded; None if it is no text."""
    with path.open("rb") as stream:
        head = stream.read(_CHUNK)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        if b"\x00" in head:
            return None
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while head:
                decoder.decode(head)
                head = stream.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def read_lines(path: Path, *, encoding: str, separator: str) -> Iterator[Line]:
    """The records of a CSV with their numbers as a spreadsheet shows them.

    A quote that is never closed swallows the rows after it into one cell; such a record is
    troubled, because the rows in it would otherwise be lost without a word.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        records = csv.reader(_without_nul(stream), delimiter=separator)
        number = 0
        try:
            for record in records:
                number += 1
                if any(record):
                    yield Line(number, tuple(record), _trouble(record, separator))
        except csv.Error:
            yield Line(number + 1, (), "QUOTE_UNCLOSED")


def _without_nul(stream: Iterator[str]) -> Iterator[str]:
    for line in stream:
        yield line.replace("\x00", "") if "\x00" in line else line


def _trouble(record: list[str], separator: str) -> str:
    """Whether a cell holds whole rows: lines with half as many separators as the record."""
    least = max(2, len(record) // 2)
    for cell in record:
        if "\n" in cell and any(part.count(separator) >= least for part in cell.split("\n")[1:]):
            return "QUOTE_UNCLOSED"
    return ""
