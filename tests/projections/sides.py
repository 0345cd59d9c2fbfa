"""Coordinates of the people of a log in memory, for comparing and for series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st

from ledger.domain.facts import History, history
from projections.answer import Status
from projections.differences.compare import Difference, Side, compare
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import Surroundings, surroundings_on
from projections.tracing.trace import trace
from tests.oracle.histories import BOOK, EDUCATION, KINDS, PREDICATES, REGIMES, TITLES, UNITS
from tests.projections.crowd import Crowd, _Person
from tests.projections.logs import START, ListLog, by_stream, placed
from tests.projections.variants import CHANGES, variant

seeds = st.integers(0, 2**32)
plans = st.lists(st.integers(0, len(CHANGES) - 1), max_size=4, unique=True).map(
    lambda chosen: variant(tuple(sorted(chosen)))
)


class Steady(Crowd):
    """A crowd of PNS who are measured but for what else happens to them."""

    def log(self, people: int, each: int) -> ListLog:
        """People with posts, diplomas and yearly appraisals, and about so many facts more."""
        persons = [_Person(UUID(int=self.dice.getrandbits(128))) for _ in range(people)]
        early = self.on - timedelta(days=9_000)
        for one in persons:
            self._state(one, "registered", {"employment": "PNS"}, early)
            self._state(one, "qualification", {"level": self.dice.choice(EDUCATION)}, early)
            post = {"kind": self.dice.choice(KINDS), "title_id": self.dice.choice(TITLES)}
            self._state(one, "position", post | {"unit": self.dice.choice(UNITS)}, early)
            for year in range(self.on.year - 5, self.on.year + 1):
                self._state(one, "appraisal", self._whole_year(year), date(year, 12, 31))
        for _ in range(people * self.dice.randrange(each)):
            self._happen(self.dice.choice(persons), persons)
        return ListLog(placed(self.found))

    def _whole_year(self, year: int) -> dict[str, str]:
        said = {"from": f"{year}-01-01", "to": f"{year}-12-31", "state": "DINILAI"}
        said["regime"] = self.dice.choice(REGIMES)
        return said | {"predicate": self.dice.choice(PREDICATES)}


@st.composite
def crowds(draw: st.DrawFn, people: int = 5, each: int = 18) -> tuple[ListLog, date]:
    """A dense log, and the day around which everything happens."""
    on = draw(st.dates(date(2020, 1, 1), date(2024, 12, 31)))
    kind = draw(st.sampled_from([Steady, Steady, Steady, Crowd]))
    return kind(draw(seeds), on).log(people, each), on


@st.composite
def coordinates(draw: st.DrawFn, log: ListLog, on: date) -> tuple[date, int]:
    """A legal day near the one around which everything happens; a position of the log."""
    shift = draw(st.integers(-900, 200) | st.sampled_from([0, 1, -1, -365, -366, 365]))
    last = len(log.events)
    late = st.integers(max(1, last * 2 // 3), last)
    return on + timedelta(days=shift), draw(st.just(last) | late | late | st.integers(1, last))


@dataclass(frozen=True)
class Told:
    """What is known of a log's people, at any position."""

    log: ListLog

    def people(self) -> list[str]:
        """The streams of persons, in order."""
        return sorted(set(by_stream(self.log.events)) - {BOOK.hex, *UNITS})

    def facts(self, stream: str, position: int) -> History:
        """What the fold tells of a stream."""
        return history(by_stream(self.log.events).get(stream, []), position)

    def units(self, position: int) -> dict[str, History]:
        """All units as known at a position."""
        return {unit: self.facts(unit, position) for unit in UNITS}

    def surroundings(self, on: date, position: int) -> Surroundings:
        """What no person's stream tells."""
        known = {unit: facts for unit, facts in self.units(position).items() if facts.facts}
        return surroundings_on(self.facts(BOOK.hex, position), known, on)

    def side(self, plan: Plan, stream: str, at: tuple[date, int]) -> Side:
        """A person at a coordinate under a plan."""
        on, position = at
        facts, around = self.facts(stream, position), self.surroundings(on, position)
        asked = Question(on, position, START)
        answer = trace(plan, facts, asked, subject=stream, surroundings=around, enacted=3)
        return Side(answer, facts, around)

    def stated_at(self, stream: str) -> dict[int, int]:
        """Where each fact of a stream was first stated."""
        events = by_stream(self.log.events)[stream]
        return {one.originator_version: one.id for one in events}

    def difference(
        self,
        stream: str,
        first: tuple[Plan, tuple[date, int]],
        last: tuple[Plan, tuple[date, int]],
    ) -> Difference:
        """Why a person's answers differ."""
        sides = [self.side(plan, stream, at) for plan, at in (first, last)]
        return compare(*sides, stated_at=self.stated_at(stream))


def measured(side: Side) -> bool:
    """Whether a side has a total."""
    return side.answer.status in (Status.COMPLETE, Status.PROVISIONAL)
