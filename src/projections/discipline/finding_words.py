"""What is out of order in a case, in a sentence, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from projections.discipline.case_findings import Consequence, Finding, Found

_WHAT = {
    Finding.TOO_EARLY: "it is too early",
    Finding.FILED_LATE: "it was filed late",
    Finding.DONE_LATE: "it came late",
    Finding.EFFECTIVE_DAY_DIFFERS: "it takes effect on another day than the law has",
    Finding.TERM_DIFFERS: "its kind lasts another number of months",
    Finding.RULING_WITHOUT_FILING: "a ruling answers an objection or appeal, and this one names"
    " the case itself",
    Finding.FORUM_NOT_OF_REGIME: "this forum does not rule on it",
    Finding.KIND_NOT_OF_REGIME: "the regime knows no such kind of sanction at this level",
    Finding.TEAM_MISSING: "at the level of the sanction a team examines",
    Finding.TEAM_NOT_FORESEEN: "at the level of the sanction no team examines",
    Finding.EXAMINER_OF_LOWER_RANK: "an examiner was of a lower golongan that day than the person"
    " examined",
    Finding.EXAMINER_RANK_UNKNOWN: "the golongan of an examiner or of the person examined is not"
    " known",
    Finding.PUNISHED_TWICE: "the act is punished already",
    Finding.REPEATED_NOT_HEAVIER: "the violation is a repeated one and not punished more heavily",
}
_FOLLOWS = {
    Consequence.NOT_ACCEPTED: "a late one is not accepted",
    Consequence.STAYS_IN_FORCE: "the sanction stays in force meanwhile",
    Consequence.WAITS_FOR_RULING: "the sanction waits for a ruling on it all the same",
}
_REMEDIES = {
    Finding.RULING_WITHOUT_FILING: "Record the objection or appeal first, and name it in `of`.",
    Finding.EXAMINER_OF_LOWER_RANK: "Let somebody of the same or a higher golongan examine; if the"
    " golongan on record is wrong, correct that first.",
    Finding.PUNISHED_TWICE: "Record the ruling that quashed the first sanction, or its annulment,"
    " before another one.",
}


def said(found: Found) -> str:
    """What is amiss with the step, what it should have been, and what follows."""
    parts = [_what(found)]
    if found.due is not None:
        parts.append(f"the day of the law was {found.due.isoformat()}")
    parts += [_FOLLOWS[one] for one in found.consequence]
    return "; ".join(parts)


def _what(found: Found) -> str:
    if found.finding is Finding.STEP_OUT_OF_ORDER:
        return f"no {_either(found)} of the case comes before it"
    return _WHAT[found.finding]


def remedies(every: Iterable[Found]) -> list[str]:
    """What to do about steps that are refused, each sentence once."""
    return list(dict.fromkeys(_remedy(one) for one in every))


def _remedy(found: Found) -> str:
    if found.finding is Finding.STEP_OUT_OF_ORDER:
        return f"Record {_either(found)} first, or mend the day."
    return _REMEDIES[found.finding]


def _either(found: Found) -> str:
    return " or ".join(kind.value for kind in found.needs)
