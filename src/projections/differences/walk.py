"""A walk from one answer to another, one cause at a time, so that what each brings adds up.

Every state on the way is a whole answer in small. A step changes what one cause changes and
nothing else; its points are the difference of two neighbouring states, so all of them telescope.
Where a state is not computable the number goes to the later cause (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from itertools import groupby

from projections.differences.lines import ABSENT, GATE, Reading, Sums, summed
from projections.plans.plan import Plan
from projections.reasons import Reason
from projections.subject import Post


class CauseClass(StrEnum):
    """Classes of cause in the fixed order in which differences are attributed."""

    CORRECTIONS = "corrections"
    EXPIRIES = "expiries"
    NEW_FACTS = "new_facts"
    POSITION = "position"
    RULES = "rules"


class What(StrEnum):
    """What happened to a fact, or to what is no fact of the person's."""

    CORRECTED = "corrected"
    ANNULLED = "annulled"
    ENDED = "ended"
    REINSTATED = "reinstated"
    BECAME_KNOWN_LATE = "became_known_late"
    DISPUTED = "disputed"
    DISPUTE_RESOLVED = "dispute_resolved"
    NOT_KNOWN_YET = "not_known_yet"
    NOT_CORRECTED_YET = "not_corrected_yet"
    NOT_ENDED_YET = "not_ended_yet"
    NOT_ANNULLED_YET = "not_annulled_yet"
    NOT_DISPUTED_YET = "not_disputed_yet"
    NOT_RESOLVED_YET = "not_resolved_yet"
    LEFT_WINDOW = "left_window"
    CAME_INTO_WINDOW = "came_into_window"
    DAY_PASSED = "day_passed"
    NEW = "new"
    POST_CHANGED = "post_changed"
    KIND_CHANGED = "kind_changed"
    RULES_CHANGED = "rules_changed"


class Stage(IntEnum):
    """The order of steps on the way."""

    KNOWLEDGE = 0
    DISPUTES = 1
    LEFT = 2
    DAY = 3
    CAME = 4
    NEW = 5
    END = 6
    POSITION = 7
    RULES = 8


CLASS_OF: Mapping[Stage, CauseClass] = {
    Stage.KNOWLEDGE: CauseClass.CORRECTIONS,
    Stage.DISPUTES: CauseClass.CORRECTIONS,
    Stage.LEFT: CauseClass.EXPIRIES,
    Stage.DAY: CauseClass.EXPIRIES,
    Stage.CAME: CauseClass.EXPIRIES,
    Stage.NEW: CauseClass.NEW_FACTS,
    Stage.END: CauseClass.NEW_FACTS,
    Stage.POSITION: CauseClass.POSITION,
    Stage.RULES: CauseClass.RULES,
}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The place of a step on the way: by stage, legal day, position; root 0 is no fact."""

    stage: Stage
    on: date = date.min
    position: int = 0
    root: int = 0
    what: What = What.DAY_PASSED

    @property
    def cause_class(self) -> CauseClass:
        """The class it belongs to."""
        return CLASS_OF[self.stage]


@dataclass(frozen=True, slots=True)
class State:
    """One answer on the way: under which plan, at which post, and what each line comes to.

    `doubt` is what stands above the lines and makes it less than certain.
    """

    plan: Plan
    post: Post
    doubt: bool
    readings: Mapping[str, Reading]

    @property
    def why(self) -> Reason | None:
        """Why somebody is not measured, or None."""
        return self.readings[GATE].why

    def shown(self, path: str) -> Reading | None:
        """What a line comes to: nothing where the plan has none, None for who is not measured."""
        return None if self.why is not None else self.readings.get(path, ABSENT)

    def value(self, path: str) -> Decimal | None:
        """The points of a line, None where not known."""
        shown = self.shown(path)
        return None if shown is None else shown.points

    def sums(self) -> Sums:
        """Status, total, range and band."""
        return summed(self.plan, self.readings, self.post, doubt=self.doubt, why=self.why)


@dataclass(slots=True)
class Update:
    """What changes at one step; None leaves a thing as it is."""

    readings: dict[str, Reading] = field(default_factory=dict)
    plan: Plan | None = None
    post: Post | None = None
    doubt: bool | None = None
    only: frozenset[str] | None = None

    def applied(self, state: State) -> State:
        """The state after it; `only` are the paths that are left."""
        readings = {**state.readings, **self.readings}
        if self.only is not None:
            readings = {path: one for path, one in readings.items() if path in self.only}
        return replace(
            state,
            plan=state.plan if self.plan is None else self.plan,
            post=state.post if self.post is None else self.post,
            doubt=state.doubt if self.doubt is None else self.doubt,
            readings=readings,
        )


@dataclass(frozen=True, slots=True)
class Move:
    """What a step does to one line; None on a side where somebody is not measured.

    `points` is None where no number belongs to this step.
    """

    path: str
    before: Reading | None
    after: Reading | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """One cause and what it changes."""

    key: Key
    before: State
    after: State
    sums: tuple[Sums, Sums]
    moves: tuple[Move, ...] = ()

    @property
    def points(self) -> Decimal | None:
        """The sum over the lines, None where no line has a number."""
        known = [move.points for move in self.moves if move.points is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def acts(self) -> bool:
        """Whether it changes anything of the answer."""
        return bool(self.moves) or self.sums[0] != self.sums[1]


def walk(start: State, updates: Mapping[Key, Update], *, sums: Sums | None = None) -> list[Step]:
    """The steps in order, those without any effect included; `sums` are those of the start."""
    steps: list[Step] = []
    state, sums = start, sums or start.sums()
    for key in sorted(updates):
        after = updates[key].applied(state)
        then = after.sums()
        steps.append(Step(key, state, after, (sums, then)))
        state, sums = after, then
    found = {path for step in steps for path in (*step.before.readings, *step.after.readings)}
    numbers = _numbers(start, steps, [path for path in found if path != GATE])
    ordered = _paths(start, steps)
    return [
        replace(step, moves=tuple(_moves(step, ordered, given)))
        for step, given in zip(steps, numbers, strict=True)
    ]


def _paths(start: State, steps: Iterable[Step]) -> list[str]:
    """All lines met on the way, in the order of the plans."""
    states = [start, *(step.after for step in steps)]
    return [path for path in dict.fromkeys(p for one in states for p in one.readings) if path]


def _moves(step: Step, paths: Sequence[str], numbers: Mapping[str, Decimal]) -> Iterator[Move]:
    for path in paths:
        before, after = step.before.shown(path), step.after.shown(path)
        if path in numbers or _bounds(before) != _bounds(after):
            yield Move(path, before, after, numbers.get(path))


def _bounds(shown: Reading | None) -> object:
    return None if shown is None else (shown.span, shown.reach)


def _numbers(start: State, steps: Sequence[Step], paths: Iterable[str]) -> list[dict[str, Decimal]]:
    """The points of each step by line.

    A class gets a number for a line that is computable at its end: what it then is, less what it
    last was at the end of a class before. Within the class the same from step to step. So the
    numbers of all classes add up from the first known points to the last, and the numbers of the
    steps to those of their class.
    """
    found: list[dict[str, Decimal]] = [{} for _ in steps]
    places = range(len(steps))
    classes = [list(group) for _, group in groupby(places, lambda at: steps[at].key.cause_class)]
    for path in paths:
        known = start.value(path)
        for group in classes:
            end = steps[group[-1]].after.value(path)
            if end is None:
                continue
            for at in group:
                before, after = steps[at].before.value(path), steps[at].after.value(path)
                if after is None or before == after:
                    continue
                if known is not None:
                    found[at][path] = after - known
                known = after
            known = end
    return found
