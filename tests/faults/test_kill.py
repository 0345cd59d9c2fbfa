"""A writer killed at any moment: whatever it acknowledged is there, and everything verifies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.storage.store import EventStore
from tests.faults.killed_writer import EVENTS_A_COMMAND, numbered_command
from tests.store.checker import check_ledger

ROOT = Path(__file__).parents[2]


def _start(url: str, *how: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed_writer", url, *how],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def _check_acknowledged(url: str, acknowledged: list[int]) -> int:
    """Acknowledged is stored, stored is whole; gives the number of stored commands."""
    events = check_ledger(url)
    with EventStore.open(url) as store:
        for number in acknowledged:
            stored = numbered_command(number)
            assert len(store.stream(stored.events[0].originator_id)) == EVENTS_A_COMMAND
            assert store.append(stored).repeated
    assert events % EVENTS_A_COMMAND == 0
    assert check_ledger(url) == events
    return events // EVENTS_A_COMMAND


@pytest.mark.parametrize("answers", [1, 12, 60])
def test_a_writer_killed_from_outside(database_url: str, answers: int) -> None:
    """Killed while it appends as fast as it can: at most one unanswered command is there."""
    with EventStore.create(database_url):
        pass
    writer = _start(database_url)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(answers)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    writer.stdout.close()
    assert writer.wait(30) == -signal.SIGKILL
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    assert _check_acknowledged(database_url, acknowledged) - len(acknowledged) in {0, 1}


@pytest.mark.parametrize(
    ("step", "when", "stored"),
    [
        ("events", "after", 5),
        ("requests", "before", 5),
        ("commit", "before", 5),
        ("commit", "after", 6),
    ],
)
def test_a_writer_killed_at_a_step(database_url: str, step: str, when: str, stored: int) -> None:
    """Before COMMIT nothing of the command is there, after it everything."""
    with EventStore.create(database_url):
        pass
    writer = _start(database_url, step, when)
    assert writer.stdout is not None
    acknowledged = [int(line) for line in writer.stdout]
    writer.stdout.close()
    assert writer.wait(30) == -signal.SIGKILL
    assert acknowledged == [1, 2, 3, 4, 5]
    assert _check_acknowledged(database_url, acknowledged) == stored
