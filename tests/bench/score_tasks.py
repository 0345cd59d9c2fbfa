"""One person's IP-ASN with its whole derivation, from 200 events."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from api.founding import found_ledger
from api.intake.importing import import_files
from ledger.domain.facts import history
from projections.asking import inquiry
from projections.asking.inquiry import Ask
from projections.tracing.trace import trace
from tests.bench.import_tasks import FOUNDING

AS_OF = date(2022, 12, 31)


def one(*, url: str, folder: str, file: str, nip: str, times: int) -> dict[str, Any]:
    """Medians in milliseconds: from loaded events, with the read of them, and the question too."""
    with closing(found_ledger(url, FOUNDING, keys=Path(folder) / "keys", actor="bench")) as ledger:
        import_files(ledger, [Path(file)], actor="bench")
        person = ledger.index.find(nip)
        if person is None:
            raise RuntimeError("the person was not imported")
        now = datetime.now(UTC)
        asked = inquiry.resolve(ledger, Ask("ip-asn", as_of=AS_OF), today=AS_OF, now=now)
        events = ledger.events_of(person)
        position = asked.question.position

        def loaded() -> object:
            return trace(
                asked.plan,
                history(events, position),
                asked.question,
                subject=person.hex,
                surroundings=asked.surroundings,
                enacted=asked.enacted,
            )

        def read() -> object:
            return inquiry.one(ledger, asked, person)

        def whole() -> object:
            again = inquiry.resolve(ledger, Ask("ip-asn", as_of=AS_OF), today=AS_OF, now=now)
            return inquiry.one(ledger, again, person)

        total = inquiry.one(ledger, asked, person).total
        return {
            "events": len(events),
            "total": str(total),
            "loaded_ms": _milliseconds(loaded, times),
            "read_ms": _milliseconds(read, times),
            "whole_ms": _milliseconds(whole, max(times // 10, 3)),
        }


def _milliseconds(work: Callable[[], object], times: int) -> float:
    work()
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return median(found) * 1_000
