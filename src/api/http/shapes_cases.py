"""The shapes of answers about cases, disputes, decisions and warnings."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.http.shapes import Open, Who
from ledger.vocabulary_agency import DecisionKind, DisputeOutcome, RecommendingBody, TieRule


class Clock(Open):
    """A statutory deadline; `due` is null where the calendar of a year is not declared."""

    clock: str
    state: str
    due: str | None


class CaseLine(Open):
    """A discipline case in a list."""

    subject: str
    case: str
    id: str | None
    regime: str | None
    state: str | None
    next_clock: Clock | None
    overdue: bool
    findings: list[str]
    person: Who | None


class Cases(Open):
    """Discipline cases on a day, as known at a position."""

    as_of: str
    position: int
    known_at: str
    cases: list[CaseLine]


class CaseWhole(Open):
    """One discipline case; docs/command-line.md, `case`. Its `version` is what If-Match takes."""

    subject: str
    case: str
    id: str | None
    as_of: str
    position: int
    known_at: str
    version: int
    state: str | None
    steps: list[dict[str, Any]]
    clocks: list[Clock]
    findings: list[dict[str, Any]]
    sanctions: list[dict[str, Any]]
    person: Who | None


class Effects(Open):
    """All instruments side by side; a simulation, stored nowhere."""

    hypothetical: dict[str, Any]
    subject: str
    as_of: str
    position: int
    case: str | None
    facts: list[dict[str, Any]]
    instruments: list[dict[str, Any]]
    person: Who | None


class Absences(Open):
    """What absences of a year come to, and the rung of the ladder that they reach."""

    subject: str
    year: int
    days: int | None
    rung: dict[str, Any] | None
    absences: list[dict[str, Any]]
    person: Who | None


class DisputeLine(Open):
    """A dispute in a list; `position` is its number in addresses."""

    id: str
    subject: str
    fact: dict[str, Any]
    by: str
    position: int
    state: str
    resolved: dict[str, Any] | None
    next: str | None
    person: Who | None
    unit: str | None


class Disputes(Open):
    """What is contested, as known now."""

    position: int
    disputes: list[DisputeLine]


class DisputeWhole(DisputeLine):
    """One dispute; reasons are for who may see restricted fields, null otherwise."""

    version: int
    reason: str | None
    outcome_reason: str | None


class DecisionLine(Open):
    """A decision in a list."""

    id: str
    kind: str
    state: str
    instrument: str
    as_of: str
    basis_position: int
    candidates: int
    chosen: int | None
    drafted_by: str
    number: str | None


class DecisionList(Open):
    """Every decision that the reader may see, as known at a position."""

    position: int
    decisions: list[DecisionLine]


class DecisionWhole(Open):
    """One decision with all that it pins; docs/command-line.md, `decision`."""

    id: str
    kind: str
    state: str
    instrument: str
    basis: dict[str, Any]
    drafted: dict[str, Any]
    recommended: list[dict[str, Any]]
    issued: dict[str, Any] | None
    revoked: dict[str, Any] | None
    candidates_in_all: int
    candidates: list[dict[str, Any]]
    version: int


class Rechecked(Open):
    """Whether a basis still gives its answers, and what became known later."""

    id: str
    state: str
    basis: dict[str, Any]
    later: dict[str, Any]


class WarningLine(Open):
    """An early warning with its rule; subject null is the ledger itself."""

    rule: str
    subject: str | None
    key: str
    says: str
    what: dict[str, Any]
    cite: str
    who_must_act: str
    next_step: str
    acknowledged: list[dict[str, Any]]
    person: Who | None
    unit: str | None


class Warnings(Open):
    """Early warnings on a day, as known at a position."""

    as_of: str
    position: int
    warnings: list[WarningLine]


# ------------------------------------------------------------------------------------------ bodies


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Letter(_Body):
    """The document on which something rests."""

    kind: str = Field(max_length=100, examples=["SURAT"])
    number: str = Field(max_length=200)
    date: dt.date

    def as_dict(self) -> dict[str, str]:
        """Its three parts."""
        return {"kind": self.kind, "number": self.number, "date": self.date.isoformat()}


class Contesting(_Body):
    """A fact that is contested."""

    fact: str = Field(max_length=200, description="Position, stream/version or the sender's key.")
    id: str = Field(max_length=200, description="Of the dispute, as a letter's number.")
    reason: str = Field(max_length=10_000, description="Kept sealed.")
    document: Letter
    by: str | None = Field(None, max_length=200, description="Office; by default the account.")


class Resolving(_Body):
    """How a dispute ends."""

    outcome: DisputeOutcome
    reason: str = Field(max_length=10_000, description="Kept sealed.")
    document: Letter


class Drafting(_Body):
    """A decision to be drafted: say who is asked about once, by people, unit or everybody."""

    id: str = Field(max_length=200, description="Its own, once.")
    kind: DecisionKind
    instrument: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$", examples=["ip-asn"])
    as_of: dt.date | None = Field(None, description="Legal day; today by default.")
    people: list[UUID] | None = Field(None, max_length=5_000, description="Ids.")
    unit: str | None = Field(None, max_length=200, description="Code or id, with all below it.")
    everybody: bool = False
    requirements: list[str] = Field([], max_length=20, description="Further instruments.")
    choose: list[UUID] | None = Field(None, max_length=5_000, description="Ids.")
    tie_rule: TieRule = TieRule.SHARED
    reasons: str | None = Field(None, max_length=10_000, description="Kept sealed.")


class Recommending(_Body):
    """What a body says to a draft."""

    body: RecommendingBody
    in_favour: bool
    reasons: str | None = Field(None, max_length=10_000)


class Issuing(_Body):
    """The decree by which a decision is issued."""

    number: str = Field(max_length=200)
    decided_on: dt.date
    choose: list[UUID] | None = Field(None, max_length=5_000, description="Ids, if others.")
    reasons: str | None = Field(None, max_length=10_000)


class Revoking(_Body):
    """The decree by which a decision is revoked, or the day on which a draft is withdrawn."""

    decided_on: dt.date
    number: str | None = Field(None, max_length=200)
    reasons: str | None = Field(None, max_length=10_000)


class Acknowledging(_Body):
    """That a warning was seen."""

    key: str | None = Field(None, max_length=200, description="One of several of the rule.")
    note: str | None = Field(None, max_length=2_000, description="What follows; kept sealed.")
