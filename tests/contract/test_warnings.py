"""`warnings`: what stands, by which rule, and who has seen it; nothing is ever deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import about, of_unit
from tests.contract.command import AsnLedger
from tests.persons import nip

LATE_IN_YEAR = ("--as-of", "2023-12-31")
WARNING_KEYS = [
    *("rule", "subject", "key", "says", "what", "from", "cite", "mark", "who_must_act"),
    *("next_step", "acknowledged", "person"),
]


@pytest.fixture
def watched(founded: AsnLedger) -> AsnLedger:
    """One person in order, one behind in everything, one CPNS whom nothing measures, one PPPK."""
    good, bad, cpns, pppk = 1, 2, 3, 4
    rows = [of_unit("BKD", "unit"), of_unit("DINKES", "unit", name="Dinas Kesehatan")]
    for who, unit in ((good, "BKD"), (bad, "DINKES"), (cpns, "DINKES"), (pppk, "DINKES")):
        work = {cpns: "CPNS", pppk: "PPPK"}.get(who, "PNS")
        rows += [
            about(who, "registered", employment=work, on="2015-01-01"),
            about(who, "position", on="2016-01-01", kind="PELAKSANA", unit=unit),
        ]
    rows += [
        about(good, "plan", **{"from": "2023-01-01", "to": "2023-12-31"}),
        about(good, "competency", title="A", to="2023-05-04", hours=20),
        about(good, "appraisal", period="2022", predicate="BAIK"),
        about(bad, "plan", **{"from": "2023-01-01", "to": "2023-12-31", "state": "DIAJUKAN"}),
        about(bad, "competency", title="B", to="2023-05-04", hours=19),
        about(bad, "appraisal", period="2021", predicate="BAIK"),
        about(bad, "appraisal", period="2022", predicate="BUTUH_PERBAIKAN"),
        about(bad, "position", on="2016-01-01", kind="PENGAWAS", unit="DINKES", title="Lain"),
        about(pppk, "plan", **{"from": "2023-01-01", "to": "2023-12-31"}),
        about(pppk, "competency", title="D", to="2023-05-04", hours=8),
    ]
    imported = founded("import", founded.file("berkas.jsonl", *rows), "--actor", "loket")
    assert imported.status == 0, imported.out
    return founded


def listed(asn: AsnLedger, *how: object) -> list[dict[str, Any]]:
    """The warnings that stand."""
    result = asn("warnings", "list", *how, "--json")
    assert result.status == 0, result.err
    found: list[dict[str, Any]] = result.json["warnings"]
    return found


def rules(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Whom each is about, and by which rule."""
    return [(one["person"]["nip"], one["rule"]) for one in found if one["person"]]


def test_each_rule_says_what_it_saw(watched: AsnLedger) -> None:
    """Who is in order is not named, nor whom no instrument measures; on both databases."""
    found = listed(watched, *LATE_IN_YEAR)
    assert rules(found) == [
        (nip(2), rule)
        for rule in ("SKP_MISSING", "TRAINING_BEHIND", "PREDICATE_LOW", "FACTS_CONFLICT")
    ]
    assert [list(one) for one in found] == [WARNING_KEYS] * 4
    told = {one["rule"]: one["what"] for one in found}
    assert (told["TRAINING_BEHIND"]["points"], told["TRAINING_BEHIND"]["of"]) == ("19", "20")
    assert told["PREDICATE_LOW"]["predicate"] == "BUTUH_PERBAIKAN"
    assert told["PREDICATE_LOW"]["effective_on"] == "2022-12-31"
    assert listed(watched, nip(2), *LATE_IN_YEAR) == found
    assert listed(watched, "--unit", "DINKES", *LATE_IN_YEAR) == found
    assert listed(watched, "--unit", "BKD", *LATE_IN_YEAR) == []


def test_a_rule_speaks_from_its_day_on(watched: AsnLedger) -> None:
    """Training from October on; a missing SKP from February on."""
    early = listed(watched, nip(2), "--as-of", "2023-09-30")
    assert "TRAINING_BEHIND" not in {one["rule"] for one in early}
    january = {one["rule"] for one in listed(watched, nip(2), "--as-of", "2023-01-31")}
    assert january == {"PREDICATE_LOW", "FACTS_CONFLICT"}


def test_seen_by_whom_and_when_it_stays(watched: AsnLedger) -> None:
    """An acknowledgement marks, once a person; the next year's warning is another one."""
    head = watched("decision", "list", "--json").json["position"]
    how = ("SKP_MISSING", nip(2), *LATE_IN_YEAR)
    first = watched("warnings", "acknowledge", *how, "--note", "ok", "--actor", "a", "--json")
    assert [one["new"] for one in first.json["acknowledged"]] == [True]
    again = watched("warnings", "acknowledge", *how, "--actor", "a", "--json")
    assert [one["new"] for one in again.json["acknowledged"]] == [False]
    watched("warnings", "acknowledge", *how, "--actor", "b")
    (skp, *_) = listed(watched, nip(2), *LATE_IN_YEAR)
    assert [one["by"] for one in skp["acknowledged"]] == ["a", "b"]
    before = listed(watched, nip(2), *LATE_IN_YEAR, "--position", head)
    assert [one["acknowledged"] for one in before] == [[]] * len(before)
    (later, *_) = listed(watched, nip(2), "--as-of", "2024-12-31")
    assert (later["rule"], later["key"], later["acknowledged"]) == ("SKP_MISSING", "2024", [])
    assert "seen by a at" in watched("warnings", "list", nip(2), *LATE_IN_YEAR).out


def test_what_does_not_stand_is_not_acknowledged(watched: AsnLedger) -> None:
    """Refused by its code, and nothing is recorded."""
    head = watched("decision", "list", "--json").json["position"]
    for how in (("SKP_MISSING", nip(1)), ("LAIN", nip(2)), ("CHECKPOINT_OLD", "ledger")):
        result = watched("warnings", "acknowledge", *how, *LATE_IN_YEAR, "--json")
        assert (result.status, result.json["error"]["code"]) == (1, "warning_unknown")
    assert watched("decision", "list", "--json").json["position"] == head
    two = watched("warnings", "list", nip(2), "--unit", "BKD", "--json")
    assert (two.status, two.json["error"]["code"]) == (2, "misused")
