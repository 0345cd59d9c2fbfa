"""The facts table on disk: immutable segments, each a folder named by its range of positions.

A segment is written aside, flushed and renamed, so that it is there whole or not at all. Its
manifest holds the digest of each file and the leaf of the last event in its range: the first finds
damage, the second a table that belongs to another ledger, or to one restored to an earlier state
and continued. Whatever does not check is left aside and built again from the log: the table is a
copy, and deleting it costs only time. Nothing sealed is in it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import orjson
import polars as pl

from ledger.errors import LedgerError, invariant
from projections.table.batch import (
    CORRECTION_SCHEMA,
    DISPUTE_SCHEMA,
    Piece,
    with_fields,
)
from projections.table.columns import STATED_SCHEMA, layout_digest

MANIFEST = "segment.json"
_CORRECTIONS = "corrections"
_DISPUTES = "disputes"
_STREAMS = "streams"
_KIND = "kind-"
_ENDING = ".arrow"
_NAME = re.compile(r"facts-(\d{12})-(\d{12})")
_ASIDE = re.compile(r"\.facts-\d{12}-\d{12}\.(\d+)\..*\.new")
STREAM = "stream"

Report = Callable[[str], None]


class SegmentDamaged(LedgerError):
    """A file of the facts table is not as it was written."""

    code = "facts_table_damaged"


@dataclass(frozen=True, slots=True)
class Segment:
    """A range of positions on disk, both ends inside.

    Attributes:
        leaf: of the event at `last`, hex.
        files: name -> SHA-256, hex.
        stream_count: how many streams have their first event in the range.
    """

    folder: Path
    first: int
    last: int
    leaf: str
    files: Mapping[str, str]
    stream_count: int

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(
            name[len(_KIND) : -len(_ENDING)] for name in self.files if name.startswith(_KIND)
        )

    @property
    def corrections(self) -> pl.DataFrame:
        """What closes and ends, in order of position."""
        return self._read(_CORRECTIONS, tuple(CORRECTION_SCHEMA))

    @property
    def disputes(self) -> pl.DataFrame:
        """What is contested and resolved, in order of position."""
        return self._read(_DISPUTES, tuple(DISPUTE_SCHEMA))

    @property
    def streams(self) -> list[str]:
        """Streams whose first event lies in the range, in that order."""
        return self._read(_STREAMS, (STREAM,))[STREAM].to_list()

    def is_there(self) -> bool:
        """Whether nobody took it away since it was opened."""
        return (self.folder / MANIFEST).is_file()

    def stated(self, kind: str, columns: Sequence[str]) -> pl.DataFrame:
        """See Piece."""
        if kind not in self.kinds:
            return with_fields(pl.DataFrame(schema=dict(STATED_SCHEMA)), kind, columns)
        found = self._read(_KIND + kind, (*STATED_SCHEMA, *columns))
        return with_fields(found, kind, columns)

    def all_stated(self, kind: str) -> pl.DataFrame:
        """Every column that some row of the kind has."""
        return self._read(_KIND + kind, None)

    def _read(self, name: str, columns: tuple[str, ...] | None) -> pl.DataFrame:
        """Those of the columns that the file has; all of them if None."""
        file = self.folder / (name + _ENDING)
        try:
            if columns is None:
                return pl.read_ipc(file)
            there = pl.read_ipc_schema(file)
            return pl.read_ipc(file, columns=[one for one in columns if one in there])
        except (OSError, pl.exceptions.PolarsError):
            raise SegmentDamaged(
                f"The facts table's segment {self.folder.name} went away while it was read.",
                next_step="Ask again: the table is opened anew.",
                segment=self.folder.name,
            ) from None


def covering(folder: Path, report: Report) -> Iterator[Segment]:
    """Checked segments that follow each other from position 1 on; of several, the longest.

    Damaged ones and those of another version are taken away, with a message each.
    """
    after = 0
    while (found := _longest(folder, after + 1, report)) is not None:
        yield found
        after = found.last


def _longest(folder: Path, first: int, report: Report) -> Segment | None:
    ranges = [(last, path) for start, last, path in _ranges(folder) if start == first]
    for last, path in sorted(ranges, reverse=True):
        try:
            return check(path, first=first, last=last)
        except SegmentDamaged as fault:
            report(str(fault))
            discard(path)
    return None


def _ranges(folder: Path) -> Iterator[tuple[int, int, Path]]:
    if folder.is_dir():
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match:
                yield int(match[1]), int(match[2]), path


def check(path: Path, *, first: int, last: int) -> Segment:
    """The segment in a folder, each file compared with its digest.

    Raises:
        SegmentDamaged: a file is missing, changed, unreadable or of another layout.
    """
    try:
        manifest = orjson.loads((path / MANIFEST).read_bytes())
        files = manifest["files"]
        right = manifest["layout"] == layout_digest() and [first, last] == manifest["range"]
        for name, digest in files.items():
            right = right and _digest(path / name) == digest
        if right:
            return Segment(path, first, last, manifest["leaf"], files, manifest["streams"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise SegmentDamaged(
        f"The facts table's segment {path.name} is damaged or of another version.",
        next_step="Nothing is lost: it is built again from the log.",
        segment=path.name,
    )


def write(
    folder: Path,
    pieces: Sequence[Piece],
    streams: Sequence[str],
    *,
    leaf: bytes,
    process: int,
) -> Segment:
    """One segment of adjoining pieces, whole on disk when this returns.

    `streams` are those whose first event lies in the range. `process` is the id of the writing
    process and names the folder aside. If another process wrote the same range first, its segment
    stands: the log is the same, so the contents are too.

    Raises:
        OSError: the disk is full or not writable; what was there before is untouched.
    """
    first, last = pieces[0].first, pieces[-1].last
    for one, following in pairwise(pieces):
        invariant(following.first == one.last + 1, "segments of the facts table must adjoin")
    name = f"facts-{first:012}-{last:012}"
    final = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}.{process}.", suffix=".new", dir=folder))
    try:
        files = dict(_write_files(aside, pieces, streams))
        manifest = {
            "layout": layout_digest(),
            "range": [first, last],
            "leaf": leaf.hex(),
            "streams": len(streams),
            "files": files,
        }
        _write_synced(aside / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS))
        _sync_folder(aside)
        # A crash before this line leaves a folder aside that nobody reads; after it, the segment.
        _rename(aside, final)
        _sync_folder(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Segment(final, first, last, leaf.hex(), files, len(streams))


def _write_files(
    aside: Path, pieces: Sequence[Piece], streams: Sequence[str]
) -> Iterator[tuple[str, str]]:
    yield _write_frame(aside, _STREAMS, pl.DataFrame({STREAM: streams}, schema={STREAM: pl.String}))
    corrections = pl.concat([one.corrections for one in pieces])
    yield _write_frame(aside, _CORRECTIONS, corrections.sort("stated_at"))
    disputes = pl.concat([one.disputes for one in pieces])
    yield _write_frame(aside, _DISPUTES, disputes.sort("stated_at"))
    for kind in sorted(frozenset().union(*(one.kinds for one in pieces))):
        parts = [one.all_stated(kind) for one in pieces if kind in one.kinds]
        whole = pl.concat(parts, how="diagonal")
        yield _write_frame(aside, _KIND + kind, whole.sort("subject", "stated_at"))


def _write_frame(aside: Path, name: str, frame: pl.DataFrame) -> tuple[str, str]:
    buffer = io.BytesIO()
    frame.rechunk().write_ipc(buffer, compression="zstd")
    content = buffer.getbuffer()
    path = aside / (name + _ENDING)
    _write_synced(path, content)
    return path.name, hashlib.sha256(content).hexdigest()


def _write_synced(path: Path, content: bytes | memoryview) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make names durable; a system that cannot open folders makes them so by itself."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rename(aside: Path, final: Path) -> None:
    try:
        aside.rename(final)
    except OSError:
        if not final.is_dir():
            raise


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def discard(path: Path) -> None:
    """Take a segment away. A reader that still uses it notices and opens the table again."""
    shutil.rmtree(path, ignore_errors=True)


def sweep(folder: Path, keep: Iterable[Segment], *, alive: Callable[[int], bool]) -> None:
    """Take away what no cover uses: ranges inside kept ones, and what dead processes left."""
    kept = list(keep)
    for first, last, path in list(_ranges(folder)):
        inside = any(one.first <= first and last <= one.last for one in kept)
        if inside and all(path != one.folder for one in kept):
            discard(path)
    if folder.is_dir():
        for path in list(folder.iterdir()):
            match = _ASIDE.fullmatch(path.name)
            if match and not alive(int(match[1])):
                discard(path)


def to_compact(segments: Sequence[Segment], *, most: int) -> Sequence[Segment]:
    """The newest segments to merge into one when there are more than `most`, else none.

    An older one joins in when it is at most twice as long as all newer ones together, so that an
    event is written again only a few times however long the log grows.
    """
    if len(segments) <= most:
        return ()
    first = len(segments) - 2
    while first > 0 and _events(segments[first - 1 : first]) <= 2 * _events(segments[first:]):
        first -= 1
    return segments[first:]


def _events(segments: Sequence[Segment]) -> int:
    return segments[-1].last - segments[0].first + 1
