"""One range of positions: read, recomputed, compared; so that several processes share a log.

A chunk of rows is compared at once, in C: all entries are written in one call and cut apart, all
canonical texts are parsed and written again in one call. Only a chunk in which something differs is
looked at row by row (`range_rows`).

Cutting entries apart is safe: inside text every `"` is escaped, so `],["asn-ledger/1",` stands
nowhere but between two entries. Writing texts again in one call is as strict as one by one: each
was parsed alone and begins with `{`, so equal wholes have equal parts.
"""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import orjson

from ledger.verifying import entries, many_rows, shapes, texts, tile_check, trees
from ledger.verifying.entries import Row
from ledger.verifying.range_report import BOOK, BookEvent, Grown, RangeReport, Task
from ledger.verifying.range_rows import (
    check_row,
    check_sealed,
    note_missing,
    readable,
)
from ledger.verifying.stored import QueryFailed, Stored, event_columns, stored

CHUNK = 2_048
NO_LEAF = b"\x00" * trees.HASH

_BETWEEN = b'],["' + entries.FORMAT.encode() + b'",'
_START = b'[["' + entries.FORMAT.encode() + b'",'
_INSTANTS = re.compile(
    r"(?:\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{6}Z)+"
)
_SOME_DAY = "2000-01-01"  # stands for any day where only its presence matters


def check_range(task: Task) -> RangeReport:
    """Read one range and check it; the work of one process.

    Raises:
        LedgerUnreadable: the place went away.
    """
    collecting = gc.isenabled()
    gc.disable()  # millions of small tuples and no cycles: the collector would only look at them
    try:
        with stored(task.url) as rows:
            return _Range(rows, task).report()
    finally:
        if collecting:
            gc.enable()


class _Range:
    """The state of one range while it is read."""

    def __init__(self, source: Stored, task: Task) -> None:
        self._source = source
        self._task = task
        self._found = RangeReport(task.first, task.last)
        self._findings = self._found.findings
        self._leaves: list[bytes] = []
        self._columns = event_columns(source.dialect)
        self._known: set[tuple[Any, ...]] = set()
        self._nested: set[str] = set()
        self._days: set[str | None] = set()
        self._cuts = sorted({*task.cuts, task.last})
        self._grown = Grown(self._cuts.pop(0), {}, {}, {}, {})
        self._instant = ""

    def report(self) -> RangeReport:
        """Everything about the range."""
        first, last = self._task.first, self._task.last
        for at in range(first, last + 1, CHUNK):
            self._chunk(at, min(at + CHUNK - 1, last))
        self._pad(last)
        self._next_stretch(last)
        self._found.grown.append(self._grown)
        tree = trees.levels(self._leaves)
        if len(self._leaves) == trees.RANGE:
            self._found.root = tree[trees.RANGE_HEIGHT][0]
        for size in self._task.sizes:
            self._found.peaks[size] = trees.peaks_of(tree, size - first + 1)
        if self._task.tiles:
            tile_check.check_low(self._source, first, tree, self._findings)
        return self._found

    # -- reading -----------------------------------------------------------------------------------

    def _chunk(self, first: int, last: int) -> None:
        raws = self._rows(first, last)
        sealed = self._sealed(first, last)
        self._found.rows += len(raws)
        if not self._fast(first, last, raws, sealed):
            self._grow(self._slow(first, last, raws, sealed))
        elif last > self._grown.upto or not self._grow_plainly(tuple(zip(*raws, strict=True))):
            self._grow(raws)

    def _rows(self, first: int, last: int) -> list[tuple[Any, ...]]:
        query = f"SELECT {self._columns} FROM events WHERE position {{}} ORDER BY position"
        try:
            return self._source.ask(query.format("BETWEEN ? AND ?"), (first, last))
        except QueryFailed:
            found: list[tuple[Any, ...]] = []
        for position in range(first, last + 1):
            try:
                found += self._source.ask(query.format("= ?"), (position,))
            except QueryFailed:
                self._findings.add("row_unreadable", "events", position=position)
        return found

    def _sealed(self, first: int, last: int) -> list[tuple[Any, ...]]:
        query = (
            "SELECT position, key_class, ciphertext FROM sealed"
            " WHERE position BETWEEN ? AND ? ORDER BY position, key_class"
        )
        try:
            return self._source.ask(query, (first, last))
        except QueryFailed:
            self._findings.add("row_unreadable", "sealed", position=first)
            return []

    # -- many rows at once -------------------------------------------------------------------------

    def _fast(
        self, first: int, last: int, raws: list[tuple[Any, ...]], sealed: list[tuple[Any, ...]]
    ) -> bool:
        """Whether everything about a chunk is as it must be."""
        if len(raws) != last - first + 1:
            return False
        try:
            columns = tuple(zip(*raws, strict=True))
            return (
                self._leaves_hold(first, columns)
                and self._texts_hold(columns)
                and (missing := many_rows.unsealed(columns, sealed)) is not None
                and self._instants_hold(columns[5])
                and self._missing_noted(missing)
            )
        except (TypeError, ValueError, AttributeError, KeyError, RecursionError):
            return False

    def _leaves_hold(self, first: int, columns: Sequence[Sequence[Any]]) -> bool:
        position, stream, version, topic, day, instant, context, payload, salt, digest, leaf = (
            columns
        )
        told = zip(
            repeat(entries.FORMAT),
            position,
            stream,
            version,
            topic,
            day,
            instant,
            map(bytes.hex, salt),
            [str(one, "utf-8") for one in context],
            [str(one, "utf-8") for one in payload],
            [None if one is None else one.hex() for one in digest],
        )  # fmt: skip
        written = orjson.dumps(list(told))
        parts = written[len(_START) : -2].split(_BETWEEN)
        sha256, head = hashlib.sha256, b"\x00" + _START[1:]
        computed = [sha256(head + part + b"]").digest() for part in parts]
        return (
            position == tuple(range(first, first + len(position)))
            and tuple(computed) == leaf
            and len(_START) + max(map(len, parts)) <= entries.MAX_ENTRY
            and set(map(len, salt)) == {entries.SALT_BYTES}
            and set(map(type, salt)) == {bytes}
            and set(map(type, version)) == {int}
            and many_rows.are_streams(set(stream) - self._grown.lasts.keys())
        )

    def _texts_hold(self, columns: Sequence[Sequence[Any]]) -> bool:
        topics, days, contexts, payloads = columns[3], columns[4], columns[6], columns[7]
        read = [orjson.loads(one) for one in payloads]
        joined = b"[" + b",".join(payloads) + b"]"
        return (
            orjson.dumps(read) == joined
            and all(one[:1] == b"{" for one in payloads)
            and self._shapes_hold(topics, days, read)
            and texts.is_plain(joined)
            and (texts.are_plain_contexts(contexts) or self._contexts_read(contexts))
        )

    def _contexts_read(self, contexts: Sequence[bytes]) -> bool:
        """The same for contexts that are not plain."""
        given = [one for one in contexts if one]
        around = [orjson.loads(one) for one in given]
        joined = b"[" + b",".join(given) + b"]"
        return (
            orjson.dumps(around) == joined
            and all(one[:1] == b"{" for one in given)
            and self._contexts_hold(around)
            and texts.is_plain(joined)
        )

    def _shapes_hold(
        self, topics: Sequence[str], days: Sequence[str | None], read: list[dict[str, Any]]
    ) -> bool:
        """Each new combination of topic, keys and types is looked at once, by any payload of it;
        what lies deeper is looked at always.
        """
        told: dict[tuple[Any, ...], dict[str, Any]] = {
            (topic, day is None, *value, *map(type, value.values())): value
            for topic, day, value in zip(topics, days, read, strict=True)
        }
        known = self._known
        for one, value in told.items():
            if one not in known:
                day = None if one[1] else _SOME_DAY
                if not shapes.fits(one[0], day, value) or list(value) != sorted(value):
                    return False
                if dict in one or list in one:
                    self._nested.add(one[0])
                known.add(one)
        fresh = set(days) - self._days
        fresh.discard(None)
        if not all(entries.is_day(one) for one in fresh if one is not None):
            return False
        self._days |= fresh
        nested = self._nested
        return not nested or all(
            many_rows.is_plain_below(value)
            for topic, value in zip(topics, read, strict=True)
            if topic in nested
        )

    def _contexts_hold(self, around: list[dict[str, Any]]) -> bool:
        known = self._known
        told = {(*value, *map(type, value.values())): value for value in around}
        for one, value in told.items():
            if one not in known:
                if not shapes.context_fits(value) or list(value) != sorted(value):
                    return False
                known.add(one)
        for name in ("origin", "document"):
            parts = [value[name] for value in around if name in value]
            inner = {(name, *part, *map(type, part.values())): part for part in parts}
            for one, part in inner.items():
                if one not in known:
                    if dict in one or list in one or not many_rows.is_plain_below(part):
                        return False
                    known.add(one)
        return True

    def _instants_hold(self, instants: Sequence[str]) -> bool:
        rising = sorted(instants) == list(instants)
        right = _INSTANTS.fullmatch("".join(instants)) is not None
        last, self._instant = self._instant, instants[-1]
        if self._found.instants is None:
            self._found.instants = (instants[0], instants[-1])
        else:
            self._found.instants = (self._found.instants[0], instants[-1])
        if rising and right and instants[0] >= last:
            return True
        self._instant = last  # the slow way looks again
        return False

    def _missing_noted(self, missing: Sequence[tuple[str, int]]) -> bool:
        for stream, position in missing:
            note_missing(self._found.missing, stream, position)
        return True

    # -- row by row --------------------------------------------------------------------------------

    def _slow(
        self, first: int, last: int, raws: list[tuple[Any, ...]], sealed: list[tuple[Any, ...]]
    ) -> list[Row]:
        """The readable rows of a chunk; what is wrong with each is told."""
        rows = [row for raw in raws if (row := readable(raw, self._findings)) is not None]
        parts: dict[int, list[tuple[str, bytes]]] = {}
        for position, key_class, ciphertext in sealed:
            parts.setdefault(position, []).append((key_class, ciphertext))
        expected = first
        for row in rows:
            if row.position < expected:
                self._findings.add("position_twice", "events", position=row.position)
            elif row.position > expected:
                self._gap(expected, row.position - 1, raws)
            expected = max(expected, row.position + 1)
            check_row(row, self._findings)
            self._check_instant(row)
            check_sealed(row, parts.pop(row.position, ()), self._found.missing, self._findings)
        if expected <= last:
            self._gap(expected, last, raws)
        for position in parts:
            self._findings.add("sealed_stray", "sealed", position=position)
        return rows

    def _gap(self, first: int, last: int, raws: list[tuple[Any, ...]]) -> None:
        """Positions without a readable row; those whose row was malformed were told before."""
        there = {raw[0] for raw in raws}
        for position in range(first, last + 1):
            if position not in there:
                self._findings.add("position_gap", "events", position=position)

    def _check_instant(self, row: Row) -> None:
        if row.recorded_at < self._instant:
            self._findings.add(
                "time_backwards", "events.recorded_at", position=row.position, stream=row.stream
            )
        self._instant = row.recorded_at
        begun = self._found.instants
        self._found.instants = (row.recorded_at if begun is None else begun[0], row.recorded_at)

    # -- streams and the book ----------------------------------------------------------------------

    def _grow(self, rows: Iterable[Any]) -> None:
        """Versions follow each other; stretches end at each commitment to the heads."""
        for row in rows:
            position, stream, version = row[0], row[1], row[2]
            if position > self._grown.upto:
                self._next_stretch(position)
            _, firsts, lasts, leaves, ends = self._grown
            last = lasts.get(stream)
            if last is None:
                firsts[stream] = version
            elif version != last + 1:
                self._findings.add(
                    "version_gap", "events.version", position=position, stream=stream
                )
            lasts[stream] = version
            leaves[stream] = row[10]
            ends[stream] = position
            if row[3] in BOOK:
                self._found.book.append(BookEvent(position, stream, row[3], row[7]))
            if len(self._leaves) != position - self._task.first:
                self._pad(position - 1)
            self._leaves.append(row[10])

    def _grow_plainly(self, columns: Sequence[Sequence[Any]]) -> bool:
        """The same for a chunk within one stretch, in order and without an event of the book; False
        where it is not so, and nothing was done.
        """
        positions, streams, versions, topics = columns[:4]
        if not BOOK.isdisjoint(topics) or len(self._leaves) != positions[0] - self._task.first:
            return False
        _, firsts, lasts, leaves, ends = self._grown
        begun: dict[str, int] = {}
        ended: dict[str, int] = {}
        for stream, version in zip(streams, versions, strict=True):
            last = ended.get(stream) or lasts.get(stream)
            if last is None:
                begun[stream] = version
            elif version != last + 1:
                return False
            ended[stream] = version
        firsts.update(begun)
        lasts.update(ended)
        leaves.update(zip(streams, columns[10], strict=True))
        ends.update(zip(streams, positions, strict=True))
        self._leaves += columns[10]
        return True

    def _next_stretch(self, position: int) -> None:
        while position > self._grown.upto:
            self._found.grown.append(self._grown)
            self._grown = Grown(self._cuts.pop(0), {}, {}, {}, {})

    def _pad(self, last: int) -> None:
        """A place in the tree for each event that is not there; of two at one place the last."""
        wanted = last - self._task.first + 1
        self._leaves += [NO_LEAF] * (wanted - len(self._leaves))
        del self._leaves[wanted:]
