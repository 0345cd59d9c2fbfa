"""Everybody's score by both interpreters, on live data: the lawyer's and the columns' to the last
digit.

For `verify --scores`: of every instrument in force, one as-of day, everything known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import zip_longest

from ledger.application import Ledger
from ledger.domain.rulebook import NoRulesInForce
from ledger.verifying.findings import Findings
from projections.answer import Answer
from projections.asking import inquiry
from projections.asking.inquiry import Ask
from projections.table.facts_table import FactsTable


def check_scores(
    ledger: Ledger,
    table: FactsTable,
    findings: Findings,
    *,
    today: date,
    now: datetime,
    tell: Callable[[int], None],
) -> int:
    """Compare both interpreters for everybody; gives how many scores were compared."""
    compared = 0
    for name in ledger.rulebook().names():
        try:
            asked = inquiry.resolve(ledger, Ask(name, as_of=today), today=today, now=now)
        except NoRulesInForce:
            continue
        for columns, traced in _pairs(
            inquiry.everybody(asked, table), inquiry.everybody_traced(ledger, asked)
        ):
            compared += 1
            tell(1)
            if _digest(columns) != _digest(traced):
                one = columns or traced
                findings.add("score_differs", name, stream=None if one is None else one.subject)
    return compared


def _pairs(
    columns: Iterator[Answer], traced: Iterator[Answer]
) -> Iterator[tuple[Answer | None, Answer | None]]:
    """Both give everybody in the order of subjects."""
    yield from zip_longest(columns, traced)


def _digest(answer: Answer | None) -> object:
    return None if answer is None else answer.as_json(with_facts=False)["digest"]
