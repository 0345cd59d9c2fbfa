"""One range of positions, row by row: what exactly is wrong with which event.

Slow and plain; `range_check` comes here only for the few hundred rows in which its fast comparison
found something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ledger.verifying import entries, shapes
from ledger.verifying.entries import Row
from ledger.verifying.findings import Findings

Parts = Sequence[tuple[str, bytes]]

_TYPES: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("position", (int,)),
    ("stream", (str,)),
    ("version", (int,)),
    ("topic", (str,)),
    ("effective_on", (str, type(None))),
    ("recorded_at", (str,)),
    ("context", (bytes,)),
    ("payload", (bytes,)),
    ("salt", (bytes,)),
    ("sealed_digest", (bytes, type(None))),
    ("leaf", (bytes,)),
)


def readable(raw: Sequence[Any], findings: Findings) -> Row | None:
    """The row, when each column has its type; else what is malformed is told."""
    right = len(raw) == len(_TYPES)
    position = raw[0] if raw and type(raw[0]) is int else None
    for (name, types), value in zip(_TYPES, raw, strict=False):
        if type(value) not in types:
            findings.add("column_malformed", f"events.{name}", position=position)
            right = False
    return Row(*raw) if right else None


def check_row(row: Row, findings: Findings) -> None:
    """Everything that one row says by itself: forms, entry, leaf, canonical text, shape."""
    at = row.position
    stream = row.stream if entries.is_stream(row.stream) else None
    malformed = (
        ("stream", stream is None),
        ("version", row.version < 1),
        ("effective_on", row.effective_on is not None and not entries.is_day(row.effective_on)),
        ("recorded_at", not entries.is_instant(row.recorded_at)),
        ("salt", len(row.salt) != entries.SALT_BYTES),
        ("sealed_digest", row.sealed_digest is not None
         and len(row.sealed_digest) != entries.DIGEST_BYTES),
        ("leaf", len(row.leaf) != entries.DIGEST_BYTES),
    )  # fmt: skip
    for name, wrong in malformed:
        if wrong:
            findings.add("column_malformed", f"events.{name}", position=at, stream=stream)
    _check_leaf(row, stream, findings)
    _check_texts(row, stream, findings)


def _check_leaf(row: Row, stream: str | None, findings: Findings) -> None:
    try:
        entry = entries.entry_of(row)
    except (ValueError, TypeError):
        findings.add("leaf_differs", "events", position=row.position, stream=stream)
        return
    if len(entry) > entries.MAX_ENTRY:
        findings.add("entry_too_large", "events", position=row.position, stream=stream)
    if entries.leaf_of(entry) != row.leaf:
        findings.add("leaf_differs", "events", position=row.position, stream=stream)


def _check_texts(row: Row, stream: str | None, findings: Findings) -> None:
    def add(code: str, where: str) -> None:
        findings.add(code, where, position=row.position, stream=stream)

    payload = entries.canonical_object(row.payload)
    context = entries.canonical_object(row.context) if row.context else {}
    if row.topic not in shapes.shapes():
        add("topic_unknown", "events.topic")
    elif payload is not None and not shapes.fits(row.topic, row.effective_on, payload):
        add("shape_differs", "events.payload")
    if context is not None and not shapes.context_fits(context):
        add("shape_differs", "events.context")
    if payload is None or not entries.clean_texts(_checked(row.topic, payload)):
        add("text_not_canonical", "events.payload")
    if context is None or not entries.clean_texts(context):
        add("text_not_canonical", "events.context")


def _checked(topic: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload without the text that is kept verbatim."""
    told = dict(payload)
    if topic == entries.ENACT:
        told.pop(entries.VERBATIM, None)
    command = told.get("command")
    enacting = topic == entries.PROPOSED and told.get("kind") == entries.ENACTING
    if enacting and isinstance(command, dict):
        told["command"] = {k: v for k, v in command.items() if k != entries.VERBATIM}
    return told


class Missing(NamedTuple):
    """Sealed parts of a stream that are not there: of how many events, and the first of them."""

    events: int
    position: int


def note_missing(missing: dict[str, Missing], stream: str, position: int) -> None:
    """One more event of a stream without its sealed parts."""
    before = missing.get(stream, Missing(0, position))
    missing[stream] = Missing(before.events + 1, before.position)


def check_sealed(row: Row, parts: Parts, missing: dict[str, Missing], findings: Findings) -> None:
    """The sealed parts of one event. Missing ones are collected by stream: an erasure may order it,
    and it stands later in the log.
    """
    if row.sealed_digest is None:
        if parts:
            findings.add("sealed_stray", "sealed", position=row.position, stream=row.stream)
    elif not parts:
        note_missing(missing, row.stream, row.position)
    elif not _parts_fit(row.sealed_digest, parts):
        findings.add("sealed_differs", "sealed", position=row.position, stream=row.stream)


def _parts_fit(digest: bytes, parts: Parts) -> bool:
    return all(
        key_class in entries.KEY_CLASSES and type(part) is bytes for key_class, part in parts
    ) and (entries.digest_of(parts) == digest)
