"""What several documents say alike: who, the question, what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from api.outputs.papers.paper import Block, Context, Grid, Line, Remark
from api.outputs.papers.said import between, day, figure, instant, number
from api.outputs.papers.words import MARKS, STATUSES, told
from api.outputs.table import measure_header, unit_path
from api.outputs.words import code_words, reason_words
from api.outputs.workbook import Cell
from ledger.canonical import canonical_bytes
from projections.reasons import Reason

Json = Mapping[str, Any]
NOT_COVERED: Final = "belum ada titik periksa yang mencakup nomor catatan ini"
_LINK_LONGEST: Final = 500
_SUB: Final = "\u2013 "


def who_words(shown: Json) -> str:
    """Whom a document is about; without keys his id."""
    person = shown.get("person") or {}
    name, nip = person.get("name"), person.get("nip")
    return " \u00b7 ".join(one for one in (name, nip and f"NIP {nip}") if one) or subject_id(shown)


def subject_id(shown: Json) -> str:
    """The id of a person or unit."""
    return f"ID {shown['subject']}"


def person_lines(shown: Json) -> list[Line]:
    """Name and number; what cannot be read is said so and never left out."""
    person = shown.get("person") or {}
    unread = "(tersegel)"
    return [("Nama", person.get("name") or unread), ("NIP", person.get("nip") or unread)]


def unit_words(unit: str | None, context: Context, on: str) -> str:
    """A unit by its names from the top, else by its id."""
    if unit is None:
        return "(tidak diketahui)"
    return unit_path(unit, context.units, date.fromisoformat(on)) or unit


def question_lines(shown: Json, context: Context) -> list[Line]:
    """The coordinates of an answer and its digest: whoever asks so again gets the same."""
    lines: list[Line] = [
        ("Instrumen", f"{shown['instrument']}, {shown['decree']}"),
        ("Berlaku per", day(shown["as_of"])),
    ]
    if shown.get("period"):
        lines.append(("Periode", shown["period"]))
    lines += [
        ("Data tercatat s.d.", instant(shown["known_at"], context.zone)),
        ("Nomor catatan", shown["position"]),
        ("Catatan pemberlakuan", shown["enacted"]),
        ("Digest", shown["digest"]),
    ]
    return lines


def known_line(context: Context) -> list[Line]:
    """When the last event that is known was recorded, for answers that do not say it."""
    if context.known_at is None:
        return []
    return [("Data tercatat s.d.", instant(context.known_at, context.zone))]


def content_digest(shown: Json) -> str:
    """SHA-256 of the canonical object without names, for answers that have no digest of their own:
    whoever gets the same JSON computes the same.
    """
    return "sha256:" + hashlib.sha256(canonical_bytes(_bare(shown))).hexdigest()


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(one) for key, one in value.items() if key != "person"}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def seal_lines(context: Context) -> list[Line]:
    """The ledger, the checkpoint that covers the answer, and the permanent link."""
    lines: list[Line] = [("Buku catatan", context.origin)]
    seal = context.seal
    if seal is None:
        lines.append(("Titik periksa", NOT_COVERED))
    else:
        lines += [("Titik periksa", f"{seal.size} catatan"), ("Akar catatan", seal.root)]
    if context.link is not None:
        lines.append(("Tautan tetap", context.link))
    return lines


def code_of(context: Context, position: int, digest: str) -> str:
    """What the QR code holds: the permanent link, else what names the answer in its ledger; so also
    where the link is too long for a code of this size that a telephone still reads.
    """
    if context.link is not None and len(context.link) <= _LINK_LONGEST:
        return context.link
    return f"{context.origin}\n{position}\n{digest}"


def result_lines(shown: Json) -> list[Line]:
    """Total, band, bounds, status, and the penetapan that made it official if one did."""
    lines: list[Line] = [("Nilai total", figure(shown["total"]))]
    if shown["band"] is not None:
        lines.append(("Kategori", code_words(shown["band"])))
    if shown["range"] is not None:
        lines.append(("Rentang", between(shown["range"])))
    lines.append(("Status", told(STATUSES, shown["status"])))
    if shown.get("issued"):
        lines.append(("Nilai resmi", f"menurut penetapan {shown['issued']}"))
    return lines


def why_lines(shown: Json) -> list[list[Cell]]:
    """Each reason once: what is lacking, and who has to act."""
    found: dict[tuple[str, ...], list[Cell]] = {}
    for why in shown["why"]:
        words = reason_words(Reason(why["code"], why["measure"], why["missing"]))
        row: list[Cell] = [words, why["missing"], why["who_must_act"]]
        found.setdefault(tuple(str(one) for one in row), row)
    return list(found.values())


def why_blocks(shown: Json) -> Iterator[Block]:
    """Why an answer is not complete, and which of its facts are contested."""
    why = why_lines(shown)
    if why:
        headers = ("Alasan", "Yang kurang", "Yang bertindak")
        yield Grid("Alasan status", headers, (45, 38, 17), why)
    if shown["disputed"]:
        positions = ", ".join(str(one) for one in shown["disputed"])
        yield Remark(f"Fakta yang disengketakan: nomor catatan {positions}.", loud=True)


def stamp_remarks(stamp: Json | None) -> Iterator[Remark]:
    """What makes an answer a simulation."""
    if stamp is None:
        return
    said = []
    if stamp.get("forecast"):
        said.append("untuk hari yang belum tiba")
    if "rules" in stamp:
        said.append(f"menurut {stamp['rules']}, bukan aturan yang berlaku")
    if "without" in stamp:
        said.append("seolah-olah fakta ini tidak ada: " + ", ".join(stamp["without"]))
    yield Remark("Jawaban ini simulasi: " + "; ".join(said) + ".", loud=True)


MEASURE_HEADERS: Final = ("Ukuran", "Nilai", "Maks.", "Dasar", "Keterangan angka")
MEASURE_WIDTHS: Final = (28, 10, 10, 36, 16)


def measure_rows(measures: Sequence[Json], depth: int = 0) -> Iterator[list[Cell]]:
    """A row a measure, its parts below it."""
    for one in measures:
        yield [
            _SUB * depth + measure_header(one["measure"]),
            figure(one["points"]),
            figure(one["max"]),
            one["cite"],
            told(MARKS, one["mark"]),
        ]
        yield from measure_rows(one["measures"], depth + 1)


def path_words(path: str) -> str:
    """A measure by its path: "Kompetensi / Teknis"."""
    return " / ".join(measure_header(one) for one in path.split("/"))


def side_words(side: Json) -> str:
    """Total and band, or what stands in their place."""
    said = [] if side["total"] is None else [number(Decimal(side["total"]))]
    if side["band"] is not None:
        said.append(code_words(side["band"]))
    bounds = between(side["range"])
    if bounds is not None:
        said.append(f"({bounds})")
    if side["total"] is None and side["band"] is None:
        said.insert(0, told(STATUSES, side["status"]))
    return " ".join(said)
