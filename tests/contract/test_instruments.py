"""`instrument list`, `show`, `check` and `try`, as scripts, drafters and auditors use them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from projections.language import shipped
from tests.contract.command import AsnLedger
from tests.persons import nip

ROW_KEYS = [
    *("instrument", "title", "decree", "in_force_from", "in_force", "enacted", "recorded_at"),
    *("enacted_by", "document", "sha256", "repealed"),
]
SAID_KEYS = [
    *("instrument", "title", "subject", "basis", "decree", "in_force_from", "population", "max"),
    *("measures", "bands", "outcomes", "marks", "facts", "reads", "later_text"),
]
SIDE_KEYS = [
    *("as_of", "position", "known_at", "decree", "enacted", "hypothetical", "people", "measured"),
    *("not_computable", "not_applicable", "sum", "mean", "bands", "statuses"),
]
DAY = ("--as-of", "2022-12-31")
DRAFT = """
instrument: contoh
title: Contoh
subject: employee
basis: LOCAL
decree: Pergub contoh
in_force_from: 2022-01-01
period: {cut_off: period_end}
population: {employment: [PNS, CPNS]}
cite: Pergub contoh Pasal 1
mark: verified
max: 10
measures:
  - measure: jp
    max: 6
    rule: total
    facts: competency
    where: {category: TEKNIS}
    field: hours
    window: {years: 1, start: calendar}
    target: 25
    award: proportional
    decimals: 2
  - {measure: penghargaan, max: 4, rule: tally, facts: award, by: kind, window: ever, points: {}, others: 4}
bands: {edge: lower, of: [[7, BAIK], [0, KURANG]]}
"""
ONE = """
{"fact":"registered","nip":"199001012015011001","name":"Contoh Satu","employment":"PNS","on":"2015-01-01"}
{"fact":"position","nip":"199001012015011001","kind":"PELAKSANA","title":"Operator","unit":"BKD","on":"2020-01-01"}
""".lstrip()
READING = DRAFT[: DRAFT.index("measures:")].replace("contoh", "pembaca") + (
    "measures:\n  - {measure: nilai, max: 10, rule: score, instrument: contoh, decimals: 2}\n"
    "bands: {edge: lower, of: [[0, SEMUA]]}\n"
)


def head(asn: AsnLedger) -> int:
    """The last position."""
    position: int = asn("instrument", "list", "--json").json["position"]
    return position


def write(asn: AsnLedger, text: str, name: str = "draf.yaml") -> str:
    """A draft in the working folder."""
    (asn.folder / name).write_text(text, "utf-8")
    return name


# ------------------------------------------------------------------------------------ list and show


def test_the_rule_book_is_listed(founded: AsnLedger) -> None:
    """What founding enacted with who, when and the digest; the drafts beside it, not enacted."""
    found = founded("instrument", "list", "--json").json
    assert list(found) == ["as_of", "position", "known_at", "instruments", "drafts"]
    assert all(list(one) == ROW_KEYS for one in found["instruments"])
    assert {one["instrument"] for one in found["instruments"]} >= {"ip-asn", "jp-tahunan"}
    assert all(one["repealed"] is None for one in found["instruments"])
    in_force = [one["instrument"] for one in found["instruments"] if one["in_force"]]
    assert sorted(in_force) == sorted({one["instrument"] for one in found["instruments"]})
    (first,) = [one for one in found["instruments"] if one["instrument"] == "ip-asn"]
    text = shipped.text("ip-asn-perbkn-8-2019.yaml")
    assert first["sha256"] == hashlib.sha256(text).hexdigest()
    assert [f"drafts/{one['name']}.yaml" for one in found["drafts"]] == list(shipped.drafts())
    keys = ["name", "instrument", "title", "decree", "in_force_from", "enacted"]
    assert all(list(one) == keys and one["enacted"] is None for one in found["drafts"])


def test_the_list_is_of_a_day_as_known_at_a_position(founded: AsnLedger) -> None:
    """Before its first day a text is enacted and not in force."""
    found = founded("instrument", "list", "--as-of", "2019-05-14", "--json").json
    states = {one["instrument"]: one["in_force"] for one in found["instruments"]}
    assert (states["ip-asn"], states["satyalancana-x"]) == (False, True)
    assert founded("instrument", "list", "--position", found["position"] + 1).status == 1
    assert founded("instrument", "list", "--known-at", "2020-01-01T00:00:00").status == 2


def test_a_text_is_shown_as_it_was_enacted(founded: AsnLedger) -> None:
    """Byte for byte, with what it says, its act, and every number that nobody has verified."""
    found = founded("instrument", "show", "ip-asn", "--json").json
    assert list(found) == list(dict.fromkeys((*SAID_KEYS, *ROW_KEYS, "unsure", "text")))
    assert hashlib.sha256(found["text"].encode()).hexdigest() == found["sha256"]
    assert founded("instrument", "show", "ip-asn", "--text").out == found["text"]
    assert found["text"].encode() == shipped.text("ip-asn-perbkn-8-2019.yaml")
    marks = [one["mark"] for one in found["unsure"]]
    assert found["marks"] == {mark: marks.count(mark) for mark in found["marks"]} | {
        "verified": found["marks"]["verified"]
    }
    assert {"at", "mark", "value", "cite"} == set(found["unsure"][0])
    assert found["later_text"] == [
        {"from": "2023-01-01", "title": "Surat Plt. Kepala BKN 4190/B-BM.02.01/SD/K/2024"}
    ]
    told = founded("instrument", "show", "ip-asn").out
    for words in ("by ", "sha256", "a later text is known", "measures.kualifikasi.points.SP2"):
        assert words in told, words


def test_a_draft_is_shown_and_written_out_to_be_completed(asn: AsnLedger) -> None:
    """Without any ledger."""
    nowhere = AsnLedger("", asn.folder)
    found = nowhere("instrument", "show", "talenta-contoh", "--json").json
    assert (found["enacted"], found["in_force"]) == (None, False)
    out = nowhere("instrument", "show", "talenta-contoh", "--text").out
    assert out.encode() == shipped.text("drafts/talenta-contoh.yaml")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nosuch",), "text_unknown"),
        (("ip-asn", "--rules", "PerBKN 1/2001"), "instrument_unknown"),
        (("ip-asn", "--as-of", "2019-05-14"), "no_rules_in_force"),
    ],
)
def test_what_is_not_there_is_named(
    founded: AsnLedger, arguments: tuple[str, ...], code: str
) -> None:
    """With its code and what to do."""
    refused = founded("instrument", "show", *arguments, "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, code)
    assert refused.json["error"]["next_step"]


# -------------------------------------------------------------------------------------------- check


def test_a_text_is_checked_without_a_ledger(tmp_path: Path) -> None:
    """What was understood: for whom, by what, which facts, how many parameters by mark."""
    asn = AsnLedger("", tmp_path)
    found = asn("instrument", "check", write(asn, DRAFT), "--json").json
    assert list(found) == [
        *("file", "ok", "faults", "sha256", "bytes", *SAID_KEYS, "unsure", "ledger"),
    ]
    assert (found["ok"], found["faults"], found["ledger"]) == (True, [], None)
    assert found["facts"] == {"competency": ["category", "hours"], "award": ["kind"]}
    assert [(one["measure"], one["max"]) for one in found["measures"]] == [
        ("jp", "6"),
        ("penghargaan", "4"),
    ]
    assert found["marks"]["verified"] > 10
    assert found["unsure"] == []
    told = asn("instrument", "check", "draf.yaml").out
    for words in ("Pergub contoh (LOCAL), in force from 2022-01-01", "PNS", "It can be enacted."):
        assert words in told, words


@pytest.mark.parametrize(
    ("draft", "population", "words"),
    [
        (
            "kinerja-opd-contoh",
            {"kind": ["BADAN", "BIRO", "DINAS", "INSPEKTORAT", "SATUAN", "SEKRETARIAT"]},
            "measures each org_unit that is open and is a BADAN or BIRO or DINAS",
        ),
        (
            "kenaikan-pangkat-reguler-perbkn-4-2023",
            {
                "employment": ["PNS"],
                "standing": None,
                "not_standing": ["DIPEKERJAKAN", "DIPERBANTUKAN", "TUGAS_BELAJAR"],
                "position_kind": ["PELAKSANA"],
            },
            "who is PNS, not standing DIPEKERJAKAN or DIPERBANTUKAN or TUGAS_BELAJAR, holding PELAKSANA",
        ),
    ],
)
def test_whom_a_text_measures_is_told_whole(
    founded: AsnLedger, draft: str, population: dict[str, object], words: str
) -> None:
    """Every limit of a population, of people and of units, checked or shown, for both readers."""
    assert founded("instrument", "check", draft, "--json").json["population"] == population
    for command in ("check", "show"):
        told = founded("instrument", command, draft)
        assert (told.status, words in told.out) == (0, True), command


def test_a_hypothetical_answer_says_why_in_words(founded: AsnLedger) -> None:
    """No stamp is told as a bare object, and many weak parameters are one line with what to do."""
    told = founded("instrument", "try", "kinerja-opd-contoh", "--all", "--as-of", "2024-12-31").out
    assert "HYPOTHETICAL, not a result: under other rules (draft: contoh, bukan Pergub" in told
    assert founded("import", write(founded, ONE, "satu.jsonl")).status == 0
    told = founded(
        *("instrument", "try", "tertib-data-bkn", "199001012015011001", "--as-of", "2024-12-31")
    ).out
    assert "PARAMETER_ASSUMED: 13 parameters of the whole, kelengkapan" in told
    assert "{" not in told
    assert "None" not in told
    assert "Record the fact" in told
    ahead = founded(
        "score", "199001012015011001", "--instrument", "hukdis", "--as-of", "2199-01-01"
    )
    assert "HYPOTHETICAL, not a result: a forecast of a day to come" in ahead.out


def test_with_a_ledger_what_it_reads_is_checked(founded: AsnLedger) -> None:
    """It fits, it is enacted already, or what it reads is not in force."""
    fits = founded("instrument", "check", write(founded, DRAFT), "--json").json
    assert fits["ledger"] == {"position": head(founded), "enacted": None}
    same = founded("instrument", "check", "ip-asn-perbkn-8-2019", "--json").json
    assert same["ledger"]["enacted"] is not None
    lacking = founded("instrument", "check", write(founded, READING), "--json")
    assert lacking.status == 1
    assert [one["code"] for one in lacking.json["faults"]] == ["instrument_not_in_force"]


FAULTS: tuple[tuple[str, str, int, str], ...] = (
    ("max: 10", "max: 11", 14, "add up to 10 and not to 11"),
    ("rule: total", "rule: totall", 16, "`rule` does not know `totall`"),
    ("    max: 6", "    max: -6", 15, "negative"),
    ("target: 25", "target: 0", 21, "nothing can be divided by it"),
    ("[0, KURANG]", "[2, KURANG]", 25, "gap"),
    ("of: [[7, BAIK], [0", "of: [[0, BAIK], [0", 25, "bands"),
    ("title: Contoh", "title: &x Contoh", 3, "anchor"),
    ("title: Contoh", "title: !!str Contoh", 3, "tag"),
    ("title: Contoh", "title: !!python/object:os.system Contoh", 3, "tag"),
    ("facts: competency", "facts: competence", 17, "`facts` does not know `competence`"),
    ("field: hours", "field: minutes", 19, "no field `minutes`"),
    ("field: hours", "field: title", 19, "sealed"),
    ("    decimals: 2", "    decimale: 2", 14, "decimal"),
    ("title: Contoh", "title: Contoh 198503122010012990", 1, "16 to 18 digits"),
    ("title: Contoh", "title: Contoh e\u0301", 1, "NFC"),
)


@pytest.mark.parametrize(("old", "new", "line", "words"), FAULTS)
def test_a_fault_names_file_line_and_remedy_and_nothing_is_enacted(
    office: AsnLedger, old: str, new: str, line: int, words: str
) -> None:
    """Checked or enacted, the same refusal; the log stands where it stood."""
    assert old in DRAFT
    name = write(office, DRAFT.replace(old, new, 1))
    before = head(office)
    checked = office("instrument", "check", name, "--json")
    assert checked.status == 1
    assert list(checked.json) == ["file", "ok", "faults"]
    (fault, *_) = [one for one in checked.json["faults"] if words in one["message"]]
    assert list(fault) == ["code", "message", "next_step", "line", "path"]
    assert (fault["code"], fault["line"]) == ("instrument_refused", line)
    assert fault["message"].startswith(f"draf.yaml line {line}")
    assert fault["next_step"]
    assert f"draf.yaml line {line}" in office("instrument", "check", name).out
    refused = office("instrument", "enact", name, "--document", "SK:1:2022-01-01", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "instrument_refused")
    assert head(office) == before


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """At the top and in each measure, ordered by line."""
    asn = AsnLedger("", tmp_path)
    text = DRAFT
    for old, new in (
        ("instrument: contoh", "instrument: Contoh Saya"),
        ("subject: employee", "subject: village"),
        ("target: 25", "target: 0"),
        ("others: 4", "others: vier"),
        ("edge: lower", "edge: middle"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    faults = asn("instrument", "check", write(asn, text + "warna: merah\n"), "--json").json[
        "faults"
    ]
    assert [one["line"] for one in faults] == sorted(one["line"] for one in faults)
    said = " ".join(one["message"] for one in faults)
    for words in (
        "no name",
        "village",
        "divided by it",
        "`others` is not a number",
        "middle",
        "has no `warna`",
    ):
        assert words in said, words
    assert len(faults) == 6


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    """By its size, before anything is parsed; so is a folder, and what is not there."""
    asn = AsnLedger("", tmp_path)
    with (tmp_path / "besar.yaml").open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    refused = asn("instrument", "check", "besar.yaml", "--json")
    assert refused.status == 1
    assert "52428800 bytes; at most 49152 are read" in refused.json["faults"][0]["message"]
    for name in (".", "tidak-ada.yaml"):
        missing = asn("instrument", "check", name, "--json")
        assert (missing.status, missing.json["error"]["code"]) == (1, "text_unknown")


def test_a_text_larger_than_an_entry_is_refused(office: AsnLedger) -> None:
    """Small enough to be read, too large to be recorded: each quote takes four bytes there."""
    name = write(office, DRAFT + "# " + '"' * 30_000 + "\n")
    before = head(office)
    (fault,) = office("instrument", "check", name, "--json").json["faults"]
    assert "an entry of the log holds 65535" in fault["message"]
    enacted = office("instrument", "enact", name, "--document", "SK:1:2022-01-01", "--json")
    assert (enacted.status, enacted.json["error"]["code"]) == (1, "instrument_refused")
    assert head(office) == before


# ---------------------------------------------------------------------------------------------- try


def test_a_draft_is_tried_on_one_person(office: AsnLedger) -> None:
    """Both answers side by side, stamped; where nothing is in force the draft's alone."""
    before = head(office)
    found = office("instrument", "try", "ip-asn-surat-bkn-2024", nip(1), *DAY, "--json").json
    keys = ["hypothetical", "instrument", "subject", "from", "to", "difference", "measures"]
    assert list(found) == [*keys, "person", "draft"]
    assert found["hypothetical"]["rules"].startswith("draft: Surat")
    assert found["from"]["decree"] == "PerBKN 8/2019"
    assert (found["to"]["enacted"], found["to"]["hypothetical"]) == (None, found["hypothetical"])
    alone = office("instrument", "try", write(office, DRAFT), nip(1), *DAY, "--json").json
    assert (alone["from"], alone["difference"]) == (None, None)
    assert alone["to"]["total"] == "6"
    assert alone["draft"]["file"] == "draf.yaml"
    told = office("instrument", "try", "draf.yaml", nip(1), *DAY).out
    for words in ("HYPOTHETICAL", "no text of this name is in force", "Ani Contoh", "-- -> KURANG"):
        assert words in told, words
    assert head(office) == before


def test_a_draft_is_tried_on_everybody(office: AsnLedger) -> None:
    """The distribution before and after, and who moves; the ledger as it was."""
    before = head(office)
    found = office("instrument", "try", "ip-asn-surat-bkn-2024", "--all", *DAY, "--json").json
    assert list(found) == [
        *("instrument", "hypothetical", "from", "to", "raised", "lowered", "unmoved"),
        *("mean_change", "became_computable", "no_longer_computable", "other_band", "moved"),
        *("unit", "draft"),
    ]
    assert list(found["from"]) == list(found["to"]) == SIDE_KEYS
    assert (found["from"]["measured"], found["no_longer_computable"]) == (1, 1)
    (moved,) = found["moved"]
    assert list(moved) == ["subject", "status", "total", "band", "person"]
    assert moved["person"]["nip"] == nip(1)
    unit = office("instrument", "try", write(office, DRAFT), "--unit", "BKD", *DAY, "--json").json
    assert unit["unit"]["name"] == "Badan Kepegawaian Daerah"
    assert (unit["from"], unit["to"]["people"], unit["to"]["mean"]) == (None, 1, "6")
    assert "Nothing" not in office("instrument", "try", "draf.yaml", "--all", *DAY).out
    assert head(office) == before


def test_one_parameter_is_tried(office: AsnLedger) -> None:
    """Of the text in force, by the path that `show` names; the stamp says what was changed."""
    change = "measures.kualifikasi.points.S2=15"
    found = office("instrument", "try", "ip-asn", nip(1), *DAY, "--set", change, "--json").json
    assert found["difference"] == "-5"
    assert found["hypothetical"] == {"rules": f"draft: PerBKN 8/2019 with {change}"}
    assert found["draft"]["changes"] == [change]
    whole = office("instrument", "try", "ip-asn", "--all", *DAY, "--set", change, "--json").json
    assert (whole["lowered"], whole["mean_change"]) == (1, "-5")


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("ip-asn", "--all"), 2, "misused"),
        (("ip-asn", "--all", "--set", "max"), 2, "misused"),
        (("ip-asn", "--all", "--set", "max=99"), 1, "instrument_refused"),
        (("ip-asn", "--all", "--set", "measures.x.max=99"), 1, "parameter_unknown"),
        (("ip-asn", "--all", "--set", "measures.kinerja=99"), 1, "parameter_unknown"),
        (("ip-asn", "--all", "--set", "max=100, x: 1"), 1, "value_refused"),
        (("ip-asn", "--all", "--set", "max=[100"), 1, "value_refused"),
        (("nosuch", "--all"), 1, "text_unknown"),
        (("talenta-contoh",), 2, "misused"),
        (("talenta-contoh", "--all", "--rules", "x"), 1, "instrument_unknown"),
        (("talenta-contoh", "--all", "--position", "999999"), 1, "position_refused"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    office: AsnLedger, arguments: tuple[str, ...], status: int, code: str
) -> None:
    """With its code; a changed text is checked like any other."""
    refused = office("instrument", "try", *arguments, "--json")
    assert (refused.status, refused.json["error"]["code"]) == (status, code)


def test_no_answer_of_a_draft_looks_like_a_result(office: AsnLedger) -> None:
    """Every object that holds a total holds the stamp."""

    def stamped(part: Any) -> bool:
        if isinstance(part, dict):
            if "total" in part and "hypothetical" in part and part.get("enacted") is None:
                return part["hypothetical"] is not None
            return all(stamped(inner) for inner in part.values())
        return all(stamped(inner) for inner in part) if isinstance(part, list) else True

    found = office("instrument", "try", write(office, DRAFT), nip(1), *DAY, "--json").json
    assert stamped(found)
    assert found["to"]["hypothetical"] is not None
