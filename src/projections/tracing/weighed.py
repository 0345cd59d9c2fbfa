"""What facts come to under a rule that gathers them, and what it is when something is lacking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projections import reasons
from projections.plans.plan import Entry, Mark, Measure, Span, Value, bounds
from projections.plans.tally import Counted
from projections.reasons import Reason
from projections.subject import EARLIER
from projections.tracing.case import ZERO

NOT_ASKED = "NOT_ASKED"
Row = tuple[Any, ...]
Found = Sequence[Sequence[Row]]
Words = tuple[tuple[tuple[bool, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Points, what took part, and for each fact of each source whether it counted and why.

    Attributes:
        reach: bounds if open matters of a unit's people end either way; None where they are those
            of the span.
        counted: of a unit's people, how many they are and how many are in the bands asked about.
    """

    span: Span
    parameters: tuple[Value[Any], ...]
    words: Words
    limits: tuple[Value[Any], ...] = ()
    why: tuple[Reason, ...] = ()
    reach: Span | None = None
    counted: Counted | None = None


def of_none(
    measure: Measure, none: Entry, fixed: tuple[Value[Any], ...], missing: str, words: Words
) -> Weighed:
    """What the instrument says where a fact is lacking: a number, or bounds and a reason."""
    if none.mark is not Mark.MISSING:
        return Weighed(bounds(none), (*fixed, none), words)
    why = (Reason(reasons.FACT_MISSING, measure.name, missing),)
    return Weighed(bounds(none), fixed, words, (none,), why)


def unknown(
    measure: Measure, fixed: tuple[Value[Any], ...], code: str, missing: str, words: Words
) -> Weighed:
    """Anything from nothing to the maximum."""
    span = Span(ZERO, measure.maximum.value)
    return Weighed(span, fixed, words, why=(Reason(code, measure.name, missing),))


def last_only(rows: Sequence[Row], word: str) -> tuple[tuple[bool, str], ...]:
    """Of several facts the last counts."""
    return (*((False, EARLIER) for _ in rows[:-1]), *((True, word) for _ in rows[-1:]))
