"""A program that appends until it is killed; started by test_kill.py.

It prints the number of each command once the store has acknowledged it. Given a step, it kills
itself there, before or after the step took effect, in the transaction after the fifth command.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from uuid import UUID

from ledger.records import Command, NewEvent, Request
from ledger.storage.store import EventStore

EVENTS_A_COMMAND = 3


def numbered_command(number: int) -> Command:
    """Command `number`: three events of a stream of its own, one with a sealed part."""
    stream = UUID(int=number, version=4)
    events = tuple(
        NewEvent(
            stream,
            version,
            "employee.competency/1",
            b'{"hours":"20"}',
            context=b"{}",
            sealed=(("identity", b"x" * 40),) if version == 1 else (),
        )
        for version in range(1, EVENTS_A_COMMAND + 1)
    )
    return Command(events, Request("a1", number.to_bytes(32), number.to_bytes(32)))


def main(url: str, step: str = "", when: str = "") -> None:
    """Append for ever."""
    acknowledged = 0

    def die(at: str, done: bool, _connection: object) -> None:
        if acknowledged == 5 and (at, "after" if done else "before") == (step, when):
            os.kill(os.getpid(), signal.SIGKILL)

    store = EventStore.open(url, hook=die)
    for number in count(1):
        store.append(numbered_command(number))
        acknowledged += 1
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
