"""What goes into the store and what comes out of it.

`NewEvent` and `RecordedEvent` extend the rows of the `eventsourcing` library, so that the library
and the ledger speak of the same things. Instants are aware datetimes in UTC, to the microsecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent


@dataclass(frozen=True)
class NewEvent(StoredEvent):
    """An event that is to be appended.

    Attributes:
        originator_id: the stream: an opaque UUID of a person, a unit or the ledger itself.
        originator_version: its place in the stream, from 1 without gaps.
        topic: `<owner>.<fact>/<version>`; never imported as a Python path.
        state: the payload, canonical JSON.
        effective_on: the legal day from which it counts; None where it acts on knowledge alone.
        context: canonical JSON object of actor, origin and document; may be empty.
        sealed: (key class, nonce || ciphertext || tag), sorted by class; kept apart from the event.
    """

    originator_id: UUID
    effective_on: date | None = None
    context: bytes = b""
    sealed: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class RecordedEvent(Notification):
    """An event as it stands in the log.

    Attributes:
        id: the position, gap-free from 1.
        recorded_at: when it was appended; equal within one command, strictly greater in the next.
        salt: 16 random bytes, so that a leaf tells nothing about a guessed payload.
        sealed_digest: SHA-256 over the sealed parts, or None; it stays when they are erased.
        leaf: SHA-256(0x00 || canonical entry), what the Merkle tree commits to.
    """

    originator_id: UUID
    effective_on: date | None
    recorded_at: datetime
    context: bytes
    salt: bytes
    sealed_digest: bytes | None
    leaf: bytes

    @property
    def stream(self) -> UUID:
        """The stream: `originator_id` in the words of the library."""
        return self.originator_id

    @property
    def version(self) -> int:
        """The place in the stream, from 1."""
        return self.originator_version

    @property
    def payload(self) -> bytes:
        """The canonical JSON of the fact: `state` in the words of the library."""
        return self.state

    @property
    def position(self) -> int:
        """The place in the whole log, gap-free from 1: `id` in the words of the library."""
        return self.id


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a repeated command recognisable.

    Attributes:
        actor: opaque account id; keys of different actors never meet.
        key: HMAC of the caller's request key, 32 bytes.
        digest: HMAC of the canonical command, 32 bytes; the same key with another one is refused.
    """

    actor: str
    key: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """Events that are stored together or not at all, in this order, none in between."""

    events: tuple[NewEvent, ...]
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command.

    Attributes:
        first_position: of its first event; None when the command had none.
        count: of its events; they stand at consecutive positions.
        recorded_at: of all its events; None when the command had none.
        repeated: the request was answered before, and nothing was added now.
    """

    first_position: int | None
    count: int
    recorded_at: datetime | None
    repeated: bool

    @property
    def positions(self) -> range:
        """The positions of the command's events; empty when it had none."""
        if self.first_position is None:
            return range(0)
        return range(self.first_position, self.first_position + self.count)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends.

    Attributes:
        position: of the last event, 0 before the first; also the size of the Merkle tree.
        recorded_at: of the last event; None before the first.
        frontier: roots of the complete subtrees, 32 bytes each, largest first (`proofs.merkle`).
    """

    position: int
    recorded_at: datetime | None
    frontier: bytes
