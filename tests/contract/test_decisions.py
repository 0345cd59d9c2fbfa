"""`decision`: two people, one basis, and what later knowledge makes of it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from projections import answer
from projections.decisions import basis, recheck
from tests.builders import DOCUMENT, about, of_unit
from tests.contract.command import AsnLedger, Result
from tests.persons import nip

DAY = ("--as-of", "2023-12-31")
DECREE = ("--number", "SK 1/2024", "--decided-on", "2024-02-01")
DECISION_KEYS = [
    *("id", "kind", "state", "instrument", "requirements", "unit", "listed", "as_of", "tie_rule"),
    *("basis", "drafted", "recommended", "issued", "revoked", "candidates"),
]
CANDIDATE_KEYS = [
    *("subject", "rank", "total", "band", "status", "requirements", "why", "chosen", "digest"),
    "person",
]


def office(asn: AsnLedger) -> AsnLedger:
    """Five people of one unit: trainings of 10 to 40 hours, and one whose hours are blank."""
    rows = [of_unit("BKD", "unit")]
    for who in range(1, 6):
        hours = {} if who == 5 else {"hours": 10 * who}
        rows += [
            about(who, "registered", on="2020-12-01" if who == 2 else "2010-12-01"),
            about(who, "position", on="2021-01-01", kind="PELAKSANA"),
            about(who, "competency", title=f"Diklat {who}", to="2023-05-04", key="k", **hours),
        ]
    imported = asn("import", asn.file("berkas.jsonl", *rows), "--actor", "loket")
    assert imported.status == 0, imported.out
    return asn


@pytest.fixture
def on_each(founded: AsnLedger) -> AsnLedger:
    """The office on each database."""
    return office(founded)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `people`, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("decisions")
    asn = AsnLedger(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    assert asn("init").status == 0
    office(asn)
    return folder


@pytest.fixture
def people(built: Path, tmp_path: Path) -> AsnLedger:
    """The office."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return AsnLedger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)


def run(asn: AsnLedger, verb: str, *how: object, actor: str = "ani") -> Result:
    """One step of a decision."""
    return asn("decision", verb, *how, "--actor", actor, "--json")


def draft(asn: AsnLedger, *how: object, ident: str = "P-1", kind: str = "PELATIHAN") -> Any:
    """A draft by ani on the hours of 2023; gives the decision."""
    common = ("--kind", kind, "--instrument", "jp-tahunan", *DAY, "--id", ident)
    result = run(asn, "draft", *common, *how)
    assert result.status == 0, result.err
    return result.json["decision"]


def issue(asn: AsnLedger, *how: object, ident: str = "P-1") -> Any:
    """The decree of the PPK, with reasons, as nobody recommended it."""
    result = run(asn, "issue", ident, *DECREE, "--reasons", "perlu", *how, actor="ppk")
    assert result.status == 0, result.err
    return result.json["decision"]


def checked(asn: AsnLedger, ident: str = "P-1") -> Any:
    """A decision checked again."""
    return asn("decision", "recheck", ident, "--json").json


def imported(asn: AsnLedger, *rows: dict[str, Any]) -> None:
    """Facts that become known later."""
    result = asn("import", asn.file("kemudian.jsonl", *rows), "--actor", "loket", "--json")
    assert result.status == 0, result.out


def ranks(decision: Any) -> dict[str, tuple[int | None, str | None]]:
    """Number of each candidate -> rank and total."""
    return {one["person"]["nip"]: (one["rank"], one["total"]) for one in decision["candidates"]}


def test_the_whole_chain(on_each: AsnLedger) -> None:
    """Drafted, recommended, issued, checked again: on both databases, each step once."""
    drafted = draft(on_each, "--unit", "BKD", "--choose", nip(2), "--choose", nip(3))
    assert list(drafted) == DECISION_KEYS
    assert [list(one) for one in drafted["candidates"]] == [CANDIDATE_KEYS] * 5
    assert ranks(drafted) == {
        nip(2): (1, "20"),
        nip(3): (1, "20"),
        nip(4): (1, "20"),
        nip(1): (4, "10"),
        nip(5): (None, None),
    }
    (unranked,) = [one for one in drafted["candidates"] if one["rank"] is None]
    assert unranked["why"] == ["FIELD_UNKNOWN"]
    how = ("P-1", "--body", "TIM_PENILAI_KINERJA", "--in-favour")
    assert run(on_each, "recommend", *how, actor="tim").json["decision"]["state"] == "recommended"
    issued = run(on_each, "issue", "P-1", *DECREE, actor="ppk").json
    assert issued["new"]
    assert issued["decision"]["issued"]["number"] == "SK 1/2024"
    assert not issued["decision"]["issued"]["against_ranking"]
    assert not run(on_each, "issue", "P-1", *DECREE, actor="ppk").json["new"]
    assert on_each("decision", "show", "P-1", "--json").json == issued["decision"]
    (listed,) = on_each("decision", "list", "--json").json["decisions"]
    assert (listed["id"], listed["state"], listed["candidates"], listed["chosen"]) == (
        *("P-1", "issued", 5, 2),
    )
    found = checked(on_each)
    assert found["basis"]["same"]
    assert found["basis"]["replayed"] == drafted["basis"]["digest"]
    assert (found["later"]["moved"], found["later"]["would_have_mattered"]) == ([], False)


def test_a_decision_about_a_unit_takes_nobody_s_certificate_away(people: AsnLedger) -> None:
    """Whoever was never in the unit of a decision is certified as before."""
    imported(
        people,
        of_unit("SETDA", "unit"),
        about(7, "registered", on="2015-01-01"),
        about(7, "position", on="2016-01-01", kind="PELAKSANA", unit="SETDA"),
    )
    asked = ("score", "--instrument", "jp-tahunan", nip(3), *DAY)
    before = people(*asked, "--json").json["total"]
    draft(people, "--unit", "SETDA", "--choose", nip(7))
    draft(people, "--unit", "SETDA", ident="PN-1", kind="PENETAPAN")
    issue(people, ident="PN-1")
    written = people(*asked, "--certificate", "nilai.json", "--json")
    assert written.status == 0, written.err
    told = people("verify", "nilai.json", "--json")
    assert told.status == 0, told.err
    assert told.json["answer"]["digest"] == written.json["digest"]
    assert written.json["total"] == before


def test_the_same_draft_again_adds_nothing(people: AsnLedger) -> None:
    """Although the head has moved on; another choice under the same id is refused."""
    how = ("--all", "--choose", nip(3))
    first = draft(people, *how)
    again = run(
        *(people, "draft", "--kind", "PELATIHAN", "--instrument", "jp-tahunan", *DAY),
        *("--id", "P-1", *how),
    )
    assert (again.json["new"], again.json["decision"]) == (False, first)
    other = ("--kind", "PELATIHAN", "--instrument", "jp-tahunan", *DAY, "--id", "P-1", "--all")
    refused = run(people, "draft", *other)
    assert (refused.status, refused.json["error"]["code"]) == (1, "decision_already_drafted")


@pytest.mark.parametrize(
    ("verb", "how", "actor", "code", "status"),
    [
        ("issue", ("P-1", *DECREE, "--reasons", "x"), "ANI", "second_person_needed", 1),
        ("issue", ("P-1", *DECREE), "ppk", "reasons_needed", 1),
        ("issue", ("P-2", *DECREE), "ppk", "decision_unknown", 1),
        (
            *("issue", ("P-1", *DECREE, "--choose", nip(4), "--reasons", "x"), "ppk"),
            *("candidate_outside_question", 1),
        ),
        ("issue", ("P-1", *DECREE, "--choose", "XYZ"), "ppk", "person_unknown", 1),
        (
            *("issue", ("P-1", "--number", nip(3), "--decided-on", "2024-02-01"), "ppk"),
            *("misused", 2),
        ),
        (
            *("recommend", ("P-1", "--body", "PANEL", "--in-favour"), "ani"),
            *("second_person_needed", 1),
        ),
        ("show", ("P-9",), None, "decision_unknown", 1),
        ("recheck", ("P-9",), None, "decision_unknown", 1),
    ],
)
def test_what_is_refused_says_so(
    people: AsnLedger, verb: str, how: tuple[str, ...], actor: str | None, code: str, status: int
) -> None:
    """By code and exit status; and nothing is recorded."""
    draft(people, nip(1), nip(2), nip(3), "--choose", nip(3))
    before = people("decision", "list", "--json").json
    by = () if actor is None else ("--actor", actor)
    result = people("decision", verb, *how, *by, "--json")
    assert (result.status, result.json["error"]["code"]) == (status, code)
    assert result.json["error"]["next_step"]
    assert nip(3) not in result.out + result.err
    assert people("decision", "list", "--json").json == before


@pytest.mark.parametrize(
    ("how", "code", "status"),
    [
        (("--instrument", "jp-tahunan", "--as-of", "2199-01-01", "--all"), "forecast", 1),
        (("--instrument", "jp-tahunan", *DAY), "misused", 2),
        (("--instrument", "jp-tahunan", *DAY, "--all", "--unit", "BKD"), "misused", 2),
        (
            ("--instrument", "jp-tahunan", *DAY, "--all", "--require", "jp-tahunan"),
            *("misused", 2),
        ),
        (("--instrument", "jp-tahunan", *DAY, "--all", "--require", "ip-asn"), "misused", 2),
        (("--instrument", "lain", *DAY, "--all"), "instrument_unknown", 1),
        (("--instrument", "jp-tahunan", "--as-of", "2009-01-01", "--all"), "no_rules", 1),
        (("--instrument", "jp-tahunan", "--as-of", "2019-12-31", nip(900)), "person_unknown", 1),
    ],
)
def test_a_question_that_cannot_be_decided(
    people: AsnLedger, how: tuple[str, ...], code: str, status: int
) -> None:
    """A day to come, nobody or two kinds of people, no requirements, no rules, a stranger."""
    result = run(people, "draft", "--kind", "MUTASI", "--id", "P-1", *how)
    assert result.status == status, result.out
    assert code in result.json["error"]["code"].lower()
    assert people("decision", "list", "--json").json["decisions"] == []


def test_requirements_stand_beside_the_ranking(people: AsnLedger) -> None:
    """Each met, not met or unknown; choosing somebody who does not meet one needs reasons."""
    drafted = draft(people, "--all", "--require", "satyalancana-x")
    told = {one["person"]["nip"]: one["requirements"] for one in drafted["candidates"]}
    assert {states["satyalancana-x/masa_kerja"] for states in told.values()} == {"met", "not_met"}
    assert told[nip(2)]["satyalancana-x/masa_kerja"] == "not_met"
    assert set(drafted["basis"]["instruments"]) == {"jp-tahunan", "satyalancana-x"}
    refused = run(
        *(people, "draft", "--kind", "SATYALANCANA", "--instrument", "jp-tahunan", *DAY),
        *("--id", "P-2", "--all", "--require", "satyalancana-x", "--choose", nip(2)),
    )
    assert refused.json["error"]["code"] == "reasons_needed"
    alone = run(
        *(people, "draft", "--kind", "SATYALANCANA", "--instrument", "satyalancana-x", *DAY),
        *("--id", "P-3", "--all", "--choose", nip(3)),
    ).json["decision"]
    by_rank = {one["person"]["nip"]: (one["rank"], one["why"]) for one in alone["candidates"]}
    assert by_rank[nip(3)] == (1, [])
    assert by_rank[nip(2)] == (None, ["REQUIREMENT_NOT_MET"])


def test_people_are_named_on_standard_input(people: AsnLedger) -> None:
    """So that their numbers stay out of the shell's history."""
    how = ("--kind", "MUTASI", "--instrument", "jp-tahunan", *DAY, "--id", "P-1", "-")
    result = people("decision", "draft", *how, "--json", stdin=f"{nip(1)}\n{nip(3)}\n")
    assert set(ranks(result.json["decision"])) == {nip(1), nip(3)}


def test_later_knowledge_is_told_with_its_causes(people: AsnLedger) -> None:
    """Hours recorded late would have put another in the first place: that would have mattered."""
    draft(people, nip(1), nip(3), "--choose", nip(3))
    issue(people)
    imported(people, about(1, "competency", title="Terlambat", to="2023-06-01", hours=30))
    found = checked(people)
    assert found["basis"]["same"]
    (moved,) = found["later"]["moved"]
    assert (moved["person"]["nip"], moved["chosen"]) == (nip(1), False)
    assert (moved["from"]["total"], moved["to"]["total"]) == ("10", "20")
    assert (moved["from"]["rank"], moved["to"]["rank"]) == (2, 1)
    ((told,),) = [[cause["what"] for cause in part["causes"]] for part in moved["causes"]]
    assert told == "became_known_late"
    assert (found["later"]["ranking"], found["later"]["choice"]) == (True, False)
    assert not found["later"]["would_have_mattered"]
    annul = about(3, "annul", target="k", document=DOCUMENT)
    imported(people, annul)
    found = checked(people)
    assert (found["basis"]["same"], found["later"]["would_have_mattered"]) == (True, True)
    said = people("decision", "recheck", "P-1")
    assert said.status == 0
    assert "would have mattered" in said.out
    assert "annulled competency" in said.out


def test_another_engine_is_told_apart(people: AsnLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same position and texts under another engine: found, named, exit status 1."""
    draft(people, "--all")
    for module in (answer, recheck, basis):
        monkeypatch.setattr(module, "ENGINE", "2")
    result = people("decision", "recheck", "P-1", "--json")
    assert result.status == 1
    assert result.json["basis"]["differs"] == "engine"
    assert result.json["basis"]["engine"] == {"drafted": "1", "now": "2"}
    assert result.json["later"]["moved"] == []
    assert "the engine is 2, it was 1" in people("decision", "recheck", "P-1").out


def test_other_answers_of_the_same_engine_are_told_apart(
    people: AsnLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the program computes otherwise, or the record was altered."""
    draft(people, "--all")
    plain = answer.Answer.as_json

    def otherwise(self: answer.Answer, *, with_facts: bool = True) -> dict[str, Any]:
        shown = plain(self, with_facts=with_facts)
        return shown | {"digest": answer.digest(shown | {"band": "LAIN"})}

    monkeypatch.setattr(answer.Answer, "as_json", otherwise)
    result = people("decision", "recheck", "P-1", "--json")
    assert (result.status, result.json["basis"]["differs"]) == (1, "program_or_record")


def test_a_revoked_decision_stays_on_record(people: AsnLedger) -> None:
    """It says who revoked it and why; a draft may be withdrawn by its drafter."""
    draft(people, "--all", "--choose", nip(3))
    issue(people)
    how = ("P-1", "--decided-on", "2024-03-01", "--number", "SK 2/2024", "--reasons", "keliru")
    assert run(people, "revoke", *how).json["error"]["code"] == "second_person_needed"
    gone = run(people, "revoke", *how, actor="ppk").json["decision"]
    assert (gone["state"], gone["revoked"]["number"]) == ("revoked", "SK 2/2024")
    assert gone["revoked"]["reasons"] == "keliru"
    draft(people, "--all", "--choose", nip(3), ident="P-2")
    left = run(people, "revoke", "P-2", "--decided-on", "2024-03-01").json["decision"]
    assert left["state"] == "withdrawn"
    assert "withdrawn" in people("decision", "list").out


def test_a_person_reads_it_in_words(people: AsnLedger) -> None:
    """Basis, steps and candidates; who has no rank stands last with the reason."""
    draft(people, "--unit", "BKD", "--choose", nip(3))
    issue(people)
    told = people("decision", "show", "P-1").out
    assert "issued as SK 1/2024 on 2024-02-01, by ppk at position" in told
    assert ": perlu" in told
    assert "no rank: FIELD_UNKNOWN" in told
    assert told.index(nip(3)) < told.index(nip(1)) < told.index(nip(5))


def test_the_tie_rule_may_tell_equals_apart(people: AsnLedger) -> None:
    """By the first measure in which they differ; who equals in all still shares the rank."""
    imported(
        people,
        about(1, "qualification", level="S2", on="2015-08-01"),
        about(2, "appraisal", period="2023", predicate="BUTUH_PERBAIKAN"),
        *(about(who, "qualification", level="S1", on="2015-08-01") for who in (2, 3, 4, 5)),
        *(about(who, "appraisal", period="2023", predicate="BAIK") for who in (1, 3, 4, 5)),
    )
    how = ("--kind", "MUTASI", "--instrument", "ip-asn", *DAY, "--all")
    shared = run(people, "draft", *how, "--id", "P-1").json["decision"]
    told = run(people, "draft", *how, "--id", "P-2", "--tie-rule", "MEASURES").json["decision"]
    assert told["tie_rule"] == "MEASURES"
    for before, after in zip(shared["candidates"], told["candidates"], strict=True):
        assert (before["rank"] is None) == (after["rank"] is None)
        assert before["rank"] is None or before["rank"] <= after["rank"]
    totals = [one["total"] for one in told["candidates"] if one["rank"]]
    assert totals == sorted(totals, key=Decimal, reverse=True)
