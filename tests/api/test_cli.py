"""How the command line names things and how errors leave it, beside the contract in
tests/contract.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner

from api import naming as names
from api.cli import common, main, naming
from api.cli.common import FileRefused
from api.outputs.aside import written_aside
from ledger.errors import LedgerError, Misuse, PersonUnknown, TargetUnknown, UnitUnknown
from tests.builders import Desk, about, desk, of_unit
from tests.contract.command import AsnLedger
from tests.persons import nip

PROGRAM = "from api.cli.main import run; run()"


@pytest.fixture
def here(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A ledger of one person in a unit below another."""
    with desk(sqlite_url, tmp_path) as opened:
        opened.send(
            of_unit("BKD", "unit"),
            of_unit("BKD.1", "unit", parent="BKD", name="Bidang"),
            about(1, "registered"),
            about(1, "position", unit="BKD.1"),
            about(1, "competency", key="kunci"),
        )
        yield opened


# --------------------------------------------------------------------------------- as a real
# program


def program(
    *arguments: str | bytes, folder: Path, url: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, its streams pipes, as a script runs it."""
    environment = os.environ | {
        "ASN_LEDGER_URL": url,
        "PYTHONPATH": str(Path(main.__file__).parents[2]),
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_a_script_gets_json_words_and_status(sqlite_url: str, tmp_path: Path) -> None:
    """Through pipes: JSON alone on standard output, words on standard error, 0, 1 and 2."""
    founded = program("init", "--json", folder=tmp_path, url=sqlite_url)
    assert (founded.returncode, founded.stderr) == (0, b"")
    assert json.loads(founded.stdout)["enacted"]
    refused = program("history", nip(9), "--json", folder=tmp_path, url=sqlite_url)
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "person_unknown"
    assert b"person_unknown" in refused.stderr
    assert nip(9).encode() not in refused.stderr
    misused = program("score", folder=tmp_path, url=sqlite_url)
    assert (misused.returncode, misused.stdout) == (2, b"")


def test_bytes_that_are_no_text_are_misuse(sqlite_url: str, tmp_path: Path) -> None:
    """What a terminal in another encoding sends is refused by its place, before anything is done."""
    asked: tuple[tuple[str | bytes, ...], ...] = (
        ("score", b"\xff"),
        ("backup", "--out", b"b\xe9.zip"),
    )
    for words in asked:
        told = program(*words, "--json", folder=tmp_path, url=sqlite_url)
        assert told.returncode == 2
        assert json.loads(told.stdout)["error"]["code"] == "misused"
        assert b"Argument %d" % len(words) in told.stderr
        assert b"Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_stops_early_is_no_error(sqlite_url: str, tmp_path: Path) -> None:
    """`asn-ledger events | head -1` ends quietly."""
    asn = AsnLedger(sqlite_url, tmp_path)
    asn("init")
    asn.file("a.jsonl", *(about(who, "registered") for who in range(1, 400)))
    asn("import", "a.jsonl")
    command = f'{sys.executable} -c "{PROGRAM}" events --json | head -1'
    environment = os.environ | {
        "ASN_LEDGER_URL": sqlite_url,
        "PYTHONPATH": str(Path(main.__file__).parents[2]),
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert b"Traceback" not in done.stderr


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Misuse("Salah pakai."), 2, "misused: Salah pakai."),
        (LedgerError("Ditolak.", next_step="Perbaiki."), 1, "Perbaiki."),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x/berkas"), 1, "No space left"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/x/berkas"), 1, "/x/berkas"),
    ],
)
def test_every_refusal_leaves_with_words_and_status(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Exception,
    status: int,
    words: str,
) -> None:
    """A full disk and a folder without rights too; no trace of the program is shown."""

    def refuses() -> None:
        raise fault

    monkeypatch.setattr(main, "app", refuses)
    monkeypatch.setattr(sys, "argv", ["asn-ledger"])
    with pytest.raises(SystemExit) as leaving:
        main.run()
    assert leaving.value.code == status
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_defect_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no refusal leaves as it is, so that it is seen and mended."""

    def breaks() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main, "app", breaks)
    with pytest.raises(ZeroDivisionError):
        main.run()


def test_a_refused_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With or without a name, and with what to look at."""
    fault = FileRefused(OSError(errno.ENOSPC, "No space left on device"))
    assert "No space left" in fault.message
    assert fault.next_step
    with pytest.raises(typer.Exit) as leaving:
        common.fail(fault)
    assert leaving.value.exit_code == 1
    assert capsys.readouterr().err.startswith("file_refused: ")


def test_the_actor_is_the_account_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account without a name still says who acted."""
    assert common.actor_or_account("budi") == "budi"
    monkeypatch.setattr(getpass, "getuser", lambda: "operator")
    assert common.actor_or_account(None) == "operator"

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert common.actor_or_account("") == f"uid-{os.getuid()}"


def test_no_actor_is_the_number_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands open in every event: named so it is misuse, an account named so is told by its id."""
    with pytest.raises(Misuse, match="--actor"):
        common.actor_or_account(nip(1))
    monkeypatch.setattr(getpass, "getuser", lambda: nip(1))
    assert common.actor_or_account(None) == f"uid-{os.getuid()}"


# ------------------------------------------------------------------------------------------- naming


def test_subjects_are_found_by_every_name(here: Desk) -> None:
    """NIP, id with or without dashes, unit code, name or id."""
    person, unit = here.stream(1), here.unit("BKD")
    assert unit is not None
    for named in (nip(1), f" {nip(1)[:8]} {nip(1)[8:]} ", person.hex, str(person)):
        assert naming.subject_stream(here.ledger, named) == person
        assert names.person_stream(here.ledger, named) == person
    for named in ("BKD", "bkd", "Badan Kepegawaian Daerah", unit.hex, str(unit)):
        assert naming.subject_stream(here.ledger, named) == unit
        assert names.person_stream(here.ledger, named) is None


@pytest.mark.parametrize("named", ["", "x", "0" * 32, "g" * 32, str(UUID(int=0)), "1234"])
def test_what_names_nothing_is_refused(here: Desk, named: str) -> None:
    """A number that nobody holds says so; anything else is neither person nor unit."""
    with pytest.raises(UnitUnknown):
        naming.subject_stream(here.ledger, named)
    with pytest.raises(PersonUnknown):
        naming.subject_stream(here.ledger, nip(9))


@pytest.mark.parametrize(
    ("text", "end", "instant"),
    [
        ("2026-01-02", False, "2026-01-01T16:00:00+00:00"),
        ("2026-01-02", True, "2026-01-02T15:59:59.999999+00:00"),
        ("2026-01-02T03:04:05Z", False, "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05+08:00", True, "2026-01-01T19:04:05+00:00"),
    ],
)
def test_a_day_of_recording_is_one_of_the_agency(
    here: Desk, text: str, instant: str, *, end: bool
) -> None:
    """From its first instant to its last, in the agency's zone; an instant is itself."""
    found = naming.instant_option(here.ledger, text, end=end)
    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(instant)
    assert naming.instant_option(here.ledger, None, end=end) is None


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05", "20260102", "kemarin", "2026-13-01"])
def test_an_instant_that_is_not_clear_is_misuse(here: Desk, text: str) -> None:
    """Without offset, or no instant at all."""
    with pytest.raises(Misuse):
        naming.instant_option(here.ledger, text, end=False)


def test_facts_left_out_are_named_like_targets(here: Desk) -> None:
    """By key within a person, by position or place anywhere."""
    event = here.events()[-1]
    root = (event.originator_id.hex, event.originator_version)
    place = f"{event.originator_id.hex}/{event.originator_version}"
    for named in ("kunci", str(event.id), place):
        assert names.fact_root(here.ledger, event.originator_id, [named]) == (root,)
    for named in (str(event.id), place):
        assert names.fact_root(here.ledger, None, [named]) == (root,)
    with pytest.raises(Misuse):
        names.fact_root(here.ledger, None, ["kunci"])
    for named in ("tidak-ada", "99999"):
        with pytest.raises(TargetUnknown):
            names.fact_root(here.ledger, event.originator_id, [named])


def test_the_members_of_a_unit_are_those_of_today(here: Desk) -> None:
    """The unit, what lies below it, and who holds a definitive post there."""
    streams = naming.unit_streams(here.ledger, "BKD")
    assert streams == {here.unit("BKD"), here.unit("BKD.1"), here.stream(1)}
    here.send(about(1, "position", unit="LAIN", on="2022-01-01"))
    assert here.stream(1) not in naming.unit_streams(here.ledger, "BKD")
    with pytest.raises(UnitUnknown):
        naming.unit_streams(here.ledger, "TIDAK")


def test_days_of_options_are_whole_days() -> None:
    """As in files; a month or a year is none."""
    assert naming.day_option("31-12-2022") == date(2022, 12, 31)
    for text in ("2022", "2022-12", "kemarin"):
        with pytest.raises(Misuse):
            naming.day_option(text)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/l.sqlite3", "var/l.sqlite3"),
        ("sqlite:////tmp/l.sqlite3", "/tmp/l.sqlite3"),
        ("sqlite:///l.sqlite3?mode=ro", "l.sqlite3"),
        ("postgresql+psycopg://x/y", None),
    ],
)
def test_the_file_of_an_address(url: str, path: str | None) -> None:
    """Only SQLite has one."""
    assert common.sqlite_path(url) == (None if path is None else Path(path))


def test_an_export_is_renamed_only_when_it_is_whole(tmp_path: Path) -> None:
    """A reader never sees half of one."""

    path = tmp_path / "x.jsonl"

    def broken() -> None:
        with written_aside(path) as stream:
            stream.write(b"separuh")
            assert not path.exists()
            raise LedgerError("Putus.")

    with pytest.raises(LedgerError):
        broken()
    assert not list(tmp_path.glob("x.jsonl*"))
    with written_aside(path) as stream:
        stream.write(b"utuh")
    assert path.read_bytes() == b"utuh"
    assert list(tmp_path.glob("x.jsonl*")) == [path]


def test_a_question_waits_for_no_server() -> None:
    """What only `serve` needs is not imported by a command that only asks."""
    asked = (
        "import sys\n"
        "from api.cli.main import app\n"
        "app(['score', '--help'], standalone_mode=False)\n"
        "print([one for one in ('fastapi', 'uvicorn', 'jinja2') if one in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_mistyped_command_is_suggested() -> None:
    """The names of commands are known though none was loaded."""
    refused = CliRunner().invoke(main.app, ["scor"])
    assert refused.exit_code == 2
    assert "score" in refused.output
