"""Questions to a ledger about more than one answer: why it differs, how it went, what is missing.

One person is answered from his stream, many from the facts table, as in `inquiry`. What is read
from the ledger is read here, once; everything that follows is pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.facts import History, history
from ledger.domain.rulebook import Rulebook
from ledger.domain.unit_directory import UnitDirectory
from ledger.errors import Misuse
from ledger.events.base import ORG_UNIT
from ledger.records import RecordedEvent
from projections import question
from projections.asking import enacted
from projections.asking.inquiry import Asked, log_of
from projections.differences import changes, units_why, whatif
from projections.differences.advise import Advice, advise
from projections.differences.compare import Difference, Side, compare
from projections.differences.compare_people import GroupDifference, compare_people
from projections.differences.people_states import GroupSide
from projections.differences.series import InForce, Point, around, series
from projections.differences.series_people import Month, month_days, months
from projections.differences.units_why import UnitDifference, UnitMonth
from projections.question import Question
from projections.table.frame import Frame
from projections.tracing.trace import trace


@dataclass(frozen=True, slots=True)
class Stretch:
    """Legal days from first to last, both inside, as known at one position."""

    instrument: str
    first: date
    last: date
    position: int
    known_at: datetime
    forecast: bool


def difference(ledger: Ledger, before: Asked, after: Asked, stream: UUID) -> Difference:
    """Why the answers about one person differ between two resolved questions."""
    last_position = max(before.question.position, after.question.position)
    events = ledger.events_of(stream, position=last_position)
    stated_at = {one.originator_version: one.id for one in events}
    first, last = (_side(asked, events, stream) for asked in (before, after))
    return compare(first, last, stated_at=stated_at)


def _side(asked: Asked, events: Sequence[RecordedEvent], stream: UUID) -> Side:
    """One coordinate of a person; facts that the question leaves out are left out."""
    facts = history(events, asked.question.position)
    answer = trace(
        asked.plan,
        facts,
        asked.question,
        subject=stream.hex,
        surroundings=asked.surroundings,
        enacted=asked.enacted,
    )
    left_out = {root for owner, root in asked.question.without if owner == stream.hex}
    return Side(answer, changes.without(facts, left_out), asked.surroundings)


def advice(ledger: Ledger, asked: Asked, stream: UUID) -> Advice:
    """What would raise one person's score."""
    return advise(_side(asked, ledger.events_of(stream, position=asked.question.position), stream))


def group_difference(
    frame: Frame, before: Asked, after: Asked, units: tuple[UUID, UUID] | None
) -> GroupDifference:
    """Why sum and mean differ: of a unit with all below it on each of the days, or of everybody."""
    sides = []
    for place, asked in enumerate((before, after)):
        sides.append(group_side(asked, None if units is None else _below(asked, units[place])))
    return compare_people(frame, *sides)


def _below(asked: Asked, unit: UUID) -> frozenset[str]:
    """A unit with all below it on the day."""
    return asked.units.tree(asked.question.as_of).below(unit.hex)


def unit_difference(frame: Frame, before: Asked, after: Asked, unit: UUID) -> UnitDifference | None:
    """Why the answers about one unit differ; None if it was not described on either side."""
    only = frozenset((unit.hex,))
    first, last = (group_side(asked, only) for asked in (before, after))
    return units_why.unit_difference(frame, unit.hex, first, last)


def unit_scores(
    ledger: Ledger, frame: Frame, asked: Stretch, *, one: UUID | None, top: UUID | None
) -> Iterator[UnitMonth]:
    """The answers about units at the end of each month: one, those below another, or all.

    Raises:
        InstrumentUnknown, NoRulesInForce: no such instrument, or none on the first day.
    """
    units = ledger.units(asked.position)
    wanted: dict[date, Collection[str] | None] = {}
    for on in month_days(asked.first, asked.last):
        below = None if top is None else units.tree(on).below(top.hex)
        wanted[on] = below if one is None else (one.hex,)
    rules = rules_between(ledger.rulebook(asked.position), asked)
    question = Question(asked.last, asked.position, asked.known_at)
    return units_why.unit_months(frame, rules, wanted, asked=question)


def measures_units(ledger: Ledger, asked: Stretch) -> bool:
    """Whether the instrument measures units and not people.

    Raises:
        InstrumentUnknown, NoRulesInForce: no such instrument, or none on the first day.
    """
    rules = rules_between(ledger.rulebook(asked.position), asked)
    return rules[0].plan.subject == ORG_UNIT


def supposed_person(
    ledger: Ledger, before: Asked | None, after: Asked, stream: UUID
) -> dict[str, Any]:
    """What a draft, or facts left out, would do to one person, as JSON; never stored.

    Args:
        before: as it is, None where no text of that name is in force.
        after: the same question under a draft (`inquiry.resolve_draft`) or `without` facts.
    """
    events = ledger.events_of(stream, position=after.question.position)
    first = None if before is None else _side(before, events, stream).answer
    return whatif.person(first, _side(after, events, stream).answer)


def supposed_people(
    frame: Frame, before: Asked | None, after: Asked, *, unit: UUID | None = None
) -> whatif.Effect:
    """What a draft, or facts left out, would do to everybody or to a unit; never stored."""
    below = None if unit is None else _below(after, unit)
    first = None if before is None else group_side(before, below)
    return whatif.population(frame, first, group_side(after, below))


def group_side(asked: Asked, units: frozenset[str] | None = None) -> GroupSide:
    """A question about everybody, or about the members of units."""
    return GroupSide(asked.plan, asked.question, asked.enacted, units)


def without(asked: Asked, facts: Sequence[tuple[str, int]]) -> Asked:
    """The same question as if some facts more had not been: (stream hex, root version)."""
    left_out = [*asked.question.without, *facts]
    return replace(asked, question=whatif.without(asked.question, left_out))


def stretch(
    ledger: Ledger,
    name: str,
    first: date,
    last: date,
    *,
    position: int | None,
    known_at: datetime | None,
    today: date,
    now: datetime,
) -> Stretch:
    """Place a question about a stretch of days in the log.

    Raises:
        Misuse: the last day lies before the first, or one far from any record.
        BeforeFirstRecord, PositionRefused: as for a score.
    """
    for day in (first, last):
        question.check_day(day)
    if last < first:
        raise Misuse(
            f"The last day, {last.isoformat()}, lies before the first, {first.isoformat()}.",
            next_step="Give the earlier day with --from and the later one with --to.",
        )
    found, recorded_at = question.asked_position(
        log_of(ledger), position=position, known_at=known_at, now=now
    )
    return Stretch(name, first, last, found, recorded_at, last > today)


def person_series(ledger: Ledger, asked: Stretch, stream: UUID) -> list[Point]:
    """One person's score on the first day, and every day on which it changed.

    Raises:
        InstrumentUnknown, NoRulesInForce: no such instrument, or none on the first day.
    """
    facts = history(ledger.events_of(stream, position=asked.position), asked.position)
    book = ledger.references(asked.position)

    def units() -> dict[str, History]:
        return {unit.hex: own for unit, own in ledger.units(asked.position).units.items()}

    def some(named: frozenset[str]) -> dict[str, History]:
        streams = [UUID(unit) for unit in named]
        told = ledger.store.streams(streams, lte_position=asked.position)
        return {unit.hex: history(events, asked.position) for unit, events in told.items()}

    rules = rules_between(ledger.rulebook(asked.position), asked)
    return series(facts, around(facts, book, units, some), rules, asked.first, asked.last)


def unit_series(ledger: Ledger, frame: Frame, asked: Stretch, unit: UUID | None) -> Iterator[Month]:
    """A unit with all below it at the end of each month; every unit when None.

    Raises:
        InstrumentUnknown, NoRulesInForce: no such instrument, or none on the first day.
    """
    days = month_days(asked.first, asked.last)
    rules = rules_between(ledger.rulebook(asked.position), asked)
    units = ledger.units(asked.position)
    return months(
        frame,
        rules,
        days,
        asked=Question(asked.last, asked.position, asked.known_at),
        above=lambda on: units_above(units, on),
        only=None if unit is None else unit.hex,
    )


def units_above(units: UnitDirectory, on: date) -> dict[str, Sequence[str]]:
    """Each unit's id with those of the unit itself and of all above it on a day.

    Of a closed unit those of where its people count.
    """
    tree = units.tree(on)
    return {one.hex: tree.path(one.hex) for one in units.units}


def rules_between(book: Rulebook, asked: Stretch) -> list[InForce]:
    """The texts in force in a stretch of days, each from the day on which it is the one.

    Raises:
        InstrumentUnknown, NoRulesInForce.
    """
    found = [_from(enacted.in_force(book, asked.instrument, asked.first), asked.first)]
    for on in enacted.starts(book, asked.first, asked.last):
        rules = _from(enacted.in_force(book, asked.instrument, on), on)
        if (rules.enacted, rules.plan) != (found[-1].enacted, found[-1].plan):
            found.append(rules)
    return found


def _from(rules: enacted.InForce, since: date) -> InForce:
    return InForce(since, rules.plan, rules.enactment.position)
