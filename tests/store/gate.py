"""Threads that wait for each other in the queue of a group commit, in an order that is known."""

from __future__ import annotations

from threading import Event, Thread

from ledger.records import Command, Outcome
from ledger.storage.store import EventStore

Told = dict[int, Outcome | BaseException]


class Gate:
    """A hook that holds the first batch under its lock until the queue behind it is full."""

    def __init__(self) -> None:
        self.reached = Event()
        self.open = Event()
        self.transactions = 0

    def __call__(self, step: str, done: bool, _connection: object) -> None:
        if (step, done) == ("begin", False):
            self.transactions += 1
        if (step, done) == ("commit", False) and not self.reached.is_set():
            self.reached.set()
            assert self.open.wait(30)


def submit(store: EventStore, gate: Gate, commands: list[Command]) -> Told:
    """Submit the first command, and all others while it is stored; what each thread was told."""
    told: Told = {}

    def run(index: int) -> None:
        try:
            told[index] = store.append(commands[index])
        except Exception as error:
            told[index] = error

    threads = [Thread(target=run, args=(index,)) for index in range(len(commands))]
    threads[0].start()
    assert gate.reached.wait(30)
    for index, thread in enumerate(threads[1:], start=1):
        thread.start()
        while len(store._group._queue) < index:  # in this order into the queue
            assert thread.is_alive()
    gate.open.set()
    for thread in threads:
        thread.join(30)
    return told


def outcome_in(result: Outcome | BaseException) -> Outcome:
    """What a thread was told, when it must be an outcome."""
    assert isinstance(result, Outcome)
    return result
