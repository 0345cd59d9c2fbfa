"""The small tables beside the log: head, format, requests, erasures; the database's own index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ledger.verifying.findings import Findings
from ledger.verifying.range_report import BookEvent
from ledger.verifying.range_rows import Missing
from ledger.verifying.stored import (
    POSTGRESQL,
    SQLITE,
    QueryFailed,
    Stored,
    instant_column,
    stream_column,
)
from ledger.verifying.streams import Streams

TABLES = ("events", "sealed", "heads", "requests", "erasures", "ledger_format")
PROOF_TABLES = ("tiles", "checkpoints")
_FORMAT = ("asn-ledger", 1)
_LOG = "log"


class Extent(NamedTuple):
    """How many rows the log has, and its first and last position; zeros of an empty one."""

    rows: int
    first: int
    last: int


class Head(NamedTuple):
    """The row that says where the log ends; None in each column that is not there."""

    position: Any
    recorded_at: Any
    frontier: Any


def names(source: Stored) -> set[str]:
    """The tables at this place; what is a view or something else is none."""
    if source.dialect == SQLITE:
        query = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    else:
        query = (
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = current_schema()::regnamespace"
        )
    return {str(row[0]) for row in source.ask(query)}


def missing_tables(source: Stored, findings: Findings) -> set[str]:
    """What is not there; without checkpoints a ledger may be old, not damaged."""
    there = names(source)
    gone = {name for name in TABLES if name not in there}
    for name in sorted(gone):
        findings.add("table_missing", name)
    return gone | {name for name in PROOF_TABLES if name not in there}


def extent(source: Stored, findings: Findings) -> Extent:
    """Counted in the table itself, by none of its indexes."""
    query = "SELECT count(*), min(position), max(position) FROM events"
    try:
        if source.dialect == SQLITE:
            rows, first, last = source.ask(f"{query} NOT INDEXED")[0]
        else:
            _plan(source, indexes=False)
            rows, first, last = source.ask(query)[0]
            _plan(source, indexes=True)
    except QueryFailed:
        findings.add("row_unreadable", "events")
        return Extent(0, 0, 0)
    numbers = isinstance(first, int) and isinstance(last, int)
    if rows and (not numbers or first < 1):
        findings.add("position_stray", "events.position")
    return Extent(rows, first if numbers else 0, last if numbers else 0)


def _plan(source: Stored, *, indexes: bool) -> None:
    """Let the server read the table itself, or an index where it can."""
    for name in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
        source.ask(f"SELECT set_config('{name}', '{'on' if indexes else 'off'}', false)")


def head(source: Stored, findings: Findings) -> Head:
    """The head as it is stored."""
    query = f"SELECT name, position, {instant_column(source.dialect)}, frontier FROM heads"
    try:
        rows = source.ask(query)
    except QueryFailed:
        rows = []
    if len(rows) != 1 or rows[0][0] != _LOG:
        findings.add("head_differs", f"heads: {len(rows)} rows")
        return Head(None, None, None)
    return Head(*rows[0][1:])


def check_head(
    found: Head, *, last: int, instant: str | None, frontier: bytes, findings: Findings
) -> None:
    """Compare the stored head with what the log gives."""
    if found.position is None:
        return
    if found.position != last:
        findings.add("head_differs", f"heads.position is {found.position}, the last event {last}")
        return
    if found.recorded_at != instant:
        findings.add("head_differs", "heads.recorded_at", position=last or None)
    if found.frontier != frontier:
        findings.add("head_differs", "heads.frontier", position=last or None)


def check_format(source: Stored, findings: Findings) -> None:
    """One row that says whose tables these are."""
    try:
        rows = source.ask("SELECT application, format FROM ledger_format")
    except QueryFailed:
        rows = []
    if rows != [_FORMAT]:
        findings.add("format_differs", "ledger_format")


# A request points at one whole command: events of one instant, with others before and behind.
_REQUESTS = """
SELECT r.first_position, r.count FROM requests r
LEFT JOIN events a ON a.position = r.first_position
LEFT JOIN events z ON z.position = r.first_position + r.count - 1
LEFT JOIN events b ON b.position = r.first_position - 1
LEFT JOIN events n ON n.position = r.first_position + r.count
WHERE (
    length(r.key) = 32 AND length(r.digest) = 32 AND length(r.actor) > 0
    AND ((r.first_position IS NULL AND r.count = 0)
      OR (r.count > 0 AND a.position IS NOT NULL AND z.position IS NOT NULL
          AND a.recorded_at = z.recorded_at
          AND (r.first_position = 1 OR b.recorded_at < a.recorded_at)
          AND (n.position IS NULL OR n.recorded_at > z.recorded_at)))
) IS NOT TRUE
"""


def check_requests(source: Stored, findings: Findings) -> None:
    """Every remembered request answers with a command that was recorded."""
    try:
        for first, count in source.walk(_REQUESTS):
            position = first if isinstance(first, int) else None
            findings.add("request_differs", f"requests: {count} events", position=position)
    except QueryFailed:
        findings.add("row_unreadable", "requests")


def check_erasures(
    source: Stored,
    book: Sequence[BookEvent],
    missing: Mapping[str, Missing],
    findings: Findings,
) -> None:
    """Sealed parts are missing only where the log orders it, and permissions name that order."""
    ordered = {event.stream: event.position for event in book}
    for stream, gone in missing.items():
        if stream not in ordered:
            where = f"sealed: of {gone.events} events"
            findings.add("sealed_missing", where, position=gone.position, stream=stream)
    at = {(event.stream, event.position) for event in book}
    try:
        rows = source.ask(f"SELECT {stream_column(source.dialect)}, position FROM erasures")
        for stream, position in rows:
            if (stream, position) not in at:
                findings.add("erasure_unordered", "erasures", stream=stream)
        for stream in ordered:
            left = source.ask(
                "SELECT count(*) FROM events JOIN sealed ON sealed.position = events.position"
                f" WHERE events.stream = {'?' if source.dialect == SQLITE else '?::uuid'}",
                (stream,),
            )
            if left[0][0]:
                findings.add("erasure_unfinished", f"sealed: {left[0][0]} rows", stream=stream)
    except QueryFailed:
        findings.add("row_unreadable", "erasures")


def check_strays(source: Stored, last: int, findings: Findings) -> None:
    """Sealed parts before or behind the log."""
    try:
        rows = source.ask(
            "SELECT count(*), min(position) FROM sealed WHERE position < 1 OR position > ?", (last,)
        )
    except QueryFailed:
        findings.add("row_unreadable", "sealed")
        return
    if rows[0][0]:
        findings.add("sealed_stray", f"sealed: {rows[0][0]} rows beyond the log")


_BY_STREAM = "SELECT {}, count(*), max(version), max(position) FROM events {} GROUP BY stream"


def check_index(source: Stored, streams: Streams, findings: Findings) -> None:
    """The index by stream and version, which answers questions about one person, says what the
    table says: so many events of each stream, at the same places.
    """
    column = stream_column(source.dialect)
    try:
        if source.dialect == POSTGRESQL:
            source.ask("SELECT set_config('enable_seqscan', 'off', false)")
            query = _BY_STREAM.format(column, "")
        else:
            named = source.ask(
                "SELECT name FROM pragma_index_list('events') WHERE origin = 'u' AND \"unique\" = 1"
            )
            if not named:
                return  # told among the guards
            query = _BY_STREAM.format(column, f'INDEXED BY "{named[0][0]}"')
        seen = 0
        for stream, count, version, position in source.walk(query):
            seen += 1
            known = streams.lasts.get(stream), streams.ends.get(stream)
            if known != (count, position) or count != version:
                findings.add("index_differs", "events (stream, version)", stream=stream)
        if seen < len(streams.lasts):
            findings.add("index_differs", f"events: {len(streams.lasts) - seen} streams missing")
    except QueryFailed:
        findings.add("row_unreadable", "the index of events (stream, version)")
