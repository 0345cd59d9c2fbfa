"""Lists on paper: cases by what is due, decisions, units with their counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.outputs.papers import head
from api.outputs.papers.paper import Context, Grid, Line, Paper, Part, bands
from api.outputs.papers.said import NOTHING, day, figure, iso
from api.outputs.papers.words import CLOCKS, DECISION_STATES, FINDINGS, STATES, told
from api.outputs.table import PEOPLE
from api.outputs.words import code_words
from api.outputs.workbook import Cell

Json = Mapping[str, Any]
CASES: Final = "Daftar Perkara Disiplin"
DECISIONS: Final = "Daftar Keputusan"
UNITS: Final = "Daftar Unit"


def cases(shown: Json, context: Context) -> Paper:
    """The cases of a day.

    Args:
        shown: `{as_of, position, cases}`; the cases are the lines of `case list --json`, with
            `person` where the reader may see it.
    """
    headers = (
        *("Perkara", "Nama", "NIP", "Rezim", "Keadaan", "Tenggat", "Batas", "Keadaan tenggat"),
        *("Temuan", "ID"),
    )
    rows = [_case(one) for one in shown["cases"]]
    widths = (11, 14, 16, 6, 9, 10, 9, 9, 15, 27)
    return _list(shown, context, Grid(CASES, headers, widths, rows))


def _case(one: Json) -> list[Cell]:
    person, clock = one.get("person") or {}, one["next_clock"]
    return [
        one["id"] or one["case"],
        person.get("name"),
        person.get("nip"),
        one["regime"],
        told(STATES, one["state"]),
        None if clock is None else clock["clock"].replace("_", " "),
        None if clock is None else iso(clock["due"]),
        None if clock is None else told(CLOCKS, clock["state"]),
        "; ".join(told(FINDINGS, each) for each in one["findings"]),
        one["subject"],
    ]


def decisions(shown: Json, context: Context) -> Paper:
    """All decisions; `shown` is the object of `decision list --json`."""
    headers = (
        *("Keputusan", "Jenis", "Keadaan", "Instrumen", "Berlaku per", "Nomor catatan"),
        *("Calon", "Terpilih", "Konsep oleh", "Nomor keputusan"),
    )
    rows: list[list[Cell]] = [
        [
            one["id"],
            code_words(one["kind"]),
            told(DECISION_STATES, one["state"]),
            one["instrument"],
            iso(one["as_of"]),
            one["basis_position"],
            one["candidates"],
            one["chosen"],
            one["drafted_by"],
            one["number"],
        ]
        for one in shown["decisions"]
    ]
    widths = (12, 13, 11, 13, 11, 9, 8, 8, 11, 14)
    return _list(shown, context, Grid(DECISIONS, headers, widths, rows))


def units(shown: Json, context: Context) -> Paper:
    """Units of a day.

    Args:
        shown: `{as_of, position, units}` and, of an instrument, `instrument`; a unit is `{id, code,
            name, path}` and, where counted, `people, measured, not_computable, not_applicable,
            mean, band`.
    """
    headers = (
        *("Kode", "Nama", "Jalur", "Pegawai", "Terukur", "Belum dapat dihitung"),
        *("Di luar cakupan", "Rata-rata", "Kategori", "ID"),
    )
    rows = [_unit(one) for one in shown["units"]]
    widths = (9, 17, 20, 8, 8, 9, 9, 9, 10, 27)
    return _list(shown, context, Grid(UNITS, headers, widths, rows))


def _unit(one: Json) -> list[Cell]:
    band = one.get("band")
    return [
        one["code"],
        one["name"],
        one["path"],
        *(one.get(name) for name in PEOPLE),
        figure(one["mean"]) if one.get("mean") is not None else NOTHING,
        NOTHING if band is None else code_words(band),
        one["id"],
    ]


def _list(shown: Json, context: Context, grid: Grid) -> Paper:
    digest = head.content_digest(shown)
    on = shown.get("as_of")
    lines: list[Line] = [] if on is None else [("Berlaku per", day(on))]
    if shown.get("instrument") is not None:
        lines.insert(0, ("Instrumen", shown["instrument"]))
    lines += [
        *head.known_line(context),
        ("Nomor catatan", shown["position"]),
        ("Jumlah baris", len(grid.rows)),
        ("Digest isi", digest),
    ]
    return Paper(
        title=grid.name,
        about=f"Berlaku per {day(on)}" if on is not None else f"Nomor catatan {shown['position']}",
        bands=bands(context, shown.get("hypothetical")),
        parts=[Part(grid.name, [grid])],
        rests_on=[*lines, *head.seal_lines(context)],
        code=head.code_of(context, shown["position"], digest),
        wide=True,
    )
