"""`backup`, `restore`, `bundle` and `score --certificate`: what an auditor relies on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import flipped, forged, members
from tests.builders import about, of_book, of_unit
from tests.contract.command import AsnLedger, Result
from tests.persons import nip

AS_OF = ("--instrument", "ip-asn", "--as-of", "2022-12-31", "--json")


@pytest.fixture
def people(asn: AsnLedger) -> AsnLedger:
    """A ledger on either database: three people in two units."""
    assert asn("init").status == 0
    asn.file(
        "office.jsonl",
        of_book("position_ref", title="Analis Contoh", kind="PELAKSANA"),
        of_unit("BKD", "unit"),
        of_unit("BKD.1", "unit", name="Bidang Mutasi", parent="BKD", kind="BIDANG"),
        of_unit("DISDIK", "unit", name="Dinas Pendidikan", kind="DINAS"),
        about(1, "registered", name="Ani Contoh"),
        about(1, "position", unit="BKD.1"),
        about(1, "qualification", level="S2", on="2015-08-01"),
        about(1, "appraisal", predicate="SANGAT_BAIK"),
        about(2, "registered", name="Budi Contoh"),
        about(2, "position", unit="DISDIK"),
        about(3, "registered", name="Citra Contoh", on="2024-03-01"),
    )
    assert asn("import", "office.jsonl", "--json").status == 0
    return asn


def elsewhere(asn: AsnLedger, file: str, name: str = "elsewhere") -> AsnLedger:
    """The command on a machine that has nothing but one file."""
    folder = asn.folder / name
    folder.mkdir()
    (folder / file).write_bytes((asn.folder / file).read_bytes())
    return AsnLedger(file, folder)


def answers(result: Result) -> list[dict[str, Any]]:
    """Answers of everybody without their names."""
    assert result.status == 0, result
    found = result.lines
    for one in found:
        one.pop("person")
    return found


def test_a_bundle_is_verified_and_replayed_elsewhere(people: AsnLedger) -> None:
    """With only the file: it verifies, and everybody's and each one's answers have the digests."""
    told = people("bundle", "--out", "all.zip", "--json").json
    assert (told["people"], told["keys"], told["events"]) == (3, 0, told["size"])
    other = elsewhere(people, "all.zip")
    verified = other("verify", "all.zip", "--json").json
    assert (verified["kind"], verified["whole"]) == ("bundle", True)
    mine = answers(people("score", "--all", *AS_OF))
    assert answers(other("score", "--all", *AS_OF)) == mine
    assert answers(other("score", "--all", *AS_OF, "--trace")) == answers(
        people("score", "--all", *AS_OF, "--trace")
    )
    for one in mine:
        assert other("score", one["subject"], *AS_OF).json["digest"] == one["digest"]
        record = other("history", one["subject"], "--json").json["events"]
        assert [row["sealed"] for row in record if row["fact"] == "registered"] == [None]
    assert other("events", "--json").out == people("events", "--json").out
    assert not any(nip(who) in other("score", "--all", *AS_OF).out for who in (1, 2, 3))


def test_a_bundle_of_one_person_is_complete_and_holds_nobody_else(people: AsnLedger) -> None:
    """His answer has the same digest; others are not there, and not even their ids."""
    subject = people("score", nip(1), *AS_OF).json["subject"]
    other_subject = people("score", nip(2), *AS_OF).json["subject"]
    assert people("bundle", "--out", "one.zip", "--person", nip(1)).status == 0
    other = elsewhere(people, "one.zip")
    assert other("verify", "one.zip", "--json").json["whole"] is False
    mine = people("score", nip(1), *AS_OF).json
    assert other("score", subject, *AS_OF).json["digest"] == mine["digest"]
    assert [one["digest"] for one in answers(other("score", "--all", *AS_OF))] == [mine["digest"]]
    assert other("score", other_subject, *AS_OF).status != 0
    assert other_subject.encode() not in b"".join(members(people.folder / "one.zip").values())


def test_a_bundle_of_a_unit_holds_its_people_of_the_day(people: AsnLedger) -> None:
    """The unit with all below it; on a day before he came somebody is not in it."""
    told = people("bundle", "--out", "bkd.zip", "--unit", "BKD", "--as-of", "2022-12-31", "--json")
    assert told.json["people"] == 1
    other = elsewhere(people, "bkd.zip")
    mine = answers(people("score", "--unit", "BKD", *AS_OF))
    assert answers(other("score", "--unit", "BKD", *AS_OF)) == mine
    told = people("bundle", "--out", "then.zip", "--as-of", "2022-12-31", "--json").json
    assert told["people"] == 2


def test_identities_are_given_only_when_asked_for(people: AsnLedger) -> None:
    """Then names show and people are found by number; otherwise they stay sealed."""
    assert people("bundle", "--out", "open.zip", "--person", nip(1), "--with-identity").status == 0
    other = elsewhere(people, "open.zip")
    assert other("score", nip(1), *AS_OF).json["person"] == {"nip": nip(1), "name": "Ani Contoh"}
    record = other("history", nip(1), "--json").json["events"]
    assert record[0]["sealed"]["name"] == "Ani Contoh"
    assert people("bundle", "--out", "shut.zip", "--person", nip(1)).status == 0
    shut = elsewhere(people, "shut.zip", "shut")
    assert shut("score", nip(1), *AS_OF).status == 1
    assert "keys.jsonl" not in members(people.folder / "shut.zip")


@pytest.mark.parametrize(
    "command",
    [
        ("import", "office.jsonl"),
        ("erase", nip(1), "--ground", "UU 27/2022"),
        ("hold", nip(1), "--id", "H-1", "--ground", "audit"),
        ("keys", "rotate"),
        ("rebuild",),
        ("doctor",),
        ("bundle", "--out", "again.zip"),
        ("checkpoint",),
        ("prove", "2"),
        ("score", nip(1), *AS_OF[:-1], "--certificate", "again.json"),
    ],
)
def test_a_bundle_is_never_written(people: AsnLedger, command: tuple[str, ...]) -> None:
    """Every command that records something says so, and leaves the file as it was."""
    assert people("bundle", "--out", "all.zip").status == 0
    other = elsewhere(people, "all.zip")
    other.file("office.jsonl", about(1, "leave"))
    before = (other.folder / "all.zip").read_bytes()
    refused = other(*command, "--json")
    assert refused.status == 1
    assert refused.json["error"]["code"] == "ledger_read_only"
    assert (other.folder / "all.zip").read_bytes() == before
    assert not (other.folder / "again.zip").exists()


def test_a_damaged_bundle_is_not_replayed(people: AsnLedger) -> None:
    """No answer comes out of a file that does not verify."""
    assert people("bundle", "--out", "all.zip").status == 0
    other = elsewhere(people, "all.zip")
    path = other.folder / "all.zip"
    path.write_bytes(flipped(path.read_bytes(), 4_000))
    for command in (("verify", "all.zip"), ("score", "--all", *AS_OF[:-1])):
        refused = other(*command, "--json")
        assert refused.status == 1
        assert refused.json["error"]["code"] == "archive_refused"


def test_positions_outside_a_part_are_refused(people: AsnLedger) -> None:
    """Rather than answered otherwise than the ledger would; the nearest are named."""
    subject = people("score", nip(1), *AS_OF).json["subject"]
    positions = [one["position"] for one in people("history", nip(2), "--json").json["events"]]
    assert people("bundle", "--out", "one.zip", "--person", nip(1)).status == 0
    other = elsewhere(people, "one.zip")
    refused = other("score", subject, *AS_OF, "--position", positions[-1])
    assert refused.status == 1
    assert refused.json["error"]["code"] == "position_unknown"
    own = people("history", nip(1), "--json").json["events"][-1]["position"]
    asked = ("score", subject, *AS_OF, "--position", own)
    assert other(*asked).json["digest"] == people(*asked).json["digest"]


def test_a_certificate_is_verified_without_the_ledger(people: AsnLedger) -> None:
    """The same answer is computed from it; a changed total is found and named."""
    result = people("score", nip(1), *AS_OF, "--certificate", "c.json")
    assert result.status == 0, result
    other = elsewhere(people, "c.json")
    told = other("verify", "c.json", "--json").json
    assert told["answer"]["digest"] == result.json["digest"]
    assert told["answer"]["total"] == result.json["total"]
    text = (other.folder / "c.json").read_text("utf-8")
    assert nip(1) not in text
    assert "Ani" not in text
    (other.folder / "c.json").write_text(text.replace('"total":"', '"total":"1', 1), "utf-8")
    refused = other("verify", "c.json", "--json")
    assert refused.status == 1
    assert refused.json["error"]["code"] == "archive_refused"


@pytest.mark.parametrize(
    "options",
    [
        ("--position", "18"),
        ("--known-at", "2100-01-01T00:00:00Z"),
        ("--rules", "PerBKN 8/2019"),
        ("--without", "18"),
        ("--all",),
    ],
)
def test_a_certificate_of_any_question(people: AsnLedger, options: tuple[str, ...]) -> None:
    """What can be answered about one person can be certified, hypothetical or not."""
    subject = () if options == ("--all",) else (nip(1),)
    given = options
    if options[0] == "--without":
        facts = people("history", nip(1), "--json").json["events"]
        given = ("--without", str(facts[-1]["position"]))
    if options[0] == "--position":
        facts = people("history", nip(1), "--json").json["events"]
        given = ("--position", str(facts[-2]["position"]))
    result = people("score", *subject, *AS_OF, *given, "--certificate", "c.json")
    if options[0] in ("--all", "--known-at"):
        assert result.status == 2
        assert not (people.folder / "c.json").exists()
        return
    assert result.status == 0, result
    told = elsewhere(people, "c.json")("verify", "c.json", "--json").json
    assert told["answer"]["digest"] == result.json["digest"]


def test_a_certificate_of_a_supposition_says_so(people: AsnLedger) -> None:
    """What would be without a fact is nobody's score, also where only the certificate is seen."""
    people.file("more.jsonl", about(1, "competency", hours=25, key="kursus-1"))
    assert people("import", "more.jsonl").status == 0
    made = people(
        *("score", nip(1), *AS_OF[:-1], "--without", "kursus-1", "--certificate", "score.json")
    )
    assert made.status == 0, made
    told = people("verify", "score.json")
    assert told.status == 0, told
    assert "HYPOTHETICAL, not a result" in told.out


def test_an_erased_person_is_not_brought_back_by_a_file(people: AsnLedger) -> None:
    """Keys kept from before an erasure are refused beside its order; sealed fields are told of."""
    assert people("bundle", "--out", "before.zip", "--with-identity").status == 0
    gone = people("score", nip(2), *AS_OF).lines[0]["subject"]
    assert people("erase", nip(2), "--ground", "UU 27/2022 Pasal 43").status == 0
    assert people("bundle", "--out", "after.zip").status == 0
    before = members(people.folder / "before.zip")
    assert people("verify", "after.zip", "--json").json["erasure_unfinished"] == 0

    def reseal(parts: dict[str, bytes]) -> None:
        lines = {*before["sealed.jsonl"].splitlines(), *parts["sealed.jsonl"].splitlines()}
        parts["sealed.jsonl"] = b"".join(
            line + b"\n" for line in sorted(lines, key=lambda line: json.loads(line)[:2])
        )

    def give(parts: dict[str, bytes]) -> None:
        named = gone.encode()
        kept = [line for line in before["keys.jsonl"].splitlines() if named in line]
        parts["keys.jsonl"] = kept[0] + b"\n"

    forged(people.folder / "after.zip", people.folder / "sealed.zip", reseal)
    told = people("verify", "sealed.zip", "--json")
    assert told.status == 0, told
    assert told.json["erasure_unfinished"] == 1
    assert "whose erasure the log orders" in people("verify", "sealed.zip").out
    forged(people.folder / "after.zip", people.folder / "keys.zip", give)
    refused = people("verify", "keys.zip")
    assert (refused.status, "whose erasure the log orders" in refused.err) == (1, True)


def test_backup_and_restore(people: AsnLedger, tmp_path: Path) -> None:
    """A restored ledger answers the same, and shows to be the one that was saved."""
    saved = people("backup", "--out", "b.zip", "--json").json
    digests = [one["digest"] for one in answers(people("score", "--all", *AS_OF))]
    keys = people("keys", "show", "--json").json["folder"]
    copy = AsnLedger(f"sqlite:///{tmp_path / 'copy.sqlite3'}", people.folder)
    told = copy("restore", "b.zip", "--keys", keys, "--against", "b.zip", "--json")
    assert told.status == 0, told
    assert (told.json["origin"], told.json["size"]) == (saved["origin"], saved["size"])
    assert told.json["against"]["standing"] == "holds"
    assert [one["digest"] for one in answers(copy("score", "--all", *AS_OF, "--keys", keys))] == (
        digests
    )
    again = copy("restore", "b.zip", "--keys", keys, "--json")
    assert again.status == 1
    assert again.json["error"]["code"] == "ledger_exists"


def test_the_accounts_of_the_server_come_back_with_it(people: AsnLedger, tmp_path: Path) -> None:
    """In a file of their own, which is refused before the ledger is made if it is not right."""
    none = people("backup", "--out", "a.zip", "--accounts", "a.jsonl")
    assert (none.status, (people.folder / "a.zip").exists()) == (2, False)
    made = people("account", "add", "--label", "mesin", "--actor", "admin", "--json").json
    told = people("backup", "--out", "a.zip")
    assert "--accounts FILE writes them" in told.err
    saved = people("backup", "--out", "b.zip", "--accounts", "b.jsonl", "--json").json
    assert saved["accounts"] == 1
    keys = people("keys", "show", "--json").json["folder"]
    copy = AsnLedger(f"sqlite:///{tmp_path / 'copy.sqlite3'}", people.folder)
    (people.folder / "bad.jsonl").write_bytes((people.folder / "b.jsonl").read_bytes()[:-9])
    bad = copy("restore", "b.zip", "--keys", keys, "--accounts", "bad.jsonl", "--json")
    assert (bad.status, bad.json["error"]["code"]) == (1, "accounts_backup_refused")
    again = copy("restore", "b.zip", "--keys", keys, "--accounts", "b.jsonl", "--json")
    assert (again.status, again.json["accounts"]) == (0, 1), again
    listed = copy("account", "list", "--keys", keys, "--json")
    assert made["id"] in listed.out


def lost(people: AsnLedger, tmp_path: Path) -> tuple[AsnLedger, str]:
    """A ledger put back from a backup after which something was recorded and a checkpoint taken."""
    assert people("backup", "--out", "old.zip").status == 0
    people.file("later.jsonl", about(2, "leave"), about(3, "leave"))
    assert people("import", "later.jsonl", "--json").status == 0
    assert people("bundle", "--out", "later-bundle.zip").status == 0
    assert people("backup", "--out", "new.zip").status == 0
    note = json.loads(members(people.folder / "later-bundle.zip")["checkpoints.jsonl"])[1]
    (people.folder / "later.txt").write_text(note, "utf-8")
    keys = people("keys", "show", "--json").json["folder"]
    return AsnLedger(f"sqlite:///{tmp_path / 'copy.sqlite3'}", people.folder), keys


def test_what_a_restore_lost_is_listed_exactly(people: AsnLedger, tmp_path: Path) -> None:
    """Against a later backup event by event; a later checkpoint alone shows only how many."""
    copy, keys = lost(people, tmp_path)
    told = copy("restore", "old.zip", "--keys", keys, "--against", "new.zip", "--json")
    assert told.status == 0, told
    found = told.json["against"]
    head = people("verify", "--json").json["size"]
    assert found["standing"] == "lost"
    assert found["lost"] == {
        "from": found["size"] + 1,
        "to": head,
        "count": head - found["size"],
    }
    assert [one["position"] for one in found["events"]] == list(range(found["size"] + 1, head + 1))
    assert told.json["last_signed"]["lost"]["to"] == head
    size = str(found["size"])
    assert people("prove", "--consistency", size, "--out", "grown.json", "--json").status == 0
    shown = copy("restore", "--check", "--keys", keys, "--against", "grown.json", "--json")
    assert shown.status == 0, shown
    assert shown.json["against"] == found | {"events": []}
    bundle = copy("restore", "--check", "--keys", keys, "--against", "later-bundle.zip", "--json")
    assert bundle.json["against"] == {**found, "known_size": bundle.json["against"]["known_size"]}
    alone = copy("restore", "--check", "--keys", keys, "--against", "later.txt", "--json")
    assert alone.status == 1
    assert "not shown" in alone.err


def test_another_ledger_is_not_the_one_known(people: AsnLedger, tmp_path: Path) -> None:
    """A backup of another ledger, and a history that went another way after a restore."""
    copy, keys = lost(people, tmp_path)
    assert copy("restore", "old.zip", "--keys", keys, "--json").status == 0
    copy.file("other.jsonl", *(about(1, "leave", on=f"2022-03-{day}") for day in range(10, 20)))
    assert copy("import", "other.jsonl", "--keys", keys, "--json").status == 0
    told = copy("restore", "--check", "--keys", keys, "--against", "new.zip", "--json")
    assert told.status == 1
    assert "another one than was known" in told.err
    (tmp_path / "third").mkdir()
    third = AsnLedger(f"sqlite:///{tmp_path / 'third' / 'l.sqlite3'}", tmp_path / "third")
    assert third("init").status == 0
    foreign = third("restore", "--check", "--against", people.folder / "new.zip", "--json")
    assert foreign.status == 1
    assert "another ledger" in foreign.err


def test_read_models_that_run_ahead_are_pulled_back(people: AsnLedger, tmp_path: Path) -> None:
    """The index of numbers and the facts table of a longer log tell nothing of what was lost."""
    people.file("more.jsonl", about(4, "registered", name="Dewi Contoh"))
    assert people("backup", "--out", "old.zip").status == 0
    assert people("import", "more.jsonl", "--json").status == 0
    keys = people("keys", "show", "--json").json["folder"]
    copy = AsnLedger(f"sqlite:///{tmp_path / 'copy.sqlite3'}", people.folder)
    told = copy("restore", "old.zip", "--keys", keys, "--json").json
    assert told["read_models"]["nip_index"] == told["size"] == told["read_models"]["facts_table"]
    assert copy("score", nip(4), *AS_OF, "--keys", keys).status == 1


def test_an_erasure_after_the_backup_stays(people: AsnLedger, tmp_path: Path) -> None:
    """The person's sealed parts do not come back, and the command says whose they were."""
    subject = people("score", nip(1), *AS_OF).json["subject"]
    assert people("backup", "--out", "old.zip").status == 0
    assert people("erase", nip(1), "--ground", "UU 27/2022 Pasal 43").status == 0
    keys = people("keys", "show", "--json").json["folder"]
    copy = AsnLedger(f"sqlite:///{tmp_path / 'copy.sqlite3'}", people.folder)
    told = copy("restore", "old.zip", "--keys", keys, "--json").json
    assert told["erased_after_the_backup"] == [subject]
    record = copy("history", subject, "--keys", keys, "--json").json["events"]
    assert record[0]["sealed"] is None
    assert copy("score", nip(1), *AS_OF, "--keys", keys).status == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("restore",),
        ("restore", "b.zip", "--check"),
        ("bundle", "--out", "x.zip", "--person", nip(1), "--unit", "BKD"),
        ("score", "BKD", *AS_OF[:-1], "--certificate", "x.json"),
    ],
)
def test_misuse(office: AsnLedger, arguments: tuple[str, ...]) -> None:
    """Commands that make no sense leave no file."""
    assert office(*arguments, "--json").status == 2
    assert not (office.folder / "x.zip").exists()
    assert not (office.folder / "x.json").exists()
