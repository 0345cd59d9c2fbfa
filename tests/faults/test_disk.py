"""A disk that is full, on SQLite."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from ledger.records import Outcome
from ledger.storage.store import EventStore
from ledger.storage.store_errors import DiskFull
from tests.clocks import SteppingClock
from tests.store.checker import check_ledger
from tests.store.making import command, new_stream, request
from tests.store.raw import rows


class SmallDisk:
    """Lets the file of a store grow by a number of pages only; `grow` lifts the limit."""

    def __init__(self, store: EventStore, url: str, *, pages: int) -> None:
        ((used,),) = rows(url, "PRAGMA page_count")
        self._limit = used + pages
        self._store = store
        event.listen(store.engine, "connect", self._limit_pages)
        store.close()  # what is in the pool knows no limit

    def _limit_pages(self, raw: Any, _record: object) -> None:
        raw.execute(f"PRAGMA max_page_count = {self._limit}")

    def grow(self) -> None:
        self._limit = 1_000_000_000
        self._store.close()


def test_a_full_disk_is_told_and_nothing_is_half_stored(sqlite_url: str) -> None:
    """Appending stops with disk_full; all before is whole, and with room the command is stored."""
    with EventStore.create(sqlite_url, clock=SteppingClock()) as store:
        disk = SmallDisk(store, sqlite_url, pages=20)
        stored = 0
        full = False
        while not full:
            try:
                store.append(command(new_stream(), 1, 2, 3, request=request(stored)))
                stored += 1
            except DiskFull as error:
                full = "no room left" in str(error)
        assert check_ledger(sqlite_url) == 3 * stored
        disk.grow()
        again = store.append(command(new_stream(), 1, 2, 3, request=request(stored)))
        assert not again.repeated
    assert check_ledger(sqlite_url) == 3 * stored + 3


def test_a_full_disk_stops_a_bulk_append_at_a_batch(sqlite_url: str) -> None:
    """The results so far are told, they are all in the log, and running again adds the rest."""
    commands = [command(new_stream(), 1, request=request(number)) for number in range(3_000)]
    with EventStore.create(sqlite_url, clock=SteppingClock()) as store:
        disk = SmallDisk(store, sqlite_url, pages=250)
        with pytest.raises(DiskFull) as stopped:
            store.append_many(commands)
        assert 0 < len(stopped.value.outcomes) < 3_000
        assert check_ledger(sqlite_url) == len(stopped.value.outcomes)
        disk.grow()
        results = store.append_many(commands)
    repeated = sum(isinstance(result, Outcome) and result.repeated for result in results)
    assert repeated == len(stopped.value.outcomes)
    assert check_ledger(sqlite_url) == 3_000
