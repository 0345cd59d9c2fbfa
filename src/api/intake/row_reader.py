"""One row of a recognised table while it is read: its cells by name, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from api.intake import dates, numbers, person_number
from api.intake.cells import Cell, Unreadable, is_blank, plain
from api.intake.rows import FactSource, Flag, Place, RawRow, RowError, error, flag, in_column_order
from api.intake.words import Words


class Take(NamedTuple):
    """What one cell gave: a value, nothing, or (unread) an error already noted."""

    value: Any
    column: str
    unread: bool = False

    @property
    def blank(self) -> bool:
        """Nothing stood in the cell, or there is no such column."""
        return self.value is None and not self.unread


class Draft:
    """One fact while its fields are gathered."""

    def __init__(self, kind: str, *, if_none_known: bool = False) -> None:
        self.fields: dict[str, Any] = {"fact": kind}
        self.columns: dict[str, str] = {}
        self.unread: set[str] = set()
        self.if_none_known = if_none_known

    def put(self, field: str, take: Take) -> None:
        """Give a field what a cell gave; a blank cell leaves the field out."""
        if take.column:
            self.columns[field] = take.column
        if take.unread:
            self.unread.add(field)
        elif take.value is not None:
            self.fields[field] = take.value

    def source(self) -> FactSource:
        """Where the fields came from."""
        return FactSource(self.columns, frozenset(self.unread), self.if_none_known)


class RowReader:
    """Reads the cells of a row by a form's names of its columns; gathers errors and flags.

    `columns` maps a form's name of a column to its index; a column that the file lacks reads as
    blank.
    """

    def __init__(
        self, columns: Mapping[str, int], headers: tuple[str, ...], cells: tuple[Cell, ...]
    ) -> None:
        self.drafts: list[Draft] = []
        self._columns = columns
        self._headers = headers
        self._cells = cells
        self._errors: list[RowError] = []
        self._flags: list[Flag] = []

    def has(self, name: str) -> bool:
        """Whether the file has this column."""
        return name in self._columns

    def header(self, name: str) -> str:
        """The column as the file prints it."""
        index = self._columns.get(name)
        return "" if index is None else self._headers[index]

    def cell(self, name: str) -> Cell:
        """The cell as it stands."""
        index = self._columns.get(name)
        return self._cells[index] if index is not None and index < len(self._cells) else None

    def take(self, name: str, read: Callable[[Cell], Any]) -> Take:
        """What `read` makes of the cell; an unreadable one is noted as an error of the row."""
        cell = self.cell(name)
        column = self.header(name)
        if is_blank(cell):
            return Take(None, column)
        try:
            return Take(read(cell), column)
        except Unreadable as why:
            self._errors.append(error(column, why.code, cell, **why.words))
            return Take(None, column, unread=True)

    def text(self, name: str) -> Take:
        """Text on one line."""
        return self.take(name, plain)

    def day(self, name: str) -> Take:
        """A whole day, ISO."""
        return self.take(name, dates.read_day)

    def when(self, name: str) -> Take:
        """A day, or only its month or year."""
        return self.take(name, dates.read_when)

    def year(self, name: str) -> Take:
        """A year."""
        return self.take(name, dates.read_year)

    def amount(self, name: str) -> Take:
        """An exact decimal as plain text."""
        return self.take(name, numbers.read_amount)

    def count(self, name: str) -> Take:
        """A whole number."""
        return self.take(name, numbers.read_count)

    def word(self, name: str, table: Words) -> Take:
        """A member of a closed list."""
        return self.take(name, table.read)

    def nip(self, name: str = "nip") -> Take:
        """The NIP the row is about, which must be there."""
        cell = self.cell(name)
        try:
            return Take(person_number.read_nip(cell), self.header(name))
        except Unreadable as why:
            self._errors.append(error(self.header(name), why.code, cell, **why.words))
            return Take(None, self.header(name), unread=True)

    def pick(self, *names: str) -> str:
        """The first of some columns that holds something here, else the first the file has."""
        for name in names:
            if not is_blank(self.cell(name)):
                return name
        return next((name for name in names if self.has(name)), names[0])

    def says(self, name: str) -> bool:
        """Whether something stands in the cell."""
        return not is_blank(self.cell(name))

    def require(self, take: Take, *, code: str = "FIELD_MISSING") -> Take:
        """The take; an error of the row if nothing stood there."""
        if take.blank:
            self._errors.append(error(take.column, code, ""))
            return take._replace(unread=True)
        return take

    def refuse(self, name: str, code: str, **words: object) -> Take:
        """An error that reading the single cell could not tell."""
        column = self.header(name)
        self._errors.append(error(column, code, self.cell(name), **words))
        return Take(None, column, unread=True)

    def note(self, name: str, code: str, **words: object) -> None:
        """A flag on a column."""
        self._flags.append(flag(self.header(name), code, **words))

    def draft(self, kind: str, nip: Take | None = None, *, if_none_known: bool = False) -> Draft:
        """A fact that this row states."""
        made = Draft(kind, if_none_known=if_none_known)
        if nip is not None:
            made.put("nip", nip)
        self.drafts.append(made)
        return made

    def in_order(self, first: str, last: str, start: Take, end: Take) -> None:
        """An error of the row if an end lies before its start; both are whole days."""
        if start.value and end.value and end.value < start.value:
            self.refuse(last if self.has(last) else first, "END_BEFORE_START")

    def row(self, place: Place, form: str) -> RawRow:
        """The row as it was read."""
        return RawRow(
            place=place,
            form=form,
            facts=tuple(draft.fields for draft in self.drafts),
            sources=tuple(draft.source() for draft in self.drafts),
            flags=tuple(self._flags),
            errors=in_column_order(self._errors, self._headers),
            headers=self._headers,
            cells=self._cells,
            line=b"",
        )
