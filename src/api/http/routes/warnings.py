"""Early warnings: what to look at, by which rule, and who has seen it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.http import commanding, coordinates, guard
from api.http.answers import answer
from api.http.commanding import Sending
from api.http.coordinates import Whens
from api.http.guard import DeskHere, PersonRead, UnitRead
from api.http.shapes import Recorded
from api.http.shapes_cases import Acknowledging, Warnings
from api.queries import warnings
from api.queries.sight import people_in, sight
from ledger.access.access_entry import of_list
from projections.watch.early_warnings import EarlyWarning
from projections.watch.watching import Watch

router = APIRouter(tags=["warnings"])
Rule = Annotated[str, Path(pattern="^[A-Z][A-Z0-9_]{0,63}$", description="As the list shows it.")]
Seen = Annotated[Acknowledging | None, Body()]


@router.get("/warnings", response_model=Warnings)
def warning_list(
    request: Request,
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_WARNINGS))],
    desk: DeskHere,
    when: Whens,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Warnings about everybody and every unit whom the reader may see, and for whoever sees the
    whole agency about the ledger itself. Beyond a thousand people, ask by unit.
    """
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    asked = warnings.watch(desk, when.as_of, when.known_at, when.position)
    seen = sight(desk, guard.standing_of(request), reader, Action.READ_WARNINGS)
    found = warnings.within(desk, asked, seen)
    return _told(request, reader, asked, found, why=why)


@router.get("/people/{pid}/warnings", response_model=Warnings)
def warnings_of_one(
    request: Request,
    person: Annotated[PersonRead, Depends(guard.read_person(Action.READ_WARNINGS))],
    desk: DeskHere,
    when: Whens,
) -> Response:
    """Warnings about one person."""
    asked = warnings.watch(desk, when.as_of, when.known_at, when.position)
    found = warnings.about(desk, asked, person.stream)
    return _told(request, person.reader, asked, found, why=None)


@router.get("/units/{code}/warnings", response_model=Warnings)
def warnings_of_unit(
    request: Request,
    unit: Annotated[UnitRead, Depends(guard.read_unit(Action.READ_WARNINGS))],
    desk: DeskHere,
    when: Whens,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Warnings about a unit, those below it, and their members."""
    why = guard.purpose_of(request, unit.reader, None, purpose or purpose_header)
    asked = warnings.watch(desk, when.as_of, when.known_at, when.position)
    found = warnings.of_unit(desk, asked, unit.stream)
    return _told(request, unit.reader, asked, found, why=why)


def _told(
    request: Request, reader: Reader, asked: Watch, found: Iterable[EarlyWarning], *, why: Any
) -> Response:
    """The list, with those whom it names written down; a person's read is written down already."""
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    rows = warnings.shown(
        desk,
        asked,
        found,
        sight=sight(desk, standing, reader, Action.READ_WARNINGS),
        named=sight(desk, standing, reader, Action.READ_IDENTITY),
    )
    if why is not None:
        people = people_in(desk, [one["subject"] for one in rows])
        looks = of_list(reader.account, why, people, {"what": "warnings"})
        guard.access_of(request).record(*looks)
    shown = {"as_of": asked.on.isoformat(), "position": asked.position, "warnings": rows}
    response = answer(shown)
    coordinates.say_when(response, asked.on, asked.position, asked.known_at)
    return response


@router.post(
    "/people/{pid}/warnings/{rule}/acknowledge",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def seen_of_person(
    request: Request,
    person: Annotated[PersonRead, Depends(guard.read_person(Action.ACKNOWLEDGE_WARNING))],
    rule: Rule,
    sent: Sending,
    given: Seen = None,
) -> Response:
    """Say that you have seen a warning about a person; it stays, with who saw it and when."""
    return _seen(request, person.reader, person.stream, rule, sent, given)


@router.post(
    "/units/{code}/warnings/{rule}/acknowledge",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def seen_of_unit(
    request: Request,
    unit: Annotated[UnitRead, Depends(guard.read_unit(Action.ACKNOWLEDGE_WARNING))],
    rule: Rule,
    sent: Sending,
    given: Seen = None,
) -> Response:
    """Say that you have seen a warning about a unit."""
    return _seen(request, unit.reader, unit.stream, rule, sent, given)


def _seen(
    request: Request,
    reader: Reader,
    stream: UUID,
    rule: str,
    sent: Sending,
    given: Acknowledging | None,
) -> Response:
    desk, said = guard.desk_of(request), given or Acknowledging(key=None, note=None)

    def do() -> object:
        asked = warnings.watch(desk)
        about = warnings.about(desk, asked, stream)
        return warnings.seen(desk, about, rule, actor=reader.account, note=said.note, key=said.key)

    told = {"do": "acknowledge", "about": stream.hex, "rule": rule, **said.model_dump()}
    done = commanding.run(desk, sent, do, actor=reader.account, said=told)
    return commanding.responded(desk, done)
