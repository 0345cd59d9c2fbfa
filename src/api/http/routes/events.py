"""Events: pages of the log, one event, and the log as it grows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response

from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.desk import Desk
from api.http import guard
from api.http.accepting import chosen
from api.http.answers import LINES, answer, lines
from api.http.caching import PRIVATE, unchanged, validator
from api.http.event_guard import EventRead, classes_seen, read_event
from api.http.feed import Feed, Stream
from api.http.guard import DeskHere
from api.http.paging import Pages, link_next, written
from api.http.shapes_log import CloudEvent, OneEvent
from api.queries import events
from api.queries.events import Wanted
from ledger.access.access_entry import Look, of_set
from ledger.errors import LedgerError, Misuse
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter(tags=["events"])
BATCH = "application/cloudevents-batch+json"
LIVE = "text/event-stream"
_AT_ONCE = 200
_RETRY_MILLISECONDS = 3_000

Everybodys = Annotated[Reader, Depends(guard.allow(Action.READ_EVENTS))]


class Choosing:
    """Which events are asked for."""

    def __init__(
        self,
        recorded_from: Annotated[
            datetime | None, Query(description="Recorded at or after; RFC 3339 with an offset.")
        ] = None,
        recorded_to: Annotated[
            datetime | None, Query(description="Recorded at or before; RFC 3339 with an offset.")
        ] = None,
        effective_from: Annotated[
            date | None, Query(description="Counts from this legal day on, or later.")
        ] = None,
        effective_to: Annotated[
            date | None, Query(description="Counts from this legal day on, or earlier.")
        ] = None,
        late_by: Annotated[
            int | None,
            Query(ge=-100_000, le=100_000, description="Days between legal day and recording."),
        ] = None,
        kind: Annotated[
            list[str] | None,
            Query(max_length=100, description="Kinds, as `appraisal`; several are one or other."),
        ] = None,
        actor: Annotated[
            str | None, Query(max_length=200, description="The account that recorded it.")
        ] = None,
        unit: Annotated[
            str | None,
            Query(max_length=200, description="Code or id: it, all below it, its people today."),
        ] = None,
    ) -> None:
        self.given: dict[str, Any] = {
            "recorded_from": recorded_from,
            "recorded_to": recorded_to,
            "effective_from": effective_from,
            "effective_to": effective_to,
            "late_by": late_by,
            "kinds": kind or (),
            "actor": actor,
            "unit": unit,
        }

    def wanted(self, desk: Desk) -> Wanted:
        """The events that are asked for."""
        return events.wanted(desk, **self.given)


@router.get(
    "/events",
    response_model=list[CloudEvent],
    responses={
        200: {
            "content": {
                BATCH: {"schema": {"type": "array", "items": {"type": "object"}}},
                LINES: {"schema": {"type": "string"}},
                LIVE: {"schema": {"type": "string"}},
            }
        }
    },
)
def many_events(
    request: Request,
    reader: Everybodys,
    desk: DeskHere,
    page: Pages,
    choosing: Annotated[Choosing, Depends()],
    after: Annotated[
        int | None,
        Query(ge=0, le=2**53, description="Live: begin after this position; default: the last."),
    ] = None,
    last_event_id: Annotated[
        str | None, Header(max_length=20, description="Live: what was received last.")
    ] = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """The events of everybody as CloudEvents 1.0, in the order recorded, open fields only.

    By `Accept`: a batch of at most `limit` events, its next page in the header `Link` (a page may
    hold fewer, even none, and still have a next one); JSON lines with all there are; or
    server-sent events, which go on with what is recorded from now on, `id` being the position.
    """
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    which, form = choosing.wanted(desk), chosen(request, (BATCH, LINES, LIVE))
    if form == LIVE:
        return _live(request, reader, why, which, _begun(desk, last_event_id, after))
    position = desk.head() if page.position is None else min(page.position, desk.head())
    begun = 0 if page.after is None else _number(page.after)
    guard.access_of(request).record(_look(reader, why, position))
    if form == LINES:
        every = events.every(desk, which, after=begun, upto=position)
        response: Response = lines(events.cloud_event(desk, one) for one in every)
    else:
        found = events.part(desk, which, after=begun, upto=position, limit=page.limit)
        shown = [events.cloud_event(desk, one) for one in found.events]
        headers = {"Cache-Control": PRIVATE}
        response = Response(orjson.dumps(shown), headers=headers, media_type=BATCH)
        more = found.seen < position
        link_next(request, response, written(position, str(found.seen)) if more else None)
    response.headers["Ledger-Position"] = str(position)
    response.headers["Vary"] = "Accept, Authorization, Cookie"
    return response


def _look(reader: Reader, why: ReadingPurpose, position: int) -> Look:
    return of_set(reader.account, why, None, {"events": True, "position": position})


def _number(text: str) -> int:
    """The position that a cursor or a listener names.

    Raises:
        Misuse: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise Misuse(
            "What was received last is no position.",
            next_step="Send the id of the last event received, or begin anew without it.",
        )
    return int(text)


def _begun(desk: Desk, last_event_id: str | None, after: int | None) -> int:
    """The position after which a listener begins.

    Raises:
        Misuse: it is none, or lies beyond the end of the log, as after a restore that lost events.
    """
    head = desk.head()
    begun = head if after is None else after
    if last_event_id:
        begun = _number(last_event_id)
    if begun > head:
        raise Misuse(
            f"Position {begun} lies beyond the last one, {head}.",
            next_step="Begin anew without it; if it was received from here, events were lost.",
        )
    return begun


def _live(
    request: Request, reader: Reader, why: ReadingPurpose, which: Wanted, begun: int
) -> Stream:
    feed: Feed = request.app.state.feed
    feed.check_room(reader.account)
    return Stream(feed, reader.account, _following(request, feed, why, which, begun))


async def _following(
    request: Request, feed: Feed, why: ReadingPurpose, which: Wanted, begun: int
) -> AsyncGenerator[bytes]:
    """What is recorded after a position, without gap or repeat, until the right to it is gone.

    Heartbeats carry the position up to which everything was sent, so that a listener who asked for
    rare events goes on from there and not from the last of them.
    """
    seen = begun
    yield format_sse_event(comment="the log", id=str(seen), retry=_RETRY_MILLISECONDS)
    try:
        while not feed.closed:
            grown = await feed.grown(seen)
            found = await feed.read(_looking(request, why, which, seen, feed.position))
            if found is None:
                return
            if grown and found.seen > seen:
                yield b"".join(_sent(guard.desk_of(request), found.events, found.seen))
                seen = found.seen
            elif not feed.closed:
                yield format_sse_event(comment="alive", id=str(seen))
    except LedgerError:
        return  # the listener comes back, and is told then what is wrong


def _looking(
    request: Request, why: ReadingPurpose, which: Wanted, seen: int, upto: int
) -> Callable[[], events.Part | None]:
    """A look at what is new; None once whoever listens is signed out or has no right any more.

    It is written down before it is shown; the access log keeps one entry a quarter of an hour.
    """

    def look() -> events.Part | None:
        reader = request.app.state.sign_in.reader(request)
        if reader is None or not may_at_all(reader, Action.READ_EVENTS):
            return None
        if upto <= seen:
            return events.Part([], seen)
        found = events.part(guard.desk_of(request), which, after=seen, upto=upto, limit=_AT_ONCE)
        if found.events:
            guard.access_of(request).record(
                of_set(reader.account, why, None, {"events": True, "live": True})
            )
        return found

    return look


def _sent(desk: Desk, found: list[Any], seen: int) -> list[bytes]:
    pieces = [
        format_sse_event(
            data_str=orjson.dumps(events.cloud_event(desk, one)).decode(),
            event=one.topic,
            id=str(one.position),
        )
        for one in found
    ]
    if not found or found[-1].position != seen:
        pieces.append(format_sse_event(comment="up to here", id=str(seen)))
    return pieces


@router.get("/events/{position}", response_model=OneEvent)
def one_event(
    request: Request,
    read: Annotated[EventRead, Depends(read_event)],
    desk: DeskHere,
) -> Response:
    """One event with both dates, its source and actor, and what replaced it; of a person's also the
    sealed fields that the reader may see. `proof` leads to the proof that it stands in the log.
    """
    recorded = read.recorded
    classes = classes_seen(request, read)
    basis = (recorded.position, desk.last_of(recorded.stream, desk.head()), desk.head())
    tag = validator(("event", *basis, *sorted(classes)))
    response = unchanged(request, tag)
    if response is None:
        shown = events.one(desk, recorded, classes=classes)
        proof = f"/api/v1/log/proof/inclusion?position={recorded.position}"
        response = answer({**shown, "proof": proof if shown["checkpoint"] else None}, tag=tag)
    return response
