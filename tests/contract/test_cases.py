"""`case`: a whole case from report to ruling, what is refused, what is flagged, what is due."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import DOCUMENT, about, of_book, of_unit
from tests.contract.command import AsnLedger, Result
from tests.persons import nip

LINE = ["subject", "case", "id", "regime", "state", "next_clock", "overdue", "findings"]
WHOLE = [
    *("subject", "case", "id", "regime", "as_of", "position", "ground", "act_on", "procedure"),
    *("state", "next", "next_clock", "overdue", "steps", "clocks", "findings", "sanctions"),
    *("terms", "disputed", "person"),
]
STEP = ["step", "on", "recorded_at", "position", "sanction", "filing"]
CLOCK = [
    *("clock", "after", "since", "until", "bound", "number", "count", "due", "met", "state"),
    *("missing_year", "optional", "cite", "mark"),
]
SANCTION = [
    *("root", "id", "level", "kind", "decided_on", "effective_on", "until", "state", "in_force"),
    *("open_since", "blocks"),
]
FINDING = [
    *("finding", "step", "on", "position", "cite", "refuses", "mark", "needs", "due"),
    *("consequence", "says"),
]
Row = dict[str, Any]


def of_case(fact: str, on: str, **fields: Any) -> Row:
    """A step of case K-1 of the first person."""
    return about(1, fact, on=on, **fields)


REPORT = of_case("case", "2022-03-01", id="K-1", act_on="2022-02-21", ground="LAIN")
SUMMONS = of_case("summons", "2022-03-03", case="K-1", number=1)
EXAMINED = of_case("examination", "2022-03-14", case="K-1", attended=True)
PUNISHED = of_case(
    "sanction",
    "2022-04-15",
    id="H-1",
    case="K-1",
    level="SEDANG",
    kind="PENUNDAAN_KGB",
    decided_on="2022-03-21",
    received_on="2022-03-25",
    until="2023-04-15",
)
OBJECTED = of_case("objection", "2022-04-01", id="B-1", target="H-1", filed_on="2022-04-01")
RULED = of_case(
    "ruling", "2022-04-29", of="B-1", forum="PPK", outcome="DIPERINGAN", level="RINGAN", final=True
)
ALL = (REPORT, SUMMONS, EXAMINED, PUNISHED, OBJECTED, RULED)


def with_calendar(asn: AsnLedger) -> AsnLedger:
    """A ledger of one person, his superior and the calendar of 2022 without holidays."""
    rows = [
        of_unit("BKD", "unit"),
        of_book("calendar", year=2022, holidays=[], decree="SKB 1/2021", on="2022-01-01"),
        about(1, "registered", name="Ani Contoh"),
        about(1, "position", unit="BKD"),
        about(1, "golongan", golongan="III/c"),
        about(2, "registered", name="Budi Contoh"),
        about(2, "golongan", golongan="III/b"),
    ]
    assert asn("import", asn.file("dasar.jsonl", *rows)).status == 0
    return asn


def record(asn: AsnLedger, *rows: Row, more: tuple[str, ...] = ()) -> Result:
    """Steps that are about to be taken."""
    return asn("case", "record", asn.file("langkah.jsonl", *rows), *more, "--json")


def keep(asn: AsnLedger, row: Row) -> Result:
    """The next step: recorded, or, of a ruling, proposed and confirmed by a second person."""
    if row["fact"] != "ruling":
        return record(asn, row)
    file = asn.file("putusan.jsonl", row)
    proposed = asn("import", file, "--propose", "--actor", "panel", "--json")
    assert proposed.status == 0, proposed.out
    return asn("confirm", proposed.json["proposal"]["id"], "--actor", "ppk", "--json")


def shown(asn: AsnLedger, on: str, *more: object) -> Any:
    """The case on a day."""
    result = asn("case", "show", nip(1), *more, "--as-of", on, "--json")
    assert result.status == 0, result.err
    return result.json


@pytest.fixture
def bkd(asn: AsnLedger) -> AsnLedger:
    """On each database."""
    assert asn("init").status == 0
    return with_calendar(asn)


def test_a_whole_case(bkd: AsnLedger) -> None:
    """Recorded step by step, shown with both dates, clocks, articles and periods in force."""
    for row in ALL:
        result = keep(bkd, row)
        assert result.status == 0, result.out
        assert result.json.get("flagged", []) == []
    case = shown(bkd, "2022-06-01", "K-1")
    assert list(case) == WHOLE
    assert {tuple(one) for one in case["steps"]} == {tuple(STEP)}
    assert {tuple(one) for one in case["clocks"]} == {tuple(CLOCK)}
    assert [one["step"] for one in case["steps"]] == [
        *("REPORT", "SUMMONS_1", "EXAMINATION", "DECIDED", "RECEIVED", "OBJECTION"),
        *("EFFECTIVE", "RULING_ON_OBJECTION"),
    ]
    (sanction,) = case["sanctions"]
    assert list(sanction) == SANCTION
    assert sanction["in_force"] == [
        {"from": "2022-04-29", "until": "2023-04-15", "levels": ["RINGAN"]}
    ]
    assert (case["state"], case["regime"], case["findings"]) == ("BERLAKU", "PP94", [])
    assert case["procedure"]["decree"] == "PP 94/2021"
    assert len(case["procedure"]["sha256"]) == 64
    assert case["person"]["name"] == "Ani Contoh"
    met = {one["clock"]: one["state"] for one in case["clocks"]}
    assert met["jarak_panggilan_I"] == met["mulai_berlaku"] == met["putusan_keberatan"] == "MET"
    assert case["next"] == {"step": "SERVED", "by": ["PEGAWAI"]}
    waiting = shown(bkd, "2022-04-20")
    assert waiting["state"] == "DITANGGUHKAN"
    assert waiting["next"] == {"step": "RULING_ON_OBJECTION", "by": ["ATASAN", "PPK"]}
    told = bkd("case", "show", nip(1), "--as-of", "2022-06-01").out
    assert "putusan_keberatan" in told
    assert "in force from 2022-04-29 to 2023-04-15: RINGAN" in told


def test_what_is_known_later_moves_the_state_only_for_later_knowledge(bkd: AsnLedger) -> None:
    """The same day, asked as known before and after the objection was recorded."""
    for row in ALL[:4]:
        assert record(bkd, row).status == 0
    before = shown(bkd, "2022-04-20")
    assert before["state"] == "BERLAKU"
    assert record(bkd, OBJECTED).status == 0
    assert shown(bkd, "2022-04-20")["state"] == "DITANGGUHKAN"
    assert shown(bkd, "2022-04-20", "--position", before["position"]) == before


FORBIDDEN = [
    ((REPORT, EXAMINED), "STEP_OUT_OF_ORDER", "PP 94/2021 Pasal 26(2)"),
    ((*ALL[:4], {**RULED, "of": "K-1"}), "RULING_WITHOUT_FILING", "PP 79/2021 Pasal 1"),
    (
        (REPORT, SUMMONS, {**EXAMINED, "examiner": nip(2)}),
        "EXAMINER_OF_LOWER_RANK",
        "PP 94/2021 Pasal 27",
    ),
    (
        (*ALL[:4], {**PUNISHED, "id": "H-2", "document": {**DOCUMENT, "number": "9"}}),
        "PUNISHED_TWICE",
        "PP 94/2021 Pasal 35(3)",
    ),
]


@pytest.mark.parametrize(("rows", "finding", "article"), FORBIDDEN)
def test_what_the_law_forbids_is_refused_with_its_article(
    bkd: AsnLedger, rows: tuple[Row, ...], finding: str, article: str
) -> None:
    """Exit status 1, nothing of the file recorded; a dry run says the same."""
    head = bkd("events", "--json").lines[-1]["position"]
    for more in (("--dry-run",), ()):
        refused = record(bkd, *rows, more=more)
        assert refused.status == 1
        assert refused.json["error"]["code"] == "case_step_refused"
        assert finding in refused.json["error"]["message"]
        assert article in refused.json["error"]["message"]
        assert nip(1) not in refused.out + refused.err
    assert bkd("events", "--json").lines[-1]["position"] == head


def test_what_is_late_is_recorded_and_flagged(bkd: AsnLedger) -> None:
    """An objection after its deadline stands, with the article that it missed."""
    late = {**OBJECTED, "on": "2022-04-20", "filed_on": "2022-04-20"}
    result = record(bkd, *ALL[:4], late)
    assert result.status == 0, result.out
    (flag,) = result.json["flagged"]
    assert (flag["finding"], flag["cite"], flag["refuses"]) == ("FILED_LATE", "PP 79/2021", False)
    (found,) = shown(bkd, "2022-06-01")["findings"]
    assert list(found) == FINDING


def test_an_import_keeps_what_happened_and_the_case_tells_it(bkd: AsnLedger) -> None:
    """What is refused as a step is recorded as history, and flagged wherever it is shown."""
    rows = (REPORT, EXAMINED)
    assert record(bkd, *rows).status == 1
    assert bkd("import", bkd.file("lama.jsonl", *rows)).status == 0
    (found,) = shown(bkd, "2022-06-01")["findings"]
    assert (found["finding"], found["refuses"]) == ("STEP_OUT_OF_ORDER", True)


def test_the_list_says_what_is_due_and_what_is_late(bkd: AsnLedger) -> None:
    """By unit, state and lateness, on a day; one object a line."""
    assert record(bkd, *ALL[:4], OBJECTED).status == 0

    def listed(*more: object) -> Any:
        result = bkd("case", "list", *more, "--json")
        assert result.status == 0, result.err
        return result.lines

    (one,) = listed("--as-of", "2022-05-02")
    assert list(one) == LINE
    assert one["next_clock"] == {
        "clock": "putusan_keberatan",
        "due": "2022-05-02",
        "state": "DUE",
        "cite": "PP 79/2021",
        "missing_year": None,
    }
    assert listed("--as-of", "2022-05-02", "--overdue") == []
    (late,) = listed("--as-of", "2022-05-03", "--overdue", "--unit", "BKD")
    assert (late["overdue"], late["state"]) == (True, "DITANGGUHKAN")
    assert listed("--as-of", "2022-05-03", "--state", "BERLAKU") == []
    assert listed("--as-of", "2022-02-01") == []
    assert (
        "putusan_keberatan OVERDUE 2022-05-02" in bkd("case", "list", "--as-of", "2022-05-03").out
    )


def test_a_year_without_calendar_is_said(bkd: AsnLedger) -> None:
    """No day is guessed: the clock names the year whose calendar is not declared."""
    report = {**REPORT, "on": "2023-03-01", "act_on": "2023-02-21"}
    missed = {**EXAMINED, "on": "2023-03-14", "attended": False, "number": 1}
    assert record(bkd, report, {**SUMMONS, "on": "2023-03-03"}, missed).status == 0
    clock = shown(bkd, "2023-03-20")["next_clock"]
    assert (clock["state"], clock["due"], clock["missing_year"]) == ("UNKNOWN", None, 2023)


def test_the_old_regime_by_the_day_of_the_act(bkd: AsnLedger) -> None:
    """An act before PP 94/2021 is judged by PP 53/2010, whenever it was punished."""
    assert record(bkd, {**REPORT, "act_on": "2021-08-30"}).status == 0
    case = shown(bkd, "2022-06-01")
    assert (case["regime"], case["procedure"]["decree"]) == ("PP53", "PP 53/2010")


def test_which_case_is_meant(bkd: AsnLedger) -> None:
    """The only one, or by id, position or event; of several none is guessed."""
    second = {**REPORT, "id": "K-2", "act_on": "2022-05-01", "on": "2022-05-02"}
    assert record(bkd, REPORT, second).status == 0
    many = bkd("case", "show", nip(1), "--as-of", "2022-06-01", "--json")
    assert (many.status, many.json["error"]["code"]) == (1, "case_unknown")
    one = shown(bkd, "2022-06-01", "K-2")
    assert shown(bkd, "2022-06-01", one["case"])["id"] == "K-2"
    assert shown(bkd, "2022-06-01", one["steps"][0]["position"])["id"] == "K-2"
    assert shown(bkd, "2022-04-01")["id"] == "K-1"


EFFECT = [
    *("hypothetical", "subject", "as_of", "position", "known_at", "facts", "instruments", "case"),
    "person",
]
SIDE = ["status", "total", "band", "range"]


def effect(asn: AsnLedger, *more: object) -> Any:
    """What a case or fact does."""
    result = asn("case", "effect", nip(1), *more, "--as-of", "2022-06-01", "--json")
    assert result.status == 0, result.err
    return result.json


def test_with_and_without_a_case(bkd: AsnLedger) -> None:
    """Every instrument as recorded, without the case and with the sanction reduced; stamped."""
    assert record(bkd, *ALL[:4]).status == 0
    head = bkd("events", "--json").lines[-1]["position"]
    found = effect(bkd, "K-1")
    assert list(found) == EFFECT
    root = next(one["fact"] for one in found["facts"] if one["kind"] == "sanction")
    stamp = {"fact": root, "level": "RINGAN"}
    assert found["hypothetical"]["reduced"] == [stamp]
    assert root in found["hypothetical"]["without"]
    by_name = {one["instrument"]: one for one in found["instruments"]}
    assert {"ip-asn", "satyalancana-x", "jp-tahunan"} <= set(by_name)
    medal = by_name["satyalancana-x"]
    assert list(medal["recorded"]) == [*SIDE, "digest"]
    assert list(medal["without"]) == ["hypothetical", *SIDE]
    assert medal["without"]["hypothetical"] == {"without": found["hypothetical"]["without"]}
    (reduced,) = medal["reduced"]
    assert reduced["hypothetical"] == stamp
    assert medal["recorded"]["band"] == "TIDAK_MEMENUHI"
    assert by_name["jp-tahunan"]["moves"] is False
    scored = bkd(
        *("score", nip(1), "--instrument", "ip-asn", "--as-of", "2022-06-01", "--json")
    ).json
    index = by_name["ip-asn"]
    assert index["recorded"] == {key: scored[key] for key in (*SIDE, "digest")}
    assert index["moves"] is True
    assert bkd("events", "--json").lines[-1]["position"] == head


def test_with_and_without_any_fact(bkd: AsnLedger) -> None:
    """A fact by its key; what is not a sanction cannot be reduced."""
    diploma = about(1, "qualification", key="ijazah", level="S2")
    assert bkd("import", bkd.file("ijazah.jsonl", diploma)).status == 0
    found = effect(bkd, "ijazah")
    assert found["case"] is None
    assert found["hypothetical"]["reduced"] == []
    assert [one["kind"] for one in found["facts"]] == ["qualification"]
    unknown = bkd("case", "effect", nip(1), "tiada", "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (1, "target_unknown")
    assert "HYPOTHETICAL" in bkd("case", "effect", nip(1), "ijazah").out


def test_a_ruled_sanction_is_reduced_with_its_rulings(bkd: AsnLedger) -> None:
    """A ruling that made it heavier does not outweigh the question."""
    heavier = {**RULED, "outcome": "DIPERBERAT", "level": "BERAT"}
    assert record(bkd, *ALL[:5]).status == 0
    assert keep(bkd, heavier).status == 0
    medal = next(one for one in effect(bkd)["instruments"] if one["instrument"] == "satyalancana-x")
    assert medal["recorded"]["band"] == "TIDAK_MEMENUHI"
    assert {one["hypothetical"]["level"] for one in medal["reduced"]} == {"RINGAN"}
    assert medal["reduced"][0]["band"] == medal["without"]["band"]


def test_the_cases_of_the_demo(tmp_path: Path) -> None:
    """One under each regime, whole and in order; of the others those are overdue that should be."""
    asn = AsnLedger(f"sqlite:///{tmp_path / 'demo.sqlite3'}", tmp_path)
    assert asn("demo", "--size", "small").status == 0
    on = ("--as-of", "2026-10-31", "--json")
    listed = {one["id"]: one for one in asn("case", "list", *on).lines}
    old, new = listed["PK-LAMA"], listed["PK-BARU"]
    assert (old["regime"], old["state"], old["findings"]) == ("PP53", "SELESAI", [])
    assert (new["regime"], new["state"], new["findings"]) == ("PP94", "BERLAKU", [])
    late = {one["id"] for one in asn("case", "list", "--overdue", *on).lines}
    assert late == {"HD-SENGKETA", "PK-2026-06-1", "PK-2026-08-1", "PK-2026-10-1"}
    assert {listed[one]["findings"] == [] for one in late - {"HD-SENGKETA"}} == {True}
    whole = asn("case", "show", new["subject"], "PK-BARU", *on).json
    assert {one["state"] for one in whole["clocks"]} == {"MET", "LAPSED"}
