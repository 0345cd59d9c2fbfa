"""What the store can refuse, one class a code.

Messages name streams, positions and places, never a person. `details` hold the same for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ledger.errors import LedgerError
from ledger.records import Outcome


class StoreError(LedgerError):
    """The root of what the store refuses or finds wrong.

    Attributes:
        outcomes: when a bulk append had to stop, what became of the commands before; all of that is
            stored or refused for good, and the rest was not begun.
    """

    code = "store_refused"
    outcomes: Sequence[Outcome | LedgerError] = ()


class VersionConflict(StoreError):
    """Somebody appended to the stream since it was read."""

    code = "version_conflict"

    def __init__(self, stream: UUID, expected: int, found: int) -> None:
        super().__init__(
            f"Stream {stream.hex} was expected to end at version {expected} but ends at {found}: "
            "somebody recorded something in between, and nothing of this command was stored.",
            next_step="Read the stream again and repeat the command.",
            stream=stream.hex,
            expected=expected,
            found=found,
        )
        self.stream = stream
        self.expected = expected
        self.found = found


class RequestReused(StoreError):
    """A request key was used before for another command."""

    code = "request_reused"

    def __init__(self, first_position: int | None) -> None:
        where = "" if first_position is None else f" (recorded at position {first_position})"
        super().__init__(
            f"The request key was used before for another command{where}; nothing was stored.",
            next_step="Use a new key for a new command.",
            first_position=first_position,
        )


class MalformedCommand(StoreError):
    """A command that no state of the ledger could accept."""

    code = "malformed_command"


class ClockBehind(StoreError):
    """The clock stands behind what was already recorded."""

    code = "clock_behind"

    def __init__(self, now: datetime, head: datetime) -> None:
        super().__init__(
            f"The clock says {now.isoformat()}, but the last record was made at "
            f"{head.isoformat()}; recording now would put knowledge "
            "before its time, so nothing was stored.",
            next_step="Set the clock of the machine (or the database server) right and try again.",
            now=now.isoformat(),
            head=head.isoformat(),
        )


class LedgerLocked(StoreError):
    """Another program held the ledger for too long."""

    code = "ledger_locked"


class DiskFull(StoreError):
    """No room to write; nothing of the command was stored."""

    code = "disk_full"


class LedgerReadOnly(StoreError):
    """The ledger's file or server lets nobody write."""

    code = "ledger_read_only"


class NotALedger(StoreError):
    """The file or schema belongs to another program, or is no database at all."""

    code = "not_a_ledger"


class LedgerDamaged(StoreError):
    """The database itself is damaged, or its parts contradict each other."""

    code = "ledger_damaged"


class LedgerNotFounded(StoreError):
    """Nothing was founded at this place."""

    code = "ledger_not_founded"


def not_founded(place: str) -> LedgerNotFounded:
    """The error for a place without a ledger."""
    return LedgerNotFounded(
        f"No ledger was founded at {place}.",
        next_step="Found one with `asn-ledger init`, or check the address: --ledger or "
        "ASN_LEDGER_URL.",
    )


class LedgerExists(StoreError):
    """A ledger was already founded at this place."""

    code = "ledger_exists"


class FormatTooNew(StoreError):
    """The ledger was written by a newer release."""

    code = "format_too_new"


class BadLedgerUrl(StoreError):
    """The address names no place where a ledger can be."""

    code = "bad_ledger_url"
    exit_status = 2


class StoreUnavailable(StoreError):
    """The database cannot be reached; nothing of the command was stored."""

    code = "store_unavailable"


class OutcomeUnknown(StoreError):
    """The connection was lost while storing, and nobody can be asked whether it was stored."""

    code = "outcome_unknown"


class ErasureNotRecorded(StoreError):
    """Sealed parts may go only after the event that orders it."""

    code = "erasure_not_recorded"


class PositionUnknown(StoreError):
    """A position that the log has not reached."""

    code = "position_unknown"


class ChangeRefused(StoreError):
    """The database refused to change or remove what was recorded."""

    code = "change_refused"
