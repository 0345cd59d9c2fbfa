"""What is out of order in a case, by its procedure: each finding with its article.

Recorded facts are never refused for what they say of the past; what the law forbids is told here,
wherever the case is shown. A command that takes a step asks first, and is refused by those findings
that `refuses` says the law does not allow. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.domain.case import Case, Step, StepKind
from ledger.domain.sanction import LADDER, Effect
from ledger.domain.workdays import Workdays
from ledger.values import shift_months
from ledger.vocabulary import SanctionKind, SanctionLevel
from projections.discipline.clocks import ClockState, Running, clocks
from projections.discipline.procedure import Procedure, Team
from projections.plans.plan import Mark, Value

GROUND = "ground"
# Rank of a person on a day, by his id: the higher the number the higher; None when not known.
Rank = Callable[[str, date], int | None]


class Finding(StrEnum):
    """What may be wrong with a case."""

    STEP_OUT_OF_ORDER = "STEP_OUT_OF_ORDER"
    TOO_EARLY = "TOO_EARLY"
    FILED_LATE = "FILED_LATE"
    DONE_LATE = "DONE_LATE"
    EFFECTIVE_DAY_DIFFERS = "EFFECTIVE_DAY_DIFFERS"
    TERM_DIFFERS = "TERM_DIFFERS"
    RULING_WITHOUT_FILING = "RULING_WITHOUT_FILING"
    FORUM_NOT_OF_REGIME = "FORUM_NOT_OF_REGIME"
    KIND_NOT_OF_REGIME = "KIND_NOT_OF_REGIME"
    TEAM_MISSING = "TEAM_MISSING"
    TEAM_NOT_FORESEEN = "TEAM_NOT_FORESEEN"
    EXAMINER_OF_LOWER_RANK = "EXAMINER_OF_LOWER_RANK"
    EXAMINER_RANK_UNKNOWN = "EXAMINER_RANK_UNKNOWN"
    PUNISHED_TWICE = "PUNISHED_TWICE"
    REPEATED_NOT_HEAVIER = "REPEATED_NOT_HEAVIER"


class Consequence(StrEnum):
    """What follows from a filing that came late."""

    NOT_ACCEPTED = "NOT_ACCEPTED"
    STAYS_IN_FORCE = "STAYS_IN_FORCE"
    WAITS_FOR_RULING = "WAITS_FOR_RULING"


# What no command may do; the rest is unusual or late, and recorded as it was.
_REFUSED = frozenset(
    {
        Finding.STEP_OUT_OF_ORDER,
        Finding.RULING_WITHOUT_FILING,
        Finding.EXAMINER_OF_LOWER_RANK,
        Finding.PUNISHED_TWICE,
    }
)
_SURE = (Mark.VERIFIED, Mark.READING)


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: what, on which step, by which article.

    Attributes:
        mark: how sure the rule is. needs: of a step out of order, what must come before it, any.
        due: of what was not in time, the day that the law has. consequence: of a late filing.
    """

    finding: Finding
    step: Step
    cite: str
    mark: Mark = Mark.VERIFIED
    needs: tuple[StepKind, ...] = ()
    due: date | None = None
    consequence: tuple[Consequence, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether a command that takes this step is refused: never by a rule only recalled."""
        return self.finding in _REFUSED and self.mark in _SURE


# What must come before a step, one of several; the first step of a case may be any.
_NEEDS = {
    StepKind.SUMMONS_2: {StepKind.SUMMONS_1},
    StepKind.EXAMINATION: {StepKind.SUMMONS_1, StepKind.SUMMONS_2},
    StepKind.SUMMONS_1_MISSED: {StepKind.SUMMONS_1},
    StepKind.SUMMONS_2_MISSED: {StepKind.SUMMONS_2},
    StepKind.DECIDED: {StepKind.EXAMINATION, StepKind.SUMMONS_2_MISSED},
    StepKind.RECEIVED: {StepKind.DECIDED},
    StepKind.EFFECTIVE: {StepKind.DECIDED},
    StepKind.OBJECTION: {StepKind.DECIDED},
    StepKind.APPEAL: {StepKind.DECIDED},
    StepKind.SUIT: {StepKind.DECIDED},
    StepKind.SERVED: {StepKind.EFFECTIVE},
    StepKind.RULING_ON_OBJECTION: {StepKind.OBJECTION},
    StepKind.RULING_ON_APPEAL: {StepKind.APPEAL},
    StepKind.RULING_ON_SUIT: {StepKind.SUIT},
}
_FORUMS = {
    StepKind.RULING_ON_OBJECTION: "objection",
    StepKind.RULING_ON_APPEAL: "appeal",
    StepKind.RULING_ON_SUIT: "suit",
}
_LATE_FILINGS = {StepKind.OBJECTION, StepKind.APPEAL, StepKind.SUIT}


def findings(
    case: Case,
    others: Sequence[Case],
    procedure: Procedure,
    workdays: Workdays,
    on: date,
    *,
    person: str,
    rank: Rank,
) -> tuple[Found, ...]:
    """What is out of order in a case on a day, in the order of its steps.

    Args:
        case: the case. others: the same person's other cases.
        procedure: the text that governs it. workdays: calendars declared.
        person: his id. rank: of him and of whoever examined.
    """
    found = [
        *_order(case, procedure, on),
        *_timing(case, procedure, workdays, on),
        *_sanctions(case, procedure, on),
        *_rulings(case, procedure, on),
        *_examiners(case, procedure, on, person, rank),
        *_again(case, others, procedure, on),
    ]
    places = {id(step): place for place, step in enumerate(case.steps)}
    return tuple(sorted(found, key=lambda one: (places[id(one.step)], one.finding)))


def _order(case: Case, procedure: Procedure, on: date) -> Iterator[Found]:
    """A step before what the law puts before it; a sanction alone tells nothing of its case."""
    steps = case.upto(on) if procedure.orderly else ()
    for step in steps:
        needed = _NEEDS.get(step.kind)
        if needed is None or (step.kind is StepKind.DECIDED and case.opened is None):
            continue
        before = [
            one
            for one in steps
            if one.kind in needed
            and one.on <= step.on
            and (one.sanction is None or one.sanction == step.sanction)
            and (one.filing is None or one.filing == step.filing)
        ]
        if not before:
            cite = procedure.order.get(step.kind, procedure.decree)
            wanted = tuple(kind for kind in StepKind if kind in needed)
            yield Found(Finding.STEP_OUT_OF_ORDER, step, cite, needs=wanted)


def _timing(case: Case, procedure: Procedure, workdays: Workdays, on: date) -> Iterator[Found]:
    for one in clocks(case, procedure, workdays, on):
        found = _OF_CLOCKS.get(one.state)
        if one.met is None or found is None:
            continue
        number, late = one.clock.number, one.met.kind in _LATE_FILINGS
        if found is Finding.DONE_LATE and late:
            follows = _consequence(case, one, procedure)
            yield Found(Finding.FILED_LATE, one.met, number.cite, number.mark, (), one.due, follows)
        else:
            yield Found(found, one.met, number.cite, number.mark, due=one.due)


_OF_CLOCKS = {
    ClockState.TOO_EARLY: Finding.TOO_EARLY,
    ClockState.DIFFERS: Finding.EFFECTIVE_DAY_DIFFERS,
    ClockState.MET_LATE: Finding.DONE_LATE,
}


def _consequence(case: Case, late: Running, procedure: Procedure) -> tuple[Consequence, ...]:
    """What a late filing leads to: whether the law accepts it, and what becomes of the sanction
    until somebody rules all the same.
    """
    found = [Consequence.NOT_ACCEPTED] if late.clock.refused_late else []
    step = late.met
    for one in case.sanctions:
        if step is not None and one.sanction.root == step.sanction and not one.quashed:
            waits = procedure.late_filing_suspends.value or step.on < one.sanction.effective_on
            found.append(Consequence.WAITS_FOR_RULING if waits else Consequence.STAYS_IN_FORCE)
    return tuple(found)


def _sanctions(case: Case, procedure: Procedure, on: date) -> Iterator[Found]:
    """Kinds that the regime does not know, and terms it does not foresee."""
    for step in case.upto(on):
        if step.kind is not StepKind.DECIDED:
            continue
        level = SanctionLevel(step.fact.fields["level"])
        kind = SanctionKind(step.fact.fields["kind"])
        if procedure.kinds is None:
            continue
        known = procedure.kinds.get(level, {})
        if known is None:
            continue
        if kind not in known:
            yield Found(Finding.KIND_NOT_OF_REGIME, step, procedure.decree)
            continue
        months, until = known[kind], step.fact.until
        begin = step.fact.effective_on
        ends = {shift_months(begin, number) for number in months.value}
        if ends and until is not None and until not in ends:
            yield Found(Finding.TERM_DIFFERS, step, months.cite, months.mark)


def _rulings(case: Case, procedure: Procedure, on: date) -> Iterator[Found]:
    for step in case.upto(on):
        if step.kind is StepKind.RULING_ON_CASE and procedure.orderly:
            cite = procedure.order.get(step.kind, procedure.decree)
            yield Found(Finding.RULING_WITHOUT_FILING, step, cite)
        effort = _FORUMS.get(step.kind)
        forums = None if effort is None else procedure.forums.get(effort)
        if forums is not None and step.fact.fields["forum"] not in forums.value:
            yield Found(Finding.FORUM_NOT_OF_REGIME, step, forums.cite, forums.mark)


def _examiners(
    case: Case, procedure: Procedure, on: date, person: str, rank: Rank
) -> Iterator[Found]:
    """Who examined: a team where it must, none where it may not, nobody of lower rank."""
    rules = procedure.examiners
    if rules is None:
        return
    steps = case.upto(on)
    level = _heaviest(case.sanctions, on)
    for step in steps:
        if step.kind is not StepKind.EXAMINATION:
            continue
        team = step.fact.fields.get("team") or ()
        if rules.team is not None and level is not None:
            asked, said = rules.team.value.get(SanctionLevel(level)), rules.team
            if asked is Team.MUST and not team:
                yield Found(Finding.TEAM_MISSING, step, said.cite, said.mark)
            if asked is Team.NO and team:
                yield Found(Finding.TEAM_NOT_FORESEEN, step, said.cite, said.mark)
        if rules.not_of_lower_rank.value:
            yield from _ranks(step, rules.not_of_lower_rank, person, rank, team)


def _ranks(
    step: Step, said: Value[bool], person: str, rank: Rank, team: Sequence[str]
) -> Iterator[Found]:
    examiners = {*team, *([step.fact.fields["examiner"]] if "examiner" in step.fact.fields else [])}
    own = rank(person, step.on)
    known = [rank(one, step.on) for one in sorted(examiners)]
    if own is not None and any(one is not None and one < own for one in known):
        yield Found(Finding.EXAMINER_OF_LOWER_RANK, step, said.cite, said.mark)
    elif examiners and (own is None or None in known):
        yield Found(Finding.EXAMINER_RANK_UNKNOWN, step, said.cite, said.mark)


def _heaviest(sanctions: Sequence[Effect], on: date) -> str | None:
    levels = [
        one.sanction.fields["level"]
        for one in sanctions
        if date.fromisoformat(one.sanction.fields["decided_on"]) <= on
        and one.sanction.fields["level"] in LADDER
    ]
    return max(levels, key=LADDER.index, default=None)


def _again(case: Case, others: Sequence[Case], procedure: Procedure, on: date) -> Iterator[Found]:
    """The same act punished twice, and a repeated violation punished no more heavily."""
    decided = [step for step in case.upto(on) if step.kind is StepKind.DECIDED]
    if not decided or case.opened is None:
        return
    standing = [step for step in decided if not _quashed(case, step)]
    double = procedure.double
    if double is not None and double.value:
        for step in standing[1:]:
            yield Found(Finding.PUNISHED_TWICE, step, double.cite, double.mark)
        if standing and any(_same_act(case, one, on) for one in others if _first(one, case)):
            yield Found(Finding.PUNISHED_TWICE, standing[0], double.cite, double.mark)
    repeat, ground = procedure.repeat, case.opened.fields[GROUND]
    if repeat is None or ground in repeat.value or not standing:
        return
    level = standing[0].fact.fields["level"]
    before = [
        one.sanction.fields["level"]
        for other in others
        if other.opened is not None
        and other.opened.fields[GROUND] == ground
        and _first(other, case)
        for one in other.sanctions
        if not one.quashed
    ]
    heavier = [one for one in before if one in LADDER]
    if level in LADDER and heavier and LADDER.index(level) <= max(map(LADDER.index, heavier)):
        top = max(map(LADDER.index, heavier)) == len(LADDER) - 1
        if not top or level != LADDER[-1]:
            yield Found(Finding.REPEATED_NOT_HEAVIER, standing[0], repeat.cite, repeat.mark)


def _quashed(case: Case, step: Step) -> bool:
    return any(one.quashed for one in case.sanctions if one.sanction.root == step.sanction)


def _same_act(case: Case, other: Case, on: date) -> bool:
    """Whether another case punished the act of this one: same day, same ground."""
    if case.opened is None or other.opened is None:
        return False
    same = all(case.opened.fields[name] == other.opened.fields[name] for name in ("act_on", GROUND))
    return same and any(
        step.kind is StepKind.DECIDED and not _quashed(other, step) for step in other.upto(on)
    )


def _first(one: Case, other: Case) -> bool:
    """Whether a case was punished before another."""
    return _decided_on(one) < _decided_on(other)


def _decided_on(case: Case) -> tuple[date, int]:
    steps = [step for step in case.steps if step.kind is StepKind.DECIDED]
    return (steps[0].on, steps[0].fact.position) if steps else (date.max, 0)
