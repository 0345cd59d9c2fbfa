"""Questions to a ledger about discipline cases: where they stand, what is due, what is amiss.

A case is read from the facts of one person; calendars of the year and the golongan of examiners
come from other streams. What is read from the ledger is read here; what follows is pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.case import Case, CaseState, StepKind
from ledger.domain.facts import Fact, History, history
from ledger.domain.workdays import Workdays, declared
from ledger.errors import LedgerError
from ledger.records import RecordedEvent
from projections import question
from projections.asking.inquiry import facts_of
from projections.discipline.case_findings import Found, findings
from projections.discipline.clocks import BEFORE_SANCTION, ClockState, Running, clocks
from projections.discipline.procedure import Bound
from projections.discipline.regimes import Regime, governed
from projections.subject import around, post_on, references_on

TOPICS = ("employee.case/1", "employee.sanction/1")
GOLONGAN = "golongan"
_ROMAN = ("I", "II", "III", "IV")
_LETTERS = "abcde"
_OVER = (CaseState.DIBATALKAN, CaseState.SELESAI)
_PEOPLE_AT_ONCE = 500


class CaseUnknown(LedgerError):
    """The person has no case of this id, or several."""

    code = "case_unknown"


@dataclass(frozen=True, slots=True)
class When:
    """Legal day and position of a question, with the agency's calendars as known then."""

    as_of: date
    position: int
    calendars: History


@dataclass(frozen=True, slots=True)
class Told:
    """One case on a day, as known at a position.

    Attributes:
        regime: the text that governs it; None where none at hand does, and then there are neither
            clocks nor findings.
        state: None before its first step.
        running: every clock that runs or ran. findings: what is out of order.
        facts: all facts of the person, as known.
    """

    subject: UUID
    on: date
    case: Case
    regime: Regime | None
    state: CaseState | None
    running: tuple[Running, ...]
    findings: tuple[Found, ...]
    facts: History

    @property
    def over(self) -> bool:
        """Whether nothing is to be done any more."""
        return self.state is None or self.state in _OVER

    def waiting(self) -> list[Running]:
        """The clocks that somebody must or may still meet, the most urgent first."""
        if self.over:
            return []
        decided = any(one.kind is StepKind.DECIDED for one in self.case.upto(self.on))
        live = [
            one
            for one in self.running
            if one.met is None
            and one.state in _URGENT
            and not (decided and one.clock.after in BEFORE_SANCTION)
            and not (one.clock.bound is Bound.AT_LEAST and one.state is ClockState.DUE)
            and not (one.clock.optional and one.state is ClockState.UNKNOWN)
        ]
        return sorted(
            live,
            key=lambda one: (
                _URGENT.index(one.state),
                one.clock.optional,
                one.due or date.max,
                one.clock.name,
            ),
        )

    @property
    def overdue(self) -> bool:
        """Whether a step that must be taken was not taken in time."""
        return any(one.state is ClockState.OVERDUE for one in self.waiting())


_URGENT = (ClockState.OVERDUE, ClockState.DUE, ClockState.WAITING, ClockState.UNKNOWN)


def when(ledger: Ledger, as_of: date, position: int) -> When:
    """A question's day and position.

    Raises:
        Misuse: a day far from any record.
    """
    return When(question.check_day(as_of), position, ledger.references(position))


@dataclass(slots=True)
class Ranks:
    """Golongan of people on a day, from their own streams; each stream is read once.

    Attributes:
        known: histories at hand already, by stream; others are read from the ledger.
    """

    ledger: Ledger
    position: int
    known: dict[str, History] = field(default_factory=dict)

    def __call__(self, person: str, on: date) -> int | None:
        """The higher the number the higher the golongan; None when not known.

        A golongan of PPPK is not comparable with one of PNS and counts as not known.
        """
        facts = self.known.get(person)
        if facts is None:
            facts = self.known[person] = facts_of(self.ledger, UUID(person), self.position)
        held = facts.latest(GOLONGAN, on)
        return None if held is None else rank_of(str(held.fields[GOLONGAN]))


def rank_of(golongan: str) -> int | None:
    """Where a golongan of PNS stands among all; None for one of PPPK."""
    room, slash, letter = golongan.partition("/")
    if not slash:
        return None
    return _ROMAN.index(room) * len(_LETTERS) + _LETTERS.index(letter)


def cases_of(ledger: Ledger, stream: UUID, asked: When) -> list[Told]:
    """Every case of one person that had begun by the day, by its first step."""
    return told(ledger, stream, facts_of(ledger, stream, asked.position), asked)


def told(ledger: Ledger, stream: UUID, facts: History, asked: When) -> list[Told]:
    """The same from facts that are at hand."""
    every = governed(facts)
    ranks = Ranks(ledger, asked.position, {stream.hex: facts})
    return [
        _told(stream, facts, every, place, asked, ranks)
        for place, (case, _) in enumerate(every)
        if case.state(asked.as_of) is not None
    ]


def _told(  # noqa: PLR0917 - private, called once
    stream: UUID,
    facts: History,
    every: Sequence[tuple[Case, Regime | None]],
    place: int,
    asked: When,
    ranks: Ranks,
) -> Told:
    case, regime = every[place]
    on = asked.as_of
    if regime is None:
        return Told(stream, on, case, None, case.state(on), (), (), facts)
    text = regime.procedure
    days = workdays_of(asked, regime)
    others = [one for at, (one, _) in enumerate(every) if at != place]
    found = findings(case, others, text, days, on, person=stream.hex, rank=ranks)
    running = clocks(case, text, days, on)
    return Told(stream, on, case, regime, case.state(on), running, found, facts)


def workdays_of(asked: When, regime: Regime) -> Workdays:
    """The calendars declared by the position asked about, whatever their legal day: each says of
    which year it is.
    """
    return declared(asked.calendars, question.LATEST, week=regime.procedure.week.value)


def case_named(known: Sequence[Told], named: str | None) -> Told:
    """The case of an id, of a position or of stream/version; the only one when nothing is named.

    Raises:
        CaseUnknown: there is none, or more than one.
    """
    found = [one for one in known if named is None or named in _names(one)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(_names(one)[0] for one in known)
    raise CaseUnknown(
        "This person had no such case on that day, as known then."
        if not found
        else f"This person has {len(found)} cases of that name.",
        next_step=f"Name one of: {names}." if names else "Ask on a later day.",
    )


def _names(one: Told) -> list[str]:
    opened = one.case.steps[0].fact if one.case.opened is None else one.case.opened
    ident = one.case.ident
    found = [f"{one.subject.hex}/{one.case.root}", str(opened.position)]
    return found if ident is None else [ident, *found]


def everybodys(ledger: Ledger, asked: When, *, unit: UUID | None = None) -> Iterator[Told]:
    """The cases of everybody, or of the members of a unit and those below it, by person.

    Members are those who count there on the day by the post they hold (ADR 0013).
    """
    read = ledger.store.read(1, asked.position, topics=TOPICS)
    streams = sorted({one.originator_id for one in read}, key=lambda one: one.hex)
    tree = ledger.units(asked.position).tree(asked.as_of)
    below = None if unit is None else tree.below(unit.hex)
    surroundings = around(references_on(asked.calendars, asked.as_of), tree)
    for start in range(0, len(streams), _PEOPLE_AT_ONCE):
        chunk = streams[start : start + _PEOPLE_AT_ONCE]
        events = ledger.store.streams(chunk, lte_position=asked.position)
        for stream in chunk:
            facts = history(events[stream], asked.position)
            if facts.visible("merged", asked.as_of):
                continue
            if below is None or post_on(facts, surroundings, asked.as_of).unit in below:
                yield from told(ledger, stream, facts, asked)


def added(
    ledger: Ledger, stream: UUID, more: Sequence[RecordedEvent], asked: When
) -> list[tuple[Told, Found]]:
    """What further events would put out of order in a person's cases that was not so before.

    Args:
        more: events that would follow those of his stream; the day of `asked` is the last.
    """
    return newly(ledger, stream, ledger.events_of(stream), more, asked)


def newly(
    ledger: Ledger,
    stream: UUID,
    events: Sequence[RecordedEvent],
    more: Sequence[RecordedEvent],
    asked: When,
) -> list[tuple[Told, Found]]:
    """The same of events that are at hand: what those of `more` put out of order."""
    before, after = history(events), history([*events, *more])
    known = {_mark(one, found) for one, found in _all(told(ledger, stream, before, asked))}
    return [
        (one, found)
        for one, found in _all(told(ledger, stream, after, asked))
        if _mark(one, found) not in known
    ]


def _all(known: Sequence[Told]) -> Iterator[tuple[Told, Found]]:
    return ((one, found) for one in known for found in one.findings)


def _mark(one: Told, found: Found) -> tuple[int, str, str, int]:
    step = found.step
    return one.case.root, found.finding.value, step.kind.value, step.fact.root


def contested(one: Told) -> Mapping[int, str]:
    """The roots of its facts that somebody contests, by the id of the dispute."""
    known = one.facts.disputed
    return {fact.root: known[fact.root] for fact in facts_in(one.case) if fact.root in known}


def facts_in(case: Case) -> list[Fact]:
    """Every fact that a case consists of, each once."""
    found = {} if case.opened is None else {case.opened.root: case.opened}
    for step in case.steps:
        found.setdefault(step.fact.root, step.fact)
    return list(found.values())
