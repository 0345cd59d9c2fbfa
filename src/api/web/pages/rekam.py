"""Rekam jejak: one person's page, and its twins."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.access.policy import Action
from api.http import coordinates, guard
from api.http.caching import PRIVATE, unchanged, validator
from api.http.guard import DeskHere, PersonRead
from api.queries import access, records, scores
from api.web import formats, record_plane, record_view
from api.web.charts.chart import Pen
from api.web.moments import PageAsks
from api.web.render import page, shell_of
from api.web.timebar import time_bar
from api.web.twins import Document, suffix_of, twin
from ledger.access.access_store import Wanted
from ledger.fields import IDENTITY, RESTRICTED
from projections.asking.inquiry import Asked

router = APIRouter()
LOOKED_BACK = timedelta(days=30)
LOOKS_SHOWN = 20
ReadRecord = Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))]


@router.get("/asn/{pid}")
@router.get("/asn/{pid}.{suffix}")
def record(request: Request, person: ReadRecord, desk: DeskHere, asking: PageAsks) -> Response:
    """Who somebody is, his score with its trace, how it went, and everything on record."""
    suffix = suffix_of(request)
    asked = desk.resolve(asking.ask())
    tag = _tag(request, desk, asked, person, suffix)
    found = unchanged(request, tag)
    if found is None:
        shown = _shown(request, desk, asked, person)
        if suffix is None:
            warned = guard.may_see(person, Action.READ_WARNINGS)
            found = _page(request, desk, asked, shown | {"warned": warned})
        else:
            document = {**shown["score"], "events": shown["events"]}
            found = twin(
                request,
                suffix,
                shown,
                Document("petikan", document),
                position=asked.question.position,
                ask=permanent(asked),
            )
        found.headers["ETag"] = tag
        found.headers["Cache-Control"] = PRIVATE
    coordinates.say_rules(found, asked)
    return found


def permanent(asked: Asked) -> dict[str, object]:
    """The coordinates under which the same is shown for ever."""
    question = asked.question
    return {
        "instrument": asked.plan.instrument,
        "as_of": question.as_of.isoformat(),
        "position": question.position,
        "rules": question.rules,
    }


def classes_of(person: PersonRead) -> frozenset[str]:
    """The key classes whose fields of a person his reader may see."""
    pairs = ((IDENTITY, Action.READ_IDENTITY), (RESTRICTED, Action.READ_RESTRICTED))
    return frozenset(one for one, action in pairs if guard.may_see(person, action))


def _tag(
    request: Request, desk: DeskHere, asked: Asked, person: PersonRead, suffix: str | None
) -> str:
    """What the page rests on: the answer, who reads, in which language, and who looked."""
    shell = shell_of(request)
    looked = guard.access_of(request).head().number if _may_see_looks(person) else 0
    basis = scores.basis(desk, asked, person.stream, *sorted(classes_of(person)))
    manners = (shell.lang, shell.query, shell.account, shell.roles, shell.nav)
    return validator((basis, suffix, desk.today(), desk.head(), looked, *manners))


def _may_see_looks(person: PersonRead) -> bool:
    return guard.may_see(person, Action.READ_ACCESS)


def _shown(request: Request, desk: DeskHere, asked: Asked, person: PersonRead) -> dict[str, Any]:
    question = asked.question
    now = question.as_of == desk.today() and question.position == desk.head()
    classes = classes_of(person)
    shown = records.of_person(
        desk, asked, person.stream, named=IDENTITY in classes, classes=classes, advised=now
    )
    shown["looked"] = None
    if now and _may_see_looks(person):
        wanted = Wanted(since=desk.now() - LOOKED_BACK)
        log = guard.access_of(request)
        looks = access.who_looked(desk.ledger, log, person.stream, wanted)
        shown["looked"] = list(reversed(deque(looks, LOOKS_SHOWN)))
    return shown


def _page(request: Request, desk: DeskHere, asked: Asked, shown: dict[str, Any]) -> Response:
    shell, question = shell_of(request), asked.question
    pen = Pen(shell.lang, shell.site.zone)
    rows, total = record_view.waterfall(pen, shown["score"])
    planes = record_plane.planes(shown)
    plane = shell.value("bidang") if shell.value("bidang") in planes else planes[0]
    zone_day = partial(formats.instant_day, zone=shell.site.zone)
    bar = time_bar(
        shown["score"],
        today=desk.today().isoformat(),
        head=desk.head(),
        days=[*record_view.days(shown), desk.today().isoformat()],
        rules=[
            (name, pen.code(name, "instrument"))
            for name, _ in records.instruments_of_people(desk, question.position, question.as_of)
        ],
    )
    data = {
        **shown,
        "time": bar,
        "title": _title(shown),
        "waterfall": rows,
        "total": total,
        "bullets": record_view.bullets(pen, shown["score"]),
        "blocks": record_view.blocks(pen, shown),
        "who_uses": [
            record_view.use_row(pen, use, _event(shown, use["position"]))
            for use in shown["score"]["facts"]
        ],
        "steps": record_view.steps(pen, shown, shell.url),
        "changes": record_view.changes(pen, shown),
        "years": record_view.years(pen, shown, zone_day),
        "plane": plane,
        "planes": [(shell.url(bidang=one) + "#bidang", one, one == plane) for one in planes],
        "boxes": record_plane.boxes(shown, plane),
        "proposals": record_view.proposals(pen, shown),
    }
    return page(request, "rekam-jejak.html", data)


def _event(shown: dict[str, Any], position: int) -> dict[str, Any] | None:
    return next((one for one in shown["events"] if one["position"] == position), None)


def _title(shown: dict[str, Any]) -> str | None:
    """The title of the post in which he is measured; None where it is sealed or unknown."""
    used = {one["position"] for one in shown["score"]["facts"] if one["used"]}
    for one in reversed(shown["events"]):
        if one["fact"] == "position" and one["position"] in used and one["sealed"]:
            title = one["sealed"].get("title")
            return None if title is None else str(title)
    return None
