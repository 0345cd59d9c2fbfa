"""What was recorded, as rows of a table: kind, what it says, both dates, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from api.outputs.papers.field_words import field_words
from api.outputs.papers.head import path_words
from api.outputs.papers.paper import Context
from api.outputs.papers.said import iso, moment
from api.outputs.papers.words import kind_words, use_words
from api.outputs.table import DAY_SHAPE, unit_path
from api.outputs.words import code_words
from api.outputs.workbook import Cell

Json = Mapping[str, Any]
USE_HEADERS: Final = ("Ukuran", "Fakta", "Dihitung", "Karena", "Berlaku", "Dicatat", "No.")
USE_WIDTHS: Final = (20, 27, 10, 21, 12, 17, 9)
RECORD_HEADERS: Final = ("No.", "Fakta", "Isi", "Berlaku", "Dicatat", "Diganti oleh")
RECORD_WIDTHS: Final = (8, 19, 43, 12, 17, 10)
# Sealed fields that name an act; grounds, minutes, health and people stay off this paper.
_TITLES: Final = ("title", "institution", "organiser", "workplace", "diploma_no", "certificate_no")
_UNSAID: Final = frozenset(("keys", "title_id", "root", "replaces", "fact", "fields"))
_DECIMAL: Final = re.compile(r"-?\d+\.\d+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE: Final = re.compile(r"[A-Z][A-Z_]+")


def use_rows(answer: Json, events: Mapping[int, Json], context: Context) -> Iterator[list[Cell]]:
    """Every fact that was read, who is measured first, then measure by measure."""
    yield from _uses("Siapa yang diukur", answer.get("facts", ()), events, context)
    yield from _measured(answer["measures"], "", events, context)


def _measured(
    measures: Sequence[Json], above: str, events: Mapping[int, Json], context: Context
) -> Iterator[list[Cell]]:
    for one in measures:
        path = f"{above}{one['measure']}"
        yield from _uses(path_words(path), one.get("facts", ()), events, context)
        yield from _measured(one["measures"], f"{path}/", events, context)


def _uses(
    measure: str, uses: Sequence[Json], events: Mapping[int, Json], context: Context
) -> Iterator[list[Cell]]:
    for use in uses:
        row = events.get(use["position"])
        yield [
            measure,
            "" if row is None else brief(row),
            "ya" if use["used"] else "tidak",
            use_words(use["why"]),
            iso(use["effective_on"]),
            moment(use["recorded_at"], context.zone),
            use["position"],
        ]


def record_rows(events: Sequence[Json], context: Context) -> Iterator[list[Cell]]:
    """Every event of a record, in the order in which it was recorded."""
    for row in events:
        yield [
            row["position"],
            kind_words(row["fact"]),
            "; ".join(said_of(row, context)),
            iso(row["effective_on"]),
            moment(row["recorded_at"], context.zone),
            row["replaced_by"],
        ]


def brief(row: Json) -> str:
    """A fact by its kind and the title that names it."""
    title = (row.get("sealed") or {}).get("title")
    kind = kind_words(row["fact"])
    return kind if title is None else f"{kind}: {title}"


def said_of(row: Json, context: Context) -> Iterator[str]:
    """What an event says: its open fields, and of the sealed ones those that name an act."""
    fields, sealed = row["fields"], row["sealed"]
    if isinstance(fields.get("fact"), str):
        yield kind_words(fields["fact"])
    nested = fields.get("fields")
    for name, value in {**fields, **(nested if isinstance(nested, dict) else {})}.items():
        if name == "unit" and isinstance(value, str):
            on = row["effective_on"] or row["recorded_at"][:10]
            yield f"unit: {unit_path(value, context.units, date.fromisoformat(on)) or value}"
        elif name not in _UNSAID:
            yield f"{field_words(name)}: {value_words(value)}"
    if sealed is None:
        yield "(isian lain tersegel)"
        return
    for name in _TITLES:
        if name in sealed:
            yield f"{field_words(name)}: {sealed[name]}"
    document = row.get("document")
    if document is not None:
        yield " ".join(
            str(part)
            for part in (
                document.get("kind"),
                document.get("number"),
                value_words(document.get("date")),
            )
            if part
        )


def value_words(value: Any) -> str:
    """A value of a field: codes in words, days and decimals as this country writes them."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, dict):
        return ", ".join(
            f"{field_words(str(key))} {value_words(one)}" for key, one in value.items()
        )
    if isinstance(value, list):
        return ", ".join(value_words(one) for one in value)
    text = "" if value is None else str(value)
    if _DECIMAL.fullmatch(text):
        return text.replace(".", ",")
    if _DAY.fullmatch(text):
        return date.fromisoformat(text).strftime(DAY_SHAPE)
    return code_words(text) if _CODE.fullmatch(text) else text
