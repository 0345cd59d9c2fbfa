"""Faults put into the writing of an append, at every step, before and after it took effect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ledger.records import Command
from ledger.storage.append import STEPS
from ledger.storage.backend import ConnectionLost
from ledger.storage.store import EventStore
from tests.store.making import new_event, new_stream, request

# A command that goes through every step: two events, a sealed part, a request.
FIRST_STREAM = new_stream()


def whole_command(number: int = 1) -> Command:
    """The same command each time for a number."""
    stream = FIRST_STREAM if number == 1 else new_stream()
    return Command(
        (
            new_event(stream, 1),
            new_event(stream, 2, sealed=(("identity", b"x" * 40),)),
        ),
        request(number, digest=number),
    )


class LostConnection:
    """A hook: the connection breaks at one step, before (`stored=False`) or after it took effect.

    `times` is how often; the driver's connection is really closed, so that the server rolls back
    what was not committed.
    """

    def __init__(self, step: str, *, stored: bool, times: int = 1) -> None:
        assert step in STEPS
        self.step = step
        self.stored = stored
        self.times = times
        self.struck = 0

    def __call__(self, step: str, done: bool, connection: Connection) -> None:
        if (step, done) != (self.step, self.stored) or self.struck == self.times:
            return
        self.struck += 1
        driver: Any = connection.connection.driver_connection
        driver.close()
        raise ConnectionLost(step)


class BrokenCommit:
    """COMMIT is sent and never answered: `stored` says whether the server carried it out.

    `times` is how often; `deaf` makes every connection after the first strike fail, as if the
    server had gone away with the answer.
    """

    def __init__(
        self,
        store: EventStore,
        *,
        stored: bool,
        times: int = 1,
        error: Exception | None = None,
        then: Exception | None = None,
    ) -> None:
        self.stored = stored
        self.times = times
        self.struck = 0
        dialect = store.engine.dialect
        commit = dialect.do_commit
        connect = store.backend.connect

        def do_commit(connection: Any) -> None:
            if self.struck == self.times:
                commit(connection)
                return
            self.struck += 1
            if stored:
                commit(connection)
            connection.driver_connection.close()
            raise error or ConnectionLost("commit")

        def unreachable() -> Any:
            if then is not None and self.struck:
                raise then
            return connect()

        dialect.do_commit = do_commit  # type: ignore[method-assign,assignment]
        store.backend.connect = unreachable  # type: ignore[method-assign]
