"""`import`, `template`: what a sender gets back, and what is recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ledger.events.registry import FACT_NAMES
from tests.builders import DOCUMENT, about, fill_golongan
from tests.contract.command import AsnLedger
from tests.persons import nip

REPORT = (
    *("read", "new", "same", "confirmed", "corrects", "conflicts"),
    *("flagged", "unknown_files", "refused"),
)
REFUSAL = (
    *("file", "sheet", "row", "column", "code", "found", "message"),
    *("who_must_act", "next_step", "also"),
)
COUNTS = REPORT[:6]


def counts(shown: dict[str, Any]) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: shown[name] for name in COUNTS if shown[name]}


def kinds(asn: AsnLedger) -> list[str]:
    """The facts of the log, in order."""
    return [one["fact"] for one in asn("events", "--json").lines]


def test_the_report_has_the_keys_of_the_contract(founded: AsnLedger) -> None:
    """In their order; a refused row with its first error, the others in `also`."""
    founded.file(
        "a.jsonl",
        about(1, "registered"),
        about(1, "competency", hours=-1, category="TIDAK", title=None),
    )
    result = founded("import", "a.jsonl", "--json")
    shown = result.json
    assert tuple(shown) == REPORT
    assert counts(shown) == {"read": 2, "new": 1}
    (refused,) = shown["refused"]
    assert tuple(refused) == REFUSAL
    assert (refused["file"], refused["sheet"], refused["row"]) == ("a.jsonl", None, 2)
    codes = {refused["code"], *(one["code"] for one in refused["also"])}
    assert codes == {"VALUE_NOT_LISTED", "OUT_OF_RANGE", "FIELD_MISSING"}
    assert all(tuple(one) == REFUSAL[3:9] for one in refused["also"])
    assert result.status == 1


def test_each_row_is_counted_once(founded: AsnLedger) -> None:
    """New, same, confirmed, corrects, conflicts and refused add up to what was read."""
    founded.file(
        "a.jsonl",
        about(1, "registered"),
        about(1, "golongan", key="g"),
        about(1, "golongan", key="g"),
        about(1, "golongan", on="2022-02-02"),
        {
            "fact": "correct",
            "nip": nip(1),
            "target": "g",
            "document": DOCUMENT,
            "replacement": {"fact": "golongan", "golongan": "III/a", "on": "2021-10-01"},
        },
        about(1, "golongan", golongan="V/z"),
    )
    shown = founded("import", "a.jsonl", "--json").json
    assert counts(shown) == {"read": 6, "new": 2, "same": 1, "corrects": 1, "conflicts": 1}
    assert len(shown["refused"]) == 1
    assert [one["code"] for one in shown["flagged"]] == ["CONFLICT_OTHER_CONTENT"]


def test_status_is_zero_only_when_everything_stands(founded: AsnLedger) -> None:
    """0 for new and for same rows; 1 for a refusal, a conflict, a file that is not there."""
    founded.file("good.jsonl", about(1, "registered"), about(1, "golongan"))
    founded.file("conflict.jsonl", about(1, "golongan", on="2022-05-05"))
    founded.file("bad.jsonl", about(2, "golongan"))
    assert founded("import", "good.jsonl").status == 0
    assert founded("import", "good.jsonl").status == 0
    assert founded("import", "conflict.jsonl").status == 1
    assert founded("import", "bad.jsonl").status == 1
    missing = founded("import", "good.jsonl", "tidak-ada.jsonl", "--json")
    assert (missing.status, missing.json["refused"][0]["code"]) == (1, "FILE_NOT_FOUND")
    assert counts(missing.json) == {"read": 2, "same": 2}


def test_misuse_is_status_two(founded: AsnLedger) -> None:
    """No file, an unknown form, an unknown option: nothing is read."""
    founded.file("a.jsonl", about(1, "registered"))
    assert founded("import").status == 2
    assert founded("import", "a.jsonl", "--as", "tidak-ada").status == 2
    assert founded("import", "a.jsonl", "--tidak-ada").status == 2
    assert set(kinds(founded)) == {"founded", "enact"}


def test_nothing_is_recorded_before_a_ledger_is_founded(asn: AsnLedger) -> None:
    """A clear refusal with what to type."""
    asn.file("a.jsonl", about(1, "registered"))
    result = asn("import", "a.jsonl", "--json")
    assert result.status == 1
    assert "init" in result.json["error"]["next_step"]


def test_found_stands_in_the_report_only(founded: AsnLedger) -> None:
    """The cell is shown to its sender; no message and no line on standard error repeats it."""
    founded.file(
        "a.jsonl",
        about(1, "registered"),
        about(77, "golongan"),
        about(1, "golongan", golongan="IX/q"),
    )
    result = founded("import", "a.jsonl", "--json")
    refused = result.json["refused"]
    assert [one["found"] for one in refused] == [nip(77), "IX/q"]
    for one in refused:
        assert one["found"] not in one["message"] + one["next_step"]
        assert one["found"] not in result.err


def test_a_dry_run_reports_the_same_and_adds_nothing(founded: AsnLedger) -> None:
    """One path: units founded, numbers changed and facts corrected within the same files too."""
    founded.file(
        "a.jsonl",
        about(1, "registered"),
        about(1, "identity", name=None, new_nip=nip(2)),
        about(2, "position", unit="Dinas - Bidang", key="p"),
        {
            "fact": "correct",
            "nip": nip(2),
            "target": "p",
            "document": DOCUMENT,
            "replacement": {**about(2, "position", unit="Dinas - Bagian", key=None)},
        },
        about(3, "golongan"),
    )
    dry = founded("import", "a.jsonl", "--json", "--dry-run")
    assert set(kinds(founded)) == {"founded", "enact"}
    real = founded("import", "a.jsonl", "--json")
    assert (dry.status, dry.json) == (real.status, real.json)
    assert counts(real.json) == {"read": 5, "new": 3, "corrects": 1}


def test_strict_records_everything_or_nothing(founded: AsnLedger) -> None:
    """One bad row refuses all, each with its reason; without it all are one command."""
    good = about(1, "registered"), about(1, "golongan"), about(1, "position", unit="Dinas")
    founded.file("bad.jsonl", *good, about(1, "golongan", golongan="V/z"))
    founded.file("good.jsonl", *good)
    refused = founded("import", "bad.jsonl", "--strict", "--json")
    assert refused.status == 1
    assert counts(refused.json) == {"read": 4}
    assert len(refused.json["refused"]) == 4
    assert set(kinds(founded)) == {"founded", "enact"}
    done = founded("import", "good.jsonl", "--strict", "--json")
    assert (done.status, counts(done.json)) == (0, {"read": 3, "new": 3})
    rows = [one for one in founded("events", "--json").lines if one["fact"] in ("golongan", "unit")]
    assert len({one["recorded_at"] for one in rows}) == 1
    again = founded("import", "good.jsonl", "--strict", "--json")
    assert (again.status, counts(again.json)) == (0, {"read": 3, "same": 3})


def test_refused_rows_come_back_as_a_file_of_their_own(founded: AsnLedger) -> None:
    """Line by line as they were sent, with reasons, in --rejects; mended, they go in again."""
    bad = about(1, "golongan", golongan="V/z")
    founded.file("a.jsonl", about(1, "registered"), bad)
    folder = founded.folder / "kembali"
    folder.mkdir()
    result = founded("import", "a.jsonl", "--rejects", folder)
    assert result.status == 1
    (back,) = folder.iterdir()
    assert back.name == "a.ditolak.jsonl"
    rows = [json.loads(line) for line in back.read_text("utf-8").splitlines()]
    assert len(rows) == 1
    assert rows[0].items() >= bad.items() or "V/z" in back.read_text("utf-8")
    assert str(back.name) in result.out
    left_alone = founded("import", folder, "--json").json
    assert counts(left_alone) == {}


def test_rejects_never_overwrite(founded: AsnLedger) -> None:
    """A second run writes another file; what the first gave back stays."""
    founded.file("a.jsonl", about(1, "golongan"))
    founded("import", "a.jsonl")
    first = {path: path.read_bytes() for path in founded.folder.glob("*.ditolak*")}
    founded("import", "a.jsonl")
    after = set(founded.folder.glob("*.ditolak*"))
    assert len(first) == 1
    assert len(after) == 2
    assert all(path.read_bytes() == held for path, held in first.items())


def test_as_reads_a_table_as_the_kind_named(founded: AsnLedger) -> None:
    """A template filled in is read by its headers; --as leaves no other choice."""
    founded.file("a.jsonl", about(1, "registered"))
    founded("import", "a.jsonl")
    assert founded("template", "golongan", "--out", "golongan.xlsx").status == 0
    path = founded.folder / "golongan.xlsx"
    fill_golongan(path, golongan="III/b", on="2022-04-01")
    shown = founded("import", path, "--as", "golongan", "--json").json
    assert counts(shown) == {"read": 1, "new": 1}
    assert counts(founded("import", path, "--json").json) == {"read": 1, "same": 1}


@pytest.mark.parametrize("kind", sorted(FACT_NAMES))
def test_there_is_a_template_for_every_kind_of_fact(
    kind: str, sqlite_url: str, tmp_path: Path
) -> None:
    """A workbook that opens, without a ledger; an empty one states nothing."""
    asn = AsnLedger(sqlite_url, tmp_path)
    result = asn("template", kind, "--out", "form.xlsx", "--json")
    assert (result.status, result.json["kind"]) == (0, kind)
    assert openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets


def test_an_unknown_template_is_misuse(sqlite_url: str, tmp_path: Path) -> None:
    """With the list of kinds."""
    asn = AsnLedger(sqlite_url, tmp_path)
    result = asn("template", "tidak-ada", "--out", "form.xlsx", "--json")
    assert result.status == 2
    assert "competency" in result.json["error"]["next_step"]


def test_the_actor_stands_in_every_event(founded: AsnLedger) -> None:
    """As given with --actor, with the file's digest, the row and the batch, and never its name."""
    founded.file("rahasia.jsonl", about(1, "registered"))
    founded("import", "rahasia.jsonl", "--actor", "budi")
    events = founded("events", "--json", "--actor", "budi")
    assert [one["fact"] for one in events.lines] == ["registered", "import_committed"]
    origin = events.lines[0]["origin"]
    assert set(origin) == {"file", "form", "row", "batch"}
    assert (origin["form"], origin["row"]) == ("facts", 1)
    assert "rahasia" not in events.out
    assert nip(1) not in events.out


def test_words_for_people_name_the_row_and_what_to_do(founded: AsnLedger) -> None:
    """Without --json: counts, place, code, reason, next step and who must act."""
    founded.file("a.jsonl", about(1, "registered"), about(1, "golongan", golongan="V/z"))
    told = founded("import", "a.jsonl").out
    for word in ("2 rows read", "1 refused", "a.jsonl row 2", "golongan", "VALUE_NOT_LISTED"):
        assert word in told
