"""The timemap of a person: at which moments what is known of him changed (RFC 7089)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access.policy import Action
from api.http import guard, memento
from api.http.caching import PRIVATE, unchanged, validator
from api.http.guard import DeskHere, PersonRead
from api.queries.memento import change_points
from projections.question import check_day

router = APIRouter(tags=["memento"])


@router.get(
    "/people/{pid}/timemap",
    response_class=Response,
    responses={200: {"content": {memento.LINK_FORMAT: {"schema": {"type": "string"}}}}},
)
def timemap(
    request: Request,
    person: Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))],
    desk: DeskHere,
    instrument: Annotated[
        str | None,
        Query(pattern="^[a-z0-9][a-z0-9-]{0,63}$", description="Of a score; else the history's."),
    ] = None,
    as_of: Annotated[date | None, Query(description="Legal day of the score.")] = None,
) -> Response:
    """The moments at which more, or something else, became known of a person, each with the address
    of the answer as of then. Rules and units may change answers in between.
    """
    points = change_points(desk, person.stream)
    query = [("as_of", check_day(as_of).isoformat())] if as_of else []
    query = [("instrument", instrument), *query] if instrument else []
    base = f"/api/v1/people/{person.stream}"
    original = f"{base}/score" if instrument else f"{base}/history"
    text = memento.timemap(original, memento.address(f"{base}/timemap", query), points, query)
    tag = validator(("timemap", text))
    response = unchanged(request, tag)
    if response is None:
        headers = {"ETag": tag, "Cache-Control": PRIVATE}
        response = Response(text, headers=headers, media_type=memento.LINK_FORMAT)
    return response
