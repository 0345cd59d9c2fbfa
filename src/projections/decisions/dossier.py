"""A dossier: all whom a question asks about, ranked; each requirement met, not met or unknown.

Pure. The ranking is that of the answers' totals, the greatest first; who has no total is listed
behind them with the reason, and an unknown requirement stays unknown. Where the instrument itself
asks for requirements there is no total: whoever meets them all shares the first rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.canonical import decimal_text
from ledger.domain.decision_candidates import MET, NOT_MET, UNKNOWN, Candidate, in_order
from ledger.vocabulary_agency import TieRule
from projections.answer import Answer, DigestOfAnswers, Status
from projections.reasons import POSITION_KIND_UNKNOWN, STANDING_UNKNOWN

REQUIREMENT_NOT_MET = "REQUIREMENT_NOT_MET"
# Outside a population only because nobody knows enough to say so.
_UNSURE = (STANDING_UNKNOWN, POSITION_KIND_UNKNOWN)

Points = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The candidates of a question in order of rank, then those without one by subject.

    `digest` is that of all answers: those of the instrument in order of subject, then those of each
    further instrument in order of its name.
    """

    candidates: tuple[Candidate, ...]
    digest: str


def dossier(
    answers: Iterable[Answer],
    required: Mapping[str, Mapping[str, Answer]],
    tie_rule: TieRule = TieRule.SHARED,
) -> Dossier:
    """Rank the answers to one question.

    Args:
        answers: one a subject, in order of subject.
        required: instrument -> subject -> its answer, of the same people on the same coordinates.
        tie_rule: who comes first of those with equal totals.
    """
    main = list(answers)
    told = DigestOfAnswers()
    found: list[tuple[Points | None, Candidate]] = []
    for answer in main:
        one = answer.as_json(with_facts=False)["digest"]
        told.add(one)
        own = {name: by_subject[answer.subject] for name, by_subject in required.items()}
        found.append((points_of(answer, tie_rule), _candidate(answer, one, own)))
    for name in sorted(required):
        for answer in main:
            shown = required[name][answer.subject].as_json(with_facts=False)
            told.add(shown["digest"])
    ranks = ranks_of([points for points, _ in found if points is not None])
    ranked = [(ranks.get(points) if points else None, one) for points, one in found]
    placed = [_placed(one, rank) for rank, one in ranked]
    return Dossier(in_order(placed), told.text())


def points_of(answer: Answer, tie_rule: TieRule) -> Points | None:
    """What ranks an answer, the greater first; None where nothing does."""
    if answer.plan.outcomes is not None:
        met = answer.plan.outcomes[0]
        return (Decimal(1),) if answer.band == met else None
    if answer.total is None:
        return None
    if tie_rule is TieRule.SHARED:
        return (answer.total,)
    points = {one.name: one.points for one in answer.measures}
    names = dict.fromkeys(one.name for one in answer.plan.measures)
    # A measure that the post does not have brings nothing to the total either.
    return (answer.total, *(points.get(name) or Decimal(0) for name in names))


def ranks_of(points: Sequence[Points]) -> dict[Points, int]:
    """Equal points share a rank, and as many ranks after it are left out."""
    ordered = sorted(points, reverse=True)
    found: dict[Points, int] = {}
    for place, one in enumerate(ordered, start=1):
        found.setdefault(one, place)
    return found


def _candidate(answer: Answer, own_digest: str, required: Mapping[str, Answer]) -> Candidate:
    asked = [answer, *(required[name] for name in sorted(required))]
    return Candidate(
        subject=answer.subject,
        status=answer.status.value,
        digest=own_digest,
        total=None if answer.total is None else decimal_text(answer.total),
        band=answer.band,
        requirements=dict(pair for one in asked for pair in requirements(one)),
        why=tuple(dict.fromkeys(reason.code for reason in answer.why)),
    )


def _placed(one: Candidate, rank: int | None) -> Candidate:
    """With its rank; why it has none is told only of those without."""
    why: tuple[str, ...] = ()
    if rank is None:
        why = (*one.why, REQUIREMENT_NOT_MET) if NOT_MET in one.requirements.values() else one.why
    return Candidate(
        one.subject, one.status, one.digest, rank, one.total, one.band, one.requirements, why
    )


def requirements(answer: Answer) -> Iterator[tuple[str, str]]:
    """Each requirement of an instrument that asks for some, as `instrument/measure`; of somebody
    outside its population the instrument itself, as one that is not met.
    """
    plan = answer.plan
    if plan.outcomes is None:
        return
    if answer.status is Status.NOT_APPLICABLE:
        unsure = any(reason.code in _UNSURE for reason in answer.why)
        yield plan.instrument, UNKNOWN if unsure else NOT_MET
        return
    for one in answer.measures:
        name = f"{plan.instrument}/{one.name}"
        if one.span.low >= one.maximum:
            yield name, MET
        else:
            yield name, NOT_MET if one.span.high < one.maximum else UNKNOWN
