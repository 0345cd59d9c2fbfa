"""The appending transaction: lock, check, place, write, commit; and what to do when the connection
breaks.

A transaction whose connection broke is tried once more on a fresh connection. That is safe, because
the second attempt takes the head's lock first, and so waits for whatever the server still does with
the first; then it looks for the first event of the first attempt, known by its leaf, which holds a
salt that nobody else drew. Found: the first attempt was stored, and its outcomes are given. Not
found: it never will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from ledger.errors import LedgerError, invariant
from ledger.records import Command, Head, Outcome
from ledger.storage.admission import (
    Accepted,
    Answered,
    Refused,
    SameAs,
    Verdict,
    admit,
    streams_of,
)
from ledger.storage.backend import Backend, ConnectionLost
from ledger.storage.placing import SALT_BYTES, Placement, clock_is_behind, place
from ledger.storage.store_errors import ClockBehind, OutcomeUnknown, StoreError
from ledger.storage.tables import events, requests

# What a hook is told of, in this order. A crash before "commit" leaves nothing of the batch, a
# crash after it everything; there is no third.
STEPS = ("begin", "lock", "check", "events", "sealed", "requests", "head", "commit")

Clock = Callable[[], datetime]
Randomness = Callable[[int], bytes]
StepHook = Callable[[str, bool, Connection], None]
Result = Outcome | LedgerError


@dataclass(slots=True)
class Attempt:
    """One batch on its way into the log.

    Attributes:
        take: gives the batch; called once, under the lock, so that whoever came meanwhile is in it.
        batch: what it gave.
        placement: what the last transaction wrote, if it came that far.
        results: one for each command, true if that transaction was committed.
        in_doubt: COMMIT was sent and not answered.
    """

    take: Callable[[], Sequence[Command]]
    batch: Sequence[Command] | None = None
    placement: Placement | None = None
    results: list[Result] = field(default_factory=list)
    in_doubt: bool = False


class Appender:
    """Stores one batch at a time."""

    def __init__(
        self,
        backend: Backend,
        *,
        clock: Clock | None,
        randomness: Randomness,
        hook: StepHook | None,
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._randomness = randomness
        self._hook = hook

    def run(self, attempt: Attempt) -> list[Result]:
        """Store what is admitted of a batch, in one transaction.

        Returns:
            For each command its outcome, or the error that refuses it alone.

        Raises:
            StoreUnavailable: the database cannot be reached, and nothing of the batch was stored.
            OutcomeUnknown: it cannot be reached, and nobody knows whether the batch was stored.
            StoreError: something that concerns the whole batch, of which then nothing was stored.
        """
        try:
            return self._store(attempt)
        except ConnectionLost:
            pass  # once more, on a fresh connection
        except StoreError as error:
            if not attempt.in_doubt:  # else the commit failed: ask before saying so
                if type(error) is StoreError and len(attempt.batch or ()) > 1:
                    return self._one_by_one(attempt.batch or ())
                raise
        try:
            return self._store(attempt)
        except ConnectionLost as error:
            failure: StoreError = self._backend.unreachable()
            failure.__cause__ = error
        except StoreError as error:
            failure = error
        if attempt.in_doubt and self._was_stored(attempt):
            return attempt.results
        raise failure

    def _one_by_one(self, batch: Sequence[Command]) -> list[Result]:
        """One command made the database refuse the batch; the others shall not suffer."""
        results: list[Result] = []
        for command in batch:
            alone = Attempt(take=lambda command=command: [command])  # type: ignore[misc]
            try:
                results += self.run(alone)
            except StoreError as error:
                results.append(error)
        return results

    def _was_stored(self, attempt: Attempt) -> bool:
        """Asked under the lock, so that the answer holds.

        Raises:
            OutcomeUnknown: nobody answers.
        """
        try:
            with self._backend.connect() as connection, self._backend.appending(connection):
                self._backend.lock_head(connection)
                stored = self._is_stored(connection, attempt)
        except (ConnectionLost, StoreError) as error:
            raise outcome_unknown(self._backend.place) from error
        attempt.in_doubt = False
        return stored

    def _store(self, attempt: Attempt) -> list[Result]:
        backend = self._backend
        with backend.connect() as connection:
            self._tell("begin", connection, done=False)
            with backend.appending(connection) as transaction:
                self._tell("begin", connection, done=True)
                with self._step("lock", connection):
                    head = backend.lock_head(connection)
                if attempt.in_doubt and self._is_stored(connection, attempt):
                    transaction.rollback()  # nothing to write: the first attempt did
                    attempt.in_doubt = False
                    return attempt.results
                attempt.in_doubt = False
                if attempt.batch is None:
                    attempt.batch = attempt.take()
                placement = self._place(connection, attempt, head)
                if placement is None:
                    transaction.rollback()
                    return attempt.results
                self._write(connection, head, placement)
                self._tell("commit", connection, done=False)
                attempt.in_doubt = True
            self._tell("commit", connection, done=True)
            attempt.in_doubt = False
        return attempt.results

    def _place(self, connection: Connection, attempt: Attempt, head: Head) -> Placement | None:
        """Check and place the batch; None when nothing of it is to be written."""
        batch = attempt.batch or ()
        with self._step("check", connection):
            streams = streams_of(batch)
            versions, server_now = self._backend.check(connection, streams)
            asked = [command.request for command in batch if command.request is not None]
            known = self._backend.known_requests(connection, asked) if asked else {}
        verdicts = admit(batch, versions=versions, known=known)
        now = self._now(server_now) if streams else None
        if now is not None and clock_is_behind(head, now):
            verdicts = _refuse_for_the_clock(batch, verdicts, now=now, head=head)
        accepted = [
            command
            for command, verdict in zip(batch, verdicts, strict=True)
            if isinstance(verdict, Accepted)
        ]
        placement = place(
            accepted, head=head, now=now, backend=self._backend, salts=self._salts(accepted)
        )
        attempt.placement = placement
        attempt.results = _results(verdicts, placement, _instants(connection, verdicts))
        return placement if accepted else None

    def _salts(self, commands: Sequence[Command]) -> bytes:
        """Drawn at once, because asking the system costs more than the bytes."""
        wanted = SALT_BYTES * sum(len(command.events) for command in commands)
        drawn = self._randomness(wanted)
        invariant(len(drawn) == wanted, "the source of randomness ran dry")
        return drawn

    def _now(self, server_now: datetime | None) -> datetime:
        if self._clock is None:
            invariant(server_now is not None, "neither the store nor its database has a clock")
            return server_now or datetime.min.replace(tzinfo=UTC)
        now = self._clock()
        invariant(now.tzinfo is not None, "the clock gives an instant without a time zone")
        return now.astimezone(UTC)

    def _write(self, connection: Connection, head: Head, placement: Placement) -> None:
        rows = placement.rows
        if rows.events:
            with self._step("events", connection):
                self._backend.insert_events(connection, rows)
        if rows.sealed:
            with self._step("sealed", connection):
                self._backend.insert_sealed(connection, rows)
        if rows.requests:
            with self._step("requests", connection):
                self._backend.insert_requests(connection, rows)
        if rows.events:
            with self._step("head", connection):
                self._backend.move_head(connection, head, placement.head)

    def _is_stored(self, connection: Connection, attempt: Attempt) -> bool:
        """Whether the attempt's transaction was committed: all of it or nothing."""
        placement = attempt.placement
        invariant(placement is not None, "asked for a batch that was never placed")
        if placement is None:
            return False
        if placement.first_leaf is not None:
            position = placement.head.position - len(placement.rows.events) + 1
            leaf = connection.execute(select(events.c.leaf).where(events.c.position == position))
            return leaf.scalar() == placement.first_leaf
        actor, key, digest, _, _ = placement.rows.requests[0]
        found = connection.execute(
            select(requests.c.digest).where(requests.c.actor == actor, requests.c.key == key)
        )
        return found.scalar() == digest

    @contextmanager
    def _step(self, name: str, connection: Connection) -> Iterator[None]:
        self._tell(name, connection, done=False)
        yield
        self._tell(name, connection, done=True)

    def _tell(self, name: str, connection: Connection, *, done: bool) -> None:
        if self._hook is not None:
            self._hook(name, done, connection)


def outcome_unknown(place: str) -> OutcomeUnknown:
    """The error for a commit nobody can be asked about."""
    return OutcomeUnknown(
        f"The connection to the ledger at {place} was lost while storing, and it cannot be asked "
        "whether the command was stored.",
        next_step="When the ledger answers again, repeat the command with the same request key: "
        "it is stored once, whatever happened now.",
    )


def _refuse_for_the_clock(
    batch: Sequence[Command], verdicts: Sequence[Verdict], *, now: datetime, head: Head
) -> list[Verdict]:
    """Only what would need a new recorded_at is refused; repeats are still answered."""
    behind = ClockBehind(now, head.recorded_at or now)
    return [
        Refused(behind) if isinstance(verdict, Accepted) and command.events else verdict
        for command, verdict in zip(batch, verdicts, strict=True)
    ]


def _instants(connection: Connection, verdicts: Sequence[Verdict]) -> dict[int, datetime]:
    """recorded_at of the events that answered requests are about, by position."""
    positions = [
        verdict.first_position
        for verdict in verdicts
        if isinstance(verdict, Answered) and verdict.first_position is not None
    ]
    if not positions:
        return {}
    found = connection.execute(
        select(events.c.position, events.c.recorded_at).where(events.c.position.in_(positions))
    )
    return {row.position: row.recorded_at for row in found}


def _results(
    verdicts: Sequence[Verdict], placement: Placement, instants: dict[int, datetime]
) -> list[Result]:
    placed = iter(placement.outcomes)
    results: list[Result] = []
    for verdict in verdicts:
        match verdict:
            case Accepted():
                results.append(next(placed))
            case Refused(error):
                results.append(error)
            case Answered(first, count):
                instant = None if first is None else instants[first]
                results.append(Outcome(first, count, instant, repeated=True))
            case SameAs(index):
                results.append(_repeated(results[index]))
    return results


def _repeated(result: Result) -> Result:
    if isinstance(result, LedgerError):
        return result
    return Outcome(result.first_position, result.count, result.recorded_at, repeated=True)
