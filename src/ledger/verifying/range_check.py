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
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import orjson

from ledger.verifying import entries, shapes, tile_check, trees
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
_UNCLEAN = re.compile(r'[\x7f-\x9f]|"\s|\s"')


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
        rows: Sequence[Any] = raws
        sealed = self._sealed(first, last)
        if not self._fast(first, last, raws, sealed):
            rows = self._slow(first, last, raws, sealed)
        self._found.rows += len(raws)
        if rows:
            self._grow(rows)

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
                and (missing := _unsealed(columns, sealed)) is not None
                and self._instants_hold(columns[5])
                and self._missing_noted(missing)
            )
        except (TypeError, ValueError, AttributeError):
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
            and {type(one) for one in salt} == {bytes}
            and {type(one) for one in version} == {int}
            and all(map(entries.is_stream, set(stream) - self._grown.lasts.keys()))
        )

    def _texts_hold(self, columns: Sequence[Sequence[Any]]) -> bool:
        topics, days, contexts, payloads = columns[3], columns[4], columns[6], columns[7]
        loads = orjson.loads
        read = [loads(one) for one in payloads]
        around = [loads(one) for one in contexts if one]
        given = [one for one in contexts if one]
        return (
            orjson.dumps(read) == (joined := b"[" + b",".join(payloads) + b"]")
            and orjson.dumps(around) == (said := b"[" + b",".join(given) + b"]")
            and all(one[:1] == b"{" for one in payloads)
            and all(one[:1] == b"{" for one in given)
            and self._shapes_hold(topics, days, read)
            and self._contexts_hold(around)
            and _plain(joined)
            and _plain(said)
        )

    def _shapes_hold(
        self, topics: Sequence[str], days: Sequence[str | None], read: list[dict[str, Any]]
    ) -> bool:
        """Each new combination of topic, keys and types is looked at once."""
        known = self._known
        for topic, day, value in zip(topics, days, read, strict=True):
            told = (topic, day is None, *value, *map(type, value.values()))
            if told not in known:
                if not shapes.fits(topic, day, value) or list(value) != sorted(value):
                    return False
                if dict in told or list in told:
                    if not _deep(value):
                        return False
                    continue  # what lies deeper is another each time
                known.add(told)
        return all(entries.is_day(one) for one in set(days) if one is not None)

    def _contexts_hold(self, around: list[dict[str, Any]]) -> bool:
        known = self._known
        for value in around:
            told = (*value, *map(type, value.values()))
            if told not in known:
                if not shapes.context_fits(value) or list(value) != sorted(value):
                    return False
                known.add(told)
            for name in ("origin", "document"):
                part = value.get(name)
                if part is not None:
                    deep = (name, *part, *map(type, part.values()))
                    if deep not in known:
                        if not _deep(part):
                            return False
                        if dict not in deep and list not in deep:
                            known.add(deep)
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
        upto, firsts, lasts, leaves, sums = self._grown
        log = self._leaves
        for row in rows:
            position, stream, version = row[0], row[1], row[2]
            if position > upto:
                self._next_stretch(position)
                upto, firsts, lasts, leaves, sums = self._grown
            last = lasts.get(stream)
            if last is None:
                firsts[stream] = version
                sums[stream] = 0
            elif version != last + 1:
                self._findings.add(
                    "version_gap", "events.version", position=position, stream=stream
                )
            lasts[stream] = version
            leaves[stream] = row[10]
            sums[stream] += position * version
            if row[3] in BOOK:
                self._found.book.append(BookEvent(position, stream, row[3], row[7]))
            if len(log) != position - self._task.first:
                self._pad(position - 1)
            log.append(row[10])

    def _next_stretch(self, position: int) -> None:
        while position > self._grown.upto:
            self._found.grown.append(self._grown)
            self._grown = Grown(self._cuts.pop(0), {}, {}, {}, {})

    def _pad(self, last: int) -> None:
        """A place in the tree for each event that is not there; of two at one place the last."""
        wanted = last - self._task.first + 1
        self._leaves += [NO_LEAF] * (wanted - len(self._leaves))
        del self._leaves[wanted:]


def _deep(value: object) -> bool:
    """No floats, and keys in order, all the way down; whether text is clean is seen elsewhere."""
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(_deep, value.values()))
    if isinstance(value, list):
        return all(map(_deep, value))
    return not isinstance(value, float)


def _plain(joined: bytes) -> bool:
    """Whether canonical text holds nothing but clean text, seen from outside.

    Without an escape in it, `" ` and ` "` are white space at an end of text. What needs a closer
    look (an instrument's line breaks, a quotation) is looked at row by row.
    """
    if b"\\" in joined or b'" ' in joined or b' "' in joined:
        return False
    if joined.isascii():
        return b"\x7f" not in joined
    text = str(joined, "utf-8")
    return _UNCLEAN.search(text) is None and unicodedata.is_normalized("NFC", text)


def _unsealed(
    columns: Sequence[Sequence[Any]], sealed: list[tuple[Any, ...]]
) -> list[tuple[str, int]] | None:
    """The events (stream, position) whose sealed parts are not there; None where parts do not fit
    their event.
    """
    parts: dict[int, list[tuple[str, bytes]]] = {}
    for position, key_class, ciphertext in sealed:
        parts.setdefault(position, []).append((key_class, ciphertext))
    sha256, missing = hashlib.sha256, []
    for position, stream, digest in zip(columns[0], columns[1], columns[9], strict=True):
        if digest is None:
            continue
        found = parts.pop(position, None)
        if found is None:
            missing.append((stream, position))
            continue
        told = ",".join([f'["{name}","{part.hex()}"]' for name, part in sorted(found)])
        if (
            sha256(f"[{told}]".encode()).digest() != digest
            or not {name for name, _ in found} <= entries.KEY_CLASSES
        ):
            return None
    return None if parts else missing
