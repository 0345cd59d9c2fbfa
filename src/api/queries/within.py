"""Whom a reader reaches among many, today: the whole agency, units of his roles, his reports."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import orjson

from api.access.policy import Action, may
from api.access.reach import Reach, reach
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from projections.cohorts.people import registered, serving

_APPRAISALS = ("employee.appraisal/1", "employee.correct/1")


def people_within(
    desk: Desk, standing: Standing, reader: Reader, action: Action
) -> frozenset[str] | None:
    """The ids of everybody whom a reader may do this with; None stands for everybody."""
    found = reach(reader, action)
    if found.everything:
        return None
    units = _units(desk, found)
    people = {subject for subject, unit in desk.serving().items() if unit in units}
    if found.own and reader.person is not None:
        people.add(reader.person.hex)
    if found.reports and reader.person is not None:
        people |= _reports(desk, standing, reader, reader.person, action)
    return frozenset(people)


def units_within(desk: Desk, reader: Reader, action: Action) -> frozenset[str] | None:
    """The ids of all units that a reader's roles reach; None stands for all."""
    found = reach(reader, action)
    return None if found.everything else frozenset(_units(desk, found))


def those_of(desk: Desk, on: date, position: int, below: Collection[str] | None) -> list[str]:
    """The ids of everybody on record by a day as known at a position; or of those who then served
    in some units.
    """
    view = desk.view(on, position)
    if below is not None:
        return sorted(one for one, unit in serving(view).items() if unit in below)
    hexes = view.frame.streams.hexes
    return sorted(hexes[subject] for subject in registered(view))


def _units(desk: Desk, found: Reach) -> set[str]:
    units, today = desk.units(), desk.today()
    return {one.hex for top in found.units for one in units.subtree(top, today) | {top}}


def _reports(
    desk: Desk, standing: Standing, reader: Reader, person: UUID, action: Action
) -> set[str]:
    """Whoever was ever appraised by the reader's person, if the reader may do this with him today:
    if he still is the appraiser, in a unit of the grant.
    """
    named = person.hex.encode()
    maybe = {
        recorded.originator_id
        for recorded in desk.ledger.store.read(1, topics=_APPRAISALS)
        if named in recorded.state and _names(recorded.state, person.hex)
    }
    today = desk.today()
    targets = [(one, standing.of_person(one, today)) for one in maybe]
    return {one.hex for one, target in targets if target and may(reader, action, target)}


def _names(state: bytes, person: str) -> bool:
    payload = orjson.loads(state)
    return bool(payload.get("fields", payload).get("appraiser") == person)
