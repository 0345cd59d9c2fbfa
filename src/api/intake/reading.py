"""Files in, rows out: every file is recognised first, then read row by row as often as needed."""

from __future__ import annotations

import errno
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from api.intake import codes, csv_table, facts_file
from api.intake.cells import plain
from api.intake.form import Form
from api.intake.forms.catalogue import FORMS, forms_of
from api.intake.labels import FACTS
from api.intake.recognise import NearMiss, Table, read_table, recognise
from api.intake.rows import RawRow
from api.intake.table import Sheet
from api.intake.template_form import GUIDE_MARK, template_form
from api.intake.workbook import Workbook, WorkbookRefused, open_workbook
from ledger.errors import LedgerError, Misuse

FACTS_SUFFIXES: Final = frozenset((".jsonl", ".ndjson"))
TABLE_SUFFIXES: Final = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"))
TEXT_SUFFIXES: Final = frozenset((".csv", ".tsv", ".txt"))
REJECTED: Final = ".ditolak"
FILE_MAX: Final = 4 << 30
# Hidden files, locks of office programs, and rows that an earlier import gave back.
_LEFT_ALONE: Final = re.compile(r"^(?:\.|~\$)|\.ditolak(?:-\d+)?\.[^.]+$")
_WORKBOOK_MARKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PERIOD_FORMS: Final = "published_score"


class FileError(NamedTuple):
    """A file that cannot be read as a whole; the others go on."""

    file: str
    code: str
    message: str
    who_must_act: str
    next_step: str


class FileChanged(LedgerError):
    """A file became another one between its recognition and its reading."""

    code = "file_changed"


class SourceFile:
    """One recognised file.

    Attributes:
        name: as messages and the ledger name it.
        digest: SHA-256 of its bytes, hex.
        forms: names of the forms found in it, one a table.
        tables: its tables; none in a facts file.
        unread_sheets: sheets of unknown form, and hidden ones, which are left alone.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        digest: str,
        *,
        tables: tuple[Table, ...] = (),
        unread_sheets: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.name = name
        self.digest = digest
        self.tables = tables
        self.unread_sheets = unread_sheets
        self.forms = tuple(table.form.name for table in tables) or (facts_file.FORM,)
        self._stamp = _stamp(path)

    @property
    def is_facts_file(self) -> bool:
        """Whether it is a .jsonl of facts, and no table."""
        return not self.tables

    def rows(self, *, start: int = 0, before: int = 0, most: int | None = None) -> Iterator[RawRow]:
        """All rows in file order, from the beginning each time.

        Args:
            start, before: of a facts file, read from this byte on, before which so many lines lie.
            most: of a facts file, read up to the line of this number.

        Raises:
            FileChanged: the file is no longer the one that was recognised.
        """
        self.check_unchanged()
        if self.tables:
            for table in self.tables:
                yield from read_table(table, self.name)
        else:
            with self.path.open("rb", buffering=1 << 20) as stream:
                stream.seek(start)
                yield from facts_file.read_rows(stream, self.name, before=before, most=most)
        self.check_unchanged()

    def check_unchanged(self) -> None:
        """See that it is still what was recognised.

        Raises:
            FileChanged.
        """
        if _stamp(self.path) != self._stamp:
            text = codes.FILE["FILE_CHANGED"]
            raise FileChanged(text.message, next_step=text.next_step)


class Reading:
    """What was found in some files. Close it to give back the disk space of workbooks.

    Attributes:
        files: recognised, in the order given.
        unknown_files: left alone because no form fits.
        errors: files that cannot be read.
    """

    def __init__(
        self,
        files: tuple[SourceFile, ...],
        unknown_files: tuple[str, ...],
        errors: tuple[FileError, ...],
        resources: ExitStack,
    ) -> None:
        self.files = files
        self.unknown_files = unknown_files
        self.errors = errors
        self._resources = resources

    def close(self) -> None:
        """Remove what reading keeps on disk."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Unreadable(Exception):
    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code, self.words = code, words


def read_files(paths: Iterable[Path], *, as_kind: str | None = None) -> Reading:
    """Recognise files and the files in folders; rows are read from what this gives.

    `as_kind` is a kind of fact or the name of a form: then only such tables are looked for, and a
    file without one is an error. Files whose name ends in .ditolak.* are left alone; folders within
    a folder are named as unknown.

    Raises:
        Misuse: no such kind.
    """
    forms = FORMS if as_kind is None else _forms(as_kind)
    if not forms and as_kind != facts_file.FORM:
        raise Misuse(
            f"There is no kind or form named {as_kind}.",
            next_step="Name a kind of fact, as in competency, or leave --as out.",
        )
    files: list[SourceFile] = []
    unknown: list[str] = []
    errors: list[FileError] = []
    with ExitStack() as resources:
        for path, name in _named(paths):
            try:
                found = _open(path, name, forms, as_kind, resources)
            except _Unreadable as why:
                errors.append(_file_error(name, why))
                continue
            if found is None:
                unknown.append(name)
            else:
                files.append(found)
        return Reading(tuple(files), tuple(unknown), tuple(errors), resources.pop_all())


def _forms(as_kind: str) -> tuple[Form, ...]:
    own = (template_form(as_kind),) if as_kind in FACTS else ()
    return own + forms_of(as_kind)


def _named(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """The files by the shortest names that tell them apart: base name, else path as given."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.iterdir()) if path.is_dir() else (path,)
    kept = [path for path in dict.fromkeys(found) if not _LEFT_ALONE.search(path.name)]
    bases = Counter(path.name for path in kept)
    return [(path, path.name if bases[path.name] == 1 else str(path)) for path in kept]


def _open(
    path: Path, name: str, forms: Sequence[Form], as_kind: str | None, resources: ExitStack
) -> SourceFile | None:
    if path.is_dir():
        return None
    try:
        if path.exists() and not path.is_file():
            raise _Unreadable("FILE_UNREADABLE")
        return _recognised(path, name, forms, as_kind, resources)
    except FileNotFoundError:
        raise _Unreadable("FILE_NOT_FOUND") from None
    except OSError as fault:
        full = fault.errno in {errno.ENOSPC, errno.EDQUOT}
        raise _Unreadable("DISK_FULL" if full else "FILE_UNREADABLE") from fault


def _recognised(
    path: Path, name: str, forms: Sequence[Form], as_kind: str | None, resources: ExitStack
) -> SourceFile | None:
    if path.stat().st_size > FILE_MAX:
        raise _Unreadable("FILE_TOO_LARGE", limit=FILE_MAX >> 20)
    with path.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    suffix = path.suffix.lower()
    if suffix in FACTS_SUFFIXES:
        return SourceFile(path, name, digest)
    if head.startswith(_WORKBOOK_MARKS):
        return _workbook(path, name, digest, forms, as_kind, resources)
    return _text(path, name, digest, forms, as_kind)


def _workbook(  # noqa: PLR0917
    path: Path,
    name: str,
    digest: str,
    forms: Sequence[Form],
    as_kind: str | None,
    resources: ExitStack,
) -> SourceFile | None:
    try:
        book = open_workbook(path)
    except WorkbookRefused as why:
        if why.code == "NOT_A_WORKBOOK" and path.suffix.lower() not in TABLE_SUFFIXES:
            return None
        raise _Unreadable(why.code, why=why.why) from None
    resources.callback(book.close)
    return _of_tables(path, name, digest, book, forms, as_kind)


def _of_tables(  # noqa: PLR0917
    path: Path,
    name: str,
    digest: str,
    book: Workbook,
    forms: Sequence[Form],
    as_kind: str | None,
) -> SourceFile | None:
    tables: list[Table] = []
    unread: list[str] = list(book.hidden)
    near: NearMiss | None = None
    for sheet in book.sheets:
        found = recognise(sheet, forms)
        if isinstance(found, Table):
            tables.append(found)
            continue
        near = near or found
        first = next(iter(sheet.lines()), None)
        if first is not None and not plain(first.cells[0]).startswith(GUIDE_MARK):
            unread.append(str(sheet.name))
    if not tables:
        _claimed(near, as_kind)
        return None
    _check_period(tables)
    return SourceFile(path, name, digest, tables=tuple(tables), unread_sheets=tuple(unread))


def _text(
    path: Path, name: str, digest: str, forms: Sequence[Form], as_kind: str | None
) -> SourceFile | None:
    """A CSV whatever its name says; else unknown, or no workbook if it claims to be one."""
    suffix = path.suffix.lower()
    encoding = csv_table.encoding_of(path)
    best: Table | None = None
    near: NearMiss | None = None
    for separator in csv_table.SEPARATORS if encoding else ():
        lines = partial(csv_table.read_lines, path, encoding=encoding or "", separator=separator)
        found = recognise(Sheet(None, lines), forms, strict_width=True)
        if isinstance(found, Table):
            if best is None or len(found.columns) > len(best.columns):
                best = found
        else:
            near = near or found
    if best is not None:
        _check_period([best])
        return SourceFile(path, name, digest, tables=(best,))
    if suffix in TABLE_SUFFIXES:
        raise _Unreadable("NOT_A_WORKBOOK")
    if suffix in TEXT_SUFFIXES and encoding is None:
        raise _Unreadable("TEXT_UNREADABLE")
    _claimed(near, as_kind)
    return None


def _claimed(near: NearMiss | None, as_kind: str | None) -> None:
    """A file without a known table is unknown, unless it is plainly meant to be one of ours."""
    if near is not None:
        raise _Unreadable("NIP_COLUMN_MISSING", form=near.form.title)
    if as_kind is not None:
        raise _Unreadable("FORM_NOT_MATCHED", kind=as_kind)


def _check_period(tables: Iterable[Table]) -> None:
    """Printed results without a year, in a column or above the table, are about no period."""
    for table in tables:
        about_period = _PERIOD_FORMS in table.form.kinds
        stated = {"tahun", "period"} & table.columns.keys() or table.context.year is not None
        if about_period and not stated:
            raise _Unreadable("PERIOD_NOT_STATED")


def _file_error(name: str, why: _Unreadable) -> FileError:
    text = codes.FILE[why.code]
    return FileError(
        name, why.code, text.message.format(**why.words), text.who_must_act, text.next_step
    )


def _stamp(path: Path) -> tuple[int, int, int]:
    """What tells that a file was written again: its identity, size and time of change."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
