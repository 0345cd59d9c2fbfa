"""Who looked: at one person, whether he was named or was among many; and for auditors, everything.

An answer about everybody, or about a unit's people, is one entry of the access log. Whether a
person was among them is computed from the day and the position that the entry names, from his own
events, so that the log needs no list of thousands of people for each such answer.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

from api.looks import PURPOSE_WORDS
from ledger.access_entry import Entry, LookKind
from ledger.access_log import AccessLog
from ledger.access_store import Wanted
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.facts import history
from ledger.unit_directory import UnitDirectory
from ledger.vocabulary_agency import ReadingPurpose
from projections.subject import around, post_on

Json = dict[str, Any]
REGISTERED = "employee.registered/1"
_NAMED = frozenset({LookKind.PERSON})
_LISTS = frozenset({LookKind.LIST})
_SETS = frozenset({LookKind.ALL, LookKind.UNIT})


def who_looked(
    ledger: Ledger, log: AccessLog, person: UUID, wanted: Wanted | None = None
) -> Iterator[Json]:
    """Every look that showed a person, by number; see `look_json`.

    Args:
        wanted: from when to when, by whom, why; what it says of subject and kinds is not looked at.
    """
    asked = Wanted() if wanted is None else wanted
    unlimited = replace(asked, subject=None, limit=None)
    mark = f'"{person.hex}"'.encode()
    membership = _Membership(ledger, person)
    named = log.entries(replace(unlimited, subject=person, kinds=_NAMED))
    lists = (one for one in log.entries(replace(unlimited, kinds=_LISTS)) if mark in one.question)
    sets = (one for one in log.entries(replace(unlimited, kinds=_SETS)) if membership.in_set(one))
    found = heapq.merge(named, lists, sets, key=attrgetter("number"))
    for count, one in enumerate(found):
        if asked.limit is not None and count == asked.limit:
            return
        yield look_json(one, membership.units)


def every_look(ledger: Ledger, log: AccessLog, wanted: Wanted) -> Iterator[Json]:
    """The entries that are wanted, by number; for auditors."""
    units = ledger.units()
    for one in log.entries(wanted):
        yield {**look_json(one, units), "listed": orjson.loads(one.question).get("listed")}


def look_json(one: Entry, units: UnitDirectory) -> Json:
    """One entry: {number, at, reader, purpose, purpose_words, kind, subject, unit, question}.

    `question` has `what` was asked, and `as_of`, `position`, `instrument` and the like where they
    were; ids of other people in it are left out. `unit` is {id, code, name} as of that day.
    """
    question: Json = orjson.loads(one.question)
    question.pop("listed", None)
    unit = None
    if one.kind == LookKind.UNIT.value and one.subject is not None:
        told: Mapping[str, object] = {}
        if "as_of" in question:
            told = units.described(one.subject, date.fromisoformat(question["as_of"])) or {}
        unit = {"id": one.subject.hex, "code": told.get("code"), "name": told.get("name")}
    return {
        "number": one.number,
        "at": instant_text(one.at),
        "reader": one.reader,
        "purpose": one.purpose,
        "purpose_words": PURPOSE_WORDS[ReadingPurpose(one.purpose)],
        "kind": one.kind,
        "subject": None if one.subject is None else one.subject.hex,
        "unit": unit,
        "question": question,
    }


class _Membership:
    """Whether one person was among those whom an entry is about."""

    def __init__(self, ledger: Ledger, person: UUID) -> None:
        self._ledger = ledger
        self._person = person
        self._known: dict[tuple[UUID | None, str | None, int], bool] = {}
        self._units: dict[int, UnitDirectory] = {}

    @cached_property
    def units(self) -> UnitDirectory:
        """All units as known now."""
        return self._ledger.units()

    def in_set(self, one: Entry) -> bool:
        """Whether he was on record by that day and, of a unit, held a post in it."""
        question = orjson.loads(one.question)
        key = (one.subject, question.get("as_of"), int(question["position"]))
        if key not in self._known:
            self._known[key] = self._among(*key)
        return self._known[key]

    def _among(self, unit: UUID | None, day: str | None, position: int) -> bool:
        events = self._ledger.events_of(self._person, position=position)
        if not events or events[0].topic != REGISTERED:
            return False
        if day is None:
            return unit is None
        on, since = date.fromisoformat(day), events[0].effective_on
        if since is not None and since > on:
            return False
        if unit is None:
            return True
        units = self._units_at(position)
        if unit not in units.units:
            return False
        post = post_on(history(events, position), around({}, units.tree(on)), on)
        return post.unit is not None and UUID(post.unit) in units.subtree(unit, on) | {unit}

    def _units_at(self, position: int) -> UnitDirectory:
        if position not in self._units:
            self._units[position] = self._ledger.units(position)
        return self._units[position]
