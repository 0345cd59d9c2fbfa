"""Between events and rows: the allow-list of topics, canonical payload, context and sealing.

The recorder stays general; everything that knows what an event means is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, StoredEvent
from eventsourcing.persistence import Mapper as LibraryMapper

from ledger.canonical import canonical_json
from ledger.errors import invariant
from ledger.events.base import Encoded, upcast
from ledger.events.registry import spec
from ledger.keys import sealing
from ledger.keys.keyring import Keyring
from ledger.keys.stream_keys import StreamKeys
from ledger.records import NewEvent, RecordedEvent


@dataclass(frozen=True, slots=True)
class Happened:
    """One event in one stream, as the library's repository hands it to a projector.

    Attributes:
        encoded: the event in its stored form; sealed fields are absent when it was read.
        context: actor, origin, document and the row's marks.
        position, recorded_at: None until it is recorded.
    """

    originator_id: UUID
    originator_version: int
    encoded: Encoded
    context: Mapping[str, Any]
    position: int | None = None
    recorded_at: datetime | None = None


class LedgerMapper(LibraryMapper[UUID]):
    """Seals and writes events, reads them back without unsealing: scores never decrypt."""

    def __init__(self, *, origin: str, keyring: Keyring) -> None:
        super().__init__(JSONTranscoder())
        self.origin = origin
        self.keyring = keyring

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The row of an event. Its stream's keys must be durable in the keyring already."""
        invariant(isinstance(domain_event, Happened), "only what happened here can be stored")
        if not isinstance(domain_event, Happened):
            raise TypeError
        return self.new_event(
            domain_event.originator_id,
            domain_event.originator_version,
            domain_event.encoded,
            domain_event.context,
        )

    def new_event(
        self,
        stream: UUID,
        version: int,
        encoded: Encoded,
        context: Mapping[str, Any],
        *,
        keys: StreamKeys | None = None,
    ) -> NewEvent:
        """The row of an event; the fast path of imports, which have the stream's keys at hand."""
        topic = encoded.spec.topic
        parts: tuple[tuple[str, bytes], ...] = ()
        if encoded.sealed:
            keys = keys or self.keyring.keys(stream)
            for key_class in sorted(encoded.sealed):
                ciphertext = sealing.seal(
                    keys,
                    origin=self.origin,
                    key_class=key_class,
                    stream=stream,
                    version=version,
                    topic=topic,
                    fields=encoded.sealed[key_class],
                    randomness=self.keyring.randomness,
                )
                parts += ((key_class, ciphertext),)
        return NewEvent(
            originator_id=stream,
            originator_version=version,
            topic=topic,
            state=canonical_json(encoded.opened),
            effective_on=encoded.effective_on,
            context=canonical_json(context),
            sealed=parts,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Happened:
        """An event as it was recorded; raises TopicUnknown for a topic that is not on the list."""
        invariant(isinstance(stored_event, RecordedEvent), "only recorded rows can be read")
        if not isinstance(stored_event, RecordedEvent):
            raise TypeError
        topic, payload = upcast(stored_event.topic, orjson.loads(stored_event.state))
        context = orjson.loads(stored_event.context) if stored_event.context else {}
        return Happened(
            stored_event.originator_id,
            stored_event.originator_version,
            Encoded(spec(topic), stored_event.effective_on, payload, {}),
            context,
            stored_event.id,
            stored_event.recorded_at,
        )

    def unseal(
        self, recorded: RecordedEvent, parts: tuple[tuple[str, bytes], ...]
    ) -> dict[str, dict[str, Any]]:
        """The sealed fields of one recorded event by key class.

        Raises:
            KeyDestroyed: the person was erased. SealBroken: the bytes are not what was sealed.
        """
        keys = self.keyring.keys(recorded.originator_id)
        return {
            key_class: sealing.open_sealed(
                keys,
                blob,
                origin=self.origin,
                key_class=key_class,
                stream=recorded.originator_id,
                version=recorded.originator_version,
                topic=recorded.topic,
            )
            for key_class, blob in parts
        }
