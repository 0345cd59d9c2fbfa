"""Early warnings of a ledger: everybody's, a unit's or one person's, each with who acknowledged it.

Answers come from events, one person after the other. What does not follow from an answer, as the
clocks of cases, comes from `Watch.sources`: facts of a person and a day in, warnings out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.commands.acknowledgement import Acknowledged, Warned, acknowledged
from ledger.domain.facts import History
from ledger.domain.rulebook import InstrumentUnknown, NoRulesInForce
from ledger.events.book import HeadsCommitted
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.discipline import asking_cases
from projections.plans.plan import Plan
from projections.watch import watching_cases
from projections.watch.early_warnings import EarlyWarning, of_log, of_subject
from projections.watch.warning_rules import WarningRule
from projections.watch.watching_cases import Source


@dataclass(frozen=True, slots=True)
class Watch:
    """A question for warnings: legal day and position, with all that answering takes.

    Attributes:
        asked: the question under each instrument in force that a rule names and that measures
            people; units: the same of those that measure units.
        plans: the instruments in force whose requirements rules read.
        sources: further warnings about a person, from his facts.
    """

    on: date
    position: int
    known_at: datetime
    rules: tuple[WarningRule, ...]
    asked: Mapping[str, Asked]
    units: Mapping[str, Asked]
    plans: Mapping[str, Plan]
    sources: tuple[Source, ...] = ()


def watch(
    ledger: Ledger,
    rules: Sequence[WarningRule],
    ask: Ask,
    *,
    today: date,
    now: datetime,
) -> Watch:
    """Place a question for warnings in the log. Of `ask` the day and what was known count.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused; NoRulesInForce: no instrument of any rule is in
        force on the day.
    """
    found: dict[str, Asked] = {}
    refused: NoRulesInForce | InstrumentUnknown | None = None
    named = dict.fromkeys(name for rule in rules for name in (rule.instrument, rule.reads()[0]))
    for name in filter(None, named):
        one = Ask(name, as_of=ask.as_of, known_at=ask.known_at, position=ask.position)
        try:
            found[name] = inquiry.resolve(ledger, one, today=today, now=now)
        except (InstrumentUnknown, NoRulesInForce) as fault:
            refused = fault
    measuring = {name: found[name] for rule in rules if (name := rule.instrument) in found}
    people = {name: one for name, one in measuring.items() if not inquiry.measures_units(one)}
    if not people:
        raise refused or NoRulesInForce("No rule names an instrument that measures people.")
    first = next(iter(people.values())).question
    cases = asking_cases.when(ledger, first.as_of, first.position)
    return Watch(
        first.as_of,
        first.position,
        first.known_at,
        tuple(rules),
        people,
        {name: one for name, one in measuring.items() if name not in people},
        {name: one.plan for name, one in found.items()},
        (watching_cases.source(ledger, rules, cases),),
    )


def person(ledger: Ledger, asked: Watch, stream: UUID) -> Iterator[EarlyWarning]:
    """The warnings about one person."""
    return _of(asked, stream, inquiry.facts_of(ledger, stream, asked.position), None)


def everybody(
    ledger: Ledger, asked: Watch, below: frozenset[str] | None = None
) -> Iterator[EarlyWarning]:
    """The warnings about everybody, or about the members of units, by subject and rule."""
    first = next(iter(asked.asked.values()))
    for stream, facts in inquiry.registered(ledger, first):
        yield from _of(asked, stream, facts, below)


def units(
    ledger: Ledger, asked: Watch, among: frozenset[str] | None = None
) -> Iterator[EarlyWarning]:
    """The warnings about all units, or some, by rule and unit."""
    for name, one in asked.units.items():
        for answer in inquiry.everybody_traced(ledger, one):
            if among is None or answer.subject in among:
                facts = one.units.units[UUID(answer.subject)]
                yield from of_subject(
                    asked.rules, {name: answer}, facts, asked.on, plans=asked.plans
                )


def _of(
    asked: Watch, stream: UUID, facts: History, below: frozenset[str] | None
) -> Iterator[EarlyWarning]:
    answers = {name: inquiry.traced(one, facts, stream) for name, one in asked.asked.items()}
    if below is not None and not any(one.unit in below for one in answers.values()):
        return
    yield from of_subject(asked.rules, answers, facts, asked.on, plans=asked.plans)
    for source in asked.sources:
        yield from source(stream.hex, facts, asked.on)


def log(ledger: Ledger, asked: Watch, *, now: datetime) -> Iterator[EarlyWarning]:
    """The warnings about the ledger itself, as of the position asked about."""
    covered = 0
    for recorded in ledger.book_events(asked.position):
        if recorded.topic == HeadsCommitted.SPEC.topic:
            covered = recorded.id
    if covered < asked.position:
        since = inquiry.log_of(ledger).recorded_at(covered + 1)
        yield from of_log(asked.rules, covered=covered, since=since, now=now)


def shown(ledger: Ledger, asked: Watch, found: Iterable[EarlyWarning]) -> Iterator[dict[str, Any]]:
    """Warnings as the objects of docs/command-line.md, keys in its order, without names."""
    seen = acknowledged(ledger, asked.position)
    for one in found:
        rule = one.rule
        yield {
            "rule": rule.name,
            "subject": one.subject,
            "key": one.key,
            "says": rule.says,
            "what": dict(one.what),
            "from": rule.begins,
            "cite": rule.cite,
            "mark": rule.mark.value,
            "who_must_act": rule.who,
            "next_step": rule.next_step,
            "acknowledged": [
                _by(each) for each in seen.get(Warned(one.subject, rule.name, one.key), ())
            ],
        }


def _by(one: Acknowledged) -> dict[str, Any]:
    return {
        "by": one.actor,
        "at": instant_text(one.recorded_at),
        "position": one.position,
    }
