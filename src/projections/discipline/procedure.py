"""The rules of a discipline case as dated data: a YAML text -> one checked procedure.

A procedure says which kinds of sanction there are and how long they last, by when each step is due,
what absence leads to, who examines, and what a sanction blocks. What a text does not state is
absent, and nobody guesses it. `load` is the only door; every number has its article and its mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from ledger.domain.case import StepKind
from ledger.events.base import EMPLOYEE
from ledger.vocabulary import (
    DisciplineRegime,
    EmploymentStatus,
    Forum,
    SanctionKind,
    SanctionLevel,
)
from projections.discipline.procedure_absence import (
    MOST_DAYS,
    MOST_MONTHS,
    Absence,
    absence_of,
    positive,
)
from projections.language.document import (
    Form,
    Listing,
    Node,
    Scalar,
    day,
    listed,
    one_of,
    parse,
    text,
)
from projections.language.values import Scope, value
from projections.plans.plan import Value
from projections.plans.words import Basis

T = TypeVar("T")
NAME = "disiplin"
NONE = "none"
UNKNOWN = "unknown"
WEEK = ("SENIN", "SELASA", "RABU", "KAMIS", "JUMAT", "SABTU", "MINGGU")
YES, NO = "true", "false"
NOT_ACCEPTED = "not_accepted"


class Count(StrEnum):
    """What a clock counts; the day it starts from is never counted."""

    WORKING_DAYS = "WORKING_DAYS"
    DAYS = "DAYS"
    MONTHS = "MONTHS"


class Bound(StrEnum):
    """How a clock binds the later step."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    EXACTLY = "exactly"


class Team(StrEnum):
    """Whether several examine."""

    MUST = "MUST"
    MAY = "MAY"
    NO = "NO"


@dataclass(frozen=True, slots=True)
class Clock:
    """By when, or not before when, or on which day a step is due after another.

    Attributes:
        optional: nobody has to take the step, so a day that passed without it is no lateness.
        refused_late: the law does not accept the step once it is late.
    """

    name: str
    after: StepKind
    until: StepKind
    bound: Bound
    number: Value[int]
    count: Count
    optional: bool
    refused_late: bool = False


@dataclass(frozen=True, slots=True)
class Examiners:
    """Who examines, by the level of the sanction that follows; `team` is None where the text at
    hand does not say when several must.
    """

    team: Value[Mapping[SanctionLevel, Team]] | None
    not_of_lower_rank: Value[bool]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the law whose end no fact tells: stated, shown, never overdue."""

    name: str
    number: Value[int]
    count: Count


Kinds = Mapping[SanctionKind, Value[tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A checked procedure.

    Attributes:
        week: days of the week on which offices work, Monday is 0.
        orderly: whether its steps follow each other as the law of PNS has it, as far as is known.
        order: the article by which a step comes after another, of those steps of which it is known.
        employment: whom it governs; nobody where a case must state the regime.
        kinds: by level, each kind with the months it may last, empty where it does not last; None
        where nobody here knows them, and then no kind is foreign to it.
        double: whether one act may be punished once only. repeat: grounds to which the rule that
        a repeated violation is punished more heavily does not apply.
        forums: who rules on an objection, an appeal, a suit.
        late_filing_suspends: whether a filing suspends a sanction that is in effect already.
    """

    regime: DisciplineRegime
    title: str
    decree: str
    basis: Basis
    in_force_from: Value[date]
    governs: Value[str]
    week: Value[frozenset[int]]
    orderly: bool
    order: Mapping[StepKind, str]
    employment: Value[frozenset[EmploymentStatus]] | None
    kinds: Mapping[SanctionLevel, Kinds | None] | None
    clocks: tuple[Clock, ...]
    terms: tuple[Term, ...]
    late_filing_suspends: Value[bool]
    absence: Absence | None
    examiners: Examiners | None
    double: Value[bool] | None
    repeat: Value[frozenset[str]] | None
    blocks: Value[frozenset[SanctionLevel]] | None
    forums: Mapping[str, Value[frozenset[Forum]]]


def load(document: bytes, *, file: str) -> Procedure:
    """The checked procedure of a text. `file` names it in messages.

    Raises:
        DocumentRefused: with file, line, path and remedy.
    """
    form = Form(parse(document, file=file), what="a procedure")
    one_of(form.need("procedure"), (NAME,), what="`procedure`")
    scope = Scope(EMPLOYEE).below(form)
    found = Procedure(
        regime=DisciplineRegime(
            one_of(form.need("regime"), tuple(DisciplineRegime), what="`regime`")
        ),
        title=text(form.need("title"), what="`title`"),
        decree=text(form.need("decree"), what="`decree`"),
        basis=Basis(one_of(form.need("basis"), tuple(Basis), what="`basis`")),
        in_force_from=value(
            form.need("in_force_from"), scope, lambda node: day(node, what="`in_force_from`")
        ),
        governs=value(
            form.need("governs"), scope, lambda one: one_of(one, ("ACT", "DECISION"), what="it")
        ),
        week=value(form.need("week"), scope, _week),
        orderly=_orderly(form.may("steps")),
        order=_order(form.may("order")),
        employment=_employment(form.may("employment"), scope),
        kinds=_kinds(form.need("sanctions"), scope),
        clocks=_clocks(form.need("clocks"), scope),
        terms=_terms(form.may("terms"), scope),
        late_filing_suspends=value(form.need("late_filing_suspends"), scope, _flag),
        absence=_maybe(form.may("absence"), scope, absence_of),
        examiners=_maybe(form.may("examiners"), scope, _examiners),
        double=_maybe(form.may("double_punishment"), scope, _double),
        repeat=_maybe(form.may("repeat"), scope, _repeat),
        blocks=_maybe(form.may("blocks"), scope, _blocks),
        forums=_maybe(form.may("forums"), scope, _forums) or {},
    )
    form.done()
    return found


def _maybe(node: Node | None, scope: Scope, read: Callable[[Form, Scope], T]) -> T | None:
    """A part that a text may lack, read to its last key."""
    if node is None:
        return None
    form = Form(node, what="this part")
    found = read(form, scope.below(form))
    form.done()
    return found


def _week(node: Node) -> frozenset[int]:
    days = listed(node, lambda one: one_of(one, WEEK, what="a day"), what="`week`")
    return frozenset(WEEK.index(one) for one in days)


def _employment(node: Node | None, scope: Scope) -> Value[frozenset[EmploymentStatus]] | None:
    def statuses(one: Node) -> frozenset[EmploymentStatus]:
        every = tuple(EmploymentStatus)
        names = listed(one, lambda each: one_of(each, every, what="it"), what="`employment`")
        return frozenset(EmploymentStatus(name) for name in names)

    return None if node is None else value(node, scope, statuses)


def _orderly(node: Node | None) -> bool:
    return node is None or one_of(node, (UNKNOWN,), what="`steps`") != UNKNOWN


def _order(node: Node | None) -> Mapping[StepKind, str]:
    if node is None:
        return {}
    form = Form(node, what="`order`")
    said = {kind: form.may(kind.value) for kind in StepKind}
    form.done()
    return {kind: text(one, what="the article") for kind, one in said.items() if one is not None}


def _unknown(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text == UNKNOWN


def _kinds(node: Node, scope: Scope) -> Mapping[SanctionLevel, Kinds | None] | None:
    if _unknown(node):
        return None
    form = Form(node, what="`sanctions`")
    found: dict[SanctionLevel, Kinds | None] = {}
    for level in SanctionLevel:
        part = form.may(level.value)
        if part is not None:
            found[level] = None if _unknown(part) else _maybe(part, scope, _kinds_of_level)
    form.done()
    return found


def _kinds_of_level(form: Form, scope: Scope) -> Kinds:
    table = Form(form.need("kinds"), what="`kinds`")
    found = {}
    for kind in SanctionKind:
        node = table.may(kind.value)
        if node is not None:
            found[kind] = value(node, scope, _months)
    table.done()
    return found


def _months(node: Node) -> tuple[int, ...]:
    if isinstance(node, Scalar) and node.text == NONE:
        return ()
    return listed(node, lambda one: positive(one, MOST_MONTHS, "the months"), what="the months")


def _clocks(node: Node, scope: Scope) -> tuple[Clock, ...]:
    found = []
    for item in _items(node, "clock"):
        form = Form(item, what="a clock")
        inner = scope.below(form)
        said = [(bound, one) for bound in Bound if (one := form.may(bound.value)) is not None]
        if len(said) != 1:
            raise item.place.refusal(
                "a clock has one of at_most, at_least and exactly.", "Keep one of them."
            )
        bound, number = said[0]
        optional, late = form.may("optional"), form.may("late")
        found.append(
            Clock(
                name=text(form.need("clock"), what="`clock`"),
                after=_step(form.need("after")),
                until=_step(form.need("until")),
                bound=bound,
                number=value(number, inner, lambda one: positive(one, MOST_DAYS, "the number")),
                count=Count(one_of(form.need("count"), tuple(Count), what="`count`")),
                optional=optional is not None and _flag(optional),
                refused_late=late is not None
                and bool(one_of(late, (NOT_ACCEPTED,), what="`late`")),
            )
        )
        form.done()
    _check_names(node, [one.name for one in found], "clocks")
    return tuple(found)


def _terms(node: Node | None, scope: Scope) -> tuple[Term, ...]:
    found = []
    for item in () if node is None else _items(node, "term"):
        form = Form(item, what="a term")
        inner = scope.below(form)
        name = text(form.need("term"), what="`term`")
        number = value(form.need("lasts"), inner, lambda one: positive(one, MOST_DAYS, "it"))
        count = Count(one_of(form.need("count"), tuple(Count), what="`count`"))
        form.done()
        found.append(Term(name, number, count))
    if node is not None:
        _check_names(node, [one.name for one in found], "terms")
    return tuple(found)


def _items(node: Node, word: str) -> tuple[Node, ...]:
    if not isinstance(node, Listing):
        raise node.place.refusal(f"`{word}s` must be a list.", f"Write `- {word}: …` for each.")
    return node.items


def _check_names(node: Node, names: list[str], what: str) -> None:
    if len(set(names)) != len(names):
        raise node.place.refusal(f"two {what} have one name.", "Give each its own.")


def _step(node: Node) -> StepKind:
    return StepKind(one_of(node, tuple(StepKind), what="a step"))


def _flag(node: Node) -> bool:
    return one_of(node, (YES, NO), what="it") == YES


def _examiners(form: Form, scope: Scope) -> Examiners:
    def teams(node: Node) -> Mapping[SanctionLevel, Team]:
        table = Form(node, what="`team`")
        levels = [one for one in SanctionLevel if one is not SanctionLevel.MORAL]
        found: dict[SanctionLevel, Team] = {}
        for one in levels:
            found[one] = Team(one_of(table.need(one.value), tuple(Team), what="it"))
        table.done()
        return found

    rank = value(form.need("not_of_lower_rank"), scope, _flag)
    # A table of its own, so it is not taken for {mark: value}.
    mark, cite = scope.stated(form.place)
    team = form.may("team")
    said = None if team is None else Value(teams(team), mark, cite, team.place.path)
    return Examiners(said, rank)


def _double(form: Form, scope: Scope) -> Value[bool]:
    return value(form.need("forbidden"), scope, _flag)


def _repeat(form: Form, scope: Scope) -> Value[frozenset[str]]:
    _flag(form.need("heavier"))
    return value(
        form.need("but_not"),
        scope,
        lambda node: frozenset(listed(node, lambda one: text(one, what="a ground"), what="it")),
    )


def _blocks(form: Form, scope: Scope) -> Value[frozenset[SanctionLevel]]:
    def levels(node: Node) -> frozenset[SanctionLevel]:
        names = listed(node, lambda one: one_of(one, tuple(SanctionLevel), what="it"), what="it")
        return frozenset(SanctionLevel(one) for one in names)

    return value(form.need("levels"), scope, levels)


def _forums(form: Form, scope: Scope) -> Mapping[str, Value[frozenset[Forum]]]:
    def forums(node: Node) -> frozenset[Forum]:
        names = listed(node, lambda one: one_of(one, tuple(Forum), what="it"), what="it")
        return frozenset(Forum(one) for one in names)

    return {key: value(form.need(key), scope, forums) for key in ("objection", "appeal", "suit")}
