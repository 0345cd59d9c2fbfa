"""Units (perangkat daerah and their parts) through time, and what they were measured by.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from ledger.events.base import Fact, event, internal
from ledger.events.discipline import FindingFields, FollowUpFields, InspectionFields
from ledger.events.employment import KeyDigests
from ledger.fields import (
    UNIT,
    Ident,
    Number,
    PeriodText,
    Score,
    UnitId,
    Word,
    code,
    count,
    many,
)
from ledger.vocabulary import PositionKind
from ledger.vocabulary_agency import (
    AssessmentAspect,
    AssessmentComponent,
    AssessmentStage,
    AssessorBody,
    OrganisationPredicate,
)


@event("org_unit.unit/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDescribed(Fact):
    """A unit exists under this code, name and parent from a day on; the same code again is a
    change.
    """

    code: Ident
    name: Ident
    kind: Word | None = None
    parent: UnitId | None = None
    siasn_unor_id: Ident | None = None
    keys: KeyDigests | None = internal(None)


@event("org_unit.unit_closed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitClosed(Fact):
    """A unit is dissolved; its members go to a sole successor until they are posted anew."""

    successors: Annotated[tuple[UUID, ...], many(UNIT)] | None = None


@event("org_unit.target/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSet(Fact):
    """A performance indicator of a unit, its target and what was realised."""

    indicator: Ident
    target: Number
    realised: Number | None = None
    period: PeriodText


@event("org_unit.unit_appraisal/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAppraised(Fact):
    """Predikat kinerja organisasi (SE MenPANRB 3/2023)."""

    period: PeriodText
    predicate: Annotated[OrganisationPredicate, code(OrganisationPredicate)]
    set_by: Ident


@event("org_unit.assessment/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAssessed(Fact):
    """One component of the assessment of a perangkat daerah (Pergub Kaltara 23/2022), 0 to 100."""

    aspect: Annotated[AssessmentAspect, code(AssessmentAspect)]
    component: Annotated[AssessmentComponent, code(AssessmentComponent)]
    score: Score
    period: PeriodText
    assessor: Annotated[AssessorBody, code(AssessorBody)]
    stage: Annotated[AssessmentStage, code(AssessmentStage)]
    session: Ident | None = None


@event("org_unit.formation/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class FormationSet(Fact):
    """How many posts of a kind a unit has open."""

    position: Ident
    kind: Annotated[PositionKind, code(PositionKind)] | None = None
    vacancies: Annotated[int, count(0, 100_000)]


@event("org_unit.inspection/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitInspected(InspectionFields):
    """A unit was inspected."""


@event("org_unit.finding/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFinding(FindingFields):
    """A finding about a unit."""


@event("org_unit.follow_up/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFollowUp(FollowUpFields):
    """A follow-up by a unit."""
