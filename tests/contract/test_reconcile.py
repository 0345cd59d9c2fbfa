"""`reconcile`: the object of docs/command-line.md, its files, and who stands on one side only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

import openpyxl
import pytest

from api.outputs.words import printed_cause_words, printed_step_words
from projections.reconciliation.base import Code
from tests.builders import DOCUMENT, about, of_unit
from tests.contract.command import AsnLedger
from tests.intake.books import workbook
from tests.persons import nip

ASK = ("reconcile", "--instrument", "ip-asn", "--period", "2022")
KEYS = (
    *("instrument", "decree", "enacted", "period", "as_of", "position", "known_at"),
    *("hypothetical", "counts", "people", "only_printed", "only_ours"),
)
COUNTS = ("printed", "equal", "differing", "only_printed", "only_ours", "causes")
OURS = ("subject", "unit", "position_kind", "status", "total", "band", "range", "digest")
PERSON = (*OURS, "printed", "difference", "measures", "causes", "person")
PRINTED = ("total", "measures", "position", "effective_on", "learned_on", "recorded_at")
ROW = ("measure", "printed", "ours", "range", "difference", "causes")
CAUSE = ("code", "words", "facts", "detail", "who_must_act", "next_step")
FACT = ("kind", "root", "position", "effective_on", "until", "recorded_at", "reads")
OURS_2022 = {"kualifikasi": "20", "kompetensi": "22.5", "kinerja": "30", "disiplin": "5"}


def printed(who: int, measures: dict[str, str], total: str | None, **fields: Any) -> dict[str, Any]:
    """A row of a facts file about a printed result of 2022."""
    said = {"measures": measures or None, "total": total, "learned_on": "2023-02-01"} | fields
    return about(who, "published_score", on="2022-12-31", **said)


def told(asn: AsnLedger, *rows: dict[str, Any], ask: Iterable[object] = ()) -> dict[str, Any]:
    """The reconciliation once these rows are recorded."""
    if rows:
        result = asn("import", asn.file("p.jsonl", *rows), "--json")
        assert result.status == 0, result.out
    result = asn(*ASK, *ask, "--json")
    assert result.status == 0, result.err
    return dict(result.json)


def test_the_object_has_the_keys_of_the_contract(office: AsnLedger) -> None:
    """In their order, to the last cause; a fact is shown as in `diff`."""
    measures = {**OURS_2022, "kompetensi": "0"}
    found = told(office, printed(1, measures, "55"), printed(2, {}, "40"))
    assert tuple(found) == KEYS
    assert tuple(found["counts"]) == COUNTS
    (person,) = found["people"]
    assert tuple(person) == PERSON
    assert tuple(person["printed"]) == PRINTED
    assert person["person"] == {"nip": nip(1), "name": "Ani Contoh"}
    assert (person["difference"], person["total"], person["printed"]["total"]) == (
        *("-22.5", "77.5", "55"),
    )
    assert [row["measure"] for row in person["measures"]] == list(OURS_2022)
    for row in person["measures"]:
        assert tuple(row) == ROW
        assert bool(row["causes"]) == (row["measure"] == "kompetensi")
        for cause in row["causes"]:
            assert tuple(cause) == CAUSE
            for fact in cause["facts"]:
                assert tuple(fact) == FACT
    first = person["measures"][1]["causes"][0]
    assert (first["code"], first["who_must_act"]) == ("FACT_NOT_THERE", "BKD")
    assert first["facts"][0]["reads"]["hours"] == "25"
    (only,) = found["only_printed"]
    assert tuple(only) == (*OURS, "why", "printed", "person")
    assert (only["person"]["nip"], only["why"][0]["code"]) == (nip(2), "NOT_IN_POPULATION")


def test_who_stands_on_one_side_only_is_listed(office: AsnLedger) -> None:
    """Printed and not measured here; measured here and not printed; and nobody is lost."""
    found = told(office)
    assert [one["person"]["nip"] for one in found["only_ours"]] == [nip(1)]
    assert tuple(found["only_ours"][0]) == (*OURS, "person")
    found = told(office, printed(3, {}, "61"))
    assert [one["person"]["nip"] for one in found["only_printed"]] == [nip(3)]
    assert found["counts"] | {"causes": {}} == {
        "printed": 1,
        "equal": 0,
        "differing": 0,
        "only_printed": 1,
        "only_ours": 1,
        "causes": {},
    }


def test_an_equal_result_is_counted(office: AsnLedger) -> None:
    """Nobody differs; asked for alone the person is shown with all that was printed."""
    found = told(office, printed(1, OURS_2022, "77.5"))
    assert (found["counts"]["equal"], found["people"], found["only_ours"]) == (1, [], [])
    alone = told(office, ask=(nip(1),))
    assert alone["counts"] == found["counts"]
    assert [row["difference"] for row in alone["people"][0]["measures"]] == ["0"] * 4


def test_a_person_alone_is_told_as_among_all(office: AsnLedger) -> None:
    """By number, id, unit or everybody, named or from standard input: the same words."""
    whole = told(office, printed(1, {**OURS_2022, "kinerja": "25"}, "72.5"))
    assert whole["counts"]["causes"] == {"OTHER_CONTENT": 1}
    subject = whole["people"][0]["subject"]
    for ask in ((nip(1),), (subject,), ("--unit", "BKD"), ("BKD.1",), ("--all",)):
        assert told(office, ask=ask)["people"] == whole["people"]
    by_input = office(*ASK, "-", "--json", stdin=nip(1) + "\n").json
    assert by_input["people"] == whole["people"]
    assert told(office, ask=("--unit", "DISDIK"))["people"] == []


def test_what_we_knew_when_they_printed(office: AsnLedger) -> None:
    """An annulment recorded after the printed result is later knowledge."""
    told(office, printed(1, OURS_2022, "77.5", learned_on=None))
    gone = about(1, "annul", target="kursus-1", document=DOCUMENT)
    found = told(office, gone)
    assert found["counts"]["causes"] == {"KNOWN_LATER": 1}
    before = found["people"][0]["printed"]["position"]
    assert told(office, ask=("--position", before))["counts"]["equal"] == 1


def test_a_corrected_printed_result_counts_as_corrected(office: AsnLedger) -> None:
    """What was printed may be recorded wrongly and corrected as any fact."""
    wrong = printed(1, {**OURS_2022, "kinerja": "3"}, "50.5", key="cetak")
    assert told(office, wrong)["counts"]["differing"] == 1
    right = {k: v for k, v in printed(1, OURS_2022, "77.5").items() if k != "nip"}
    mended = about(1, "correct", target="cetak", replacement=right, document=DOCUMENT)
    assert told(office, mended)["counts"]["equal"] == 1


def test_a_printed_result_never_moves_a_score(office: AsnLedger) -> None:
    """It is for reconciliation only: everybody's answers keep their digests but for the position."""
    ask = ("score", "--all", "--instrument", "ip-asn", "--period", "2022", "--json")
    head = office("events", "--json").lines[-1]["position"]
    before = office(*ask, "--position", head).lines
    told(office, printed(1, {"kinerja": "3"}, "3"))
    after = office(*ask).lines
    for one, other in zip(before, after, strict=True):
        assert [one[name] for name in ("total", "measures", "why")] == [
            other[name] for name in ("total", "measures", "why")
        ]


def test_in_words(office: AsnLedger) -> None:
    """Numbers side by side, the cause with its fact, who must act, and counts at the end."""
    told(office, printed(1, {**OURS_2022, "kompetensi": "0"}, "60"), printed(2, {}, "40"))
    out = office(*ASK).out
    assert "Ani Contoh" in out
    assert "FACT_NOT_THERE: without this it is their number" in out
    assert "(TEKNIS, 25 hours)" in out
    assert "TOTAL_DOES_NOT_ADD_UP" in out
    assert "they add up to 55" in out
    assert "printed, and not measured here: 1" in out
    assert "2 printed: 0 equal, 1 differing, 1 not measured here; 0 only here" in out


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "jsonl"])
def test_a_file_beside_the_answer(office: AsnLedger, suffix: str) -> None:
    """A row a difference in Indonesian, or an object a person for machines; the same bytes twice."""
    rows = (printed(1, {**OURS_2022, "kompetensi": "0"}, "55"), printed(2, {}, "40"))
    found = told(office, *rows, ask=("--out", f"a.{suffix}"))
    told(office, ask=("--out", f"b.{suffix}"))
    path = office.folder / f"a.{suffix}"
    assert path.read_bytes() == (office.folder / f"b.{suffix}").read_bytes()
    if suffix == "jsonl":
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert [one["group"] for one in lines] == ["people", "only_printed"]
        assert lines[0] == {"group": "people", **found["people"][0]}
        return
    if suffix == "csv":
        text = io.StringIO(path.read_text("utf-8-sig"))
        table = list(csv.reader(text, delimiter=";"))
    else:
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Rekonsiliasi", "Sebab", "Keterangan"]
        table = [[str(c or "") for c in row] for row in book["Rekonsiliasi"].values]
    codes = [row[table[0].index("Kode sebab")] for row in table[1:]]
    assert codes == ["", "FACT_NOT_THERE", "ONLY_PRINTED"]
    assert table[2][3] == "Kompetensi"
    assert table[2][0].lstrip("'") == nip(1)


def test_every_cause_has_words() -> None:
    """In files for people, as in the answer; no code goes without."""
    for code in Code:
        assert printed_cause_words(code.value)
        assert printed_step_words(code.value).endswith(".")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("reconcile", "--instrument", "ip-asn"), 2),
        (("reconcile", "--instrument", "ip-asn", "--period", "kapan"), 2),
        ((*ASK, nip(1), "--all"), 2),
        ((*ASK, "--out", "x.pdf"), 2),
        ((*ASK, "--known-at", "2023-01-01T00:00:00Z", "--position", "5"), 2),
        ((*ASK, "--out", "tidak-ada/x.csv"), 1),
        ((*ASK, nip(77)), 1),
        ((*ASK, "--unit", "TIDAK.ADA"), 1),
        (("reconcile", "--instrument", "lain", "--period", "2022"), 1),
        (("reconcile", "--instrument", "ip-asn", "--period", "2010"), 1),
    ],
)
def test_what_cannot_be_asked(office: AsnLedger, arguments: tuple[str, ...], status: int) -> None:
    """Each with its exit status and what to do; no file is left behind."""
    before = set(office.folder.iterdir())
    result = office(*arguments)
    assert result.status == status, result
    assert result.err
    left = {office.folder / f"ledger.sqlite3.{name}" for name in ("facts", "access")}
    assert set(office.folder.iterdir()) - before <= left


PIP = ("No", "NIP", "Nama", "Nama Jabatan", "Satuan Kerja", "Golongan")
MEASURED = ("Kualifikasi", "Kompetensi", "Kinerja", "Disiplin", "Total", "Kategori")
TITLE = [["LAPORAN PENGUKURAN"], ["Provinsi Contoh"], ["Tahun 2022"], [], ["Halaman 1"], []]


def test_a_workbook_of_siasn_is_reconciled(office: AsnLedger) -> None:
    """Headers on row 7, the year above them; bad rows come back with all their errors at once."""
    path = office.folder / "PIP ASN.xlsx"
    rows = [
        (1, nip(1), "Ani", "Analis", "BKD", "III/a", 20, 0, "30,00", 5, 55, "Sangat Rendah"),
        (2, "12", "Budi", "Analis", "BKD", "", "dua puluh", "", "", "", "", ""),
        (3, nip(88), "Orang Lain", "Analis", "BKD", "", 20, 0, 25, 5, 50, ""),
        (4, nip(3), "Citra", "Analis", "BKD", "", 20, 0, 25, 5, 75, ""),
    ]
    workbook(path, [*TITLE, (*PIP, *MEASURED), *rows])
    result = office("import", path, "--json")
    shown = result.json
    assert (result.status, shown["read"], shown["new"]) == (1, 4, 2)
    refused = {(one["row"], one["column"], one["code"]) for one in shown["refused"]}
    assert refused == {(9, "NIP", "NIP_MALFORMED"), (10, "NIP", "PERSON_UNKNOWN")}
    also = [one["also"] for one in shown["refused"] if one["row"] == 9]
    assert [(one["column"], one["code"]) for one in also[0]] == [
        ("Kualifikasi", "NOT_A_NUMBER"),
        ("Total", "FIELD_MISSING"),
    ]
    assert [one["code"] for one in shown["flagged"]] == ["TOTAL_DISAGREES"]
    assert list(office.folder.glob("*.ditolak.xlsx"))
    found = told(office)
    assert found["counts"]["causes"] == {"FACT_NOT_THERE": 1}
    assert [one["person"]["nip"] for one in found["only_printed"]] == [nip(3)]
    again = office("import", path, "--json").json
    assert (again["new"], again["same"]) == (0, 2)


def test_a_workbook_without_numbers_of_persons_is_left_alone(office: AsnLedger) -> None:
    """As SIASN's own export may be: a name is not a person, and the file says what it lacks."""
    path = office.folder / "PIP ASN.xlsx"
    headers = tuple(one for one in (*PIP, *MEASURED) if one != "NIP")
    workbook(path, [*TITLE, headers, (1, "Ani", "Analis", "BKD", "", 20, 0, 30, 5, 55, "")])
    result = office("import", path, "--json")
    assert result.status == 1
    assert "NIP_COLUMN_MISSING" in result.out
    assert told(office)["counts"]["printed"] == 0


def test_a_template_states_a_printed_result(office: AsnLedger) -> None:
    """The form for this fact takes measures by name."""
    assert office("template", "published_score", "--out", "f.xlsx").status == 0
    book = openpyxl.load_workbook(office.folder / "f.xlsx")
    page = book.worksheets[0]
    wanted = {
        "NIP": nip(1),
        "Berlaku sejak (TMT)": "31-12-2022",
        "Instrumen": "ip-asn",
        "Periode": "2022",
        "Nilai tiap dimensi": "kualifikasi = 20; kompetensi = 22,5; kinerja = 30; disiplin = 5",
        "Total": "77,5",
    }
    for column in range(1, page.max_column + 1):
        value = wanted.get(str(page.cell(3, column).value))
        if value is not None:
            page.cell(4, column, value)
    book.save(office.folder / "f.xlsx")
    assert office("import", "f.xlsx").status == 0
    assert told(office)["counts"]["equal"] == 1


def test_on_both_databases(founded: AsnLedger) -> None:
    """A person, a printed result, an export, a report: the same on SQLite and PostgreSQL."""
    founded.file(
        "a.jsonl",
        about(1, "registered", name="Ani Contoh"),
        about(1, "employment", employment="PNS"),
        of_unit("BKD", "unit"),
        about(1, "position", unit="BKD", kind="PELAKSANA"),
        about(1, "qualification", level="S2", on="2015-08-01"),
        about(1, "competency", hours=10),
        about(1, "appraisal", predicate="SANGAT_BAIK"),
        printed(1, {"kualifikasi": "20", "kompetensi": "11.25", "kinerja": "30"}, None),
    )
    assert founded("import", "a.jsonl", "--json").status == 0
    found = told(founded)
    assert found["counts"]["causes"] == {"OTHER_READING": 1}
    (cause,) = (one for row in found["people"][0]["measures"] for one in row["causes"][:1])
    assert cause["detail"]["there"] == "proportional"
    for suffix in ("xlsx", "parquet"):
        shown = founded("export", *ASK[1:], "--out", f"x.{suffix}", "--json").json
        assert shown["rows"] == 1
    shown = founded("report", "rekap-ip-asn", *ASK[3:], "--out", "r.pdf", "--json").json
    assert (shown["people"], shown["measured"]) == (1, 1)


def test_a_merged_record_is_counted_once(office: AsnLedger) -> None:
    """What was printed under the old number stands again where the person was merged."""
    told(office, about(4, "registered", name="Ani C."), printed(4, OURS_2022, "77.5"))
    assert told(office)["counts"]["printed"] == 1
    found = told(office, about(4, "merged", into=nip(1), on="2022-06-01"))
    assert found["counts"]["printed"] == 1
    assert [one["person"]["nip"] for one in found["only_printed"]] == []
