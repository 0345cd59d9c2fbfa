"""Bulk append: many commands, each whole, in batches that hold the lock a quarter of a second at
most.

The size of a batch follows the time that the last one took, so that other writers are never kept
waiting for long, on a fast machine or a slow one. A single command is never split, however large it
is.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from time import perf_counter_ns

from ledger.errors import LedgerError
from ledger.records import Command
from ledger.storage.append import Appender, Attempt, Result
from ledger.storage.checking import check_command
from ledger.storage.placing import NOTHING
from ledger.storage.store_errors import StoreError

HOLD_NANOSECONDS_MAX = 250_000_000
HOLD_NANOSECONDS_AIM = 125_000_000  # half, because the next batch may be the slower one
BATCH_EVENTS_FIRST = 500
BATCH_EVENTS_MAX = 4_000


class BulkAppend:
    """One run over many commands."""

    def __init__(self, appender: Appender, writer: Lock) -> None:
        """Args: `writer` is held by whoever of this process is in an appending transaction."""
        self._appender = appender
        self._writer = writer
        self._events_a_batch = BATCH_EVENTS_FIRST

    def run(self, commands: Iterable[Command]) -> list[Result]:
        """Store the commands in order; the memory held is one batch, and one result for each
        command.

        Returns:
            For each command its outcome, or the error that refuses it alone.

        Raises:
            StoreError: the ledger as a whole could not go on. Its `outcomes` hold the results of
            the
                batches before; of the batch it stopped in, the error says whether it was stored.
        """
        results: list[Result] = []
        waiting = iter(commands)
        with _heap_set_aside():
            while True:
                batch, answers = self._gather(waiting)
                if not answers:
                    return results
                try:
                    stored = iter(self._store(batch) if batch else ())
                except StoreError as error:
                    error.outcomes = results
                    raise
                results += [next(stored) if answer is None else answer for answer in answers]

    def _gather(self, commands: Iterator[Command]) -> tuple[list[Command], list[Result | None]]:
        """Check the next batch outside the lock: the commands, and for each one taken its result
        so far, None where the database is to be asked.
        """
        batch: list[Command] = []
        answers: list[Result | None] = []
        events = 0
        for command in commands:
            answer: Result | None = None
            if command.events or command.request is not None:
                try:
                    check_command(command)
                except LedgerError as error:
                    answer = error
                else:
                    batch.append(command)
            else:
                answer = NOTHING
            answers.append(answer)
            events += len(command.events) or 1
            if events >= self._events_a_batch:
                break
        return batch, answers

    def _store(self, batch: Sequence[Command]) -> list[Result]:
        """One transaction; then learn from the time that it held the lock."""
        locked_at = 0

        def take() -> Sequence[Command]:
            nonlocal locked_at
            locked_at = perf_counter_ns()
            return batch

        with self._writer:
            results = self._appender.run(Attempt(take))
            held = perf_counter_ns() - locked_at
        fitting = self._events_a_batch * HOLD_NANOSECONDS_AIM // max(held, 1)
        self._events_a_batch = max(
            1, self._events_a_batch // 4, min(fitting, self._events_a_batch * 2, BATCH_EVENTS_MAX)
        )
        return results


@contextmanager
def _heap_set_aside() -> Iterator[None]:
    """Keep the collector from walking over all that lived before, again and again: a sixth of the
    time.

    Nothing is lost: what is garbage by now is collected afterwards.
    """
    ours = not gc.get_freeze_count()
    if ours:
        gc.freeze()
    try:
        yield
    finally:
        if ours:
            gc.unfreeze()
