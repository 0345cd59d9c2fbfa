"""The library's own recorder cases, on both databases, as they come in its wheel."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from ledger.recorder import LedgerRecorder
from ledger.storage.store import EventStore

if TYPE_CHECKING:
    from eventsourcing.tests import persistence as contract
else:
    # The module of the cases imports an AES package, for ciphers that no case here uses: an empty
    # module stands in for the cipher while it is imported.
    with pytest.MonkeyPatch.context() as patch:
        cipher = ModuleType("eventsourcing.cipher")
        cipher.AESCipher = None
        patch.setitem(sys.modules, "eventsourcing.cipher", cipher)
        contract = importlib.import_module("eventsourcing.tests.persistence")


@contextmanager
def joined_threads() -> Iterator[None]:
    """Wait for the threads that a case starts and leaves: they still hold connections."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(30)


class OnSqlite:
    """Gives each case a recorder over a fresh ledger in a file."""

    _store: EventStore

    @pytest.fixture(autouse=True)
    def _found(self, sqlite_url: str) -> Iterator[None]:
        with EventStore.create(sqlite_url) as self._store, joined_threads():
            yield

    def create_recorder(self) -> Any:
        return LedgerRecorder(self._store)


class OnPostgresql:
    """Gives each case a recorder over a fresh ledger in a schema."""

    _store: EventStore

    @pytest.fixture(autouse=True)
    def _found(self, postgresql_url: str) -> Iterator[None]:
        with EventStore.create(postgresql_url) as self._store, joined_threads():
            yield

    def create_recorder(self) -> Any:
        return LedgerRecorder(self._store)


class Application(contract.ApplicationRecorderTestCase[Any]):
    """The library calls its subscription test optional; we support subscriptions."""

    __test__ = False

    def test_insert_subscribe(self) -> None:
        """A subscription gives what is there, then what comes, and stops when told."""
        self.optional_test_insert_subscribe()


class TestApplicationRecorderOnSqlite(OnSqlite, Application):
    """The log, in SQLite."""

    __test__ = True


class TestApplicationRecorderOnPostgresql(OnPostgresql, Application):
    """The log, in PostgreSQL."""

    __test__ = True


class TestNonInterleavingOnSqlite(OnSqlite, contract.NonInterleavingNotificationIDsBaseCase):
    """One call is one command: never split, in SQLite."""


class TestNonInterleavingOnPostgresql(
    OnPostgresql, contract.NonInterleavingNotificationIDsBaseCase
):
    """One call is one command: never split, in PostgreSQL."""
