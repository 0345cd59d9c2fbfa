"""The pages of the site over the application: what `serve` serves."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.http.problems import body_of
from api.http.serving import opened
from api.http.settings import read_settings
from api.web import assets
from api.web.pages import akses
from api.web.render import page
from ledger.errors import LedgerError

PAGES: Sequence[APIRouter] = (akses.router,)


def pages(app: FastAPI) -> None:
    """Give an application its pages: they come after every route of the API."""
    app.include_router(assets.router)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.state.problem_page = problem_page


def problem_page(request: Request, fault: LedgerError, status: int) -> Response:
    """A refusal for somebody who looks at it in a browser; the same words as the problem's."""
    body = body_of(status, fault.code, fault.message, next_step=fault.next_step)
    return page(request, "problem.html", {"problem": orjson.loads(body)}, status=status)


def application() -> FastAPI:
    """The application of one worker, from the settings of the environment.

    Raises:
        Misuse: the settings cannot be read; what opening the ledger raises.
    """
    return opened(read_settings(), pages)
