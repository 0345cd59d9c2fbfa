"""Who somebody is, how he serves, what he holds and has learned.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ledger.events.base import Fact, event, internal
from ledger.fields import (
    IDENT,
    SEALED_NIP,
    Day,
    Flag,
    Golongan,
    Hours,
    Ident,
    NotNegative,
    PersonId,
    SealedDay,
    SealedText,
    UnitId,
    code,
    record,
)
from ledger.vocabulary import (
    Assignment,
    CompetencyCategory,
    CreditKind,
    EducationLevel,
    EmploymentStatus,
    FunctionalLevel,
    LeadershipLevel,
    LeavingReason,
    PositionKind,
    ServiceExam,
    Sex,
    Standing,
)

KeyDigests = Annotated[dict[str, str], record(identity=IDENT, restricted=IDENT)]
EmploymentCode = Annotated[EmploymentStatus, code(EmploymentStatus)]


@event("employee.registered/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeRegistered(Fact):
    """A person enters the ledger, on his appointment as CPNS or PPPK (UU 20/2023; NIP: PerBKN).

    `keys` are the SHA-256 digests of the person's two keys: AES-GCM does not commit to its key.
    """

    nip: Annotated[str, SEALED_NIP] = internal()
    name: SealedText
    employment: EmploymentCode
    birth_date: SealedDay | None = None
    sex: Annotated[Sex, code(Sex)] | None = None
    keys: KeyDigests | None = internal(None)


@event("employee.identity/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChanged(Fact):
    """Number, name or birth date are others from this day; only what changed is given."""

    new_nip: Annotated[str, SEALED_NIP] | None = None
    name: SealedText | None = None
    birth_date: SealedDay | None = None


@event("employee.merged/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeMerged(Fact):
    """This stream is closed: the same person goes on in the other one."""

    into: PersonId


@event("employee.employment/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentChanged(Fact):
    """Status kepegawaian from a day on (TMT)."""

    employment: EmploymentCode
    contract_from: Day | None = None
    contract_to: Day | None = None


@event("employee.standing/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged(Fact):
    """Kedudukan hukum from a day on."""

    standing: Annotated[Standing, code(Standing)]


@event("employee.left/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeLeft(Fact):
    """Somebody left the service or the agency."""

    reason: Annotated[LeavingReason, code(LeavingReason)]


@event("employee.qualification/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationObtained(Fact):
    """A formal education was completed; `recognised`: pencantuman gelar."""

    level: Annotated[EducationLevel, code(EducationLevel)]
    field: Ident | None = None
    institution: SealedText | None = None
    diploma_no: SealedText | None = None
    recognised: Flag | None = None


@event("employee.position/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAssumed(Fact):
    """A post is held from a day on (TMT jabatan).

    `title_id` is a keyed hash of the normalised title; a dated reference of titles gives the kind
    where this fact does not state it, because the profile export says only "struktural".
    """

    assignment: Annotated[Assignment, code(Assignment)] = Assignment.DEFINITIF
    kind: Annotated[PositionKind, code(PositionKind)] | None = None
    functional_level: Annotated[FunctionalLevel, code(FunctionalLevel)] | None = None
    eselon: Ident | None = None
    title: SealedText
    title_id: Ident = internal()
    unit: UnitId
    workplace: SealedText | None = None


@event("employee.golongan/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class GolonganAttained(Fact):
    """Golongan ruang from a day on (TMT golongan)."""

    golongan: Golongan


@event("employee.competency/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyCompleted(Fact):
    """A training, seminar or course was completed; only TEKNIS hours count to the 20 JP.

    `hours` are jam pelajaran; absent means unknown, never zero.
    """

    category: Annotated[CompetencyCategory, code(CompetencyCategory)]
    level: Annotated[LeadershipLevel, code(LeadershipLevel)] | None = None
    hours: Hours | None = None
    from_: Day | None = None
    to: Day
    title: SealedText
    organiser: SealedText | None = None
    certificate_no: SealedText | None = None


@event("employee.credit/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGranted(Fact):
    """Angka kredit (PermenPANRB 1/2023), in points, none below 0."""

    kind: Annotated[CreditKind, code(CreditKind)]
    value: NotNegative
    from_: Day
    to: Day


@event("employee.competency_test/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyTested(Fact):
    """Uji kompetensi for a target level."""

    level: Ident
    passed: Flag


@event("employee.service_exam/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceExamTaken(Fact):
    """Ujian dinas."""

    exam: Annotated[ServiceExam, code(ServiceExam)]
    passed: Flag


@event("employee.periodic_pay/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicPayGranted(Fact):
    """Kenaikan gaji berkala was granted."""

    golongan: Golongan | None = None
