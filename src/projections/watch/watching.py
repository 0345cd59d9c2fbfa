"""Early warnings of a ledger: everybody's, a unit's or one person's, each with who acknowledged it.

Answers come from events, one person after the other. Another source of warnings, as the clocks of
cases, is one more entry of `Watch.sources`: facts of a person and a day in, warnings out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.acknowledgement import Acknowledged, Warned, acknowledged
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.events.book import HeadsCommitted
from ledger.facts import History
from ledger.rulebook import InstrumentUnknown, NoRulesInForce
from projections.answer import Answer
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.tracing.trace import trace
from projections.watch.early_warnings import EarlyWarning, of_log, of_person
from projections.watch.warning_rules import WarningRule

Source = Callable[[str, History, date], Iterable[EarlyWarning]]


@dataclass(frozen=True, slots=True)
class Watch:
    """A question for warnings: legal day and position, with all that answering takes.

    Attributes:
        asked: the question under each instrument in force that a rule names.
        sources: further warnings about a person, from his facts.
    """

    on: date
    position: int
    known_at: datetime
    rules: tuple[WarningRule, ...]
    asked: Mapping[str, Asked]
    sources: tuple[Source, ...] = ()


def watch(
    ledger: Ledger,
    rules: Sequence[WarningRule],
    ask: Ask,
    *,
    today: date,
    now: datetime,
    sources: Sequence[Source] = (),
) -> Watch:
    """Place a question for warnings in the log. Of `ask` the day and what was known count.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused; NoRulesInForce: no instrument of any rule is in
        force on the day.
    """
    found: dict[str, Asked] = {}
    refused: NoRulesInForce | InstrumentUnknown | None = None
    for name in dict.fromkeys(rule.instrument for rule in rules if rule.instrument):
        one = Ask(name, as_of=ask.as_of, known_at=ask.known_at, position=ask.position)
        try:
            found[name] = inquiry.resolve(ledger, one, today=today, now=now)
        except (InstrumentUnknown, NoRulesInForce) as fault:
            refused = fault
    if not found:
        raise refused or NoRulesInForce("No rule names an instrument.")
    first = next(iter(found.values())).question
    return Watch(first.as_of, first.position, first.known_at, tuple(rules), found, tuple(sources))


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


def _of(
    asked: Watch, stream: UUID, facts: History, below: frozenset[str] | None
) -> Iterator[EarlyWarning]:
    answers = {name: _answer(one, stream, facts) for name, one in asked.asked.items()}
    if below is not None and not any(one.unit in below for one in answers.values()):
        return
    yield from of_person(asked.rules, answers, facts, asked.on)
    for source in asked.sources:
        yield from source(stream.hex, facts, asked.on)


def _answer(asked: Asked, stream: UUID, facts: History) -> Answer:
    return trace(
        asked.plan,
        facts,
        asked.question,
        subject=stream.hex,
        surroundings=asked.surroundings,
        enacted=asked.enacted,
    )


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
