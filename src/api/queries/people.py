"""People: finding them, who they are on a day, and everything on record about one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import unit_json
from ledger import values
from ledger.domain.facts import history
from ledger.errors import BadValue, PersonUnknown
from projections.asking.inquiry import log_of
from projections.asking.record import record_of
from projections.question import asked_position
from projections.subject import around, post_on, references_on

Json = dict[str, Any]
SEARCHED_MAX = 200


def by_number(desk: Desk, nip: str) -> UUID | None:
    """The person who holds or held a number; None for nobody.

    Raises:
        BadValue: it is no NIP.
    """
    return desk.ledger.index.find(values.nip(nip).text)


def by_name(desk: Desk, text: str, among: Collection[str] | None, *, limit: int) -> list[Json]:
    """People whose name has words that begin with each word asked for; by name.

    Args:
        among: ids of those whom the reader may see; None is everybody.
    """
    found = desk.ledger.names.search(text, limit=SEARCHED_MAX)
    seen = [one for one in found if among is None or one.stream.hex in among][:limit]
    serving = desk.serving()
    return [
        {
            "id": one.stream.hex,
            "nip": one.nip,
            "name": one.name,
            "unit": unit_named(desk, serving.get(one.stream.hex)),
        }
        for one in seen
    ]


def of_unit(desk: Desk, below: Collection[str], among: Collection[str] | None) -> list[Json]:
    """Everybody who serves in some units today, ordered by id."""
    serving = desk.serving()
    streams = sorted(
        one for one, unit in serving.items() if unit in below and (among is None or one in among)
    )
    people = desk.ledger.people([UUID(one) for one in streams])
    return [
        {"id": one, **people[UUID(one)], "unit": unit_named(desk, serving[one])} for one in streams
    ]


def unit_named(desk: Desk, unit: str | None) -> Json | None:
    """A unit of today by id, code and name; None for none."""
    if unit is None:
        return None
    about = unit_json(desk.units(), UUID(unit), desk.today())
    return {key: about[key] for key in ("id", "code", "name")}


def described(desk: Desk, stream: UUID, *, position: int | None, on: date, named: bool) -> Json:
    """Who somebody is on a legal day as known at a position: number, name, post, unit, rank.

    Raises:
        PersonUnknown: not on record at that position.
    """
    at = desk.head() if position is None else position
    events = desk.ledger.events_of(stream, position=at)
    if not events:
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    facts, units = history(events, at), desk.units(at)
    book = desk.ledger.references(at)
    post = post_on(facts, around(references_on(book, on), units.tree(on)), on)
    who = desk.ledger.names.person(stream, position=at, on=on) if named else None
    rank, standing = facts.latest("golongan", on), facts.latest("standing", on)
    shown: Json = {
        "id": stream.hex,
        "as_of": on.isoformat(),
        "position": at,
        "employment": post.employment,
        "standing": None if standing is None else standing.fields["standing"],
        "golongan": None if rank is None else rank.fields["golongan"],
        "position_kind": post.kind,
        "unit": None if post.unit is None else unit_json(units, UUID(post.unit), on),
        "version": desk.version_of(stream),
    }
    if named:
        shown["person"] = {
            "nip": None if who is None else who.nip,
            "name": None if who is None else who.name,
        }
    return shown


def recorded(
    desk: Desk, stream: UUID, *, position: int | None, classes: Collection[str]
) -> list[Json]:
    """Every event about somebody, with what replaced it; sealed fields of these key classes.

    Raises:
        PositionRefused, PersonUnknown.
    """
    if position is not None:
        asked_position(log_of(desk.ledger), position=position, known_at=None, now=desk.now())
    rows = record_of(desk.ledger, stream, position, classes=classes)
    if not rows:
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    return rows


def looks_like_number(text: str) -> bool:
    """Whether a search is for a NIP and not for a name."""
    try:
        values.nip(text)
    except BadValue:
        return False
    return True
