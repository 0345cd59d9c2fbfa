"""Codes and their words: stable, complete, for a personnel officer, and without anybody's data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import api.intake
from api.intake import codes
from api.intake.rows import FactSource, Place, RawRow, error, flag, in_column_order, with_faults

SOURCES = {
    path: path.read_text("utf-8")
    for path in sorted(Path(next(iter(api.intake.__path__))).rglob("*.py"))
    if path.name != "codes.py"
}
WORDS = {
    "why": "x", "allowed": "x", "low": 1, "high": 2, "limit": 3, "at": 4, "form": "x", "kind": "x",
    "current": "x", "wanted": "x",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted({*codes.ROW, *codes.FILE}))
def test_every_error_says_what_and_what_to_do(code: str) -> None:
    """Each code has a sentence, a next step and somebody who must act."""
    text = {**codes.ROW, **codes.FILE}[code]
    assert text.message.format(**WORDS).endswith(".")
    assert text.next_step.format(**WORDS).endswith((".", "}."))
    assert text.who_must_act in {codes.SENDER, codes.EXPORTER, codes.OFFICER, codes.ADMIN}


@pytest.mark.parametrize("code", sorted({*codes.ROW, *codes.FILE, *codes.FLAG}))
def test_no_code_is_left_over(code: str) -> None:
    """Each code is given somewhere, here or by the event classes."""
    ours = any(f'"{code}"' in text for text in SOURCES.values())
    root = next(path for path in Path(codes.__file__).parents if path.name == "src")
    theirs = [
        path.read_text("utf-8")
        for path in [*(root / "ledger" / "events").glob("*.py"), root / "ledger" / "fields.py"]
    ]
    refusals = (root / "ledger" / "errors.py").read_text("utf-8")  # codes there are snake_case
    assert (
        ours
        or any(f'"{code}"' in text for text in theirs)
        or f'code = "{code.lower()}"' in refusals
    )


def test_every_code_that_is_given_has_words() -> None:
    """No reading ends in a code nobody can look up."""
    given = {
        code
        for text in SOURCES.values()
        for code in re.findall(
            r'(?:Unreadable|_Refused|Refused|_Unreadable|WorkbookRefused)\(\s*"([A-Z_0-9]+)"', text
        )
    }
    given |= {
        code
        for text in SOURCES.values()
        for code in re.findall(
            r'(?:refuse|note)\(\s*[^()]*?(?:\([^()]*\))?[^()]*?"([A-Z_]{6,})"', text
        )
    }
    assert given
    assert given <= {*codes.ROW, *codes.FILE, *codes.FLAG}


def test_messages_never_hold_a_cell() -> None:
    """What a cell holds stands in `found` alone."""
    wrong = error("NIP", "NIP_MALFORMED", "198209282007121900", why="berisi 3 angka")
    assert wrong.found == "198209282007121900"
    assert "1982" not in wrong.message + wrong.next_step
    assert "found" not in "".join(text.message for text in codes.ROW.values())
    assert flag("NAMA", "NIP_SEX_DIFFERS").message == codes.FLAG["NIP_SEX_DIFFERS"]


@dataclass(frozen=True)
class Fault:
    field: str
    code: str
    found: str
    message: str = "It is wrong."
    next_step: str = "Mend it."
    who_must_act: str = "Somebody"


def row_of(*sources: FactSource) -> RawRow:
    return RawRow(
        Place("a.xlsx", "S", 2), "x", tuple({} for _ in sources), sources, (), (),
        ("nip", "tgl", "jp", "tgl"), (), b"",
    )  # fmt: skip


def test_faults_come_back_to_their_columns() -> None:
    """What an event class finds is told under the column it came from, in the order of columns."""
    source = FactSource({"hours": "jp", "to": "tgl", "document": "nip"}, frozenset(), False)
    found = [Fault("hours", "OUT_OF_RANGE", "-5"), Fault("to", "NOT_A_DATE", "x")]
    row = with_faults(
        row_of(source), [(0, one) for one in (*found, Fault("document.date", "X", ""))]
    )
    assert [(one.column, one.code) for one in row.errors] == [
        ("nip", "X"),
        ("tgl", "NOT_A_DATE"),
        ("jp", "OUT_OF_RANGE"),
    ]
    assert row.errors[1].message == codes.ROW["NOT_A_DATE"].message


def test_a_cell_that_could_not_be_read_is_told_once() -> None:
    """That a field is missing is no second error where its cell was unreadable."""
    source = FactSource({"to": "tgl"}, frozenset({"to", "document"}), False)
    faults = [
        (0, Fault("to", "FIELD_MISSING", "")),
        (0, Fault("document.date", "FIELD_MISSING", "")),
    ]
    assert with_faults(row_of(source), faults).errors == ()


def test_one_fault_of_many_facts_is_told_once() -> None:
    """A NIP that is wrong in all six facts of a profile is one error."""
    source = FactSource({"nip": "nip"}, frozenset(), False)
    faults = [(index, Fault("nip", "NIP_MALFORMED", "1")) for index in (0, 1)]
    assert len(with_faults(row_of(source, source), faults).errors) == 1


def test_what_is_wrong_is_not_missing_as_well() -> None:
    """A field that was read and found wrong is not told to be missing too."""
    source = FactSource({"to": "tgl"}, frozenset(), False)
    faults = [(0, Fault("to", "NOT_A_DATE", "x")), (0, Fault("to", "FIELD_MISSING", ""))]
    assert [one.code for one in with_faults(row_of(source), faults).errors] == ["NOT_A_DATE"]


def test_errors_of_no_column_come_last() -> None:
    """Columns decide the order; what belongs to the whole row is told after them."""
    errors = [
        error("", "QUOTE_UNCLOSED", ""),
        error("b", "NOT_A_DATE", ""),
        error("a", "NOT_A_DATE", ""),
    ]
    assert [one.column for one in in_column_order(errors, ("a", "b"))] == ["a", "b", ""]
