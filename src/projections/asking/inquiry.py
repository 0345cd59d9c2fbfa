"""Questions to a ledger: which text is in force, who is asked about, one answer or everybody's.

One person or unit is answered from events, everybody from the facts table; both by the same plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import orjson

from ledger.application import Ledger
from ledger.commands.decision_desk import reading
from ledger.domain.facts import History, history
from ledger.domain.unit_directory import UnitDirectory
from ledger.domain.unit_tree import UNIT
from ledger.events.base import ORG_UNIT
from projections import question
from projections.answer import Answer
from projections.asking import enacted
from projections.asking.enacted import InForce
from projections.cohorts.cohort import cohort
from projections.differences import whatif
from projections.official import official
from projections.plans.members import Members, Tallies
from projections.plans.plan import Plan
from projections.plans.tally import Tally
from projections.question import Log, Question
from projections.subject import Surroundings, around, references_on
from projections.table.facts_table import FactsTable, folder_for
from projections.table.segments import Report
from projections.tracing.case import nobody
from projections.tracing.members import empty, of_answers
from projections.tracing.trace import trace

_PEOPLE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks, before it is resolved; None means the default.

    Attributes:
        as_of: legal day; default today. period: instead of it, as "2022".
        known_at, position: what was known; default everything.
        rules: a decree other than the one in force.
        without: facts as if they had not been: (stream hex, root version).
    """

    instrument: str
    as_of: date | None = None
    period: str | None = None
    known_at: datetime | None = None
    position: int | None = None
    rules: str | None = None
    without: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A resolved question with everything an answer needs besides the subject's own facts.

    `enacted` is the position of the enactment of the rules; None of a draft.
    """

    plan: Plan
    enacted: int | None
    question: Question
    surroundings: Surroundings
    units: UnitDirectory


def resolve(ledger: Ledger, ask: Ask, *, today: date, now: datetime) -> Asked:
    """Place a question in the log and find the rules in force.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused, InstrumentUnknown, NoRulesInForce.
    """
    position, known_at = placed(ledger, ask, now)
    return resolve_at(ledger, ask, position, known_at, today=today)


def resolve_at(
    ledger: Ledger,
    ask: Ask,
    position: int,
    known_at: datetime,
    *,
    today: date,
    units: UnitDirectory | None = None,
) -> Asked:
    """As `resolve`, at a position that is placed already.

    Args:
        units: all units as known at the position, where they are at hand.

    Raises:
        Misuse, InstrumentUnknown, NoRulesInForce.
    """
    book = ledger.rulebook(position)
    newest = enacted.plan_of(book.in_force(ask.instrument, question.LATEST))
    on, forecast = question.asked_day(newest, as_of=ask.as_of, period=ask.period, today=today)
    asked = Question(on, position, known_at, ask.period, ask.rules, ask.without, forecast)
    book_events, read = ledger.book_events(position), reading(ledger, position)
    standing = official(book_events, read, ask.instrument, on, position)
    asked = replace(asked, official=standing)
    rules = enacted.in_force(book, ask.instrument, on, decree=ask.rules)
    return under(ledger, asked, rules, units)


def resolve_draft(
    ledger: Ledger,
    ask: Ask,
    draft: Plan,
    *,
    changes: Sequence[str] = (),
    today: date,
    now: datetime,
) -> Asked:
    """Place a question under a text that is enacted nowhere; its answers are stamped so.

    Args:
        draft: a checked plan; what it reads is taken from the texts in force on the day.
        changes: what was changed in an enacted text, for the stamp.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused; InstrumentsInCircle, MeasureUnknown.
    """
    position, known_at = placed(ledger, ask, now)
    on, forecast = question.asked_day(draft, as_of=ask.as_of, period=ask.period, today=today)
    asked = Question(on, position, known_at, ask.period, None, ask.without, forecast)
    asked = whatif.under_draft(asked, draft, changes)
    return _around(ledger, asked, enacted.bound(ledger.rulebook(position), draft, on), None)


def under(
    ledger: Ledger, asked: Question, rules: InForce, units: UnitDirectory | None = None
) -> Asked:
    """A question that is placed already, under a text."""
    return _around(ledger, asked, rules.plan, rules.enactment.position, units)


def _around(
    ledger: Ledger,
    asked: Question,
    plan: Plan,
    position: int | None,
    units: UnitDirectory | None = None,
) -> Asked:
    on = asked.as_of
    if units is None:
        units = ledger.units(asked.position)
    surroundings = around(references_on(ledger.references(asked.position), on), units.tree(on))
    return Asked(plan, position, asked, surroundings, units)


def placed(ledger: Ledger, ask: Ask, now: datetime) -> tuple[int, datetime]:
    """The position that a question is asked at, and when its event was recorded.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused.
    """
    return question.asked_position(
        log_of(ledger), position=ask.position, known_at=ask.known_at, now=now
    )


def log_of(ledger: Ledger) -> Log:
    """What must be known of the log to place a question in it."""
    store = ledger.store

    def recorded_at(position: int) -> datetime:
        return next(iter(store.read(position, position))).recorded_at

    return Log(store.head(), store.position_at, store.boundary, recorded_at)


def facts_of(ledger: Ledger, stream: UUID, position: int) -> History:
    """The facts of one stream as known at a position."""
    return history(ledger.events_of(stream, position=position), position)


def one(ledger: Ledger, asked: Asked, stream: UUID) -> Answer:
    """The answer of one person or unit with its derivation, from events alone."""
    if measures_units(asked):
        below = asked.units.tree(asked.question.as_of).below(stream.hex)
        return _of_unit(asked, stream, _Members(ledger, asked, below))
    return traced(asked, facts_of(ledger, stream, asked.question.position), stream)


def one_on_record(ledger: Ledger, asked: Asked, stream: UUID) -> Answer | None:
    """The answer of one person; None if he was not on record at that position."""
    events = ledger.events_of(stream, position=asked.question.position)
    if not events:
        return None
    return traced(asked, history(events, asked.question.position), stream)


def traced(asked: Asked, facts: History, stream: UUID, tallies: Tallies = nobody) -> Answer:
    """The answer from facts that are at hand."""
    return trace(
        asked.plan,
        facts,
        asked.question,
        subject=stream.hex,
        surroundings=asked.surroundings,
        enacted=asked.enacted,
        tallies=tallies,
    )


def measures_units(asked: Asked) -> bool:
    """Whether the instrument asked about measures units and not people."""
    return asked.plan.subject == ORG_UNIT


def registered(
    ledger: Ledger, asked: Asked, among: Collection[UUID] | None = None
) -> Iterator[tuple[UUID, History]]:
    """Everybody registered by the legal day and not yet merged into another, by subject."""
    position, on = asked.question.position, asked.question.as_of
    streams = sorted(
        ledger.registered(position) if among is None else among, key=lambda stream: stream.hex
    )
    for start in range(0, len(streams), _PEOPLE_AT_ONCE):
        chunk = streams[start : start + _PEOPLE_AT_ONCE]
        events = ledger.store.streams(chunk, lte_position=position)
        for stream in chunk:
            facts = history(events[stream], position)
            begun = [fact for fact in facts.known("registered") if fact.effective_on <= on]
            if begun and not facts.visible("merged", on):
                yield stream, facts


class _Members:
    """Answers of the people of some units from their events, each asked once an instrument."""

    def __init__(self, ledger: Ledger, asked: Asked, units: Collection[str]) -> None:
        self._ledger = ledger
        self._asked = asked
        self._tree = asked.units.tree(asked.question.as_of)
        self._units = units
        self._answers: dict[int, dict[str, list[Answer]]] = {}

    def tally(self, rule: Members, unit: str) -> Tally:
        """What everybody in a unit or below it comes to, with who they are."""
        if rule.bound is None:
            return empty(rule)
        if id(rule.bound) not in self._answers:
            self._answers[id(rule.bound)] = self._asked_of_all(rule.bound)
        by_unit = self._answers[id(rule.bound)]
        below = sorted(self._tree.below(unit))
        return of_answers(rule, [one for place in below for one in by_unit.get(place, ())])

    def _asked_of_all(self, plan: Plan) -> dict[str, list[Answer]]:
        question, found = self._asked.question, dict[str, list[Answer]]()
        for stream, facts in registered(self._ledger, self._asked, self._holders()):
            answer = trace(
                plan, facts, question, subject=stream.hex, surroundings=self._asked.surroundings
            )
            if answer.unit in self._units:
                found.setdefault(answer.unit or "", []).append(answer)
        return found

    def _holders(self) -> set[UUID]:
        """Whoever was ever said to hold a post in one of the units, or in one they follow."""
        units = {*self._units}
        units.update(unit for unit, into in self._tree.moved().items() if into in self._units)
        found = set()
        topics = ("employee.position/1", "employee.correct/1")
        for recorded in self._ledger.store.read(1, self._asked.question.position, topics=topics):
            payload = orjson.loads(recorded.state)
            if payload.get("fields", payload).get("unit") in units:
                found.add(recorded.originator_id)
        return found


def everybody_traced(ledger: Ledger, asked: Asked) -> Iterator[Answer]:
    """Everybody's or every unit's answer with derivations, one stream after the other."""
    if not measures_units(asked):
        for stream, facts in registered(ledger, asked):
            yield traced(asked, facts, stream)
        return
    on, units = asked.question.as_of, asked.units.units
    members = _Members(ledger, asked, {stream.hex for stream in units})
    for stream in sorted(units, key=lambda one: one.hex):
        if any(fact.effective_on <= on for fact in units[stream].known(UNIT)):
            yield _of_unit(asked, stream, members)


def _of_unit(asked: Asked, stream: UUID, members: _Members) -> Answer:
    def tallies(rule: Members) -> Tally:
        return members.tally(rule, stream.hex)

    return traced(asked, asked.units.units[stream], stream, tallies)


def facts_table(ledger: Ledger, report: Report) -> FactsTable:
    """The ledger's facts table; `report` is told in a sentence what was damaged and built again."""
    url = ledger.store.engine.url
    kept = ledger.store.dialect == "sqlite" and url.database not in (None, "", ":memory:")
    database = Path(str(url.database)) if kept else None
    return FactsTable(
        ledger.store,
        folder_for(database, var=Path("var"), origin=ledger.origin),
        report=report,
        whole=ledger.store.whole,
    )


def rebuild_facts_table(ledger: Ledger, report: Report) -> int:
    """Remove the facts table and make it anew from the log; gives how many events it holds."""
    table = facts_table(ledger, report)
    table.clear()
    return table.frame().position


def everybody(asked: Asked, table: FactsTable) -> Iterator[Answer]:
    """Everybody's answer without derivations, ordered by subject, from the facts table."""
    return cohort(asked.plan, table.frame(), asked.question, enacted=asked.enacted).answers()


def is_known(ledger: Ledger, asked: Asked, stream: UUID) -> bool:
    """Whether a person was on record at the position asked about."""
    return bool(ledger.events_of(stream, position=asked.question.position))
