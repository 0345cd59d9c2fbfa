"""Who may ask: each route names the one right it needs, and a person's reader is written down.

Absent and forbidden answer alike (EXPERIENCE: nobody learns whether a person exists). The entry of
the access log is on disk before the answer leaves; without it there is no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, Protocol
from uuid import UUID

from fastapi import Depends, Header, Path, Query
from starlette.requests import Request

from api.access import policy
from api.access.policy import Action, Target
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.http.problems import NoRight, NotThere, PurposeNeeded, SignInNeeded
from api.http.settings import Settings
from api.naming import unit_of
from ledger.access.access_entry import of_person, of_refused
from ledger.access.access_log import AccessLog
from ledger.errors import UnitUnknown
from ledger.vocabulary_agency import ReadingPurpose

PERMISSION = "permission"  # the attribute by which a test finds what a route asks for


class SignIn(Protocol):
    """Who a request is from."""

    def reader(self, request: Request) -> Reader | None:
        """Who is signed in by a session or a token; None for nobody."""

    def purpose(self, request: Request) -> str | None:
        """What a person said at sign-in that he reads records for; None for machines."""


class Nobody:
    """No way to sign in: what is open to everybody is all there is."""

    def reader(self, request: Request) -> Reader | None:  # noqa: ARG002 - of the protocol
        """Nobody."""
        return None

    def purpose(self, request: Request) -> str | None:  # noqa: ARG002 - of the protocol
        """None."""
        return None


def only_ours(request: Request) -> None:
    """A dependency of the whole application, before every other: what carries a session and would
    change something comes from our own pages.

    Raises:
        ForeignOrigin.
    """
    check = getattr(request.app.state.sign_in, "only_ours", None)
    if check is not None:
        check(request)


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
    sign_in: SignIn = request.app.state.sign_in
    reader = sign_in.reader(request)
    if reader is None:
        raise SignInNeeded(
            "Nobody is signed in, or the session or token is over.",
            next_step="Sign in at /masuk, or send a bearer token.",
        )
    request.state.reader = reader
    return reader


def standing_of(request: Request) -> Standing:
    """Where people and units stand today."""
    standing: Standing = request.app.state.standing
    return standing


def access_of(request: Request) -> AccessLog:
    """The access log."""
    access: AccessLog = request.app.state.access
    return access


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
        if not may_at_all(reader, action):
            raise NoRight(
                "Your roles do not give this right.",
                next_step="Ask the administrator of the ledger for the role that has it.",
            )
        return reader

    setattr(allowed, PERMISSION, action)
    return allowed


Purpose = Annotated[
    ReadingPurpose | None,
    Query(description="Why a person's record is read; needed but for one's own."),
]
PurposeHeader = Annotated[
    ReadingPurpose | None,
    Header(
        alias="Reading-Purpose",
        description="The same as `purpose`, where the address shall stay short.",
    ),
]


class PersonRead(NamedTuple):
    """A person whose record is being read: who, by whom, and what for."""

    stream: UUID
    reader: Reader
    purpose: ReadingPurpose
    target: Target


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
        purpose_header: PurposeHeader = None,
    ) -> PersonRead:
        return reading(request, pid, purpose or purpose_header, action)

    setattr(person, PERMISSION, action)
    return person


def reading(
    request: Request,
    pid: UUID,
    given: ReadingPurpose | None,
    action: Action,
    begun: float | None = None,
) -> PersonRead:
    """A person whose record is read, for a reader who may do this with him; the read is logged,
    found or not.

    Args:
        begun: since when a refusal takes its time, `time.monotonic()`; default now.

    Raises:
        SignInNeeded, PurposeNeeded, NotThere; StoreError: the look cannot be kept.
    """
    begun = time.monotonic() if begun is None else begun
    reader = reader_of(request)
    why = purpose_of(request, reader, pid, given)
    target = standing_of(request).of_person(pid, desk_of(request).today())
    found = target is not None and policy.may(reader, action, target)
    look = of_person if found else of_refused
    access_of(request).record(look(reader.account, why, pid, {"what": route_of(request)}))
    if target is None or not found:
        wait_evenly(request, begun)
        raise nobody_here()
    return PersonRead(pid, reader, why, target)


def wait_evenly(request: Request, begun: float) -> None:
    """Let a refusal about a person take as long whether he exists or not: to find out that he may
    not be seen, his record was read; to find out that he does not exist, it was not.
    """
    patience = settings_of(request).refusal_milliseconds / 1_000
    time.sleep(max(0.0, begun + patience - time.monotonic()))


def purpose_of(
    request: Request, reader: Reader, pid: UUID | None, given: ReadingPurpose | None
) -> ReadingPurpose:
    """What a record is read for: as given, as said at sign-in, or because it is one's own.

    Raises:
        PurposeNeeded.
    """
    if given is not None:
        return given
    if pid is not None and pid == reader.person:
        return ReadingPurpose.OWN_RECORD
    sign_in: SignIn = request.app.state.sign_in
    said = sign_in.purpose(request)
    if said is None:
        raise PurposeNeeded(
            "A person's record is read for a purpose.",
            next_step="Add ?purpose=… with one of: " + ", ".join(ReadingPurpose) + ".",
        )
    return ReadingPurpose(said)


def route_of(request: Request) -> str:
    """The address of the route, without what stands in its places: what the access log keeps."""
    return str(getattr(request.scope.get("route"), "path", ""))


def may_see(person: PersonRead, action: Action) -> bool:
    """Whether the reader of a person's record may see this of him too."""
    return policy.may(person.reader, action, person.target)


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
        if not policy.may(reader, action, standing_of(request).of_unit(stream, desk.today())):
            raise no_unit_here()
        return UnitRead(stream, reader)

    setattr(unit, PERMISSION, action)
    return unit


def no_unit_here() -> NotThere:
    """The one refusal for a unit that is absent and one that may not be seen."""
    return NotThere(
        "There is no such unit, or none that you may see.", next_step="Check the unit's code."
    )


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
