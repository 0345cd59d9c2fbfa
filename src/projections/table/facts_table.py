"""The facts table of one ledger: opened from its folder, brought up to the log's end when asked.

The folder is a copy: whatever in it is damaged, old or of another ledger is built again from the
log, with a message. A full disk or a read-only folder costs only the next start's time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import Protocol

from ledger.errors import invariant
from ledger.records import RecordedEvent
from projections.table import segments
from projections.table.batch import Batch, BatchBuilder, Piece, Streams
from projections.table.frame import Frame, empty_frame, frame_of
from projections.table.segments import Report, Segment

# What the log holds beyond the last segment before it is written as one: some tenths of a second of
# work at the next start, against a small file more.
SEAL_AT = 20_000
SEGMENT_EVENTS = 1_000_000
BATCH_EVENTS = 65_536
MOST_SEGMENTS = 8


class Head(Protocol):
    """Where a log ends."""

    @property
    def position(self) -> int: ...


class Log(Protocol):
    """What the table needs of an event store; `read` gives both ends, in constant memory."""

    def head(self) -> Head: ...
    def read(self, start: int = 1, stop: int | None = None) -> Iterator[RecordedEvent]: ...


def folder_for(database: Path | None, *, var: Path, origin: str) -> Path:
    """Where a ledger's table lies: `<database file>.facts/`, else `var/facts/<origin>/`."""
    if database is not None:
        return database.with_name(database.name + ".facts")
    return var / "facts" / "".join(one if one.isalnum() or one in "._-" else "_" for one in origin)


def _quiet(message: str) -> None:
    """Report to nobody."""


def _alive(process: int) -> bool:
    if os.name == "nt":  # where signal 0 would end the process; what is left aside stays
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class FactsTable:
    """One process's facts table; may be shared by its threads."""

    def __init__(
        self,
        log: Log,
        folder: Path | None,
        *,
        report: Report = _quiet,
        process: int | None = None,
        alive: Callable[[int], bool] = _alive,
        seal_at: int = SEAL_AT,
        whole: bool = True,
    ) -> None:
        """A table over a log; nothing is read yet.

        Args:
            log: the event store.
            folder: where segments lie; None keeps everything in memory.
            report: is told, in one sentence each, what was damaged and what could not be written.
            process: names what this one writes aside; the process id.
            alive: whether a process of that id runs on this machine.
            seal_at: how many events beyond the last segment make a new one.
            whole: whether the log has every position; part of one is read from a bundle.
        """
        self._log = log
        self._folder = folder
        self._report = report
        self._process = os.getpid() if process is None else process
        self._alive = alive
        self._seal_at = seal_at
        self._whole = whole
        self._lock = Lock()
        self._frame: Frame | None = None

    def frame(self) -> Frame:
        """All facts up to the end of the log as it is now."""
        with self._lock:
            head = self._log.head().position
            frame = self._frame
            if frame is None or frame.position > head or not _there(frame.pieces):
                frame = self._opened(head)
            if frame.position < head:
                frame = self._followed(frame, head)
            self._frame = frame
            return frame

    @property
    def position(self) -> int | None:
        """What the frame held now reaches up to; None before it is first asked for."""
        return None if self._frame is None else self._frame.position

    def clear(self) -> None:
        """Remove what lies in the folder; the next frame is read from the log."""
        with self._lock:
            self._frame = None
            if self._folder is not None:
                rmtree(self._folder, ignore_errors=True)

    # -- opening ----------------------------------------------------------------------------------

    def _opened(self, head: int) -> Frame:
        if self._folder is None:
            return empty_frame()
        kept = list(self._own(segments.covering(self._folder, self._report), head))
        segments.sweep(self._folder, kept, alive=self._alive)
        streams = Streams(stream for one in kept for stream in one.streams)
        return frame_of(kept, streams)

    def _own(self, found: Iterable[Segment], head: int) -> Iterator[Segment]:
        """The segments that tell of this log: the leaf at a position commits to a salted event, and
        a log only grows, so an equal leaf means an equal log up to there.
        """
        for one in found:
            if one.last > head or self._leaf_at(one.last) != one.leaf:
                self._report(
                    f"The facts table's segment {one.folder.name} tells of another ledger, or of"
                    " this one before it was restored; it is built again from the log."
                )
                segments.discard(one.folder)
                return
            yield one

    def _leaf_at(self, position: int) -> str:
        return next(iter(self._log.read(position, position))).leaf.hex()

    # -- following --------------------------------------------------------------------------------

    def _followed(self, frame: Frame, head: int) -> Frame:
        """The frame at the head; long stretches are sealed as they are read."""
        events = iter(self._log.read(frame.position + 1, head))
        builder = BatchBuilder(frame.streams, after=frame.position, whole=self._whole)
        while builder.add(events, most=BATCH_EVENTS):
            frame = frame.advanced(builder.build(), subjects=len(frame.streams))
            if _events(_tail(frame.pieces)) >= SEGMENT_EVENTS:
                frame = self._sealed(frame)
        invariant(frame.position == head, "the log ended before its head")
        if _events(_tail(frame.pieces)) >= self._seal_at:
            frame = self._sealed(frame)
        return frame

    def _sealed(self, frame: Frame) -> Frame:
        """The same frame with its tail on disk; if that fails, unchanged."""
        if self._folder is None:
            return frame
        tail = _tail(frame.pieces)
        before = sum(one.stream_count for one in frame.pieces if isinstance(one, Segment))
        streams = frame.streams.hexes[before : frame.subjects]
        try:
            segment = self._write(self._folder, tail, streams, tail[-1].leaf)
            kept = [one for one in frame.pieces if isinstance(one, Segment)]
            kept = self._compacted(self._folder, [*kept, segment])
        except OSError as fault:
            self._report(
                "The facts table could not be written"
                f" ({fault.strerror or 'the folder is not writable'}); answers are right, but the"
                " next start reads the log again. Free some space, or let this account write there."
            )
            return frame
        return frame.resting_on(kept)

    def _compacted(self, folder: Path, kept: list[Segment]) -> list[Segment]:
        """Few segments instead of many; the old ones go later, as readers may still use them."""
        merged = segments.to_compact(kept, most=MOST_SEGMENTS)
        if not merged:
            return kept
        streams = [stream for one in merged for stream in one.streams]
        segments.sweep(folder, kept, alive=self._alive)
        whole = self._write(folder, merged, streams, bytes.fromhex(merged[-1].leaf))
        return [*kept[: -len(merged)], whole]

    def _write(
        self, folder: Path, pieces: Sequence[Piece], streams: Sequence[str], leaf: bytes
    ) -> Segment:
        return segments.write(folder, pieces, streams, leaf=leaf, process=self._process)


def _tail(pieces: Sequence[Piece]) -> list[Batch]:
    return [one for one in pieces if isinstance(one, Batch)]


def _events(batches: Sequence[Batch]) -> int:
    return batches[-1].last - batches[0].first + 1 if batches else 0


def _there(pieces: Sequence[Piece]) -> bool:
    """Whether another process has not taken the segments away."""
    return all(one.is_there() for one in pieces if isinstance(one, Segment))
