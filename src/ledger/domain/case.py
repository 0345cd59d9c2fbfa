"""A discipline case as its steps: from the report to the last ruling, and what state it is in.

Pure: given are the facts of one person as known at some position, annulled ones already left out.
A sanction that names no case is a case of its own that began with its decision, as exports of
older systems have it. Days are legal days; whoever asks about a day sees the steps up to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.domain.facts import Fact, History
from ledger.domain.sanction import FILINGS, RULING, Effect, effects
from ledger.vocabulary import Forum

CASE, SUMMONS, EXAMINATION, SANCTION = "case", "summons", "examination", "sanction"
DELIVERED, SERVED, OBJECTION, APPEAL = "delivered", "served", *FILINGS
COURTS = frozenset({Forum.PTUN.value, Forum.PTTUN.value, Forum.MA.value})
SECOND = 2


class StepKind(StrEnum):
    """What happened in a case, in the order in which the law expects it."""

    REPORT = "REPORT"
    SUMMONS_1 = "SUMMONS_1"
    SUMMONS_1_MISSED = "SUMMONS_1_MISSED"
    SUMMONS_2 = "SUMMONS_2"
    SUMMONS_2_MISSED = "SUMMONS_2_MISSED"
    EXAMINATION = "EXAMINATION"
    DECIDED = "DECIDED"
    RECEIVED = "RECEIVED"
    EFFECTIVE = "EFFECTIVE"
    OBJECTION = "OBJECTION"
    RULING_ON_OBJECTION = "RULING_ON_OBJECTION"
    APPEAL = "APPEAL"
    RULING_ON_APPEAL = "RULING_ON_APPEAL"
    SUIT = "SUIT"
    RULING_ON_SUIT = "RULING_ON_SUIT"
    RULING_ON_CASE = "RULING_ON_CASE"
    SERVED = "SERVED"


class CaseState(StrEnum):
    """Where a case or a sanction stands on a day."""

    DILAPORKAN = "DILAPORKAN"
    DIPANGGIL = "DIPANGGIL"
    DIPERIKSA = "DIPERIKSA"
    DIJATUHKAN = "DIJATUHKAN"
    DITERIMA = "DITERIMA"
    DITANGGUHKAN = "DITANGGUHKAN"
    BERLAKU = "BERLAKU"
    DIBATALKAN = "DIBATALKAN"
    SELESAI = "SELESAI"


@dataclass(frozen=True, slots=True)
class Step:
    """One step on its legal day.

    Attributes:
        sanction: root of the sanction it is about, None before there is one.
        filing: root of the objection or appeal it is or answers.
    """

    kind: StepKind
    on: date
    fact: Fact
    sanction: int | None = None
    filing: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case as known at some position.

    Attributes:
        opened: the fact that opened it; None where a sanction stands alone.
        steps: by day, then in the order of the law, then as recorded.
        sanctions: what became of each sanction in it.
    """

    opened: Fact | None
    steps: tuple[Step, ...]
    sanctions: tuple[Effect, ...]

    @property
    def root(self) -> int:
        """The root by which the case is named: of its report, else of its sanction."""
        return self.steps[0].fact.root if self.opened is None else self.opened.root

    @property
    def ident(self) -> str | None:
        """The agency's own id of the case, or of its only sanction."""
        said = self.steps[0].fact if self.opened is None else self.opened
        found = said.fields.get("id")
        return None if found is None else str(found)

    @property
    def act_on(self) -> date | None:
        """The day of the act; not known where a sanction stands alone."""
        return None if self.opened is None else date.fromisoformat(self.opened.fields["act_on"])

    def upto(self, on: date) -> tuple[Step, ...]:
        """The steps up to a day."""
        return tuple(step for step in self.steps if step.on <= on)

    def state(self, on: date) -> CaseState | None:
        """Where it stands on a day; None before its first step.

        Of several sanctions the one that stands furthest back decides: a case is over when each
        of its sanctions is.
        """
        taken = {step.kind for step in self.upto(on)}
        if not taken:
            return None
        of_each = [self.sanction_state(one, on) for one in self.sanctions]
        known = [one for one in of_each if one is not None]
        if known:
            order = list(CaseState)
            return min(known, key=order.index)
        if taken & {StepKind.EXAMINATION, StepKind.SUMMONS_2_MISSED}:
            return CaseState.DIPERIKSA
        if taken & {StepKind.SUMMONS_1, StepKind.SUMMONS_2, StepKind.SUMMONS_1_MISSED}:
            return CaseState.DIPANGGIL
        return CaseState.DILAPORKAN

    def sanction_state(self, effect: Effect, on: date) -> CaseState | None:
        """Where one sanction stands on a day; None before it was decided."""
        root = effect.sanction.root
        steps = [one for one in self.upto(on) if one.sanction == root]
        taken = {one.kind for one in steps}
        if not taken:
            return None
        if effect.quashed:
            return CaseState.DIBATALKAN
        until = effect.sanction.until
        if StepKind.SERVED in taken or (until is not None and until <= on and effect.periods):
            return CaseState.SELESAI
        if effect.levels_on(on):
            return CaseState.BERLAKU
        if taken & {StepKind.OBJECTION, StepKind.APPEAL, StepKind.SUIT}:
            return CaseState.DITANGGUHKAN
        return CaseState.DITERIMA if StepKind.RECEIVED in taken else CaseState.DIJATUHKAN


def cases(facts: History, *, late_filing_suspends: bool) -> tuple[Case, ...]:
    """Every case of one person, by the day of its first step.

    `late_filing_suspends`: the regime's parameter of `ledger.domain.sanction`.
    """
    filings = [fact for kind in FILINGS for fact in facts.known(kind)]
    rulings = facts.known(RULING)
    found = effects(
        facts.known(SANCTION),
        filings=filings,
        rulings=rulings,
        late_filing_suspends=late_filing_suspends,
    )
    by_case: dict[int, list[Effect]] = {}
    alone = []
    opened = {fact.root: fact for fact in facts.known(CASE)}
    for effect in found:
        case = effect.sanction.fields.get(CASE)
        if case in opened:
            by_case.setdefault(case, []).append(effect)
        else:
            alone.append(effect)
    made = [_made(facts, fact, by_case.get(root, [])) for root, fact in opened.items()]
    made += [_made(facts, None, [effect]) for effect in alone]
    return tuple(sorted(made, key=lambda one: (one.steps[0].on, one.root)))


def _made(facts: History, opened: Fact | None, sanctions: Sequence[Effect]) -> Case:
    steps = [] if opened is None else list(_before(facts, opened))
    for effect in sanctions:
        steps += _of_sanction(facts, effect)
    order = list(StepKind)
    steps.sort(key=lambda one: (one.on, order.index(one.kind), one.fact.position))
    return Case(opened, tuple(steps), tuple(sanctions))


def _before(facts: History, opened: Fact) -> Iterator[Step]:
    """The steps up to a sanction."""
    yield Step(StepKind.REPORT, opened.effective_on, opened)
    for fact in facts.known(SUMMONS):
        if fact.fields[CASE] == opened.root:
            second = fact.fields["number"] == SECOND
            kind = StepKind.SUMMONS_2 if second else StepKind.SUMMONS_1
            yield Step(kind, fact.effective_on, fact)
            # Of who stayed away from summons II is decided on the evidence. Only an examination
            # tells the day, so a missed summons I is no step: a clock would start from it.
            if second and fact.fields.get("attended") is False:
                yield Step(StepKind.SUMMONS_2_MISSED, fact.effective_on, fact)
    for fact in facts.known(EXAMINATION):
        if fact.fields[CASE] == opened.root:
            yield Step(_examined(fact), fact.effective_on, fact)
    for fact in facts.known(RULING):
        if fact.fields["of"] == opened.root:
            yield Step(StepKind.RULING_ON_CASE, fact.effective_on, fact)


def _examined(fact: Fact) -> StepKind:
    if fact.fields["attended"]:
        return StepKind.EXAMINATION
    second = fact.fields.get("number") == SECOND
    return StepKind.SUMMONS_2_MISSED if second else StepKind.SUMMONS_1_MISSED


def _of_sanction(facts: History, effect: Effect) -> Iterator[Step]:
    fact = effect.sanction
    root = fact.root
    yield Step(StepKind.DECIDED, date.fromisoformat(fact.fields["decided_on"]), fact, root)
    delivered = [one for one in facts.known(DELIVERED) if one.fields[SANCTION] == root]
    received = fact.fields.get("received_on")
    if delivered:
        yield Step(StepKind.RECEIVED, delivered[0].effective_on, delivered[0], root)
    elif received is not None:
        yield Step(StepKind.RECEIVED, date.fromisoformat(received), fact, root)
    yield Step(StepKind.EFFECTIVE, fact.effective_on, fact, root)
    for one in facts.known(SERVED):
        if one.fields[SANCTION] == root:
            yield Step(StepKind.SERVED, one.effective_on, one, root)
    yield from _efforts(effect)


_ANSWERS = {
    StepKind.OBJECTION: StepKind.RULING_ON_OBJECTION,
    StepKind.APPEAL: StepKind.RULING_ON_APPEAL,
    StepKind.SUIT: StepKind.RULING_ON_SUIT,
}


def _efforts(effect: Effect) -> Iterator[Step]:
    """Filings and the rulings on them; an appeal that a court ruled on is a suit.

    So is an appeal that was filed after another appeal had been ruled on.
    """
    root = effect.sanction.root
    rulings = [one for one in effect.matters if one.kind == RULING]
    filed: dict[int, StepKind] = {}
    appeals_ruled: list[date] = []
    for one in effect.matters:
        if one.kind == RULING:
            continue
        on = date.fromisoformat(one.fields["filed_on"])
        answers = [ruling for ruling in rulings if ruling.fields["of"] == one.root]
        kind = StepKind.OBJECTION
        if one.kind == APPEAL:
            court = any(ruling.fields["forum"] in COURTS for ruling in answers)
            again = any(ruled <= on for ruled in appeals_ruled)
            kind = StepKind.SUIT if court or again else StepKind.APPEAL
            appeals_ruled += [ruling.effective_on for ruling in answers]
        filed[one.root] = kind
        yield Step(kind, on, one, root, one.root)
    for ruling in rulings:
        of = ruling.fields["of"]
        if of in filed:
            yield Step(_ANSWERS[filed[of]], ruling.effective_on, ruling, root, of)
