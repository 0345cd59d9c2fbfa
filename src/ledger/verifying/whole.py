"""A whole ledger, verified: ranges of the log by one or several processes, joined in their order.

Nothing is taken from the writer: neither its code nor its indexes, constraints or triggers. Memory
is constant but for the streams (some 300 bytes each) and the range each process holds.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ledger.verifying import (
    access,
    book,
    checkpoints,
    guards,
    keys_check,
    small_tables,
    tile_check,
    trees,
)
from ledger.verifying.book import Enactment
from ledger.verifying.checkpoints import Claim
from ledger.verifying.entries import is_instant
from ledger.verifying.findings import DAMAGE, Findings
from ledger.verifying.range_check import check_range
from ledger.verifying.range_report import (
    ENACTED,
    ERASED,
    HEADS,
    PROPOSED,
    BookEvent,
    RangeReport,
    Task,
)
from ledger.verifying.range_rows import Missing
from ledger.verifying.stored import SQLITE, LedgerUnreadable, QueryFailed, Stored, stored
from ledger.verifying.streams import Streams

# A position far beyond the number of rows is a forged one; the ranges up to it are not walked.
BEYOND_MAX = 10 * trees.RANGE
_LOG_CODES = frozenset({"position_gap", "position_twice", "position_stray", "version_gap",
                        "row_unreadable", "column_malformed"})  # fmt: skip


def _untold(count: int) -> None:
    """Progress told to nobody."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be verified.

    Attributes:
        claims: earlier checkpoints that the log must go on from.
        keys: the key folder, when the sealed fields are to be opened too.
        jobs: how many processes share the log.
        tell: is told how many more events were read.
    """

    url: str
    claims: Sequence[Claim] = ()
    keys: Path | None = None
    jobs: int = 1
    tell: Callable[[int], None] = _untold


@dataclass(slots=True)
class Verified:
    """What was verified, and what was found; `looks` counts the entries of the access log."""

    place: str
    findings: Findings
    origin: str | None = None
    size: int = 0
    root: bytes = trees.EMPTY_ROOT
    recorded_at: str | None = None
    streams: int = 0
    checkpoints: int = 0
    claims: int = 0
    looks: int | None = None
    enacted: list[Enactment] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is damaged; there may be notices."""
        return not self.findings.of(DAMAGE)


def verify(wish: Wish) -> Verified:
    """Verify everything stored about a ledger.

    Raises:
        Misuse, NoLedgerHere, LedgerUnreadable: it cannot be looked at.
    """
    with stored(wish.url) as source:
        source.hold()
        return _Whole(wish, source).verified()


def count_events(url: str) -> int:
    """About how many events there are to read: for a progress bar; 0 where nobody can say."""
    with stored(url) as source:
        try:
            return int(source.ask("SELECT coalesce(max(position), 0) FROM events")[0][0])
        except (QueryFailed, ValueError, TypeError):
            return 0


class _Whole:
    """Joins the ranges and checks what only the whole tells."""

    def __init__(self, wish: Wish, source: Stored) -> None:
        self._wish = wish
        self._source = source
        self._findings = Findings()
        self._streams = Streams()
        self._frontier = trees.Frontier()
        self._peaks: dict[int, list[bytes]] = {0: []}
        self._heads: dict[int, tuple[int, bytes]] = {}
        self._book: list[BookEvent] = []
        self._enacted: list[Enactment] = []
        self._cuts: frozenset[int] = frozenset()
        self._missing: dict[str, Missing] = {}
        self._instant: str | None = None
        self._top: dict[int, list[bytes]] = {2: []}
        self._result = Verified(source.place, self._findings, claims=len(wish.claims))

    def verified(self) -> Verified:
        """Everything, in the order in which it can be known."""
        gone = small_tables.missing_tables(self._source, self._findings)
        if {"events", "sealed", "heads"} & gone:
            return self._result
        extent = small_tables.extent(self._source, self._findings)
        head = small_tables.head(self._source, self._findings)
        last = min(extent.last, extent.rows + BEYOND_MAX)
        if last < extent.last:
            self._findings.add("position_stray", "events", position=extent.last)
        sizes = {last, *(claim.checkpoint.size for claim in self._wish.claims)}
        if "checkpoints" not in gone:
            sizes |= set(checkpoints.stored_sizes(self._source, self._findings))
        cuts = book.committed_cuts(self._source)
        self._cuts = frozenset(cuts)
        if 0 in cuts:
            self._heads[0] = (0, trees.EMPTY_ROOT)
        rows = 0
        for report in self._reports(
            _tasks(self._wish.url, last, sizes, cuts, tiles="tiles" not in gone)
        ):
            self._join(report)
            rows += report.rows
            self._wish.tell(report.last - report.first + 1)
        if rows < extent.rows:
            self._findings.add("position_stray", f"events: {extent.rows - rows} rows")
        self._result.size = last
        small_tables.check_head(
            head,
            last=last,
            instant=self._instant,
            frontier=b"".join(self._peaks.get(last, [])),
            findings=self._findings,
        )
        self._check_rest(gone)
        return self._result

    # -- the log -----------------------------------------------------------------------------------

    def _reports(self, tasks: Sequence[Task]) -> Iterator[RangeReport]:
        """The reports in the order of the log; each process is one range ahead at most."""
        jobs = min(self._wish.jobs, len(tasks))
        if jobs < 2:
            yield from map(check_range, tasks)
            return
        # Not fork: this process may have threads, such as that of a progress bar.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            waiting = iter(tasks)
            with _without_main():
                running: list[Future[RangeReport]] = [
                    pool.submit(check_range, task) for task in islice(waiting, 2 * jobs)
                ]
            while running:
                try:
                    report = running.pop(0).result()
                except BrokenProcessPool:
                    raise LedgerUnreadable(
                        "A process that read the log was ended from outside.",
                        next_step="See whether the machine ran out of memory; try --jobs 1.",
                    ) from None
                running += [pool.submit(check_range, task) for task in islice(waiting, 1)]
                yield report

    def _join(self, report: RangeReport) -> None:
        self._findings.merge(report.findings)
        for size, local in report.peaks.items():
            self._peaks[size] = self._frontier.peaks_with(local, size - report.first + 1)
        if report.root is not None:
            self._frontier.add_range(report.root)
            self._top[2].append(report.root)
        self._join_streams(report)
        self._book += [one for one in report.book if one.topic not in (ENACTED, PROPOSED)]
        for event in report.book:
            if event.topic == ENACTED:
                enacted = book.check_enacted(event, self._findings)
                self._enacted += [enacted] if enacted is not None else []
            elif event.topic == PROPOSED:
                book.check_proposed(event, self._findings)
        for stream, gone in report.missing.items():
            before = self._missing.get(stream, Missing(0, gone.position))
            self._missing[stream] = Missing(before.events + gone.events, before.position)
        if report.instants is not None:
            if self._instant is not None and report.instants[0] < self._instant:
                self._findings.add("time_backwards", "events.recorded_at", position=report.first)
            self._instant = report.instants[1]

    def _join_streams(self, report: RangeReport) -> None:
        for grown in report.grown:
            self._streams.grow(grown, self._findings)
            if grown.upto in self._cuts:
                count = len(self._streams.lasts)
                self._heads[grown.upto] = (count, self._streams.root())

    # -- what rests on the log ---------------------------------------------------------------------

    def _check_rest(self, gone: set[str]) -> None:
        source, findings, result = self._source, self._findings, self._result
        roots = {size: trees.root_of(peaks) for size, peaks in self._peaks.items()}
        founding = book.founding_of(self._book, findings)
        if founding is not None:
            result.origin = founding.origin
            book.in_one_stream(self._book, founding.stream, findings)
        result.root = roots.get(result.size, trees.EMPTY_ROOT)
        instant = self._instant
        result.recorded_at = instant if instant is not None and is_instant(instant) else None
        result.streams = len(self._streams.lasts)
        result.enacted = self._enacted
        self._check_heads()
        terms = checkpoints.terms_of(self._book, findings)
        prepared = any(event.topic == HEADS for event in self._book)
        for name in small_tables.PROOF_TABLES:
            if name in gone and prepared:  # without, the ledger may be older
                findings.add("table_missing", name)
        if "tiles" not in gone:
            try:
                tile_check.check_high(source, self._high_layers(), result.size, findings)
            except QueryFailed:
                findings.add("row_unreadable", "tiles")
        if "checkpoints" not in gone:
            result.checkpoints = checkpoints.check_stored(
                source, terms, roots, result.origin, findings
            )
            checkpoints.check_prepared(source, self._book, findings)
        checkpoints.check_claims(
            self._wish.claims,
            terms,
            roots,
            origin=result.origin,
            size=result.size,
            findings=findings,
        )
        self._check_tables(gone)

    def _check_tables(self, gone: set[str]) -> None:
        source, findings = self._source, self._findings
        erased = [event for event in self._book if event.topic == ERASED]
        small_tables.check_strays(source, self._result.size, findings)
        if "ledger_format" not in gone:
            small_tables.check_format(source, findings)
        if "requests" not in gone:
            small_tables.check_requests(source, findings)
        if "erasures" not in gone:
            small_tables.check_erasures(source, erased, self._not_erased_meanwhile(), findings)
        if not _LOG_CODES & findings.counts.keys():
            small_tables.check_index(source, self._streams, findings)
        guards.check_guards(source, gone, findings)
        looks = access.check_access(self._wish.url, self._result.origin, self._book, findings)
        self._result.looks = looks
        if self._wish.keys is not None and self._result.origin is not None:
            keys_check.check_keys(
                source,
                self._wish.keys,
                self._result.origin,
                {one.stream for one in erased},
                findings,
            )

    def _not_erased_meanwhile(self) -> dict[str, Missing]:
        """What is missing, without what was erased while the log was being read: the sealed parts
        were looked at later than the moment that this reader holds.
        """
        if not self._missing:
            return {}
        marked = "?" if self._source.dialect == SQLITE else "?::uuid"
        query = f"SELECT 1 FROM events WHERE stream = {marked} AND topic = ? AND position > ?"
        with stored(self._wish.url) as now:
            return {
                stream: gone
                for stream, gone in self._missing.items()
                if not _answers(now, query, (stream, ERASED, self._result.size))
            }

    def _check_heads(self) -> None:
        """Each commitment to the heads of all streams against those of the log up to there."""
        for event in self._book:
            if event.topic != HEADS:
                continue
            told, upto = book.opened(event), book.upto_of(event)
            known = None if upto is None or upto >= event.position else self._heads.get(upto)
            right = known is not None and (told.get("streams"), told.get("streams_root")) == (
                known[0],
                known[1].hex(),
            )
            if not right:
                self._findings.add(
                    "heads_differ", f"{HEADS} up to {upto}", position=event.position,
                    stream=event.stream,
                )  # fmt: skip

    def _high_layers(self) -> dict[int, list[bytes]]:
        """The hashes of the levels above those that ranges check."""
        layers = dict(self._top)
        level = 2
        while len(layers[level]) >= trees.TILE:
            below = layers[level]
            whole = range(0, len(below) // trees.TILE * trees.TILE, trees.TILE)
            level += 1
            layers[level] = [trees.levels(below[at : at + trees.TILE])[-1][0] for at in whole]
        return layers


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes that start in here do not load the program's main module again.

    It brings the whole command line with it, a second of work, and a range needs none of it.
    """
    main = sys.modules["__main__"]
    kept: dict[str, Any] = {
        name: vars(main)[name] for name in ("__spec__", "__file__") if name in vars(main)
    }
    main.__spec__ = None
    main.__dict__.pop("__file__", None)
    try:
        yield
    finally:
        main.__dict__.update(kept)


def _answers(source: Stored, query: str, values: Sequence[object]) -> bool:
    """Whether a query has an answer; one that fails has none."""
    try:
        return bool(source.ask(query, values))
    except QueryFailed:
        return False


def _tasks(url: str, last: int, sizes: set[int], cuts: Sequence[int], *, tiles: bool) -> list[Task]:
    return [
        Task(
            url,
            first,
            end := min(first + trees.RANGE - 1, last),
            tuple(sorted(size for size in sizes if first <= size <= end)),
            tuple(cut for cut in cuts if first <= cut <= end),
            tiles,
        )
        for first in range(1, last + 1, trees.RANGE)
    ]
