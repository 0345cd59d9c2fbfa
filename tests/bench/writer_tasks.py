"""Sixteen threads of one process, each recording one event at a time about a person of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from api.founding import found_ledger
from ledger.events.base import Event, encode
from ledger.events.employment import CompetencyCompleted, EmployeeRegistered
from ledger.vocabulary import CompetencyCategory, EmploymentStatus
from tests.bench.facts_lines import nip_of
from tests.bench.import_tasks import FOUNDING, library_settings
from tests.bench.stock import People, Person

DAY = date(2022, 3, 4)


def ours(*, url: str, folder: str, writers: int, each: int) -> dict[str, Any]:
    """Events sealed and appended by `Ledger.append_to`; every append is on disk when it returns."""
    with closing(found_ledger(url, FOUNDING, keys=Path(folder) / "keys", actor="bench")) as ledger:
        streams = [ledger.new_stream() for _ in range(writers)]
        for index, keys in enumerate(ledger.keyring.ensure(streams).values()):
            registered = EmployeeRegistered(
                effective_on=DAY,
                nip=nip_of(index),
                name="Umpama",
                employment=EmploymentStatus.PNS,
                keys=dict(keys.digests),
            )
            ledger.append_to(streams[index], 0, [encode(registered)], {"actor": "bench"})

        def write(writer: int) -> None:
            for number in range(each):
                event = encode(_course(number))
                ledger.append_to(streams[writer], number + 1, [event], {"actor": "bench"})

        return _timed(write, writers, each)


def stock(*, url: str, writers: int, each: int) -> dict[str, Any]:
    """The same through the library's application, one `save` an event."""
    with closing(People(library_settings(url))) as app:
        people = [
            Person(nip=nip_of(index), on=DAY, name="Umpama", employment=EmploymentStatus.PNS)
            for index in range(writers)
        ]
        for person in people:
            app.save(person)

        def write(writer: int) -> None:
            person = people[writer]
            for number in range(each):
                person.complete(
                    category=CompetencyCategory.TEKNIS,
                    hours=Decimal(20),
                    to=DAY,
                    title=f"Pelatihan {number}",
                    organiser="Lembaga Umpama",
                    certificate_no=f"{number}/2022",
                )
                app.save(person)

        return _timed(write, writers, each)


def _course(number: int) -> Event:
    return CompetencyCompleted(
        effective_on=DAY,
        category=CompetencyCategory.TEKNIS,
        hours=Decimal(20),
        to=DAY,
        title=f"Pelatihan {number}",
        organiser="Lembaga Umpama",
        certificate_no=f"{number}/2022",
    )


def _timed(write: Callable[[int], None], writers: int, each: int) -> dict[str, Any]:
    with ThreadPoolExecutor(writers) as pool:
        began = perf_counter()
        list(pool.map(write, range(writers)))
        seconds = perf_counter() - began
    return {"seconds": seconds, "events": writers * each}
