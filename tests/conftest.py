"""Database fixtures: a test that takes `database_url` or `store` runs on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.storage.store import EventStore
from tests import pg
from tests.clocks import SteppingClock

if TYPE_CHECKING:
    from tests.http.conftest import Served


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(
        config, "workerinput"
    ):  # the process that starts the run, not one of its workers
        pg.prepare_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        pg.remove_folder()


def pytest_report_header(config: pytest.Config) -> str:
    return f"databases: SQLite {sqlite3.sqlite_version}, PostgreSQL {pg.server_version()}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    with pg.fresh_schema() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a place where no ledger has been founded yet."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def store(database_url: str, clock: SteppingClock) -> Iterator[EventStore]:
    with EventStore.create(database_url, clock=clock) as created:
        yield created


@pytest.fixture
def both_stores(
    sqlite_url: str, postgresql_url: str, clock: SteppingClock
) -> Iterator[dict[str, EventStore]]:
    """A ledger in each database by its URL: for a property whose examples all run on both."""
    with (
        EventStore.create(sqlite_url, clock=clock) as sqlite,
        EventStore.create(postgresql_url, clock=clock) as postgresql,
    ):
        yield {sqlite_url: sqlite, postgresql_url: postgresql}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The application with its pages over the small demo ledger, once for each database."""
    from tests.http.conftest import serving  # the server is for the tests that ask for it

    folder = tmp_path_factory.mktemp("served")
    if request.param == "sqlite":
        yield from serving(f"sqlite:///{folder / 'demo.sqlite3'}", folder)
    else:
        with pg.fresh_schema() as url:
            yield from serving(url, folder)
