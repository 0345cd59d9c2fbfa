"""Whether a decision's basis still gives its answers, and what later knowledge makes of them.

Two questions kept apart. The basis is replayed: the same legal day, position and texts give the
same digest, or the program, or the record, is not what it was. And the same question is asked at
the head of the log: who moves, through which causes, and whether it would have mattered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.decision import Decision, Draft
from ledger.domain.decision_candidates import Candidate, against_ranking
from ledger.vocabulary_agency import DecisionKind
from projections.answer import ENGINE
from projections.asking import asking_why
from projections.asking.inquiry import Asked
from projections.decisions.basis import Basis, again, of_subject
from projections.differences import causes_json


class Differs(StrEnum):
    """Why a basis no longer gives the digest that was pinned."""

    ENGINE = "engine"
    TEXTS = "texts"
    PROGRAM_OR_RECORD = "program_or_record"


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody about whom later knowledge says something else; None where not asked about then."""

    subject: str
    before: Candidate | None
    after: Candidate | None


@dataclass(frozen=True, slots=True)
class Mattered:
    """What would have been otherwise, had it been known.

    Attributes:
        ranking: somebody's rank, or who is ranked at all. requirements: those of somebody chosen.
        choice: it would have gone against the ranking and did not, or did and would not; of a
            penetapan, a number, band or status that it set.
    """

    ranking: bool
    requirements: bool
    choice: bool

    @property
    def at_all(self) -> bool:
        """The decision itself, not only somebody's place in the list."""
        return self.requirements or self.choice


@dataclass(frozen=True, slots=True)
class Recheck:
    """A decision checked again.

    Attributes:
        replayed: the answers of the basis, computed now. differs: None where the digest is the one
            pinned. later: the same question at the head. moved: in order of subject.
    """

    decision: Decision
    replayed: Basis
    differs: Differs | None
    later: Basis
    moved: tuple[Moved, ...]
    mattered: Mattered


def recheck(ledger: Ledger, decision: Decision, *, today: date, now: datetime) -> Recheck:
    """Replay a decision's basis, and ask its question with what is known by now."""
    draft = decision.draft
    replayed = again(ledger, draft, position=draft.basis_position, today=today, now=now)
    later = again(ledger, draft, position=None, today=today, now=now)
    found = tuple(moved(draft.candidates, later.dossier.candidates))
    return Recheck(
        decision,
        replayed,
        differs(draft, replayed.dossier.digest, replayed.texts, engine=ENGINE),
        later,
        found,
        mattered(decision, later.dossier.candidates, found),
    )


def differs(draft: Draft, digest: str, texts: dict[str, str], *, engine: str) -> Differs | None:
    """Why a replay gives another digest than was pinned; None where it gives the same."""
    if digest == draft.answer_digest:
        return None
    if engine != draft.engine:
        return Differs.ENGINE
    return Differs.TEXTS if texts != dict(draft.instruments) else Differs.PROGRAM_OR_RECORD


def moved(before: Sequence[Candidate], after: Sequence[Candidate]) -> Iterator[Moved]:
    """Whose rank, total, band, status or requirements differ, or who came or went."""
    first, last = of_subject(before), of_subject(after)
    for subject in sorted({*first, *last}):
        was, now = first.get(subject), last.get(subject)
        if was is None or now is None or _seen(was) != _seen(now):
            yield Moved(subject, was, now)


def _seen(one: Candidate) -> tuple[Any, ...]:
    return (*_answered(one), one.rank, dict(one.requirements))


def _answered(one: Candidate) -> tuple[str | None, ...]:
    return one.status, one.total, one.band


def mattered(decision: Decision, after: Sequence[Candidate], found: Sequence[Moved]) -> Mattered:
    """Whether ranking, choice or a requirement of somebody chosen would have been otherwise."""
    draft = decision.draft
    chosen = set(decision.chosen or ())
    both = [(one.subject, one.before, one.after) for one in found]
    ranking = any(was is None or now is None or was.rank != now.rank for _, was, now in both)
    ours = [(was, now) for subject, was, now in both if subject in chosen]
    required = any(
        was is None or now is None or was.requirements != now.requirements for was, now in ours
    )
    if draft.kind is DecisionKind.PENETAPAN:
        other = [
            was is None or now is None or _answered(was) != _answered(now) for _, was, now in both
        ]
        return Mattered(ranking, required, any(other))
    there = {one.subject for one in after}
    choice = not chosen <= there or (
        against_ranking(draft.candidates, list(chosen)) != against_ranking(after, list(chosen))
    )
    return Mattered(ranking, required, bool(chosen) and choice)


def as_json(ledger: Ledger, found: Recheck) -> dict[str, Any]:
    """The object of docs/command-line.md, keys in its order, without names."""
    draft = found.decision.draft
    now, later = found.replayed, found.later.asked.question
    return {
        "id": draft.id,
        "state": found.decision.state,
        "basis": {
            "as_of": draft.as_of.isoformat(),
            "position": draft.basis_position,
            "digest": draft.answer_digest,
            "replayed": now.dossier.digest,
            "same": found.differs is None,
            "differs": None if found.differs is None else found.differs.value,
            "engine": {"drafted": draft.engine, "now": ENGINE},
            "instruments": [
                {"instrument": name, "sha256": sha256, "replayed": now.texts.get(name)}
                for name, sha256 in draft.instruments.items()
            ],
        },
        "later": {
            "position": later.position,
            "instruments_changed": found.later.texts != dict(draft.instruments),
            "ranking": found.mattered.ranking,
            "requirements": found.mattered.requirements,
            "choice": found.mattered.choice,
            "would_have_mattered": found.mattered.at_all,
            "moved": [_moved(ledger, found, one) for one in found.moved],
        },
    }


def _moved(ledger: Ledger, found: Recheck, one: Moved) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "chosen": one.subject in (found.decision.chosen or ()),
        "from": None if one.before is None else one.before.as_json(),
        "to": None if one.after is None else one.after.as_json(),
        "causes": list(_causes(ledger, found, one)),
    }


def _causes(ledger: Ledger, found: Recheck, one: Moved) -> Iterator[dict[str, Any]]:
    """Why each instrument's answer about somebody differs, as `diff` tells it; nothing of somebody
    whose own answers stayed and who only lost or won a place.
    """
    if one.before is None or one.after is None:
        return
    before, after = found.replayed, found.later
    pairs: list[tuple[Asked, Asked]] = []
    if _answered(one.before) != _answered(one.after):
        pairs.append((before.asked, after.asked))
    for name, asked in before.required.items():
        was, now = (_of(name, side.requirements) for side in (one.before, one.after))
        if was != now:
            pairs.append((asked, after.required[name]))
    for first, last in pairs:
        told = asking_why.difference(ledger, first, last, UUID(one.subject))
        causes = causes_json.of_difference(told)["causes"]
        yield {"instrument": first.plan.instrument, "causes": causes}


def _of(instrument: str, requirements: Any) -> dict[str, str]:
    """The requirements of one instrument."""
    return {
        name: state for name, state in requirements.items() if name.partition("/")[0] == instrument
    }
