"""Which statement of a number finds its person: the rules of the NIP index, without a database.

A number finds the person who was the first in the log to state it, as long as that statement was
not withdrawn. Others wait: a second statement by the same person, or a number that two claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ledger.identity.events import Act, IdentityEvent


class Standing(StrEnum):
    """Whether a statement of a number finds its person."""

    HOLDS = "holds"
    WAITS = "waits"
    WITHDRAWN = "withdrawn"


class NipRow(NamedTuple):
    """One statement of a number; `digest` stands for the number, `root` for the fact."""

    stream: UUID
    root: int
    digest: bytes
    version: int
    topic: str
    position: int
    standing: Standing


Rows = dict[tuple[UUID, int], NipRow]


def apply_events(
    rows: Rows, events: Iterable[IdentityEvent], digest_of: Callable[[str], bytes]
) -> None:
    """Bring rows up to date with events in the order of the log.

    Args:
        rows: by stream and root; at least all rows of the streams and of the digests concerned.
        events: that come after those which the rows know.
        digest_of: of a number.
    """
    for event in events:
        stream, key = event.place.stream, (event.place.stream, event.root)
        before = rows.get(key)
        if event.act is Act.ERASE:
            for gone in [one for one in rows if one[0] == stream]:
                del rows[gone]
        elif event.act is Act.WITHDRAW:
            if before is not None:
                rows[key] = before._replace(standing=Standing.WITHDRAWN)
        elif event.repeats_nip and before is not None:
            rows[key] = before._replace(standing=Standing.WAITS)
        elif event.nip is not None:
            place = event.place
            rows[key] = NipRow(
                stream,
                event.root,
                digest_of(event.nip),
                place.version,
                place.topic,
                place.position,
                Standing.WAITS,
            )
        else:
            rows.pop(key, None)
    _settle(rows)


def _settle(rows: Rows) -> None:
    """Of the statements of a number that were not withdrawn, the earliest in the log holds."""
    first: dict[bytes, tuple[int, tuple[UUID, int]]] = {}
    for key, row in rows.items():
        if row.standing is not Standing.WITHDRAWN:
            claim = (row.position, key)
            first[row.digest] = min(first.get(row.digest, claim), claim)
    for key, row in rows.items():
        if row.standing is not Standing.WITHDRAWN:
            holds = first[row.digest][1] == key
            standing = Standing.HOLDS if holds else Standing.WAITS
            if row.standing is not standing:
                rows[key] = row._replace(standing=standing)
