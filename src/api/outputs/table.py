"""Answers as rows of a table, in Indonesian habit: decimal comma, days as 30-06-2024, NIP as
text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ledger.unit_directory import PATH_MARK, UnitDirectory

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Text that a spreadsheet program does not take for a formula (OWASP CSV injection)."""
    return f"'{text}" if text.startswith(_RISKY) else text


def header_cells(measures: Sequence[str]) -> list[str]:
    """The headers of a table of answers."""
    return [
        "NIP",
        "Nama",
        "Unit",
        "Jenis jabatan",
        *(name.replace("_", " ").capitalize() for name in measures),
        "Total",
        "Kategori",
        "Status",
        "Alasan",
        "Per tanggal",
        "Nomor catatan",
        "Dasar",
        "ID",
        "Digest",
    ]


def answer_cells(
    answer: Mapping[str, Any], measures: Sequence[str], units: UnitDirectory
) -> list[str]:
    """One answer; what is not known is left empty and never zero."""
    points = {one["measure"]: one["points"] for one in answer["measures"]}
    person = answer.get("person") or {}
    on = date.fromisoformat(answer["as_of"])
    number = str(person.get("nip") or "")
    return [
        f"'{number}" if number else "",
        safe_cell(str(person.get("name") or "")),
        safe_cell(unit_path(answer["unit"], units, on)),
        answer["position_kind"] or "",
        *(_comma(points.get(name)) for name in measures),
        _comma(answer["total"]),
        answer["band"] or "",
        answer["status"],
        "; ".join(sorted({one["code"] for one in answer["why"]})),
        on.strftime("%d-%m-%Y"),
        str(answer["position"]),
        answer["decree"],
        answer["subject"],
        answer["digest"],
    ]


def unit_header_cells(measures: Sequence[str]) -> list[str]:
    """The headers of a table of answers about units."""
    people = ["Pegawai", "Terukur", "Belum dapat dihitung", "Di luar populasi"]
    _, _, _, _, *rest = header_cells(measures)
    return ["Kode", "Nama", "Unit", *rest[: len(measures)], *people, *rest[len(measures) :]]


def unit_answer_cells(
    answer: Mapping[str, Any], measures: Sequence[str], units: UnitDirectory
) -> list[str]:
    """One answer about a unit; its people are those of the first measure that asks for them."""
    _, _, path, _, *rest = answer_cells(answer, measures, units)
    counts = next(_counts(answer["measures"]), None)
    keys = ("people", "measured", "not_computable", "not_applicable")
    people = ["" if counts is None else str(counts[key]) for key in keys]
    named = answer.get("named") or {}
    code, name = (safe_cell(str(named.get(key) or "")) for key in ("code", "name"))
    return [code, name, path, *rest[: len(measures)], *people, *rest[len(measures) :]]


def _counts(measures: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, int]]:
    for one in measures:
        if "counts" in one:
            yield one["counts"]
        yield from _counts(one["measures"])


def _comma(points: str | None) -> str:
    return "" if points is None else points.replace(".", ",")


def unit_path(unit: str | None, units: UnitDirectory, on: date) -> str:
    """The names from the top down to a unit on a day."""
    if unit is None:
        return ""
    names = [
        str((units.described(stream, on) or {}).get("name", "?"))
        for stream in reversed(units.path(UUID(unit), on))
    ]
    return PATH_MARK.join(names)
