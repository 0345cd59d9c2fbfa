"""Everybody's IP-ASN on one day from the facts table, and the library replaying everybody instead."""

from __future__ import annotations

import gc
import re
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson

from ledger.application import Ledger
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.cohorts.cohort import cohort
from projections.table.facts_table import FactsTable
from tests.bench.import_tasks import library_settings
from tests.bench.stock import People

FIRST_DAY, DAY = date(2021, 12, 31), date(2022, 12, 31)


def ours(*, url: str, folder: str, times: int) -> dict[str, Any]:
    """The table built once from the log, opened again, and asked; milliseconds are medians."""
    with closing(Ledger.open(url, keys=Path(folder) / "keys")) as ledger:
        began = perf_counter()
        FactsTable(ledger.store, Path(folder) / "facts").frame()
        built = perf_counter() - began
    with closing(Ledger.open(url, keys=Path(folder) / "keys")) as ledger:
        table = FactsTable(ledger.store, Path(folder) / "facts")
        began = perf_counter()
        table.frame()
        opened = perf_counter() - began
        earlier, asked = (_asked(ledger, day) for day in (FIRST_DAY, DAY))
        gc.collect()
        empty, _ = _memory(reset=True)
        cohort(earlier.plan, table.frame(), earlier.question)  # loads the columns that are read
        _, first = _memory(reset=False)
        gc.collect()
        before, _ = _memory(reset=True)
        found = cohort(asked.plan, table.frame(), asked.question, enacted=asked.enacted)
        _, peak = _memory(reset=False)
        milliseconds = [_timed(lambda: _numbers(asked, table)) for _ in range(times)]
        answers = _timed(lambda: sum(1 for _ in found.answers()))
        texts = _timed(
            lambda: [orjson.dumps(answer.as_json(with_facts=False)) for answer in found.answers()]
        )
        return {
            "people": found.numbers.height,
            "computed": int(found.numbers["total"].count()),
            "position": asked.question.position,
            "numbers_ms": median(milliseconds),
            "answers_ms": answers,
            "json_ms": texts,
            "above_mb": (peak - before) / 1024,
            "first_mb": (first - empty) / 1024,
            "build_s": built,
            "open_s": opened,
        }


def stock(*, url: str, file: str) -> dict[str, Any]:
    """Every person of a store of the library, replayed; nothing is computed from what comes out."""
    with closing(People(library_settings(url))) as app:
        app.import_lines(Path(file))
        ids: list[UUID] = []
        for notification in app.recorder.select_notifications(start=1, limit=10**9):
            if notification.originator_version == 1:
                ids.append(UUID(str(notification.originator_id)))
        began = perf_counter()
        facts = sum(len(app.repository.get(one).known) for one in ids)
        return {"seconds": perf_counter() - began, "people": len(ids), "facts": facts}


def _asked(ledger: Ledger, day: date) -> Asked:
    return inquiry.resolve(ledger, Ask("ip-asn", as_of=day), today=DAY, now=datetime.now(UTC))


def _numbers(asked: Asked, table: FactsTable) -> int:
    """What is timed: the tail of the log looked for, and everybody's points and total."""
    found = cohort(asked.plan, table.frame(), asked.question, enacted=asked.enacted)
    return found.numbers.height


def _timed(work: Any) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1_000


def _memory(*, reset: bool) -> tuple[int, int]:
    """What this process holds now, and the most it held since the last reset, in kB (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    status = Path("/proc/self/status").read_text("ascii")
    found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB$", status, re.MULTILINE))
    return int(found["VmRSS"]), int(found["VmHWM"])
