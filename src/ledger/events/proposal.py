"""What one person proposes and another confirms: the events of the second pair of eyes.

Of any kind: an enactment, a repeal, a decision, a right, an import, the destruction of a key. They
lie in the ledger stream; what is confirmed is recorded in the same command as the confirmation.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from ledger.events.base import Event, event
from ledger.fields import FieldType, Ident, SealedText, count


def _as_is(value: Any) -> Any:
    return value


COMMAND = FieldType("command", _as_is, _as_is, _as_is)
Position = Annotated[int, count(1, 2**53)]


@event("ledger.proposed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(Event):
    """Somebody proposes what a second person must confirm; nothing follows from it until then.

    `command` is all that is to be recorded, in open words and without personal data; `digest` is
    SHA-256 of the canonical object of kind and command.
    """

    kind: Ident
    command: Annotated[dict[str, Any], COMMAND]
    digest: Ident
    reason: SealedText | None = None


@event("ledger.confirmed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Event):
    """A second person confirmed a proposal, named by its position; what it says follows at once, in
    the same command.
    """

    proposed: Position
    digest: Ident


@event("ledger.rejected/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Event):
    """A proposal, named by its position, is refused or withdrawn and never carried out."""

    proposed: Position
    reason: SealedText | None = None
