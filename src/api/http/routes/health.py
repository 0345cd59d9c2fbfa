"""Whether the server lives, whether it can answer, and its numbers."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, Response

from api.http.guard import DeskHere, SettingsHere, allow
from api.http.problems import NotReady, NotThere
from ledger.errors import LedgerError

router = APIRouter(tags=["operation"], dependencies=[Depends(allow(None))])
_HERE = frozenset({"127.0.0.1", "::1", "testclient"})


@router.get("/health/live", response_class=PlainTextResponse)
def live() -> PlainTextResponse:
    """The process runs."""
    return PlainTextResponse("live\n")


@router.get("/health/ready", response_class=PlainTextResponse)
def ready(desk: DeskHere) -> PlainTextResponse:
    """The ledger can be read."""
    try:
        desk.head()
    except LedgerError as fault:
        raise NotReady(
            "The ledger cannot be read at present.", next_step="Look at the server's log."
        ) from fault
    return PlainTextResponse("ready\n")


@router.get("/metrics", response_class=PlainTextResponse, include_in_schema=False)
def metrics(request: Request, desk: DeskHere, settings: SettingsHere) -> Response:
    """The numbers, for this machine or for who shows the token of the settings."""
    if not _from_here(request) and not _shown(request, settings.metrics_token):
        raise NotThere("There is nothing at this address.")
    text: bytes = request.app.state.metrics.text(desk)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _from_here(request: Request) -> bool:
    """Asked on this machine itself and not through a proxy on it."""
    client = request.client
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via"))
    return client is not None and client.host in _HERE and not passed_on


def _shown(request: Request, token: object) -> bool:
    secret = getattr(token, "get_secret_value", lambda: "")()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
