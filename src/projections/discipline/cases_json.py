"""A discipline case as the public contract has it (docs/command-line.md, `case`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ledger.canonical import instant_text
from ledger.domain.case import CaseState, Step, StepKind
from ledger.domain.sanction import Effect
from projections.discipline import finding_words
from projections.discipline.asking_absences import ToldAbsences
from projections.discipline.asking_cases import Told, When, contested
from projections.discipline.case_findings import Found
from projections.discipline.clocks import Running
from projections.discipline.procedure import Procedure
from projections.discipline.regimes import Regime

SUPERIOR, DECIDER, EVERYBODY = "ATASAN_LANGSUNG", "PEJABAT_YANG_BERWENANG_MENGHUKUM", "PEGAWAI"
# What comes next in each state, and who has to act; a case that is over needs nobody, and while a
# filing waits for its ruling that comes next.
_NEXT: Mapping[CaseState, tuple[str, str]] = {
    CaseState.DILAPORKAN: ("SUMMONS_1", SUPERIOR),
    CaseState.DIPANGGIL: ("EXAMINATION", SUPERIOR),
    CaseState.DIPERIKSA: ("DECIDED", DECIDER),
    CaseState.DIJATUHKAN: ("RECEIVED", DECIDER),
    CaseState.DITERIMA: ("EFFECTIVE", DECIDER),
    CaseState.BERLAKU: ("SERVED", EVERYBODY),
}


def line(one: Told) -> dict[str, Any]:
    """A case in a list."""
    waiting = one.waiting()
    return {
        **_name(one),
        "state": _state(one),
        "next_clock": _brief(waiting[0]) if waiting else None,
        "overdue": one.overdue,
        "findings": sorted({found.finding.value for found in one.findings}),
    }


def whole(one: Told, asked: When) -> dict[str, Any]:
    """A case with its steps, clocks, findings and sanctions."""
    waiting = one.waiting()
    opened = one.case.opened
    text = None if one.regime is None else one.regime.procedure
    return {
        **_name(one),
        "as_of": asked.as_of.isoformat(),
        "position": asked.position,
        "ground": None if opened is None else opened.fields["ground"],
        "act_on": _day(one.case.act_on),
        "procedure": _procedure(one.regime),
        "state": _state(one),
        "next": _next(one),
        "next_clock": _brief(waiting[0]) if waiting else None,
        "overdue": one.overdue,
        "steps": [_step(step) for step in one.case.upto(asked.as_of)],
        "clocks": [_clock(running) for running in one.running],
        "findings": [finding(found) for found in one.findings],
        "sanctions": [_sanction(one, effect, text, asked.as_of) for effect in one.case.sanctions],
        "terms": [] if text is None else [
            {
                "term": term.name,
                "number": term.number.value,
                "count": term.count.value,
                "cite": term.number.cite,
                "mark": term.number.mark.value,
            }
            for term in text.terms
        ],
        "disputed": [
            {"root": root, "dispute": dispute} for root, dispute in sorted(contested(one).items())
        ],
    }  # fmt: skip


def absences(one: ToldAbsences, asked: When) -> dict[str, Any]:
    """What somebody's absences of a year come to, and by which text."""
    found = one.absences
    reached = found.reached
    return {
        "subject": one.subject.hex,
        "year": found.year,
        "as_of": asked.as_of.isoformat(),
        "position": asked.position,
        "procedure": _procedure(one.regime),
        "days": found.days,
        "in_a_row": None
        if found.row is None
        else {
            "from": found.row[0].isoformat(),
            "to": found.row[1].isoformat(),
            "days": found.row[2],
        },
        "missing_year": found.missing_year,
        "ladder": one.regime is not None and one.regime.procedure.absence is not None,
        "rung": None
        if reached is None
        else {
            "from_days": reached.rung.days,
            "in_a_row": reached.in_a_row,
            "kind": reached.rung.kind.value,
            "months": reached.rung.months,
            "reached_on": reached.on.isoformat(),
            "cite": reached.said.cite,
            "mark": reached.said.mark.value,
        },
        "absences": [
            {
                "from": fact.fields["from"],
                "to": fact.fields["to"],
                "root": fact.root,
                "position": fact.position,
                "disputed": fact.root in found.contested,
            }
            for fact in found.facts
        ],
        "cases": list(one.cases),
    }


def finding(found: Found) -> dict[str, Any]:
    """What is out of order, on which step, by which article; `needs`, `due` and `consequence` say
    what should have been before it or when, and what follows, `says` all of it in a sentence.
    """
    return {
        "finding": found.finding.value,
        "step": found.step.kind.value,
        "on": found.step.on.isoformat(),
        "position": found.step.fact.position,
        "cite": found.cite,
        "refuses": found.refuses,
        "mark": found.mark.value,
        "needs": [kind.value for kind in found.needs],
        "due": _day(found.due),
        "consequence": [one.value for one in found.consequence],
        "says": finding_words.said(found),
    }


def _name(one: Told) -> dict[str, Any]:
    stated = None if one.case.opened is None else one.case.opened.fields.get("regime")
    regime = stated if one.regime is None else one.regime.procedure.regime.value
    return {
        "subject": one.subject.hex,
        "case": f"{one.subject.hex}/{one.case.root}",
        "id": one.case.ident,
        "regime": regime,
    }


def _state(one: Told) -> str | None:
    return None if one.state is None else one.state.value


def _next(one: Told) -> dict[str, Any] | None:
    """Which step comes next and who may take it."""
    if one.over or one.state is None:
        return None
    steps = one.case.upto(one.on)
    answered = {step.filing for step in steps if step.kind in _ANSWERS.values()}
    for step in steps:
        if step.kind in _ANSWERS and step.filing not in answered:
            forums = {} if one.regime is None else one.regime.procedure.forums
            named = forums.get(step.kind.value.lower())
            by = [] if named is None else sorted(forum.value for forum in named.value)
            return {"step": _ANSWERS[step.kind].value, "by": by}
    if one.state not in _NEXT:
        return None
    expected, who = _NEXT[one.state]
    return {"step": expected, "by": [who]}


_ANSWERS = {
    StepKind.OBJECTION: StepKind.RULING_ON_OBJECTION,
    StepKind.APPEAL: StepKind.RULING_ON_APPEAL,
    StepKind.SUIT: StepKind.RULING_ON_SUIT,
}


def _procedure(regime: Regime | None) -> dict[str, Any] | None:
    if regime is None:
        return None
    text = regime.procedure
    return {
        "regime": text.regime.value,
        "decree": text.decree,
        "sha256": regime.sha256,
        "governs": {"by": text.governs.value, "mark": text.governs.mark.value},
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.kind.value,
        "on": step.on.isoformat(),
        "recorded_at": instant_text(step.fact.recorded_at),
        "position": step.fact.position,
        "sanction": step.sanction,
        "filing": step.filing,
    }


def _brief(running: Running) -> dict[str, Any]:
    return {
        "clock": running.clock.name,
        "due": _day(running.due),
        "state": running.state.value,
        "cite": running.clock.number.cite,
        "missing_year": running.missing_year,
    }


def _clock(running: Running) -> dict[str, Any]:
    clock = running.clock
    return {
        "clock": clock.name,
        "after": clock.after.value,
        "since": running.since.on.isoformat(),
        "until": clock.until.value,
        "bound": clock.bound.value,
        "number": clock.number.value,
        "count": clock.count.value,
        "due": _day(running.due),
        "met": None if running.met is None else running.met.on.isoformat(),
        "state": running.state.value,
        "missing_year": running.missing_year,
        "optional": clock.optional,
        "cite": clock.number.cite,
        "mark": clock.number.mark.value,
    }


def _sanction(one: Told, effect: Effect, text: Procedure | None, on: date) -> dict[str, Any]:
    fact = effect.sanction
    state = one.case.sanction_state(effect, on)
    serving = state is CaseState.BERLAKU
    blocks = None if text is None or text.blocks is None else text.blocks
    levels = effect.levels_on(on)
    return {
        "root": fact.root,
        "id": fact.fields.get("id"),
        "level": fact.fields["level"],
        "kind": fact.fields["kind"],
        "decided_on": fact.fields["decided_on"],
        "effective_on": fact.effective_on.isoformat(),
        "until": _day(fact.until),
        "state": None if state is None else state.value,
        "in_force": [
            {"from": since.isoformat(), "until": _day(until), "levels": list(levels)}
            for since, until, levels in _in_force(effect)
        ],
        "open_since": _day(effect.open_since),
        "blocks": None
        if blocks is None
        else {
            "promotion_and_pay_rise": serving and any(one in blocks.value for one in levels),
            "cite": blocks.cite,
            "mark": blocks.mark.value,
        },
    }


def _in_force(effect: Effect) -> Iterator[tuple[date, date | None, tuple[str, ...]]]:
    """The days on which it is in force, at which level; the end of its term ends them."""
    term = effect.sanction.until
    for period in effect.periods:
        ends = [day for day in (period.until, term) if day is not None]
        until = min(ends, default=None)
        if until is None or period.since < until:
            yield period.since, until, period.levels


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
