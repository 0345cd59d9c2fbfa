"""A large import is shared between two processes and comes out as if one had done it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.founding import found_ledger
from api.intake import second_hand, sharing
from api.intake.importing import import_files
from api.intake.report import ImportReport
from api.intake.second_hand import ImportInterrupted
from ledger.application import Ledger
from tests.bench.facts_lines import nip_of, rows, write_rows
from tests.builders import FOUNDING

PEOPLE = 12
GOOD = 20 * PEOPLE
COUNTS = {"new": GOOD, "same": 5, "conflicts": 1, "refused": 2}
DIES = "import sys; sys.stdin.buffer.read(1)"
DIES_APPENDING = (
    "from api.intake.second_hand import ApplyTask, asked\n"
    "with asked() as (tasks, voice):\n"
    "    for task in tasks:\n"
    "        if isinstance(task, ApplyTask):\n"
    "            voice.appending(); raise SystemExit(3)\n"
    "        voice.failed(type('Fault', (), {'message': 'No', 'next_step': 'never'})())\n"
)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the smallest file is large, on however many processors."""
    monkeypatch.setattr(sharing, "FILE_MIN", 1)
    monkeypatch.setattr(sharing, "_cores", lambda: 2)


@pytest.fixture
def facts_file(tmp_path: Path) -> Path:
    """Good rows about twelve people, some of them twice, and one of each kind of bad ones."""
    good = list(rows(GOOD, PEOPLE))
    appraisal = next(row for row in good if "score" in row)
    bad: list[dict[str, Any]] = [
        {"fact": "golongan", "nip": nip_of(3), "on": "2020-13-01", "golongan": "III/a"},
        {"fact": "golongan", "nip": nip_of(900), "on": "2020-01-01", "golongan": "III/a"},
        {**appraisal, "score": "12.34"},
    ]
    return write_rows(tmp_path / "facts.jsonl", [*good, *bad, *good[-5:]])


@contextmanager
def founded(url: str, folder: Path) -> Iterator[Ledger]:
    """A ledger with the clock and randomness of the machine, as a second process will open it."""
    with closing(found_ledger(url, FOUNDING, keys=folder / "keys", actor="tester")) as ledger:
        yield ledger


def counted(report: ImportReport) -> dict[str, int]:
    """How many rows became what."""
    counts = {name: getattr(report, name) for name in ("new", "same", "conflicts")}
    return counts | {"refused": len(report.refused)}


def told(report: ImportReport) -> dict[str, Any]:
    """What a report says, in one order."""
    said = report.as_json()
    return said | {"flagged": sorted(said["flagged"], key=json.dumps)}


def recorded(ledger: Ledger) -> dict[str, list[tuple[str, Any, bytes]]]:
    """What each person's stream holds, in its order, by the number of the person."""
    found = {}
    for index in range(PEOPLE):
        stream = ledger.index.find(nip_of(index))
        assert stream is not None
        found[nip_of(index)] = [
            (event.topic, event.effective_on, _without_ids(event.state))
            for event in ledger.events_of(stream)
        ]
    return found


def _without_ids(state: bytes) -> bytes:
    """The payload without what is drawn for each ledger."""
    payload = {
        name: value
        for name, value in json.loads(state).items()
        if name not in {"keys", "unit", "title_id"}
    }
    return json.dumps(payload, sort_keys=True).encode()


@pytest.mark.usefixtures("shared")
def test_two_processes_record_what_one_records(
    database_url: str, sqlite_url: str, tmp_path: Path, facts_file: Path
) -> None:
    """The same events in each stream, the same report; sent again, nothing is added."""
    with founded(f"{sqlite_url}.alone", tmp_path / "alone") as ledger:
        report = import_files(ledger, [facts_file], actor="tester")
        assert counted(report) == COUNTS
        alone, expected = told(report), recorded(ledger)
    with founded(database_url, tmp_path / "shared") as ledger:
        both = told(import_files(ledger, [facts_file], actor="tester", url=database_url))
        assert recorded(ledger) == expected
        position = ledger.store.head().position
        again = import_files(ledger, [facts_file], actor="tester", url=database_url)
        assert ledger.store.head().position == position
    assert both == alone
    assert counted(again) == COUNTS | {"new": 0, "same": GOOD + 5}


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("start", [DIES, "raise SystemExit(2)"])
def test_without_a_second_process_the_first_does_all(
    start: str,
    sqlite_url: str,
    tmp_path: Path,
    facts_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it dies at once or at its first task, nothing is lost and nothing said."""
    monkeypatch.setattr(second_hand, "_START", start)
    with founded(sqlite_url, tmp_path) as ledger:
        report = import_files(ledger, [facts_file], actor="tester", url=sqlite_url)
    assert counted(report) == COUNTS


@pytest.mark.usefixtures("shared")
def test_a_system_that_starts_no_process_still_imports(
    sqlite_url: str, tmp_path: Path, facts_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no second process can be made, one does all."""
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with founded(sqlite_url, tmp_path) as ledger:
        report = import_files(ledger, [facts_file], actor="tester", url=sqlite_url)
    assert counted(report) == COUNTS


@pytest.mark.usefixtures("shared")
def test_an_end_while_appending_is_said_and_made_good(
    sqlite_url: str, tmp_path: Path, facts_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored is whole, the import says so, and importing again finishes the rest."""
    with founded(sqlite_url, tmp_path) as ledger:
        with monkeypatch.context() as patched:
            patched.setattr(second_hand, "_START", DIES_APPENDING)
            with pytest.raises(ImportInterrupted) as caught:
                import_files(ledger, [facts_file], actor="tester", url=sqlite_url)
        assert "same files again" in caught.value.next_step
        report = import_files(ledger, [facts_file], actor="tester", url=sqlite_url)
        assert report.new > 0
        assert report.new + report.same == GOOD + 5
        assert sum(map(len, recorded(ledger).values())) == GOOD
