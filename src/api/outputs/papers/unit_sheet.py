"""A unit on paper: its people counted, how their totals spread, its parts, and its own scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.outputs.papers import head
from api.outputs.papers.paper import Block, Context, Grid, Line, Lines, Paper, Part, Remark, bands
from api.outputs.papers.said import NOTHING, day, figure
from api.outputs.table import measure_header
from api.outputs.words import code_words, reason_words
from api.outputs.workbook import Cell
from projections.reasons import Reason

Json = Mapping[str, Any]
HIDDEN: Final = "(disembunyikan)"


def paper(shown: Json, context: Context) -> Paper:
    """The document of one unit; `shown` is the object of its page."""
    unit = shown["unit"]
    digest = head.content_digest(shown)
    return Paper(
        title="Lembar Perangkat Daerah",
        about=f"{unit['path'] or unit['name'] or unit['code']}, berlaku per {day(shown['as_of'])}",
        bands=bands(context, shown["hypothetical"]),
        parts=[Part(name, blocks) for name, blocks in _parts(shown) if blocks],
        rests_on=[
            ("Instrumen", f"{shown['title']}, {shown['decree']}"),
            ("Berlaku per", day(shown["as_of"])),
            *head.known_line(context),
            ("Nomor catatan", shown["position"]),
            ("Digest isi", digest),
            *head.seal_lines(context),
        ],
        code=head.code_of(context, shown["position"], digest),
        wide=True,
    )


def _parts(shown: Json) -> Iterator[tuple[str, list[Block]]]:
    figures = shown["figures"]
    if figures["hidden"]:
        yield "Angka", [Remark("Angka unit ini disembunyikan: tentang kurang dari lima orang.")]
        return
    yield "Angka", [Lines(_figures(figures))]
    yield "Sebaran nilai", list(_distribution(shown["distribution"]))
    lacking: list[list[Cell]] = [
        [reason_words(Reason(one["code"], one["measure"], None)), one["people"]]
        for one in shown["lacking"]
    ]
    if lacking:
        yield (
            "Belum terukur karena",
            [Grid("Belum terukur karena", ("Alasan", "Pegawai"), (80, 20), lacking)],
        )
    yield "Bagian", [_grid(shown)]
    for one in shown["scores"]:
        rows = list(head.measure_rows(one["measures"]))
        lines: list[Line] = [("Aturan", one["decree"]), *head.result_lines(one)]
        table = Grid(one["title"], head.MEASURE_HEADERS, head.MEASURE_WIDTHS, rows)
        yield one["title"], [Lines(lines), table]


def _figures(figures: Json) -> list[Line]:
    band = figures["band"]
    return [
        ("Pegawai", figures["people"]),
        ("Terukur", HIDDEN if figures["measured"] is None else figures["measured"]),
        ("Belum dapat dihitung", figures["not_computable"]),
        ("Di luar cakupan", figures["not_applicable"]),
        ("Rata-rata", figure(figures["mean"])),
        ("Median", figure(figures["median"])),
        ("Kategori", NOTHING if band is None else code_words(band)),
    ]


def _distribution(found: Json) -> Iterator[Block]:
    bins: list[list[Cell]] = [
        [figure(one["from"]), figure(one["to"]), _count(one["count"])] for one in found["bins"]
    ]
    if bins:
        yield Grid("Sebaran nilai", ("Dari", "Sampai", "Pegawai"), (34, 33, 33), bins)
    words: list[list[Cell]] = [
        [code_words(one["band"]), _count(one["count"])] for one in found["bands"]
    ]
    if words:
        yield Grid("Kategori", ("Kategori", "Pegawai"), (67, 33), words)


def _count(count: int | None) -> Cell:
    return HIDDEN if count is None else count


def _grid(shown: Json) -> Grid:
    measures = [one["measure"] for one in shown["columns"]]
    headers = ["Bagian", "Pegawai", "Rata-rata", *(measure_header(one) for one in measures)]
    rows = [_row(one, measures) for one in shown["parts"]]
    widths = (30, 10, *(60 // (len(measures) + 1) for _ in range(len(measures) + 1)))
    return Grid("Bagian", headers, widths, rows)


def _row(one: Json, measures: list[str]) -> list[Cell]:
    name = f"{one['name']} (langsung)" if one["own"] else one["name"]
    if one["hidden"]:
        return [name, HIDDEN, *(NOTHING for _ in range(len(measures) + 1))]
    means = (figure(one["means"].get(measure)) for measure in measures)
    return [name, one["people"], figure(one["mean"]), *means]
