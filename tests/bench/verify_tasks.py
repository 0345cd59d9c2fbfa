"""A log of a million events made once by the store's bulk append, and the time to verify it all."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

from api.founding import found_ledger
from ledger.canonical import canonical_json
from ledger.records import Command, NewEvent
from ledger.verifying import whole
from ledger.verifying.whole import Wish
from tests.bench.import_tasks import FOUNDING

COMMAND = 100
DAY = date(2022, 3, 4)
SEALED_BYTES = 96  # what a title, an organiser and a number take, with nonce and tag


def make(*, url: str, folder: str, events: int, streams: int) -> dict[str, Any]:
    """Fill a ledger with events of the shape and size that an import gives; every second one has
    sealed fields, as in the demo province.
    """
    with closing(found_ledger(url, FOUNDING, keys=Path(folder) / "keys", actor="bench")) as ledger:
        began = perf_counter()
        ledger.store.append_many(commands(events, streams))
        position = ledger.store.head().position
    return {"seconds": perf_counter() - began, "events": position}


def commands(events: int, streams: int) -> Iterator[Command]:
    """So many events over so many streams, a hundred a command."""
    chance = Random(8)
    ids = [UUID(bytes=chance.randbytes(16), version=4) for _ in range(streams)]
    versions = dict.fromkeys(ids, 0)
    some: list[NewEvent] = []
    for number in range(events):
        stream = ids[number % streams]
        versions[stream] += 1
        some.append(_event(stream, versions[stream], number, chance))
        if len(some) == COMMAND or number == events - 1:
            yield Command(tuple(some))
            some = []


def _event(stream: UUID, version: int, number: int, chance: Random) -> NewEvent:
    marks = hashlib.blake2b(number.to_bytes(8), digest_size=16).hexdigest()
    on = DAY + timedelta(days=number % 700)
    context = {
        "actor": "bench",
        "content": marks,
        "gist": marks,
        "match": marks,
        "origin": {"batch": marks, "file": marks + marks, "form": "facts", "row": number},
    }
    if number % 2:
        topic, payload = "employee.golongan/1", {"golongan": "III/c"}
        sealed: tuple[tuple[str, bytes], ...] = ()
    else:
        topic = "employee.competency/1"
        payload = {"category": "TEKNIS", "hours": "20", "to": on.isoformat()}
        sealed = (("identity", chance.randbytes(SEALED_BYTES)),)
    return NewEvent(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=canonical_json(payload),
        effective_on=on,
        context=canonical_json(context),
        sealed=sealed,
    )


def verified(*, url: str, jobs: int) -> dict[str, Any]:
    """Everything stored, verified by so many processes; the peak of memory is that of the largest."""
    before, began = process_time(), perf_counter()
    found = whole.verify(Wish(url, jobs=jobs))
    seconds, own = perf_counter() - began, process_time() - before
    if found.findings.counts:
        raise RuntimeError(f"the ledger is not clean: {found.findings.counts}")
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": seconds,
        "cpu": own + usage[1].ru_utime + usage[1].ru_stime,
        "events": found.size,
        "peak_mb": max(one.ru_maxrss for one in usage) / 1024,
    }
