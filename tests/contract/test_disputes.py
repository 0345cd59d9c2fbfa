"""`dispute`: contest a fact, decide it by somebody else, and carry out what was upheld."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import about
from tests.contract.command import AsnLedger, Result
from tests.persons import nip

LETTER = ("--document", "SURAT:800/7/2024:2024-03-01")
WHY = ("--reason", "sertifikat bukan miliknya")
KEYS = [
    *("id", "subject", "fact", "by", "position", "recorded_at", "actor", "document", "state"),
    *("resolved", "next"),
]
SCORE = ("score", nip(1), "--instrument", "ip-asn", "--as-of", "2022-12-31", "--json")


def contest(
    asn: AsnLedger, fact: str = "kursus-1", ident: str = "D-1", actor: str = "ani"
) -> dict[str, Any]:
    """A dispute about a fact of the first person."""
    result = asn(
        *("dispute", "open", fact, "--subject", nip(1), "--by", "BKD", *WHY, *LETTER),
        *("--id", ident, "--actor", actor, "--json"),
    )
    assert result.status == 0, result.err
    found: dict[str, Any] = result.json
    return found


def resolve(asn: AsnLedger, outcome: str, actor: str = "budi", ident: str = "D-1") -> Result:
    """The result of deciding it."""
    return asn(
        *("dispute", "resolve", ident, "--outcome", outcome, *WHY, *LETTER),
        *("--actor", actor, "--json"),
    )


def test_a_fact_is_contested_flagged_decided_and_corrected(office: AsnLedger) -> None:
    """The whole way: flagged in the score while open, upheld by another, annulled, done."""
    opened = contest(office)
    assert opened["new"] is True
    one = opened["dispute"]
    assert list(one) == KEYS
    assert (one["state"], one["next"], one["resolved"]) == ("OPEN", "decide", None)
    assert one["document"] == {"kind": "SURAT", "number": "800/7/2024", "date": "2024-03-01"}
    assert one["fact"]["kind"] == "competency"
    scored = office(*SCORE).json
    assert scored["disputed"] == [one["fact"]["position"]]
    assert scored["status"] == "provisional"
    assert contest(office)["new"] is False
    ended = resolve(office, "DITERIMA").json["dispute"]
    assert (ended["state"], ended["next"]) == ("DITERIMA", "correct_or_annul")
    assert office(*SCORE).json["disputed"] == []
    annulled = office.file("batal.jsonl", about(1, "annul", target="kursus-1"))
    assert office("import", annulled, "--json").status == 0
    (listed,) = office("dispute", "list", "--all", "--json").json["disputes"]
    assert (listed["next"], listed["fact"]["stands"]) == (None, False)
    assert office("dispute", "list", "--json").json["disputes"] == []


def test_a_fact_is_named_by_position_or_event_too(office: AsnLedger) -> None:
    """And a unit's facts as a person's; the list of a unit holds those of its members."""
    rows = office("history", nip(1), "--json").json
    level = next(row for row in rows["events"] if row["fact"] == "qualification")
    named = ("--by", "BKD", *WHY, *LETTER, "--actor", "ani", "--json")
    first = office("dispute", "open", level["position"], *named, "--id", "D-1")
    assert first.json["dispute"]["subject"] == rows["subject"]
    again = office(
        "dispute", "open", f"{rows['subject']}/{level['version']}", *named, "--id", "D-1"
    )
    assert again.json["new"] is False
    unit = office("history", "DISDIK", "--json").json["events"][0]["position"]
    second = office("dispute", "open", unit, *named, "--id", "D-2")
    assert second.json["dispute"]["fact"]["kind"] == "unit"
    ids = [
        [one["id"] for one in office("dispute", "list", "--unit", unit, "--json").json["disputes"]]
        for unit in ("BKD", "DISDIK")
    ]
    assert ids == [["D-1"], ["D-2"]]


def test_show_tells_the_sealed_reasons_and_nothing_else_does(office: AsnLedger) -> None:
    """Why it was contested stands sealed; `history` of the log shows the event without it."""
    contest(office)
    resolve(office, "DITOLAK")
    found = office("dispute", "show", "D-1", "--json").json
    assert list(found) == [*KEYS, "reason", "outcome_reason"]
    assert found["reason"] == found["outcome_reason"] == WHY[1]
    assert WHY[1] not in office("events", "--json").out
    told = office("dispute", "show", "D-1").out
    assert "DITOLAK" in told
    assert WHY[1] in told


@pytest.mark.parametrize(
    ("actor", "outcome", "status", "code"),
    [
        ("ani", "DITERIMA", 1, "not_allowed"),
        ("ANI", "DITOLAK", 1, "not_allowed"),
        ("ani", "DICABUT", 0, None),
    ],
)
def test_who_opened_it_only_withdraws_it(
    office: AsnLedger, actor: str, outcome: str, status: int, code: str | None
) -> None:
    """In no spelling of his account may he decide it."""
    contest(office)
    result = resolve(office, outcome, actor)
    assert result.status == status
    assert (result.json["error"]["code"] if status else None) == code


def test_what_cannot_be_contested_is_refused(office: AsnLedger) -> None:
    """Unknown facts and disputes, references, a second dispute, a document that is none."""
    named = ("--by", "BKD", *WHY, "--id", "D-9", "--actor", "ani", "--json")
    subject = ("--subject", nip(1))
    unknown = office("dispute", "open", "kursus-9", *subject, *named, *LETTER)
    assert (unknown.status, unknown.json["error"]["code"]) == (1, "target_unknown")
    book = office("events", "--kind", "position_ref", "--json").lines[0]["position"]
    refused = office("dispute", "open", book, *named, *LETTER)
    assert (refused.status, refused.json["error"]["code"]) == (1, "not_allowed")
    misused = office("dispute", "open", "kursus-1", *subject, *named, "--document", "surat")
    assert misused.status == 2
    contest(office)
    second = office("dispute", "open", "kursus-1", *subject, *named, *LETTER)
    assert second.json["error"]["code"] == "fact_already_disputed"
    assert resolve(office, "DITOLAK", ident="D-8").json["error"]["code"] == "dispute_unknown"
    assert resolve(office, "DITOLAK").status == 0
    assert resolve(office, "DITERIMA").json["error"]["code"] == "not_allowed"


def test_two_records_may_use_one_id(office: AsnLedger) -> None:
    """Then a dispute is named with its subject."""
    contest(office)
    other = office("history", nip(2), "--json").json["events"][1]["position"]
    named = ("--by", "BKD", *WHY, *LETTER, "--id", "D-1", "--actor", "ani")
    assert office("dispute", "open", other, *named).status == 0
    assert office("dispute", "show", "D-1").status == 2
    assert office("dispute", "show", "D-1", "--subject", nip(2)).status == 0


def test_on_each_database(founded: AsnLedger) -> None:
    """Opening, deciding and listing are the same on SQLite and PostgreSQL."""
    rows = (about(1, "registered"), about(1, "competency", hours=25, key="kursus-1"))
    assert founded("import", founded.file("a.jsonl", *rows)).status == 0
    assert contest(founded)["new"] is True
    assert resolve(founded, "DITOLAK").json["new"] is True
    assert resolve(founded, "DITOLAK").json["new"] is False
    (one,) = founded("dispute", "list", "--all", "--json").json["disputes"]
    assert one["state"] == "DITOLAK"
