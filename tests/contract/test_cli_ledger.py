"""`init`, `history`, `events`, `export`, `keys`, `erase`, `hold`: the rest of what scripts rely
on.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.seeding import rules as demo_rules
from projections.language.instrument import load
from projections.language.shipped import DRAFTS, names, text
from tests.builders import DOCUMENT, about
from tests.contract.command import AsnLedger
from tests.persons import nip

AS_OF = ("--instrument", "ip-asn", "--as-of", "2022-12-31")
EVENT = (
    *("position", "stream", "version", "topic", "fact", "effective_on", "recorded_at"),
    *("fields", "leaf", "actor"),
)
SHOWN = sorted(
    {
        load(text(name), file=name).instrument
        for name in (*names(), *(f"{DRAFTS}/{name}.yaml" for name in demo_rules.DRAFTS))
    }
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
COMMANDS = (
    *("init", "import", "template", "score", "history", "events", "export", "report", "reconcile"),
    *("erase", "hold", "doctor", "demo"),
)


def subject(asn: AsnLedger, who: int = 1) -> str:
    """The id of a person."""
    return str(asn("history", nip(who), "--json").json["subject"])


def facts(asn: AsnLedger, *options: object) -> list[str]:
    """The facts of the events asked for."""
    result = asn("events", "--json", *options)
    assert result.status == 0, result.err
    return [one["fact"] for one in result.lines]


# ------------------------------------------------------------------------------------- all commands


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_takes_json(asn: AsnLedger, command: str) -> None:
    """With --help, on any machine, without a ledger."""
    result = asn(command, "--help")
    assert result.status == 0
    assert "--json" in result.out
    if command != "template":
        assert "--ledger" in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("history", nip(1)),
        ("events",),
        ("score", nip(1), *AS_OF),
        ("export", *AS_OF, "--out", "x.csv"),
        ("report", "rekap-ip-asn", "--period", "2022", "--out", "x.xlsx"),
        ("reconcile", "--instrument", "ip-asn", "--period", "2022"),
        ("keys", "rotate"),
        ("erase", nip(1), "--ground", "x"),
        ("hold", nip(1), "--id", "1", "--ground", "x"),
        ("import", "a.jsonl"),
        ("doctor",),
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_without_a_ledger_every_command_says_so(asn: AsnLedger, arguments: tuple[str, ...]) -> None:
    """Status 1 and what to do; with --json the error is the one object on standard output."""
    result = asn(*arguments, "--json")
    assert result.status == 1
    assert set(result.json["error"]) == {"code", "message", "next_step"}
    assert "asn-ledger init" in result.json["error"]["next_step"]
    assert asn(*arguments).out == ""


@pytest.mark.parametrize("arguments", [("tidak-ada",), (), ("score", "--tidak-ada"), ("keys",)])
def test_what_is_no_command_is_misuse(asn: AsnLedger, arguments: tuple[str, ...]) -> None:
    """Status 2, the usage on standard error, nothing on standard output."""
    result = asn(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "Usage" in result.err


def test_nothing_is_asked_at_the_keyboard(office: AsnLedger) -> None:
    """With standard input at its end every command does its work or refuses; none waits."""
    for arguments in (
        ("erase", nip(3), "--ground", "UU 27/2022 Pasal 43", "--json"),
        ("keys", "rotate", "--json"),
        ("init", "--json"),
        ("hold", nip(1), "--id", "P", "--ground", "perkara", "--json"),
    ):
        result = office(*arguments, stdin="")
        assert result.status in (0, 1)
        json.loads(result.out)


def test_an_address_can_be_an_option(office: AsnLedger, tmp_path: Path) -> None:
    """--ledger goes before the environment; another program's file is left alone."""
    other = tmp_path / "catatan.sqlite3"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE catatan (isi TEXT)")
    database.close()
    before = other.read_bytes()
    result = office("events", "--ledger", f"sqlite:///{other}", "--json")
    assert (result.status, result.json["error"]["code"]) == (1, "not_a_ledger")
    assert office("init", "--ledger", f"sqlite:///{other}").status == 1
    assert other.read_bytes() == before
    assert office("events", "--ledger", "mysql://x/y").status in (1, 2)


# --------------------------------------------------------------------------------------------- init


def test_init_founds_ledger_keys_and_instruments(asn: AsnLedger) -> None:
    """With the defaults of Kaltara; a second init is refused and changes nothing."""
    result = asn("init", "--json")
    assert result.status == 0
    shown = result.json
    assert shown["agency"] == {
        "code": "65",
        "name": "Pemerintah Provinsi Kalimantan Utara",
        "timezone": "Asia/Makassar",
    }
    enacted = [(one["instrument"], one["decree"]) for one in shown["enacted"]]
    assert "ip-asn" in dict(enacted)
    assert len(set(enacted)) == len(enacted)
    decrees = {one["instrument"]: one["decree"] for one in shown["enacted"]}
    assert decrees["ip-asn"] == "PerBKN 8/2019"
    assert re.fullmatch(r"[0-9a-f]{64}", shown["public_key"])
    assert shown["origin"]
    before = asn("events", "--json").lines
    assert [one["fact"] for one in before] == ["founded", *("enact" for _ in enacted)]
    again = asn("init", "--json")
    assert (again.status, again.json["error"]["code"]) == (1, "ledger_exists")
    assert asn("events", "--json").lines == before


def test_keys_lie_beside_the_file_or_under_the_origin(asn: AsnLedger) -> None:
    """`<file>.keys/` for SQLite, `var/keys/<origin>/` for PostgreSQL; for their owner alone."""
    shown = asn("init", "--json").json
    folder = asn.folder / shown["keys"]
    if asn.url.startswith("sqlite"):
        assert folder == asn.folder / "ledger.sqlite3.keys"
    else:
        assert folder.is_relative_to(asn.folder / "var" / "keys")
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_folder_of_the_keys_can_be_named(sqlite_url: str, tmp_path: Path) -> None:
    """By --keys; without it the ledger cannot be read, and the message says how."""
    asn = AsnLedger(sqlite_url, tmp_path)
    folder = tmp_path / "kunci"
    assert asn("init", "--keys", folder, "--json").json["keys"] == str(folder)
    lost = asn("score", "--all", *AS_OF, "--json")
    assert lost.status == 1
    assert lost.json["error"]["next_step"]
    assert asn("score", "--all", *AS_OF, "--keys", folder).status == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--timezone", "Mars/Olympus"),
        ("--timezone", "../etc/passwd"),
        ("--agency-code", ""),
        ("--agency-name", nip(1)),
        ("--agency-name", "a\nb"),
    ],
)
def test_a_founding_that_cannot_be_is_misuse(asn: AsnLedger, options: tuple[str, str]) -> None:
    """And leaves nothing behind: the next init founds."""
    assert asn("init", *options).status == 2
    assert asn("init").status == 0


def test_an_agency_of_another_zone(sqlite_url: str, tmp_path: Path) -> None:
    """Its own code, name and legal day."""
    asn = AsnLedger(sqlite_url, tmp_path)
    options = ("--agency-code", "94", "--agency-name", "Papua", "--timezone", "Asia/Jayapura")
    agency = asn("init", *options, "--json").json["agency"]
    assert agency == {"code": "94", "name": "Papua", "timezone": "Asia/Jayapura"}
    founded = asn("events", "--kind", "founded", "--json").lines[0]["fields"]
    assert (founded["timezone"], founded["demo"]) == ("Asia/Jayapura", False)


# ------------------------------------------------------------------------------------------ history


def test_history_shows_everything_of_one_record(office: AsnLedger) -> None:
    """Each event with place, both dates, open and sealed fields, actor, and what replaced it."""
    office.file(
        "mend.jsonl",
        {
            "fact": "correct",
            "nip": nip(1),
            "target": "kursus-1",
            "document": DOCUMENT,
            "reason": "salah ketik",
            "replacement": about(1, "competency", hours=30),
        },
    )
    office("import", "mend.jsonl", "--actor", "atasan")
    shown = office("history", nip(1), "--json").json
    events = shown["events"]
    assert [one["version"] for one in events] == list(range(1, len(events) + 1))
    assert {one["stream"] for one in events} == {shown["subject"]}
    first = events[0]
    assert set(EVENT) <= set(first)
    assert first["sealed"]["nip"] == nip(1)
    assert INSTANT.fullmatch(first["recorded_at"])
    course = next(one for one in events if one["fact"] == "competency")
    mend = events[-1]
    assert course["replaced_by"] == mend["position"]
    assert (mend["fact"], mend["effective_on"], mend["actor"]) == ("correct", None, "atasan")
    assert mend["document"] == DOCUMENT
    assert mend["sealed"]["reason"] == "salah ketik"
    told = office("history", nip(1)).out
    assert f"replaced by {mend['position']}" in told
    assert "Ani Contoh" in told


def test_history_of_a_unit_and_as_known_earlier(office: AsnLedger) -> None:
    """By code or name; at a position only what was recorded up to it."""
    for named in ("BKD", "Badan Kepegawaian Daerah"):
        shown = office("history", named, "--json").json["events"]
        assert [one["fact"] for one in shown] == ["unit"]
    person = office("history", nip(1), "--json").json["events"]
    position = person[2]["position"]
    earlier = office("history", nip(1), "--position", position, "--json").json["events"]
    assert [one["position"] for one in earlier] == [one["position"] for one in person[:3]]
    assert office("history", nip(1), "--position", "99999").status == 1
    assert office("history", "tidak-ada", "--json").json["error"]["code"] == "unit_unknown"
    piped = office("history", "-", "--json", stdin=nip(1) + "\n").json["events"]
    assert piped == person


# ------------------------------------------------------------------------------------------- events


def test_events_are_the_log_in_order(office: AsnLedger) -> None:
    """One object a line, without sealed fields, keyed hashes and numbers of persons."""
    result = office("events", "--json")
    events = result.lines
    assert [one["position"] for one in events] == list(range(1, len(events) + 1))
    assert [one["recorded_at"] for one in events] == sorted(one["recorded_at"] for one in events)
    for one in events:
        assert set(EVENT) <= set(one)
        assert re.fullmatch(r"[0-9a-f]{64}", one["leaf"])
        assert not {"match", "loose", "content", "gist", "act", "key", "sealed"} & set(one)
    for secret in (nip(1), "Ani Contoh", "Diklat Contoh", "kursus-1", "office.jsonl"):
        assert secret not in result.out


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--kind", "competency"), ["competency"]),
        (("--kind", "competency", "--kind", "appraisal"), ["competency", "appraisal"]),
        (("--actor", "tidak-ada"), []),
        (("--effective-from", "2022-01-02", "--effective-to", "2022-12-30"), ["competency"]),
        (("--effective-from", "2024-03-01", "--effective-to", "2024-03-01"), ["registered"]),
        (("--effective-from", "31-12-2022", "--kind", "appraisal"), ["appraisal"]),
        (("--recorded-to", "2020-01-01"), []),
        (("--recorded-from", "2199-01-01"), []),
        (("--unit", "DISDIK"), ["unit", "registered", "position"]),
        (("--late-by", "4000", "--kind", "qualification"), ["qualification"]),
        (("--late-by", "99999"), []),
    ],
    ids=str,
)
def test_events_are_filtered(office: AsnLedger, options: tuple[str, ...], found: list[str]) -> None:
    """Every filter narrows, and they narrow together; bounds are inclusive."""
    assert facts(office, *options) == found


def test_events_of_an_actor_and_a_span_of_recording(office: AsnLedger) -> None:
    """To the microsecond, or by days of the agency's zone."""
    events = office("events", "--json").lines
    imported = [one for one in events if one["actor"] == "loket"]
    assert facts(office, "--actor", "loket") == [one["fact"] for one in imported]
    first, last = imported[0]["recorded_at"], imported[-1]["recorded_at"]
    assert facts(office, "--recorded-from", first, "--recorded-to", last) == [
        one["fact"] for one in imported
    ]
    zone = timedelta(hours=8)
    day = (datetime.fromisoformat(first) + zone).date().isoformat()
    assert len(facts(office, "--recorded-from", day)) == len(events)
    before = (datetime.fromisoformat(first) + zone - timedelta(days=1)).date().isoformat()
    assert facts(office, "--recorded-to", before) == []


def test_late_is_counted_in_days_of_the_agency(office: AsnLedger) -> None:
    """Between the legal day and the day of recording in its zone."""
    row = office("events", "--kind", "appraisal", "--json").lines[0]
    recorded = datetime.fromisoformat(row["recorded_at"]).astimezone(UTC) + timedelta(hours=8)
    days = (recorded.date() - datetime.fromisoformat(row["effective_on"]).date()).days
    assert facts(office, "--kind", "appraisal", "--late-by", days) == ["appraisal"]
    assert facts(office, "--kind", "appraisal", "--late-by", days + 1) == []


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "tidak-ada"),
        ("--effective-from", "kemarin"),
        ("--recorded-from", "2022-01-01T00:00:00"),
        ("--recorded-from", "kemarin"),
        ("--late-by", "banyak"),
    ],
)
def test_filters_that_make_no_sense_are_misuse(office: AsnLedger, options: tuple[str, ...]) -> None:
    """An unknown kind, a day that is none, an instant without offset."""
    assert office("events", *options).status == 2


def test_an_unknown_unit_is_refused(office: AsnLedger) -> None:
    """Status 1: it might have been one."""
    assert office("events", "--unit", "TIDAK").status == 1


# ------------------------------------------------------------------------------------------- export


def test_an_export_for_machines_is_what_score_prints(office: AsnLedger) -> None:
    """One object a line, the same as `score --all`."""
    shown = office("export", *AS_OF, "--out", "x.jsonl", "--json").json
    lines = (office.folder / "x.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == office("score", "--all", *AS_OF, "--json").lines
    assert shown["rows"] == len(lines) == 2


def test_an_export_for_people_opens_in_a_spreadsheet(office: AsnLedger) -> None:
    """Semicolons, decimal commas, a mark for UTF-8, and numbers of persons kept as text."""
    assert office("export", *AS_OF, "--out", "x.csv").status == 0
    raw = (office.folder / "x.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    ani = next(row for row in rows if row["Nama"] == "Ani Contoh")
    assert ani["NIP"].lstrip("'") == nip(1)
    assert (ani["Total"], ani["Kompetensi"], ani["Kategori"]) == ("77,5", "22,5", "SEDANG")
    assert ani["Unit"] == "Badan Kepegawaian Daerah - Bidang Mutasi"
    assert not list(office.folder.glob("*.part"))


def test_an_export_can_be_narrowed_and_dated(office: AsnLedger) -> None:
    """To a unit, a period, a position; its answers are those of score."""
    office("export", *AS_OF, "--unit", "DISDIK", "--out", "x.jsonl")
    (line,) = (office.folder / "x.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["person"]["nip"] == nip(2)
    office("export", "--instrument", "ip-asn", "--period", "2022", "--out", "y.jsonl")
    assert all(
        json.loads(line)["period"] == "2022"
        for line in (office.folder / "y.jsonl").read_text("utf-8").splitlines()
    )
    events = office("events", "--json").lines
    last = max(one["position"] for one in events if one["fact"] == "enact")
    office("export", *AS_OF, "--position", str(last), "--out", "z.jsonl")
    assert (office.folder / "z.jsonl").read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("out", "status"), [("x.pdf", 2), ("x", 2), ("tidak-ada/x.csv", 1), (".", 2)]
)
def test_an_export_that_cannot_be_written_is_refused(
    office: AsnLedger, out: str, status: int
) -> None:
    """Another form is misuse; a folder that is not there is refused, and nothing is left behind."""
    before = set(office.folder.iterdir())
    result = office("export", *AS_OF, "--out", out)
    assert result.status == status
    assert result.err
    left = {path for path in office.folder.iterdir() if ".access" not in path.name}
    assert left == before  # that somebody asked is kept, whatever came of it


def test_a_broken_export_leaves_the_old_file(office: AsnLedger) -> None:
    """It is written aside and renamed."""
    path = office.folder / "x.csv"
    path.write_text("lama")
    assert office("export", *AS_OF, "--instrument", "tidak-ada", "--out", path).status == 1
    assert path.read_text() == "lama"


# ---------------------------------------------------------------------------- keys, holds, erasure


def test_a_hold_keeps_a_record_from_being_erased(office: AsnLedger) -> None:
    """Placed with its ground, placed again nothing is added, lifted by its id."""
    who = subject(office)
    hold = ("hold", nip(1), "--id", "PERKARA-1", "--ground", "audit BPK", "--json")
    placed = office(*hold)
    assert (placed.status, placed.json["subject"]) == (0, who)
    head = len(facts(office))
    assert office(*hold).status == 0
    assert len(facts(office)) == head
    refused = office("erase", nip(1), "--ground", "UU 27/2022 Pasal 43", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "not_allowed")
    assert office("hold", nip(1), "--id", "LAIN", "--lift").status == 1
    assert office("hold", nip(1), "--id", "PERKARA-1", "--lift", "--json").json["lifted"] is True
    assert office("erase", nip(1), "--ground", "UU 27/2022 Pasal 43").status == 0
    assert office("hold", nip(1), "--id", "X").status == 2


def test_an_erased_person_is_a_number_without_a_name(office: AsnLedger) -> None:
    """The score is the same to the digest, no number finds the person, and rows stay sealed."""
    who = subject(office)
    before = office("score", nip(1), *AS_OF, "--json").json
    done = office("erase", nip(1), "--ground", "UU 27/2022 Pasal 43", "--json")
    assert (done.status, done.json["subject"]) == (0, who)
    assert office("score", nip(1), *AS_OF, "--json").json["error"]["code"] == "person_unknown"
    after = office("score", who, *AS_OF, "--position", before["position"], "--json").json
    assert after["person"] == {"nip": None, "name": None}
    assert {**after, "person": None} == {**before, "person": None}
    everybody = office("score", "--all", *AS_OF, "--json").lines
    assert {one["subject"] for one in everybody} == {
        one["subject"] for one in everybody if one["person"]["nip"] in (None, nip(2))
    }
    shown = office("history", who, "--json")
    assert "Ani Contoh" not in shown.out
    assert all(one["sealed"] in (None, {}) for one in shown.json["events"])
    position = next(one for one in shown.json["events"] if one["fact"] == "competency")["position"]
    without = office("score", who, *AS_OF, "--without", position, "--json")
    assert without.json["total"] == "55"


def test_an_erasure_is_complete_with_the_next_rotation(office: AsnLedger) -> None:
    """Until then an older copy of the keys could be opened; a second erasure adds nothing."""
    who = subject(office)
    office("erase", nip(1), "--ground", "UU 27/2022 Pasal 43")
    assert office("keys", "show", "--json").json["erasures_waiting"] == [who]
    rotated = office("keys", "rotate", "--json").json
    assert rotated["erasures_completed"] == [who]
    assert rotated["epoch"] == rotated["destroyed_epoch"] + 1
    assert office("keys", "show", "--json").json["erasures_waiting"] == []
    head = len(facts(office))
    assert office("erase", who, "--ground", "lagi").status == 0
    assert len(facts(office)) == head
    assert facts(office, "--kind", "keys_rotated") == ["keys_rotated"]
    assert office("score", nip(2), *AS_OF, "--json").json["person"]["name"] == "Budi Contoh"


@pytest.mark.parametrize("command", ["erase", "hold"])
def test_only_persons_are_erased_or_held(office: AsnLedger, command: str) -> None:
    """Not a unit, not the ledger's own stream, nobody unknown; the ground is never a number."""
    unit = str(office("score", nip(1), *AS_OF, "--json").json["unit"])
    book = str(office("events", "--kind", "founded", "--json").lines[0]["stream"])
    more = ("--ground", "x") if command == "erase" else ("--ground", "x", "--id", "1")
    head = len(facts(office))
    for named in (unit, book, nip(77), "BKD", "0" * 32):
        assert office(command, named, *more).status == 1
    assert office(command, nip(1), *more[2:], "--ground", nip(1)).status == 2
    assert len(facts(office)) == head
    assert office("score", nip(1), *AS_OF).status == 0


def test_rotation_keeps_every_name_and_number(office: AsnLedger) -> None:
    """The living keys are wrapped anew: persons are found and shown as before, twice over."""
    before = office("score", "--all", *AS_OF, "--json").lines
    for _ in range(2):
        assert office("keys", "rotate").status == 0
    position = before[0]["position"]
    after = office("score", "--all", *AS_OF, "--position", position, "--json").lines
    assert after == before
    assert office("history", nip(1)).status == 0


def test_doctor_finds_nothing_wrong(office: AsnLedger) -> None:
    """With --json one object; status 0 where all is well."""
    result = office("doctor", "--json")
    assert result.status == 0, result.out
    assert isinstance(result.json, dict)


# --------------------------------------------------------------------------------------------- demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[AsnLedger, Any]:
    """The small demo and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    asn = AsnLedger(f"sqlite:///{folder / 'demo.sqlite3'}", folder)
    result = asn("demo", "--size", "small", "--json")
    assert result.status == 0, result.err
    return asn, result.json


def test_a_demo_is_founded_and_asked(demo: tuple[AsnLedger, Any]) -> None:
    """A province of invented people and stories with their answers; it says that it is one."""
    asn, told = demo
    assert told["rows"] > 1_000
    assert len(told["stories"]) >= 3
    founded = asn("events", "--kind", "founded", "--json").lines[0]
    assert founded["fields"]["demo"] is True
    assert len(asn("score", "--all", *AS_OF, "--json").lines) > 100


def test_a_demo_verifies(demo: tuple[AsnLedger, Any]) -> None:
    """The verifier, which shares no code with the writer, finds a demo undamaged."""
    asn, _ = demo
    proposed = asn("events", "--kind", "proposed", "--json").lines
    assert any("\n" in one["fields"]["command"].get("text", "") for one in proposed)
    result = asn("verify", "--json")
    assert (result.status, result.json["findings"]) == (0, []), result


def test_every_instrument_of_the_demo_measures_somebody(demo: tuple[AsnLedger, Any]) -> None:
    """What founding enacts, and the drafts that two people enact as examples, are at work."""
    asn, told = demo
    shown = {one["instrument"]: one for one in told["instruments"]}
    listed = asn("instrument", "list", "--json").json["instruments"]
    assert set(shown) == {one["instrument"] for one in listed} == set(SHOWN)
    assert {"kinerja-individu", "kinerja-opd", "talenta", "sebaran-predikat"} <= set(shown)
    assert [name for name, one in shown.items() if not one["measured"]] == []
    assert {one["actor"] for one in asn("events", "--kind", "confirmed", "--json").lines} == {
        "demo-penyetuju"
    }


@pytest.mark.parametrize("instrument", SHOWN)
def test_score_diff_and_export_show_each_instrument(
    demo: tuple[AsnLedger, Any], instrument: str
) -> None:
    """Of everybody in a file, and of one who is measured: the answer, and why it differs."""
    asn, told = demo
    (shown,) = (one for one in told["instruments"] if one["instrument"] == instrument)
    about, out = ("--instrument", instrument), asn.folder / f"{instrument}.jsonl"
    assert asn("export", *about, "--as-of", shown["as_of"], "--out", str(out)).status == 0
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    measured = [one for one in rows if one["status"] in ("complete", "provisional")]
    assert len(measured) == shown["measured"]
    first = measured[0]
    named = first["named"]["code"] if "named" in first else first["person"]["nip"]
    scored = asn("score", named, *about, "--as-of", shown["as_of"], "--json").json
    assert (scored["total"], scored["band"]) == (first["total"], first["band"])
    days = ("--from", "2024-12-31", "--to", shown["as_of"])
    differing = asn("diff", named, *about, *days, "--json")
    assert differing.status == 0, differing.err
    assert differing.json["to"]["band"] == first["band"]


def test_a_demo_replaces_a_demo_and_nothing_else(
    demo: tuple[AsnLedger, Any], office: AsnLedger
) -> None:
    """The same again at the same place; a real ledger is refused, an unknown size is misuse."""
    asn, told = demo
    assert asn("demo", "--size", "small", "--json").json == told
    refused = office("demo", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "not_a_demo")
    assert office("score", nip(1), *AS_OF).status == 0
    assert asn("demo", "--size", "besar").status == 2


def test_files_of_a_ledger_are_its_owners(office: AsnLedger) -> None:
    """The database of an SQLite ledger can be read by nobody else."""
    mode = stat.S_IMODE(os.stat(office.folder / "ledger.sqlite3").st_mode)
    assert mode == 0o600
