"""Workbooks, read by a guarded child process and kept as rows in a file without a name.

Nothing that the child says is trusted: it sends lines of JSON, whose length, number and shape are
checked here, and it is ended when it stays silent or takes too long.
"""

from __future__ import annotations

import importlib.util
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

import orjson

from api.intake import codes
from api.intake.cells import DAY, KINDS, MOMENT, Cell, Typed
from api.intake.table import Line, Sheet

CHILD: Final = Path(__file__).with_name("workbook_child.py")
SECONDS_MAX: Final = 180
SILENCE_MAX: Final = 90
LINE_MAX: Final = 64 << 20
SPOOL_MAX: Final = 2 << 30
SHEETS_MAX: Final = 200
WHY_MAX: Final = 100
_READ: Final = 1 << 18


class WorkbookRefused(Exception):
    """A workbook that is not read; `code` is one of codes.FILE, `why` fills its words."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.code, self.why = code, why


@dataclass(frozen=True, slots=True)
class _Part:
    """Where the rows of one sheet lie in the spool."""

    name: str
    hidden: bool
    chunks: list[tuple[int, int]]


class Workbook:
    """The rows of a workbook; `sheets` can be read as often as needed until `close`."""

    def __init__(self, spool: IO[bytes], parts: list[_Part]) -> None:
        self._spool = spool
        self.sheets = tuple(
            Sheet(part.name, self._lines(part)) for part in parts if not part.hidden
        )
        self.hidden = tuple(part.name for part in parts if part.hidden)

    def close(self) -> None:
        """Give back the disk space."""
        self._spool.close()

    def _lines(self, part: _Part) -> Any:
        def lines() -> Iterator[Line]:
            for start, length in part.chunks:
                self._spool.seek(start)
                for number, *cells in orjson.loads(self._spool.read(length)):
                    yield Line(number, tuple(_cell(cell) for cell in cells))

        return lines


def open_workbook(path: Path) -> Workbook:
    """Read a workbook in a child of its own, whole, onto disk.

    Raises:
        WorkbookRefused: no workbook, damaged, protected, too large or too slow.
        OSError: the file cannot be opened, or the disk is full.
    """
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the Workbook
    try:
        with path.open("rb") as source:
            parts = _read(source, spool)
    except BaseException:
        spool.close()
        raise
    return Workbook(spool, parts)


def _read(source: IO[bytes], spool: IO[bytes]) -> list[_Part]:
    child = subprocess.Popen(  # noqa: S603 - our own script; the file is its standard input
        [sys.executable, "-I", "-S", "-B", str(CHILD), *_libraries()],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    if child.stdout is None:
        raise WorkbookRefused("READER_FAILED")
    parts: list[_Part] = []
    ended = False
    try:
        for line in _lines_of(child.stdout):
            if ended:
                raise WorkbookRefused("READER_FAILED")
            ended = _take(line, parts, spool)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    if not ended:
        # It was ended by a limit of the operating system: memory (it aborts) or processor time.
        raise WorkbookRefused("WORKBOOK_TOO_LARGE", "terlalu banyak memori atau waktu")
    return parts


def _libraries() -> list[str]:
    """The folders of the two libraries the child needs; it knows no others."""
    found = []
    for name in ("orjson", "python_calamine"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise WorkbookRefused("READER_FAILED")
        found.append(str(Path(spec.origin).parent.parent))
    return list(dict.fromkeys(found))


def _lines_of(pipe: IO[bytes]) -> Iterator[bytes]:
    """The child's lines as they come; its silence and its length are bounded."""
    started, rest, total = monotonic(), b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left = SECONDS_MAX - (monotonic() - started)
            if left <= 0 or not selector.select(min(SILENCE_MAX, left)):
                raise WorkbookRefused("WORKBOOK_TOO_SLOW")
            part = pipe.read1(_READ)  # type: ignore[attr-defined]
            if not part:
                return
            total += len(part)
            *whole, rest = (rest + part).split(b"\n")
            if total > SPOOL_MAX or len(rest) > LINE_MAX:
                raise WorkbookRefused("WORKBOOK_TOO_LARGE", f"lebih dari {SPOOL_MAX >> 20} MB")
            yield from whole


def _take(line: bytes, parts: list[_Part], spool: IO[bytes]) -> bool:
    """Keep one message of the child; whether it was the last."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise WorkbookRefused("READER_FAILED") from None
    if isinstance(message, list) and parts and _are_rows(message):
        parts[-1].chunks.append((spool.tell(), len(line)))
        spool.write(line)
        return False
    if isinstance(message, dict):
        if message.get("error") in codes.FILE:
            raise WorkbookRefused(message["error"], str(message.get("why", ""))[:WHY_MAX])
        if "end" in message:
            return True
        name, hidden = message.get("sheet"), message.get("hidden")
        if isinstance(name, str) and isinstance(hidden, bool) and len(parts) < SHEETS_MAX:
            parts.append(_Part(name, hidden, []))
            return False
    raise WorkbookRefused("READER_FAILED")


def _are_rows(message: list[Any]) -> bool:
    return all(
        isinstance(row, list)
        and len(row) > 1
        and type(row[0]) is int
        and row[0] > 0
        and all(_is_cell(cell) for cell in row[1:])
        for row in message
    )


def _is_cell(cell: Any) -> bool:
    if cell is None or isinstance(cell, (str, bool)):
        return True
    if not isinstance(cell, list) or len(cell) != 2:
        return False
    kind, text = cell
    if not (isinstance(kind, str) and kind in KINDS and isinstance(text, str)):
        return False
    try:
        if kind == DAY:
            date.fromisoformat(text)
        elif kind == MOMENT:
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _cell(cell: Any) -> Cell:
    return Typed(cell[0], cell[1]) if isinstance(cell, list) else cell
