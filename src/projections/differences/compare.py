"""Two answers about one person -> why they differ, cause by cause, adding up exactly.

Causes come in the fixed order of classes: corrections and late knowledge; expiries; new facts; the
post held; rules. Interaction goes to the later cause. The way leads from the earlier legal day to
the later one (of one day from the earlier position); asked for the other way round, the same causes
come with opposite signs. docs/adr/0012 says what becomes of answers that are not computable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ledger.domain.facts import Fact, History
from ledger.errors import invariant
from projections.answer import Answer
from projections.differences.changes import Change, by_knowledge, by_time, entry, held_back, without
from projections.differences.lines import Reader, Reading, doubtful, readers
from projections.differences.walk import CauseClass, Key, Stage, State, Step, Update, What, walk
from projections.plans.plan import Plan
from projections.subject import (
    EMPLOYMENT,
    ENDED,
    LEFT,
    POSITION,
    REGISTERED,
    Post,
    Surroundings,
    post_on,
)
from projections.text_doubts import text_doubts

ZERO = Decimal(0)


_OF_POST = frozenset((POSITION, REGISTERED, EMPLOYMENT, LEFT))


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two coordinates.

    Attributes:
        answer: what `trace` says there.
        facts: the person's facts as known at its position.
        surroundings: as visible on its day and known at its position.
    """

    answer: Answer
    facts: History
    surroundings: Surroundings

    @property
    def plan(self) -> Plan:
        return self.answer.plan

    @property
    def on(self) -> date:
        return self.answer.question.as_of

    @property
    def position(self) -> int:
        return self.answer.question.position


@dataclass(frozen=True, slots=True)
class Cause:
    """One step of the way with what it is about. Facts are as before and as after it."""

    step: Step
    old: Fact | None = None
    new: Fact | None = None

    @property
    def cause_class(self) -> CauseClass:
        return self.step.key.cause_class

    @property
    def what(self) -> What:
        return self.step.key.what


@dataclass(frozen=True, slots=True)
class Difference:
    """Why two answers about one person differ.

    Attributes:
        before, after: the answers in the order asked.
        backward: the way leads from `after` to `before`; causes are told along it, their numbers
            are to be negated.
        causes: what changed the answer, in order.
        idle: what became known or came of facts that the plan reads, and changed nothing.
    """

    before: Answer
    after: Answer
    backward: bool
    causes: Sequence[Cause]
    idle: Sequence[Cause]

    @property
    def total(self) -> Decimal | None:
        """The difference of the totals, None where a side has none."""
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total

    def points(self, cause: Cause) -> Decimal | None:
        """What a cause brings in the order asked; None where no number belongs to it."""
        points = cause.step.points
        return -points if points is not None and self.backward else points

    def by_class(self) -> dict[CauseClass, Decimal]:
        """The points of each class; those of all classes are the difference where it is known."""
        found = dict.fromkeys(CauseClass, ZERO)
        for cause in self.causes:
            found[cause.cause_class] += self.points(cause) or ZERO
        return found


def compare(before: Side, after: Side, *, stated_at: Mapping[int, int]) -> Difference:
    """Why the answer of one person differs between two coordinates.

    `stated_at` holds the position at which each root was first stated.
    """
    invariant(before.answer.subject == after.answer.subject, "two people are compared")
    backward = (after.on, after.position) < (before.on, before.position)
    start, end = (after, before) if backward else (before, after)
    way = _Way(start, end, stated_at)
    steps = way.steps()
    last = steps[-1].after if steps else way.start
    for state, side in ((way.start, start), (last, end)):
        sums = state.sums()
        told = side.answer
        invariant(
            (sums.status, sums.total, sums.span) == (told.status, told.total, told.span),
            "a comparison does not end at its answers",
        )
    told_causes = [way.cause(step) for step in steps]
    acting = [one for one in told_causes if one.step.acts]
    difference = Difference(before.answer, after.answer, backward, acting, _idle(told_causes, end))
    if difference.total is not None:
        added = sum(difference.by_class().values(), ZERO)
        invariant(added == difference.total, "causes do not add up to their difference")
    return difference


def _idle(causes: Sequence[Cause], end: Side) -> list[Cause]:
    """What was recorded or came without any effect by the last day; what only expires is no
    news.
    """
    acting = {one.step.key.root for one in causes if one.step.acts}
    last: dict[int, Cause] = {}
    for one in causes:
        fact = one.new or one.old
        news = one.cause_class in (CauseClass.CORRECTIONS, CauseClass.NEW_FACTS)
        news = news and one.step.before.readings == one.step.after.readings
        if news and fact is not None and fact.root not in acting and fact.effective_on <= end.on:
            last[fact.root] = one
    return list(last.values())


@dataclass(slots=True)
class _Way:
    """The updates between two sides. Made once, read by `steps`."""

    first: Side
    last: Side
    stated_at: Mapping[int, int]
    start: State = field(init=False)
    _changes: dict[Key, Change] = field(init=False)
    _updates: dict[Key, Update] = field(default_factory=dict)
    _posts: dict[Key, Post] = field(default_factory=dict)

    def __post_init__(self) -> None:
        side = self.first
        post = post_on(side.facts, side.surroundings, side.on)
        self.start = State(
            side.plan,
            post,
            doubtful(side.plan, post, side.facts.disputed, side.on),
            {path: one.read(side.facts, side.on, post) for path, one in readers(side.plan).items()},
        )
        found = by_knowledge(
            side.facts,
            self.last.facts,
            stated_at=self.stated_at,
            positions=(side.position, self.last.position),
        )
        self._changes = {one.key: one for one in found}

    def steps(self) -> list[Step]:
        """All steps in order."""
        side, last = self.first, self.last
        post = self._posts_known(self.start.post)
        held = post_on(last.facts, last.surroundings, last.on)
        moved = replace(held, facts=()) != replace(post, facts=())
        disputed = last.facts.disputed
        if text_doubts(side.plan, side.on) != text_doubts(side.plan, last.on):
            doubt = doubtful(side.plan, post, disputed, last.on)
            self._at(Key(Stage.DAY)).doubt = doubt
        for path, reader in readers(side.plan).items():
            own = reader.of(last.facts)
            for key, reading in self._of_knowledge(reader):
                self._at(key).readings[path] = reading
            if side.on < last.on:
                for key, reading in passing(reader, own, post, side.on, last.on):
                    self._at(key).readings[path] = reading
            if reader.by_post and moved:
                self._at(post_key(post, held)).readings[path] = reader.read(own, last.on, held)
        if moved:
            self._at(post_key(post, held)).post = held
            self._at(post_key(post, held)).doubt = doubtful(side.plan, held, disputed, last.on)
        if last.plan is not side.plan:
            self._updates[Key(Stage.RULES, what=What.RULES_CHANGED)] = under(
                last.plan, last.facts, last.on, held
            )
        return walk(self.start, self._updates)

    def cause(self, step: Step) -> Cause:
        """A step with the fact that it is about."""
        change = self._changes.get(step.key)
        if change is not None:
            return Cause(step, change.old, change.new)
        return of_fact(step, self.last.facts)

    def _at(self, key: Key) -> Update:
        return self._updates.setdefault(key, Update())

    def _posts_known(self, post: Post) -> Post:
        """The post on the first day, once everything is known; steps that change it are noted."""
        side = self.first
        known = {kind: side.facts.known(kind) for kind in _OF_POST}
        facts = replace(side.facts, facts=known)
        for key, change in self._changes.items():
            if _OF_POST & change.kinds or change.disputes is not None:
                facts = change.applied(facts)
                post = post_on(facts, side.surroundings, side.on)
                self._posts[key] = post
                self._at(key).post = post
                self._at(key).doubt = doubtful(side.plan, post, facts.disputed, side.on)
        return post

    def _of_knowledge(self, reader: Reader) -> Iterator[tuple[Key, Reading]]:
        """What a line comes to on the first day, after each thing that became known."""
        side = self.first
        facts, post = reader.of(side.facts), self.start.post
        for key, change in self._changes.items():
            post = self._posts.get(key, post)
            touched = bool(change.kinds & reader.kinds)
            if touched:
                facts = change.applied(facts)
            if touched or (reader.by_post and key in self._posts):
                yield key, reader.read(reader.between(facts, side.on, side.on), side.on, post)


def passing(
    reader: Reader, facts: History, post: Post, first: date, last: date
) -> Iterator[tuple[Key, Reading]]:
    """What a line comes to while days pass from first to last, the post held staying the same.

    What expires goes one by one on the first day; then the day changes; then what was there and did
    not count yet, and at last what is new, come one by one on the last day.
    """
    near = reader.between(facts, first, last)
    now, then = reader.read(near, first, post), reader.read(near, last, post)
    moved = by_time(near, (now.uses, then.uses), first, last)
    if not moved.left and not moved.came and now == then:
        return
    gone: set[int] = set()
    ended = {one.root for one in then.uses if one.why == ENDED}
    for fact in moved.left:
        gone.add(fact.root)
        now = reader.read(without(near, gone), first, post)
        what = What.ENDED if fact.root in ended else What.LEFT_WINDOW
        yield _fact_key(Stage.LEFT, fact, what), now
    coming = {fact.root for fact in moved.came}
    for stage, key in ((Stage.DAY, None), *_coming(moved.came, first)):
        coming -= set() if key is None else {key.root}
        seen = held_back(near, coming, first, last)
        reading = reader.read(seen, last, post)
        if key is not None or reading != now:
            yield key or Key(stage), reading
        now = reading
    if now != then:
        yield Key(Stage.END), then


def _coming(came: Sequence[Fact], first: date) -> list[tuple[Stage, Key]]:
    """Facts that were there and did not count yet, then new ones, each in order."""
    keys = []
    for fact in came:
        new = entry(fact) > first
        stage = Stage.NEW if new else Stage.CAME
        what = What.NEW if new else What.CAME_INTO_WINDOW
        keys.append((stage, _fact_key(stage, fact, what)))
    return sorted(keys, key=lambda one: one[1])


def _fact_key(stage: Stage, fact: Fact, what: What) -> Key:
    return Key(stage, fact.effective_on, fact.position, fact.root, what)


def post_key(before: Post, after: Post) -> Key:
    """The step in which another post is held, or the same is of another kind."""
    same = before.root == after.root
    return Key(Stage.POSITION, what=What.KIND_CHANGED if same else What.POST_CHANGED)


def under(plan: Plan, facts: History, on: date, post: Post) -> Update:
    """Everything read anew under another plan."""
    found = {path: one.read(facts, on, post) for path, one in readers(plan).items()}
    return Update(
        readings=found,
        plan=plan,
        doubt=doubtful(plan, post, facts.disputed, on),
        only=frozenset(found),
    )


def of_fact(step: Step, facts: History) -> Cause:
    """A step with the fact that came or went, if it is about one."""
    fact = facts.root(step.key.root) if step.key.root else None
    if step.key.stage is Stage.LEFT:
        return Cause(step, fact, None)
    return Cause(step, None, fact)
