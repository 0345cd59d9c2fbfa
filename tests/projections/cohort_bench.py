"""How long everybody's IP-ASN takes, and how fast a log becomes columns; in a Python of its own.

`python -m tests.projections.cohort_bench` prints one JSON object. Milliseconds are medians, the
memory is the most that the process grew while answering, above the loaded table.
"""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Any

import psutil

from projections.cohorts.cohort import cohort
from projections.question import Question
from projections.table import segments
from projections.table.batch import BatchBuilder
from projections.table.frame import Frame, empty_frame, frame_of
from tests.projections.columns_at_once import province
from tests.projections.synthetic import province as events_of_province
from tests.projections.variants import variant

AS_OF = date(2022, 12, 31)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def everybody(*, people: int = 20_000, facts_each: int = 60, times: int = 15) -> dict[str, Any]:
    """Everybody's numbers on one day, as known at the head and at half of the log."""
    made = province(people, facts_each)
    with tempfile.TemporaryDirectory() as folder:
        segment = segments.write(Path(folder), made.pieces, made.streams.hexes, leaf=b"", process=1)
        frame = frame_of([segment], made.streams)
        del made
        first = _milliseconds(frame, frame.position, 1)
        head = _milliseconds(frame, frame.position, times)
        half = _milliseconds(frame, frame.position // 2, times)
        above = _peak_above(lambda: _milliseconds(frame, frame.position, times))
        return {
            "people": people,
            "facts": frame.position,
            "loading_ms": first,
            "head_ms": head,
            "half_ms": half,
            "above_table_mb": above,
            "table_mb": _table_megabytes(frame),
            "answers_ms": _answers(frame),
        }


def building(*, people: int = 2_000, facts_each: int = 100) -> dict[str, Any]:
    """Events at hand to columns, events a second."""
    events = list(events_of_province(people, facts_each))
    gc.freeze()  # a store gives events one by one, so the collector never walks through them all
    frame = empty_frame()
    builder = BatchBuilder(frame.streams, after=0)
    stream = iter(events)
    began = perf_counter()
    while builder.add(stream, most=65_536):
        frame = frame.advanced(builder.build(), subjects=len(frame.streams))
    return {"events": len(events), "per_second": len(events) / (perf_counter() - began)}


def _question(position: int) -> Question:
    return Question(AS_OF, position, NOW)


def _milliseconds(frame: Frame, position: int, times: int) -> float:
    plan, found = variant(()), []
    for _ in range(times):
        began = perf_counter()
        cohort(plan, frame, _question(position))
        found.append(perf_counter() - began)
    return median(found) * 1_000


def _answers(frame: Frame) -> float:
    """Making the answers of everybody besides, without writing them as JSON."""
    found = cohort(variant(()), frame, _question(frame.position))
    began = perf_counter()
    for _ in found.answers():
        pass
    return (perf_counter() - began) * 1_000


def _peak_above(work: Callable[[], object]) -> float:
    """By how many megabytes the process grows at most while it works, looked at all the time."""
    process, done = psutil.Process(), Event()
    before = highest = process.memory_info().rss

    def watch() -> None:
        nonlocal highest
        while not done.is_set():
            highest = max(highest, process.memory_info().rss)

    watcher = Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return (highest - before) / 1_000_000


def _table_megabytes(frame: Frame) -> float:
    sizes = [frame.table(kind).rows.estimated_size() for kind in frame.loaded()]
    return sum(sizes) / 1_000_000


if __name__ == "__main__":
    print(json.dumps({"everybody": everybody(), "building": building()}))
