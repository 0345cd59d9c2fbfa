"""The audit desk: state of the log, samples, uploads, replay and verification to watch."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response

from api.access.policy import Action
from api.access.readers import Reader
from api.http import guard, watching
from api.http.answers import answer
from api.http.coordinates import Instrument
from api.http.feed import Stream
from api.http.guard import DeskHere
from api.http.shapes_log import AuditState, Checked, Compared, Sample
from api.queries import audit
from ledger.access.access_entry import of_list

router = APIRouter(prefix="/audit", tags=["audit"])
LIVE = "text/event-stream"
BYTES = "application/octet-stream"
Responses = dict[int | str, dict[str, Any]]
_STREAM: Responses = {200: {"content": {LIVE: {"schema": {"type": "string"}}}}}

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


async def _body(request: Request) -> bytes:
    """The bytes of a body, whatever it is said to be."""
    return await request.body()


@router.post(
    "/verify",
    response_model=Checked,
    dependencies=[Depends(guard.allow(Action.READ_LOG))],
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "A checkpoint, proof, bundle, backup, certificate, or PDF that holds"
            " one.",
            "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def verify(request: Request, desk: DeskHere, file: Annotated[bytes, Depends(_body)]) -> Response:
    """Check a file that was handed out: whether it is right in itself, and of this log. It is read
    in a process of its own under limits of time and memory, and kept nowhere.
    """
    return answer(watching.checked(request, desk, file))


@router.get("/replay", response_class=Response, responses=_STREAM)
def replay(
    request: Request,
    reader: Auditor,
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
    return _watch(request, reader, watching.replay_task(request, instrument, first, last))


@router.get("/verification", response_class=Response, responses=_STREAM)
def verification(request: Request, reader: Auditor) -> Response:
    """The whole log verified from its stored bytes, to watch: server-sent events `told`, then
    `done` with what `verify --json` prints, or `refused`. What came of it stands in the state
    afterwards.
    """
    return _watch(request, reader, watching.verify_task(request))


def _watch(request: Request, reader: Reader, task: Mapping[str, Any]) -> Response:
    feed = watching.room(request, reader)
    return Stream(feed, reader.account, _told(watching.steps(request, reader, task)))


async def _told(steps: AsyncGenerator[watching.Step]) -> AsyncGenerator[bytes]:
    async with aclosing(steps):
        async for kind, shown in steps:
            yield format_sse_event(data_str=orjson.dumps(shown).decode(), event=kind)
