"""Perbandingan: two answers about one person, and the causes that lie between and add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from api.outputs.papers import head
from api.outputs.papers.facts import value_words
from api.outputs.papers.field_words import field_words
from api.outputs.papers.paper import Block, Context, Grid, Line, Lines, Paper, Part, Remark, bands
from api.outputs.papers.pdf import pdf
from api.outputs.papers.said import (
    NOTHING,
    between,
    day,
    figure,
    instant,
    iso,
    moment,
    number,
    signed,
)
from api.outputs.papers.words import CAUSES, CLASSES, STATUSES, kind_words, told
from api.outputs.words import code_words
from api.outputs.workbook import Cell

Json = Mapping[str, Any]
TITLE: Final = "Perbandingan Nilai"
NO_NUMBER: Final = (
    "Sebab tanpa angka mengubah status, bukan total: di antaranya ada yang belum dapat dihitung."
)


def comparison(shown: Json, context: Context) -> bytes:
    """A comparison as PDF; `shown` as for `paper`."""
    return pdf(paper(shown, context), context)


def paper(shown: Json, context: Context) -> Paper:
    """The document of a difference.

    Args:
        shown: the object of `diff SUBJECT --json`.
        context: its seal covers the later of the two positions.
    """
    first, last = shown["from"], shown["to"]
    stamps = (first["hypothetical"], last["hypothetical"])
    blocks: list[Block] = [remark for one in stamps for remark in head.stamp_remarks(one)]
    parts = [
        Part("Tentang", [Lines(head.person_lines(shown)), *blocks]),
        Part("Dua jawaban", [_sides(shown, context)]),
        Part("Ukuran", [_measures(shown)]),
        Part("Sebab", list(_causes(shown, context))),
    ]
    idle = list(_idle(shown, context))
    if idle:
        headers = ("Golongan", "Apa", "Fakta", "Berlaku", "Dicatat", "No.")
        widths = (18, 17, 36, 11, 16, 9)
        parts.append(Part("Tanpa pengaruh", [Grid("Tanpa pengaruh", headers, widths, idle)]))
    position = max(first["position"], last["position"])
    return Paper(
        title=TITLE,
        about=head.who_words(shown),
        bands=bands(context, *stamps),
        parts=parts,
        rests_on=[*_rests_on(shown, context), *head.seal_lines(context)],
        code=head.code_of(context, position, last["digest"]),
    )


def _sides(shown: Json, context: Context) -> Grid:
    sides = (shown["from"], shown["to"])
    rows: list[list[Cell]] = [
        ["Berlaku per", *(day(one["as_of"]) for one in sides)],
        ["Data tercatat s.d.", *(instant(one["known_at"], context.zone) for one in sides)],
        ["Nomor catatan", *(str(one["position"]) for one in sides)],
        ["Dasar", *(one["decree"] for one in sides)],
        ["Jenis jabatan", *(_kind(one["position_kind"]) for one in sides)],
        ["Unit", *(head.unit_words(one["unit"], context, one["as_of"]) for one in sides)],
        ["Status", *(told(STATUSES, one["status"]) for one in sides)],
        ["Rentang", *(between(one["range"]) or NOTHING for one in sides)],
        ["Kategori", *(_kind(one["band"], NOTHING) for one in sides)],
        ["Nilai total", *(figure(one["total"]) for one in sides)],
    ]
    return Grid("Dua jawaban", ("", "Sebelum", "Sesudah"), (22, 39, 39), rows)


def _kind(code: str | None, unknown: str = "(tidak diketahui)") -> str:
    return unknown if code is None else code_words(code)


def _number(text: str | None) -> str:
    return NOTHING if text is None else number(Decimal(text))


def _measures(shown: Json) -> Grid:
    rows: list[list[Cell]] = [
        [
            head.path_words(one["measure"]),
            figure(one["from"]),
            figure(one["to"]),
            signed(one["difference"]),
        ]
        for one in shown["measures"]
    ]
    total = [figure(shown[side]["total"]) for side in ("from", "to")]
    rows.append(["Nilai total", *total, signed(shown["difference"])])
    return Grid("Ukuran", ("Ukuran", "Sebelum", "Sesudah", "Selisih"), (49, 17, 17, 17), rows)


def _causes(shown: Json, context: Context) -> Iterator[Block]:
    """Cause by cause, then class by class; both add up to the difference."""
    headers = ("Golongan", "Apa yang terjadi", "Ukuran", "Angka")
    rows = [_cause(one, context) for one in shown["causes"]]
    if rows:
        rows.append(["Jumlah", "", "", signed(shown["difference"])])
    yield Grid("Sebab", headers, (16, 46, 28, 10), rows, empty="Tidak ada yang mengubah jawaban.")
    if any(one["points"] is None for one in shown["causes"]):
        yield Remark(NO_NUMBER)
    classes: list[list[Cell]] = [
        [told(CLASSES, one["class"]), signed(one["points"])] for one in shown["classes"]
    ]
    classes.append(["Jumlah", signed(shown["difference"])])
    yield Grid("Menurut golongan sebab", ("Golongan", "Angka"), (80, 20), classes)


def _cause(one: Json, context: Context) -> list[Cell]:
    words = told(CAUSES, one["what"])
    if one["fact"] is not None:
        words += f": {fact_words(one['fact'], context)}"
    for name in ("post", "rules"):
        change = one[name]
        if change is not None:
            words += f": {_end(name, change['from'])} menjadi {_end(name, change['to'])}"
    if one["was"] is not None:
        words += f". Sebelumnya: {fact_words(one['was'], context)}"
    moves = [_move(move) for move in one["measures"]]
    status = one["status"]
    if status is not None:
        first, last = (told(STATUSES, status[side]).lower() for side in ("from", "to"))
        moves.append(f"status: {first} menjadi {last}")
    return [told(CLASSES, one["class"]), words, "; ".join(moves), signed(one["points"])]


def _end(name: str, value: str | None) -> str:
    if value is None:
        return "tidak diketahui"
    return code_words(value) if name == "post" else value


def _move(move: Json) -> str:
    ends = [
        _number(move[side]) if move[side] is not None else between(move[f"{side}_range"]) or "?"
        for side in ("from", "to")
    ]
    return f"{head.path_words(move['measure'])} {ends[0]} menjadi {ends[1]}"


def fact_words(fact: Json, context: Context) -> str:
    """A fact of a cause: its kind, what the rules read of it, and both its dates."""
    reads = ", ".join(f"{field_words(name)} {value_words(v)}" for name, v in fact["reads"].items())
    until = f", sampai sebelum {day(fact['until'])}" if fact["until"] else ""
    about = f" ({reads})" if reads else ""
    return (
        f"{kind_words(fact['kind'])}{about}, berlaku {day(fact['effective_on'])}{until},"
        f" dicatat {moment(fact['recorded_at'], context.zone)}, nomor catatan {fact['position']}"
    )


def _idle(shown: Json, context: Context) -> Iterator[list[Cell]]:
    for one in shown["without_effect"]:
        fact = one["fact"] or one["was"]
        if fact is None:
            yield [told(CLASSES, one["class"]), told(CAUSES, one["what"]), "", None, "", None]
            continue
        reads = fact["reads"].items()
        said = ", ".join(f"{field_words(name)} {value_words(value)}" for name, value in reads)
        yield [
            told(CLASSES, one["class"]),
            told(CAUSES, one["what"]),
            kind_words(fact["kind"]) + (f" ({said})" if said else ""),
            iso(fact["effective_on"]),
            moment(fact["recorded_at"], context.zone),
            fact["position"],
        ]


def _rests_on(shown: Json, context: Context) -> list[Line]:
    first, last = shown["from"], shown["to"]
    return [
        ("Instrumen", f"{shown['instrument']}, {first['decree']}")
        if first["decree"] == last["decree"]
        else ("Instrumen", f"{shown['instrument']}, {first['decree']} dan {last['decree']}"),
        ("Catatan pemberlakuan", _both(first["enacted"], last["enacted"])),
        ("Berlaku per", _both(day(first["as_of"]), day(last["as_of"]))),
        (
            "Data tercatat s.d.",
            _both(*(instant(one["known_at"], context.zone) for one in (first, last))),
        ),
        ("Nomor catatan", _both(first["position"], last["position"])),
        ("Digest sebelum", first["digest"]),
        ("Digest sesudah", last["digest"]),
    ]


def _both(first: Any, last: Any) -> str:
    return str(first) if first == last else f"{first} dan {last}"
