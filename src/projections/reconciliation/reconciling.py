"""Questions about printed results: one person's, a unit's or everybody's, beside ours.

Who differs is found from columns; only those who do are explained, each from his own events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl

from ledger.application import Ledger
from ledger.domain.facts import history
from ledger.errors import Misuse
from ledger.records import RecordedEvent
from projections.answer import Answer, Status
from projections.asking import inquiry
from projections.asking.inquiry import Asked
from projections.cohorts.cohort import cohort
from projections.differences.compare import Side
from projections.language import instrument, shipped
from projections.plans.plan import Plan
from projections.reasons import MERGED
from projections.reconciliation.reconcile import (
    FIELDS,
    INSTRUMENT,
    PERIOD,
    PUBLISHED,
    Around,
    Compared,
    Printed,
    agrees,
    explain,
    printed_of,
)
from projections.subject import Surroundings, surroundings_on
from projections.table.columns import SUBJECT
from projections.table.frame import Frame
from projections.tracing.trace import trace

_AT_ONCE = 500
_MEASURED = (Status.COMPLETE, Status.PROVISIONAL)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Printed results of many people beside ours, each list ordered by subject.

    Attributes:
        printed: how many people have a printed result.
        equal: how many of them have every printed number.
        differing: those who have not, with causes.
        only_printed: printed, but not measured by the instrument here.
        only_ours: measured here, without a printed result.
    """

    asked: Asked
    printed: int
    equal: int
    differing: Sequence[Compared]
    only_printed: Sequence[tuple[Answer, Printed]]
    only_ours: Sequence[Answer]


def everybody(
    ledger: Ledger, asked: Asked, frame: Frame, within: frozenset[str] | None = None
) -> Reconciliation:
    """Everybody's printed results, or those of the members of units.

    Raises:
        Misuse: the question names no period, by which printed results are found.
    """
    period = _period(asked)
    printed = _printed(frame, asked, period)
    found = cohort(asked.plan, frame, asked.question, enacted=asked.enacted)
    answers = {one.subject: one for one in found.answers()}
    for stream in sorted(printed.keys() - answers.keys()):
        answer = inquiry.one(ledger, asked, UUID(stream))
        if answer.why[0].code != MERGED:  # whose printed results stand again where he was merged
            answers[stream] = answer
    members = {
        stream: one for stream, one in answers.items() if within is None or one.unit in within
    }
    both = {stream: one for stream, one in printed.items() if stream in members}
    outside = [one for one in both if members[one].status is Status.NOT_APPLICABLE]
    inside = [one for one in sorted(both) if members[one].status is not Status.NOT_APPLICABLE]
    differing = [one for one in inside if not agrees(members[one], both[one])]
    return Reconciliation(
        asked,
        printed=len(both),
        equal=len(inside) - len(differing),
        differing=list(_explained(ledger, asked, [(one, both[one]) for one in differing])),
        only_printed=[(members[one], both[one]) for one in sorted(outside)],
        only_ours=[
            one
            for stream, one in sorted(members.items())
            if stream not in both and one.status in _MEASURED
        ],
    )


def person(ledger: Ledger, asked: Asked, stream: UUID) -> Reconciliation:
    """One person's printed result beside ours; told even where the two are equal.

    Raises:
        Misuse: as for everybody.
    """
    facts = inquiry.facts_of(ledger, stream, asked.question.position)
    printed = printed_of(facts, asked.plan.instrument, _period(asked))
    answer = inquiry.one(ledger, asked, stream)
    if printed is None:
        measured = [answer] if answer.status in _MEASURED else []
        return Reconciliation(asked, 0, 0, [], [], measured)
    if answer.status is Status.NOT_APPLICABLE:
        return Reconciliation(asked, 1, 0, [], [(answer, printed)], [])
    compared = list(_explained(ledger, asked, [(stream.hex, printed)]))
    return Reconciliation(asked, 1, int(agrees(answer, printed)), compared, [], [])


def _period(asked: Asked) -> str:
    if asked.question.period is None:
        raise Misuse(
            "Printed results are of a period, and none is named.",
            next_step="Name it with --period, as 2022.",
        )
    return asked.question.period


def _printed(frame: Frame, asked: Asked, period: str) -> dict[str, Printed]:
    """The printed results of everybody who has one, by stream."""
    table = frame.table(PUBLISHED, (INSTRUMENT, PERIOD))
    about = pl.col(INSTRUMENT).cast(pl.String) == asked.plan.instrument
    rows = table.rows.filter(table.known(asked.question.position), about)
    subjects = rows[SUBJECT].unique().to_list()
    facts = frame.histories(subjects, position=asked.question.position, fields={PUBLISHED: FIELDS})
    found = {}
    for subject, own in facts.items():
        printed = printed_of(own, asked.plan.instrument, period)
        if printed is not None:
            found[frame.streams.hexes[subject]] = printed
    return found


def _explained(
    ledger: Ledger, asked: Asked, wanted: Sequence[tuple[str, Printed]]
) -> Iterator[Compared]:
    """Each of these people explained, in the order given."""
    if not wanted:
        return
    knowledge = _Knowledge(ledger, asked)
    around = Around(knowledge.surroundings, other_texts(ledger, asked))
    waiting = iter(wanted)
    while chunk := list(islice(waiting, _AT_ONCE)):
        streams = [UUID(stream) for stream, _ in chunk]
        events = ledger.store.streams(streams, lte_position=asked.question.position)
        for stream, printed in chunk:
            own = events[UUID(stream)]
            side = _side(asked, own, stream)
            before = history(own, knowledge.before(printed))
            yield explain(side, printed, before, around)


def _side(asked: Asked, events: Sequence[RecordedEvent], stream: str) -> Side:
    facts = history(events, asked.question.position)
    answer = trace(
        asked.plan,
        facts,
        asked.question,
        subject=stream,
        surroundings=asked.surroundings,
        enacted=asked.enacted,
    )
    return Side(answer, facts, asked.surroundings)


class _Knowledge:
    """What was known when something was printed, and the surroundings on other days."""

    def __init__(self, ledger: Ledger, asked: Asked) -> None:
        self._ledger = ledger
        self._asked = asked
        self._zone = ZoneInfo(str(ledger.founded["timezone"]))
        self._book = ledger.references(asked.question.position)
        self._positions: dict[date, int] = {}
        self._surroundings: dict[date, Surroundings] = {}

    def before(self, printed: Printed) -> int:
        """The last position recorded by the end of the day of printing.

        Where no such day is told, the one before the printed result itself was recorded.
        """
        on = printed.learned_on
        if on is None:
            return printed.fact.position - 1
        if on not in self._positions:
            end = datetime.combine(on + timedelta(days=1), time(), self._zone)
            found = self._ledger.store.position_at(end - timedelta(microseconds=1)) or 0
            self._positions[on] = min(found, self._asked.question.position)
        return self._positions[on]

    def surroundings(self, on: date) -> Surroundings:
        """References and depths of units on a day, as known at the position asked."""
        if on not in self._surroundings:
            units = self._asked.units.units
            self._surroundings[on] = surroundings_on(
                self._book, {one.hex: facts for one, facts in units.items()}, on
            )
        return self._surroundings[on]


def other_texts(ledger: Ledger, asked: Asked) -> list[Plan]:
    """The other texts of the instrument: those enacted, then drafts that nobody enacted."""
    book = ledger.rulebook(asked.question.position)
    own = [one for one in book.enactments if one.instrument == asked.plan.instrument]
    plans = [_text(one.text) for one in reversed(own) if one.position != asked.enacted]
    decrees = {one.decree for one in own}
    drafts = _drafts().get(asked.plan.instrument, ())
    return [*plans, *(one for one in drafts if one.decree not in decrees)]


@lru_cache(maxsize=64)
def _text(text: str) -> Plan:
    return instrument.load(text.encode(), file="an enacted text")


@lru_cache(maxsize=1)
def _drafts() -> Mapping[str, tuple[Plan, ...]]:
    """The drafts that come with the program, by instrument."""
    found: dict[str, tuple[Plan, ...]] = {}
    for name in shipped.drafts():
        plan = instrument.load(shipped.text(name), file=name)
        found[plan.instrument] = (*found.get(plan.instrument, ()), plan)
    return found
