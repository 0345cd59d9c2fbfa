"""A form: which columns a foreign table has, and what its rows state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from api.intake.row_reader import RowReader
from api.intake.words import key


class Context(NamedTuple):
    """What a form knows beside the row: the year that stands above the table, if one does."""

    year: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A recognised form.

    Attributes:
        name: stable; stands in the ledger as the form of an import.
        title: for people.
        kinds: the facts that its rows state.
        columns: the form's name of a column -> the keys of the foreign spellings of it.
        required: groups of names; the table has at least one column of each group.
        convert: reads one row into facts.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    convert: Callable[[RowReader, Context], None]
    names: Mapping[str, str]

    def match(self, headers: tuple[str, ...]) -> dict[str, int]:
        """The form's columns found among headers: name -> index of the first that fits."""
        found: dict[str, int] = {}
        for index, header in enumerate(headers):
            name = self.names.get(key(header))
            if name is not None:
                found.setdefault(name, index)
        return found

    def missing(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """The first name of each required group of which no column was found."""
        return tuple(
            group[0] for group in self.required if not any(name in found for name in group)
        )


def form(
    name: str,
    title: str,
    *,
    kinds: str,
    columns: Mapping[str, str],
    required: str,
    convert: Callable[[RowReader, Context], None],
) -> Form:
    """A form from compact tables.

    `columns` maps a name to its foreign spellings, separated by commas; case, spaces, underscores
    and dots do not matter. `required` separates groups by spaces and the names in a group by |.
    """
    spelled = {
        part: tuple(key(spelling) for spelling in spellings.split(","))
        for part, spellings in columns.items()
    }
    names = {spelling: part for part, spellings in spelled.items() for spelling in spellings}
    return Form(
        name=name,
        title=title,
        kinds=tuple(kinds.split()),
        columns=MappingProxyType(spelled),
        required=tuple(tuple(group.split("|")) for group in required.split()),
        convert=convert,
        names=MappingProxyType(names),
    )
