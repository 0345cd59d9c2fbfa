"""Further rules of the instrument language; each reads facts from one or more sources.

A rule here is a frozen dataclass that says from which sources it reads; `weighing` says what the
facts found come to. Both interpreters find the facts, each in its own way, and weigh them by the
same words.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from projections.plans.plan import Condition, Entry, Ever, Extra, Held, Plan, Rule, Value, Window

# In the keys of a source, of the fact itself: its legal day, its end (None without one), its root.
ON, UNTIL, ROOT = "@on", "@until", "@root"
OF_FACT = frozenset((ON, UNTIL, ROOT))
PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Source:
    """Facts of a kind in a window that meet every condition, and the fields that are read."""

    kind: str
    where: tuple[Condition, ...]
    window: Window | Ever | Held
    keys: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys that are fields of the fact."""
        return tuple(key for key in self.keys if key not in OF_FACT)


class Gathered(Extra):
    """A rule that weighs the facts of its sources."""

    __slots__ = ()

    @property
    @abstractmethod
    def sources(self) -> tuple[Source, ...]:
        """Where its facts come from."""

    @property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """The fields that it reads, by kind of fact."""
        found: dict[str, frozenset[str]] = {}
        for one in self.sources:
            names = frozenset(one.fields) | {condition.field for condition in one.where}
            found[one.kind] = found.get(one.kind, frozenset()) | names
        return found


@dataclass(frozen=True, slots=True)
class Tally(Gathered):
    """Points for each fact by a code field, added up and capped at the measure's maximum.

    `others` are the points of a code that is not named, where the field holds free code words.
    """

    NAME: ClassVar[str] = "tally"
    facts: str
    where: tuple[Condition, ...]
    window: Window | Ever | Held
    by: str
    points: Mapping[str, Entry]
    others: Entry | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The facts that bring points."""
        return (Source(self.facts, self.where, self.window, (self.by,)),)


@dataclass(frozen=True, slots=True)
class Share(Gathered):
    """The share of a check's elements of one dimension that are in order, of the maximum.

    The newest check that holds on the day decides. Without a check, or without an element of the
    dimension in it: `none`.
    """

    NAME: ClassVar[str] = "share"
    facts: str
    field: str
    dimension: Value[str]
    decimals: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """The checks that hold."""
        held = Held(Value("held", self.dimension.mark, self.dimension.cite, self.dimension.at))
        return (Source(self.facts, (), held, (self.field,)),)

    @property
    def rounding(self) -> Value[int] | None:
        """Where the share is rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Elapsed(Gathered):
    """The maximum once so many months have passed since the first or the newest fact, else 0.

    The fact's legal day counts; `none` is the answer without such a fact.
    """

    NAME: ClassVar[str] = "elapsed"
    facts: str
    where: tuple[Condition, ...]
    window: Window | Ever | Held
    since: Value[str]
    at_least: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """The facts of which the first or the newest counts."""
        return (Source(self.facts, self.where, self.window, (ON,)),)


@dataclass(frozen=True, slots=True)
class NoneInForce(Gathered):
    """The maximum if there is no such fact in the window, or in force on the day; else 0."""

    NAME: ClassVar[str] = "none_in_force"
    facts: str
    where: tuple[Condition, ...]
    window: Window | Ever | Held

    @property
    def sources(self) -> tuple[Source, ...]:
        """The facts that stand in the way."""
        return (Source(self.facts, self.where, self.window, (ON,)),)


@dataclass(frozen=True, slots=True)
class All(Gathered):
    """The maximum if each of the last full calendar years was appraised with one of the codes.

    A year is its own appraisal, else both of its halves. One year that is known to be below: 0.
    Else a year without an appraisal that counts makes it unknown; but a state in `failed` is below.
    """

    NAME: ClassVar[str] = "all"
    facts: str
    where: tuple[Condition, ...]
    years: Value[int]
    state_field: str
    state: Value[str]
    by: str
    codes: Value[frozenset[str]]
    failed: Value[frozenset[str]] | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every appraisal up to the day."""
        ever = Ever(Value("ever", self.years.mark, self.years.cite, self.years.at))
        keys = ("from", "to", self.state_field, self.by)
        return (Source(self.facts, self.where, ever, keys),)


@dataclass(frozen=True, slots=True)
class Mean(Gathered):
    """The mean of a number field over the facts in the window, as a share of `of`.

    `part` names one number where the field holds several by name. A fact whose number is absent
    makes the measure unknown. Without any fact: `none`.
    """

    NAME: ClassVar[str] = "mean"
    facts: str
    where: tuple[Condition, ...]
    window: Window | Ever | Held
    field: str
    part: str | None
    of: Value[Decimal]
    decimals: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """The facts whose numbers are averaged."""
        return (Source(self.facts, self.where, self.window, (self.field,)),)

    @property
    def rounding(self) -> Value[int] | None:
        """Where the mean is rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Newest(Gathered):
    """The number of the newest fact of the newest year, as a share of `of`.

    Read are facts that hold on the day whose field `period` is a whole calendar year; a year counts
    by its 31 December. The newest year in the window with such a fact decides, and in it the newest
    fact: a later session replaces an earlier one. Without any: `none`.
    """

    NAME: ClassVar[str] = "newest"
    facts: str
    where: tuple[Condition, ...]
    period: Value[str]
    window: Window | Ever
    field: str
    of: Value[Decimal]
    decimals: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """The facts of any year that hold."""
        held = Held(Value("held", self.period.mark, self.period.cite, self.period.at))
        return (Source(self.facts, self.where, held, (PERIOD, self.field)),)

    @property
    def rounding(self) -> Value[int] | None:
        """Where the number is rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Product(Gathered):
    """A coefficient by one fact times a factor by another, rounded half up.

    The newest fact of each source counts: `base` by a code field of what holds on the day, and
    `factor` by a code field of the newest fact in the window. `none` where either is lacking.
    """

    NAME: ClassVar[str] = "product"
    base_facts: str
    base_where: tuple[Condition, ...]
    base_by: str
    base: Mapping[str, Entry]
    factor_facts: str
    factor_where: tuple[Condition, ...]
    factor_window: Window | Ever | Held
    factor_by: str
    factor: Mapping[str, Entry]
    decimals: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """What gives the coefficient, then what gives the factor."""
        held = Held(Value("held", self.decimals.mark, self.decimals.cite, self.decimals.at))
        return (
            Source(self.base_facts, self.base_where, held, (self.base_by,)),
            Source(self.factor_facts, self.factor_where, self.factor_window, (self.factor_by,)),
        )

    @property
    def rounding(self) -> Value[int] | None:
        """Where the product is rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Grid(Gathered):
    """A box of a square: its row by a code field, its column by a number field, each newest.

    `row_points` give a code its number. On both axes a number lies in the lowest part below the
    first cut, and in a part whose cut it has reached. `boxes` are the points, lowest row first.
    """

    NAME: ClassVar[str] = "grid"
    row_facts: str
    row_where: tuple[Condition, ...]
    row_window: Window | Ever | Held
    row_by: str
    row_points: Mapping[str, Value[Decimal]]
    row_cuts: tuple[Value[Decimal], ...]
    column_facts: str
    column_where: tuple[Condition, ...]
    column_window: Window | Ever | Held
    column_field: str
    column_cuts: tuple[Value[Decimal], ...]
    boxes: tuple[tuple[Value[Decimal], ...], ...]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """What gives the row, then what gives the column."""
        return (
            Source(self.row_facts, self.row_where, self.row_window, (self.row_by,)),
            Source(self.column_facts, self.column_where, self.column_window, (self.column_field,)),
        )


@dataclass(frozen=True, slots=True)
class OnDays(Gathered):
    """The maximum on certain days of the year, given as month and day; else 0. Reads no facts."""

    NAME: ClassVar[str] = "on_days"
    days: Value[frozenset[str]]

    @property
    def sources(self) -> tuple[Source, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class HeldPost(Extra):
    """The maximum for whoever holds a definitive post of one of these kinds; else 0.

    Unknown while the kind of the post is not known.
    """

    NAME: ClassVar[str] = "post"
    kinds: Value[frozenset[str]]

    @property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Nothing of its own: the post held is known of everybody."""
        return {}


@dataclass(frozen=True, slots=True)
class Score(Extra):
    """Another instrument's total on the same day, or one of its measures, scaled to the maximum.

    `bound` is the plan of that instrument in force on the day, once `binding.bind` has found it;
    without it the points are unknown.
    """

    NAME: ClassVar[str] = "score"
    instrument: Value[str]
    part: str | None
    decimals: Value[int]
    bound: Plan | None = None
    fields: Mapping[str, frozenset[str]] | None = None

    @property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Everything that the other instrument reads, and who is measured by it."""
        return self.fields or {}

    @property
    def rounding(self) -> Value[int] | None:
        """Where the scaled total is rounded."""
        return self.decimals


def conditions_of(rule: Rule) -> list[tuple[str, tuple[Condition, ...]]]:
    """The conditions on facts of each kind; a kind that is not named is read whole."""
    if isinstance(rule, Gathered):
        return [(source.kind, source.where) for source in rule.sources]
    kind = getattr(rule, "facts", None)
    return [] if kind is None else [(kind, getattr(rule, "where", ()))]
