"""Printed results beside ours as a file: .xlsx and .csv in Indonesian, .jsonl for machines.

A row is a number that differs, with its likely cause; who stands on one side only has a row too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Final

import orjson

from api.outputs.answers import Utf8
from api.outputs.statement import SHEET, question_lines, rows_lines
from api.outputs.table import csv_cells, exact, measure_header, unit_path
from api.outputs.words import printed_cause_words, printed_step_words
from api.outputs.workbook import Book, Cell
from projections.answer import DigestOfAnswers
from projections.asking.inquiry import Asked

Json = Mapping[str, Any]
SUFFIXES: Final = (".xlsx", ".csv", ".jsonl")
HEADERS: Final = (
    *("NIP", "Nama", "Unit", "Ukuran", "Tercetak", "Dihitung", "Selisih", "Sebab", "Kode sebab"),
    *("Fakta", "Rincian", "Sebab lain yang mungkin", "Yang bertindak", "Langkah", "ID"),
)
_TITLE: Final = "Rekonsiliasi nilai tercetak"
_TOTAL: Final = "total"
_WIDE: Final = tuple(HEADERS.index(one) for one in ("Nama", "Unit", "Sebab", "Fakta", "Langkah"))
_Numbers = tuple[str | None, str | None]
ONLY_PRINTED, ONLY_OURS = "ONLY_PRINTED", "ONLY_OURS"


def write_reconciliation(
    stream: BinaryIO, suffix: str, shown: Json, asked: Asked, *, unit: str | None
) -> None:
    """Write a reconciliation, given as its JSON object with `person` in every row.

    `suffix` is one of SUFFIXES; `unit` as it was named, None for everybody.
    """
    if suffix == ".jsonl":
        for group in ("people", "only_printed", "only_ours"):
            for one in shown[group]:
                row = {"group": group, **one}
                stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    elif suffix == ".csv":
        text = Utf8(stream)
        text.write("\ufeff")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADERS)
        writer.writerows(csv_cells(row) for row in _rows(shown, asked))
    else:
        _write_xlsx(stream, shown, asked, unit)


def _write_xlsx(stream: BinaryIO, shown: Json, asked: Asked, unit: str | None) -> None:
    counts = shown["counts"]
    causes = [(printed_cause_words(code), code, count) for code, count in counts["causes"].items()]
    told = DigestOfAnswers()
    every = [one for group in ("people", "only_printed", "only_ours") for one in shown[group]]
    for one in sorted(every, key=lambda row: str(row["subject"])):
        told.add(one["digest"])
    with Book(stream, _TITLE) as book:
        rows = book.table("Rekonsiliasi", HEADERS, _rows(shown, asked), wide=_WIDE)
        book.table("Sebab", ("Sebab", "Kode sebab", "Jumlah"), causes, wide=(0,))
        lines: list[tuple[str, Cell]] = [
            *question_lines(asked, unit=unit),
            ("Mempunyai nilai tercetak", counts["printed"]),
            ("Sama", counts["equal"]),
            ("Berbeda", counts["differing"]),
            ("Tercetak, di luar cakupan di sini", counts["only_printed"]),
            ("Dihitung di sini, tidak tercetak", counts["only_ours"]),
            *rows_lines(rows, told.text()),
        ]
        book.statement(SHEET, SHEET, lines)


def _rows(shown: Json, asked: Asked) -> Iterator[list[Cell]]:
    """Every number that differs, then those who stand on one side only."""
    for one in shown["people"]:
        printed, ours = one["printed"]["total"], one["total"]
        if printed is not None and (printed != ours or one["causes"]):
            yield _row(one, asked, _TOTAL, (printed, ours), one["causes"])
        for part in one["measures"]:
            if part["causes"]:
                name, causes = part["measure"], part["causes"]
                yield _row(one, asked, name, (part["printed"], part["ours"]), causes)
    for one in shown["only_printed"]:
        why = [{"code": ONLY_PRINTED, "facts": [], "detail": {}, "who_must_act": "BKD"}]
        yield _row(one, asked, _TOTAL, (one["printed"]["total"], None), why)
    for one in shown["only_ours"]:
        why = [{"code": ONLY_OURS, "facts": [], "detail": {}, "who_must_act": "BKD"}]
        yield _row(one, asked, _TOTAL, (None, one["total"]), why)


def _row(
    one: Json, asked: Asked, measure: str, numbers: _Numbers, causes: Sequence[Json]
) -> list[Cell]:
    person = one.get("person") or {}
    printed, ours = numbers
    first = causes[0] if causes else None
    known = printed is not None and ours is not None
    difference = Decimal(str(printed)) - Decimal(str(ours)) if known else None
    cells: list[Cell] = [
        person.get("nip"),
        person.get("name"),
        unit_path(one["unit"], asked.units, asked.question.as_of),
        measure_header(measure),
        exact(printed),
        exact(ours),
        difference,
    ]
    if first is None:  # the total differs only as its measures do
        return [*cells, *([None] * (len(HEADERS) - len(cells) - 1)), one["subject"]]
    return [
        *cells,
        printed_cause_words(first["code"]),
        first["code"],
        "; ".join(_fact(fact) for fact in first["facts"]),
        "; ".join(f"{name} = {value}" for name, value in first["detail"].items()),
        "; ".join(printed_cause_words(more["code"]) for more in causes[1:]),
        first["who_must_act"],
        printed_step_words(first["code"]),
        one["subject"],
    ]


def _fact(fact: Json) -> str:
    on = date.fromisoformat(fact["effective_on"]).strftime("%d-%m-%Y")
    return f"{fact['kind']} {on}, nomor catatan {fact['position']}"
