"""Every day on which one person's score changed, and why: from the days that can matter alone.

A score is the same from one such day to the next: a fact begins, ends or leaves a window, a post or
its kind changes, other rules come into force. What is known stays the same throughout. The causes
of a day are those of `compare` between the day before and the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.domain.facts import History
from ledger.domain.unit_tree import UNIT, UNIT_CLOSED
from ledger.errors import invariant
from projections.differences.compare import Cause, of_fact, passing, post_key, under
from projections.differences.lines import Reading, Sums, doubtful, readers
from projections.differences.turning import candidates, days_of
from projections.differences.walk import Key, Stage, State, Update, What, walk
from projections.plans.plan import Plan
from projections.subject import (
    EMPLOYMENT,
    LEFT,
    POSITION,
    REGISTERED,
    Post,
    Surroundings,
    post_on,
    references_on,
    surroundings_on,
)
from projections.text_doubts import text_doubts, turning_days

DAY = timedelta(days=1)
_REFERENCE = "position_ref"


@dataclass(frozen=True, slots=True)
class InForce:
    """A text that is in force from a day until the next one of the list."""

    since: date
    plan: Plan
    enacted: int


@dataclass(frozen=True, slots=True)
class Point:
    """One day: what the score is from then on, and what changed it since the day before."""

    on: date
    rules: InForce
    state: State
    sums: Sums
    causes: Sequence[Cause]


Units = Mapping[str, History]


@dataclass(frozen=True, slots=True)
class Around:
    """What a person's stream does not tell, on any day, as far as it matters for him.

    `units` is asked only where they matter: where two posts of one day have to be told apart, or
    a unit that he was in was ever closed.
    """

    references: History
    matter: bool
    units: Callable[[], Units]

    def on(self, day: date) -> Surroundings:
        """As visible on a day."""
        if self.matter:
            return surroundings_on(self.references, self.units(), day)
        return Surroundings(references_on(self.references, day))

    def days(self) -> set[date]:
        """The days on which it may change."""
        known = list(self.references.known(_REFERENCE))
        if self.matter:
            for facts in self.units().values():
                known += [*facts.known(UNIT), *facts.known(UNIT_CLOSED)]
        return {day for fact in known for day in days_of(fact)}


def around(
    facts: History,
    book: History,
    units: Callable[[], Units],
    some: Callable[[frozenset[str]], Units] | None = None,
) -> Around:
    """What matters for one person: the titles he held, and the units where they matter.

    `units` gives all units by id, `some` the ones named alone, which is faster; all as known at the
    same position as facts and book.
    """
    posts = facts.known(POSITION)
    titles = {fact.fields["title_id"] for fact in posts}
    named = [one for one in book.known(_REFERENCE) if one.fields["title_id"] in titles]
    days = [fact.effective_on for fact in posts]
    held = frozenset(fact.fields["unit"] for fact in posts if "unit" in fact.fields)
    own = units() if some is None else some(held)
    closed = any(own[unit].known(UNIT_CLOSED) for unit in held if unit in own)
    return Around(History({_REFERENCE: named}), closed or len(set(days)) < len(days), units)


def series(
    facts: History, surroundings: Around, rules: Sequence[InForce], first: date, last: date
) -> list[Point]:
    """The score on the first day, and every day until the last on which it changed.

    A change is one of status, total, range, band or of any measure's points or bounds.

    Args:
        facts: one person's, as known at the position asked about.
        surroundings: from `around`.
        rules: texts in force, in order; the first of them on the first day.
        first, last: legal days, both inside.
    """
    invariant(bool(rules) and rules[0].since <= first <= last, "no rules on the first day")
    found = _Days(facts, surroundings, rules, first, last)
    return list(found.points())


class _Days:
    """Goes from day to day; holds the state of the day before."""

    def __init__(
        self,
        facts: History,
        surroundings: Around,
        rules: Sequence[InForce],
        first: date,
        last: date,
    ) -> None:
        self._facts = facts
        self._around = surroundings
        self._first, self._last = first, last
        self._rules = rules[0]
        self._later = [one for one in rules[1:] if one.since <= last]
        self._use(rules[0].plan)
        post = self._post(first)
        self._state = State(
            self._plan,
            post,
            doubtful(self._plan, post, facts.disputed, first),
            {path: self._read(path, first, post) for path in self._readers},
        )
        self._sums = self._state.sums()

    def points(self) -> Iterator[Point]:
        """The first day, and every one on which something changed."""
        yield Point(self._first, self._rules, self._state, self._sums, ())
        posts = self._post_days()
        since = self._first
        for following in (*self._later, None):
            until = self._last if following is None else following.since
            wanted = self._wanted()
            starts = set() if following is None else {until}
            texts = turning_days(self._plan)
            days = {day for day in {*wanted, *posts, *starts, *texts} if since < day <= until}
            for day in sorted(days):
                rules = following if day in starts else None
                point = self._passed(day, wanted.get(day, ()), moved=day in posts, rules=rules)
                if point is not None:
                    yield point
            since = until

    def _use(self, plan: Plan) -> None:
        self._plan = plan
        self._readers = readers(plan)
        self._own = {path: one.of(self._facts) for path, one in self._readers.items()}

    def _read(self, path: str, on: date, post: Post) -> Reading:
        reader = self._readers[path]
        return reader.read(reader.between(self._own[path], on, on), on, post)

    def _post(self, on: date) -> Post:
        return post_on(self._facts, self._around.on(on), on)

    def _post_days(self) -> set[date]:
        kinds = (POSITION, REGISTERED, EMPLOYMENT, LEFT)
        own = {day for kind in kinds for fact in self._facts.known(kind) for day in days_of(fact)}
        return own | self._around.days()

    def _wanted(self) -> dict[date, list[str]]:
        """The days on which a line may change by itself, with the lines, under the present plan."""
        found: dict[date, list[str]] = {}
        for path, reader in self._readers.items():
            for day in candidates(reader, self._own[path], self._first, self._last):
                found.setdefault(day, []).append(path)
        return found

    def _passed(
        self, on: date, paths: Iterable[str], *, moved: bool, rules: InForce | None
    ) -> Point | None:
        """What a day changes, or None; the state is that of the day afterwards."""
        state, post = self._state, self._state.post
        changed = [path for path in paths if self._read(path, on, post) != state.readings[path]]
        updates: dict[Key, Update] = {}
        for path in changed:
            way = passing(self._readers[path], self._own[path], post, on - DAY, on)
            for key, reading in way:
                updates.setdefault(key, Update()).readings[path] = reading
        if moved:
            post = self._moved(on, updates)
        if text_doubts(self._plan, on) != text_doubts(self._plan, on - DAY):
            doubt = doubtful(self._plan, post, self._facts.disputed, on)
            updates.setdefault(Key(Stage.DAY), Update()).doubt = doubt
        if rules is not None and rules.plan is not self._plan:
            key = Key(Stage.RULES, what=What.RULES_CHANGED)
            updates[key] = under(rules.plan, self._facts, on, post)
        self._rules = self._rules if rules is None else rules
        if not updates:
            return None
        steps = walk(state, updates, sums=self._sums)
        self._state, self._sums = steps[-1].after, steps[-1].sums[1]
        if rules is not None:
            self._use(rules.plan)
        causes = [of_fact(step, self._facts) for step in steps if step.acts]
        if not causes or _shown(state, steps[0].sums[0]) == _shown(self._state, self._sums):
            return None
        return Point(on, self._rules, self._state, self._sums, causes)

    def _moved(self, on: date, updates: dict[Key, Update]) -> Post:
        """The post held on a day; if it is another, the lines that depend on it are read anew."""
        before = self._state.post
        post = self._post(on)
        if replace(post, facts=()) == replace(before, facts=()):
            return before
        update = updates.setdefault(post_key(before, post), Update())
        update.post = post
        update.doubt = doubtful(self._plan, post, self._facts.disputed, on)
        for path, reader in self._readers.items():
            if reader.by_post:
                update.readings[path] = self._read(path, on, post)
        return post


def _shown(state: State, sums: Sums) -> tuple[Sums, dict[str, object]]:
    """What a change is a change of: totals, and the bounds of each line."""
    lines = {path: state.shown(path) for path in state.readings}
    return sums, {
        path: None if one is None else (one.span, one.reach)
        for path, one in lines.items()
        if one is None or one.span.high or one.reach.high
    }
