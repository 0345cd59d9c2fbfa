"""Lists of people on paper: those behind a unit's figures, and the ranking of talent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.outputs.papers import head
from api.outputs.papers.paper import Context, Grid, Paper, Part, bands
from api.outputs.papers.said import NOTHING, day, figure
from api.outputs.papers.words import STATUSES, told
from api.outputs.words import code_words
from api.outputs.workbook import Cell
from ledger.domain.decision_candidates import MET, NOT_MET, UNKNOWN

Json = Mapping[str, Any]
STATES: Final = {MET: "terpenuhi", NOT_MET: "tidak terpenuhi", UNKNOWN: "belum diketahui"}


def members(shown: Json, context: Context) -> Paper:
    """The people behind a unit's figures; `shown` is the object of their page."""
    headers = ("Nama", "NIP", "Unit", "Nilai", "Kategori", "Status", "ID")
    rows = [[*_who(one), *_score(one), one["subject"]] for one in shown["members"]]
    grid = Grid("Daftar Pegawai", headers, (22, 18, 20, 8, 12, 12, 8), rows)
    unit = shown["unit"]
    return _paper(shown, context, grid, str(unit["name"] or unit["code"]), [])


def talent(shown: Json, context: Context) -> Paper:
    """The ranking of talent; `shown` is the object of its page."""
    asked = [one for one in shown["requirements"] if one["requirement"] is not None]
    words = [code_words(one["requirement"].upper()) for one in asked]
    headers = ("Peringkat", "Nama", "NIP", "Unit", "Nilai", *words, "Kotak", "ID")
    rows = [_candidate(one, [each["name"] for each in asked]) for one in shown["candidates"]]
    widths = (7, 18, 16, 16, 7, *(8 for _ in words), 8, 12)
    grid = Grid("Peringkat Talenta", headers, widths, rows)
    articles: list[list[Cell]] = [
        [word, one["title"], one["cite"]] for word, one in zip(words, asked, strict=True)
    ]
    more = [Grid("Syarat", ("Syarat", "Aturan", "Pasal"), (20, 30, 50), articles)] if asked else []
    unit = shown["unit"]
    about = "Seluruh instansi" if unit is None else str(unit["name"] or unit["code"])
    return _paper(shown, context, grid, about, more)


def _candidate(one: Json, names: Sequence[str]) -> list[Cell]:
    told_of = one["requirements"]
    states = [_state(told_of, name) for name in names]
    rank: Cell = NOTHING if one["rank"] is None else one["rank"]
    box = NOTHING if one["box"] is None else code_words(one["box"])
    return [rank, *_who(one), figure(one["total"]), *states, box, one["subject"]]


def _state(told_of: Json, name: str) -> str:
    """A requirement of somebody; outside its instrument's population that is said instead."""
    if name in told_of:
        return STATES[told_of[name]]
    whole = told_of.get(name.partition("/")[0])
    if whole is None:
        return NOTHING
    return "di luar cakupan" if whole == NOT_MET else STATES[whole]


def _who(one: Json) -> list[Cell]:
    person, unit = one.get("person") or {}, one["unit"] or {}
    return [person.get("name"), person.get("nip"), unit.get("name")]


def _score(one: Json) -> list[Cell]:
    band = NOTHING if one["band"] is None else code_words(one["band"])
    return [figure(one["total"]), band, told(STATUSES, one["status"])]


def _paper(shown: Json, context: Context, grid: Grid, about: str, more: Sequence[Grid]) -> Paper:
    digest = head.content_digest(shown)
    count = shown["count"]
    told_count = f"{len(grid.rows)} dari {count}"
    return Paper(
        title=grid.name,
        about=f"{about}, berlaku per {day(shown['as_of'])}",
        bands=bands(context, shown["hypothetical"]),
        parts=[Part(one.name, [one]) for one in (*more, grid)],
        rests_on=[
            ("Instrumen", f"{shown['title']}, {shown['decree']}"),
            ("Berlaku per", day(shown["as_of"])),
            *head.known_line(context),
            ("Nomor catatan", shown["position"]),
            ("Baris di lembar ini", told_count),
            ("Digest isi", digest),
            *head.seal_lines(context),
        ],
        code=head.code_of(context, shown["position"], digest),
        wide=True,
    )
