"""The checked plan of an instrument: every rule and number resolved, nothing implicit.

`instrument.load` makes a Plan from YAML; `trace` and `cohort` only read it. All of it is frozen,
all numbers are exact decimals in points or in the unit of the field they compare with, all days
are legal days. What the document lacks the loader refuses, so no interpreter has defaults.

A parameter is a `Value`: what it says, how sure we are (`mark`), where it is written in the law
(`cite`) and where in the document (`at`). A table entry that nobody knows is a `Value` of a
`Span` marked MISSING: the bounds between which it lies. To add a rule: a frozen dataclass here, a
reader in `language.rules`, a function in `tracing.rules` and one in `cohort`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from ledger.values import shift_months
from projections.plans.words import Award, Basis, Halves, LateFiling, Since, WindowStart

T_co = TypeVar("T_co", covariant=True)
MONTHS_A_YEAR = 12
KNOWN = "known"


class Mark(StrEnum):
    """How sure a parameter is, from strong to weak: read in a text; a documented practice that the
    agency confirms by enacting it; two that make answers provisional; one not computable.
    """

    VERIFIED = "verified"
    READING = "reading"
    RECALLED = "recalled"
    ASSUMED = "assumed"
    MISSING = "missing"

    @property
    def weakness(self) -> int:
        """0 for VERIFIED, growing towards MISSING."""
        return _WEAKNESS[self]

    @property
    def makes_provisional(self) -> bool:
        return self in (Mark.RECALLED, Mark.ASSUMED)


_WEAKNESS: Mapping[Mark, int] = {one: place for place, one in enumerate(Mark)}


@dataclass(frozen=True, slots=True)
class Value(Generic[T_co]):
    """One parameter: what it says, how sure, by which article, at which place of the document."""

    value: T_co
    mark: Mark
    cite: str
    at: str


@dataclass(frozen=True, slots=True)
class Span:
    """Bounds, both inside, of a number that is not known."""

    low: Decimal
    high: Decimal


Entry = Value[Decimal] | Value[Span]


def bounds(entry: Entry) -> Span:
    """The bounds of an entry; both are the number itself when it is known."""
    known = entry.value
    return known if isinstance(known, Span) else Span(known, known)


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two cuts and the codes they may mean: several when it is unknown which."""

    low: Decimal
    low_inside: bool
    high: Decimal
    high_inside: bool
    codes: Value[tuple[str, ...]]

    def holds(self, number: Decimal) -> bool:
        above = number > self.low or (self.low_inside and number == self.low)
        return above and (number < self.high or (self.high_inside and number == self.high))


@dataclass(frozen=True, slots=True)
class Cuts:
    """Adjoining intervals in ascending order from 0 to the top, without gap or overlap."""

    edge: Value[str]
    intervals: tuple[Interval, ...]

    def find(self, number: Decimal) -> Interval | None:
        """The interval of a number; None below 0 or above the top."""
        return next((part for part in self.intervals if part.holds(number)), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """`where`: a code field is one of `codes`; a fact without the field passes if `absent`."""

    field: str
    codes: Value[frozenset[str]]
    absent: bool

    def met(self, given: Mapping[str, object]) -> bool:
        found = given.get(self.field)
        if found is None:
            return self.absent
        word = str(found).lower() if isinstance(found, bool) else found
        return KNOWN in self.codes.value or word in self.codes.value


@dataclass(frozen=True, slots=True)
class Ever:
    """No window: every day up to as_of."""

    said: Value[str]

    def after(self, as_of: date) -> date | None:  # noqa: ARG002 - the shape of Window.after
        """None: no day is too early."""
        return None


class Held(Ever):
    """No window: the facts that hold on the day, from their legal day until their end."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days (after(as_of), as_of], on a fact's effective day unless its rule says another."""

    months: Value[int]
    start: Value[WindowStart]

    def after(self, as_of: date) -> date:
        """The last day before the window; clamped at month's end and at the first day of all."""
        if self.start.value is WindowStart.CALENDAR:
            year = as_of.year - self.months.value // MONTHS_A_YEAR + 1
            return date(year, 1, 1) - timedelta(days=1) if year > 1 else date.min
        if self.start.value is WindowStart.MONTH:
            months = as_of.year * MONTHS_A_YEAR + as_of.month - self.months.value
            if months <= MONTHS_A_YEAR:
                return date.min
            first = date(months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1, 1)
            return first - timedelta(days=1)
        if as_of.year * MONTHS_A_YEAR + as_of.month - self.months.value <= MONTHS_A_YEAR:
            return date.min
        return shift_months(as_of, -self.months.value)


@dataclass(frozen=True, slots=True)
class Best:
    """The highest points among the visible facts of a kind, by a code field.

    `none` is the answer when no such fact is visible.
    """

    NAME: ClassVar[str] = "best"
    facts: str
    where: tuple[Condition, ...]
    by: str
    points: Mapping[str, Entry]
    none: Entry


@dataclass(frozen=True, slots=True)
class Match:
    """`match`: a code field must be what the position held asks for; an absent one is unknown."""

    field: str
    of: Mapping[str, Value[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The measure's maximum if one fact in the window meets every condition, else 0."""

    NAME: ClassVar[str] = "any"
    facts: str
    where: tuple[Condition, ...]
    match: Match | None
    window: Window | Ever


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a number field over the facts in the window, against a target.

    At or above the target, which may lie between bounds: the measure's maximum. Below: by `award`
    nothing, or maximum x sum / target, rounded half up at `decimals`. An absent number is unknown,
    not zero.
    """

    NAME: ClassVar[str] = "total"
    facts: str
    where: tuple[Condition, ...]
    field: str
    window: Window | Ever
    target: Entry
    award: Value[Award]
    decimals: Value[int] | None


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest appraised calendar year that ended within the window decides.

    Read are facts whose fields `from` and `to` are a whole calendar year, or (`halves` MEAN) its
    first or second half; a year counts by its 31 December. In the newest year with any such fact
    a whole-year fact decides, else both halves, each counting half, rounded half up at
    `decimals`. Periods of another shape are not read (`other`). The value of `state_field` must
    be `state`, else the year is unknown, as if nothing were recorded (`none`). Points stand by
    (`by[0]`, `by[1]`); without `by[1]` the number in `score_field` gives its code through
    `scores` of `by[0]`.
    """

    NAME: ClassVar[str] = "latest"
    facts: str
    where: tuple[Condition, ...]
    period: Value[str]
    halves: Value[Halves]
    other: Value[str]
    window: Window
    state_field: str
    state: Value[str]
    by: tuple[str, str]
    points: Mapping[str, Mapping[str, Entry]]
    score_field: str
    scores: Mapping[str, Cuts]
    decimals: Value[int]
    none: Entry


@dataclass(frozen=True, slots=True)
class Worst:
    """The fewest points among sanctions that took effect in the window, by their level on as_of.

    What a sanction's objections, appeals and rulings make of it is `ledger.domain.sanction`; levels
    in `ignored` never count. `none` is the answer when nothing counts. `until` of a sanction plays
    no part but in the window Held, which asks whether its term still runs, and where `since` END
    counts the window from the end of its term: without an end on record it stays in the window.
    """

    NAME: ClassVar[str] = "worst"
    facts: str
    by: str
    points: Mapping[str, Entry]
    ignored: Value[frozenset[str]]
    none: Entry
    window: Window | Ever | Held
    late_filing: Value[LateFiling]
    since: Value[Since] | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of the child measures that apply to the position held."""

    NAME: ClassVar[str] = "sum"
    measures: tuple[Measure, ...]


class Extra(ABC):
    """A rule of `plans.extra`: what the rest of the house must know of it."""

    NAME: ClassVar[str]
    __slots__ = ()

    @property
    @abstractmethod
    def reads(self) -> Mapping[str, frozenset[str]]:
        """The fields that it reads, by kind of fact."""

    @property
    def rounding(self) -> Value[int] | None:
        """Where it rounds, if it does."""
        return None


Rule = Best | AnyOf | Total | Latest | Worst | Sum | Extra


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the score.

    `when` holds the kinds of position it applies to, `employed` what status kepegawaian; None means
    any. Two siblings may share a name when these do not meet.
    """

    name: str
    at: str
    maximum: Value[Decimal]
    when: Value[frozenset[str]] | None
    cite: str
    mark: Mark
    rule: Rule
    employed: Value[frozenset[str]] | None = None

    def applies_to(self, position_kind: str) -> bool:
        return self.when is None or position_kind in self.when.value

    def employs(self, employment: str | None) -> bool:
        """Whether it applies to a status kepegawaian."""
        return self.employed is None or employment in self.employed.value


@dataclass(frozen=True, slots=True)
class Population:
    """Who is measured: by status kepegawaian, and where stated by kedudukan hukum and kind of post.

    Whoever holds no post of a known kind, or has no standing on record that `not_standing` leaves
    out, is measured: what is not known shuts nobody out.
    """

    employment: Value[frozenset[str]]
    standing: Value[frozenset[str]] | None
    kinds: Value[frozenset[str]] | None = None
    not_standing: Value[frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class UnitPopulation:
    """Which units are measured: open ones, of these kinds where kinds are stated."""

    kinds: Value[frozenset[str]] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole instrument, checked: maxima add up to `maximum` for every kind of position.

    Where it asks for requirements, each is a measure of at most 1, and `outcomes` are the words for
    met, not met and not known yet. `later` are texts known to replace this one, from a day on. From
    `sure_from` on it was in force however sure `first_day` is.
    """

    instrument: str
    title: str
    subject: str
    decree: str
    basis: Basis
    first_day: Value[date]
    cut_off: Value[str]
    population: Population | UnitPopulation
    maximum: Value[Decimal]
    measures: tuple[Measure, ...]
    bands: Cuts
    outcomes: tuple[str, str, str] | None = None
    later: tuple[tuple[date, str], ...] = ()
    sure_from: date | None = None

    @property
    def in_force_from(self) -> date:
        """The first legal day on which it decides."""
        return self.first_day.value


def values(part: object) -> Iterator[Value[object]]:
    """Every parameter below a plan or a part of it, in document order."""
    if isinstance(part, Value):
        yield part
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from values(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from values(inner)
    elif is_dataclass(part):
        for field in fields(part):
            yield from values(getattr(part, field.name))


def depends_on_position(measures: tuple[Measure, ...]) -> bool:
    """Whether any of these measures applies to some kinds of position only."""
    return any(measure.when is not None for measure in measures)
