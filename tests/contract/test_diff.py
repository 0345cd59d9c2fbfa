"""`diff`, `series` and `advise` as scripts and people see them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.builders import about, of_unit
from tests.contract.command import AsnLedger
from tests.persons import nip

ANI, BUDI = 1, 2
PERIOD = ("--from", "2021-12-31", "--to", "2022-12-31")
SIDE_KEYS = [
    *("as_of", "position", "known_at", "decree", "enacted", "status", "total", "band", "range"),
    *("position_kind", "unit", "hypothetical", "why", "digest"),
]


def rows() -> Iterator[dict[str, Any]]:
    """Two people of two units; Ani has all that a PELAKSANA is measured by, Budi no appraisal."""
    yield of_unit("BKD", "unit", name="Badan Kepegawaian Daerah")
    yield of_unit("BKD-1", "unit", name="Bidang Mutasi", parent="BKD", kind="BIDANG")
    for who, unit in ((ANI, "BKD-1"), (BUDI, "BKD")):
        yield about(who, "registered", on="2010-01-01")
        yield about(who, "qualification", on="2009-08-01")
        yield about(who, "position", on="2015-01-01", unit=unit, kind="PELAKSANA")
    for year in (2020, 2021, 2022):
        predicate = "SANGAT_BAIK" if year == 2022 else "BAIK"
        yield about(ANI, "appraisal", period=str(year), predicate=predicate)
    yield about(ANI, "competency", title="Diklat Lama", to="2021-05-04", hours=24)


@pytest.fixture
def asn(tmp_path: Path) -> AsnLedger:
    """A ledger of two people, and a training recorded after everything else."""
    command = AsnLedger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    assert command("init").status == 0
    imported = command("import", command.file("berkas.jsonl", *rows()))
    assert imported.status == 0, imported.out
    late = about(ANI, "competency", title="Diklat Susulan", to="2022-06-04", hours=20)
    assert command("import", command.file("susulan.jsonl", late)).status == 0
    return command


def diff(asn: AsnLedger, *arguments: object) -> Any:
    """The JSON of a difference of IP-ASN."""
    result = asn("diff", "--instrument", "ip-asn", "--json", *arguments)
    assert result.status == 0, result.err
    return result.json


def before_the_training(asn: AsnLedger) -> int:
    """The position before the training that was recorded last."""
    causes = diff(asn, nip(ANI), *PERIOD)["causes"]
    recorded: int = max(one["fact"]["position"] for one in causes)
    return recorded - 1


def test_a_difference_is_told_cause_by_cause(asn: AsnLedger) -> None:
    """Both answers, measures, classes and causes, under stable keys, adding up."""
    found = diff(asn, nip(ANI), *PERIOD)
    assert list(found) == [
        *("instrument", "subject", "from", "to", "difference", "measures", "classes", "causes"),
        *("without_effect", "person"),
    ]
    assert list(found["from"]) == list(found["to"]) == SIDE_KEYS
    assert found["difference"] == "5"
    causes = [(one["class"], one["what"], one["points"]) for one in found["causes"]]
    assert causes == [
        ("expiries", "left_window", "-22.5"),
        ("new_facts", "new", "22.5"),
        ("new_facts", "new", "5"),
    ]
    assert sum(Decimal(one["points"]) for one in found["classes"]) == Decimal(found["difference"])
    assert found["causes"][0]["fact"]["reads"] == {"category": "TEKNIS", "hours": "24"}
    assert found["person"]["nip"] == nip(ANI)


def test_what_was_recorded_later_is_knowledge(asn: AsnLedger) -> None:
    """The same day as known earlier and now: the training that came in later is named."""
    before = before_the_training(asn)
    day = ("--as-of", "2022-12-31")
    found = diff(asn, nip(ANI), *day, "--position-from", before)
    (cause,) = found["causes"]
    assert (cause["class"], cause["what"]) == ("corrections", "became_known_late")
    assert (cause["points"], found["difference"]) == ("22.5", "22.5")
    back = diff(asn, nip(ANI), *day, "--position-to", before)
    assert back["difference"] == "-22.5"


def test_before_somebody_was_on_record_he_is_no_subject(asn: AsnLedger) -> None:
    """From nothing known to all that is known: no number, but what became known."""
    founding = [one["position"] for one in asn("events", "--json").lines if one["fact"] == "enact"]
    found = diff(asn, nip(ANI), "--as-of", "2022-12-31", "--position-from", max(founding))
    assert found["from"]["status"] == "not_applicable"
    assert found["difference"] is None
    assert {one["what"] for one in found["causes"]} == {"became_known_late"}
    assert found["causes"][-1]["status"] is None


def test_words_say_the_same(asn: AsnLedger) -> None:
    """At a terminal: totals, classes, facts and their points."""
    told = asn("diff", nip(ANI), "--instrument", "ip-asn", *PERIOD).out
    for words in (
        "Ani Contoh",
        "as known at position",
        "EXPIRIES",
        "left the window: competency of 2021-05-04 (TEKNIS, 24 hours)",
        "kompetensi/teknis 22.5 -> 0",
        "NEW FACTS",
        "new: appraisal of 2022-12-31 (2022, SANGAT_BAIK)",
        "kinerja 25 -> 30  (+5)",
    ):
        assert words in told, words


def test_a_side_without_a_total_says_why(asn: AsnLedger) -> None:
    """No difference is made up: status, bounds and what is missing stand there."""
    found = diff(asn, nip(BUDI), *PERIOD)
    assert found["difference"] is None
    assert found["to"]["status"] == "not_computable"
    assert found["to"]["range"] == {"from": "20", "to": "50"}
    told = asn("diff", nip(BUDI), "--instrument", "ip-asn", *PERIOD).out
    assert "to: 2022-12-31 is not computable, between 20 and 50:" in told
    assert "FACT_MISSING (kinerja): appraisal" in told


def test_everybody_and_a_unit_are_told_by_class(asn: AsnLedger) -> None:
    """Sums and means of the measured, with those who are not counted beside them."""
    found = diff(asn, "--all", *PERIOD)
    assert list(found) == ["instrument", "from", "to", "difference", "causes", "outcomes", "unit"]
    assert found["outcomes"] is None
    counts = ("people", "measured", "not_computable", "sum", "mean")
    assert [found["to"][key] for key in counts] == [2, 1, 1, "72.5", "72.5"]
    assert found["difference"] == {"sum": "5", "mean": "5"}
    by_class = {one["class"]: one["sum"] for one in found["causes"]}
    assert (by_class["expiries"], by_class["new_facts"]) == ("-22.5", "27.5")
    below = diff(asn, "--unit", "BKD-1", *PERIOD)
    assert below["to"]["people"] == 1
    assert below["unit"]["path"] == "Badan Kepegawaian Daerah - Bidang Mutasi"
    whole = asn("diff", "BKD", "--instrument", "ip-asn", *PERIOD)
    assert "Badan Kepegawaian Daerah, with all below it" in whole.out
    assert "of 2: 1 not computable, 0 not applicable" in whole.out


TEN_YEARS = ("--instrument", "satyalancana-x", "--from", "2019-12-31", "--to", "2020-01-01")


@pytest.mark.parametrize("who", [("--all",), ("--unit", "BKD")])
def test_outcomes_of_many_are_counted_and_not_added_up(
    asn: AsnLedger, who: tuple[str, ...]
) -> None:
    """Requirements have no totals: how many have each outcome, and how many another one."""
    found = asn("diff", *who, *TEN_YEARS, "--json").json
    words = {"TIDAK_MEMENUHI": 2, "BELUM_DAPAT_DINILAI": 0, "MEMENUHI": 0}
    assert found["outcomes"] == {
        "from": words,
        "to": words | {"TIDAK_MEMENUHI": 0, "MEMENUHI": 2},
        "moved": 2,
    }
    assert found["difference"] == {"sum": None, "mean": None}
    turned = ("--instrument", "satyalancana-x", "--from", "2020-01-01", "--to", "2019-12-31")
    back = asn("diff", *who, *turned, "--json").json
    assert (back["outcomes"]["from"], back["outcomes"]["to"]) == (found["outcomes"]["to"], words)
    told = asn("diff", *who, *TEN_YEARS)
    assert told.status == 0
    assert "2 of those on both sides have another outcome" in told.out


def test_one_outcome_is_told_without_a_total(asn: AsnLedger) -> None:
    """In a difference, a history, a draft and an advice the outcome stands by itself."""
    told = asn("diff", nip(ANI), *TEN_YEARS)
    assert "outcome" in told.out
    assert "TIDAK_MEMENUHI -> MEMENUHI" in told.out
    days = ("--instrument", "satyalancana-x", "--from", "2019-12-01", "--to", "2020-02-01")
    draft = ("instrument", "try", "satyalancana-x.yaml", nip(ANI), "--as-of", "2020-01-01")
    text = asn("instrument", "show", "satyalancana-x", "--text").out
    (asn.folder / "satyalancana-x.yaml").write_text(text, "utf-8")
    advice = ("advise", nip(ANI), "--instrument", "satyalancana-x", "--as-of", "2019-12-31")
    for command in (("series", nip(ANI), *days), draft, advice):
        found = asn(*command)
        assert found.status == 0, found.err
        assert "MEMENUHI" in found.out
        assert "?" not in found.out
    for line in ("is complete", "total"):
        assert line not in told.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (PERIOD, "Say who is asked about, once."),
        (("--all", "--unit", "BKD", *PERIOD), "Say who is asked about, once."),
        (("--all",), "Both sides are the same question."),
        (("--all", "--as-of", "2022-12-31", *PERIOD), "--as-of and --from or --to"),
        (("--all", "--to", "2022-12-31"), "--to has no --from."),
        (("--all", "--from", "31-31-2022"), "A day cannot be read."),
        (("--all", "--known-from", "2022-01-01T00:00:00"), "no offset from UTC"),
        (("--all", "--known-to", "2099-01-01"), "lies in the future"),
    ],
)
def test_a_question_that_is_none_is_misuse(
    asn: AsnLedger, arguments: tuple[str, ...], words: str
) -> None:
    """Status 2, with words that say what to write."""
    result = asn("diff", "--instrument", "ip-asn", *arguments)
    assert result.status == 2
    assert words in result.err


def test_before_the_first_record_there_is_no_answer(asn: AsnLedger) -> None:
    """A day of knowledge before the founding is refused with its code."""
    result = asn("diff", "--instrument", "ip-asn", "--all", "--known-from", "2001-01-01")
    assert result.status == 1
    assert result.err.startswith("BEFORE_FIRST_RECORD")


def series(asn: AsnLedger, *arguments: object) -> Any:
    """The JSON of a series of IP-ASN over two years."""
    days = ("--from", "2021-01-01", "--to", "2022-12-31")
    result = asn("series", "--instrument", "ip-asn", "--json", *days, *arguments)
    assert result.status == 0, result.err
    return result.json


def test_a_series_names_the_days_and_their_causes(asn: AsnLedger) -> None:
    """Every change of two years, each with the total from then on and what brought it."""
    found = series(asn, nip(ANI))
    assert list(found) == [
        *("instrument", "from", "to", "position", "known_at", "hypothetical", "subject"),
        *("start", "changes", "person"),
    ]
    assert (found["start"]["on"], found["start"]["total"]) == ("2021-01-01", "45")
    changes = [(one["on"], one["total"], one["difference"]) for one in found["changes"]]
    assert changes == [
        ("2021-05-04", "67.5", "22.5"),
        ("2022-05-04", "45", "-22.5"),
        ("2022-06-04", "67.5", "22.5"),
        ("2022-12-31", "72.5", "5"),
    ]
    told = asn("series", "-", "--instrument", "ip-asn", "--from", "2021-01-01", stdin=nip(ANI))
    assert "new: competency of 2021-05-04 (TEKNIS, 24 hours)" in told.out


def test_a_unit_has_its_mean_month_by_month(asn: AsnLedger) -> None:
    """The last day of each month, with how many were measured and how many not."""
    found = series(asn, "--unit", "BKD")
    (unit,) = found["units"]
    assert (unit["code"], len(unit["months"])) == ("BKD", 24)
    month = unit["months"][4]
    keys = ("on", "people", "measured", "not_computable", "mean")
    assert [month[key] for key in keys] == ["2021-05-31", 2, 1, 1, "67.5"]
    everything = series(asn, "--all")
    assert [one["code"] for one in everything["units"] if one["code"] == "BKD-1"] == ["BKD-1"]
    told = asn("series", "BKD-1", "--instrument", "ip-asn", "--from", "2022-01-01")
    assert "Bidang Mutasi, with all below it" in told.out
    assert "2022-01-31" in told.out


def test_a_series_that_ends_before_it_begins_is_misuse(asn: AsnLedger) -> None:
    """Status 2 and the remedy."""
    days = ("--from", "2022-02-01", "--to", "2022-01-01")
    result = asn("series", nip(ANI), "--instrument", "ip-asn", *days)
    assert result.status == 2
    assert "lies before the first" in result.err


def test_rules_not_yet_in_force_are_refused(asn: AsnLedger) -> None:
    """A series cannot begin before its instrument."""
    result = asn("series", nip(ANI), "--instrument", "ip-asn", "--from", "2018-01-01")
    assert result.status == 1
    assert result.err.startswith("no_rules_in_force")


def test_advice_names_facts_and_their_points(asn: AsnLedger) -> None:
    """What is missing, what it would bring, and the stamp; in JSON and in words."""
    arguments = (nip(ANI), "--instrument", "ip-asn", "--as-of", "2022-12-31")
    found = asn("advise", *arguments, "--json").json
    assert found["hypothetical"] == {"advice": True}
    assert list(found["proposals"][0]) == [
        *("measure", "do", "fact", "fields", "about", "counts_from", "points", "range", "gain"),
        *("total", "band", "cite", "mark"),
    ]
    gains = {one["measure"]: one["gain"] for one in found["proposals"]}
    assert gains == {"kualifikasi": "10", "kompetensi/seminar": "17.5"}
    assert (found["answer"]["total"], found["highest"]["total"]) == ("72.5", "100")
    told = asn("advise", *arguments).out
    assert "HYPOTHETICAL" in told
    assert "record competency: SEMINAR -> 17.5, total 90 TINGGI" in told


def test_advice_is_about_one_person(asn: AsnLedger) -> None:
    """A unit cannot be advised; a number nobody holds is unknown."""
    assert asn("advise", "BKD", "--instrument", "ip-asn").status == 2
    unknown = asn("advise", nip(77), "--instrument", "ip-asn")
    assert unknown.status == 1
    assert nip(77) not in unknown.err
