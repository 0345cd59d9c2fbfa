"""The access log: who looked at whose record, and why; written before the answer leaves.

One entry per reader, person, purpose and quarter of an hour. What this process wrote in the present
quarter it remembers, so that a repeated look costs a look into a set; what other processes wrote is
seen under the lock. Looks of several threads are stored together: whoever gets the lock stores for
all who wait.

A look that cannot be stored raises, and the answer does not leave. After a crash the log may hold a
look whose answer never left; it never lacks one that did.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Self
from uuid import UUID

from ledger.access.access_entry import AccessHead, Entry, Look, LookKind, quarter_start
from ledger.access.access_store import AccessStore, Wanted
from ledger.application import Ledger
from ledger.errors import LedgerError
from ledger.storage.store import system_clock
from ledger.vocabulary_agency import ReadingPurpose

LOOKUPS = "access-lookups"  # the name of the key of numbers that led to nobody
REMEMBERED_MAX = 100_000
Clock = Callable[[], datetime]
Sameness = tuple[str, str, str, UUID | None, bytes]


class _Ticket:
    """Looks that wait to be stored; `failure` says why they were not."""

    __slots__ = ("done", "failure", "looks")

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks = looks
        self.done = False
        self.failure: LedgerError | None = None


class AccessLog:
    """One ledger's access log, for all threads of a process."""

    def __init__(
        self,
        store: AccessStore,
        *,
        secret: Callable[[], bytes],
        clock: Clock = system_clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        """Args: `secret` gives the key under which numbers that led to nobody are kept."""
        self.store = store
        self._secret = secret
        self._clock = clock
        self._randomness = randomness
        self._queue: list[_Ticket] = []
        self._mutex = Lock()  # guards the queue and what is remembered
        self._writer = Lock()  # held by whoever stores for all
        self._quarter: datetime | None = None
        self._written: set[Sameness] = set()

    @classmethod
    def of(cls, ledger: Ledger, *, clock: Clock = system_clock) -> Self:
        """The access log beside a ledger, made where there is none yet.

        Raises:
            StoreError, OtherAccessLog: it can be neither opened nor made.
        """
        store = AccessStore.beside(ledger.store.backend, ledger.origin)
        keyring = ledger.keyring
        return cls(
            store,
            secret=lambda: keyring.secret(LOOKUPS),
            clock=clock,
            randomness=keyring.randomness,
        )

    def close(self) -> None:
        """Give the connections back."""
        self.store.close()

    # -- writing -----------------------------------------------------------------------------------

    def record(self, *looks: Look) -> None:
        """Keep looks; on disk when this returns.

        Raises:
            StoreError: they could not be kept, so nothing may be shown.
        """
        fresh = self._not_remembered(looks)
        if not fresh:
            return
        ticket = _Ticket(fresh)
        with self._mutex:
            self._queue.append(ticket)
        with self._writer:
            if not ticket.done:
                self._store_all()
        if ticket.failure is not None:
            raise ticket.failure

    def record_unknown(
        self, reader: str, purpose: ReadingPurpose, named: str, question: Mapping[str, Any]
    ) -> None:
        """Keep that somebody asked about a number or name that leads to nobody; only a keyed hash
        of it is kept, so that the same guess is known again and nobody's number stands in the log.
        """
        self.record(self.look_for_nobody(reader, purpose, named, question))

    def look_for_nobody(
        self, reader: str, purpose: ReadingPurpose, named: str, question: Mapping[str, Any]
    ) -> Look:
        """The look of a question that found nobody."""
        text = "".join(named.split())
        mark = hmac.digest(self._secret(), text.encode("utf-8", "replace"), "sha256")
        return Look(reader, purpose, LookKind.NOBODY, None, {**question, "mark": mark.hex()})

    def _not_remembered(self, looks: Sequence[Look]) -> list[Look]:
        quarter = quarter_start(self._clock())
        with self._mutex:
            if quarter != self._quarter or len(self._written) > REMEMBERED_MAX:
                self._quarter = quarter
                self._written.clear()
            return [look for look in looks if look.sameness() not in self._written]

    def _store_all(self) -> None:
        """Store for everybody who waits; the writer's lock is held."""
        with self._mutex:
            taken, self._queue = self._queue, []
            quarter = self._quarter
        looks = [look for ticket in taken for look in ticket.looks]
        failure: LedgerError | None = None
        try:
            self.store.append(looks, clock=self._clock, randomness=self._randomness)
        except LedgerError as error:
            failure = error
        except BaseException:
            # This thread was interrupted or the program failed; the others must not take it for
            # stored.
            failure = _interrupted()
            raise
        finally:
            for ticket in taken:
                ticket.done, ticket.failure = True, failure
        if failure is None:
            with self._mutex:
                # In another quarter by now, it would be forgotten a moment later anyway.
                if quarter == self._quarter:
                    self._written.update(look.sameness() for look in looks)

    # -- reading -----------------------------------------------------------------------------------

    def head(self) -> AccessHead:
        """Where the log ends now."""
        return self.store.head()

    def entries(self, wanted: Wanted) -> Iterator[Entry]:
        """Entries by number."""
        return self.store.entries(wanted)


def committed_head(ledger: Ledger) -> AccessHead | None:
    """Where the access log of a ledger ends; None as long as there is none."""
    backend = ledger.store.backend
    if not AccessStore.is_beside(backend):
        return None
    store = AccessStore.beside(backend, ledger.origin)
    try:
        return store.head()
    finally:
        store.close()


class LookInterrupted(LedgerError):
    """Whoever kept looks for several threads was interrupted."""

    code = "look_interrupted"


def _interrupted() -> LookInterrupted:
    return LookInterrupted(
        "The thread that kept this look in the access log was interrupted, so nothing is shown.",
        next_step="Ask again.",
    )
