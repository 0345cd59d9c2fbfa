"""What somebody agreed, did and was appraised for.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from ledger.events.base import Fact, event, internal
from ledger.fields import (
    FLAG,
    IDENT,
    NUMBER,
    SCORE,
    SEALED_NIP,
    TEXT,
    Day,
    Flag,
    Ident,
    MonthText,
    Number,
    PeriodText,
    PersonId,
    RestrictedText,
    Score,
    SealedText,
    UnitId,
    Word,
    amount,
    code,
    coded_map,
    count,
    many,
    read_code_word,
    read_open_text,
    record,
)
from ledger.vocabulary import (
    AppraisalRegime,
    AppraisalState,
    Assignment,
    DialogueKind,
    ExpectationRating,
    InnovationScope,
    InnovationStage,
    LeaveKind,
    NeedState,
    PerformancePredicate,
    PlanState,
    RecordDimension,
    TeamRole,
    Verdict,
)

APPRAISAL_SCORE = amount("0", "120", "score")
QUANTITY = amount("0", None)


@event("employee.plan/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgreed(Fact):
    """SKP agreed or submitted (PermenPANRB 6/2022); one text and one supported indicator a
    result.
    """

    from_: Day
    to: Day
    state: Annotated[PlanState, code(PlanState)]
    result_texts: Annotated[tuple[str, ...], many(TEXT)] | None = None
    supports: Annotated[tuple[str, ...], many(IDENT)] | None = None


@event("employee.appraisal/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceAppraised(Fact):
    """Penilaian kinerja of a period (PP 46/2011, PP 30/2019, PermenPANRB 6/2022).

    `score` runs to 100 under PP46 and to 120 under PP30; `printed` is the word as the document has
    it.
    """

    from_: Day
    to: Day
    regime: Annotated[AppraisalRegime, code(AppraisalRegime)]
    state: Annotated[AppraisalState, code(AppraisalState)] = AppraisalState.DINILAI
    predicate: Annotated[PerformancePredicate, code(PerformancePredicate)] | None = None
    work_result: Annotated[ExpectationRating, code(ExpectationRating)] | None = None
    work_behaviour: Annotated[ExpectationRating, code(ExpectationRating)] | None = None
    score: Annotated[Decimal, APPRAISAL_SCORE] | None = None
    printed: Ident | None = None
    unit: UnitId | None = None
    assignment: Annotated[Assignment, code(Assignment)] | None = None
    skp_id: Ident | None = None
    appraiser: PersonId | None = None
    appraiser_number: Annotated[str, SEALED_NIP] | None = internal(None)


@event("employee.activity/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReported(Fact):
    """A daily, weekly or monthly report; `quality` is 0 to 100."""

    period: PeriodText
    planned: Annotated[Decimal, QUANTITY]
    done: Annotated[Decimal, QUANTITY]
    quality: Score | None = None
    on_time: Flag | None = None
    contributes_to: Ident | None = None
    verdict: Annotated[Verdict, code(Verdict)] | None = None
    feedback: SealedText | None = None


@event("employee.dialogue/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueHeld(Fact):
    """Bimbingan, konseling, pendampingan or feedback."""

    kind: Annotated[DialogueKind, code(DialogueKind)]
    by: PersonId
    to: Day | None = None
    outcome: SealedText | None = None


@event("employee.need/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class NeedStated(Fact):
    """A development need."""

    area: Ident
    from_measure: Ident | None = None
    plan: SealedText | None = None
    state: Annotated[NeedState, code(NeedState)]


@event("employee.self_assessment/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAssessed(Fact):
    """What somebody scored himself, for an instrument or a value."""

    period: PeriodText
    instrument: Ident | None = None
    value: Word | None = None
    score: Score
    comment: SealedText | None = None


@event("employee.absence/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRecorded(Fact):
    """Days not at work, with or without a valid reason; the reason may be one of health."""

    from_: Day
    to: Day
    valid: Flag
    reason: RestrictedText | None = None


@event("employee.leave/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveTaken(Fact):
    """Cuti."""

    kind: Annotated[LeaveKind, code(LeaveKind)]
    from_: Day
    to: Day


@event("employee.attendance/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceCounted(Fact):
    """Working days, days present and minutes late of one month."""

    month: MonthText
    working: Annotated[int, count(0, 31)]
    present: Annotated[int, count(0, 31)]
    late_minutes: Annotated[int, count(0, 50_000)] | None = None


@event("employee.innovation/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class InnovationMade(Fact):
    """An innovation somebody made, alone or in a team."""

    title: SealedText
    scope: Annotated[InnovationScope, code(InnovationScope)]
    stage: Annotated[InnovationStage, code(InnovationStage)]
    team_id: Ident | None = None
    role: Annotated[TeamRole, code(TeamRole)]
    verified_by: PersonId | None = None


@event("employee.award/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class AwardReceived(Fact):
    """Penghargaan, Satyalancana Karya Satya among them (PP 35/2010)."""

    kind: Word
    class_: Ident | None = None
    giver: SealedText | None = None


@event("employee.record_check/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChecked(Fact):
    """Which elements of a personnel file were found in order, by dimension of data quality."""

    elements: Annotated[
        dict[str, dict[str, Any]],
        coded_map(read_code_word, record(dimension=code(RecordDimension), ok=FLAG)),
    ]


@event("employee.culture/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CultureAssessed(Fact):
    """Budaya kerja as an assessor scored it, 0 to 100 a value."""

    period: PeriodText
    assessor: PersonId | None = None
    scores: Annotated[dict[str, Decimal], coded_map(read_code_word, SCORE)]


@event("employee.potential/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialAssessed(Fact):
    """Potential as an assessor scored it (PermenPANRB 3/2020), 0 to 100."""

    period: PeriodText
    assessor: Ident
    score: Score


@event("employee.published_score/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePublished(Fact):
    """What SIASN or BKN printed: for reconciliation, never an input of a score."""

    instrument: Ident
    period: PeriodText
    measures: Annotated[dict[str, Decimal], coded_map(read_open_text, NUMBER)] | None = None
    total: Number | None = None
