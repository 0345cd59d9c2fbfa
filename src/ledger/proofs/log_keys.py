"""The keys of a log's checkpoints, as its own events state them. Pure.

They bind a checkpoint to the log it speaks of. They do not say that the log is the agency's:
whoever makes up a whole ledger names his own key in it. Against that stands a checkpoint, or a
key, that was kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from ledger.proofs.note import NoteRefused, VerifierKey, verifier_key
from ledger.records import RecordedEvent

FOUNDED = "ledger.founded/1"
CHANGED = "ledger.signing_key/1"
TOPICS = (FOUNDED, CHANGED)


def log_keys(events: Iterable[RecordedEvent]) -> tuple[VerifierKey, ...]:
    """Every key that the founding and later changes name; what cannot be read names none.

    Args:
        events: those of TOPICS, by position. A founding is the first event of a log, and a change
            lies in its stream; others of these topics name nothing.
    """
    found: dict[VerifierKey, None] = {}
    stream = None
    for event in events:
        if event.id == 1:
            stream = event.originator_id
        elif event.originator_id != stream or event.topic == FOUNDED:
            continue
        for name, public in _named(event):
            try:
                found[verifier_key(name, bytes.fromhex(public))] = None
            except (NoteRefused, ValueError):
                continue
    return tuple(found)


def _named(event: RecordedEvent) -> list[tuple[str, str]]:
    if event.topic not in TOPICS:
        return []
    try:
        fields = orjson.loads(event.state)
    except orjson.JSONDecodeError:
        return []
    match fields:
        case {"public_keys": dict(keys)} if event.topic == FOUNDED:
            return [(name, key) for name, key in keys.items() if isinstance(key, str)]
        case {"name": str(name), "public_key": str(key)} if event.topic == CHANGED:
            return [(name, key)]
    return []
