"""Meja audit: how the log stands, samples, comparisons, files to check, replays to watch."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access.policy import Action, may
from api.access.readers import Reader
from api.http import guard, watching
from api.http.answers import answer
from api.http.feed import Feed, Stream
from api.http.guard import DeskHere
from api.http.watching import Step
from api.queries import audit
from api.web.formats import Lang
from api.web.render import environment, html, page, shell_of
from api.web.words import code_said, codes
from ledger.access.access_entry import of_list

router = APIRouter()
SHOWN = 10
SAMPLE = 20
_MARK = "<!-- steps -->"
_HOUR = 60 * 60
_JSON = ".json"

Whoever = Annotated[Reader, Depends(guard.allow(Action.READ_LOG))]
Auditor = Annotated[Reader, Depends(guard.allow(Action.READ_AUDIT))]


@router.get("/audit")
@router.get("/audit.json")
def start(
    request: Request,
    reader: Whoever,
    desk: DeskHere,
    below: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """How the log stands, and what one can do about it; for everybody the checkpoints and the check
    of a file, the rest for auditors.
    """
    shown = audit.desk(desk, auditor=may(reader, Action.READ_AUDIT), below=below, limit=SHOWN)
    if request.url.path.endswith(_JSON):
        return answer(shown)
    lang = shell_of(request).lang
    rules = [(name, code_said(lang, name, "instrument")) for name in shown["instruments"]]
    return page(request, "audit.html", {**shown, "age": _age(shown["state"]), "rules": rules})


def _age(state: Mapping[str, Any] | None) -> dict[str, int] | None:
    """How old the last checkpoint is, in whole days and hours; None where there is none."""
    seconds = None if state is None else state["checkpoint_age_seconds"]
    if seconds is None:
        return None
    days, rest = divmod(max(0, seconds), 24 * _HOUR)
    return {"days": days, "hours": rest // _HOUR}


@router.get("/audit/periksa", dependencies=[Depends(guard.allow(Action.READ_LOG))])
def check_again() -> Response:
    """Where a check that was read again leads to: its file is not kept."""
    return RedirectResponse("/audit#periksa", HTTPStatus.SEE_OTHER)


@router.post("/audit/periksa")
def check(
    request: Request,
    reader: Whoever,  # noqa: ARG001 - the right to it
    desk: DeskHere,
    file: Annotated[UploadFile, File()],
) -> Response:
    """What an uploaded file is, and whether it holds."""
    shown = watching.checked(request, desk, file.file.read())
    return page(request, "audit-periksa.html", {"checked": shown})


@router.get("/audit/sampel")
@router.get("/audit/sampel.json")
def sample(
    request: Request,
    reader: Auditor,
    desk: DeskHere,
    seed: Annotated[str, Query(min_length=1, max_length=audit.SEED_MAX)],
    count: Annotated[int, Query(ge=1, le=audit.SAMPLE_MAX)] = SAMPLE,
    size: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    purpose: guard.Purpose = None,
) -> Response:
    """A random sample of events with their proofs."""
    why = guard.purpose_of(request, reader, None, purpose)
    shown = audit.sample(desk, seed=seed, count=count, size=size)
    told = {"events": True, "sample": True, "position": shown["size"]}
    guard.access_of(request).record(*of_list(reader.account, why, audit.people_of(shown), told))
    if request.url.path.endswith(_JSON):
        return answer(shown)
    return page(request, "audit-sampel.html", {**shown, "count": count})


@router.get("/audit/banding")
@router.get("/audit/banding.json")
def compare(
    request: Request,
    reader: Auditor,  # noqa: ARG001 - the right to it
    desk: DeskHere,
    old: Annotated[int, Query(alias="from", ge=1, le=2**53)],
    new: Annotated[int | None, Query(alias="to", ge=1, le=2**53)] = None,
) -> Response:
    """Two checkpoints, and what was recorded between them."""
    shown = audit.compared(desk, old, new)
    if request.url.path.endswith(_JSON):
        return answer(shown)
    lang = shell_of(request).lang
    rows = [{"said": _kind(lang, topic), "count": n} for topic, n in shown["kinds"].items()]
    return page(request, "audit-banding.html", {**shown, "rows": rows})


def _kind(lang: Lang, topic: str) -> str:
    """A kind of event in words; what has none is named as it is stored."""
    name = topic.partition(".")[2].partition("/")[0]
    return code_said(lang, name, "fact") if ("fact", name) in codes() else topic


@router.get("/audit/putar-ulang")
def replay(
    request: Request,
    reader: Auditor,
    desk: DeskHere,
    instrument: Annotated[str, Query(pattern="^[a-z0-9][a-z0-9-]{0,63}$")] = "ip-asn",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """A replay to watch: the page grows as the work goes on."""
    task = watching.replay_task(request, instrument, first, last)
    said = {"what": "replay", "instrument": instrument, "begun": _instant(desk.now())}
    return _watched(request, reader, task, {**said, **task})


@router.get("/audit/verifikasi")
def verification(request: Request, reader: Auditor, desk: DeskHere) -> Response:
    """The whole log verified, to watch."""
    task = watching.verify_task(request)
    said = {"what": "verify", "instrument": None, "begun": _instant(desk.now())}
    return _watched(request, reader, task, {**said, "first": None, "last": None})


def _instant(at: datetime) -> str:
    return at.isoformat()


def _watched(
    request: Request, reader: Reader, task: Mapping[str, Any], data: Mapping[str, Any]
) -> Response:
    """A page whose middle is sent as the work goes on: it is watched without a script."""
    feed: Feed = watching.room(request, reader)
    shell = shell_of(request)
    before, _, after = html("audit-putar-ulang.html", data, shell).partition(_MARK)
    line = environment(shell.lang, shell.site.zone).get_template("audit-langkah.html")

    async def pieces() -> AsyncGenerator[bytes]:
        yield before.encode()
        async with aclosing(watching.steps(request, reader, task)) as steps:
            async for step in steps:
                yield line.render(_said(step, str(task["do"]))).encode()
        yield after.encode()

    return Stream(feed, reader.account, pieces(), media_type="text/html; charset=utf-8")


def _said(step: Step, what: str) -> dict[str, Any]:
    return {"kind": step.kind, "one": step.shown, "what": what}
