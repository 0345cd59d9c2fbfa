"""The small demo, founded once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.demo import province
from api.seeding import filling
from ledger.application import Ledger


@dataclass(frozen=True)
class Founded:
    """A demo ledger, and the folder of its workbooks."""

    ledger: Ledger
    workbooks: Path


def founded(folder: Path, size: str = "small") -> Founded:
    """A demo ledger of a size in a folder."""
    batches = list(province.batches(size))
    url = f"sqlite:///{folder / 'demo.sqlite3'}"
    made = filling.found(url, size, first_day=batches[0].known_on)
    workbooks = folder / "impor"
    filling.fill(made, batches, folder=workbooks, progress=lambda _: None)
    return Founded(made.ledger, workbooks)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Founded]:
    """The small demo."""
    made = founded(tmp_path_factory.mktemp("demo"))
    yield made
    made.ledger.close()
