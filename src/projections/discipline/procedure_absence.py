"""The part of a discipline procedure on absence: a ladder of working days, each rung a kind."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.vocabulary import SanctionKind
from projections.language.document import Form, Listing, Node, listed, one_of, whole
from projections.language.values import Scope, value
from projections.plans.plan import Value

MOST_DAYS = 3660
MOST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the absence ladder: from so many days on, this kind for so many months."""

    days: int
    kind: SanctionKind
    months: int | None


@dataclass(frozen=True, slots=True)
class Absence:
    """What working days of absence without valid reason lead to, in a calendar year."""

    ladder: Value[tuple[Rung, ...]]
    in_a_row: Value[Rung] | None


def absence_of(form: Form, scope: Scope) -> Absence:
    """The part of a procedure on absence.

    Raises:
        DocumentRefused.
    """
    row = form.may("in_a_row")
    ladder = value(form.need("ladder"), scope, _ladder)
    return Absence(ladder, None if row is None else value(row, scope, _rung))


def _ladder(node: Node) -> tuple[Rung, ...]:
    rungs = listed(node, _rung, what="`ladder`")
    days = [one.days for one in rungs]
    if days != sorted(set(days)):
        raise node.place.refusal("the rungs must rise.", "Order them by days, each once.")
    return rungs


def _rung(node: Node) -> Rung:
    items = node.items if isinstance(node, Listing) else ()
    if len(items) not in (2, 3):
        raise node.place.refusal("a rung is [days, KIND] or [days, KIND, months].", "Write it so.")
    kind = SanctionKind(one_of(items[1], tuple(SanctionKind), what="a kind"))
    months = positive(items[2], MOST_MONTHS, "the months") if items[2:] else None
    return Rung(positive(items[0], MOST_DAYS, "the days"), kind, months)


def positive(node: Node, most: int, what: str) -> int:
    """A whole number from 1 to `most`.

    Raises:
        DocumentRefused: `what` names it.
    """
    return whole(node, what=what, least=1, most=most)
