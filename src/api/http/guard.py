"""Who may ask: each route names the one right it needs, and a person's reader is written down.

Absent and forbidden answer alike (EXPERIENCE: nobody learns whether a person exists). The entry of
the access log is on disk before the answer leaves; without it there is no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import Depends, Header, Path, Query
from starlette.requests import Request

from api.access import policy
from api.access.policy import Action, Target
from api.access.readers import Reader
from api.desk import Desk
from api.http.problems import NoRight, NotThere, PurposeNeeded, SignInNeeded
from api.http.settings import Settings
from api.naming import unit_of
from ledger.errors import UnitUnknown

PERMISSION = "permission"  # the attribute by which a test finds what a route asks for


def desk_of(request: Request) -> Desk:
    """The desk of this process."""
    desk: Desk = request.app.state.desk
    return desk


def settings_of(request: Request) -> Settings:
    """The server's settings."""
    settings: Settings = request.app.state.settings
    return settings


def reader_of(request: Request) -> Reader:
    """Who asks.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    reader: Reader | None = request.app.state.sign_in.reader(request)
    if reader is None:
        raise SignInNeeded(
            "Nobody is signed in, or the session or token is over.",
            next_step="Sign in at /masuk, or send a bearer token.",
        )
    request.state.reader = reader
    return reader


DeskHere = Annotated[Desk, Depends(desk_of)]
SettingsHere = Annotated[Settings, Depends(settings_of)]


def allow(action: Action | None) -> Callable[..., Reader | None]:
    """A dependency: whoever has this right somewhere; None for what is open to everybody.

    What it is about, if about somebody, is checked by the dependencies below.
    """

    def allowed(request: Request) -> Reader | None:
        if action is None:
            return None
        reader = reader_of(request)
        if not policy.may_somewhere(reader, action):
            raise NoRight(
                "Your roles do not give this right.",
                next_step="Ask the administrator of the ledger for the role that has it.",
            )
        return reader

    setattr(allowed, PERMISSION, action)
    return allowed


Purpose = Annotated[
    str | None,
    Query(max_length=32, description="Why a person's record is read; needed but for one's own."),
]
ReadingPurpose = Annotated[
    str | None, Header(description="The same as `purpose`, where the address shall stay short.")
]


class PersonRead(NamedTuple):
    """A person whose record is being read: who, by whom, and what for."""

    stream: UUID
    reader: Reader
    purpose: str


def nobody_here() -> NotThere:
    """The one refusal for whoever is absent and whoever may not be seen."""
    return NotThere(
        "There is no such person, or none that you may see.",
        next_step="Check the address; if it is right, ask for the role that sees this person.",
    )


def read_person(action: Action) -> Callable[..., PersonRead]:
    """A dependency: the person of the path, for a reader who may do this with him.

    The read is logged, found or not, before the answer is worked out.
    """

    def person(
        request: Request,
        pid: Annotated[UUID, Path(description="The person's opaque id.")],
        purpose: Purpose = None,
        reading_purpose: ReadingPurpose = None,
    ) -> PersonRead:
        desk, reader = desk_of(request), reader_of(request)
        named = request.app.state.sign_in.purpose(request, purpose or reading_purpose)
        target = request.app.state.readers.target_of_person(pid)
        may = target is not None and policy.may(reader, action, target)
        if named is None and reader.person == pid:
            named = OWN_RECORD
        if named is None:
            raise PurposeNeeded(
                "A person's record is read for a purpose.",
                next_step="Add ?purpose=… with one of: " + ", ".join(policy.PURPOSES) + ".",
            )
        desk.log_access(reader.account, pid, named, found=may)
        if not may:
            raise nobody_here()
        return PersonRead(pid, reader, named)

    setattr(person, PERMISSION, action)
    return person


OWN_RECORD = "own_record"


class UnitRead(NamedTuple):
    """A unit that is being read about, and by whom."""

    stream: UUID
    reader: Reader


def read_unit(action: Action) -> Callable[..., UnitRead]:
    """A dependency: the unit of the path (code, or id), for a reader who may do this with it."""

    def unit(
        request: Request,
        code: Annotated[str, Path(max_length=200, description="The unit's code or id.")],
    ) -> UnitRead:
        desk, reader = desk_of(request), reader_of(request)
        try:
            stream = unit_of(desk.units(), code, desk.today())
        except UnitUnknown:
            raise no_unit_here() from None
        target = request.app.state.readers.target_of_unit(stream)
        if target is None or not policy.may(reader, action, target):
            raise no_unit_here()
        return UnitRead(stream, reader)

    setattr(unit, PERMISSION, action)
    return unit


def no_unit_here() -> NotThere:
    """The one refusal for a unit that is absent and one that may not be seen."""
    return NotThere(
        "There is no such unit, or none that you may see.", next_step="Check the unit's code."
    )


def target_everything() -> Target:
    """What concerns the whole agency."""
    return Target()


def permissions_of(route: Any) -> list[Action | None]:
    """The rights a route asks for, found in its dependencies; a test walks all routes."""
    found: list[Action | None] = []

    def walk(dependant: Any) -> None:
        for one in dependant.dependencies:
            if hasattr(one.call, PERMISSION):
                found.append(getattr(one.call, PERMISSION))
            walk(one)

    walk(route.dependant)
    return found
