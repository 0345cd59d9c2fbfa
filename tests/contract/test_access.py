"""`access` and `--purpose`: who looked, as a person and an auditor ask it; what is kept of whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import about
from tests.contract.command import AsnLedger
from tests.persons import nip

KEYS = [
    *(
        "number",
        "at",
        "reader",
        "purpose",
        "purpose_words",
        "kind",
        "subject",
        "unit",
        "asked",
        "question",
    ),
]
ON = ("--instrument", "ip-asn", "--as-of", "2022-12-31")


def looks(asn: AsnLedger, *arguments: str) -> list[dict[str, Any]]:
    """The entries that `access` prints, without its own looks."""
    result = asn("access", *arguments, "--actor", "auditor", "--json")
    assert result.status == 0, result.err
    return [one for one in result.lines if one["question"]["what"] != "access"]


def test_reading_one_record_is_kept_with_reader_and_purpose(office: AsnLedger) -> None:
    """Once a quarter of an hour for each reader and purpose, whatever was asked."""
    for _ in range(2):
        assert office("score", nip(1), *ON, "--actor", "sari", "--json").status == 0
    office("history", nip(1), "--actor", "sari", "--purpose", "dispute", "--json")
    office("advise", nip(1), *ON, "--actor", "budi", "--purpose", "APPRAISAL", "--json")
    found = looks(office, nip(1))
    assert [list(one) for one in found] == [KEYS] * 3
    assert [(one["reader"], one["purpose"], one["kind"]) for one in found] == [
        ("sari", "administration", "PERSON"),
        ("sari", "dispute", "PERSON"),
        ("budi", "appraisal", "PERSON"),
    ]
    assert found[0]["question"] == {
        "what": "score",
        "instrument": "ip-asn",
        "as_of": "2022-12-31",
    }
    assert found[1]["purpose_words"] == "Keberatan atau sengketa data"
    assert looks(office, nip(2)) == []


@pytest.mark.parametrize(
    "command",
    [
        ("score", nip(1), *ON),
        ("history", nip(1)),
        ("diff", nip(1), "--instrument", "ip-asn", "--from", "2021-12-31", "--to", "2022-12-31"),
        ("series", nip(1), "--instrument", "ip-asn", "--from", "2022-01-01", "--to", "2022-12-31"),
        ("advise", nip(1), *ON),
        ("reconcile", nip(1), "--instrument", "ip-asn", "--period", "2022"),
        ("warnings", "list", nip(1)),
        ("case", "effect", nip(1), "kursus-1", "--as-of", "2022-12-31"),
        ("instrument", "try", "ip-asn", nip(1), "--as-of", "2022-12-31",
         "--set", "measures.kualifikasi.points.S2=19"),
    ],
    ids=lambda command: " ".join(part for part in command[:2] if not part.isdigit()),
)  # fmt: skip
def test_every_command_about_a_person_is_kept(office: AsnLedger, command: tuple[str, ...]) -> None:
    """Also where its answer is refused afterwards: the record was opened."""
    office(*command, "--actor", "sari", "--purpose", "audit", "--json")
    (found,) = looks(office, nip(1))
    assert (found["reader"], found["purpose"], found["kind"]) == ("sari", "audit", "PERSON")


def test_an_answer_about_many_tells_each_of_those_who_were_in_it(office: AsnLedger) -> None:
    """By unit, day and knowledge: one is below BKD, one elsewhere, one came later."""
    assert office("score", "--unit", "BKD", *ON, "--actor", "sari", "--json").status == 0
    assert office("score", "--all", *ON, "--actor", "budi", "--json").status == 0
    first, second, third = (looks(office, nip(number)) for number in (1, 2, 3))
    assert [(one["reader"], one["kind"]) for one in first] == [("sari", "UNIT"), ("budi", "ALL")]
    assert [one["reader"] for one in second] == ["budi"]
    assert third == []
    assert first[0]["unit"]["code"] == "BKD"
    assert first[1]["question"]["as_of"] == "2022-12-31"


def test_an_answer_from_before_a_move_tells_by_what_was_known_then(office: AsnLedger) -> None:
    """A move recorded later changes nothing about who was shown."""
    assert office("score", "--unit", "BKD", *ON, "--actor", "sari", "--json").status == 0
    moved = about(1, "position", unit="DISDIK", title="Analis Lain", on="2021-06-01")
    office.file("moved.jsonl", moved)
    assert office("import", "moved.jsonl", "--json").status == 0
    assert office("score", "--unit", "BKD", *ON, "--actor", "budi", "--json").status == 0
    assert [one["reader"] for one in looks(office, nip(1))] == ["sari"]


def test_a_number_that_leads_to_nobody_is_kept_without_it(office: AsnLedger) -> None:
    """The same number is the same mark; an auditor sees who asked, nobody sees whom he meant."""
    unknown = nip(800)
    for reader in ("sari", "budi"):
        result = office("score", unknown, *ON, "--actor", reader, "--json")
        assert (result.status, result.json["error"]["code"]) == (1, "person_unknown")
    first, second = looks(office, "--kind", "NOBODY")
    assert first["question"]["mark"] == second["question"]["mark"]
    assert unknown not in str([first, second])
    assert (first["subject"], first["reader"], second["reader"]) == (None, "sari", "budi")


def test_an_auditor_lists_by_reader_purpose_kind_and_day(office: AsnLedger) -> None:
    """`access list` is everything; conditions narrow it; a day that is over holds nothing."""
    office("history", nip(1), "--actor", "sari", "--json")
    office("history", nip(2), "--actor", "budi", "--purpose", "audit", "--json")
    office("case", "list", "--actor", "budi", "--json")
    assert [one["kind"] for one in looks(office, "list")] == ["PERSON", "PERSON", "ALL"]
    assert [one["reader"] for one in looks(office, "--reader", "sari")] == ["sari"]
    assert [one["purpose"] for one in looks(office, "--for", "audit")] == ["audit"]
    assert [one["kind"] for one in looks(office, "--kind", "ALL")] == ["ALL"]
    assert looks(office, "--to", "2020-12-31") == []
    assert len(looks(office, "--from", "2020-12-31")) == 3


@pytest.mark.parametrize(
    ("option", "at"),
    [
        ("--to", "9999-12-31"),
        ("--to", "9999-12-31T23:59:59-12:00"),
        ("--to", "9999-12-31T23:59:59.999999Z"),
        ("--from", "0001-01-01"),
        ("--from", "0001-01-01T00:00:00+14:00"),
        ("--from", "2026-01-01T00:00:00"),
        ("--from", "kemarin"),
    ],
)
def test_a_bound_that_is_no_instant_is_misuse(office: AsnLedger, option: str, at: str) -> None:
    """Nor is one at an end of the calendar, which no database could compare."""
    result = office("access", option, at, "--json")
    assert (result.status, result.json["error"]["code"]) == (2, "misused")


def test_a_purpose_that_is_none_is_misuse(office: AsnLedger) -> None:
    """The closed list is named, and nothing is read."""
    result = office("history", nip(1), "--purpose", "curiosity", "--json")
    assert result.status == 2
    assert "own_record" in result.err
    assert looks(office) == []


def test_the_list_for_one_person_takes_no_kinds(office: AsnLedger) -> None:
    """His entries are of the kinds that show him."""
    result = office("access", nip(1), "--kind", "ALL", "--json")
    assert (result.status, result.json["error"]["code"]) == (2, "misused")


def test_a_bundle_that_is_read_keeps_nothing(office: AsnLedger) -> None:
    """Writing it is kept, naming its people; reading it is not, and changes no file."""
    made = office("bundle", "--person", nip(1), "--with-identity", "--out", "b.zip", "--json")
    assert made.status == 0, made.err
    before = sorted(path.name for path in office.folder.iterdir())
    read = office("history", nip(1), "--ledger", "b.zip", "--actor", "luar", "--json")
    assert read.status == 0, read.err
    assert sorted(path.name for path in office.folder.iterdir()) == before
    (found,) = looks(office, nip(1))
    assert (found["kind"], found["question"]["what"]) == ("LIST", "bundle")


def test_a_record_is_not_shown_where_the_look_cannot_be_kept(office: AsnLedger) -> None:
    """The access log's place is taken by something else: refused, and not a word of the record."""
    place = Path(office.url.removeprefix("sqlite:///") + ".access")
    place.write_bytes(b"something else")
    result = office("history", nip(1), "--json")
    assert result.status == 1
    assert result.json["error"]["code"] == "not_a_ledger"
    assert "Ani" not in result.out + result.err


def test_a_checkpoint_commits_to_the_looks_and_verify_reads_them(office: AsnLedger) -> None:
    """Looks after a checkpoint make the next one; a cut access log is damage."""
    first = office("checkpoint", "--json").json["size"]
    assert office("checkpoint", "--json").json["size"] == first
    office("history", nip(1), "--json")
    second = office("checkpoint", "--json").json["size"]
    assert second == first + 1
    assert office("checkpoint", "--json").json["size"] == second
    shown = office("verify", "--json").json
    assert (shown["looks"], shown["clean"]) == (1, True)
    assert office("doctor").out.count("access log: 1 looks, 0 since") == 1
    Path(office.url.removeprefix("sqlite:///") + ".access").unlink()
    shown = office("verify", "--json").json
    assert (shown["looks"], shown["counts"]) == (None, {"access_log_missing": 1})
    doctor = office("doctor")
    assert doctor.status == 1
    assert "a checkpoint committed to 1" in doctor.out


def test_a_backup_carries_the_looks(office: AsnLedger, tmp_path: Path) -> None:
    """Restored, they are there and fit what was committed; restored again over a left one too."""
    office("history", nip(1), "--actor", "sari", "--json")
    office("checkpoint")
    saved = office("backup", "--out", "b.zip", "--json").json
    assert saved["looks"] == 1
    elsewhere = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    for count in (1, 2):  # asking who looked, at the end, is the second look
        for left in tmp_path.glob("restored.sqlite3*"):
            if "access" not in left.name:
                left.unlink()
        keys = str(office.folder / "ledger.sqlite3.keys")
        there = ("--ledger", elsewhere, "--keys", keys)
        assert office("restore", "b.zip", *there, "--json").status == 0
        assert office("verify", "--ledger", elsewhere, "--json").json["looks"] == count
        assert [one["reader"] for one in looks(office, nip(1), *there)] == ["sari"]
