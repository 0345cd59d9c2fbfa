"""kinerja-opd of fifty units with everybody's IP-ASN below them, on one day, from the facts table."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

import polars as pl

from projections.asking.binding import bind
from projections.cohorts.cohort import cohort
from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.extra import Newest
from projections.plans.plan import Measure, Plan, Sum
from projections.question import Question
from projections.table.batch import CORRECTION_SCHEMA, DISPUTE_SCHEMA, Batch
from projections.table.columns import STATED_SCHEMA, day_number, layout
from projections.table.frame import Frame
from tests.bench.population_tasks import _memory, _timed
from tests.projections.columns_at_once import BOOK, UNITS, province

DAY, NOW = date(2022, 12, 31), datetime(2026, 1, 1, tzinfo=UTC)
AGENCIES = 50
TEXTS = ("ip-asn-perbkn-8-2019.yaml", "drafts/kinerja-opd-contoh.yaml")


def ours(*, people: int, facts_each: int, times: int) -> dict[str, Any]:
    """Asked again and again with the columns loaded; milliseconds are medians, memory is above them."""
    ip_asn, opd = (load(text(name), file=name) for name in TEXTS)
    plan = bind(opd, {ip_asn.instrument: ip_asn}.get)
    frame = _with_agencies(province(people, facts_each), opd)
    asked = Question(DAY, frame.position, NOW)
    cohort(plan, frame, Question(date(2021, 12, 31), frame.position, NOW))  # loads the columns
    gc.collect()
    before, _ = _memory(reset=True)
    found = cohort(plan, frame, asked)
    _, peak = _memory(reset=False)
    answers = list(found.answers())
    counted = [one.measures[0].measures[1].counted for one in answers if one.measures]
    return {
        "people": sum(one.tally.people for one in counted if one is not None),
        "units": len(counted),
        "computed": int(found.numbers["total"].count()),
        "facts": frame.position,
        "numbers_ms": median(_timed(lambda: cohort(plan, frame, asked)) for _ in range(times)),
        "answers_ms": median(
            _timed(lambda: list(cohort(plan, frame, asked).answers())) for _ in range(times)
        ),
        "above_mb": (peak - before) / 1024,
    }


def _with_agencies(frame: Frame, plan: Plan) -> Frame:
    """Fifty agencies with seven parts each, and an assessment of every component of each agency."""
    first = frame.position + 1
    hexes = frame.streams.hexes
    units = range(BOOK, BOOK + UNITS)
    parents = [
        None if place < AGENCIES else hexes[BOOK + place % AGENCIES] for place in range(UNITS)
    ]
    described: dict[str, list[Any]] = {
        "kind": ["DINAS" if parent is None else "BIDANG" for parent in parents],
        "parent": parents,
    }
    where = [_where(rule) for rule in _newest(plan.measures)]
    subjects = [unit for unit in units[:AGENCIES] for _ in where]
    assessed: dict[str, list[Any]] = {
        **{name: [one[name] for one in where] * AGENCIES for name in where[0]},
        "period": ["2022"] * len(subjects),
        "score": [str(60 + place % 40) for place in range(len(subjects))],
    }
    facts = {
        "unit": _stated("unit", list(units), described, first, DAY),
        "assessment": _stated("assessment", subjects, assessed, first + UNITS, DAY),
    }
    last = first + UNITS + len(subjects) - 1
    corrections = pl.DataFrame(schema=dict(CORRECTION_SCHEMA))
    disputes = pl.DataFrame(schema=dict(DISPUTE_SCHEMA))
    batch = Batch(first, last, b"", facts, corrections, disputes)
    return frame.advanced(batch, subjects=frame.subjects)


def _stated(
    kind: str, subjects: list[int], fields: Mapping[str, list[Any]], first: int, on: date
) -> pl.DataFrame:
    places = pl.int_range(first, first + len(subjects), eager=True)
    base = {
        "subject": pl.Series(subjects),
        "opened": places,
        "root": places,
        "stated_at": places,
        "recorded_at": places,
        "eff_from": pl.Series([day_number(on)] * len(subjects)),
    }
    columns = [found.cast(STATED_SCHEMA[name]).alias(name) for name, found in base.items()]
    shape = layout()[kind]
    return pl.DataFrame(
        columns + [shape[name].series(found).alias(name) for name, found in fields.items()]
    )


def _newest(measures: tuple[Measure, ...]) -> list[Newest]:
    """The rules that read assessments."""
    found: list[Newest] = []
    for one in measures:
        if isinstance(one.rule, Sum):
            found += _newest(one.rule.measures)
        elif isinstance(one.rule, Newest):
            found.append(one.rule)
    return found


def _where(rule: Newest) -> dict[str, str]:
    """The one code of each field that a rule asks for."""
    return {one.field: next(iter(one.codes.value)) for one in rule.where}
