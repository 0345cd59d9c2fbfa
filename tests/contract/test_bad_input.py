"""Every line of what must not be done to cases and decisions: what comes back, word for word.

Each message says what, where, why by which article, and what to do. Cases under both regimes, by
`case record`, which refuses, and by `import`, which records what happened and flags it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.builders import DOCUMENT, about, of_book, of_unit
from tests.contract.command import AsnLedger
from tests.persons import nip

Row = dict[str, Any]
REFUSED, FLAGGED, UNREADABLE = "refused", "flagged", "unreadable"


class Days(NamedTuple):
    """The days of a case without fault."""

    act: str
    report: str
    summons: str
    examined: str
    decided: str
    received: str
    filed: str
    effective: str
    late: str
    ruled: str


NEW = Days(
    *("2022-02-21", "2022-03-01", "2022-03-03", "2022-03-14", "2022-03-21", "2022-03-25"),
    *("2022-04-01", "2022-04-15", "2022-04-20", "2022-04-29"),
)
OLD = Days(
    *("2021-03-10", "2021-03-15", "2021-03-17", "2021-03-29", "2021-04-05", "2021-04-07"),
    *("2021-04-12", "2021-04-28", "2021-05-05", "2021-05-10"),
)


def steps(on: Days) -> dict[str, Row]:
    """Every step, by a name, of a case of the first person."""
    case = about(1, "case", on=on.report, id="K", act_on=on.act, ground="LAIN")
    sanction = about(
        1,
        "sanction",
        on=on.effective,
        id="H",
        case="K",
        level="SEDANG",
        kind="PENUNDAAN_KGB",
        decided_on=on.decided,
        received_on=on.received,
    )
    ruling = about(1, "ruling", on=on.ruled, of="B", forum="PPK", outcome="DIPERKUAT", final=True)
    second = {**DOCUMENT, "number": "9"}
    return {
        "case": case,
        "summons": about(1, "summons", on=on.summons, case="K", number=1),
        "examination": about(1, "examination", on=on.examined, case="K", attended=True),
        "low": about(1, "examination", on=on.examined, case="K", attended=True, examiner=nip(2)),
        "sanction": sanction,
        "again": {**sanction, "id": "H2", "document": second},
        "objection": about(1, "objection", on=on.filed, id="B", target="H", filed_on=on.filed),
        "late": about(1, "objection", on=on.late, id="B", target="H", filed_on=on.late),
        "ruling": ruling,
        "of_case": {**ruling, "of": "K"},
        "of_sanction": {**ruling, "of": "H"},
        "case2": {**case, "id": "K2"},
        "summons2": about(1, "summons", on=on.summons, case="K2", number=1),
        "examination2": about(1, "examination", on=on.examined, case="K2", attended=True),
        "sanction2": {
            **sanction,
            "id": "H2",
            "case": "K2",
            "decided_on": on.received,
            "document": second,
        },
    }


TO_SANCTION = ("case", "summons", "examination", "sanction")
CASE2 = ("case2", "summons2", "examination2", "sanction2")
# what is done | steps | what comes of it | finding | article under PP 94/2021, PP 53/2010 | words
LINES: tuple[tuple[str, tuple[str, ...], str, str, tuple[str, str], str], ...] = (
    (
        "a step out of order",
        ("case", "examination"),
        REFUSED,
        "STEP_OUT_OF_ORDER",
        ("PP 94/2021 Pasal 26(2)", "PP 53/2010"),
        "row 2, EXAMINATION of {examined}: no SUMMONS_1 or SUMMONS_2 of the case comes before it",
    ),
    (
        "a sanction before the examination",
        ("case", "sanction"),
        REFUSED,
        "STEP_OUT_OF_ORDER",
        ("PP 94/2021 Pasal 26(4)", "PP 53/2010"),
        "row 2, DECIDED of {decided}: no SUMMONS_2_MISSED or EXAMINATION of the case comes before",
    ),
    (
        "a ruling on the case itself",
        (*TO_SANCTION, "of_case"),
        REFUSED,
        "RULING_WITHOUT_FILING",
        ("PP 79/2021 Pasal 1", "PP 53/2010"),
        "row 5, RULING_ON_CASE of {ruled}: a ruling answers an objection or appeal",
    ),
    (
        "a ruling without an objection",
        (*TO_SANCTION, "ruling"),
        UNREADABLE,
        "TARGET_UNKNOWN",
        ("", ""),
        "tidak ada fakta bernama ini yang berjenis appeal, case, objection",
    ),
    (
        "a ruling that names the sanction",
        (*TO_SANCTION, "of_sanction"),
        UNREADABLE,
        "TARGET_UNKNOWN",
        ("", ""),
        "tidak ada fakta bernama ini yang berjenis appeal, case, objection",
    ),
    (
        "a filing after its deadline",
        (*TO_SANCTION, "late"),
        FLAGGED,
        "FILED_LATE",
        ("PP 79/2021", "PP 53/2010"),
        "it was filed late; the day of the law was {due}; the sanction stays in force meanwhile",
    ),
    (
        "an examiner below the person's rank",
        ("case", "summons", "low"),
        "by_regime",
        "EXAMINER_OF_LOWER_RANK",
        ("PP 94/2021 Pasal 27", "PP 53/2010"),
        "an examiner was of a lower golongan that day than the person examined",
    ),
    (
        "the same act punished twice in one case",
        (*TO_SANCTION, "again"),
        "by_regime",
        "PUNISHED_TWICE",
        ("PP 94/2021 Pasal 35(3)", "PP 53/2010"),
        "the act is punished already",
    ),
    (
        "the same act punished twice in two cases",
        (*TO_SANCTION, *CASE2),
        "by_regime",
        "PUNISHED_TWICE",
        ("PP 94/2021 Pasal 35(3)", "PP 53/2010"),
        "the act is punished already",
    ),
)
DUE = {NEW: "2022-04-14", OLD: "2021-04-21"}
CASES = [
    pytest.param(on, *line[1:], id=f"{regime}: {line[0]}")
    for regime, on in (("PP94", NEW), ("PP53", OLD))
    for line in LINES
]


@pytest.fixture(scope="module")
def bkd(tmp_path_factory: pytest.TempPathFactory) -> AsnLedger:
    """A ledger of one person, somebody of lower rank, and two calendars; only dry runs go to it."""
    folder = tmp_path_factory.mktemp("bad")
    asn = AsnLedger(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    assert asn("init").status == 0
    rows = [
        of_unit("BKD", "unit"),
        *(
            of_book("calendar", year=year, holidays=[], decree="SKB", on=f"{year}-01-01")
            for year in (2021, 2022)
        ),
        *(
            row
            for who, golongan in ((1, "III/c"), (2, "III/b"))
            for row in (
                about(who, "registered", name="Contoh"),
                about(who, "golongan", golongan=golongan, on="2015-01-01"),
                about(who, "position", unit="BKD"),
            )
        ),
    ]
    assert asn("import", asn.file("dasar.jsonl", *rows)).status == 0
    return asn


@pytest.mark.parametrize(("on", "names", "comes", "finding", "articles", "words"), CASES)
def test_a_case(
    bkd: AsnLedger,
    on: Days,
    names: tuple[str, ...],
    comes: str,
    finding: str,
    articles: tuple[str, str],
    words: str,
) -> None:
    """Refused with the article or flagged, as the law has it; an import flags it at its row."""
    old = on is OLD
    if comes == "by_regime":  # what is only recalled of the old regime refuses nothing
        comes = FLAGGED if old else REFUSED
    said = words.format(**on._asdict(), due=DUE[on])
    file = bkd.file("langkah.jsonl", *(steps(on)[name] for name in names))
    result = bkd("case", "record", file, "--dry-run", "--json")
    imported = bkd("import", file, "--dry-run", "--json").json
    assert nip(1) not in result.out + result.err
    if comes == UNREADABLE:
        assert result.status == 1
        for report in (result.json["import"], imported):
            fault = next(one for one in report["refused"] if one["code"] == finding)
            assert (fault["row"], fault["column"]) == (len(names), "of")
            assert said in fault["message"]
            assert fault["next_step"]
        return
    flags = {one["code"]: one for one in imported["flagged"]}
    assert (flags[finding]["row"], imported["refused"]) == (len(names), [])
    assert f"({articles[old]})" in flags[finding]["message"]
    if comes == REFUSED:
        error = result.json["error"]
        assert (result.status, error["code"]) == (1, "case_step_refused")
        assert f"{finding} in case K" in error["message"]
        assert f"row {len(names)}" in error["message"]
        assert said in error["message"]
        assert f"({articles[old]})" in error["message"]
        assert "Nothing was recorded." in error["message"]
        assert error["next_step"].endswith("`import`, which flags it.")
        return
    assert result.status == 0, result.out
    flag = next(one for one in result.json["flagged"] if one["finding"] == finding)
    assert (flag["row"], flag["cite"], flag["refuses"]) == (len(names), articles[old], False)
    assert said in flag["says"]
    assert flag["cite"] in bkd("case", "record", file, "--dry-run").out


def test_what_was_flagged_before_is_flagged_when_recorded(asn: AsnLedger) -> None:
    """The import says at its rows what its dry run said, and the case shows it with what follows."""
    assert asn("init").status == 0
    calendar = of_book("calendar", year=2022, holidays=[], decree="SKB", on="2022-01-01")
    people = [about(1, "registered", name="Contoh"), about(1, "golongan", golongan="III/c")]
    assert asn("import", asn.file("dasar.jsonl", calendar, *people)).status == 0
    rows = [steps(NEW)[name] for name in (*TO_SANCTION, "late")]
    file = asn.file("kasus.jsonl", *rows)
    before = asn("import", file, "--dry-run", "--json").json
    after = asn("import", file, "--json").json
    assert [one["code"] for one in after["flagged"]] == ["FILED_LATE"]
    assert after == before
    assert asn("import", file, "--json").json["flagged"] == []
    (found,) = asn("case", "show", nip(1), "--as-of", "2022-06-01", "--json").json["findings"]
    assert (found["due"], found["consequence"]) == ("2022-04-14", ["STAYS_IN_FORCE"])
    assert found["says"] in asn("case", "show", nip(1), "--as-of", "2022-06-01").out


def test_a_late_appeal_is_not_accepted(bkd: AsnLedger) -> None:
    """What the law says of a filing that is late stands with it, and what becomes of the sanction."""
    filed = about(1, "appeal", on="2022-04-13", id="A", target="H", filed_on="2022-04-13")
    file = bkd.file("banding.jsonl", *(steps(NEW)[name] for name in TO_SANCTION), filed)
    (flag,) = bkd("case", "record", file, "--dry-run", "--json").json["flagged"]
    assert (flag["finding"], flag["cite"]) == ("FILED_LATE", "PP 79/2021 Pasal 11(3)")
    assert flag["consequence"] == ["NOT_ACCEPTED", "WAITS_FOR_RULING"]
    assert "a late one is not accepted; the sanction waits for a ruling" in flag["says"]


def test_a_ruling_is_not_recorded_alone(asn: AsnLedger) -> None:
    """Refused with the way to propose it; the import that is confirmed by another one records it."""
    assert asn("init").status == 0
    people = [about(1, "registered", name="Contoh"), about(1, "golongan", golongan="III/c")]
    known = [steps(NEW)[name] for name in (*TO_SANCTION, "objection")]
    assert asn("import", asn.file("dasar.jsonl", *people, *known)).status == 0
    file = asn.file("putusan.jsonl", steps(NEW)["ruling"])
    dry = asn("case", "record", file, "--dry-run", "--json")
    assert dry.status == 0
    assert dry.json["second_person"] == [{"row": 1, "why": "ruling", "decisions": []}]
    alone = asn("case", "record", file, "--json").json["error"]
    assert (alone["code"], "row 1: a ruling" in alone["message"]) == (
        "second_person_required",
        True,
    )
    assert "asn-ledger import FILE --propose" in alone["next_step"]
    proposed = asn("import", file, "--propose", "--actor", "panel", "--json").json["proposal"]
    assert proposed["command"]["second_person"] == ["ruling"]
    own = asn("confirm", proposed["id"], "--actor", "panel", "--json")
    assert (own.status, own.json["error"]["code"]) == (1, "second_person_needed")
    assert asn("confirm", proposed["id"], "--actor", "ppk").status == 0
    case = asn("case", "show", nip(1), "--as-of", "2022-06-01", "--json").json
    assert case["steps"][-1]["step"] == "RULING_ON_OBJECTION"


def test_a_decision(office: AsnLedger) -> None:
    """By its own drafter, or about somebody whom the question does not ask about."""
    draft = ("decision", "draft", nip(1), "--kind", "PROMOSI_JABATAN", "--instrument", "ip-asn")
    question = (*draft, "--as-of", "2023-12-31", "--actor", "bkd", "--json")
    outside = office(*question, "--id", "P-1", "--choose", nip(2)).json["error"]
    assert outside["code"] == "candidate_outside_question"
    assert "1 of the 1 chosen are not among the 1 candidates of P-1" in outside["message"]
    assert "its question did not ask about them" in outside["message"]
    assert nip(2) not in outside["message"]
    assert "draft on a question that asks about them" in outside["next_step"]
    assert office(*question, "--id", "P-1", "--choose", nip(1)).status == 0
    issue = ("decision", "issue", "P-1", "--number", "SK 1", "--decided-on", "2024-02-01", "--json")
    for step in (
        (*issue, "--reasons", "x", "--actor", "BKD"),
        ("decision", "recommend", "P-1", "--body", "PANEL", "--in-favour", "--actor", "bkd"),
    ):
        own = office(*step) if "--json" in step else office(*step, "--json")
        error = own.json["error"]
        assert (own.status, error["code"]) == (1, "second_person_needed")
        assert "P-1 was drafted by bkd, who cannot" in error["message"]
        assert "nobody decides on his own draft" in error["message"]
        assert error["next_step"] == "Let a second person do it: --actor says who acts."
    other = office(*issue, "--reasons", "x", "--actor", "ppk", "--choose", nip(2)).json["error"]
    assert other["code"] == "candidate_outside_question"
