"""Our own forms, one a kind of fact, read back like any foreign one.

Their columns follow from the event classes, so that a new field appears without further work; what
a single cell cannot hold (objects and lists) is spread over columns or written as `name = value;
…`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from api.intake import dates, numbers, person_number, words
from api.intake.cells import Cell, Unreadable, clean, plain
from api.intake.form import Context, Form, form
from api.intake.labels import FACTS, Label, label
from api.intake.row_reader import Draft, RowReader, Take
from api.intake.rows import RowError, error
from ledger.events.base import EMPLOYEE, ORG_UNIT, FieldSpec
from ledger.events.prepare import FIRST_DAY_FACTS
from ledger.events.registry import CORRECTIONS, FACT_SPECS, owners
from ledger.fields import FieldType
from ledger.vocabulary import RecordDimension, ReferredBy
from ledger.vocabulary_agency import CultureValue

PREFIX: Final = "formulir-"
MARK: Final = "asn-ledger formulir"
GUIDE_MARK: Final = "asn-ledger petunjuk"
_MARKED: Final = re.compile(rf"{MARK} ([a-z_]+)")
NEEDS_DOCUMENT: Final = frozenset(("sanction", "ruling", *CORRECTIONS))
_LAST: Final = ("until", "learned_on")
_LEFT_OUT: Final = frozenset(("precision",))
# What a fact may leave out because it follows from something else.
_FOLLOWS: Final = frozenset((("appraisal", "from"), ("appraisal", "to"), ("appraisal", "regime")))
_DAY_GIVERS: Final = frozenset(("to", "filed_on", "period", "month", "year"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a form: `field` is a dotted path into the fact."""

    field: str
    label: Label
    type: str
    required: bool
    choices: tuple[str, ...]


@cache
def columns(fact: str) -> tuple[Column, ...]:
    """The columns of a kind of fact in their order: whose, since when, what, on which document."""
    found: dict[str, Column] = {}

    def add(
        field: str, kind: str, *, required: bool = False, choices: tuple[str, ...] = ()
    ) -> None:
        found.setdefault(field, Column(field, label(fact, field), kind, required, choices))

    whose = owners(fact)
    if EMPLOYEE in whose:
        add("nip", "nip", required=len(whose) == 1)
    if ORG_UNIT in whose and fact != "unit":
        add("unit", "unit", required=len(whose) == 1)
    specs = [spec for spec in _fields(fact) if spec.name not in _LAST]
    names = {spec.name for spec in specs}
    if fact in CORRECTIONS:
        add("target", "target", required=True)
    given = bool(_DAY_GIVERS & names) or fact in FIRST_DAY_FACTS or fact in CORRECTIONS
    add("on", "when", required=not given)
    if fact == "appraisal":
        add("period", "period")
    for spec in specs:
        _spread(fact, spec, add)
    if fact == "correct":
        add("replacement.fact", "fact", required=True)
        add("replacement", "pairs", required=True)
    add("until", "day", required=fact == "end")
    add("learned_on", "day")
    needed = fact in NEEDS_DOCUMENT
    add("document.kind", "word", required=needed)
    add("document.number", "ident", required=needed)
    add("document.date", "day", required=needed)
    add("document.issuer", "text")
    add("key", "ident")
    if fact in CORRECTIONS and fact != "end":
        del found["until"]
    return tuple(found.values())


def _fields(fact: str) -> tuple[FieldSpec, ...]:
    spec = FACT_SPECS[owners(fact)[0], fact]
    return tuple(one for one in spec.fields if not one.internal and one.name not in _LEFT_OUT)


def _spread(fact: str, spec: FieldSpec, add: Callable[..., None]) -> None:
    kind: FieldType = spec.type
    required = spec.required and (fact, spec.name) not in _FOLLOWS
    if spec.name == "scores":
        for value in CultureValue:
            add(f"scores.{value}", "score")
    elif spec.name == "referral":
        add("referral.by", "code", choices=tuple(str(one) for one in ReferredBy))
        add("referral.number", "ident")
        add("referral.on", "day")
    elif kind.name == "list":
        inner = "person" if kind.reference == "person" else "text"
        inner = "day" if spec.name in {"holidays", "joint_leave"} else inner
        add(spec.name, f"list of {inner}", required=required)
    elif kind.name == "map":
        add(spec.name, "elements" if spec.name == "elements" else "pairs", required=required)
    else:
        add(spec.name, kind.name, required=required, choices=kind.choices)


def read_values(fact: str, given: Mapping[str, str]) -> tuple[dict[str, Any], list[RowError]]:
    """A fact of what a form on a page gives, by the columns of the kind, and what cannot be read.

    Args:
        given: dotted path -> text; empty is absent.
    """
    found: dict[str, Any] = {}
    wrong: list[RowError] = []
    for part in columns(fact):
        text = clean(given.get(part.field, ""))
        if not text:
            continue
        field, _, inner = part.field.partition(".")
        try:
            value = _reader(part)(text)
        except Unreadable as fault:
            wrong.append(error(part.field, fault.code, text, **fault.words))
            continue
        if inner:
            found.setdefault(field, {})[inner] = value
        elif isinstance(value, dict):
            found[field] = found.get(field, {}) | value
        else:
            found[field] = value
    return found, wrong


@cache
def template_form(fact: str) -> Form:
    """The form that reads a filled template of a kind of fact back."""
    parts = columns(fact)
    return form(
        PREFIX + fact.replace("_", "-"),
        f"formulir {FACTS[fact]}",
        kinds=fact,
        columns={part.field: f"{part.label.header}, {part.field}" for part in parts},
        required=" ".join(part.field for part in parts if part.required) or parts[0].field,
        convert=partial(_convert, fact),
    )


def marked_form(text: str) -> Form | None:
    """The form whose mark stands in a cell."""
    match = _MARKED.match(text)
    return template_form(match[1]) if match and match[1] in FACTS else None


def _convert(fact: str, row: RowReader, _context: Context) -> None:
    draft = row.draft(fact)
    for part in columns(fact):
        take = row.take(part.field, _reader(part))
        if part.required:
            take = row.require(take)
        _put(draft, part.field, take)


def _put(draft: Draft, path: str, take: Take) -> None:
    """A field, or one part of a field that is an object."""
    field, _, part = path.partition(".")
    if not part and isinstance(take.value, dict):
        take = take._replace(value=draft.fields.get(field, {}) | take.value)
    if not part:
        draft.put(field, take)
        return
    draft.columns[path] = take.column
    draft.columns.setdefault(field, take.column)
    if take.unread:
        draft.unread.add(field)
    elif take.value is not None:
        draft.fields.setdefault(field, {})[part] = take.value


def _reader(part: Column) -> Callable[[Cell], Any]:
    if part.type == "code":
        return _code_words(part.choices).read
    if part.type.startswith("list of "):
        return partial(_list, _READERS.get(part.type.removeprefix("list of "), plain))
    if part.field == "replacement":
        return partial(_pairs, None)
    return _READERS.get(part.type, plain)


_KNOWN: Final = {
    frozenset(table.members.values()): table
    for table in (
        words.EDUCATION,
        words.SEX,
        words.PREDICATE,
        words.RATING,
        words.APPRAISAL_STATE,
        words.PLAN_STATE,
        words.SANCTION_LEVEL,
        words.CATEGORY,
    )
}


@cache
def _code_words(choices: tuple[str, ...]) -> words.Words:
    """The list's own words, and the foreign spellings of it that are known."""
    return _KNOWN.get(frozenset(choices)) or words.words(dict.fromkeys(choices, ""))


def _flag(cell: Cell) -> bool:
    try:
        return words.TRUTH.read(cell) == "YA"
    except Unreadable:
        raise Unreadable("NOT_A_FLAG") from None


def _person(cell: Cell) -> str:
    """A NIP, or the opaque id of a person."""
    text = plain(cell)
    return text if re.fullmatch(r"[0-9a-f]{32}", text) else person_number.read_nip(cell)


def _list(read: Callable[[Cell], Any], cell: Cell) -> list[Any]:
    if not isinstance(cell, str):
        return [read(cell)]
    return [read(part.strip()) for part in cell.split(";") if part.strip()]


def _pairs(read: Callable[[Cell], Any] | None, cell: Cell) -> dict[str, Any]:
    """`name = value; name = value` as an object."""
    found: dict[str, Any] = {}
    for part in plain(cell).split(";"):
        if not part.strip():
            continue
        name, mark, value = part.partition("=")
        if not mark or not name.strip() or name.strip() in found:
            raise Unreadable("NOT_PAIRS")
        text = value.strip()
        found[name.strip()] = read(text) if read else _loose(text)
    return found


def _loose(text: str) -> Any:
    """A value of a replacement: truth values as such, everything else as text."""
    return {"YA": True, "TIDAK": False}.get(text.upper(), text)


def _elements(cell: Cell) -> dict[str, Any]:
    """`NAME = DIMENSION, YA; …` of a check of records."""
    dimensions = _code_words(tuple(str(one) for one in RecordDimension))

    def read(said: Cell) -> dict[str, Any]:
        dimension, _, ok = plain(said).partition(",")
        return {"dimension": dimensions.read(dimension), "ok": _flag(ok.strip())}

    return _pairs(read, cell)


def _fact_word(cell: Cell) -> str:
    """A kind of fact by its word or its Indonesian name."""
    return words.words(FACTS).read(cell)


_READERS: Final[dict[str, Callable[[Cell], Any]]] = {
    "when": dates.read_when,
    "day": dates.read_day,
    "flag": _flag,
    "person": _person,
    "nip": person_number.read_nip,
    "hours": numbers.read_amount,
    "score": numbers.read_amount,
    "number": numbers.read_amount,
    "count": numbers.read_count,
    "golongan": words.read_golongan,
    "pairs": partial(_pairs, numbers.read_amount),
    "elements": _elements,
    "fact": _fact_word,
}
