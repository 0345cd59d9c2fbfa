"""Columns of many rows at once: ids of streams, sealed parts, what lies below the first level."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from typing import Any

from ledger.verifying import entries

_STREAMS = re.compile(f"(?:{entries.STREAM.pattern})+")


def is_plain_below(value: object) -> bool:
    """No floats, and keys in order, all the way down; whether text is clean is seen elsewhere."""
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(is_plain_below, value.values()))
    if isinstance(value, list):
        return all(map(is_plain_below, value))
    return not isinstance(value, float)


def are_streams(fresh: Collection[str]) -> bool:
    """Whether all are ids of streams."""
    return not fresh or (
        set(map(len, fresh)) == {entries.STREAM_DIGITS}
        and _STREAMS.fullmatch("".join(fresh)) is not None
    )


def unsealed(
    columns: Sequence[Sequence[Any]], sealed: list[tuple[Any, ...]]
) -> list[tuple[str, int]] | None:
    """The events (stream, position) whose sealed parts are not there; None where parts do not fit
    their event.
    """
    wanted = {
        position: digest
        for position, digest in zip(columns[0], columns[9], strict=True)
        if digest is not None
    }
    told: dict[int, str] = {}  # parts come by position, then by class
    for position, name, part in sealed:
        row = f'["{name}","{part.hex()}"]'
        told[position] = f"{told[position]},{row}" if position in told else row
    if not told.keys() <= wanted.keys() or not {row[1] for row in sealed} <= entries.KEY_CLASSES:
        return None
    sha256 = hashlib.sha256
    computed = [sha256(f"[{text}]".encode()).digest() for text in told.values()]
    if computed != [wanted[position] for position in told]:
        return None
    if len(told) == len(wanted):
        return []
    streams = dict(zip(columns[0], columns[1], strict=True))
    return [(streams[position], position) for position in wanted.keys() - told.keys()]
