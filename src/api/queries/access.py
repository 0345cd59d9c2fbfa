"""Who looked: at one person, whether he was named or was among many; and for auditors, everything.

An answer about everybody, or about a unit's people, is one entry of the access log. Whether a
person was among them is computed from the day and the position that the entry names, from his own
events, so that the log needs no list of thousands of people for each such answer.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from api.desk import Desk
from api.looks import PURPOSE_WORDS
from api.queries.roles import RolesThen
from ledger.access.access_entry import OF_ONE, Entry, LookKind
from ledger.access.access_log import AccessLog
from ledger.access.access_store import Wanted
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.domain.facts import history
from ledger.domain.unit_directory import UnitDirectory
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import ReadingPurpose
from projections.subject import around, post_on

Json = dict[str, Any]
REGISTERED = "employee.registered/1"
_LISTS = frozenset({LookKind.LIST})
_SETS = frozenset({LookKind.ALL, LookKind.UNIT})
_API = "/api/v1"
_AKSES = "akses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which looks somebody wants to see; what is left out does not matter.

    Attributes:
        first, last: days in the agency's zone, both with all of it.
    """

    first: date | None = None
    last: date | None = None
    reader: str | None = None
    purpose: ReadingPurpose | None = None

    def wanted(self, zone: ZoneInfo, *, after: int | None = None) -> Wanted:
        """The same for the log, newest first. The first and the last day that a calendar has leave
        their side open: an instant beyond them cannot be said.
        """
        since = None if self.first == date.min else self.first
        until = None if self.last in {None, date.max} else self.last + timedelta(days=1)
        return Wanted(
            since=_midnight(since, zone),
            until=_midnight(until, zone),
            reader=self.reader,
            purpose=self.purpose,
            after=after,
            newest=True,
        )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


def looks_at(
    desk: Desk,
    log: AccessLog,
    person: UUID,
    sought: Sought,
    *,
    asks: str,
    after: int | None = None,
    limit: int | None = None,
) -> Json:
    """Who looked at a person, newest first: {subject, log, looks, next}.

    `log` is {number, link}, the head of the access log, which checkpoints commit to; `next` the
    number to go on after, null at the end. A look is that of `look_json` with `roles`, those of
    its reader on that day, and `by_you`, whether the account that `asks` looked itself.
    """
    found = who_looked(desk.ledger, log, person, sought.wanted(desk.zone, after=after))
    return {"subject": person.hex, **_listed(desk, log, found, asks=asks, limit=limit)}


def looks_sought(
    desk: Desk,
    log: AccessLog,
    sought: Sought,
    *,
    asks: str,
    kinds: frozenset[LookKind] = frozenset(LookKind),
    after: int | None = None,
    limit: int | None = None,
) -> Json:
    """Everything that was looked at, newest first, for auditors: {log, looks, next}."""
    wanted = replace(sought.wanted(desk.zone, after=after), kinds=kinds)
    return _listed(desk, log, every_look(desk.ledger, log, wanted), asks=asks, limit=limit)


def _listed(
    desk: Desk, log: AccessLog, found: Iterator[Json], *, asks: str, limit: int | None
) -> Json:
    head = log.head()
    shown = list(found if limit is None else islice(found, limit + 1))
    more = limit is not None and len(shown) > limit
    if more:
        shown.pop()
    roles = RolesThen(desk.ledger)
    for one in shown:
        at = datetime.fromisoformat(one["at"])
        one["roles"] = roles.at(one["reader"], one["at"], at.astimezone(desk.zone).date())
        one["by_you"] = one["reader"] == asks
    return {
        "log": {"number": head.number, "link": head.link.hex()},
        "looks": shown,
        "next": shown[-1]["number"] if more else None,
    }


def who_looked(
    ledger: Ledger, log: AccessLog, person: UUID, wanted: Wanted | None = None
) -> Iterator[Json]:
    """Every look that showed a person, and every one that was refused, by number; see `look_json`.

    Args:
        wanted: from when to when, by whom, why; what it says of subject and kinds is not looked at.
    """
    asked = Wanted() if wanted is None else wanted
    unlimited = replace(asked, subject=None, limit=None)
    mark = f'"{person.hex}"'.encode()
    membership = _Membership(ledger, person)
    named = log.entries(replace(unlimited, subject=person, kinds=OF_ONE))
    lists = (one for one in log.entries(replace(unlimited, kinds=_LISTS)) if mark in one.question)
    sets = (one for one in log.entries(replace(unlimited, kinds=_SETS)) if membership.in_set(one))
    found = heapq.merge(named, lists, sets, key=attrgetter("number"), reverse=asked.newest)
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
    """One entry: {number, at, reader, purpose, purpose_words, kind, subject, unit, asked,
    question}.

    `asked` says in a word what was asked. `question` has `what` was asked, and `as_of`,
    `position`, `instrument` and the like where they were; ids of other people in it are left out.
    `unit` is {id, code, name} as of that day.
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
        "asked": asked_for(str(question.get("what", ""))),
        "question": question,
    }


def asked_for(what: str) -> str:
    """What was asked, in a word: of a command its name, of an address its last part that names
    nobody, as `score` of `/api/v1/people/{pid}/score`.
    """
    parts = [part for part in what.removeprefix(_API).split("/") if part and "{" not in part]
    if not parts:
        return "record"
    return parts[0] if parts[0] == _AKSES else parts[-1].partition(".")[0]


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
        # A look that tells no position was about what stood on record when it was taken.
        position = question.get("position") or self._ledger.store.position_at(one.at) or 0
        key = (one.subject, question.get("as_of"), int(position))
        if key not in self._known:
            self._known[key] = self._among(*key)
        return self._known[key]

    @cached_property
    def _events(self) -> list[RecordedEvent]:
        return list(self._ledger.events_of(self._person))

    def _among(self, unit: UUID | None, day: str | None, position: int) -> bool:
        events = self._events
        if not events or events[0].topic != REGISTERED or events[0].id > position:
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
