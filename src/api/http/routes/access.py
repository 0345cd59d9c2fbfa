"""Who looked at whom, and why: for the person himself, and for auditors."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import policy
from api.access.policy import Action
from api.access.readers import Reader
from api.http import guard
from api.http.answers import answer
from api.http.guard import DeskHere, PersonRead
from api.http.paging import Page, Pages, link_next, written
from api.http.shapes_access import Looks
from api.queries import access as asking
from api.queries.access import Sought
from ledger.access.access_entry import LookKind, of_list, of_person, of_refused
from ledger.errors import Misuse
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter(tags=["access"])


class Seeking:
    """Which looks are wanted, as the address says it."""

    def __init__(
        self,
        first: Annotated[
            date | None, Query(alias="from", description="First day, in the agency's zone.")
        ] = None,
        last: Annotated[date | None, Query(alias="to", description="Last day, inclusive.")] = None,
        reader: Annotated[
            str | None, Query(max_length=200, description="Only what this account looked at.")
        ] = None,
        looked_for: Annotated[
            ReadingPurpose | None, Query(alias="for", description="Only looks for this purpose.")
        ] = None,
    ) -> None:
        if first is not None and last is not None and last < first:
            raise Misuse("The last day is before the first.", next_step="Exchange from and to.")
        self.sought = Sought(first=first, last=last, reader=reader, purpose=looked_for)


Seeks = Annotated[Seeking, Depends()]
Kinds = Annotated[
    list[LookKind] | None, Query(max_length=10, alias="kind", description="Only these kinds.")
]
Whom = Annotated[
    UUID | None, Query(alias="person", description="Only looks that showed this person.")
]
OfPerson = Annotated[PersonRead, Depends(guard.read_person(Action.READ_ACCESS))]
Auditor = Annotated[Reader, Depends(guard.allow(Action.READ_AUDIT))]


@router.get("/people/{pid}/access", response_model=Looks)
def person_access(
    request: Request, person: OfPerson, desk: DeskHere, seeks: Seeks, page: Pages
) -> Response:
    """Who looked at somebody, newest first: at his record, at a list with him, at his unit's people
    or at everybody; when, for which purpose, and which questions were refused.
    """
    shown = asking.looks_at(
        desk,
        guard.access_of(request),
        person.stream,
        seeks.sought,
        asks=person.reader.account,
        after=number_of(page),
        limit=page.limit,
    )
    found = answer(shown)
    link_next(request, found, cursor_of(shown["log"]["number"], shown["next"]))
    return found


@router.get("/access", response_model=Looks)
def every_access(
    request: Request,
    reader: Auditor,
    seeks: Seeks,
    page: Pages,
    kind: Kinds = None,
    person: Whom = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Everything that was looked at, newest first, by reader, person, day and purpose. The question
    itself is kept too, for the purpose `audit` where no other is given.
    """
    why = purpose or purpose_header or ReadingPurpose.AUDIT
    shown = sought(request, reader, why, seeks.sought, page, kinds=kind, person=person)
    found = answer(shown)
    link_next(request, found, cursor_of(shown["log"]["number"], shown["next"]))
    return found


def sought(
    request: Request,
    reader: Reader,
    why: ReadingPurpose,
    seek: Sought,
    page: Page,
    *,
    kinds: list[LookKind] | None = None,
    person: UUID | None = None,
) -> asking.Json:
    """The looks that an auditor asks for; that he asked is kept before they leave.

    Raises:
        NotThere: the person is not there, or not for him to see. Misuse.
    """
    desk, log = guard.desk_of(request), guard.access_of(request)
    told = {"what": guard.route_of(request)}
    after, asks = number_of(page), reader.account
    if person is None:
        shown = asking.looks_sought(
            desk,
            log,
            seek,
            asks=asks,
            kinds=frozenset(kinds or LookKind),
            after=after,
            limit=page.limit,
        )
        people = {one["subject"] for one in shown["looks"] if one["kind"] == LookKind.PERSON}
        log.record(*of_list(asks, why, [UUID(one) for one in people], told))
        return shown
    if kinds:
        raise Misuse("kind is for the looks at everybody.", next_step="Leave it out.")
    target = guard.standing_of(request).of_person(person, desk.today())
    if target is None or not policy.may(reader, Action.READ_ACCESS, target):
        log.record(of_refused(asks, why, person, told))
        raise guard.nobody_here()
    log.record(of_person(asks, why, person, told))
    return asking.looks_at(desk, log, person, seek, asks=asks, after=after, limit=page.limit)


def number_of(page: Page) -> int | None:
    """The number of the log that a page goes on after.

    Raises:
        Misuse: the cursor is that of another list.
    """
    if page.after is None:
        return None
    if not page.after.isascii() or not page.after.isdecimal() or len(page.after) > len(str(2**62)):
        raise Misuse(
            "The cursor is none of this list.", next_step="Begin the list again without it."
        )
    return int(page.after)


def cursor_of(head: int, number: int | None) -> str | None:
    """The cursor of the next page."""
    return None if number is None else written(head, str(number))
