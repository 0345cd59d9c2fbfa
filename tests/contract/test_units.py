"""Units at the command line: their answers, their people, differences, series, and closings."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.builders import about, of_unit
from tests.contract.command import AsnLedger
from tests.enacting import enact_draft
from tests.golden.unit_record import ASPECTS
from tests.persons import nip

DAY = ("--instrument", "kinerja-opd", "--as-of", "2022-12-31")
ANI, BUDI, CITRA = 1, 2, 3
KEYS = (
    *("instrument", "decree", "enacted", "engine", "period", "subject", "unit", "position_kind"),
    *("as_of", "position", "known_at", "digest", "status", "why", "issued", "hypothetical"),
    *("disputed", "range", "total", "band", "measures", "facts", "named"),
)
COUNTS = (
    *("people", "measured", "provisional", "not_computable", "not_applicable", "why", "bands"),
    *("mean", "among"),
)


def rows() -> Iterator[dict[str, Any]]:
    """A body with a section; Ani and Budi are measured, Citra is PPPK; all assessed for 2022."""
    yield of_unit("BKD", "unit", name="Badan Kepegawaian", kind="BADAN")
    yield of_unit("BKD-1", "unit", name="Bidang Mutasi", parent="BKD", kind="BIDANG")
    yield of_unit("DINSOS", "unit", name="Dinas Sosial", kind="DINAS")
    for who, unit in ((ANI, "BKD-1"), (BUDI, "BKD"), (CITRA, "BKD-1")):
        yield about(
            who, "registered", on="2010-01-01", employment="PPPK" if who == CITRA else "PNS"
        )
        yield about(who, "qualification", on="2009-08-01", level="S2" if who == ANI else "S1")
        yield about(who, "position", on="2015-01-01", unit=unit, kind="PELAKSANA")
        for year in (2020, 2021, 2022):
            yield about(who, "appraisal", period=str(year), predicate="BAIK")
    for aspect, components in ASPECTS.items():
        for component in components:
            told = {"aspect": aspect, "component": component, "stage": "DITETAPKAN"}
            yield of_unit("BKD", "assessment", assessor="INSPEKTORAT", **told)


def founded_at(asn: AsnLedger) -> AsnLedger:
    """A ledger with these rows in which kinerja-opd is enacted."""
    assert asn("init").status == 0
    imported = asn("import", asn.file("unit.jsonl", *rows()))
    assert imported.status == 0, imported.out
    enact_draft(asn.url, "kinerja-opd-contoh", folder=asn.folder)
    return asn


@pytest.fixture
def units(tmp_path: Path) -> AsnLedger:
    """Three people of two units of one body, and a body with nobody."""
    return founded_at(AsnLedger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path))


def ask(asn: AsnLedger, *arguments: object) -> Any:
    """One answer as of the end of 2022."""
    result = asn("score", *arguments, *DAY, "--json")
    assert result.status == 0, result.err
    return result.json


def people_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The measure over the people of a unit."""
    return next(
        one
        for aspect in answer["measures"]
        for one in aspect["measures"]
        if one["rule"] == "members"
    )


def bare(value: Any) -> Any:
    """A part of an answer without the lists that the digest leaves out."""
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items() if key not in ("facts", "members")}
    return [bare(one) for one in value] if isinstance(value, list) else value


def digest_of(answer: dict[str, Any]) -> str:
    """As an outsider computes it: the standard library and the sentence of docs/facts.md."""
    kept = {key: one for key, one in answer.items() if key not in ("digest", "person", "named")}
    text = json.dumps(bare(kept), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_a_unit_has_one_answer_with_its_counts(units: AsnLedger) -> None:
    """S2 makes 50 and S1 45: the mean is 47.5; who is PPPK is counted as not measured."""
    answer = ask(units, "BKD")
    assert tuple(answer) == KEYS
    assert (answer["unit"], answer["position_kind"]) == (answer["subject"], None)
    assert answer["named"] == {
        "code": "BKD",
        "name": "Badan Kepegawaian",
        "path": "Badan Kepegawaian",
    }
    measure = people_of(answer)
    assert tuple(measure["counts"]) == COUNTS
    assert {key: measure["counts"][key] for key in COUNTS[:5]} == {
        "people": 3,
        "measured": 2,
        "provisional": 2,
        "not_computable": 0,
        "not_applicable": 1,
    }
    assert (measure["counts"]["mean"], measure["points"]) == ("47.5", "7.13")
    assert (answer["total"], answer["band"], answer["status"]) == ("75.13", "CUKUP", "provisional")


def test_members_are_listed_only_on_request_and_never_in_the_digest(units: AsnLedger) -> None:
    """With `--trace` each has a stream, a status, a total and, with the keys at hand, a name."""
    plain, traced = ask(units, "BKD"), ask(units, "BKD", "--trace")
    assert "members" not in people_of(plain)
    listed = people_of(traced)["members"]
    assert {one["person"]["nip"]: (one["status"], one["total"]) for one in listed} == {
        nip(ANI): ("provisional", "50"),
        nip(BUDI): ("provisional", "45"),
        nip(CITRA): ("not_applicable", None),
    }
    assert [one["subject"] for one in listed] == sorted(one["subject"] for one in listed)
    assert plain["digest"] == traced["digest"] == digest_of(plain) == digest_of(traced)


def test_all_units_come_from_the_table_with_the_same_digests(asn: AsnLedger) -> None:
    """On either database; another kind of unit is not applicable, `--unit` keeps those below."""
    founded_at(asn)
    everything = asn("score", "--all", *DAY, "--json").lines
    assert {one["named"]["code"]: one["status"] for one in everything} == {
        "BKD": "provisional",
        "BKD-1": "not_applicable",
        "DINSOS": "not_computable",
    }
    for one in everything:
        assert one["digest"] == digest_of(one) == ask(asn, one["named"]["code"])["digest"]
    below = asn("score", "--unit", "BKD", *DAY, "--json").lines
    assert {one["named"]["code"] for one in below} == {"BKD", "BKD-1"}
    traced = asn("score", "--all", "--trace", *DAY, "--json").lines
    assert [one["digest"] for one in traced] == [one["digest"] for one in everything]


def test_a_person_is_no_unit(units: AsnLedger) -> None:
    """Misuse, with what to ask instead; by `score`, `diff` and `series`."""
    stretch = ("--instrument", "kinerja-opd", "--from", "2022-06-30", "--to", "2022-12-31")
    for asked in (("score", nip(ANI), *DAY), ("diff", nip(ANI), *stretch)):
        result = units(*asked, "--json")
        assert (result.status, result.json["error"]["code"]) == (2, "misused")
        assert "--unit" in result.json["error"]["next_step"]
    assert units("series", nip(ANI), *stretch).status == 2


def test_people_of_a_unit_end_with_its_line(units: AsnLedger) -> None:
    """Asked about people, a unit's code lists its members, then the mean and who has none."""
    told = units("score", "BKD", "--instrument", "ip-asn", "--as-of", "2022-12-31").out.splitlines()
    assert told[-3].startswith("3 people, ")
    assert told[-2] == "mean 47.5 SANGAT_RENDAH of 2 measured"
    assert told[-1] == "1 not applicable: NOT_IN_POPULATION 1"


def test_without_a_members_fact_the_unit_is_hypothetical(units: AsnLedger) -> None:
    """What a fact of one of its people brings to the unit, stamped."""
    listed = units("events", "--kind", "qualification", "--json").lines
    diploma = next(one for one in listed if one["fields"]["level"] == "S2")
    answer = ask(units, "BKD", "--without", str(diploma["position"]))
    assert answer["hypothetical"] == {"without": [f"{diploma['stream']}/{diploma['version']}"]}
    assert people_of(answer)["counts"]["measured"] == 1


@pytest.mark.parametrize(
    ("successors", "words"),
    [
        ({}, "because it has no successor."),
        ({"successors": ["BKD", "DINSOS"]}, "because after it come BKD and DINSOS."),
    ],
)
def test_a_closed_unit_without_one_successor_says_so(
    units: AsnLedger, successors: dict[str, Any], words: str
) -> None:
    """Nobody counts there from that day on, everybody did before, and it says what to record."""
    closing = of_unit("BKD-1", "unit_closed", on="2022-07-01", **successors)
    assert units("import", units.file("tutup.jsonl", closing)).status == 0
    asked = ("score", "--unit", "BKD-1", "--instrument", "ip-asn", "--as-of")
    after = units(*asked, "2022-07-01")
    assert after.err.strip() == (
        "This unit was closed on 2022-07-01; where its people count is not known,"
        f" {words} Record the post of each of them."
    )
    assert units(*asked, "2022-07-01", "--json").lines == []
    before = units(*asked, "2022-06-30", "--json")
    assert before.lines
    assert not before.err


def test_a_closed_unit_hands_its_people_to_its_sole_successor(units: AsnLedger) -> None:
    """From that day, in lists, means and the unit's own answer; the closed one says where."""
    closing = of_unit("BKD-1", "unit_closed", on="2022-07-01", successors=["DINSOS"])
    assert units("import", units.file("tutup.jsonl", closing)).status == 0
    for day, code, people in (("2022-06-30", "BKD", 3), ("2022-12-31", "BKD", 1)):
        asked = ("--instrument", "kinerja-opd", "--as-of", day, "--json")
        assert people_of(units("score", code, *asked).json)["counts"]["people"] == people
    moved = units(
        "score", "--unit", "DINSOS", "--instrument", "ip-asn", "--as-of", "2022-12-31", "--json"
    ).lines
    assert {one["person"]["nip"] for one in moved} == {nip(ANI), nip(CITRA)}
    old = units("score", "--unit", "BKD-1", "--instrument", "ip-asn", "--as-of", "2022-12-31")
    assert old.err.strip() == "This unit was closed on 2022-07-01; its people count in DINSOS."
    alone = units(
        "score", nip(ANI), "--instrument", "ip-asn", "--as-of", "2022-12-31", "--json"
    ).json
    words = {use["why"] for one in alone["measures"] for use in one["facts"]}
    words |= {
        use["why"] for one in alone["measures"] for two in one["measures"] for use in two["facts"]
    }
    assert "PELAKSANA UNIT_CLOSED_TO_SUCCESSOR" in words
    streams = {one["stream"] for one in units("events", "--unit", "DINSOS", "--json").lines}
    assert alone["subject"] in streams


def test_a_difference_of_a_unit_adds_up_by_class(units: AsnLedger) -> None:
    """Between two years, with the mean falling as half of the people move away."""
    moved = about(ANI, "position", on="2022-09-01", unit="DINSOS", kind="PELAKSANA")
    assert units("import", units.file("pindah.jsonl", moved)).status == 0
    days = ("--from", "2022-08-31", "--to", "2022-09-01")
    result = units("diff", "BKD", "--instrument", "kinerja-opd", *days, "--json")
    shown = result.json
    assert list(shown) == [
        *("instrument", "subject", "from", "to", "difference", "measures", "classes", "named")
    ]
    classes = {one["class"]: one for one in shown["classes"]}
    assert list(classes) == ["corrections", "expiries", "new_facts", "position", "rules"]
    assert shown["difference"] is None
    assert classes["position"]["measures"] == [
        {"measure": "utama/manajemen_asn", "points": "-0.38"}
    ]
    later = units(
        "diff",
        "BKD",
        "--instrument",
        "kinerja-opd",
        "--from",
        "2022-12-31",
        "--to",
        "2023-03-31",
        "--json",
    ).json
    added = sum(Decimal(one["points"]) for one in later["classes"])
    assert Decimal(later["difference"]) == added
    told = units("diff", "BKD", "--instrument", "kinerja-opd", *days).out
    assert "POSTS, UNITS AND TITLES" in told


def test_a_unit_that_comes_later_has_no_difference_before(units: AsnLedger) -> None:
    """On neither side it is unknown; on one side it shows by its status."""
    young = of_unit("DISPAR", "unit", name="Dinas Pariwisata", kind="DINAS", on="2023-01-01")
    assert units("import", units.file("baru.jsonl", young)).status == 0
    days = (
        ("--from", "2022-03-31", "--to", "2022-06-30"),
        ("--from", "2022-06-30", "--to", "2023-01-01"),
    )
    never, since = (
        units("diff", "DISPAR", "--instrument", "kinerja-opd", *one, "--json") for one in days
    )
    assert (never.status, never.json["error"]["code"]) == (1, "unit_unknown")
    assert since.json["from"]["status"] == "not_applicable"
    changes = [one["status"] for one in since.json["classes"] if one["status"]]
    assert changes == [{"from": "not_applicable", "to": "not_computable"}]


def test_many_units_are_compared_by_class(units: AsnLedger) -> None:
    """The sum and the mean of those measured, as for people."""
    days = ("--from", "2022-06-30", "--to", "2022-12-31")
    shown = units("diff", "--all", "--instrument", "kinerja-opd", *days, "--json").json
    assert (shown["from"]["people"], shown["from"]["measured"]) == (3, 0)
    assert (shown["to"]["measured"], shown["to"]["mean"]) == (1, "75.13")


def test_a_series_of_units_goes_month_by_month(units: AsnLedger) -> None:
    """One unit, those below one, or all; with status, total and band."""
    days = ("--from", "2022-11-30", "--to", "2023-01-15", "--json")
    shown = units("series", "BKD", "--instrument", "kinerja-opd", *days).json
    assert [one["code"] for one in shown["units"]] == ["BKD"]
    months = shown["units"][0]["months"]
    assert [one["on"] for one in months] == ["2022-11-30", "2022-12-31", "2023-01-15"]
    assert list(months[0]) == ["on", "decree", "enacted", "status", "total", "band", "range"]
    assert [one["total"] for one in months] == [None, "75.13", "75.13"]
    below = units("series", "--unit", "BKD", "--instrument", "kinerja-opd", *days).json
    assert {one["code"] for one in below["units"]} == {"BKD", "BKD-1"}
    assert len(units("series", "--all", "--instrument", "kinerja-opd", *days).json["units"]) == 3


def test_an_export_of_units_has_codes_and_counts(units: AsnLedger) -> None:
    """One row a unit, with how many people it has and how many were measured; in every form."""
    for suffix in ("xlsx", "parquet", "jsonl"):
        assert units("export", *DAY, "--out", units.folder / f"opd.{suffix}").status == 0
    told = pl.read_parquet(units.folder / "opd.parquet").filter(code="BKD")
    assert told.select("people", "measured", "not_applicable").rows() == [(3, 2, 1)]
    out = units.folder / "opd.csv"
    assert units("export", *DAY, "--out", out).out.startswith(f"{out}: 3 units, ")
    with out.open(encoding="utf-8-sig", newline="") as file:
        found = {row["Kode"]: row for row in csv.DictReader(file, delimiter=";")}
    row = found["BKD"]
    assert (row["Nama"], row["Utama"], row["Pegawai"], row["Terukur"]) == (
        "Badan Kepegawaian",
        "43,13",
        "3",
        "2",
    )
    assert (row["Belum dapat dihitung"], row["Di luar populasi"], row["Total"]) == (
        "0",
        "1",
        "75,13",
    )


def test_an_unknown_unit_is_refused(units: AsnLedger) -> None:
    """By code, with status 1."""
    result = units("score", "TIDAK-ADA", *DAY, "--json")
    assert (result.status, result.json["error"]["code"]) == (1, "unit_unknown")
