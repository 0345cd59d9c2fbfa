"""An invented province as columns, without events: a million facts in a second, for benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import orjson
import polars as pl

from projections.table.batch import CORRECTION_SCHEMA, DISPUTE_SCHEMA, Batch, Streams
from projections.table.columns import STATED_SCHEMA, day_number, layout
from projections.table.frame import Frame, empty_frame

BOOK, UNITS, TITLES = 1, 400, 300
FIRST, LAST = day_number(date(2010, 1, 1)), day_number(date(2023, 6, 30))
# Of a hundred facts beyond the six that everybody has, how many are of which kind.
SHARES = {"competency": 44, "appraisal": 22, "position": 8, "attendance": 20, "golongan": 5}
SANCTIONED = 1
# How many of each further kind there are for ten people, where an answer reads them.
FURTHER = {
    "activity": 240, "record_check": 20, "culture": 30, "potential": 30, "innovation": 10,
    "award": 15, "absence": 20, "case": 1,
}  # fmt: skip
DIMENSIONS = ("KELENGKAPAN", "KONSISTENSI", "AKURASI", "KETEPATAN_WAKTU")
VALUES = ("INTEGRITAS", "KOMITMEN", "KHASANAH", "LOYALITAS", "AKUNTABILITAS", "MOTIVASI")
# Checks and assessments differ from person to person.
DIFFERENT = 500


class _Dice:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def pick(self, values: list[object], count: int, kind: pl.DataType) -> pl.Series:
        """So many of these values, each as likely as any other."""
        self.seed += 1
        chosen = pl.Series(values, dtype=pl.String if kind != pl.Int32 else kind, strict=False)
        return chosen.sample(count, with_replacement=True, seed=self.seed).cast(kind)

    def number(self, first: int, last: int, count: int) -> pl.Series:
        """So many whole numbers from first to last."""
        self.seed += 1
        return pl.int_range(first, last + 1, eager=True).sample(
            count, with_replacement=True, seed=self.seed
        )

    def shuffled(self, first: int, last: int) -> pl.Series:
        """The numbers from first to last in any order."""
        self.seed += 1
        return pl.int_range(first, last + 1, eager=True).shuffle(seed=self.seed)


def province(people: int, facts_each: int, *, seed: int = 1, further: bool = False) -> Frame:
    """A frame of so many people with so many facts each, units and a book of references.

    `further` adds what instruments other than IP-ASN read, mostly monthly reports of two years.
    """
    dice = _Dice(seed)
    streams = Streams(f"{number:032x}" for number in range(1, BOOK + UNITS + people + 1))
    first = BOOK + UNITS
    everybody = pl.int_range(first, first + people, eager=True)
    more = people * (facts_each - 6)
    subjects = {
        "registered": everybody,
        "employment": everybody,
        "standing": everybody,
        "qualification": everybody,
        "golongan": everybody,
        "position": everybody,
        "unit": pl.int_range(BOOK, first, eager=True),
        "position_ref": pl.repeat(0, TITLES, eager=True),
        "sanction": dice.number(first, first + people - 1, more * SANCTIONED // 1_000),
    }
    for kind, share in SHARES.items():
        drawn = dice.number(first, first + people - 1, more * share // 100)
        subjects[kind] = pl.concat([subjects[kind], drawn]) if kind in subjects else drawn
    for kind, often in FURTHER.items() if further else ():
        subjects[kind] = dice.number(first, first + people - 1, people * often // 10)
    count = sum(len(found) for found in subjects.values())
    places = dice.shuffled(1, count)
    facts, at = {}, 0
    for kind, found in subjects.items():
        facts[kind] = _facts(dice, kind, found, places[at : at + len(found)])
        at += len(found)
    batch = Batch(
        1,
        count,
        b"",
        facts,
        pl.DataFrame(schema=dict(CORRECTION_SCHEMA)),
        pl.DataFrame(schema=dict(DISPUTE_SCHEMA)),
    )
    empty = empty_frame()
    whole = Frame(0, streams, 0, (), empty.corrections, empty.disputes)
    return whole.advanced(batch, subjects=len(streams))


def _facts(dice: _Dice, kind: str, subjects: pl.Series, places: pl.Series) -> pl.DataFrame:
    count = len(subjects)
    fields = _fields(dice, kind, count)
    base = {
        "subject": subjects,
        "opened": places,
        "root": places,
        "stated_at": places,
        "recorded_at": places,
        "eff_from": fields.pop("on", dice.number(FIRST, LAST, count)),
    }
    columns = [found.cast(STATED_SCHEMA[name]).alias(name) for name, found in base.items()]
    return pl.DataFrame(columns + [found.alias(name) for name, found in fields.items()])


def _fields(dice: _Dice, kind: str, count: int) -> dict[str, pl.Series]:
    def code(name: str, *values: str | None) -> pl.Series:
        return dice.pick(list(values), count, layout()[kind][name].on_disk())

    early = dice.number(day_number(date(2000, 1, 1)), FIRST, count)
    titles = [f"{number:032x}" for number in range(TITLES)]
    units = [f"{number:032x}" for number in range(BOOK + 1, BOOK + UNITS + 1)]
    posts = ("ADMINISTRATOR", "PENGAWAS", "PELAKSANA", "PELAKSANA", "FUNGSIONAL")
    categories = ("TEKNIS", "TEKNIS", "SEMINAR", "KEPEMIMPINAN", "FUNGSIONAL")
    makers: dict[str, Callable[[], dict[str, pl.Series]]] = {
        "appraisal": lambda: _appraisals(dice, count),
        "registered": lambda: {"on": early - 1_826, "employment": code("employment", "CPNS")},
        "employment": lambda: {
            "on": early,
            "employment": code("employment", *["PNS"] * 12, "PPPK"),
        },
        "standing": lambda: {"on": early, "standing": code("standing", "AKTIF")},
        "qualification": lambda: {
            "on": early,
            "level": code("level", *["SLTA", "D3", "S1", "S1", "S2"]),
        },
        "position": lambda: {
            "assignment": code("assignment", "DEFINITIF"),
            "kind": code("kind", None, *posts),
            "title_id": code("title_id", *titles),
            "unit": code("unit", *units),
            "functional_level": code("functional_level", None, None, "PEMULA", "AHLI_MUDA"),
        },
        "position_ref": lambda: {
            "on": early,
            "title_id": pl.Series(titles),
            "kind": code("kind", *posts),
        },
        "competency": lambda: {
            "category": code("category", *categories),
            "level": code("level", None, None, "PKA", "PKP"),
            "hours": code(
                "hours", None, *["4", "8", "12.5", "20", "40", "4", "8", "12.5", "20", "40"]
            ),
        },
        "activity": lambda: {
            "on": dice.number(LAST - 729, LAST, count),
            "quality": code("quality", None, *(f"{number}.5" for number in range(40, 100))),
            "on_time": dice.number(0, 9, count) > 0,
            "contributes_to": code("contributes_to", None, None, "P1"),
            "verdict": code("verdict", None, "DITERIMA", "DITERIMA", "DITOLAK"),
        },
        "record_check": lambda: {"elements": code("elements", *_checks(dice))},
        "culture": lambda: {"scores": code("scores", *_scores(dice))},
        "potential": lambda: {"score": code("score", *(f"{number}" for number in range(30, 100)))},
        "innovation": lambda: {
            "scope": code("scope", "UNIT", "UNIT", "INSTANSI", "PROVINSI", "NASIONAL"),
            "stage": code("stage", "INISIATIF", "UJI_COBA", "PENERAPAN"),
        },
        "award": lambda: {
            "kind": code("kind", "SATYALANCANA_X", "SATYALANCANA_XX", "ASN_BERPRESTASI", "LAIN")
        },
        "absence": lambda: {"valid": dice.number(0, 4, count) > 0},
        "sanction": lambda: {"level": code("level", "RINGAN", "RINGAN", "SEDANG", "BERAT")},
    }
    return makers[kind]() if kind in makers else {}


def _checks(dice: _Dice) -> list[str]:
    """Checks of forty elements each, as they are kept."""
    found = []
    for _ in range(DIFFERENT):
        good = dice.number(0, 9, 40).to_list()
        elements = {
            f"E{place}": {"dimension": DIMENSIONS[place % len(DIMENSIONS)], "ok": one > 0}
            for place, one in enumerate(good)
        }
        found.append(orjson.dumps(elements).decode())
    return found


def _scores(dice: _Dice) -> list[str]:
    found = []
    for _ in range(DIFFERENT):
        numbers = dice.number(40, 100, len(VALUES)).to_list()
        found.append(orjson.dumps({n: f"{s}" for n, s in zip(VALUES, numbers, strict=True)}))
    return [one.decode() for one in found]


def _appraisals(dice: _Dice, count: int) -> dict[str, pl.Series]:
    shape = layout()["appraisal"]
    years = dice.number(2011, 2022, count)
    days = pl.DataFrame({"year": years}).select(
        pl.date("year", 1, 1).cast(pl.Int32).alias("from"),
        pl.date("year", 12, 31).cast(pl.Int32).alias("to"),
        pl.when(pl.col("year") < 2021)
        .then(pl.lit("PP46"))
        .when(pl.col("year") < 2022)
        .then(pl.lit("PP30"))
        .otherwise(pl.lit("PERMENPANRB6"))
        .cast(shape["regime"].on_disk())
        .alias("regime"),
    )
    predicates: list[object] = [None, None, "SANGAT_BAIK", "BAIK", "BAIK", "BUTUH_PERBAIKAN"]
    scores = dice.number(4_000, 9_999, count).cast(pl.String).str.replace(r"(..)$", ".$1")
    return {
        "on": days["to"],
        "from": days["from"],
        "to": days["to"],
        "regime": days["regime"],
        "state": dice.pick(["DINILAI"], count, shape["state"].on_disk()),
        "predicate": dice.pick(predicates, count, shape["predicate"].on_disk()),
        "score": scores,
    }
