"""Which facts nobody records alone, and which decisions rest on what a fact mends.

A ruling, the establishing of a unit's assessment, and a correction or annulment of a fact on which
a decision rests wait for a second person, however they are sent. At the command line an import is
its own confirmation (docs/command-line.md, "An import that waits for a second person").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import orjson

from api.intake.decided import Decided
from ledger.application import Ledger
from ledger.domain.sanction import RULING
from ledger.domain.stream_state import StreamState, replay
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE
from ledger.events.reading import Draft
from ledger.records import NewEvent
from ledger.vocabulary_agency import AssessmentStage
from projections.decisions.resting import Resting

MENDS: Final = ("correct", "annul")
_ASSESSMENT: Final = "assessment"


class SecondPersonRequired(LedgerError):
    """A fact that nobody records alone."""

    code = "second_person_required"


class Why(StrEnum):
    """Why a second person is needed."""

    RULING = "ruling"
    ESTABLISHED = "assessment_established"
    DECISION = "decision_rests_on_it"


@dataclass(frozen=True, slots=True)
class Need:
    """Why a fact needs a second person, None if it needs none.

    Attributes:
        decisions: ids of those resting on the fact that it mends.
        mends: the kind of fact that it corrects, annuls or ends, None where it states one.
    """

    why: Why | None = None
    decisions: tuple[str, ...] = ()
    mends: str | None = None


NOTHING: Final = Need()


def may_need(drafts: Iterable[Draft]) -> bool:
    """Whether one of these facts might need a second person, or mends another one."""
    return any(one.target is not None or _by_itself(one) is not None for one in drafts)


def need_of(
    ledger: Ledger,
    draft: Draft,
    rows: Sequence[NewEvent],
    *,
    today: date,
    at: datetime,
    resting: Resting | None = None,
) -> Need:
    """Whether a fact needs a second person.

    Args:
        rows: the events that would follow from it. today, at: the present. resting: the decisions,
            where several facts are asked about.
    """
    why = _by_itself(draft)
    root = mended(ledger, rows)
    if root is None or draft.target is None:
        return Need(why)
    stream, version, kind = root
    if draft.fact not in MENDS:
        return Need(why, (), kind)
    if kind == RULING:
        why = why or Why.RULING
    known = Resting(ledger) if resting is None else resting
    found = tuple(known.on(stream, version, today=today, now=at))
    return Need(why or (Why.DECISION if found else None), found, kind)


def needs_of(
    decided: Iterable[Decided], need: Callable[[Draft, Sequence[NewEvent]], Need]
) -> Iterable[tuple[Decided, Need]]:
    """Each row of several that needs a second person or mends a fact, with what it needs."""
    for one in decided:
        found = [need(draft, one.rows) for draft in one.row.drafts]
        strongest = next((each for each in found if each.why is not None), None)
        strongest = strongest or next((each for each in found if each.mends is not None), None)
        if strongest is not None:
            yield one, strongest


def mended(ledger: Ledger, rows: Sequence[NewEvent]) -> tuple[UUID, int, str] | None:
    """Stream, root and kind of the fact that a correction, annulment or end is about; None of what
    is about none, or about one that is not recorded yet.
    """
    for row in rows:
        payload = orjson.loads(row.state)
        if "root" in payload and "replaces" in payload:
            stream = row.originator_id
            state = replay(StreamState(stream), ledger.events_of(stream))
            known = state.roots.get(payload["root"])
            return None if known is None else (stream, payload["root"], known.kind)
    return None


def _by_itself(draft: Draft) -> Why | None:
    """Why the fact that is stated, or put in another's place, needs one whatever it mends."""
    inner = draft.replacement or draft
    if RULING in (draft.fact, inner.fact):
        return Why.RULING
    return Why.ESTABLISHED if _established(draft) or _established(inner) else None


def _established(draft: Draft) -> bool:
    return (
        draft.fact == _ASSESSMENT
        and draft.owner != EMPLOYEE
        and draft.fields.get("stage") == AssessmentStage.DITETAPKAN.value
    )
