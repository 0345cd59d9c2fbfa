"""Early warnings about one person or unit, and about the log: which rules speak, and of what. Pure.

A warning names its rule and what it is about by a key that stays the same while it lasts, so that
an acknowledgement of one is none of the next: a year, a fact, or the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ledger.canonical import decimal_text
from ledger.domain.facts import History
from projections.answer import Answer, FactUse, MeasureResult, Status
from projections.plans.extra import All
from projections.plans.plan import Plan
from projections.reasons import PARAMETER_MISSING
from projections.watch.warning_rules import WarningKind, WarningRule

SAME_DAY = "SAME_DAY"


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """Something to look at.

    Attributes:
        subject: id of a person or unit, hex digits; None of the ledger itself.
        key: what it is about, as "2026", "appraisal/17" or "log/4075". what: the same in words.
    """

    rule: WarningRule
    subject: str | None
    key: str
    what: Mapping[str, Any] = field(default_factory=dict)


def of_subject(
    rules: Sequence[WarningRule],
    answers: Mapping[str, Answer],
    facts: History,
    on: date,
    *,
    plans: Mapping[str, Plan],
) -> Iterator[EarlyWarning]:
    """What is to be looked at about one person or unit on a day.

    Args:
        plans: the instruments in force on the day whose requirements rules read.
        answers: his answer under each instrument that a rule names; a rule whose instrument is not
            in force that day is silent, and so is one whose instrument does not measure him.
        facts: his facts as known at the position of the answers.
    """
    for rule in rules:
        answer = answers.get(rule.instrument)
        if answer is None or answer.status is Status.NOT_APPLICABLE or not rule.speaks(on):
            continue
        for key, what in _found(rule, answer, facts, on, plans):
            yield EarlyWarning(rule, answer.subject, key, what)


_Found = Iterator[tuple[str, dict[str, Any]]]


def _found(
    rule: WarningRule, answer: Answer, facts: History, on: date, plans: Mapping[str, Plan]
) -> _Found:
    if rule.kind is WarningKind.NONE_AGREED:
        return _none_agreed(rule, facts, on)
    if rule.kind is WarningKind.BELOW_TARGET:
        return _below_target(answer, on)
    if rule.kind is WarningKind.OUTSIDE:
        return _outside(rule, facts, on, plans)
    if rule.kind is WarningKind.BAND:
        return _band(rule, answer)
    return _same_day(answer)


def _none_agreed(rule: WarningRule, facts: History, on: date) -> _Found:
    for fact in facts.known(rule.facts):
        first, last = (date.fromisoformat(fact.fields[name]) for name in ("from", "to"))
        if fact.fields.get("state") in rule.states and first <= on <= last and fact.there(on):
            return
    yield str(on.year), {"facts": rule.facts, "states": list(rule.states)}


def _below_target(answer: Answer, on: date) -> _Found:
    """An unknown total is told as unknown; it is no zero, and no reason to be silent either. Only
    where nobody knows the target itself is there nothing to fall short of.
    """
    if answer.total is None and any(one.code == PARAMETER_MISSING for one in answer.why):
        return
    target = answer.plan.maximum.value
    if answer.total is None or answer.total < target:
        points = None if answer.total is None else decimal_text(answer.total)
        key = f"{answer.plan.instrument}/{on.year}"
        yield key, {"points": points, "of": decimal_text(target), "decree": answer.plan.decree}


def _outside(rule: WarningRule, facts: History, on: date, plans: Mapping[str, Plan]) -> _Found:
    """Silent while no text in force asks for anything."""
    instrument, requirement = rule.reads()
    plan = plans.get(instrument)
    for one in () if plan is None else plan.measures:
        asked = one.rule
        if one.name != requirement or not isinstance(asked, All):
            continue
        stated = [
            fact
            for fact in facts.visible(asked.facts, on)
            if fact.fields.get(asked.state_field) == asked.state.value
            and fact.fields.get(asked.by) is not None
            and all(each.met(fact.fields) for each in asked.where)
        ]
        if stated and stated[-1].fields[asked.by] not in asked.codes.value:
            newest = stated[-1]
            what = {
                asked.by: newest.fields[asked.by],
                "asked": sorted(asked.codes.value),
                "effective_on": newest.effective_on.isoformat(),
                "decree": "" if plan is None else plan.decree,
            }
            yield f"{asked.facts}/{newest.root}", what


def _band(rule: WarningRule, answer: Answer) -> _Found:
    """Its key is the year; what of it falls short stands with each requirement."""
    if answer.band in rule.codes:
        short = [one.name for one in answer.measures if one.span.high < one.maximum]
        what = {"outcome": answer.band, "of": short, "decree": answer.plan.decree}
        yield f"{answer.plan.instrument}/{answer.question.as_of.year}", what


def _same_day(answer: Answer) -> _Found:
    uses = [*answer.who, *(use for one in answer.measures for use in _uses(one))]
    roots = {one.root: one for one in uses if one.why.startswith(SAME_DAY)}
    for root, use in sorted(roots.items()):
        yield f"fact/{root}", {"why": use.why, "effective_on": use.effective_on.isoformat()}


def _uses(measure: MeasureResult) -> Iterator[FactUse]:
    yield from measure.facts
    for one in measure.measures:
        yield from _uses(one)


def of_log(
    rules: Sequence[WarningRule], *, covered: int, since: datetime, now: datetime
) -> Iterator[EarlyWarning]:
    """What is to be looked at about the ledger itself.

    Args:
        covered: position of the last checkpoint, 0 without one.
        since: the first event that it does not hold was recorded then.
    """
    for rule in rules:
        if rule.kind is WarningKind.CHECKPOINT and now - since > timedelta(hours=rule.hours):
            yield EarlyWarning(rule, None, f"log/{covered}", {"hours": rule.hours})
