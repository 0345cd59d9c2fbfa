"""A ledger is verified while it is in use, and a big one in ranges."""

from __future__ import annotations

from uuid import UUID

import pytest

from ledger.canonical import canonical_json
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.commands import erasure
from ledger.proofs.merkle import extend, root
from ledger.records import Command
from ledger.storage.store import EventStore
from ledger.verifying import trees, whole
from ledger.verifying.whole import Wish, verify
from tests.store.making import new_event, new_stream
from tests.store.raw import raw_connection
from tests.tamper.catalogue import BOTH
from tests.tamper.conftest import CopyOf


@pytest.mark.parametrize("dialect", BOTH)
def test_what_is_recorded_meanwhile_is_no_damage(copy_of: CopyOf, dialect: str) -> None:
    """Events, a checkpoint and an erasure that come while the log is read."""
    place = copy_of(dialect)
    with place.opened() as ledger:
        size = ledger.store.head().position
        living = ledger.registered()[0]

        def meanwhile(_: int) -> None:
            erasure.erase(ledger, living, ground="permohonan", actor="penjaga")
            take_checkpoint(ledger, actor="penjaga")

        found = verify(Wish(place.url, tell=meanwhile))
        assert ledger.store.head().position > size
    assert found.size == size
    assert not found.findings.counts
    assert not verify(Wish(place.url)).findings.counts


def test_ranges_join_to_the_tree_of_the_log(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ranges of 256 positions, several of them, at sizes on and between their borders."""
    payload = canonical_json({"golongan": "III/a"})
    streams: list[UUID] = [new_stream() for _ in range(700)]
    with EventStore.create(sqlite_url) as store:
        store.append_many(
            command_of(stream, payload, version) for version in (1, 2) for stream in streams
        )
        leaves = [event.leaf for event in store.read()]
    monkeypatch.setattr(trees, "RANGE_HEIGHT", 8)
    monkeypatch.setattr(trees, "RANGE", 256)
    frontier, peaks = trees.Frontier(), {}
    for first in range(0, len(leaves), trees.RANGE):
        tree = trees.levels(leaves[first : first + trees.RANGE])
        for count in range(1, len(tree[0]) + 1):
            local = trees.peaks_of(tree, count)
            peaks[first + count] = frontier.peaks_with(local, count)
        if len(tree[0]) == trees.RANGE:
            frontier.add_range(tree[-1][0])
    for size in (1, 255, 256, 257, 511, 512, 513, 1024, 1399, 1400):
        expected = extend(b"", 0, leaves[:size])
        assert b"".join(peaks[size]) == expected
        assert trees.root_of(peaks[size]) == root(expected, size)
    found = whole.verify(Wish(sqlite_url))
    assert set(found.findings.counts) == {"founding_missing"}
    assert found.root == root(extend(b"", 0, leaves), len(leaves))


def test_several_processes_give_the_report_of_one(sqlite_url: str) -> None:
    """More than one range, with damage in the second, and streams that run through both."""
    payload = canonical_json({"golongan": "III/a"})
    streams = [new_stream() for _ in range(300)]
    made = trees.RANGE + 700
    with EventStore.create(sqlite_url) as store:
        store.append_many(
            Command(
                tuple(
                    new_event(stream, version, topic="employee.golongan/1", payload=payload)
                    for stream in streams
                )
            )
            for version in range(1, made // len(streams) + 2)
        )
    with raw_connection(sqlite_url) as raw:
        raw.execute("DROP TRIGGER events_update_refused")
        raw.execute("UPDATE events SET salt = zeroblob(16) WHERE position = ?", [trees.RANGE + 9])
    one, two = (verify(Wish(sqlite_url, jobs=jobs)) for jobs in (1, 2))
    assert one.findings == two.findings
    assert (one.size, one.root, one.streams) == (two.size, two.root, two.streams)
    assert one.findings.counts == {"founding_missing": 1, "guard_missing": 1, "leaf_differs": 1}


def command_of(stream: UUID, payload: bytes, version: int) -> Command:
    """One command with one event."""
    return Command((new_event(stream, version, topic="employee.golongan/1", payload=payload),))
