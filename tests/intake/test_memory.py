"""Imports that hand on what they read record the same as imports that read everything again."""

from __future__ import annotations

from pathlib import Path

import orjson

from api.founding import found_ledger
from api.intake.importing import import_files
from api.intake.subjects import Memory
from api.seeding.chance import SeededBytes
from ledger.application import Founding
from tests.builders import DOCUMENT, Row, about, every_fact, of_unit
from tests.clocks import SteppingClock
from tests.persons import nip

MENDS = ("merged", "correct", "annul", "end")
COURSE = about(1, "competency", hours=20, key="k")
MENDED = {name: value for name, value in about(1, "competency", hours=8).items() if name != "nip"}
# One import each: people, then what comes about them month by month, mending and merging included.
MONTHS: tuple[tuple[Row, ...], ...] = (
    (about(1, "registered"), about(2, "registered"), COURSE),
    tuple(row for row in every_fact() if row["fact"] not in (*MENDS, "registered")),
    (about(1, "correct", target="k", replacement=MENDED, document=DOCUMENT), COURSE),
    (about(2, "leave", key="l"), about(2, "golongan", on="2022-04-01")),
    (about(2, "annul", target="l"), about(1, "annul", target="never-sent")),
    (
        about(1, "identity", new_nip=nip(3), on="2022-05-01"),
        of_unit("BKD", "formation", vacancies=9),
    ),
    (about(3, "golongan", on="2023-04-01"), about(1, "merged", into=nip(2), on="2023-06-01")),
    (about(2, "golongan", on="2024-04-01"), about(1, "qualification", level="S3")),
)


def recorded(folder: Path, memory: Memory | None) -> list[tuple[bytes, list[str]]]:
    """The leaves of the log after every month, and what was refused."""
    folder.mkdir()
    ledger = found_ledger(
        f"sqlite:///{folder / 'ledger.sqlite3'}",
        Founding("65", "Provinsi Contoh", "Asia/Makassar", demo=True),
        actor="tester",
        randomness=SeededBytes("memory"),
        clock=SteppingClock(),
    )
    found = []
    for number, rows in enumerate(MONTHS):
        path = folder / f"{number}.jsonl"
        path.write_bytes(
            b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        )
        report = import_files(ledger, [path], actor="tester", memory=memory)
        refused = [str(one["code"]) for one in report.as_json()["refused"]]
        found.append((ledger.store.head().frontier, refused))
    ledger.close()
    return found


def test_what_is_handed_on_changes_nothing(tmp_path: Path) -> None:
    """Facts, corrections, a new number and a merge: the same leaves and the same refusals."""
    again = recorded(tmp_path / "again", None)
    assert recorded(tmp_path / "handed-on", Memory()) == again
    codes = {code for _, refused in again for code in refused}
    assert codes == {"PERSON_UNKNOWN", "TARGET_UNKNOWN", "STREAM_CLOSED"}
