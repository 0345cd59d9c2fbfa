"""How people, units and roles stand to each other today: what a right is judged by.

Read from the ledger and remembered until something new is recorded, so that one request costs two
short queries. One object serves all threads of a process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from api.access.policy import Target
from api.access.readers import Grants, Reader, grants
from ledger.application import Ledger
from ledger.domain.facts import History, history
from ledger.domain.unit_directory import UnitDirectory
from ledger.vocabulary_agency import Role
from projections.subject import MERGED, Post, Surroundings, around, post_on

APPRAISAL = "appraisal"
_REMEMBERED = 10_000  # people; about a kilobyte each
_MERGED_AT_MOST = 9  # streams one after the other; more is a circle


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A target, with what it was worked out from."""

    version: int
    day: date
    units: UnitDirectory
    target: Target


@dataclass(frozen=True, slots=True)
class _Around:
    units: UnitDirectory
    day: date
    surroundings: Surroundings


class Standing:
    """Who is who today.

    Args:
        units: all units as known now; it may give the same directory again while nothing was
            recorded about units, and then nothing about people is worked out anew.
    """

    def __init__(self, ledger: Ledger, units: Callable[[], UnitDirectory]) -> None:
        self._ledger = ledger
        self._units = units
        self._lock = Lock()
        self._grants = Grants()
        self._people: dict[UUID, _Remembered] = {}
        self._around: _Around | None = None

    def grants(self) -> Grants:
        """All grants as known now."""
        events = self._ledger.book_events()
        with self._lock:
            if events and events[-1].id > self._grants.position:
                self._grants = grants(events, self._grants)
            return self._grants

    def reader(
        self, account: str, person: UUID | None, day: date, *, only: frozenset[Role] | None = None
    ) -> Reader:
        """Who an account is on a day.

        Args:
            person: whose account it is; of a person whose record was merged, the one he is now.
            only: the roles that a token may use.
        """
        target = None if person is None else self.of_person(person, day)
        who = None if target is None else target.person
        held = self.grants().on(account, who, day)
        return Reader(
            account, who, held, only, frozenset() if target is None else target.units_above
        )

    def of_person(self, person: UUID, day: date) -> Target | None:
        """A person as a target; None for a stream that is no person's.

        Somebody who left the service is in no unit and has no appraiser any more. A record that
        was merged into another stands for that other person.
        """
        units = self._units()
        known = self._people.get(person)
        gt = None if known is None else known.version
        newer = self._ledger.store.stream(person, gt=gt)
        if known is not None and not newer and known.units is units and known.day == day:
            return known.target
        events = newer if known is None else self._ledger.events_of(person)
        facts = history(events)
        if not facts.known("registered"):
            return None
        into = self._merged_into(person, facts, day)
        if into is not None:
            return self.of_person(into, day)
        target = self._target(person, facts, units, day)
        with self._lock:
            if len(self._people) >= _REMEMBERED:
                self._people.clear()
            self._people[person] = _Remembered(events[-1].version, day, units, target)
        return target

    def of_unit(self, unit: UUID, day: date) -> Target:
        """A unit as a target; a closed one belongs to whoever has its sole successor."""
        return Target(unit=unit, units_above=frozenset(self._units().path(unit, day)))

    def _merged_into(self, person: UUID, facts: History, day: date) -> UUID | None:
        """The stream in which somebody's record goes on; None if it goes on here."""
        passed = [person]
        while merged := facts.visible(MERGED, day):
            passed.append(UUID(str(merged[-1].fields["into"])))
            if len(set(passed)) < len(passed) or len(passed) > _MERGED_AT_MOST:
                return None
            facts = self._ledger.history_of(passed[-1])
        return passed[-1] if len(passed) > 1 else None

    def _target(self, person: UUID, facts: History, units: UnitDirectory, day: date) -> Target:
        post = post_on(facts, self._surroundings(units, day), day)
        serves = post.employment is not None
        unit = UUID(post.unit) if serves and post.unit is not None else None
        return Target(
            person=person,
            unit=unit,
            units_above=frozenset() if unit is None else frozenset(units.path(unit, day)),
            appraisers=_appraisers(facts, post, day) if serves else frozenset(),
        )

    def _surroundings(self, units: UnitDirectory, day: date) -> Surroundings:
        known = self._around
        if known is None or known.units is not units or known.day != day:
            known = self._around = _Around(units, day, around({}, units.tree(day)))
        return known.surroundings


def _appraisers(facts: History, post: Post, day: date) -> frozenset[UUID]:
    """Who appraised him last, unless he came to another post since: then nobody knows yet."""
    given = facts.visible(APPRAISAL, day)
    held = None if post.root is None else facts.root(post.root)
    if not given or held is None or given[-1].effective_on < held.effective_on:
        return frozenset()
    newest = given[-1].effective_on
    return frozenset(
        UUID(str(one.fields["appraiser"]))
        for one in given
        if one.effective_on == newest and one.fields.get("appraiser") is not None
    )
