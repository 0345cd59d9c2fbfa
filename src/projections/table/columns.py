"""The layout of the facts table: which columns a kind of fact has, and how each is kept.

It follows from the declared fields of the events, so a new field is a new column and nothing more.
Only open fields have columns; sealed ones never leave the store. Days are whole days since
1970-01-01.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache

import orjson
import polars as pl

from ledger.errors import invariant
from ledger.events.base import FieldSpec
from ledger.events.registry import CORRECTIONS, FACT_SPECS, specs

FORMAT = "facts-table/1"
_DAY_ZERO = date(1970, 1, 1).toordinal()
STILL = 2**32 - 1
NO_END = 2**31 - 1

# A rectangle: legal time [eff_from, eff_until) by knowledge [known_from, known_until). `opened` is
# the version of the event that opened it and, with the subject, names it; `stated_at` is the
# position of the event that states its content, which an `end` does not change.
SUBJECT = "subject"
OPENED = "opened"
STATED_AT = "stated_at"
KNOWN_FROM = "known_from"
KNOWN_UNTIL = "known_until"
EFF_FROM = "eff_from"
EFF_UNTIL = "eff_until"
ROOT = "root"
RECORDED_AT = "recorded_at"
UNTIL = "until"
COUNTS_FROM = "counts_from"

STATED_SCHEMA: Mapping[str, pl.DataType] = {
    SUBJECT: pl.UInt32(),
    OPENED: pl.UInt32(),
    ROOT: pl.UInt32(),
    STATED_AT: pl.UInt32(),
    RECORDED_AT: pl.Int64(),
    EFF_FROM: pl.Int32(),
}
_BASE = frozenset({*STATED_SCHEMA, KNOWN_FROM, KNOWN_UNTIL, EFF_UNTIL})


class Storage(StrEnum):
    """How a field is kept: AMOUNT as its exact decimal text, OTHER as JSON text."""

    CODE = "code"
    DAY = "day"
    FLAG = "flag"
    COUNT = "count"
    AMOUNT = "amount"
    TEXT = "text"
    OTHER = "other"


_PLAIN = {
    "day": Storage.DAY,
    "flag": Storage.FLAG,
    "count": Storage.COUNT,
    "target": Storage.COUNT,
    "ident": Storage.TEXT,
    "word": Storage.TEXT,
    "golongan": Storage.TEXT,
    "period": Storage.TEXT,
    "person": Storage.TEXT,
    "unit": Storage.TEXT,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One open field of a kind of fact; `choices` are the members of a closed list."""

    name: str
    storage: Storage
    choices: tuple[str, ...] = ()

    def on_disk(self) -> pl.DataType:
        """The type of its column in a segment."""
        match self.storage:
            case Storage.CODE:
                return pl.Enum(self.choices)
            case Storage.DAY:
                return pl.Int32()
            case Storage.FLAG:
                return pl.Boolean()
            case Storage.COUNT:
                return pl.Int64()
        return pl.String()

    def series(self, values: list[object]) -> pl.Series:
        """Stored values, JSON-ready, as its column."""
        match self.storage:
            case Storage.DAY:
                return days_of_text(pl.Series(self.name, values, dtype=pl.String))
            case Storage.CODE:
                return pl.Series(self.name, values, dtype=pl.String).cast(self.on_disk())
            case Storage.OTHER:
                texts = [None if one is None else orjson.dumps(one).decode() for one in values]
                return pl.Series(self.name, texts, dtype=pl.String)
        return pl.Series(self.name, values, dtype=self.on_disk())

    def value(self, stored: object) -> object:
        """What the event said, JSON-ready, from what stands in the column."""
        match self.storage:
            case Storage.DAY if isinstance(stored, int):
                return day_of_number(stored).isoformat()
            case Storage.OTHER if isinstance(stored, str):
                return orjson.loads(stored)
        return stored


def _column(field: FieldSpec) -> Column:
    name = field.type.name
    if field.type.load is Decimal:
        return Column(field.name, Storage.AMOUNT)
    if name == "code":
        return Column(field.name, Storage.CODE, field.type.choices)
    return Column(field.name, _PLAIN.get(name, Storage.OTHER))


@cache
def layout() -> Mapping[str, Mapping[str, Column]]:
    """Columns by kind and name, of every fact that a stream may hold."""
    kinds: dict[str, dict[str, Column]] = {}
    for (owner, kind), spec in sorted(FACT_SPECS.items()):
        if kind in CORRECTIONS:
            continue
        columns = kinds.setdefault(kind, {})
        for field in spec.fields:
            if field.type.sealed is not None:
                continue
            column = _column(field)
            known = columns.setdefault(field.name, column)
            invariant(known == column, f"{owner}.{kind}.{field.name} has two shapes")
            invariant(field.name not in _BASE, f"{kind}.{field.name} names a base column")
    return kinds


@cache
def layout_digest() -> str:
    """Changes whenever a segment written before could be read wrongly now."""
    shape = {
        kind: [[one.name, one.storage.value, list(one.choices)] for one in columns.values()]
        for kind, columns in layout().items()
    }
    # A new topic may read older ones in another way, through an upcaster.
    text = orjson.dumps([FORMAT, shape, sorted(specs())], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return on.toordinal() - _DAY_ZERO


def day_of_number(number: int) -> date:
    """The day so many days after 1970-01-01."""
    return date(1970, 1, 1) + timedelta(days=number)


def days_of_text(texts: pl.Series) -> pl.Series:
    """ISO days as day numbers; absent stays absent."""
    return texts.str.to_date("%Y-%m-%d").cast(pl.Int32)
