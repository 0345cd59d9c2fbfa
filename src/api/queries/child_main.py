"""What the child of `children.py` runs: one task from standard input, lines of JSON as answer."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import orjson

from api import verification
from api.queries import checking, replaying
from api.queries.children import DONE, REFUSED, TOLD
from ledger.application import Ledger
from ledger.errors import LedgerError
from ledger.proofs import note as notes
from ledger.verifying import whole
from ledger.verifying.whole import Wish

Json = dict[str, Any]
Tell = Callable[[Json], None]
_MEMORY_MAX = 4 << 30
_CPU_SECONDS_MAX = 60
_TELL_EVERY = 2_000


def main() -> None:
    """Do the task of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it decides
    task = orjson.loads(sys.stdin.buffer.read())
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)

        def tell(said: Json) -> None:
            _say(out, {TOLD: said})

        try:
            _say(out, {DONE: _DO[task["do"]](task, tell)})
        except LedgerError as fault:
            told = {"code": fault.code, "message": fault.message, "next_step": fault.next_step}
            _say(out, {REFUSED: told})


def _say(out: IO[bytes], said: Json) -> None:
    out.write(orjson.dumps(said, default=str, option=orjson.OPT_APPEND_NEWLINE))
    out.flush()


def _check(task: Json, _: Tell) -> Json:
    _confine()
    keys = [notes.parse_verifier_key(line) for line in task["keys"]]
    return checking.examined(Path(task["path"]), keys)


def _confine() -> None:
    """Take from this process what checking a file does not need."""
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY_MAX),
        (resource.RLIMIT_CPU, _CPU_SECONDS_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # a system without this limit has the others
            resource.setrlimit(limit, (least, least))


def _replay(task: Json, tell: Tell) -> Json:
    keys = None if task["keys"] is None else Path(task["keys"])
    last: Json = {}
    with contextlib.closing(Ledger.open(task["url"], keys=keys)) as ledger:
        for last in replaying.replay(
            ledger,
            instrument=task["instrument"],
            first=date.fromisoformat(task["first"]),
            last=date.fromisoformat(task["last"]),
            now=datetime.fromisoformat(task["now"]),
        ):
            tell(last)
    return last


def _verify(task: Json, tell: Tell) -> Json:
    url, read = task["url"], 0
    total = whole.count_events(url)

    def more(count: int) -> None:
        nonlocal read
        read += count
        if read % _TELL_EVERY < count:
            tell({"step": "log", "position": read, "of": total})

    verified = whole.verify(Wish(url, tell=more))
    segments = verification.check_read_models(url, verified)
    verification.check_shipped(verified.enacted, verified.findings)
    return verification.as_json(verified, segments=segments, scores=None)


_DO = {"check": _check, "replay": _replay, "verify": _verify}
