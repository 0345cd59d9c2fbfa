"""Commands that state one fact: an address for each kind, about a person, a unit, or the book of
references.

The body holds the fact's own fields as a facts file has them. What needs a second person is not
recorded but proposed: 202, with the proposal.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from api.access import policy
from api.access.policy import NOTHING, Target
from api.access.readers import Reader
from api.desk import Desk
from api.http import commanding, guard
from api.http.commanding import After, Sending, Sent
from api.http.fact_shapes import body_schema
from api.http.guard import PersonRead, UnitRead
from api.http.shapes import Recorded
from api.intake import single
from api.naming import unit_of
from api.queries import stating
from api.queries.kinds import Kind, kinds
from api.queries.stating import About, Author, NoNumber, Told
from ledger.errors import Misuse, UnitUnknown
from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT

router = APIRouter(tags=["commands"])
_JSON = "application/json"


async def sent_body(
    request: Request,
    content_type: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> bytes:
    """The body as it came: it is read strictly, so that no number is rounded and no key dropped.

    Raises:
        Misuse: it is not JSON by its own word.
    """
    if content_type is not None and content_type.partition(";")[0].strip().lower() != _JSON:
        raise Misuse("The body is not JSON.", next_step=f"Send it as {_JSON}.")
    return await request.body()


Body = Annotated[bytes, Depends(sent_body)]


def about_person(desk: Desk, request: Request, person: PersonRead) -> About:
    """A person as the subject of a command.

    Raises:
        NoNumber: what is known of him was erased, or he was merged into another.
    """
    named = desk.ledger.person(person.stream)["nip"]
    if named is None:
        raise NoNumber(
            "Nothing more is stated about this person: the record is closed.",
            next_step="Look at its history, which says why.",
        )
    target = guard.standing_of(request).of_person(person.stream, desk.today())
    return About(person.stream, named, target or NOTHING)


def about_unit(desk: Desk, request: Request, unit: UnitRead) -> About:
    """A unit as the subject of a command."""
    today = desk.today()
    described = desk.units().described(unit.stream, today)
    if described is None:
        raise guard.no_unit_here()
    target = guard.standing_of(request).of_unit(unit.stream, today)
    return About(unit.stream, str(described["code"]), target)


def carried_out(
    request: Request,
    sent: Sent,
    reader: Reader,
    kind: Kind,
    about: About,
    body: bytes,
) -> Response:
    """Run one command and answer it."""
    desk = guard.desk_of(request)
    row = stating.row_of(kind, about, single.read_object(body))
    if any(part.type.reference == "person" and row.get(part.name) for part in kind.spec.fields):
        request.app.state.searches.check(reader.account, "facts that name others by number")

    def do() -> Told:
        author = Author(desk, guard.standing_of(request), reader)
        return stating.state(author, kind, about, row, dry=sent.dry)

    said = {"do": "state", "about": about.stream, "kind": kind.name, "row": row}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=about.stream)
    if done.result is None or not sent.dry:
        return commanding.responded(desk, done)
    found = done.result.recorded
    would = [event for one in found.stated.decided for event in one.rows]
    more = stating.after_it(found)
    more["needs_second_person"] = stating.needs_second(reader, kind, about, found)
    return commanding.responded(desk, commanding.would(done, would), **more)


# ------------------------------------------------------------------------------- one route a kind


def _person_command(kind: Kind) -> Callable[..., Response]:
    reading: Any = Depends(guard.read_person(kind.right))

    def command(
        request: Request,
        sent: After,
        body: Body,
        person: PersonRead = reading,  # of this function: no annotation can name it
    ) -> Response:
        about = about_person(guard.desk_of(request), request, person)
        return carried_out(request, sent, person.reader, kind, about, body)

    return command


def _unit_command(kind: Kind) -> Callable[..., Response]:
    reading: Any = Depends(guard.read_unit(kind.right))

    def command(request: Request, sent: After, body: Body, unit: UnitRead = reading) -> Response:
        about = about_unit(guard.desk_of(request), request, unit)
        return carried_out(request, sent, unit.reader, kind, about, body)

    return command


def _founding_command(kind: Kind) -> Callable[..., Response]:
    allowed: Any = Depends(guard.allow(kind.right))

    def command(request: Request, sent: Sending, body: Body, reader: Reader = allowed) -> Response:
        about = About(None, None, _founded_in(request, kind, body))
        if not any(policy.may(reader, one, about.target) for one in kind.alone):
            raise guard.no_unit_here() if kind.spec.owner == ORG_UNIT else guard.nobody_here()
        return carried_out(request, sent, reader, kind, about, body)

    return command


def _founded_in(request: Request, kind: Kind, body: bytes) -> Target:
    """A new unit is within the reach of whoever has the one above; a new person, of the agency."""
    above = single.read_object(body).get("parent") if kind.spec.owner == ORG_UNIT else None
    if not isinstance(above, str):
        return NOTHING
    desk = guard.desk_of(request)
    try:
        stream: UUID = unit_of(desk.units(), above, desk.today())
    except UnitUnknown:
        return NOTHING
    return guard.standing_of(request).of_unit(stream, desk.today())


def _add(path: str, kind: Kind, command: Callable[..., Response], *, founds: bool = False) -> None:
    """Register the route of a kind, described from the kind's own fields."""
    whose = {EMPLOYEE: "a person", ORG_UNIT: "a unit", LEDGER: "the book of references"}
    verb = "Begin" if founds else "State"
    command.__doc__ = inspect.cleandoc(
        f"""{verb} `{kind.fact}` of {whose[kind.spec.owner]} ({kind.says}). Recorded at once where
        the sender may do so alone, else proposed. `docs/facts.md` says what each field means."""
    )
    content = {_JSON: {"schema": body_schema(kind, founds=founds)}}
    router.add_api_route(
        path,
        command,
        methods=["POST"],
        name=f"state_{kind.spec.owner}_{kind.name}" + ("_new" if founds else ""),
        response_model=Recorded,
        responses=commanding.statuses(Recorded),
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )


for _kind in kinds(EMPLOYEE).values():
    if _kind.founds:
        _add(f"/people/commands/{_kind.name}", _kind, _founding_command(_kind), founds=True)
    else:
        _add(f"/people/{{pid}}/commands/{_kind.name}", _kind, _person_command(_kind))
for _kind in kinds(ORG_UNIT).values():
    _add(f"/units/{{code}}/commands/{_kind.name}", _kind, _unit_command(_kind))
_UNIT = kinds(ORG_UNIT)["unit"]
_add("/units/commands/unit", _UNIT, _founding_command(_UNIT), founds=True)
for _kind in kinds(LEDGER).values():
    _add(f"/references/commands/{_kind.name}", _kind, _founding_command(_kind))
