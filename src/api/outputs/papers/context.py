"""What a document takes from the ledger that it was made of."""

from __future__ import annotations

import base64
from zoneinfo import ZoneInfo

from api.outputs.papers.paper import Context, Seal
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.checkpoints.checkpoint_store import CheckpointRefused, checkpoint_covering


def context_of(
    ledger: Ledger, position: int, *, link: str | None = None, number: str | None = None
) -> Context:
    """The context of a document that rests on what was known at a position.

    The checkpoint is the first one that covers the position, so that a document stays the same
    once there is one.
    """
    known = next(iter(ledger.store.read(position, position)), None)
    return Context(
        agency=str(ledger.founded["agency_name"]),
        origin=ledger.origin,
        zone=ZoneInfo(str(ledger.founded["timezone"])),
        units=ledger.units(position),
        demo=bool(ledger.founded["demo"]),
        seal=_seal(ledger, position),
        known_at=None if known is None else instant_text(known.recorded_at),
        link=link,
        number=number,
    )


def _seal(ledger: Ledger, position: int) -> Seal | None:
    try:
        stored = checkpoint_covering(ledger.store, position)
    except CheckpointRefused:
        return None
    root = base64.b64encode(stored.checkpoint.root).decode()
    return Seal(stored.size, root)
