"""A ledger to import into: `here` on SQLite, `anywhere` on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Desk, desk


@pytest.fixture
def here(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """An empty ledger on SQLite."""
    with desk(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """An empty ledger on SQLite and on PostgreSQL."""
    with desk(database_url, tmp_path) as opened:
        yield opened
