"""Group commit: whoever finds nobody storing stores for all who wait.

The leader takes the ledger's lock and only then the queue, at most 256 commands; it checks them,
stores them in one transaction and wakes each with its own outcome. While it waits for the disk the
next batch gathers. So sixteen writers share the price of one commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Lock

from ledger.errors import LedgerError, ProgramError, invariant
from ledger.records import Command, Outcome
from ledger.storage.append import Appender, Attempt, Result, outcome_unknown
from ledger.storage.store_errors import StoreError

BATCH_COMMANDS_MAX = 256
# Beyond it a batch would hold the lock for long; a single command may still be larger.
BATCH_EVENTS_MAX = 4_096


class _Ticket:
    """A command in the queue; `wake` is held until there is a result, or it is its turn to lead."""

    __slots__ = ("command", "leads", "result", "wake")

    def __init__(self, command: Command) -> None:
        self.command = command
        self.result: Result | None = None
        self.leads = False
        self.wake = Lock()
        self.wake.acquire()


class GroupCommit:
    """The queue of one process for one ledger."""

    def __init__(self, appender: Appender, writer: Lock, place: str) -> None:
        """Args: `writer` is held by whoever of this process is in an appending transaction."""
        self._appender = appender
        self._writer = writer
        self._place = place
        self._mutex = Lock()
        self._queue: deque[_Ticket] = deque()  # guarded by _mutex, as is _led
        self._led = False

    def submit(self, command: Command) -> Outcome:
        """Store a command, alone or with others; returns when it is on disk.

        Raises:
            LedgerError: why this command, or the batch it was in, was not stored.
        """
        ticket = _Ticket(command)
        with self._mutex:
            self._queue.append(ticket)
            leads = not self._led
            self._led = True
        if not leads:
            try:
                ticket.wake.acquire()
            except BaseException:
                self._abandon(ticket)
                raise
            leads = ticket.leads
        if leads:
            self._lead(ticket)
        result = ticket.result
        if isinstance(result, LedgerError):
            raise result
        if result is None:
            raise ProgramError("a waiting command was woken without a result")
        return result

    def _lead(self, own: _Ticket) -> None:
        """Store one batch, `own` in it, then hand the lead to the next who waits."""
        taken: list[_Ticket] = []

        def take() -> Sequence[Command]:
            taken.extend(self._take())
            return [ticket.command for ticket in taken]

        attempt = Attempt(take)
        failure: LedgerError | None = None
        results: Sequence[Result] = ()
        try:
            with self._writer:
                results = self._appender.run(attempt)
        except LedgerError as error:
            failure = error
        except BaseException:
            # The program failed, or somebody interrupted this thread: it gets its own exception,
            # the others an error that is true of them.
            failure = outcome_unknown(self._place) if attempt.in_doubt else _interrupted()
            raise
        finally:
            self._hand_over(taken, results, failure)
        invariant(own.result is not None, "a leader whose own command was not in its batch")

    def _take(self) -> list[_Ticket]:
        """The next batch: at most 256 commands, and no more events than a short lock allows."""
        taken: list[_Ticket] = []
        events = 0
        with self._mutex:
            while self._queue and len(taken) < BATCH_COMMANDS_MAX:
                events += len(self._queue[0].command.events)
                if taken and events > BATCH_EVENTS_MAX:
                    break
                taken.append(self._queue.popleft())
        return taken

    def _hand_over(
        self, taken: list[_Ticket], results: Sequence[Result], failure: LedgerError | None
    ) -> None:
        """Wake all of the batch, and the next leader."""
        if failure is not None:
            taken = taken or self._take()  # it failed before it had the lock: so do those who wait
            results = [failure] * len(taken)
        for ticket, result in zip(taken, results, strict=True):
            ticket.result = result
            ticket.wake.release()
        self._promote()

    def _promote(self) -> None:
        """The first who waits leads; if nobody waits, whoever comes next."""
        with self._mutex:
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].wake.release()
            else:
                self._led = False

    def _abandon(self, ticket: _Ticket) -> None:
        """Its thread was interrupted while it waited, and must not be waited for."""
        with self._mutex:
            if ticket not in self._queue:
                return  # it is being stored, or was
            self._queue.remove(ticket)
            led = ticket.leads
        if led:
            self._promote()


def _interrupted() -> StoreError:
    return StoreError(
        "The thread that was storing this command together with others was interrupted; "
        "nothing of it was stored.",
        next_step="Repeat the command.",
    )
