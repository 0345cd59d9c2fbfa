"""The desk: one opened ledger with its clock, facts table and what was worked out before.

Command line, HTTP and pages ask through it, so that the same question costs and says the same
everywhere. It may be used by several threads at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.application import Ledger, today_in
from ledger.domain.unit_directory import UnitDirectory
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE
from projections.answer import Answer
from projections.asking import inquiry
from projections.asking.enacted import plan_of
from projections.asking.inquiry import Ask, Asked
from projections.cohorts.cohort import Cohort, cohort, known_subjects
from projections.cohorts.people import serving
from projections.cohorts.view import View
from projections.question import asked_position
from projections.table.facts_table import FactsTable
from projections.table.frame import Frame
from projections.table.segments import Report

_ASKED_HELD = 256
_UNITS_HELD = 8
_VIEWS_HELD = 8
_MADE_HELD = 12  # each is a few megabytes at five thousand people
_Made = TypeVar("_Made")


class Desk:
    """One ledger, opened once, asked many times.

    Attributes:
        ledger: what is asked. clock: gives the present instant, with a zone.
    """

    def __init__(
        self, ledger: Ledger, *, clock: Callable[[], datetime], report: Report = lambda _: None
    ) -> None:
        self.ledger = ledger
        self.clock = clock
        self.zone = ZoneInfo(str(ledger.founded["timezone"]))
        self.demo = bool(ledger.founded.get("demo"))
        self._report = report
        self._lock = Lock()
        self._table: FactsTable | None = None
        self._seen = 0
        self._surrounding: list[int] = []  # positions of everything that is not about a person
        self._asked: OrderedDict[tuple[Any, ...], Asked] = OrderedDict()
        self._units: OrderedDict[int, UnitDirectory] = OrderedDict()
        self._made: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._remembered: dict[str, tuple[Any, Any]] = {}
        self._viewed: tuple[Frame, OrderedDict[tuple[date, int], View]] | None = None
        self._serving: tuple[tuple[date, int], Mapping[str, str | None]] | None = None

    def now(self) -> datetime:
        """The present instant."""
        return self.clock()

    def today(self) -> date:
        """The legal day it is in the agency's zone."""
        return today_in(str(self.ledger.founded["timezone"]), self.clock())

    def table(self) -> FactsTable:
        """The facts table, opened once."""
        with self._lock:
            if self._table is None:
                self._table = inquiry.facts_table(self.ledger, self._report)
            return self._table

    def held_position(self) -> int | None:
        """What the facts table reaches up to before the next answer brings it up to the head."""
        return None if self._table is None else self._table.position

    def recorded_at(self, position: int) -> datetime:
        """When the event at a position was recorded."""
        return next(iter(self.ledger.store.read(position, position))).recorded_at

    def head(self) -> int:
        """The last position recorded."""
        return self.ledger.store.head().position

    def surrounding(self, position: int) -> int:
        """The last position up to one of which something is said that is not about a person: rule
        book, references, calendars, units, decisions. Between two such positions every answer about
        a person rests on that person's stream alone.
        """
        if position > self._seen:
            with self._lock:
                seen = self.head()
                found = self.ledger.store.positions(gt=self._seen, other_than=EMPLOYEE)
                self._surrounding.extend(one for one in found if one <= seen)
                self._seen = seen
        place = bisect_right(self._surrounding, position)
        return self._surrounding[place - 1] if place else 0

    def resolve(self, ask: Ask) -> Asked:
        """A question placed in the log, with the rules in force.

        Raises:
            Misuse, BeforeFirstRecord, PositionRefused, InstrumentUnknown, NoRulesInForce.
        """
        position, known_at = inquiry.placed(self.ledger, ask, self.now())
        today = self.today()
        around = self.surrounding(position)
        key = (around, today, ask.instrument, ask.as_of, ask.period, ask.rules, ask.without)
        asked: Asked | None = self._held(self._asked, key)
        if asked is None:
            # One directory for all days: each takes a megabyte at the size of a province.
            units = self.units(around)
            asked = inquiry.resolve_at(
                self.ledger, ask, position, known_at, today=today, units=units
            )
            self._hold(self._asked, key, asked, _ASKED_HELD)
            return asked
        return replace(
            asked, question=replace(asked.question, position=position, known_at=known_at)
        )

    def placed(self, position: int | None, known_at: datetime | None) -> tuple[int, datetime]:
        """The position that is meant, by default the head, and when its event was recorded.

        Raises:
            Misuse, BeforeFirstRecord, PositionRefused.
        """
        log = inquiry.log_of(self.ledger)
        return asked_position(log, position=position, known_at=known_at, now=self.now())

    def units(self, position: int | None = None) -> UnitDirectory:
        """All units as known at a position, by default now."""
        around = self.surrounding(self.head() if position is None else position)
        found: UnitDirectory | None = self._held(self._units, around)
        if found is None:
            found = self.ledger.units(around)
            self._hold(self._units, around, found, _UNITS_HELD)
        return found

    def serving(self) -> Mapping[str, str | None]:
        """Everybody in service today, by id, with the id of the unit in which he counts."""
        today, head = self.today(), self.head()
        held: tuple[tuple[date, int], Mapping[str, str | None]] | None = self._serving
        if held is None or held[0] != (today, head):
            view = self.view(today)
            held = (today, view.position), serving(view)
            self._serving = held
        return held[1]

    def once(self, asked: Asked, name: str, make: Callable[[], _Made], *more: object) -> _Made:
        """What is worked out from everybody's answers to a question, made once and held.

        Args:
            name: of what is made; `more`: what it rests on besides the question.
        """
        question = asked.question
        placed = (question.as_of, question.position, question.period, question.rules)
        key = (name, asked.plan.instrument, asked.enacted, *placed, question.without, self.today())
        made: _Made | None = self._held(self._made, (*key, *more))
        if made is None:
            made = make()
            self._hold(self._made, (*key, *more), made, _MADE_HELD)
        return made

    def view(self, on: date, position: int | None = None) -> View:
        """The facts table on a day as known at a position, by default the last: questions of one
        day share what they read of it. Held until something is recorded.
        """
        frame = self.table().frame()
        place = on, frame.position if position is None else position
        with self._lock:
            if self._viewed is None or self._viewed[0] is not frame:
                self._viewed = frame, OrderedDict()
            held = self._viewed[1]
            view = held.setdefault(place, View(frame, *place))
            held.move_to_end(place)
            while len(held) > _VIEWS_HELD:
                held.popitem(last=False)
            return view

    def cohort(self, asked: Asked) -> Cohort:
        """Everybody's answers as columns."""
        return self.once(asked, "cohort", lambda: self._cohort(asked))

    def _cohort(self, asked: Asked, subjects: Sequence[int] | None = None) -> Cohort:
        question = asked.question
        view = self.view(question.as_of, question.position)
        return cohort(
            asked.plan,
            view.frame,
            question,
            enacted=asked.enacted,
            subjects=subjects,
            view=view,
        )

    def of_unit(self, asked: Asked, unit: str) -> Answer | None:
        """What a unit itself comes to by an instrument that measures units, without its trace;
        None before it was described.
        """
        return self.once(asked, "unit", lambda: (self._of_unit(asked, unit),), unit)[0]

    def _of_unit(self, asked: Asked, unit: str) -> Answer | None:
        view = self.view(asked.question.as_of, asked.question.position)
        number = view.frame.streams.find(unit)
        if number is None or number not in known_subjects(asked.plan, view):
            return None
        return next(self._cohort(asked, subjects=[number]).answers())

    def everybody(self, asked: Asked) -> tuple[Answer, ...]:
        """Everybody's answers without their traces, ordered by subject."""
        return self.once(asked, "everybody", lambda: tuple(self.cohort(asked).answers()))

    def people_in(self, asked: Asked, unit: str) -> tuple[Answer, ...]:
        """The same of whoever counts in a unit or below it."""
        below = asked.units.tree(asked.question.as_of).below(unit)
        return self.once(
            asked, "people", lambda: tuple(self.cohort(asked).answers(frozenset(below))), unit
        )

    def remembered(self, name: str, key: Any, work: Callable[[], Any]) -> Any:
        """What was worked out under a name, as long as it rests on the same things: the key, as the
        head and the day. One value a name; two threads at once may both work.
        """
        held = self._remembered.get(name)
        if held is None or held[0] != key:
            held = self._remembered[name] = key, work()
        return held[1]

    def warm(self) -> None:
        """Read beforehand what the first questions would wait for: who serves, units, names, and
        the texts of the rules. Answers are the same without it.
        """
        self.serving()
        self.units()
        self.ledger.people([])
        for one in self.ledger.rulebook().enactments:
            with suppress(LedgerError):  # told to whoever asks for it
                plan_of(one)

    def last_of(self, stream: UUID, position: int) -> int | None:
        """The position of the last event about somebody or something, as known at a position."""
        return self.ledger.store.last_of(stream, lte_position=position)

    def version_of(self, stream: UUID) -> int:
        """The version of the last event about somebody or something, 0 where there is none: what
        a command names that was decided on it.
        """
        return self.ledger.store.version_of(stream)

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def _held(self, kept: OrderedDict[Any, Any], key: Any) -> Any:
        with self._lock:
            found = kept.get(key)
            if found is not None:
                kept.move_to_end(key)
            return found

    def _hold(self, kept: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
        with self._lock:
            kept[key] = value
            while len(kept) > most:
                kept.popitem(last=False)
