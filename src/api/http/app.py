"""The application: one desk, its routes, and the layers every request passes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from threading import BoundedSemaphore

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import Lifespan

from api.access.standing import Standing
from api.desk import Desk
from api.http import problems
from api.http.description import described
from api.http.feed import Feed
from api.http.guard import Nobody, SignIn, only_ours
from api.http.headers import SecureHeaders
from api.http.heads import HeadAsGet
from api.http.hosts import KnownHosts
from api.http.limits import Bucket, Limits
from api.http.logs import Logged
from api.http.metrics import Metrics
from api.http.routes import access as looks
from api.http.routes import (
    accounts,
    audit,
    cases,
    commands,
    decisions,
    differences,
    disputes,
    events,
    health,
    imports,
    log,
    memento,
    people,
    proposals,
    roles,
    rules,
    scores,
    signing_in,
    talent,
    units,
    warnings,
)
from api.http.routes import problems as problem_pages
from api.http.settings import Settings
from api.http.shapes import documented
from ledger.access.access_log import AccessLog

VERSION = "1"
PREFIX = "/api/v1"
NOUNS: Sequence[APIRouter] = (
    accounts.router,
    audit.router,
    cases.router,
    commands.router,
    decisions.router,
    differences.router,
    disputes.router,
    events.router,
    imports.router,
    log.router,
    looks.router,
    memento.router,
    people.router,
    problem_pages.router,
    proposals.router,
    roles.router,
    rules.router,
    scores.router,
    signing_in.router,
    talent.router,
    units.router,
    warnings.router,
)
Site = Callable[[FastAPI], None]


def no_pages(_: FastAPI) -> None:
    """An application that answers machines only."""


def create_app(
    desk: Desk,
    settings: Settings,
    access: AccessLog,
    sign_in: SignIn | None = None,
    site: Site = no_pages,
) -> FastAPI:
    """The whole application over an opened ledger; it closes what it was given when it ends.
    `site` adds the pages, which lie above all that is here.
    """

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        yield
        for close in app.state.closing:
            close()

    app = routed(living)
    app.state.feed = Feed(desk.head, desk.ledger.store.watch)
    app.state.checks = BoundedSemaphore()  # files being checked at once
    app.state.closing = [app.state.feed.close, access.close, desk.close]
    app.state.desk = desk
    app.state.settings = settings
    app.state.sign_in = sign_in or Nobody()
    app.state.access = access
    app.state.standing = Standing(desk.ledger, desk.units)
    app.state.metrics = Metrics()
    app.state.searches = Bucket(settings.number_searches_per_minute, time.monotonic)
    site(app)
    _layers(app, settings)
    return app


def routed(living: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The application with its routes and refusals, over no ledger yet: enough to describe it."""
    app = FastAPI(
        title="ASN performance ledger",
        version=VERSION,
        summary="Scores of civil servants for any legal day, as known at any moment, with proofs.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        lifespan=living,
        dependencies=[Depends(only_ours)],
        separate_input_output_schemas=False,
    )
    problems.install(app)
    for router in NOUNS:
        app.include_router(router, prefix=PREFIX, responses=documented())
    app.include_router(health.router)
    app.include_router(signing_in.browser)
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    return app


def _layers(app: FastAPI, settings: Settings) -> None:
    """From the innermost to the outermost: HEAD, limits, known hosts, headers, log."""
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        Limits,
        seconds=settings.answer_seconds,
        body_bytes=settings.body_bytes,
        bucket=Bucket(settings.requests_per_minute, time.monotonic),
        strangers=Bucket(settings.refusals_per_minute, time.monotonic),
    )
    app.add_middleware(KnownHosts, names=settings.host_names)
    app.add_middleware(SecureHeaders, secure=settings.secure)
    app.add_middleware(Logged, metrics=app.state.metrics, seconds=time.monotonic)
