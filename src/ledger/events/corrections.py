"""How a recorded fact is mended: by another event in the same stream, never by a change.

They act on knowledge alone and have no legal day of their own. `root` and `replaces` are versions
in the stream: of the event that first stated the fact, and of the one that is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from ledger.events.base import Event, event, internal
from ledger.fields import IDENTITY, TEXT, Day, FieldType, Ident, SealedText, count


def _as_is(value: Any) -> Any:
    return value


# The replacement's own fields, already read and canonical when they come here.
OPEN_FIELDS = FieldType("fields", _as_is, _as_is, _as_is)
SEALED_FIELDS = FieldType("fields", _as_is, _as_is, _as_is, sealed=IDENTITY)
VERSION = count(1, 2**31 - 1)
Version = Annotated[int, VERSION]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Event):
    """What all three have in common; `learned_on` is the day of the document, a claim."""

    root: Version = internal()
    replaces: Version = internal()
    learned_on: Day | None = None
    reason: SealedText | None = None
    document_issuer: Annotated[str | None, TEXT] = internal(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedFields(Correction):
    """The fact was stated wrongly; `fields` is its complete replacement, its legal day included.

    `sealed` holds the replacement's sealed fields of the identity class, `restricted` stay with
    theirs.
    """

    fact: Ident = internal()
    effective_on_: Day = internal()
    fields: Annotated[dict[str, Any], OPEN_FIELDS] = internal()
    sealed: Annotated[dict[str, Any], SEALED_FIELDS] | None = internal(None)
    restricted: (
        Annotated[dict[str, Any], FieldType("fields", _as_is, _as_is, _as_is, sealed="restricted")]
        | None
    ) = internal(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedFields(Correction):
    """The fact holds no longer from `until` on, exclusive."""

    until: Day


@event("employee.correct/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFactCorrected(CorrectedFields):
    """FactCorrected about a person."""


@event("employee.annul/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFactAnnulled(Correction):
    """FactAnnulled about a person: never so."""


@event("employee.end/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFactEnded(EndedFields):
    """FactEnded about a person: no longer so."""


@event("org_unit.correct/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFactCorrected(CorrectedFields):
    """FactCorrected about a unit."""


@event("org_unit.annul/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFactAnnulled(Correction):
    """FactAnnulled about a unit."""


@event("org_unit.end/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFactEnded(EndedFields):
    """FactEnded about a unit."""


@event("ledger.correct/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFactCorrected(CorrectedFields):
    """FactCorrected about a reference or calendar."""


@event("ledger.annul/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFactAnnulled(Correction):
    """FactAnnulled about a reference or calendar."""


@event("ledger.end/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFactEnded(EndedFields):
    """FactEnded about a reference or calendar."""
