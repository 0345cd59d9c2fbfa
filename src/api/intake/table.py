"""A table as it is read: lines of cells with their row numbers, from whatever file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from api.intake.cells import Cell


class Line(NamedTuple):
    """One row of cells; `trouble` is the code of what is wrong with the row as a whole."""

    number: int
    cells: tuple[Cell, ...]
    trouble: str = ""


class Sheet(NamedTuple):
    """A table that can be read from its beginning as often as needed; a CSV has no sheet name."""

    name: str | None
    lines: Callable[[], Iterator[Line]]
