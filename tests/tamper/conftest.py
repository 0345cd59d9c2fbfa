"""The ledgers that are forged: made once for each database, copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tamper.places import Bases, Place

CopyOf = Callable[[str], Place]


@pytest.fixture(scope="session")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bases]:
    """What is copied."""
    made = Bases(tmp_path_factory.mktemp("bases"))
    yield made
    made.close()


@pytest.fixture
def copy_of(bases: Bases, tmp_path: Path) -> CopyOf:
    """A fresh copy in a database; called twice, two copies."""
    taken: list[str] = []

    def copy(dialect: str) -> Place:
        taken.append(dialect)
        return bases.copy(dialect, tmp_path / f"copy{len(taken)}")

    return copy
