"""What the proofs cost: hashing while appending, one proof from a long log, one checkpoint.

hashed    the store's bulk append as it is: entry, leaf and tree of each event
unhashed  the very same without them: the leaf is 32 zero bytes, and the tree stays as it was
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from ledger.application import Ledger
from ledger.checkpoints import proving
from ledger.checkpoints.checkpoint import recorded_keys, take_checkpoint
from ledger.checkpoints.tiles import TileReader
from ledger.proofs import merkle, proof_checks
from ledger.records import Command, NewEvent
from ledger.storage import placing
from ledger.storage.store import EventStore

DAY = date(2022, 5, 6)
CONTEXT = b'{"actor":"bench","origin":{"file":"%s","row":7}}' % (b"0" * 64)
PAYLOAD = b'{"category":"TEKNIS","from":"2022-05-02","hours":"20","to":"2022-05-06"}'
SEALED = (("identity", bytes(140)),)
SHUFFLED = random.Random(7)


def hashed(*, url: str, events: int, people: int) -> dict[str, Any]:
    """Append so many events, with everything the tree needs."""
    return _append(url, events, people)


def unhashed(*, url: str, events: int, people: int) -> dict[str, Any]:
    """The same without entry, leaf and tree."""
    with _without_hashes():
        return _append(url, events, people)


def _append(url: str, events: int, people: int) -> dict[str, Any]:
    streams = [UUID(bytes=SHUFFLED.randbytes(16), version=4) for _ in range(people)]
    commands = list(_commands(streams, [0] * people, events))
    with closing(EventStore.create(url)) as store:
        began, work = perf_counter(), process_time()
        store.append_many(commands)
        seconds, cpu = perf_counter() - began, process_time() - work
        if store.head().position != events:
            raise RuntimeError("not every event was stored")
    return {"seconds": seconds, "cpu": cpu, "events": events}


def _commands(streams: Sequence[UUID], versions: list[int], events: int) -> Iterator[Command]:
    """One event each, stream after stream."""
    for number in range(events):
        at = number % len(streams)
        versions[at] += 1
        yield Command(
            (
                NewEvent(
                    originator_id=streams[at],
                    originator_version=versions[at],
                    topic="employee.competency/1",
                    state=PAYLOAD,
                    effective_on=DAY,
                    context=CONTEXT,
                    sealed=SEALED,
                ),
            )
        )


@contextmanager
def _without_hashes() -> Iterator[None]:
    zero = bytes(merkle.HASH_BYTES)
    leaf = SimpleNamespace(digest=lambda: zero)

    def extend(_: bytes, size: int, leaves: Sequence[bytes]) -> bytes:
        return bytes(merkle.HASH_BYTES * (size + len(leaves)).bit_count())

    with (
        patch.object(placing, "hashed_entry", lambda *_, **__: b""),
        patch.object(placing, "hashlib", SimpleNamespace(sha256=lambda _: leaf)),
        patch.object(placing, "merkle", SimpleNamespace(extend=extend)),
    ):
        yield


def on_a_long_log(*, url: str, folder: str, fresh: int, proofs: int, rounds: int) -> dict[str, Any]:
    """Checkpoints after so many new events each, and proofs of random events, on a filled ledger."""
    with closing(Ledger.open(url, keys=Path(folder) / "keys")) as ledger:
        began = perf_counter()
        first = take_checkpoint(ledger, actor="bench")
        first_s = perf_counter() - began
        streams = ledger.registered()
        taken = [_timed_checkpoint(ledger, streams, fresh) for _ in range(rounds)]
        last = take_checkpoint(ledger, actor="bench")
        keys = recorded_keys(ledger)
        indexes = [SHUFFLED.randrange(last.size) for _ in range(proofs)]
        computed, worked, whole, checked = [], [], [], []
        with ledger.store.reading() as connection:
            for index in indexes:
                began, work = perf_counter(), process_time()
                TileReader(connection, last.size).inclusion(index, last.size)
                computed.append(perf_counter() - began)
                worked.append(process_time() - work)
        for index in indexes:
            began = perf_counter()
            proof = proving.prove_inclusion(ledger.store, index + 1, last)
            whole.append(perf_counter() - began)
            began = perf_counter()
            proof_checks.check_proof(proof, keys)
            checked.append(perf_counter() - began)
        return {
            "events": last.size,
            "streams": len(streams),
            "first_size": first.size,
            "first_s": first_s,
            "checkpoint_ms": median(taken) * 1_000,
            "checkpoint_max_ms": max(taken) * 1_000,
            "proof_ms": median(computed) * 1_000,
            "proof_cpu_ms": median(worked) * 1_000,
            "proof_p95_ms": quantiles(computed, n=20)[-1] * 1_000,
            "whole_ms": median(whole) * 1_000,
            "check_ms": median(checked) * 1_000,
        }


def _timed_checkpoint(ledger: Ledger, streams: Sequence[UUID], fresh: int) -> float:
    """Seconds of one checkpoint after new events in as many streams as there are."""
    chosen = [streams[at % len(streams)] for at in range(fresh)]
    found = ledger.store.streams(list(dict.fromkeys(chosen)))
    ends = {stream: len(events) for stream, events in found.items()}
    commands = []
    for stream in chosen:
        ends[stream] += 1
        event = NewEvent(stream, ends[stream], "employee.attendance/1", PAYLOAD, DAY, CONTEXT)
        commands.append(Command((event,)))
    ledger.store.append_many(commands)
    began = perf_counter()
    take_checkpoint(ledger, actor="bench")
    return perf_counter() - began
