"""The recapitulation of IP-ASN as a document: a cover, a table for each breakdown, a statement.

One document, two forms of file: a workbook, and a tagged PDF (PDF/UA-1) made by typst without
network or system fonts. Both are the same bytes for the same question. Data reaches the PDF's
template as JSON, so that no text can become markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import BinaryIO, Final

import orjson
import typst

from api.outputs.statement import SHEET, question_lines, rows_lines
from api.outputs.table import DAY_SHAPE, measure_header, unit_path
from api.outputs.words import code_words, reason_words
from api.outputs.workbook import Book, Cell
from ledger.domain.unit_directory import UnitDirectory
from ledger.errors import invariant
from ledger.vocabulary import EducationLevel, FunctionalLevel, PositionKind, Sex
from projections.asking.inquiry import Asked
from projections.asking.recap import EDUCATION, GRADE, OFFICE, SEX, Group, Recap
from projections.cohorts.people import KIND

SUFFIXES: Final = (".xlsx", ".pdf")
NAME: Final = "rekap-ip-asn"
INSTRUMENT: Final = "ip-asn"
TITLE: Final = "Rekapitulasi Indeks Profesionalitas ASN"
_TEMPLATE: Final = "rekap.typ"
_STANDARD: Final = "ua-1"
_UNKNOWN: Final = "(tidak diketahui)"
_COVER: Final = "Sampul"
_COUNTS: Final = ("Pegawai", "Terukur", "Tidak dapat dihitung", "Di luar cakupan")
_LACKS: Final = "Belum terukur karena"


@dataclass(frozen=True, slots=True)
class Section:
    """One breakdown: its sheet, and what the first column says."""

    key: str
    sheet: str
    order: Sequence[str]


_SECTIONS: Final = (
    Section(OFFICE, "Perangkat Daerah", ()),
    Section(KIND, "Jenis Jabatan", tuple(PositionKind)),
    Section(GRADE, "Jenjang", (*PositionKind, *reversed(FunctionalLevel))),
    Section(EDUCATION, "Pendidikan", tuple(reversed(EducationLevel))),
    Section(SEX, "Jenis Kelamin", tuple(Sex)),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A recapitulation as rows of cells, before it is a file.

    Attributes:
        cover: the question and the figures of the whole.
        tables: each a sheet's name, headers and rows, the whole's row first.
        rests_on: rows, question, position and digest.
    """

    title: str
    cover: Sequence[tuple[str, Cell]]
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]]
    rests_on: Sequence[tuple[str, Cell]]


def document(
    found: Recap, asked: Asked, *, agency: str, unit: str | None, answers: int, digest: str
) -> Document:
    """The document of a recapitulation.

    Args:
        found: the counts and means.
        asked: the question that they answer.
        agency: its name, for the cover.
        unit: the unit asked about, as it was named; None for everybody.
        answers: how many answers it rests on, those of people who left included.
        digest: theirs.
    """
    question = question_lines(asked, unit=unit)
    measures = list(found.whole.means)
    headers = [*_COUNTS, *(measure_header(one) for one in measures), "Total", "Kategori", _LACKS]
    who = "Seluruh instansi" if unit is None else f"Seluruh {unit}"
    top = [who, *_cells(found.whole)]
    tables = []
    for section in _SECTIONS:
        named = _named(found.by[section.key], section, asked.units, asked.question.as_of)
        rows = [top, *([name, *_cells(group)] for name, group in named)]
        tables.append((section.sheet, (section.sheet, *headers), rows))
    cover = [
        ("Instansi", agency),
        *question,
        *zip((*headers[:-1],), top[1:-1], strict=True),
        ("Terukur, tetapi sementara", found.whole.provisional),
        (_LACKS, top[-1] or "-"),
        ("Sudah berhenti pada tanggal itu, tidak dihitung", found.left),
        ("Digest jawaban", digest),
    ]
    rests_on = [*question, ("Jumlah jawaban", answers), *rows_lines(_rows(tables), digest)]
    return Document(TITLE, cover, tables, rests_on)


def _rows(tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]]) -> int:
    return sum(len(rows) for _, _, rows in tables)


def _cells(group: Group) -> list[Cell]:
    """The figures of a group, in the order of the headers."""
    lacks = "; ".join(f"{count} {reason_words(reason)}" for reason, count in group.lacks)
    return [
        group.people,
        group.measured,
        group.not_computable,
        group.not_applicable,
        *group.means.values(),
        group.total,
        None if group.band is None else code_words(group.band),
        lacks or None,
    ]


def _named(
    groups: Iterable[Group], section: Section, units: UnitDirectory, on: date
) -> list[tuple[str, Group]]:
    """The groups under their names: units by name, codes in the order of their list."""
    if section.key == OFFICE:
        named = [(unit_path(one.key, units, on) or _UNKNOWN, one) for one in groups]
        return sorted(named, key=lambda pair: (pair[1].key is None, pair[0], pair[1].key or ""))
    places: Mapping[str | None, int] = {code: at for at, code in enumerate(section.order)}
    ordered = sorted(groups, key=lambda one: places.get(one.key, len(places)))
    return [(_UNKNOWN if one.key is None else code_words(one.key), one) for one in ordered]


def write(stream: BinaryIO, suffix: str, made: Document) -> None:
    """Write a document; `suffix` is one of SUFFIXES."""
    _WRITERS[suffix](stream, made)


def _write_xlsx(stream: BinaryIO, made: Document) -> None:
    with Book(stream, made.title) as book:
        book.statement(_COVER, made.title, made.cover)
        for sheet, headers, rows in made.tables:
            book.table(sheet, headers, rows, wide=(0, len(headers) - 1))
        book.statement(SHEET, SHEET, made.rests_on)


def _write_pdf(stream: BinaryIO, made: Document) -> None:
    stream.write(pdf(made))


def pdf(made: Document) -> bytes:
    """The document as PDF/UA-1: tagged, with its fonts, and without a clock."""
    said = {
        "title": made.title,
        "cover": [[label, _text(said)] for label, said in made.cover],
        "tables": [
            {
                "name": sheet,
                "headers": list(headers),
                "rows": [[_text(cell) for cell in row] for row in rows],
            }
            for sheet, headers, rows in made.tables
        ],
        "rests": {"title": SHEET, "lines": [[label, _text(said)] for label, said in made.rests_on]},
    }
    template = resources.files("api.outputs").joinpath(_TEMPLATE).read_bytes()
    found = typst.compile(
        template,
        format="pdf",
        sys_inputs={"data": orjson.dumps(said).decode()},
        ignore_system_fonts=True,
        font_paths=[],
        pdf_standards=[_STANDARD],
    )
    invariant(isinstance(found, bytes), "typst gives a PDF as one text of bytes")
    return bytes(found)


def _text(cell: Cell) -> str:
    """A cell as this country writes it."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.strftime(DAY_SHAPE)
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    return str(cell)


_WRITERS: Final[Mapping[str, Callable[[BinaryIO, Document], None]]] = {
    ".xlsx": _write_xlsx,
    ".pdf": _write_pdf,
}
