"""Disputes, decisions, erasure, holds, transfers and warnings.

What concerns one person or unit lies in that stream, so that one stream tells all about it. A
decision weighs several people and has streams of its own (`ledger.domain.decision_streams`); the
ledger stream says only which of them made answers official.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from ledger.events.base import Event, event, internal
from ledger.events.corrections import Version
from ledger.events.employment import KeyDigests
from ledger.fields import (
    IDENT,
    PERSON,
    Day,
    FieldType,
    Flag,
    Ident,
    RestrictedText,
    SealedText,
    UnitId,
    code,
    coded_map,
    count,
    many,
    read_open_text,
)
from ledger.vocabulary_agency import DecisionKind, DisputeOutcome, RecommendingBody, TieRule


def _as_is(value: Any) -> Any:
    return value


CANDIDATES = FieldType("candidates", _as_is, _as_is, _as_is)
_PEOPLE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFields(Event):
    """A fact is contested with a reason and a document; it counts on, flagged, until resolved."""

    root: Version = internal()
    id: Ident
    by: Ident
    reason: RestrictedText


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeResolvedFields(Event):
    """Somebody with that right decided a dispute; what follows is a correction or annulment."""

    root: Version = internal()
    id: Ident
    outcome: Annotated[DisputeOutcome, code(DisputeOutcome)]
    reason: RestrictedText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningFields(Event):
    """A warning was seen and acknowledged; it is never deleted."""

    rule: Ident
    subject_key: Ident
    note: SealedText | None = None


@event("employee.disputed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFactDisputed(DisputeFields):
    """FactDisputed about a person."""


@event("employee.dispute_resolved/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeDisputeResolved(DisputeResolvedFields):
    """DisputeResolved about a person."""


@event("employee.warning_acknowledged/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeWarningAcknowledged(WarningFields):
    """WarningAcknowledged about a person."""


@event("org_unit.disputed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFactDisputed(DisputeFields):
    """FactDisputed about a unit."""


@event("org_unit.dispute_resolved/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDisputeResolved(DisputeResolvedFields):
    """DisputeResolved about a unit."""


@event("org_unit.warning_acknowledged/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWarningAcknowledged(WarningFields):
    """WarningAcknowledged about a unit."""


@event("ledger.warning_acknowledged/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWarningAcknowledged(WarningFields):
    """WarningAcknowledged about the ledger itself."""


@event("employee.erased/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityErased(Event):
    """The person's keys are destroyed on this legal ground (UU 27/2022 Pasal 43 and 44)."""

    ground: Ident
    requested_on: Day | None = None


@event("employee.hold_placed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldPlaced(Event):
    """Nothing of this person may be erased while a case or audit needs it (UU 27/2022 Pasal 44)."""

    id: Ident
    ground: Ident


@event("employee.hold_lifted/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldLifted(Event):
    """The hold of this id is over."""

    id: Ident
    ground: Ident | None = None


@event("employee.transferred_out/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTransferredOut(Event):
    """The record goes on in another agency's ledger."""

    origin: Ident
    bundle_sha256: Ident | None = None


@event("employee.transferred_in/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTransferredIn(Event):
    """The record comes from another agency's ledger, provably."""

    origin: Ident
    bundle_sha256: Ident
    checkpoint: Ident | None = None


@event("decision.drafted/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDrafted(Event):
    """A decision is proposed on a pinned basis; its candidates follow in the same command.

    The question is instrument, as_of and who is asked about: those `listed`, else the members of
    `unit`, else everybody. `requirements` are further instruments whose outcomes are weighed.
    `known_at` is when the basis position was recorded, `instruments` holds name and SHA-256 of each
    text that took part, and `candidates` is their number. They are parted by subject; `parts` are
    the first subjects of the parts, each of which is a stream.
    """

    id: Ident
    kind: Annotated[DecisionKind, code(DecisionKind)]
    instrument: Ident
    requirements: Annotated[tuple[str, ...], many(IDENT)] = ()
    unit: UnitId | None = None
    listed: Flag = False
    as_of: Day
    basis_position: Annotated[int, count(1, 2**53)]
    known_at: Ident
    checkpoint: Ident | None = None
    instruments: Annotated[dict[str, str], coded_map(read_open_text, IDENT)]
    answer_digest: Ident
    candidates: Annotated[int, count(1, 2**53)]
    parts: Annotated[tuple[UUID, ...], many(PERSON, limit=_PEOPLE)]
    chosen: Annotated[tuple[UUID, ...], many(PERSON, limit=_PEOPLE)] | None = None
    tie_rule: Annotated[TieRule, code(TieRule)]
    engine: Ident
    reasons: SealedText | None = None
    keys: KeyDigests | None = internal(None)


@event("decision.candidates/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCandidates(Event):
    """Candidates of a draft, by subject; they lie in the stream of their part, from 1.

    Each has subject, status and digest of the answer, rank, total and band where there are any,
    each requirement as met, not_met or unknown, and the codes of why it has no rank.
    """

    id: Ident
    part: Annotated[int, count(1, 2**53)]
    rows: Annotated[list[dict[str, Any]], CANDIDATES]


@event("decision.recommended/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecommended(Event):
    """Tim Penilai Kinerja or a panel recommends a draft, or does not."""

    id: Ident
    body: Annotated[RecommendingBody, code(RecommendingBody)]
    in_favour: Flag
    reasons: SealedText | None = None


@event("decision.issued/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionIssued(Event):
    """The PPK or his delegate issued the decision; only a penetapan makes a measurement
    official.
    """

    id: Ident
    number: Ident
    decided_on: Day
    chosen: Annotated[tuple[UUID, ...], many(PERSON, limit=_PEOPLE)] | None = None
    against_ranking: Flag = False
    reasons: SealedText | None = None


@event("decision.revoked/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRevoked(Event):
    """A decision is revoked; before it was issued, its draft is withdrawn."""

    id: Ident
    number: Ident | None = None
    decided_on: Day
    reasons: SealedText | None = None


@event("ledger.made_official/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOfficial(Event):
    """A penetapan was issued, in the same command: answers of this instrument and legal day may be
    official, and nobody can say so or deny it without the streams of this decision.
    """

    decision: Ident
    instrument: Ident
    as_of: Day
