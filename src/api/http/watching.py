"""Long work of the audit desk: files that are checked, replays and verifications that are watched.

All of it runs in processes of their own (`api.queries.children`), few at a time.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from starlette.requests import Request

from api.access.readers import Reader
from api.desk import Desk
from api.http import guard
from api.http.feed import Feed
from api.http.problems import TooManyRequests
from api.queries import checking, children, verified
from ledger.checkpoints import checkpoint
from ledger.errors import LedgerError, Misuse
from ledger.proofs import note as notes
from projections.question import check_day

CHECK_SECONDS = 25.0
MONTHS_MAX = 120
_TURN_SECONDS = 2.5
_YEAR = 12
_WAIT = 30
_REPLAYS = "replays and verifications"


class Step(NamedTuple):
    """What long work says: `told` as it goes, then `done` or `refused`."""

    kind: str
    shown: dict[str, Any]


def checked(request: Request, desk: Desk, file: bytes) -> dict[str, Any]:
    """What an uploaded file was found to be.

    Raises:
        Misuse: there is nothing in it. ChildEnded: it is too much to check here.
        TooManyRequests: others are being checked.
    """
    if not file:
        raise Misuse("The file is empty.", next_step="Send its bytes as the body.")
    keys = [notes.verifier_key_text(one) for one in checkpoint.recorded_keys(desk.ledger)]
    room = request.app.state.checks
    if not room.acquire(timeout=_TURN_SECONDS):
        raise _busy("files")
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            path.write_bytes(file)
            task = {"do": "check", "path": str(path), "keys": keys}
            return checking.placed(desk, children.asked(task, seconds=CHECK_SECONDS))
    finally:
        room.release()


def replay_task(
    request: Request, instrument: str, first: date | None, last: date | None
) -> dict[str, Any]:
    """A replay from a day to another, by default over the last twelve months.

    Raises:
        Misuse: the days stand the wrong way round, or too far apart, or far from any record.
    """
    desk = guard.desk_of(request)
    until = check_day(last or desk.today())
    since = check_day(first or date(until.year - 1, until.month, 1))
    if since > until or (until.year - since.year) * _YEAR + until.month - since.month > MONTHS_MAX:
        raise Misuse(
            f"A replay goes from a day to a later one, over at most {MONTHS_MAX} months.",
            next_step="Name other days with from and to.",
        )
    task = {"do": "replay", "instrument": instrument, "now": desk.now().isoformat()}
    return {**_ledger(request), **task, "first": since.isoformat(), "last": until.isoformat()}


def verify_task(request: Request) -> dict[str, Any]:
    """The whole log verified from its stored bytes."""
    return {**_ledger(request), "do": "verify"}


def _ledger(request: Request) -> dict[str, Any]:
    settings = guard.settings_of(request)
    keys = None if settings.keys is None else str(settings.keys)
    return {"url": settings.url, "keys": keys}


def room(request: Request, reader: Reader) -> Feed:
    """See that long work may be watched now.

    Raises:
        TooManyRequests: other work is being watched, or too much is listened to.
    """
    feed: Feed = request.app.state.feed
    feed.check_room(reader.account)
    if feed.busy:
        raise _busy(_REPLAYS)
    return feed


async def steps(request: Request, reader: Reader, task: Mapping[str, Any]) -> AsyncGenerator[Step]:
    """The steps of a task; one such task at a time in this process, which ends with its watcher."""
    feed: Feed = request.app.state.feed
    if feed.busy:
        yield Step(children.REFUSED, _refusal(_busy(_REPLAYS)))
        return
    feed.busy = True
    try:
        async with aclosing(children.watched(task)) as said:
            async for one in said:
                ((kind, shown),) = one.items()
                if kind == children.DONE and task["do"] == "verify":
                    desk = guard.desk_of(request)
                    await feed.read(partial(verified.keep, desk, shown, reader.account))
                yield Step(kind, shown)
                if feed.closed:
                    return
    except LedgerError as fault:
        yield Step(children.REFUSED, _refusal(fault))
    finally:
        feed.busy = False


def _refusal(fault: LedgerError) -> dict[str, str]:
    return {"code": fault.code, "message": fault.message, "next_step": fault.next_step}


def _busy(what: str) -> TooManyRequests:
    return TooManyRequests(
        f"As many {what} as may be are being worked on.",
        next_step=f"Try again in {_WAIT} seconds.",
        retry_after=_WAIT,
    )
