"""Reconciliations as JSON: the object of docs/command-line.md, keys in its order.

A cause says what is otherwise in a closed code, who must act and what to do; the words follow from
the code alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledger.canonical import decimal_text, instant_text
from projections.answer import Answer
from projections.differences.causes_json import Reads, of_fact, reads_of
from projections.plans.plan import Span
from projections.reasons import AGENCY, APPRAISER, PERSONNEL_OFFICE
from projections.reconciliation.base import Cause, Code
from projections.reconciliation.reconcile import Compared, Printed, Row
from projections.reconciliation.reconciling import Reconciliation

PRINTER = "BKN"

# What is otherwise, who must act, and what to do.
_WORDS: Mapping[Code, tuple[str, str, str]] = {
    Code.KNOWN_LATER: (
        "it became known here after they printed",
        PERSONNEL_OFFICE,
        "Send what became known since to SIASN and ask for a new measurement.",
    ),
    Code.OTHER_ROUNDING: (
        "the same number, rounded otherwise",
        PERSONNEL_OFFICE,
        "Nothing to mend; compare at the digits they print.",
    ),
    Code.MISSING_COUNTED: (
        "what is missing counts as a number there",
        APPRAISER,
        "Complete what is missing and record it here and there; unknown is not zero.",
    ),
    Code.FACT_NOT_THERE: (
        "without this it is their number: they do not have it",
        PERSONNEL_OFFICE,
        "Send the fact with its document to SIASN.",
    ),
    Code.OTHER_CUT_OFF: (
        "it is their number on another day",
        PERSONNEL_OFFICE,
        "Ask for the day of their measurement; ask here with --as-of that day.",
    ),
    Code.OTHER_WINDOW: (
        "it is their number in another window",
        AGENCY,
        "Confirm the window in the law and enact the instrument with it.",
    ),
    Code.OTHER_READING: (
        "it is their number under another reading of the rule",
        AGENCY,
        "Confirm the reading in the law and enact the instrument with it.",
    ),
    Code.OTHER_CONTENT: (
        "it is their number if this fact said otherwise",
        PERSONNEL_OFFICE,
        "Compare both records with the document and correct the wrong one.",
    ),
    Code.OTHER_POST: (
        "it is their number for another kind of post",
        PERSONNEL_OFFICE,
        "Compare the post held on that day in both records; send or correct its decree.",
    ),
    Code.OTHER_TEXT: (
        "it is their number under another text",
        AGENCY,
        "Decide which text governs the period, and enact it.",
    ),
    Code.FACT_NOT_HERE: (
        "it is their number with a fact that is not on record here",
        PERSONNEL_OFFICE,
        "Ask for the document and record the fact here, or have it removed there.",
    ),
    Code.HALF_POINTS: (
        "it is their number if this counts half",
        PRINTER,
        "Ask by which rule half the points are given.",
    ),
    Code.OTHER_TEXT_POSSIBLE: (
        "a later text, whose numbers are not all known, leaves room for it",
        AGENCY,
        "Complete the later text and enact it.",
    ),
    Code.TOTAL_DOES_NOT_ADD_UP: (
        "the printed measures do not add up to the printed total",
        PRINTER,
        "Report the printed total to BKN with its measures.",
    ),
    Code.MEASURE_UNKNOWN: (
        "the instrument has no such measure",
        AGENCY,
        "Find the text that has it, or correct the name in the imported file.",
    ),
    Code.UNEXPLAINED: (
        "no single change gives their number",
        PERSONNEL_OFFICE,
        "Compare both records fact by fact; `asn-ledger score` shows ours.",
    ),
}


def of_reconciliation(found: Reconciliation) -> dict[str, Any]:
    """Everybody's printed results beside ours; `person` is joined by whoever may show it."""
    asked = found.asked.question
    reads = reads_of(found.asked.plan)
    return {
        "instrument": found.asked.plan.instrument,
        "decree": found.asked.plan.decree,
        "enacted": found.asked.enacted,
        "period": asked.period,
        "as_of": asked.as_of.isoformat(),
        "position": asked.position,
        "known_at": instant_text(asked.known_at),
        "hypothetical": asked.hypothetical(),
        "counts": _counts(found),
        "people": [of_compared(one, reads) for one in found.differing],
        "only_printed": [_only_printed(answer, one) for answer, one in found.only_printed],
        "only_ours": [_ours(one) for one in found.only_ours],
    }


def _counts(found: Reconciliation) -> dict[str, Any]:
    codes = Counter(code for one in found.differing for code in one.codes())
    differing = sum(1 for one in found.differing if any(one.codes()))
    return {
        "printed": found.printed,
        "equal": found.equal,
        "differing": differing,
        "only_printed": len(found.only_printed),
        "only_ours": len(found.only_ours),
        "causes": {code.value: codes[code] for code in Code if codes[code]},
    }


def of_compared(one: Compared, reads: Reads) -> dict[str, Any]:
    """One person's printed result beside ours."""
    printed, ours = one.printed.total, one.answer.total
    return {
        **_ours(one.answer),
        "printed": _printed(one.printed),
        "difference": _text(None if printed is None or ours is None else printed - ours),
        "measures": [_row(row, reads) for row in one.rows],
        "causes": [_cause(cause, reads) for cause in one.causes],
    }


def _ours(answer: Answer) -> dict[str, Any]:
    shown = answer.as_json(with_facts=False)
    names = ("subject", "unit", "position_kind", "status", "total", "band", "range", "digest")
    return {name: shown[name] for name in names}


def _only_printed(answer: Answer, printed: Printed) -> dict[str, Any]:
    why = [reason.as_json() for reason in answer.why]
    return {**_ours(answer), "why": why, "printed": _printed(printed)}


def _printed(printed: Printed) -> dict[str, Any]:
    fact = printed.fact
    on = printed.learned_on
    return {
        "total": _text(printed.total),
        "measures": {name: decimal_text(points) for name, points in printed.measures.items()},
        "position": fact.position,
        "effective_on": fact.effective_on.isoformat(),
        "learned_on": None if on is None else on.isoformat(),
        "recorded_at": instant_text(fact.recorded_at),
    }


def _row(row: Row, reads: Reads) -> dict[str, Any]:
    return {
        "measure": row.measure,
        "printed": decimal_text(row.printed),
        "ours": _text(row.ours),
        "range": _range(row.span),
        "difference": _text(row.difference),
        "causes": [_cause(cause, reads) for cause in row.causes],
    }


def _cause(cause: Cause, reads: Reads) -> dict[str, Any]:
    words, who, step = _WORDS[cause.code]
    return {
        "code": cause.code.value,
        "words": words,
        "facts": [of_fact(fact, reads) for fact in cause.facts],
        "detail": dict(cause.detail),
        "who_must_act": who,
        "next_step": step,
    }


def _text(points: Decimal | None) -> str | None:
    return None if points is None else decimal_text(points)


def _range(span: Span | None) -> dict[str, str] | None:
    if span is None:
        return None
    return {"from": decimal_text(span.low), "to": decimal_text(span.high)}
