"""The heads of all streams up to a position, read from the events: no table keeps them.

The index of first events gives the streams, and the index of streams the last event of each up to
the position: two looks a stream, whatever the number of events.
"""

from __future__ import annotations

from ledger.proofs.heads import StreamHead
from ledger.storage.store import EventStore

# Each planner, left alone, prefers to read the whole log once it is long or has no statistics yet;
# so SQLite is told the index, and PostgreSQL gets a LATERAL, which can only be looked up.
_SQLITE = """
SELECT events.stream, events.version, events.leaf FROM (
    SELECT (
        SELECT position FROM events
        WHERE events.stream = first.stream AND position <= {upto} ORDER BY version DESC LIMIT 1
    ) AS position
    FROM (SELECT stream FROM events INDEXED BY events_founding WHERE version = 1) AS first
) AS ends JOIN events ON events.position = ends.position
"""
_POSTGRES = """
SELECT first.stream, ends.version, ends.leaf
FROM (SELECT stream FROM events WHERE version = 1) AS first, LATERAL (
    SELECT version, leaf FROM events
    WHERE events.stream = first.stream AND position <= {upto} ORDER BY version DESC LIMIT 1
) AS ends
"""


def read_stream_heads(store: EventStore, upto: int) -> list[StreamHead]:
    """Each stream that has events up to a position: how many, and the leaf of the last.

    What others append meanwhile lies after the position and is not seen. In no order.
    """
    query = _POSTGRES if store.dialect == "postgresql" else _SQLITE
    with store.reading() as connection:
        found = connection.exec_driver_sql(query.format(upto=int(upto))).all()
    # A stream is text on SQLite, a UUID on PostgreSQL.
    return [
        StreamHead(stream if isinstance(stream, str) else stream.hex, version, leaf)
        for stream, version, leaf in found
    ]
