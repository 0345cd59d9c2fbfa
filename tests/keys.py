"""Keys for tests: seeded randomness, so that a failure can be replayed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

from ledger.keys import key_folder
from ledger.keys.keyring import Keyring
from ledger.keys.stream_keys import Randomness

ORIGIN = "bkd.example.go.id/ledger"
LATER = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)
LATER_TEXT = "2026-11-22T03:04:05.678901Z"


def seeded(seed: int = 1) -> Randomness:
    """Random bytes that are the same in every run."""
    return random.Random(seed).randbytes


def stream(number: int) -> UUID:
    """A stream id that shows its number."""
    return UUID(int=number, version=4)


def seconds() -> Callable[[], int]:
    """Ticks that go on by a second at each reading, so that nobody waits for them."""
    return count(step=1_000_000_000).__next__


STREAMS = [stream(number) for number in range(1, 6)]


def new_keyring(folder: Path, seed: int = 1) -> Keyring:
    """A new keyring in `folder`."""
    return Keyring.create(folder, ORIGIN, randomness=seeded(seed), ticks=seconds())


def reopened(folder: Path, seed: int = 2) -> Keyring:
    """The keyring of `folder`, as the next process sees it."""
    return Keyring.open(folder, ORIGIN, randomness=seeded(seed), ticks=seconds())


def raw(folder: Path, *statements: str) -> None:
    """What somebody does who owns the file."""
    connection = sqlite3.connect(folder / key_folder.STORE_NAME)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
