"""What a penetapan says of an answer: that it is the official one, or that the official is another.

Pure. A penetapan pins the digest of each answer as it was on its basis. An answer to the same
question at a later position is official exactly when it is still the same answer: with position,
instant, period and engine put back to those of the basis it has the pinned digest. Only what was
issued up to the position asked about counts, so an answer before the issue stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.canonical import instant_text
from ledger.domain import decision
from ledger.domain.decision import Read
from ledger.records import RecordedEvent


@dataclass(frozen=True, slots=True)
class Pin:
    """One person's official answer: by which decision, and its digest on that basis."""

    decision: str
    digest: str
    position: int
    known_at: str
    engine: str

    def coordinates(self) -> dict[str, object]:
        """What the official answer says of its own coordinates and program."""
        return {
            "position": self.position,
            "known_at": self.known_at,
            "period": None,
            "engine": self.engine,
            "issued": None,
        }


@dataclass(frozen=True, slots=True)
class Official:
    """The official answers to one question as known at a position, by subject."""

    instrument: str
    as_of: date
    position: int
    pins: Mapping[str, Pin]

    def pin(self, instrument: str, as_of: date, position: int, subject: str) -> Pin | None:
        """What was pinned of somebody, if just this is asked; another question has none."""
        if (instrument, as_of, position) != (self.instrument, self.as_of, self.position):
            return None
        return self.pins.get(subject)


def official(
    book: Iterable[RecordedEvent],
    read: Read,
    instrument: str,
    as_of: date,
    position: int,
    *,
    subject: str | None = None,
) -> Official | None:
    """The official answers to a question as known at a position; None where no penetapan of it
    stands. Of two about somebody the later counts.

    Args:
        book: the events of the ledger stream. read: gives those of decisions.
        subject: whose answers are asked for only; None for everybody's.
    """
    pins: dict[str, Pin] = {}
    for one in decision.official(book, read, (instrument, as_of), position, subject=subject):
        draft = one.draft
        known_at = instant_text(draft.known_at)
        for each in draft.candidates:
            pins[each.subject] = Pin(
                draft.id, each.digest, draft.basis_position, known_at, draft.engine
            )
    return Official(instrument, as_of, position, pins) if pins else None
