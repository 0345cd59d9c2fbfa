"""The access log beside a ledger: its own chain, and each head of it that the ledger committed to.

Read with our own SELECTs from its own file or schema, like the ledger. The form of an entry is told
in docs/event-format.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import make_url

from ledger.verifying import guards
from ledger.verifying.book import opened
from ledger.verifying.findings import Findings
from ledger.verifying.range_report import HEADS, BookEvent
from ledger.verifying.stored import (
    SQLITE,
    LedgerUnreadable,
    NoLedgerHere,
    QueryFailed,
    Stored,
    instant_column,
    stored,
    stream_column,
)

FILE_SUFFIX = ".access"
SCHEMA_SUFFIX = guards.ACCESS_SCHEMA
_FORMAT = "asn-ledger/1 access"
_DEFAULT_SCHEMA = "ledger"


def access_url(url: str) -> str:
    """The address of the access log of the ledger at an address."""
    parsed = make_url(url)
    if parsed.get_backend_name() == SQLITE:
        moved = parsed.set(database=f"{parsed.database}{FILE_SUFFIX}", query={})
    else:
        schema = str(parsed.query.get("schema", _DEFAULT_SCHEMA))
        moved = parsed.update_query_dict({"schema": schema + SCHEMA_SUFFIX})
    return moved.render_as_string(hide_password=False)


def check_access(
    url: str, origin: str | None, book: Sequence[BookEvent], findings: Findings
) -> int | None:
    """Check the whole chain; how many entries, None where there is no access log."""
    committed = list(_committed(book, findings))
    try:
        with stored(access_url(url)) as source:
            source.hold()
            return _check(source, origin, committed, findings)
    except NoLedgerHere:
        if committed:
            findings.add("access_log_missing", "access", position=committed[-1][0])
        return None
    except LedgerUnreadable:
        findings.add("access_log_missing", "access: cannot be read as a database")
        return None


def _committed(book: Iterable[BookEvent], findings: Findings) -> Iterator[tuple[int, int, str]]:
    """(position, entries, link) of each commitment."""
    for event in book:
        told = opened(event).get("access_log_head") if event.topic == HEADS else None
        if told is None:
            continue
        number, colon, link = str(told).partition(":")
        if not colon or not number.isdecimal() or len(number) > len(str(2**63)):
            findings.add("shape_differs", f"{HEADS} access_log_head", position=event.position)
        else:
            yield event.position, int(number), link


def _check(
    source: Stored,
    origin: str | None,
    committed: Sequence[tuple[int, int, str]],
    findings: Findings,
) -> int:
    if not _are_there(source, findings):
        return 0
    wanted = {number for _, number, _ in committed}
    first = hashlib.sha256(orjson.dumps([_FORMAT, origin])).hexdigest()
    links = {0: first}
    count, link = 0, first
    try:
        for number, found in _chain(source, first, findings):
            count, link = number, found
            if number in wanted:
                links[number] = found
        head = source.ask("SELECT name, number, link FROM access_head")
    except QueryFailed:
        findings.add("row_unreadable", "access")
        return count
    for position, number, told in committed:
        if number > count:
            findings.add("access_log_shorter", f"access: {count} of {number}", position=position)
        elif links[number] != told:
            findings.add("access_log_replaced", f"access: up to {number}", position=position)
    if head != [("access", count, bytes.fromhex(link))]:
        findings.add("access_head_differs", "access_head")
    guards.check_access_guards(source, findings)
    return count


def _are_there(source: Stored, findings: Findings) -> bool:
    if source.dialect == SQLITE:
        query = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    else:
        query = (
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = current_schema()::regnamespace"
        )
    there = {str(row[0]) for row in source.ask(query)}
    for name in guards.ACCESS_TABLES:
        if name not in there:
            findings.add("access_log_missing", name)
    return there.issuperset(guards.ACCESS_TABLES)


def _chain(source: Stored, first: str, findings: Findings) -> Iterator[tuple[int, str]]:
    """Number and stored link of each entry, which must follow from the one before."""
    dialect = source.dialect
    columns = (
        f"number, {instant_column(dialect, 'at')}, salt, reader, purpose, kind,"
        f" {stream_column(dialect, 'subject')}, question, link"
    )
    table = "access NOT INDEXED" if dialect == SQLITE else "access"
    before, at = bytes.fromhex(first), ""
    told = False
    rows = source.walk(f"SELECT {columns} FROM {table} ORDER BY number")
    for number, row in enumerate(rows, start=1):
        found = _link_of(before, row)
        if row[0] != number or found is None or found != row[-1] or str(row[1]) <= at:
            if not told:  # what follows a break is not judged: every link rests on it
                findings.add("access_chain_broken", f"access: entry {number}")
            told = True
        before, at = row[-1] if isinstance(row[-1], bytes) else b"", str(row[1])
        yield number, before.hex()


def _link_of(before: bytes, row: tuple[Any, ...]) -> bytes | None:
    """The link that an entry gives; None where a column is no such thing."""
    number, at, salt, reader, purpose, kind, subject, question, _ = row
    try:
        entry = orjson.dumps(
            [
                _FORMAT,
                number,
                at,
                salt.hex(),
                reader,
                purpose,
                kind,
                subject,
                question.decode(),
            ]
        )
    except (AttributeError, TypeError, ValueError):
        return None
    return hashlib.sha256(before + entry).digest()
