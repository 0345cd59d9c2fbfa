"""A second process that takes half of the people of a large import.

Everything up to the people is done by the first process alone. What is left lies person by person
in the spool, so the second opens the ledger for itself and applies the rows of its half by the same
code, while the first applies the others; the ledger orders what both append, and they take turns at
it. If the second cannot begin, the first does all. If it ends midway, the import says so: what it
stored is whole, and importing again finishes the rest.

Trust: it is this program again, under the same account; the job it is handed names ledger and keys
and goes through a pipe, never through the command line.
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
from threading import Thread
from typing import IO, Any, NamedTuple, Self
from uuid import UUID

from ledger.errors import LedgerError

ROWS_MIN = 20_000  # with fewer, the second process is hardly awake before the first is done
_START = "from api.intake.second_hand_main import main; main()"
_READY, _PROGRESS, _DONE, _FAILED = range(4)


class ImportInterrupted(LedgerError):
    """The second process of an import ended before its work was done."""

    code = "import_interrupted"


class Job(NamedTuple):
    """What the second process is handed.

    Attributes:
        url, keys: of the ledger. spool: the file of the rows. part: which half is its own.
        people: who the numbers of the rows belong to.
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
    """A lock between the two processes, a file in the spool's folder; each holds it while it
    appends.

    The databases have locks of their own; but one that waits for SQLite sleeps, and sleeps too
    long.
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
    """The other process, as the first sees it."""

    def __init__(self, job: Job, progress: Callable[[int], None]) -> None:
        """Start it on its job; `progress` is called from a thread of its own."""
        self._progress = progress
        self._ready = False
        self._result: Any = None
        self._failure: str | None = None
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._listener = Thread(target=self._listen, args=(pickle.dumps(job),), daemon=True)
        self._listener.start()

    def _listen(self, job: bytes) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return
        try:
            with stdin:
                stdin.write(job)
            for kind, value in messages(stdout):
                if kind == _READY:
                    self._ready = True
                elif kind == _PROGRESS:
                    self._progress(value)
                elif kind == _DONE:
                    self._result = value
                else:
                    self._failure = str(value)
        except (OSError, EOFError, pickle.UnpicklingError) as fault:
            self._failure = str(fault)

    def result(self) -> Any:
        """What it did, once it is done; None if it never began, so that nothing of it is done.

        Raises:
            ImportInterrupted.
        """
        self._listener.join()
        self.close()
        if self._result is None and self._ready:
            why = f": {self._failure}" if self._failure else "."
            raise ImportInterrupted(
                f"A second process of this import ended before its work was done{why}",
                next_step="Import the same files again; what is recorded already is the same.",
            )
        return self._result

    def close(self) -> None:
        """End it, whatever it does; what it stored is whole."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def messages(stream: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """What the second process says, to the end."""
    while True:
        try:
            kind, value = pickle.load(stream)  # noqa: S301 - bytes of our own program
        except EOFError:
            return
        yield kind, value


class Voice:
    """What the second process says to the first."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def ready(self) -> None:
        """From here on something may have been stored."""
        self._say(_READY, None)

    def progress(self, rows: int) -> None:
        """So many rows more."""
        self._say(_PROGRESS, rows)

    def done(self, result: Any) -> None:
        """All of its rows."""
        self._say(_DONE, result)

    def failed(self, fault: LedgerError) -> None:
        """It cannot go on."""
        self._say(_FAILED, f"{fault.message} {fault.next_step}")

    def _say(self, kind: int, value: Any) -> None:
        pickle.dump((kind, value), self._stream)
        self._stream.flush()


@contextmanager
def own_streams() -> Iterator[tuple[IO[bytes], Voice]]:
    """Standard input, and standard output for nobody else: what a library prints goes elsewhere."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the first process decides what an interrupt means
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        yield sys.stdin.buffer, Voice(out)
