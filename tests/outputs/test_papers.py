"""Documents: every code has words, hostile and endless text stays in its place, nothing is cut."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.outputs.papers import words
from api.outputs.papers.facts import RECORD_HEADERS, RECORD_WIDTHS
from api.outputs.papers.field_words import FIELDS
from api.outputs.papers.links import link_of
from api.outputs.papers.paper import Context, Grid, Lines, Paper, Part, Remark
from api.outputs.papers.pdf import breakable, pdf
from api.outputs.papers.said import Change, cell_text, day, instant, moment, number
from api.outputs.papers.sheets import csv_text, sheet_name, xlsx
from api.outputs.workbook import CELL_TEXT
from ledger.domain.case import CaseState, StepKind
from ledger.domain.unit_directory import directory
from ledger.events import registry
from projections.answer import Status
from projections.differences.walk import CauseClass, What
from projections.discipline.case_findings import Finding
from projections.discipline.clocks import ClockState
from projections.plans.plan import Mark
from tests.outputs.pdf_text import pdf_text, plain

WITA = ZoneInfo("Asia/Makassar")
HERE = Context("Instansi Contoh", "asn-ledger/65/0", WITA, directory({}))
HOSTILE = '#panic("x") *b* _i_ $x$ <a> @b [ `c` // d /* e \\ = f - g + h / i: j'
KINDS = sorted(
    {one.name for one in registry.specs().values() if one.owner not in ("ledger", "decision")}
)


def paper(*parts: Part, title: str = "Judul") -> Paper:
    """A document of some parts."""
    return Paper(title, "Tentang", ("Pita",), parts, [("Digest", "sha256:" + "a" * 64)], "kode")


def grid(rows: list[Any], name: str = "Tabel") -> Grid:
    """A table of two columns."""
    return Grid(name, ("Nomor", "Isi"), (20, 80), rows)


@pytest.mark.parametrize(
    ("listed", "codes"),
    [
        (words.FACTS, KINDS),
        (words.STEPS, list(StepKind)),
        (words.STATES, list(CaseState)),
        (words.CLOCKS, list(ClockState)),
        (words.FINDINGS, list(Finding)),
        (words.CAUSES, list(What)),
        (words.CLASSES, list(CauseClass)),
        (words.STATUSES, list(Status)),
        (words.MARKS, list(Mark)),
    ],
)
def test_every_code_has_words(listed: words.Words, codes: list[str]) -> None:
    """No code of a closed list reaches paper as it is stored."""
    assert codes
    assert [one for one in codes if not listed.get(str(one))] == []


def test_every_open_field_has_words() -> None:
    """Of facts about people and units; those that name streams, keys and roots are never told."""
    unsaid = {"title_id", "keys", "root", "replaces", "fact", "fields"}
    names = {
        name
        for one in registry.specs().values()
        if one.owner not in ("ledger", "decision")
        for name in one.open_names
    }
    assert len(names) > 50
    assert [one for one in sorted(names - unsaid) if one not in FIELDS] == []


@pytest.mark.parametrize(
    ("points", "written"),
    [
        ("0", "0"),
        ("62.5", "62,5"),
        ("-0.25", "-0,25"),
        ("1234.5", "1.234,5"),
        ("-1234567", "-1.234.567"),
        ("999", "999"),
    ],
)
def test_numbers_as_this_country_writes_them(points: str, written: str) -> None:
    """Decimal comma, points between thousands; exact."""
    assert number(Decimal(points)) == written
    assert cell_text(Decimal(points)) == written


def test_signs_days_and_instants() -> None:
    """A difference has its sign, a day its month by name, an instant the agency's zone."""
    assert [cell_text(Change(one)) for one in ("2.5", "0", "-1")] == ["+2,5", "0", "-1"]
    assert day("2024-06-30") == "30 Juni 2024"
    assert instant("2023-12-31T18:00:05.5Z", WITA) == "1 Januari 2024 pukul 02.00.05 WITA"
    assert moment("2023-12-31T18:00:05.5Z", WITA) == "01-01-2024 02.00"
    assert cell_text(date(2024, 6, 3)) == "03-06-2024"
    assert cell_text(61234) == "61234"


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200)
)
def test_parted_words_are_the_same_words(text: str) -> None:
    """Only marks of no width are added, and a word of usual length has none."""
    parted = breakable(text, 20)
    assert parted.replace("\u200b", "") == text.replace("\u200b", "")
    assert all(len(word) <= 20 for word in parted.replace("\u200b", " ").split())
    assert breakable("198503122010012990", 20) == "198503122010012990"


def test_hostile_text_stays_text() -> None:
    """In the title, labels, tables, remarks, letterhead: nothing of it is read as markup."""
    context = Context(HOSTILE, HOSTILE, WITA, directory({}), number=HOSTILE)
    part = Part(
        HOSTILE, [Lines([(HOSTILE, HOSTILE)]), Remark(HOSTILE), grid([[1, HOSTILE]], HOSTILE)]
    )
    found = pdf_text(pdf(paper(part, title=HOSTILE), context))
    plain = "".join(found.split())
    assert plain.count("".join(HOSTILE.split())) == 7
    assert "PANIC" in found  # the letterhead is in capitals


def test_a_record_of_thousands_of_facts() -> None:
    """Three thousand rows, none lost, the header on every page."""
    rows = [
        [one, "Pendidikan", f"isi {one}", None, "01-01-2020 00.00", None] for one in range(3000)
    ]
    made = paper(Part("Catatan", [Grid("Catatan", RECORD_HEADERS, RECORD_WIDTHS, rows)]))
    found = pdf_text(pdf(made, HERE))
    assert [one for one in range(3000) if f"isi {one} " not in found] == []
    pages = found.count("Halaman ")
    assert pages > 50
    assert found.count("Diganti") >= pages - 1


def test_a_wide_paper_lies_on_its_side() -> None:
    """Lists of many columns have the longer side of the sheet."""
    made = paper(Part("Daftar", [grid([[1, "a"]])]))
    wide = Paper(**{name: getattr(made, name) for name in Paper.__slots__} | {"wide": True})
    assert re.search(rb"/MediaBox ?\[0 0 841\.\d+ 595\.\d+\]", plain(pdf(wide, HERE)))
    assert re.search(rb"/MediaBox ?\[0 0 595\.\d+ 841\.\d+\]", plain(pdf(made, HERE)))


def test_an_empty_table_says_so() -> None:
    """Never a header alone."""
    found = pdf_text(pdf(paper(Part("Temuan", [grid([], "Temuan")])), HERE))
    assert "Tidak ada." in found


def test_sheets_have_names_a_workbook_takes() -> None:
    """Short, without forbidden marks, each another."""
    taken: set[str] = set()
    wanted = ["a/b:c*?[d]", "x" * 60, "x" * 60, "X" * 60, "'", ""]
    names = [sheet_name(one, taken) for one in wanted]
    assert len({one.casefold() for one in names}) == len(wanted)
    assert all(0 < len(one) <= 31 and not set(one) & set("[]:*?/\\'") for one in names)


def test_a_workbook_cuts_nothing_off() -> None:
    """A text longer than a cell goes on in the row below; two tables of one name both stand."""
    long = "kata " * CELL_TEXT
    made = paper(Part("P", [grid([[1, long]]), grid([[2, "dua"]]), Remark(long)]))
    book = openpyxl.load_workbook(io.BytesIO(xlsx(made)))
    assert book.sheetnames == ["Sampul", "Tabel", "Tabel 2", "Keterangan"]
    told = [row[1] for row in book["Tabel"].iter_rows(min_row=2, values_only=True)]
    assert "".join(str(one) for one in told) == long
    cover = [row[1] for row in book["Sampul"].iter_rows(min_row=5, values_only=True)]
    assert "".join(str(one) for one in cover) == long


def test_text_is_no_formula_and_loses_no_digits() -> None:
    """A cell that begins like a formula, and a long number, are marked."""
    rows = [["=1+1", "198503122010012990"]]
    made = Paper("J", "T", (), [Part("P", [grid(rows)])], [], "kode")
    assert csv_text(made).decode("utf-8-sig") == "Nomor;Isi\r\n'=1+1;'198503122010012990\r\n"


def test_permanent_links() -> None:
    """Names are quoted whole, coordinates left out are not there, without a site there is none."""
    assert link_of(None, "/asn/{0}", "a") is None
    made = link_of("https://x.id/", "/kasus/{0}", "ab/1", asked=[("as_of", None), ("position", 3)])
    assert made == "https://x.id/kasus/ab%2F1?position=3"
    assert link_of("https://x.id", "/keputusan/{0}", "P 1") == "https://x.id/keputusan/P%201"
