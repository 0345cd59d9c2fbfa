"""Peringatan dini about one person: by which rule, who must act, and who has seen it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.access.policy import Action
from api.http import guard
from api.http.answers import answer
from api.http.coordinates import Whens
from api.http.guard import DeskHere, PersonRead
from api.queries import warnings
from api.queries.sight import EVERYTHING, Sight
from api.web.render import page, shell_of

router = APIRouter()
SEE_OTHER = 303
Reads = Annotated[PersonRead, Depends(guard.read_person(Action.READ_WARNINGS))]
Acknowledges = Annotated[PersonRead, Depends(guard.read_person(Action.ACKNOWLEDGE_WARNING))]
Rule = Annotated[str, Path(pattern="^[A-Z][A-Z0-9_]{0,63}$")]
Key = Annotated[str, Form(max_length=200)]


@router.get("/asn/{pid}/peringatan")
@router.get("/asn/{pid}/peringatan.json")
def of_person(request: Request, person: Reads, desk: DeskHere, when: Whens) -> Response:
    """What stands about somebody on a day, with the rule and who has seen it."""
    asked = warnings.watch(desk, when.as_of, when.known_at, when.position)
    named = guard.may_see(person, Action.READ_IDENTITY)
    rows = warnings.shown(
        desk,
        asked,
        warnings.about(desk, asked, person.stream),
        named=EVERYTHING if named else Sight(people=frozenset()),
    )
    shown = {"as_of": asked.on.isoformat(), "position": asked.position, "warnings": rows}
    if request.url.path.endswith(".json"):
        return answer(shown)
    now = asked.on == desk.today() and asked.position == desk.head()
    data = {
        **shown,
        "subject": person.stream.hex,
        "name": desk.ledger.person(person.stream)["name"] if named else None,
        "may": now and guard.may_see(person, Action.ACKNOWLEDGE_WARNING),
        "now": now,
        "account": person.reader.account,
    }
    return page(request, "peringatan.html", data)


@router.post("/asn/{pid}/peringatan/{rule}")
def seen(
    request: Request,
    person: Acknowledges,
    desk: DeskHere,
    rule: Rule,
    kunci: Key,
) -> Response:
    """Say that one has seen it: it stays, with who saw it and when; twice is once."""
    asked = warnings.watch(desk)
    about = warnings.about(desk, asked, person.stream)
    warnings.seen(desk, about, rule, actor=person.reader.account, key=kunci)
    there = shell_of(request).url(f"/asn/{person.stream.hex}/peringatan")
    return RedirectResponse(there, SEE_OTHER)
