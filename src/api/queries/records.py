"""Everything that a person's page shows, and one entry of the log with what it did."""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import unit_json
from api.queries import differences, people, scores
from ledger.canonical import instant_text
from ledger.checkpoints.checkpoint_store import (
    CheckpointRefused,
    StoredCheckpoint,
    checkpoint_covering,
)
from ledger.errors import PersonUnknown
from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT
from ledger.records import RecordedEvent
from projections.asking import enacted
from projections.asking.inquiry import Asked
from projections.asking.record import event_row

Json = dict[str, Any]
PERSON, UNIT, BOOK, OTHER = "person", "unit", "book", "other"


def of_person(
    desk: Desk,
    asked: Asked,
    stream: UUID,
    *,
    named: bool,
    classes: Collection[str],
    advised: bool,
) -> Json:
    """Who somebody is, his answer, how it went, everything on record, and what would raise it.

    Args:
        named: whether the reader may see number and name. classes: key classes he may unseal.
        advised: whether to say what would raise the score, which is said of today alone.

    Raises:
        Misuse: the instrument measures units. PersonUnknown: not on record at that position.
    """
    question = asked.question
    position, on = question.position, question.as_of
    answer = scores.of_person(desk, asked, stream, named=named)
    events = people.recorded(desk, stream, position=position, classes=classes)
    return {
        "who": people.described(desk, stream, position=position, on=on, named=named),
        "score": answer,
        "series": _series(desk, asked, stream, events),
        "advice": differences.advice(desk, asked, stream, named=False) if advised else None,
        "events": events,
    }


def _series(desk: Desk, asked: Asked, stream: UUID, events: list[Json]) -> Json | None:
    """From the first day on which there were rules and a fact up to today, or the day asked about
    where that is later; None where there is no such stretch.
    """
    question = asked.question
    book = desk.ledger.rulebook(question.position)
    ruled = [
        one.in_force_from for one in book.enactments if one.instrument == asked.plan.instrument
    ]
    known = [one["effective_on"] for one in events if one["effective_on"] is not None]
    if not known or not ruled:
        return None
    first = max(min(ruled), date.fromisoformat(min(known)))
    last = max(desk.today(), question.as_of)
    if last < first:
        return None
    stretch = differences.stretch(
        desk, asked.plan.instrument, first, last, position=question.position, known_at=None
    )
    return differences.series_of_person(desk, stretch, stream, named=False)


def instruments_of_people(desk: Desk, position: int, on: date) -> list[tuple[str, str]]:
    """(name, decree) of the instruments in force on a day that measure people, by name."""
    book = desk.ledger.rulebook(position)
    found = []
    for name in book.names():
        standing = enacted.text_on(book, name, on)
        if standing is not None and enacted.plan_of(standing).subject == EMPLOYEE:
            found.append((name, standing.decree))
    return found


def entry_at(desk: Desk, position: int) -> RecordedEvent | None:
    """The event at a position; None where none is recorded yet."""
    return next(iter(desk.ledger.store.read(position, position)), None)


def kind_of(entry: RecordedEvent) -> str:
    """Whom an entry is about: PERSON, UNIT, BOOK (the agency's rules and lists) or OTHER."""
    owner, _, name = entry.topic.partition(".")
    if owner == EMPLOYEE:
        return PERSON
    if owner == ORG_UNIT:
        return UNIT
    known = name.partition("/")[0] in ("enact", "repeal", "calendar", "position_ref", "founded")
    return BOOK if owner == LEDGER and known else OTHER


def of_entry(
    desk: Desk, entry: RecordedEvent, asked: Asked | None, *, named: bool, classes: Collection[str]
) -> Json:
    """One entry: what it says, where it comes from, what it replaced and what replaced it; of a
    person's fact, which measures read it today; and by what it can be proved.

    Args:
        asked: today's question of the usual instrument; None where the entry is about nobody.
    """
    stream = entry.originator_id
    shown: Json = {
        "kind": kind_of(entry),
        "entry": event_row(entry) | {"replaced_by": None, "sealed": {}},
        "head": desk.head(),
        "who": None,
        "unit": None,
        "replaces": None,
        "disputed": False,
        "uses": [],
        "instrument": None,
        "checkpoint": _checkpoint(desk, entry.id),
    }
    if shown["kind"] == PERSON:
        rows = people.recorded(desk, stream, position=None, classes=classes)
        own = next(row for row in rows if row["position"] == entry.id)
        versions = {row["version"]: row["position"] for row in rows}
        shown["entry"] = own
        shown["replaces"] = versions.get(own["fields"].get("replaces"))
        shown["who"] = {"id": stream.hex, "person": desk.ledger.person(stream) if named else None}
        if asked is not None:
            _join_uses(desk, asked, stream, entry.id, shown)
    elif shown["kind"] == UNIT:
        shown["unit"] = unit_json(desk.units(), stream, desk.today())
    return shown


def _join_uses(desk: Desk, asked: Asked, stream: UUID, position: int, shown: Json) -> None:
    try:
        answer = scores.of_person(desk, asked, stream, named=False)
    except PersonUnknown:
        return
    shown["instrument"] = answer["instrument"]
    shown["disputed"] = position in answer["disputed"]
    shown["uses"] = [
        {"measure": path, "used": use["used"], "why": use["why"], "points": measure["points"]}
        for path, measure in measures_of(answer["measures"])
        for use in measure["facts"]
        if use["position"] == position
    ]


def measures_of(measures: list[Json], above: str = "") -> list[tuple[str, Json]]:
    """Every measure of an answer with its path, parts after their whole."""
    found = []
    for one in measures:
        path = above + str(one["measure"])
        found.append((path, one))
        found += measures_of(one["measures"], f"{path}/")
    return found


def _checkpoint(desk: Desk, position: int) -> Json | None:
    """The first checkpoint that covers a position; None before there is one."""
    try:
        return checkpoint_json(desk, checkpoint_covering(desk.ledger.store, position))
    except CheckpointRefused:
        return None


def checkpoint_json(desk: Desk, stored: StoredCheckpoint) -> Json:
    """A checkpoint: its size, root, and when the last event that it covers was recorded."""
    return {
        "size": stored.size,
        "root": base64.b64encode(stored.checkpoint.root).decode(),
        "at": instant_text(desk.recorded_at(stored.size)),
    }
