"""What contested facts may do to a measure: bounds over every way in which the disputes may end.

A dispute ends with the fact as it stands or without it, so the bounds are those of the measure with
and without each contested fact that counts; without one, another may count that did not before.
How a corrected fact would read is not known before it is corrected and takes no part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ledger.domain.facts import History
from projections.answer import MeasureResult
from projections.plans.plan import Span
from projections.tracing.case import ZERO

# So many outcomes are worked out, as of six facts that count at once; beyond it anything may be.
OUTCOMES_MAX = 64


def contested(
    found: MeasureResult, facts: History, again: Callable[[History], MeasureResult]
) -> MeasureResult:
    """A measure with its reach widened by the contested facts that count.

    Args:
        found: the measure by all facts. again: the same measure by fewer.
    """
    outcomes: dict[frozenset[int], MeasureResult] = {frozenset(): found}
    waiting = [frozenset[int]()]
    while waiting:
        gone = waiting.pop()
        for root in _counting(outcomes[gone], facts) - gone:
            fewer = gone | {root}
            if fewer not in outcomes:
                if len(outcomes) == OUTCOMES_MAX:
                    return replace(found, reach=Span(ZERO, found.maximum))
                outcomes[fewer] = again(_without(facts, fewer))
                waiting.append(fewer)
    reach = Span(
        min(one.reach.low for one in outcomes.values()),
        max(one.reach.high for one in outcomes.values()),
    )
    return replace(found, reach=reach)


def _counting(found: MeasureResult, facts: History) -> frozenset[int]:
    return frozenset(one.root for one in found.facts if one.used and one.root in facts.disputed)


def _without(facts: History, gone: frozenset[int]) -> History:
    kept = {
        kind: [fact for fact in known if fact.root not in gone]
        for kind, known in facts.facts.items()
    }
    return History(kept, facts.disputed, facts.position)
