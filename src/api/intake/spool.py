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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from api.intake.rows import Place, RawRow
from ledger.domain.unit_directory import folded
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE, LEDGER
from ledger.events.reading import Draft

_FLUSH_ROWS = 2_000
_LINE_COLUMNS: Final[tuple[dict[str, str], ...]] = ({},)  # a line states one fact in its own words
_LINE_IF_NONE_KNOWN: Final = (False,)
_DEPTH_MAX: Final = 50  # a real tree has some six levels; a loop of parents must end
_CORRECTED: Final = 2  # parts of a packed draft with a replacement; others have more

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
_FOUNDING = frozenset({"registered", "identity"})
_AFTER_UNITS = 1_000  # a unit's own rank is how deep it lies, see Spool._rank_units
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
    if row.line:
        columns, if_none_known = _LINE_COLUMNS, _LINE_IF_NONE_KNOWN
        return Prepared(row.place, row.form, drafts, columns, if_none_known, row.line, is_line=True)
    return Prepared(
        row.place,
        row.form,
        drafts,
        tuple(dict(source.columns) for source in row.sources),
        tuple(source.if_none_known for source in row.sources),
        pickle.dumps(row),
        is_line=False,
    )


def _pack_draft(draft: Draft) -> tuple[Any, ...]:
    replacement = draft.replacement
    if replacement is None:
        return tuple(draft)
    return tuple(draft._replace(replacement=None)), tuple(replacement)


def _unpack_draft(packed: tuple[Any, ...]) -> Draft:
    if len(packed) != _CORRECTED:
        return Draft._make(packed)
    whole, replacement = packed
    return Draft._make(whole)._replace(replacement=Draft._make(replacement))


def _pack(one: Prepared) -> bytes:
    place, form, drafts, columns, if_none_known, kept, is_line = one
    packed = [_pack_draft(draft) for draft in drafts]
    row: Any = (tuple(place), form, packed, columns, if_none_known, kept, is_line)
    return marshal.dumps(row)


def _unpack(blob: bytes) -> Prepared:
    place, form, drafts, *rest = marshal.loads(blob)  # noqa: S302 - bytes this process wrote
    return Prepared(Place._make(place), form, tuple(map(_unpack_draft, drafts)), *rest)


def _phase(drafts: tuple[Draft, ...]) -> int:
    first = drafts[0]
    if first.owner == LEDGER:
        return REFERENCES
    if first.owner != EMPLOYEE:
        return UNITS
    facts = {draft.fact for draft in drafts}
    if "merged" in facts:
        return MERGES
    return REST if facts.isdisjoint(_FOUNDING) else PEOPLE


def _rank(phase: int, first: Draft) -> int:
    if phase == UNITS and first.fact != "unit":
        return _AFTER_UNITS + _RANKS.get(first.fact, _PLAIN)
    return _RANKS.get(first.fact, _PLAIN)


def _depth(name: str, above: Mapping[str, set[str]], known: dict[str, int], left: int) -> int:
    """How many units stand above a name; a circle of parents is cut where it closes."""
    if name not in known:
        known[name] = 0
        found = [_depth(one, above, known, left - 1) for one in above.get(name, ()) if left]
        known[name] = max(found, default=-1) + 1
    return known[name]


class Contents(NamedTuple):
    """What a spool knows of its rows besides their file, for another spool to take them over.

    Attributes:
        rows: how many. in_phase: how many of each phase.
        subjects: number of a person -> what stands for it in the file.
        units: place, folded names and parent of each unit described.
    """

    rows: int
    in_phase: list[int]
    subjects: dict[str, int]
    units: list[tuple[int, tuple[str, ...], str | None]]


class SpoolFailed(LedgerError):
    """The temporary folder did not take the rows: mostly a full disk."""

    code = "spool_failed"


@contextmanager
def spooled() -> Iterator[Spool]:
    """A spool in a temporary folder, of which nothing is left behind.

    Raises:
        SpoolFailed: the folder gives or takes no more; what was recorded is whole.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="asn-ledger-") as folder,
            Spool(Path(folder) / "rows") as spool,
        ):
            yield spool
    except sqlite3.Error as fault:
        raise SpoolFailed(
            f"The rows could not be kept in the temporary folder: {fault}.",
            next_step="Make room there, or name another folder in TMPDIR, and import again.",
        ) from fault


class Spool:
    """A store of prepared rows in a file of its own; a context manager that closes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = sqlite3.connect(self.path, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.execute(
            "CREATE TABLE rows "
            "(phase INT, subject INT, rank INT, sequence INTEGER PRIMARY KEY, row BLOB)"
        )
        self._rows.execute("BEGIN")
        self._waiting: list[tuple[int, int, int, int, bytes]] = []
        self._subjects: dict[str, int] = {}
        self._units: list[tuple[int, tuple[str, ...], str | None]] = []
        self._count = 0
        self._in_phase = [0] * len(PHASES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._rows.close()

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
        self._in_phase[phase] += 1
        if phase == UNITS and first.fact == "unit":
            names = folded(first.fields["code"]), folded(first.fields["name"])
            self._units.append((self._count, names, first.fields.get("parent")))
        self._waiting.append((phase, subject, _rank(phase, first), self._count, _pack(one)))
        if len(self._waiting) >= _FLUSH_ROWS:
            self._flush()

    def _flush(self) -> None:
        self._rows.executemany("INSERT INTO rows VALUES (?,?,?,?,?)", self._waiting)
        self._waiting.clear()

    def _rank_units(self) -> None:
        """A unit comes after the one above it, in whatever order the files name them."""
        above: dict[str, set[str]] = {}
        for _, names, parent in self._units:
            for name in names if parent is not None else ():
                above.setdefault(name, set()).add(folded(parent or ""))
        depths: dict[str, int] = {}
        for sequence, names, _ in self._units:
            depth = max(_depth(name, above, depths, _DEPTH_MAX) for name in names)
            self._rows.execute("UPDATE rows SET rank = ? WHERE sequence = ?", (depth, sequence))

    def rows(self, phase: int) -> Iterator[Prepared]:
        """The rows of one phase in the order in which they are applied."""
        self._flush()
        if phase == UNITS:
            self._rank_units()
        found = self._rows.execute(
            "SELECT row FROM rows WHERE phase = ? ORDER BY subject, rank, sequence", (phase,)
        )
        for (blob,) in found:
            yield _unpack(blob)

    # ------------------------------------------------------------------- sharing between processes

    def sealed(self) -> Contents:
        """Make the file ready for another process to adopt; nothing may be added any more."""
        self._flush()
        self._rows.execute("COMMIT")
        return Contents(self._count, self._in_phase, self._subjects, self._units)

    def adopt(self, path: Path, contents: Contents) -> None:
        """Take over the rows of another spool, behind those that are here."""
        self._flush()
        before = self._count
        known = self._subjects
        same = [
            (subject, known.setdefault(number, len(known)))
            for number, subject in contents.subjects.items()
        ]
        self._rows.execute("COMMIT")
        self._rows.execute("ATTACH ? AS other", (str(path),))
        self._rows.execute("BEGIN")
        self._rows.execute("CREATE TEMP TABLE same (theirs INTEGER PRIMARY KEY, ours INT)")
        self._rows.executemany("INSERT INTO same VALUES (?,?)", same)
        self._rows.execute(
            "INSERT INTO rows SELECT phase, coalesce(ours, 0), rank, sequence + ?, row"
            " FROM other.rows LEFT JOIN same ON phase = ? AND theirs = subject",
            (before, REST),
        )
        self._rows.execute("DROP TABLE same")
        self._rows.execute("COMMIT")
        self._rows.execute("DETACH other")
        self._rows.execute("BEGIN")
        self._count += contents.rows
        self._in_phase = list(map(sum, zip(self._in_phase, contents.in_phase, strict=True)))
        self._units += [(before + place, names, above) for place, names, above in contents.units]

    def subjects(self) -> Iterable[str]:
        """The numbers that the rows of the rest are about."""
        return self._subjects.keys()

    def share(self, parts: Mapping[str, int]) -> None:
        """Say to which part the rows of each number belong, and let other processes read them."""
        self._flush()
        self._rows.execute("CREATE TABLE shares (subject INTEGER PRIMARY KEY, part INT)")
        shares = ((subject, parts.get(number, 0)) for number, subject in self._subjects.items())
        self._rows.executemany("INSERT INTO shares VALUES (?,?)", shares)
        self._rows.execute("COMMIT")


def shared_rows(path: Path, part: int) -> Iterator[Prepared]:
    """The rows of the rest that belong to one part of a spool that was shared, in their order."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as rows:
        found = rows.execute(
            "SELECT row FROM rows JOIN shares USING (subject) WHERE phase = ? AND part = ?"
            " ORDER BY subject, rank, sequence",
            (REST, part),
        )
        for (blob,) in found:
            yield _unpack(blob)
