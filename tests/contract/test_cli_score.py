"""`score`: the object of docs/facts.md, its digest, whose scores, and the coordinates of a
question.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest

from tests.builders import DOCUMENT, about, of_unit
from tests.contract.command import AsnLedger, Result
from tests.persons import nip

AS_OF = ("--instrument", "ip-asn", "--as-of", "2022-12-31")
KEYS = (
    *("instrument", "decree", "enacted", "engine", "period", "subject", "unit", "position_kind"),
    *("as_of", "position", "known_at", "digest", "status", "why", "issued", "hypothetical"),
    *("disputed", "range", "total", "band", "measures", "facts", "person"),
)
MEASURE = ("measure", "points", "max", "rule", "cite", "mark", "measures")
FACT = ("position", "used", "why", "effective_on", "recorded_at")
WHY = ("code", "measure", "missing", "who_must_act", "next_step")


def ask(asn: AsnLedger, *arguments: object, stdin: str = "") -> Result:
    """Score as of the end of 2022, in JSON."""
    return asn("score", *arguments, *AS_OF, "--json", stdin=stdin)


def without_facts(value: Any) -> Any:
    """A part of an answer without `facts` at any level."""
    if isinstance(value, dict):
        return {key: without_facts(part) for key, part in value.items() if key != "facts"}
    if isinstance(value, list):
        return [without_facts(part) for part in value]
    return value


def digest_of(answer: dict[str, Any]) -> str:
    """As an outsider computes it: the standard library and the sentence of docs/facts.md."""
    kept = {key: part for key, part in answer.items() if key not in ("digest", "person")}
    text = json.dumps(
        without_facts(kept), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def measures_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Every line of a score, those within others included."""
    found = []
    waiting = list(answer["measures"])
    while waiting:
        one = waiting.pop(0)
        found.append(one)
        waiting += one["measures"]
    return found


# ------------------------------------------------------------------------------------ the object


def test_the_object_has_the_keys_of_the_contract(office: AsnLedger) -> None:
    """In their order; each measure with its rule, article and mark; each fact with its place."""
    answer = ask(office, nip(1)).json
    assert tuple(answer) == KEYS
    for one in measures_of(answer):
        assert tuple(one) == (*MEASURE, "facts")
        for fact in one["facts"]:
            assert tuple(fact) == FACT
    for fact in answer["facts"]:
        assert tuple(fact) == FACT
    for why in answer["why"]:
        assert tuple(why) == WHY
    assert answer["person"] == {"nip": nip(1), "name": "Ani Contoh"}
    assert (answer["instrument"], answer["decree"]) == ("ip-asn", "PerBKN 8/2019")
    assert answer["as_of"] == "2022-12-31"
    assert (answer["issued"], answer["hypothetical"], answer["period"]) == (None, None, None)


def test_a_score_without_facts_leaves_the_key_out(office: AsnLedger) -> None:
    """`--all` gives measures without facts, with `--trace` the same and the facts."""
    plain, traced = ask(office, "--all").lines, ask(office, "--all", "--trace").lines
    for one in plain:
        assert all(tuple(measure) == MEASURE for measure in measures_of(one))
    assert [without_facts(one) for one in traced] == plain
    assert any(measure["facts"] for one in traced for measure in measures_of(one))


def test_the_digest_can_be_computed_outside(office: AsnLedger) -> None:
    """With or without facts, alone or among all, hypothetical or not, it is that of the object."""
    answers = [
        ask(office, nip(1)).json,
        *ask(office, "--all").lines,
        *ask(office, "--all", "--trace").lines,
        ask(office, nip(1), "--without", "kursus-1").json,
    ]
    for answer in answers:
        assert answer["digest"] == digest_of(answer)
    assert len({answer["digest"] for answer in answers}) == 3


def test_numbers_are_exact_text_without_trailing_zeros(office: AsnLedger) -> None:
    """Points, maxima and totals are texts; counts and positions are integers."""
    answer = ask(office, nip(1)).json
    numbers = [answer["total"], *(one[k] for one in measures_of(answer) for k in ("points", "max"))]
    for text in numbers:
        assert isinstance(text, str)
        assert "." not in text or text[-1] not in "0."
        assert "e" not in text.lower()
    assert type(answer["position"]) is int
    assert type(answer["enacted"]) is int


def test_the_total_is_the_sum_of_its_measures(office: AsnLedger) -> None:
    """S2 gives 20, a PELAKSANA in technical training 22.5, SANGAT_BAIK 30, no sanction 5."""
    answer = ask(office, nip(1)).json
    points = {one["measure"]: one["points"] for one in answer["measures"]}
    assert points == {"kualifikasi": "20", "kompetensi": "22.5", "kinerja": "30", "disiplin": "5"}
    assert (answer["total"], answer["band"], answer["status"]) == ("77.5", "SEDANG", "complete")


# ------------------------------------------------------------------------------------ who is asked


def test_everybody_registered_by_the_day_is_there(office: AsnLedger) -> None:
    """Ordered by subject, those outside the population too, nobody who came later."""
    answers = ask(office, "--all").lines
    assert {one["person"]["nip"] for one in answers} == {nip(1), nip(2)}
    assert [one["subject"] for one in answers] == sorted(one["subject"] for one in answers)
    other = next(one for one in answers if one["person"]["nip"] == nip(2))
    assert (other["status"], other["total"], other["measures"]) == ("not_applicable", None, [])
    later = office("score", "--all", "--instrument", "ip-asn", "--as-of", "2024-03-01", "--json")
    assert {one["person"]["nip"] for one in later.lines} == {nip(1), nip(2), nip(3)}


@pytest.mark.parametrize(
    ("unit", "members"),
    [
        ("BKD", [1]),
        ("bkd.1", [1]),
        ("Bidang Mutasi", [1]),
        ("DISDIK", [2]),
        ("Dinas Pendidikan", [2]),
    ],
)
def test_a_unit_answers_for_all_below_it(office: AsnLedger, unit: str, members: list[int]) -> None:
    """By code or by a name in force that day, as `--unit` or as the subject."""
    expected = [nip(who) for who in members]
    assert [one["person"]["nip"] for one in ask(office, "--unit", unit).lines] == expected
    assert [one["person"]["nip"] for one in ask(office, unit).lines] == expected


def test_a_unit_is_its_subtree_on_the_day(office: AsnLedger) -> None:
    """A unit that moves takes its members along from that day, and not before."""
    office.file(
        "moved.jsonl",
        of_unit("BKD.1", "unit", name="Bidang Mutasi", parent="DISDIK", on="2023-01-01"),
    )
    office("import", "moved.jsonl")
    before = ask(office, "--unit", "BKD").lines
    after = office(
        "score", "--unit", "BKD", "--instrument", "ip-asn", "--as-of", "2023-06-30", "--json"
    )
    assert [one["person"]["nip"] for one in before] == [nip(1)]
    assert after.lines == []
    moved = office(
        *("score", "--unit", "DISDIK", "--instrument", "ip-asn", "--as-of", "2023-06-30", "--json")
    )
    assert {one["person"]["nip"] for one in moved.lines} == {nip(1), nip(2)}


def test_a_person_is_named_by_nip_id_or_standard_input(office: AsnLedger) -> None:
    """With spaces as printed, by the id of an answer, or through a pipe."""
    first = ask(office, nip(1)).json
    number = nip(1)
    printed = f"{number[:8]} {number[8:14]} {number[14]} {number[15:]}"
    assert ask(office, printed).json == first
    assert ask(office, first["subject"]).json == first
    assert ask(office, "-", stdin=number + "\n").json == first


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ((nip(77),), 1, "person_unknown"),
        (("TIDAK-ADA",), 1, "unit_unknown"),
        (("--unit", "TIDAK-ADA"), 1, "unit_unknown"),
        ((), 2, "misused"),
        ((nip(1), "--all"), 2, "misused"),
        (("--all", "--unit", "BKD"), 2, "misused"),
    ],
)
def test_nobody_and_too_many_are_refused(
    office: AsnLedger, arguments: tuple[str, ...], status: int, code: str
) -> None:
    """Unknown is status 1, a question about nobody or twice is misuse."""
    result = ask(office, *arguments)
    assert (result.status, result.json["error"]["code"]) == (status, code)


def test_units_are_no_persons(office: AsnLedger) -> None:
    """The id of a unit is a unit: it has members and no score of its own."""
    unit = ask(office, nip(1)).json["unit"]
    assert [one["person"]["nip"] for one in ask(office, unit).lines] == [nip(1)]


# --------------------------------------------------------------------------------- time and rules


def test_position_and_known_at_agree(office: AsnLedger) -> None:
    """The answer echoes both; asked again by either it is the same to the byte."""
    first = ask(office, nip(1)).json
    assert ask(office, nip(1), "--position", first["position"]).json == first
    assert ask(office, nip(1), "--known-at", first["known_at"]).json == first
    local = first["known_at"].replace("Z", "+00:00")
    assert ask(office, nip(1), "--known-at", local).json == first


def test_later_events_change_no_earlier_answer(office: AsnLedger) -> None:
    """What was known at a position stays known so, whatever is recorded after it."""
    before = ask(office, nip(1)).json
    office.file(
        "later.jsonl",
        about(1, "competency", title="Lain", hours=40, on="2022-05-05", to="2022-05-05"),
        {"fact": "annul", "nip": nip(1), "target": "kursus-1", "document": DOCUMENT},
    )
    assert office("import", "later.jsonl").status == 0
    assert ask(office, nip(1), "--position", before["position"]).json == before
    assert ask(office, nip(1)).json["position"] > before["position"]


@pytest.mark.parametrize(
    ("option", "status", "code"),
    [
        (("--known-at", "2026-01-01T00:00:00"), 2, "misused"),
        (("--known-at", "2199-01-01T00:00:00Z"), 2, "misused"),
        (("--known-at", "kemarin"), 2, "misused"),
        (("--known-at", "2001-01-01T00:00:00Z"), 1, "BEFORE_FIRST_RECORD"),
        (("--known-at", "2001-01-01T00:00:00Z", "--position", "3"), 2, "misused"),
        (("--position", "100000"), 1, "position_refused"),
        (("--position", "1"), 1, "position_refused"),
        (("--position", "tiga"), 2, None),
        (("--period", "2022"), 2, "misused"),
        (("--rules", "PerBKN 99/2001"), 1, "instrument_unknown"),
        (("--without", "tidak-ada"), 1, "target_unknown"),
    ],
)
def test_questions_that_make_no_sense_are_refused(
    office: AsnLedger, option: tuple[str, ...], status: int, code: str | None
) -> None:
    """Misuse is 2; a moment before the founding, or no whole position, is 1."""
    result = ask(office, nip(1), *option)
    assert result.status == status
    if code is not None:
        assert result.json["error"]["code"] == code


def test_a_position_within_a_command_names_the_whole_ones(office: AsnLedger) -> None:
    """The founding and its instruments became known together."""
    result = ask(office, "--all", "--position", "1")
    whole = re.findall(r"\d+", result.json["error"]["next_step"])[-1]
    assert ask(office, "--all", "--position", whole).lines == []


def test_a_position_within_a_strict_import_is_refused(founded: AsnLedger) -> None:
    """All rows of it are one command on both databases."""
    founded.file("a.jsonl", about(1, "registered"), about(1, "qualification"), about(1, "golongan"))
    assert founded("import", "a.jsonl", "--strict").status == 0
    events = founded("events", "--json").lines
    known = [one for one in events if one["fact"] in ("registered", "qualification", "golongan")]
    assert len({one["recorded_at"] for one in known}) == 1
    inside, last = known[0]["position"], known[-1]["position"]
    refused = ask(founded, nip(1), "--position", inside)
    assert refused.status == 1
    assert str(last) in refused.json["error"]["next_step"]
    assert ask(founded, nip(1), "--position", last).status == 0


def test_a_period_means_its_last_day(office: AsnLedger) -> None:
    """`--period 2022` is as of 2022-12-31, and the answer says which period was asked for."""
    answer = office("score", nip(1), "--instrument", "ip-asn", "--period", "2022", "--json").json
    day = ask(office, nip(1)).json
    assert (answer["as_of"], answer["period"]) == ("2022-12-31", "2022")
    assert (answer["total"], answer["measures"]) == (day["total"], day["measures"])
    quarter = office(
        "score", nip(1), "--instrument", "ip-asn", "--period", "2024-Q3", "--json"
    ).json
    assert (quarter["as_of"], quarter["period"]) == ("2024-09-30", "2024-Q3")


def test_other_rules_and_absent_facts_are_stamped(office: AsnLedger) -> None:
    """Hypothetical, whether the number changes or not; a fact has three names."""
    first = ask(office, nip(1)).json
    assert ask(office, nip(1), "--rules", "PerBKN 8/2019").json["hypothetical"]
    course = next(
        fact for one in measures_of(first) for fact in one["facts"] if fact["why"] == "25"
    )
    row = next(
        one
        for one in office("history", nip(1), "--json").json["events"]
        if one["position"] == course["position"]
    )
    by_place = f"{row['stream']}/{row['version']}"
    answers = [
        ask(office, nip(1), "--without", named).json
        for named in ("kursus-1", course["position"], by_place)
    ]
    for answer in answers:
        assert answer["hypothetical"]
        assert answer["total"] == "55"
        assert answer == answers[0]
    everybody = ask(office, "--all", "--without", course["position"]).lines
    assert all(one["hypothetical"] for one in everybody)
    assert {one["person"]["nip"]: one["total"] for one in everybody}[nip(1)] == "55"


def test_a_day_after_today_is_a_forecast(office: AsnLedger) -> None:
    """Stamped, because facts may still come."""
    result = office("score", nip(1), "--instrument", "ip-asn", "--as-of", "2190-01-01", "--json")
    assert result.json["hypothetical"]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("--instrument", "tidak-ada"), 1, "instrument_unknown"),
        (("--instrument", "ip-asn", "--as-of", "2010-01-01"), 1, "no_rules_in_force"),
        (("--instrument", "ip-asn", "--as-of", "31-02-2022"), 2, "misused"),
        (("--instrument", "ip-asn", "--as-of", "1500-01-01"), 2, "misused"),
        (("--instrument", "ip-asn", "--period", "2022-Q5"), 2, "misused"),
    ],
)
def test_rules_that_are_not_there_are_refused(
    office: AsnLedger, arguments: tuple[str, ...], status: int, code: str
) -> None:
    """No instrument of that name, none in force that day, or no such day."""
    result = office("score", nip(1), *arguments, "--json")
    assert (result.status, result.json["error"]["code"]) == (status, code)


def test_words_for_people_say_the_same(office: AsnLedger) -> None:
    """Without --json: name, total, band, each measure with its article."""
    told = office("score", nip(1), *AS_OF).out
    for word in ("Ani Contoh", "77.5", "SEDANG", "kualifikasi", "Lampiran I", "sha256:"):
        assert word in told
    table = office("score", "--all", *AS_OF).out
    assert "2 people" in table
    assert nip(2) in table
