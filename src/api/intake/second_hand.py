"""A second process that does half of the work of a large import.

It checks the second half of each large facts file while the first process checks the first half,
and applies the facts of half of the people while the first applies those of the others. What others
name, references, units and people, the first applies alone, before. The second opens the ledger for
itself; the ledger orders what both append, and they take turns at it.

If the second cannot begin a task, the first does it. If it ends midway while it appends, the import
says so: what it stored is whole, and importing again finishes the rest.

Trust: it is this program again, under the same account. What it is asked goes through a pipe, never
through the command line.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, NamedTuple, Self
from uuid import UUID

from ledger.errors import LedgerError

_START = "from api.intake.second_hand_main import main; main()"
_APPENDING, _PROGRESS, _DONE, _FAILED = range(4)


class ImportInterrupted(LedgerError):
    """The second process of an import ended while it appended."""

    code = "import_interrupted"


class CheckTask(NamedTuple):
    """Check the lines of a facts file from a byte on, before which so many lie; spool its rows."""

    path: Path
    name: str
    start: int
    lines_before: int
    spool: Path


class ApplyTask(NamedTuple):
    """Apply the rows of one part of a spool.

    Attributes:
        url, keys: of the ledger. people: who the numbers of the rows belong to.
    """

    url: str
    keys: Path
    spool: Path
    part: int
    actor: str
    batch: str
    digests: dict[str, str]
    people: dict[str, UUID]


class Turns:
    """A lock between the two processes; each holds it while it appends.

    The databases have locks of their own; but who waits for SQLite's sleeps, and sleeps too long.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def __enter__(self) -> Self:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


class SecondHand:
    """The second process, as the first sees it: one task at a time."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        """Start it; `progress` is called from a thread of its own."""
        self._progress = progress
        self._appending = False
        self._answers: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def begin(self, task: CheckTask | ApplyTask) -> None:
        """Hand it a task; `result` waits for its end."""
        try:
            pickle.dump(task, self._pipe(self._process.stdin))
            self._pipe(self._process.stdin).flush()
        except OSError:
            self._answers.put((_FAILED, None))

    def result(self) -> Any:
        """What came of the task; None if nothing was begun, so that it is to be done here.

        Raises:
            ImportInterrupted.
        """
        kind, value = self._answers.get()
        if kind == _DONE:
            return value
        self._answers.put((kind, value))  # also the answer to whatever is asked later
        if self._appending:
            raise ImportInterrupted(
                f"The second process of this import ended before its work was done. {value or ''}",
                next_step="Import the same files again; what is recorded already is the same.",
            )
        return None

    def close(self) -> None:
        """End it, whatever it does; what it stored is whole."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                self._pipe(pipe).close()
            except OSError:  # what was written to a process that is gone
                continue

    def _listen(self) -> None:
        failure: tuple[int, Any] = (_FAILED, None)
        try:
            for kind, value in _messages(self._pipe(self._process.stdout)):
                if kind == _APPENDING:
                    self._appending = True
                elif kind == _PROGRESS:
                    self._progress(value)
                else:
                    self._answers.put((kind, value))
        except (OSError, pickle.UnpicklingError) as fault:
            failure = (_FAILED, str(fault))
        self._answers.put(failure)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise OSError
        return pipe


def _messages(stream: IO[bytes]) -> Iterator[Any]:
    """What the other process says, to the end."""
    while True:
        try:
            message = pickle.load(stream)  # noqa: S301 - bytes of our own program
        except EOFError:
            return
        yield message


class Voice:
    """What the second process says to the first."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def appending(self) -> None:
        """From here on something may have been stored."""
        self._say(_APPENDING, None)

    def progress(self, rows: int) -> None:
        """So many rows more."""
        self._say(_PROGRESS, rows)

    def done(self, result: Any) -> None:
        """The task came to its end."""
        self._say(_DONE, result)

    def failed(self, fault: LedgerError) -> None:
        """It cannot."""
        self._say(_FAILED, f"{fault.message} {fault.next_step}")

    def _say(self, kind: int, value: Any) -> None:
        pickle.dump((kind, value), self._stream)
        self._stream.flush()


@contextmanager
def asked() -> Iterator[tuple[Iterator[Any], Voice]]:
    """In the second process: the tasks as they come, and the voice to answer with.

    Standard output is for that voice alone: what a library prints goes to standard error.
    """
    # The first process decides what an interrupt from the keyboard means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        yield _messages(sys.stdin.buffer), Voice(out)
