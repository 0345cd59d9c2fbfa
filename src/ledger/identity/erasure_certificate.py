"""The certificate of an erasure: to be had when no copy of the keys can be opened any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from ledger.canonical import instant_text
from ledger.errors import LedgerError
from ledger.identity.events import ERASED, REGISTERED
from ledger.keys.keyring import Keyring
from ledger.storage.store import EventStore


class ErasureIncomplete(LedgerError):
    """A certificate was asked for before the keys are destroyed for good."""

    code = "erasure_incomplete"


@dataclass(frozen=True, slots=True)
class ErasureCertificate:
    """What a certificate of erasure states (UU 27/2022 Pasal 43, 44).

    Attributes:
        stream: the person's opaque id, all that is left of who it was.
        position, recorded_at: of the event that orders the erasure; the instant as text in UTC.
        ground: the legal ground it names.
        key_digests: SHA-256 of the destroyed keys, as the registering event committed to them.
        completed_at: when the epoch key that could have opened a copy of them was destroyed.
    """

    stream: UUID
    position: int
    recorded_at: str
    ground: str
    key_digests: Mapping[str, str]
    completed_at: str


def certificate(store: EventStore, keyring: Keyring, stream: UUID) -> ErasureCertificate:
    """The certificate of a complete erasure.

    Raises:
        ErasureIncomplete: none was recorded and carried out, or no rotation of keys came since.
    """
    events = store.stream(stream)
    ordered = next((event for event in events if event.topic == ERASED), None)
    done = keyring.erasure(stream)
    if ordered is None or done is None:
        raise ErasureIncomplete(
            f"No erasure of {stream.hex} was recorded and carried out.",
            next_step="Record it with `erase` and its legal ground first.",
        )
    if done.completed_at is None:
        raise ErasureIncomplete(
            f"The keys of {stream.hex} are destroyed, but an older copy of the key store could "
            "still be opened with the present epoch key.",
            next_step="Run `keys rotate`; with it the erasure is complete and can be certified.",
        )
    first = next((event.state for event in events if event.topic == REGISTERED), b"{}")
    registered: dict[str, Any] = orjson.loads(first)
    return ErasureCertificate(
        stream=stream,
        position=ordered.id,
        recorded_at=instant_text(ordered.recorded_at),
        ground=str(orjson.loads(ordered.state)["ground"]),
        key_digests=registered.get("keys") or {},
        completed_at=done.completed_at,
    )
