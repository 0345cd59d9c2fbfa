"""Rows that were read and checked, kept on disk in the order in which they are to be applied.

Every file is read whole before anything is recorded, and facts must wait for what they name:
references, then units, then people, then the rest person by person. The rows lie in a temporary
SQLite file that is deleted when the import ends and holds nothing that is recorded; memory stays
bounded.
"""

from __future__ import annotations

import marshal
import pickle
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from api.intake.rows import Place, RawRow
from ledger.events.base import EMPLOYEE, LEDGER
from ledger.events.reading import Draft

_FLUSH_ROWS = 2_000

# Within one stream, what others name comes before what names it.
_RANKS = {
    "registered": 0,
    "identity": 1,
    "summons": 3,
    "examination": 3,
    "suspension": 3,
    "sanction": 4,
    "delivered": 5,
    "served": 5,
    "finding": 5,
    "objection": 5,
    "follow_up": 6,
    "appeal": 6,
    "ruling": 7,
    "correct": 8,
    "annul": 8,
    "end": 8,
}
_PLAIN = 2
PHASES = REFERENCES, UNITS, PEOPLE, REST, MERGES = range(5)


class Prepared(NamedTuple):
    """A row that could be read, with its facts as drafts.

    Attributes:
        columns: per fact, field -> column of the file, for errors found when it is applied.
        if_none_known: per fact, whether it is stated only where none of its kind is known.
        kept: what the sender gets back if the row is refused: a line, or the pickled row.
    """

    place: Place
    form: str
    drafts: tuple[Draft, ...]
    columns: tuple[dict[str, str], ...]
    if_none_known: tuple[bool, ...]
    kept: bytes
    is_line: bool

    def raw_row(self) -> RawRow:
        """The row as it was read."""
        if not self.is_line:
            row: RawRow = pickle.loads(self.kept)  # noqa: S301 - bytes this process wrote
            return row
        return RawRow(self.place, self.form, (), (), (), (), (), (), self.kept)


def prepared(row: RawRow, drafts: tuple[Draft, ...]) -> Prepared:
    """A row with its drafts, ready for the spool."""
    is_line = bool(row.line)
    return Prepared(
        row.place,
        row.form,
        drafts,
        tuple(dict(source.columns) for source in row.sources),
        tuple(source.if_none_known for source in row.sources),
        row.line if is_line else pickle.dumps(row),
        is_line,
    )


def _pack_draft(draft: Draft) -> tuple[Any, ...]:
    replacement = draft.replacement
    return (
        draft.fact,
        draft.owner,
        draft.subject,
        draft.on,
        draft.fields,
        draft.key,
        draft.document,
        draft.target,
        None if replacement is None else _pack_draft(replacement),
        draft.flags,
    )


def _unpack_draft(packed: tuple[Any, ...]) -> Draft:
    inner = None if packed[8] is None else _unpack_draft(packed[8])
    return Draft(*packed[:8], inner, packed[9])


def _pack(one: Prepared) -> bytes:
    drafts = [_pack_draft(draft) for draft in one.drafts]
    place = (one.place.file, one.place.sheet, one.place.row)
    return marshal.dumps(
        (place, one.form, drafts, one.columns, one.if_none_known, one.kept, one.is_line)
    )


def _unpack(blob: bytes) -> Prepared:
    place, form, drafts, *rest = marshal.loads(blob)  # noqa: S302 - bytes this process wrote
    return Prepared(Place(*place), form, tuple(_unpack_draft(one) for one in drafts), *rest)


def _phase(drafts: tuple[Draft, ...]) -> int:
    first = drafts[0]
    if first.owner == LEDGER:
        return REFERENCES
    if first.owner != EMPLOYEE:
        return UNITS
    if any(draft.fact == "merged" for draft in drafts):
        return MERGES
    founds = any(draft.fact in ("registered", "identity") for draft in drafts)
    return PEOPLE if founds else REST


def _rank(phase: int, first: Draft) -> int:
    if phase == UNITS and first.fact == "unit":
        return 0 if first.fields.get("parent") is None else 1
    return _RANKS.get(first.fact, _PLAIN)


class Spool:
    """A temporary store of prepared rows; a context manager that leaves nothing behind."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="asn-ledger-")
        self._rows = sqlite3.connect(Path(self._folder.name) / "rows", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.execute(
            "CREATE TABLE rows (phase INT, subject INT, rank INT, sequence INT, row BLOB)"
        )
        self._rows.execute("BEGIN")
        self._waiting: list[tuple[int, int, int, int, bytes]] = []
        self._subjects: dict[str, int] = {}
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._rows.close()
        self._folder.cleanup()

    def __len__(self) -> int:
        return self._count

    def add(self, one: Prepared) -> None:
        """Keep a row."""
        first = one.drafts[0]
        phase = _phase(one.drafts)
        subject = 0
        if phase == REST:
            subject = self._subjects.setdefault(first.subject or "", len(self._subjects))
        self._count += 1
        self._waiting.append((phase, subject, _rank(phase, first), self._count, _pack(one)))
        if len(self._waiting) >= _FLUSH_ROWS:
            self._flush()

    def _flush(self) -> None:
        self._rows.executemany("INSERT INTO rows VALUES (?,?,?,?,?)", self._waiting)
        self._waiting.clear()

    def rows(self, phase: int) -> Iterator[Prepared]:
        """The rows of one phase in the order in which they are applied."""
        self._flush()
        found = self._rows.execute(
            "SELECT row FROM rows WHERE phase = ? ORDER BY subject, rank, sequence", (phase,)
        )
        for (blob,) in found:
            yield _unpack(blob)
