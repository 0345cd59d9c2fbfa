"""The texts of a rule book as plans: loaded once, and joined to those that they read.

Which text is in force is said by `domain.rulebook`; what a text means by `instrument`. Here the two
meet, for every question that is asked and for every change of the book that is weighed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ledger.domain.rulebook import Enactment, InstrumentUnknown, NoRulesInForce, Rulebook
from ledger.errors import LedgerError
from projections.asking import binding
from projections.language import instrument
from projections.plans.extra import Score
from projections.plans.members import Members, Pattern
from projections.plans.plan import Measure, Plan, Sum


@dataclass(frozen=True, slots=True)
class InForce:
    """A text in force on a day, and its plan with the instruments it reads as of that day."""

    enactment: Enactment
    plan: Plan


class InstrumentNotInForce(LedgerError):
    """A text reads an instrument that is not in force on the day on which the text begins."""

    code = "instrument_not_in_force"


@lru_cache(maxsize=256)
def _loaded(sha256: str, text: str) -> Plan:
    return instrument.load(text.encode(), file=f"the text enacted as {sha256[:12]}")


def plan_of(enacted: Enactment) -> Plan:
    """The plan of a text by itself; instruments that it reads are not joined to it."""
    return _loaded(enacted.sha256, enacted.text)


def in_force(book: Rulebook, name: str, on: date, *, decree: str | None = None) -> InForce:
    """The text of an instrument in force on a day, or that of a decree, and its plan.

    Raises:
        InstrumentUnknown, NoRulesInForce; InstrumentsInCircle, MeasureUnknown.
    """
    enacted = book.in_force(name, on, decree=decree)
    return InForce(enacted, bound(book, plan_of(enacted), on))


def standing(book: Rulebook, name: str, on: date) -> InForce | None:
    """As `in_force`; None where no text of that name is in force."""
    found = text_on(book, name, on)
    return None if found is None else InForce(found, bound(book, plan_of(found), on))


def bound(book: Rulebook, plan: Plan, on: date) -> Plan:
    """A plan joined to the texts in force on a day; one that is not in force stays unknown.

    Raises:
        InstrumentsInCircle, MeasureUnknown.
    """
    return binding.bind(plan, lambda name: _alone(book, name, on))


def text_on(book: Rulebook, name: str, on: date) -> Enactment | None:
    """The text of an instrument in force on a day; None where there is none."""
    try:
        return book.in_force(name, on)
    except (InstrumentUnknown, NoRulesInForce):
        return None


def _alone(book: Rulebook, name: str, on: date) -> Plan | None:
    found = text_on(book, name, on)
    return None if found is None else plan_of(found)


def read_by(plan: Plan) -> tuple[str, ...]:
    """The names of the instruments that a plan reads, in document order."""
    return tuple(dict.fromkeys(_read(plan.measures)))


def _read(measures: tuple[Measure, ...]) -> Iterator[str]:
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _read(one.rule.measures)
        elif isinstance(one.rule, Score | Members):
            yield one.rule.instrument.value
        elif isinstance(one.rule, Pattern):
            yield one.rule.members.instrument.value


def starts(book: Rulebook, first: date, last: date) -> list[date]:
    """The days after `first` and up to `last` on which some text begins: between two of them no
    rule changes.
    """
    return sorted({day for day in begins(book) if first < day <= last})


def begins(book: Rulebook) -> set[date]:
    """Every day on which some text of the book begins."""
    return {one.in_force_from for one in book.enactments}


def check_book(book: Rulebook, since: date) -> None:
    """Whether every instrument can be asked on every day since then.

    Raises:
        InstrumentsInCircle: some day, instruments would read each other.
        MeasureUnknown: some day, one would read a measure that the other does not have.
    """
    for day in sorted({since} | {one for one in begins(book) if one > since}):
        for name in book.names():
            standing(book, name, day)


def check_read(book: Rulebook, plan: Plan) -> None:
    """Whether what a text reads is in force on its first day.

    Raises:
        InstrumentNotInForce: naming what is not.
    """
    on = plan.in_force_from
    missing = [name for name in read_by(plan) if _alone(book, name, on) is None]
    if missing:
        others = [one for one in book.names() if one != plan.instrument and _alone(book, one, on)]
        raise InstrumentNotInForce(
            f"{plan.instrument} reads {', '.join(missing)}, which is not in force on"
            f" {on.isoformat()}.",
            next_step="Enact that first, or read another instrument. In force that day: "
            + (", ".join(others) or "none")
            + ".",
        )
