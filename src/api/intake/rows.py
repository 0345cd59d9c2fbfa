"""What reading gives: one row of a file with the facts it states, or all that is wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from api.intake import codes
from api.intake.cells import Cell, shown


class Place(NamedTuple):
    """Where a row stands; `row` counts from 1, as a person sees it in the file."""

    file: str
    sheet: str | None
    row: int


class RowError(NamedTuple):
    """Why a row is refused. `found` alone holds what the cell holds; `message` never does."""

    column: str
    code: str
    found: str
    message: str
    who_must_act: str
    next_step: str


class Flag(NamedTuple):
    """Something unusual in a row that is read all the same."""

    column: str
    code: str
    message: str


class FactSource(NamedTuple):
    """Where the fields of one fact came from.

    Attributes:
        columns: field -> column as the file prints it; empty where field and column are one.
        unread: fields whose cell could not be read; the row's errors say why.
        if_none_known: state this fact only if the ledger knows none of its kind about the person.
    """

    columns: Mapping[str, str]
    unread: frozenset[str]
    if_none_known: bool


FIELDS_ARE_COLUMNS = FactSource(columns={}, unread=frozenset(), if_none_known=False)


class RawRow(NamedTuple):
    """One row: its facts in the words of a facts file, kept or refused whole.

    `headers` are the columns in their order; `cells` the row of a table, `line` the bytes of a line
    of a facts file: what the sender gets back if the row is refused.
    """

    place: Place
    form: str
    facts: tuple[dict[str, Any], ...]
    sources: tuple[FactSource, ...]
    flags: tuple[Flag, ...]
    errors: tuple[RowError, ...]
    headers: tuple[str, ...]
    cells: tuple[Cell, ...]
    line: bytes


class FieldFault(Protocol):
    """What the event classes find wrong with one field of a fact."""

    @property
    def field(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def found(self) -> Any: ...
    @property
    def message(self) -> str: ...
    @property
    def next_step(self) -> str: ...
    @property
    def who_must_act(self) -> str: ...


def error(column: str, code: str, found: str | Cell, **words: object) -> RowError:
    """An error of a row in the words of its code."""
    text = codes.ROW[code]
    return RowError(
        column,
        code,
        shown(found),
        text.message.format(**words),
        text.who_must_act,
        text.next_step.format(**words),
    )


def flag(column: str, code: str, **words: object) -> Flag:
    """A flag in the words of its code."""
    return Flag(column, code, codes.FLAG[code].format(**words))


def with_faults(row: RawRow, faults: Iterable[tuple[int, FieldFault]]) -> RawRow:
    """The row with what the event classes found, each brought back to the column it came from.

    Left out are faults of fields whose cell could not be read, because the cell's own error says it
    better, and that something is missing where what stands there is wrong. `faults` are pairs of
    the fact's index in the row and the fault.
    """
    errors = list(row.errors)
    taken = {(one.column, one.code) for one in errors}
    for index, fault in faults:
        source = row.sources[index]
        parent = fault.field.partition(".")[0]
        if not source.unread.isdisjoint((fault.field, parent)):
            continue
        column = source.columns.get(fault.field) or source.columns.get(parent) or fault.field
        if (column, fault.code) in taken:
            continue
        if fault.code == "FIELD_MISSING" and any(column == one for one, _ in taken):
            continue
        taken.add((column, fault.code))
        errors.append(_of_fault(column, fault, in_words=bool(source.columns)))
    return row._replace(errors=in_column_order(errors, row.headers))


def _of_fault(column: str, fault: FieldFault, *, in_words: bool) -> RowError:
    """The fault of a cell in the words of its code, where those need nothing filled in."""
    found = "" if fault.found is None else shown(str(fault.found))
    text = codes.ROW.get(fault.code)
    message, next_step = fault.message, fault.next_step
    if in_words and text is not None:
        message = message if "{" in text.message else text.message
        next_step = next_step if "{" in text.next_step else text.next_step
    return RowError(column, fault.code, found, message, fault.who_must_act, next_step)


def in_column_order(errors: Iterable[RowError], headers: tuple[str, ...]) -> tuple[RowError, ...]:
    """Errors by the order of the columns; those that belong to no column come last."""
    order = {header: index for index, header in reversed(list(enumerate(headers)))}
    last = len(headers)
    return tuple(sorted(errors, key=lambda one: order.get(one.column, last)))
