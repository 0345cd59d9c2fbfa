"""Discipline: from a report to the last ruling (PP 53/2010, PP 94/2021, PP 79/2021), and
inspections.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from ledger.events.base import Fact, event
from ledger.fields import (
    DAY,
    IDENT,
    PERSON,
    Day,
    Flag,
    Ident,
    PersonId,
    RestrictedText,
    SealedText,
    Target,
    Word,
    code,
    count,
    many,
    record,
)
from ledger.vocabulary import (
    DisciplineRegime,
    Forum,
    ReferredBy,
    RulingOutcome,
    SanctionKind,
    SanctionLevel,
)
from ledger.vocabulary_agency import FollowUpState, InspectionKind

Referral = Annotated[dict[str, Any], record(by=code(ReferredBy), number=IDENT, on=DAY)]


@event("employee.case/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Fact):
    """A discipline case; the ground (NETRALITAS and the rest) is dated data."""

    id: Ident
    act_on: Day
    ground: Word
    regime: Annotated[DisciplineRegime, code(DisciplineRegime)] | None = None
    referral: Referral | None = None


@event("employee.summons/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SummonsServed(Fact):
    """Summons I or II to an examination (PP 94/2021 Pasal 26)."""

    case: Target
    number: Annotated[int, count(1, 2)]
    examiner: PersonId | None = None
    team: Annotated[tuple[UUID, ...], many(PERSON)] | None = None
    attended: Flag | None = None
    minutes: RestrictedText | None = None


@event("employee.examination/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminationHeld(Fact):
    """An examination; its minutes are secret (PP 94/2021 Pasal 27)."""

    case: Target
    number: Annotated[int, count(1, 2)] | None = None
    examiner: PersonId | None = None
    team: Annotated[tuple[UUID, ...], many(PERSON)] | None = None
    attended: Flag
    minutes: RestrictedText | None = None


@event("employee.suspension/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesSuspended(Fact):
    """Duties are suspended while the case runs."""

    case: Target


@event("employee.sanction/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionImposed(Fact):
    """Hukuman disiplin; its legal day is the effective day as the decree states it."""

    id: Ident | None = None
    case: Target | None = None
    level: Annotated[SanctionLevel, code(SanctionLevel)]
    kind: Annotated[SanctionKind, code(SanctionKind)]
    decided_on: Day
    decided_by: Ident | None = None
    received_on: Day | None = None


@event("employee.delivered/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionDelivered(Fact):
    """The decision was handed over."""

    sanction: Target


@event("employee.served/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionServed(Fact):
    """The sanction was served to its end."""

    sanction: Target


@event("employee.objection/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionFiled(Fact):
    """Keberatan against a sanction, an appraisal or an assessment (PP 79/2021)."""

    id: Ident
    target: Target
    filed_on: Day
    grounds: RestrictedText | None = None


@event("employee.appeal/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFiled(Fact):
    """Banding administratif (PP 79/2021), or a suit before the administrative courts."""

    id: Ident
    target: Target
    filed_on: Day
    grounds: RestrictedText | None = None


@event("employee.ruling/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class RulingGiven(Fact):
    """What a forum ruled on an objection, an appeal or a case."""

    of: Target
    forum: Annotated[Forum, code(Forum)]
    outcome: Annotated[RulingOutcome, code(RulingOutcome)]
    level: Annotated[SanctionLevel, code(SanctionLevel)] | None = None
    kind: Annotated[SanctionKind, code(SanctionKind)] | None = None
    final: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFields(Fact):
    """An inspection, of a person or a unit."""

    id: Ident
    kind: Annotated[InspectionKind, code(InspectionKind)]
    by: Ident | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFields(Fact):
    """What an inspection found, and what it recommends by when."""

    inspection: Target
    id: Ident
    recommendation: SealedText | None = None
    due_on: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFields(Fact):
    """How far a finding has been followed up."""

    inspection: Target
    id: Ident
    recommendation: SealedText | None = None
    due_on: Day | None = None
    state: Annotated[FollowUpState, code(FollowUpState)]


@event("employee.inspection/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeInspected(InspectionFields):
    """A person was inspected."""


@event("employee.finding/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFinding(FindingFields):
    """A finding about a person."""


@event("employee.follow_up/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFollowUp(FollowUpFields):
    """A follow-up by a person."""
