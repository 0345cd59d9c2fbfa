"""Rules about careers: angka kredit, ladders of rank, steps that ask for more, open cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from projections.plans.extra import ON, ROOT, UNTIL, Gathered, Source
from projections.plans.plan import Condition, Entry, Ever, Held, Value, Window
from projections.plans.words import Say


def _ever(like: Value[object]) -> Ever:
    return Ever(Value("ever", like.mark, like.cite, like.at))


def _held(like: Value[object]) -> Held:
    return Held(Value("held", like.mark, like.cite, like.at))


@dataclass(frozen=True, slots=True)
class Conversion(Gathered):
    """For each period of whole months: coefficient x factor x its months / `months`, added up.

    Periods are facts in the window, of at most `months`. The longest counts first, then the newest;
    one that overlaps a period that counts is not read. The coefficient is of the newest base fact
    that holds on the period's last day. Each product is rounded half up, their sum is at most the
    measure's maximum. `none` where no period counts, or where a code or a base is lacking.
    """

    NAME: ClassVar[str] = "conversion"
    base_facts: str
    base_where: tuple[Condition, ...]
    base_by: str
    base: Mapping[str, Entry]
    factor_facts: str
    factor_where: tuple[Condition, ...]
    factor_window: Window | Ever | Held
    factor_by: str
    factor: Mapping[str, Entry]
    months: Value[int]
    decimals: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """What gives the coefficient, whenever it held; then the periods."""
        base = (ON, UNTIL, self.base_by)
        factor = ("from", "to", self.factor_by)
        return (
            Source(self.base_facts, self.base_where, _ever(self.decimals), base),
            Source(self.factor_facts, self.factor_where, self.factor_window, factor),
        )

    @property
    def rounding(self) -> Value[int] | None:
        """Where each product is rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Bonus:
    """A share of the need for a fact of a higher rank than any before; `ranks` say which is higher.

    Equal ranks are not higher. Without any fact before, it is not known whether one is.
    """

    facts: str
    where: tuple[Condition, ...]
    by: str
    ranks: Mapping[str, Value[Decimal]]
    share: Value[Decimal]


@dataclass(frozen=True, slots=True)
class Accrued(Gathered):
    """A number added up since somebody holds what he holds, against what the next step needs.

    Of the facts `since` the newest that holds on the day says the code. It says the day too
    (`start` newest), or the first of those before it does that say the same code without another
    between (`first`). From that day on facts count, by their legal day. `need` are the numbers by
    that code. `bonus` adds its share of the need once, rounded half up. What is told is `say`.
    """

    NAME: ClassVar[str] = "accrued"
    facts: str
    where: tuple[Condition, ...]
    field: str
    since_facts: str
    since_where: tuple[Condition, ...]
    since_by: str
    start: Value[str]
    need: Mapping[str, Entry] | None
    bonus: Bonus | None
    say: Value[Say]
    decimals: Value[int]
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is added up, since what, and what may bring the bonus."""
        ever = _ever(self.decimals)
        since = (ON, UNTIL, self.since_by)
        found = (
            Source(self.facts, self.where, ever, (ON, self.field)),
            Source(self.since_facts, self.since_where, ever, since),
        )
        if self.bonus is None:
            return found
        return (*found, Source(self.bonus.facts, self.bonus.where, ever, (ON, self.bonus.by)))

    @property
    def rounding(self) -> Value[int] | None:
        """Where sum and bonus are rounded."""
        return self.decimals


@dataclass(frozen=True, slots=True)
class Ladder(Gathered):
    """The maximum if a code stands so many steps below a limit that another fact sets; else 0.

    `steps` are the codes of the ladder, lowest first. `to` gives the limit by a code: of the newest
    fact that holds, or (`choose` highest) the highest of all that hold. `least` and `most` bound
    the steps that lie between. A code that is not named makes it unknown where it could matter.
    """

    NAME: ClassVar[str] = "ladder"
    facts: str
    by: str
    steps: Value[tuple[str, ...]]
    limit_facts: str
    limit_where: tuple[Condition, ...]
    limit_by: str
    to: Mapping[str, Value[str]]
    choose: Value[str]
    least: Value[int]
    most: Value[int] | None
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who stands where, and what sets the limit."""
        return (
            Source(self.facts, (), _held(self.choose), (self.by,)),
            Source(self.limit_facts, self.limit_where, _held(self.choose), (self.limit_by,)),
        )


@dataclass(frozen=True, slots=True)
class AtStep(Gathered):
    """The maximum for whoever's newest code asks for nothing more; at the codes named, for a proof.

    The proof is a fact, of any day up to the day asked, whose code is one of those of the step; a
    proof for a code that no step names makes it unknown. Where `confirm` says what must be
    confirmed instead, no fact can tell it: at these codes it is unknown, and says so.
    """

    NAME: ClassVar[str] = "at_step"
    facts: str
    by: str
    codes: Value[frozenset[str]]
    proof_facts: str
    proof_where: tuple[Condition, ...]
    proof_by: str
    to: Mapping[str, Value[frozenset[str]]]
    confirm: str | None
    none: Entry

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who stands where, and what proves."""
        held = Source(self.facts, (), _held(self.codes), (self.by,))
        if self.confirm is not None:
            return (held,)
        proof = Source(self.proof_facts, self.proof_where, _ever(self.codes), (self.proof_by,))
        return (held, proof)


@dataclass(frozen=True, slots=True)
class NoOpenCase(Gathered):
    """The maximum if no case that holds on the day is without an end; else 0.

    A case ends with a sanction that names it, or a ruling of it, as `closed_by` says.
    """

    NAME: ClassVar[str] = "no_open_case"
    facts: str
    closed_by: Value[frozenset[str]]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The cases, then what ends them."""
        ever = _ever(self.closed_by)
        ending = sorted(self.closed_by.value)
        return (
            Source(self.facts, (), _held(self.closed_by), (ROOT,)),
            *(Source(kind, (), ever, (CLOSES[kind],)) for kind in ending),
        )


# The field by which a fact names the case that it ends.
CLOSES: Mapping[str, str] = {"sanction": "case", "ruling": "of"}
