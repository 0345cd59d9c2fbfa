"""The facts table on disk against the log: each segment's files, and every row built anew.

For `verify`: nothing is repaired here, nothing taken away. The log is read in pieces, so memory is
that of one segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from ledger.errors import ProgramError
from ledger.verifying.findings import Findings
from projections.table import segments
from projections.table.batch import Batch, BatchBuilder, Streams
from projections.table.columns import STATED_AT, STATED_SCHEMA
from projections.table.facts_table import BATCH_EVENTS, Log
from projections.table.segments import Segment, SegmentDamaged

_NAME = re.compile(r"facts-(\d{12})-(\d{12})")


def check_table(log: Log, folder: Path, findings: Findings) -> int:
    """Compare every segment that answers would be read from; gives how many there were.

    The log must have been verified before; where it is damaged, building fails and says so.
    """
    streams = Streams()
    checked = 0
    for segment in _chain(folder, log.head().position, findings):
        checked += 1
        try:
            _check_one(log, segment, streams, findings)
        except (SegmentDamaged, ProgramError, ValueError, KeyError, TypeError, AttributeError,
                pl.exceptions.PolarsError):  # fmt: skip
            findings.add("facts_table_differs", segment.folder.name, position=segment.first)
            break
    return checked


def _chain(folder: Path, head: int, findings: Findings) -> Iterator[Segment]:
    """The segments that follow each other from position 1 on; of several, the longest."""
    after = 0
    while (found := _longest(folder, after + 1, findings)) is not None:
        if found.last > head:
            findings.add("facts_table_differs", f"{found.folder.name}: beyond the log")
            return
        yield found
        after = found.last


def _longest(folder: Path, first: int, findings: Findings) -> Segment | None:
    ranges = [
        (int(match[2]), path)
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := _NAME.fullmatch(path.name)) and int(match[1]) == first
    ]
    for last, path in sorted(ranges, reverse=True):
        try:
            return segments.check(path, first=first, last=last)
        except SegmentDamaged:
            findings.add("facts_table_unreadable", path.name)
    return None


def _check_one(log: Log, segment: Segment, streams: Streams, findings: Findings) -> None:
    before = len(streams)
    builder = BatchBuilder(streams, after=segment.first - 1)
    events = iter(log.read(segment.first, segment.last))
    leaf = b""
    while builder.add(events, most=BATCH_EVENTS):
        batch = builder.build()
        leaf = batch.leaf
        for part in _differing(segment, batch):
            findings.add("facts_table_differs", f"{segment.folder.name}: {part}",
                         position=batch.first)  # fmt: skip
    if segment.leaf != leaf.hex():
        findings.add("facts_table_differs", f"{segment.folder.name}: leaf", position=segment.last)
    if segment.streams != streams.hexes[before:]:
        findings.add(
            "facts_table_differs", f"{segment.folder.name}: streams", position=segment.first
        )


def _differing(segment: Segment, batch: Batch) -> Iterator[str]:
    """The parts of a segment that say otherwise about a range of positions."""
    if not _same(segment.corrections, batch.corrections, batch):
        yield "corrections"
    if not _same(segment.disputes, batch.disputes, batch):
        yield "disputes"
    for kind in sorted(segment.kinds | batch.kinds):
        fields = _fields(segment, batch, kind)
        if not _same(segment.stated(kind, fields), batch.stated(kind, fields), batch):
            yield kind


def _fields(segment: Segment, batch: Batch, kind: str) -> Sequence[str]:
    found: set[str] = set()
    for piece in (segment, batch):
        if kind in piece.kinds:
            found.update(piece.all_stated(kind).columns)
    return sorted(found - set(STATED_SCHEMA))


def _same(stored: pl.DataFrame, built: pl.DataFrame, batch: Batch) -> bool:
    at = pl.col(STATED_AT)
    within = stored.filter(at.is_between(batch.first, batch.last)).sort(STATED_AT)
    return within.equals(built.sort(STATED_AT))
