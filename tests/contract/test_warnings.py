"""`warnings`: what stands, by which rule, and who has seen it; nothing is ever deleted."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from tests.builders import about, of_book, of_unit
from tests.contract.command import AsnLedger
from tests.contract.test_enacting import in_force
from tests.persons import nip

LATE_IN_YEAR = ("--as-of", "2023-12-31")
WARNING_KEYS = [
    *("rule", "subject", "key", "says", "what", "from", "cite", "mark", "who_must_act"),
    *("next_step", "acknowledged", "person", "unit"),
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


CALENDAR = of_book("calendar", year=2022, holidays=[], decree="SKB 1/2021", on="2022-01-01")
REPORT = {"id": "K-1", "act_on": "2022-02-21", "ground": "LAIN"}
SUMMONS = {"case": "K-1", "number": 1, "on": "2022-03-02"}
MISSED = {"case": "K-1", "number": 1, "attended": False, "on": "2022-03-11"}


def of_rule(asn: AsnLedger, rule: str, *how: object) -> list[dict[str, Any]]:
    """The warnings of one rule."""
    return [one for one in listed(asn, *how) if one["rule"] == rule]


def test_a_late_step_of_a_case_is_a_warning_until_it_is_taken(watched: AsnLedger) -> None:
    """Named with its day and article; where no calendar tells, that is said and not passed over."""
    rows = [about(1, "case", on="2022-03-01", **REPORT), about(1, "summons", **SUMMONS)]
    rows.append(about(1, "examination", **MISSED))
    assert watched("import", watched.file("kasus.jsonl", *rows)).status == 0
    asked = (nip(1), "--as-of", "2022-03-25")
    (unknown,) = of_rule(watched, "STEP_OVERDUE", *asked)
    assert (unknown["what"]["due"], unknown["what"]["calendar_missing"]) == (None, 2022)
    assert watched("import", watched.file("kalender.jsonl", CALENDAR)).status == 0
    (late,) = of_rule(watched, "STEP_OVERDUE", *asked)
    assert late["what"] == {
        "case": "K-1",
        "step": "SUMMONS_2",
        "due": "2022-03-22",
        "cite": "PP 94/2021 Pasal 26(3)",
    }
    assert of_rule(watched, "STEP_OVERDUE", nip(1), "--as-of", "2022-03-22") == []
    assert of_rule(watched, "STEP_OVERDUE", "--unit", "BKD", "--as-of", "2022-03-25") == [late]
    how = ("STEP_OVERDUE", nip(1), "--as-of", "2022-03-25", "--actor", "a", "--json")
    assert watched("warnings", "acknowledge", *how).json["acknowledged"][0]["new"]
    taken = about(1, "summons", case="K-1", number=2, on="2022-03-24")
    assert watched("import", watched.file("lanjut.jsonl", taken)).status == 0
    assert of_rule(watched, "STEP_OVERDUE", *asked) == []


def test_absence_that_leads_to_a_sanction_is_a_warning_until_it_is_reported(
    watched: AsnLedger,
) -> None:
    """From the working day on that reaches a rung; the next rung is another warning."""
    away = about(2, "absence", **{"from": "2022-03-07", "to": "2022-03-10", "valid": False})
    assert watched("import", watched.file("alpa.jsonl", away, CALENDAR)).status == 0
    assert of_rule(watched, "ABSENCE_RUNG", nip(2), "--as-of", "2022-03-08") == []
    (first,) = of_rule(watched, "ABSENCE_RUNG", nip(2), "--as-of", "2022-03-09")
    (second,) = of_rule(watched, "ABSENCE_RUNG", nip(2), "--as-of", "2022-03-31")
    assert (first["what"]["leads_to"], first["key"]) == ("TEGURAN_LISAN", "absence/2022/3")
    assert (second["what"]["leads_to"], second["what"]["days"]) == ("TEGURAN_TERTULIS", 4)
    told = watched("case", "absences", nip(2), "--as-of", "2022-03-31")
    assert "TEGURAN_TERTULIS" in told.out
    case = about(
        2, "case", on="2022-03-31", id="K-2", act_on="2022-03-10", ground="TIDAK_MASUK_KERJA"
    )
    assert watched("import", watched.file("lapor.jsonl", case)).status == 0
    assert of_rule(watched, "ABSENCE_RUNG", nip(2), "--as-of", "2022-03-31") == []
    shown = watched("case", "absences", nip(2), "--as-of", "2022-03-31", "--json").json
    assert list(shown) == ABSENCE_KEYS
    assert (shown["days"], shown["rung"]["from_days"], shown["cases"]) == (4, 4, ["K-2"])
    assert shown["rung"]["reached_on"] == "2022-03-10"
    refused = watched("case", "absences", nip(2), "--as-of", "2022-03-31", "--year", "2023")
    assert refused.status == 2
    pppk = watched("case", "absences", nip(4), "--as-of", "2022-03-31", "--json").json
    assert (pppk["procedure"]["regime"], pppk["ladder"], pppk["days"]) == ("PPPK", False, 0)


ABSENCE_KEYS = [
    *("subject", "year", "as_of", "position", "procedure", "days", "in_a_row", "missing_year"),
    *("ladder", "rung", "absences", "cases", "person"),
]


def test_a_warning_about_a_unit_is_acknowledged_in_its_own_stream(watched: AsnLedger) -> None:
    """Only where the agency enacted the guide; seen once, and nobody in the unit is said to be."""
    assert of_rule(watched, "DISTRIBUTION_OUTSIDE", *LATE_IN_YEAR) == []
    text = DRAFT_OF_GUIDE.replace("{missing: [20, 51]}", "51")
    in_force(watched, text, "sebaran.yaml")
    rows = [about(who, "appraisal", period="2023", predicate="SANGAT_BAIK") for who in (2, 4)]
    rows.append(
        of_unit("DINKES", "unit_appraisal", period="2023", predicate="KURANG", set_by="PPK")
    )
    assert watched("import", watched.file("predikat.jsonl", *rows), "--actor", "loket").status == 0
    (found,) = of_rule(watched, "DISTRIBUTION_OUTSIDE", "--unit", "DINKES", *LATE_IN_YEAR)
    assert (found["unit"], found["person"]) == ("DINKES", None)
    assert "sangat_baik" in found["what"]["of"]
    how = ("DISTRIBUTION_OUTSIDE", "DINKES", *LATE_IN_YEAR, "--actor", "a", "--json")
    assert [
        one["new"] for one in watched("warnings", "acknowledge", *how).json["acknowledged"]
    ] == [True]
    assert [
        one["new"] for one in watched("warnings", "acknowledge", *how).json["acknowledged"]
    ] == [False]
    (seen,) = of_rule(watched, "DISTRIBUTION_OUTSIDE", *LATE_IN_YEAR)
    assert [one["by"] for one in seen["acknowledged"]] == ["a"]
    members = ("SKP_MISSING", "DINKES", *LATE_IN_YEAR, "--actor", "a")
    assert watched("warnings", "acknowledge", *members).status == 1


DRAFT_OF_GUIDE = (
    resources.files("projections")
    .joinpath("instruments", "drafts", "sebaran-predikat-se-menpanrb-3-2023.yaml")
    .read_text("utf-8")
)
