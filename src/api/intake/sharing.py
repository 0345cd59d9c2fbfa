"""A large import shared between two processes; a small one is done by this one alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Self

from api.intake.apply import Importer
from api.intake.checking import Named, check_rows
from api.intake.facts_file import LINE_MAX
from api.intake.reading import SourceFile
from api.intake.report import ImportReport
from api.intake.second_hand import ApplyTask, CheckTask, SecondHand, Turns
from api.intake.spool import REST, Spool, shared_rows

FILE_MIN = 4 << 20  # bytes; smaller files are read before a second process is awake
_BLOCK = 1 << 20
_OWN, _OTHER = 0, 1


class Sharing:
    """The two halves of an import. A context manager that ends the second process."""

    def __init__(
        self, files: Sequence[SourceFile], url: str | None, progress: Callable[[int], None]
    ) -> None:
        """Start a second process if one of the files is large.

        Args:
            url: where the ledger is, for the second process to open; None to do all of it here.
        """
        worth_it = _cores() > 1 and any(_is_large(file) for file in files)
        self._url = url or ""
        self._other = _second_hand(progress) if worth_it and url is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._other is not None:
            self._other.close()

    def check(self, file: SourceFile, spool: Spool, report: ImportReport, named: Named) -> None:
        """Check the rows of a file into the spool, as `check_rows` does."""
        middle = _middle(file.path) if self._other is not None and _is_large(file) else None
        if middle is None or self._other is None:
            check_rows(file.rows(), spool=spool, report=report, named=named)
            return
        start, lines = middle
        other = spool.path.with_name("other")
        self._other.begin(CheckTask(file.path.absolute(), file.name, start, lines, other))
        check_rows(file.rows(most=lines), spool=spool, report=report, named=named)
        result = self._other.result()
        if result is None:
            rest = file.rows(start=start, before=lines)
            check_rows(rest, spool=spool, report=report, named=named)
            return
        file.check_unchanged()
        others_report, others_named, sealed = result
        report.absorb(others_report)
        named.absorb(others_named)
        spool.adopt(other, sealed)
        other.unlink()

    def apply(self, importer: Importer, spool: Spool) -> None:
        """Apply the rest: the facts about people, person by person.

        Raises:
            ImportInterrupted: the second process ended midway.
        """
        if self._other is None or importer.dry or importer.strict:
            importer.phase(spool.rows(REST), REST)
            return
        subjects = importer.subjects
        subjects.fetch_people(spool.subjects())
        parts = {number: stream.int & 1 for number, stream in subjects.people.items()}
        spool.share(parts)
        self._other.begin(
            ApplyTask(
                self._url,
                importer.ledger.keyring.folder,
                spool.path,
                _OTHER,
                importer.actor,
                importer.batch,
                dict(importer.digests),
                subjects.people,
            )
        )
        with closing(Turns(spool.path)) as turns:
            importer.turns = turns
            importer.phase(shared_rows(spool.path, _OWN), REST)
            result = self._other.result()
            if result is None:
                importer.phase(shared_rows(spool.path, _OTHER), REST)
            else:
                importer.absorb(*result)


def _second_hand(progress: Callable[[int], None]) -> SecondHand | None:
    """The second process; None where the system allows none."""
    try:
        return SecondHand(progress)
    except OSError:
        return None


def _cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_large(file: SourceFile) -> bool:
    return file.is_facts_file and file.path.stat().st_size >= FILE_MIN


def _middle(path: Path) -> tuple[int, int] | None:
    """Where the first line of the second half begins, and how many lines lie before; None if it
    cannot be told, because a line in the middle is too long to be taken.
    """
    with path.open("rb") as stream:
        stream.seek(path.stat().st_size // 2)
        if not stream.readline(LINE_MAX).endswith(b"\n"):
            return None
        start = stream.tell()
        stream.seek(0)
        blocks = chain([_BLOCK] * (start // _BLOCK), [start % _BLOCK])
        return start, sum(stream.read(size).count(b"\n") for size in blocks)
