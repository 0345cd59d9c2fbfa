"""The audit desk: state of the log, samples, uploads, replay and verification to watch."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response

from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.http import guard
from api.http.answers import answer
from api.http.coordinates import Instrument
from api.http.feed import Feed, Stream
from api.http.guard import DeskHere
from api.http.problems import TooManyRequests
from api.http.shapes_log import AuditState, Checked, Compared, Sample
from api.queries import audit, checking, children, verified
from ledger import checkpoint
from ledger import note as notes
from ledger.access_entry import of_list
from ledger.errors import LedgerError, Misuse

router = APIRouter(prefix="/audit", tags=["audit"])
LIVE = "text/event-stream"
BYTES = "application/octet-stream"
Responses = dict[int | str, dict[str, Any]]
CHECK_SECONDS = 25.0
MONTHS_MAX = 120
_YEAR = 12
_STREAM: Responses = {200: {"content": {LIVE: {"schema": {"type": "string"}}}}}
_WAIT = 30

Auditor = Annotated[Reader, Depends(guard.allow(Action.READ_AUDIT))]


@router.get("/state", response_model=AuditState)
def state(reader: Auditor, desk: DeskHere) -> Response:  # noqa: ARG001 - the right to it
    """Where the log ends, its last checkpoint and how old that is, what no checkpoint covers yet,
    and the last verification that was run from here.
    """
    return answer(audit.state(desk))


@router.get("/sample", response_model=Sample)
def sample(
    request: Request,
    reader: Auditor,
    desk: DeskHere,
    seed: Annotated[
        str,
        Query(min_length=1, max_length=audit.SEED_MAX, description="Any text, as of dice thrown."),
    ],
    count: Annotated[int, Query(ge=1, le=audit.SAMPLE_MAX)] = 20,
    size: Annotated[
        int | None,
        Query(ge=1, le=2**53, description="Under the checkpoint of this size; default: the last."),
    ] = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """A random sample of events, open fields only, each with its inclusion proof. Seed and size
    give the positions by a rule that docs/audit.md tells, so that nobody can choose them.
    """
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    shown = audit.sample(desk, seed=seed, count=count, size=size)
    told = {"events": True, "sample": True, "position": shown["size"]}
    guard.access_of(request).record(*of_list(reader.account, why, audit.people_of(shown), told))
    return answer(shown)


@router.get("/compare", response_model=Compared)
def compare(
    reader: Auditor,  # noqa: ARG001 - the right to it
    desk: DeskHere,
    old: Annotated[int, Query(alias="from", ge=1, le=2**53, description="Size of the older.")],
    new: Annotated[
        int | None,
        Query(alias="to", ge=1, le=2**53, description="Size of the newer; default: the latest."),
    ] = None,
) -> Response:
    """Two checkpoints of this log: whether the newer goes on from the older, and how many events of
    which kind lie between them.
    """
    return answer(audit.compared(desk, old, new))


@router.post(
    "/verify",
    response_model=Checked,
    dependencies=[Depends(guard.allow(Action.READ_LOG))],
)
def verify(
    request: Request,
    desk: DeskHere,
    file: Annotated[
        bytes,
        Body(
            media_type=BYTES,
            description="A checkpoint, proof, bundle, backup, certificate, or PDF that holds one.",
        ),
    ],
) -> Response:
    """Check a file that was handed out: whether it is right in itself, and of this log. It is read
    in a process of its own under limits of time and memory, and kept nowhere.
    """
    return answer(checked(request, desk, file))


def checked(request: Request, desk: Desk, file: bytes) -> dict[str, Any]:
    """What an uploaded file was found to be.

    Raises:
        Misuse: there is nothing in it. ChildEnded: it is too much to check here.
        TooManyRequests: another is being checked.
    """
    if not file:
        raise Misuse("The file is empty.", next_step="Send its bytes as the body.")
    keys = [notes.verifier_key_text(one) for one in checkpoint.recorded_keys(desk.ledger)]
    room = request.app.state.checks
    if not room.acquire(timeout=CHECK_SECONDS / 10):
        raise _busy("files")
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            path.write_bytes(file)
            task = {"do": "check", "path": str(path), "keys": keys}
            return checking.placed(desk, children.asked(task, seconds=CHECK_SECONDS))
    finally:
        room.release()


def _busy(what: str) -> TooManyRequests:
    return TooManyRequests(
        f"As many {what} as may be are being worked on.",
        next_step=f"Try again in {_WAIT} seconds.",
        retry_after=_WAIT,
    )


@router.get("/replay", response_class=Response, responses=_STREAM)
def replay(
    request: Request,
    reader: Auditor,
    desk: DeskHere,
    instrument: Instrument = "ip-asn",
    first: Annotated[
        date | None, Query(alias="from", description="Default: the last twelve months.")
    ] = None,
    last: Annotated[date | None, Query(alias="to", description="Default: today.")] = None,
) -> Response:
    """A replay to watch, as server-sent events `told`, then `done` or `refused`: each entry is made
    again and compared with its leaf, the facts table is made anew, and everybody's scores are
    worked out month by month, their digest beside that of the standing table.
    """
    until = last or desk.today()
    since = first or _a_year_before(until)
    if since > until or (until.year - since.year) * _YEAR + until.month - since.month > MONTHS_MAX:
        raise Misuse(
            f"A replay goes from a day to a later one, over at most {MONTHS_MAX} months.",
            next_step="Name other days with from and to.",
        )
    task = {"do": "replay", "instrument": instrument, "now": desk.now().isoformat()}
    days = {"first": since.isoformat(), "last": until.isoformat()}
    return _watch(request, reader, {**_ledger(request), **task, **days})


def _a_year_before(on: date) -> date:
    return date(on.year - 1, on.month, 1)


@router.get("/verification", response_class=Response, responses=_STREAM)
def verification(request: Request, reader: Auditor) -> Response:
    """The whole log verified from its stored bytes, to watch: server-sent events `told`, then
    `done` with what `verify --json` prints, or `refused`. What came of it stands in the state
    afterwards.
    """
    return _watch(request, reader, {**_ledger(request), "do": "verify"})


def _ledger(request: Request) -> dict[str, Any]:
    settings = guard.settings_of(request)
    keys = None if settings.keys is None else str(settings.keys)
    return {"url": settings.url, "keys": keys}


def _watch(request: Request, reader: Reader, task: Mapping[str, Any]) -> Response:
    feed: Feed = request.app.state.feed
    feed.check_room(reader.account)
    if feed.busy:
        raise _busy("replays and verifications")
    return Stream(feed, reader.account, _watched(request, reader, task))


async def _watched(
    request: Request, reader: Reader, task: Mapping[str, Any]
) -> AsyncGenerator[bytes]:
    """The steps of a task; one such task at a time in this process."""
    feed: Feed = request.app.state.feed
    if feed.busy:
        yield _sent(children.REFUSED, _refusal(_busy("replays and verifications")))
        return
    feed.busy = True
    try:
        async with aclosing(children.watched(task)) as steps:
            async for said in steps:
                ((kind, shown),) = said.items()
                if kind == children.DONE and task["do"] == "verify":
                    desk = guard.desk_of(request)
                    await feed.read(partial(verified.keep, desk, shown, reader.account))
                yield _sent(kind, shown)
                if feed.closed:
                    return
    except LedgerError as fault:
        yield _sent(children.REFUSED, _refusal(fault))
    finally:
        feed.busy = False


def _refusal(fault: LedgerError) -> dict[str, str]:
    return {"code": fault.code, "message": fault.message, "next_step": fault.next_step}


def _sent(kind: str, shown: Mapping[str, Any]) -> bytes:
    return format_sse_event(data_str=orjson.dumps(shown).decode(), event=kind)
