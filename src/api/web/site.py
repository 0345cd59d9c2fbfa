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
from api.web.pages import (
    akses,
    aturan,
    audit,
    beranda,
    catat,
    catatan,
    cerita,
    impor,
    kasus,
    keputusan,
    masuk,
    opd,
    perbandingan,
    perbandingan_unit,
    peringatan,
    rekam,
    sengketa,
    talenta,
    tertunda,
)
from api.web.render import page, shell_of
from api.web.words import code_said
from ledger.errors import LedgerError
from ledger.vocabulary_agency import ReadingPurpose

PAGES: Sequence[APIRouter] = (
    aturan.router,
    akses.router,
    beranda.router,
    catat.router,
    catatan.router,
    impor.router,
    cerita.router,
    opd.router,
    masuk.router,
    sengketa.router,  # before kasus: one of its addresses is that of a case
    kasus.router,
    keputusan.router,
    peringatan.router,  # before rekam, as perbandingan: their addresses are longer
    perbandingan_unit.router,
    perbandingan.router,
    rekam.router,
    audit.router,
    tertunda.router,
    talenta.router,
)


def pages(app: FastAPI) -> None:
    """Give an application its pages: they come after every route of the API."""
    app.include_router(assets.router)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.state.problem_page = problem_page
    app.state.served = frozenset(
        str(getattr(one, "path", "")) for router in PAGES for one in router.routes
    )


def problem_page(request: Request, fault: LedgerError, status: int) -> Response:
    """A refusal for somebody who looks at it in a browser; the same words as the problem's. Where
    a sign-in or a purpose would help, he is led to it.
    """
    found = masuk.refused(request, fault, status)
    if found is not None:
        return found
    body = body_of(status, fault.code, fault.message, next_step=fault.next_step)
    shown = {"problem": orjson.loads(body), "purposes": _purposes(request)}
    return page(request, "problem.html", shown, status=status)


def _purposes(request: Request) -> list[tuple[str, str]]:
    """What a record is read for, in words; reading one's own asks for none."""
    lang = shell_of(request).lang
    asked = [one.value for one in ReadingPurpose if one is not ReadingPurpose.OWN_RECORD]
    return [(one, code_said(lang, one, "purpose")) for one in asked]


def application() -> FastAPI:
    """The application of one worker, from the settings of the environment.

    Raises:
        Misuse: the settings cannot be read; what opening the ledger raises.
    """
    return opened(read_settings(), pages)
