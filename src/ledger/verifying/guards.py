"""Whether the database still refuses by itself to change what was recorded.

`guards.json` holds the triggers of SQLite with their text, and those of PostgreSQL with table,
moment, function and the function's text; it is written from the program as it is by
`python -m tests.tamper.pinned`. A missing guard proves no damage: it says that nothing hindered it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from ledger.verifying.findings import Findings
from ledger.verifying.small_tables import PROOF_TABLES, TABLES
from ledger.verifying.stored import SQLITE, QueryFailed, Stored

# Who may not do what, where the application has a role of its own.
_FORBIDDEN = {
    "events": ("UPDATE", "DELETE", "TRUNCATE"),
    "sealed": ("UPDATE", "DELETE", "TRUNCATE"),
    "requests": ("UPDATE", "DELETE", "TRUNCATE"),
    "erasures": ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
    "ledger_format": ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
    "heads": ("INSERT", "DELETE", "TRUNCATE"),
    "checkpoints": ("UPDATE", "DELETE", "TRUNCATE"),
    "tiles": ("UPDATE", "TRUNCATE"),
}
# The access log lies in a schema of its own, named so, and its role is that of the ledger.
ACCESS_SCHEMA = "_access"
ACCESS_TABLES = ("access", "access_head")
_ACCESS_FORBIDDEN = {
    "access": ("UPDATE", "DELETE", "TRUNCATE"),
    "access_head": ("INSERT", "DELETE", "TRUNCATE"),
}

_POSTGRES_TRIGGERS = """
SELECT c.relname::text, t.tgname::text, t.tgtype::int, t.tgenabled::text, p.proname::text
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_POSTGRES_FUNCTIONS = """
SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""
# Rules rewrite queries, row security hides rows, children add rows: the ledger has none of these.
_POSTGRES_ODD = """
SELECT c.relname::text, 'row security' FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace
  AND (c.relrowsecurity OR c.relforcerowsecurity)
UNION ALL
SELECT c.relname::text, 'rule ' || r.rulename FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
UNION ALL
SELECT c.relname::text, 'inheriting table' FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhparent
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""
# What no two events share; without it, the database lets two rows claim one place.
_SQLITE_UNIQUE = """
SELECT (SELECT group_concat(name) FROM pragma_index_info(i.name))
FROM pragma_index_list('events') i WHERE i."unique" = 1
UNION ALL SELECT name FROM pragma_table_info('events') WHERE pk = 1
"""
_POSTGRES_UNIQUE = """
SELECT (SELECT string_agg(attname, ',' ORDER BY array_position(c.conkey, attnum))
        FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey))
FROM pg_constraint c WHERE c.conrelid = 'events'::regclass AND c.contype IN ('p', 'u')
"""
_UNIQUE = ("position", "stream,version")
_RIGHT = "SELECT has_table_privilege(rolname, ?::regclass, ?) FROM pg_roles WHERE rolname = ?"


@cache
def pinned() -> Mapping[str, Any]:
    """What guards a ledger's tables."""
    told: Mapping[str, Any] = orjson.loads(
        files("ledger.verifying").joinpath("guards.json").read_bytes()
    )
    return told


def check_guards(source: Stored, gone: set[str], findings: Findings) -> None:
    """Look for each guard of each table that is there, and for what is no guard of ours."""
    tables = {name for name in (*TABLES, *PROOF_TABLES) if name not in gone}
    try:
        _check(source, tables, pinned(), _FORBIDDEN, findings)
        query = _SQLITE_UNIQUE if source.dialect == SQLITE else _POSTGRES_UNIQUE
        there = {row[0] for row in source.ask(query)}
        for key in _UNIQUE:
            if key not in there:
                findings.add("guard_missing", f"events: unique ({key})")
    except QueryFailed:
        findings.add("row_unreadable", "the database's own catalogue")


def check_access_guards(source: Stored, findings: Findings) -> None:
    """The same for the access log, whose file or schema is its own."""
    try:
        _check(source, set(ACCESS_TABLES), pinned()["access"], _ACCESS_FORBIDDEN, findings)
    except QueryFailed:
        findings.add("row_unreadable", "the access log's own catalogue")


def _check(
    source: Stored,
    tables: set[str],
    told: Mapping[str, Any],
    forbidden: Mapping[str, Sequence[str]],
    findings: Findings,
) -> None:
    if source.dialect == SQLITE:
        _check_sqlite(source, tables, told["sqlite"], findings)
    else:
        _check_postgres(source, tables, told["postgresql"], findings)
        for right in _widened(source, {name: forbidden.get(name, ()) for name in tables}):
            findings.add("guard_changed", right)


def _compare(
    expected: Mapping[str, object], found: Mapping[str, object], findings: Findings
) -> None:
    for name, text in expected.items():
        if name not in found:
            findings.add("guard_missing", name)
        elif found[name] != text:
            findings.add("guard_changed", name)
    for name in found.keys() - expected.keys():
        findings.add("guard_unknown", name)


def _check_sqlite(
    source: Stored, tables: set[str], told: Mapping[str, Any], findings: Findings
) -> None:
    rows = source.ask("SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger'")
    found = {f"{table}: {name}": _spaced(text) for table, name, text in rows if table in tables}
    expected = {
        f"{table}: {name}": _spaced(text)
        for table, triggers in told.items()
        if table in tables
        for name, text in triggers.items()
    }
    _compare(expected, found, findings)


def _check_postgres(
    source: Stored, tables: set[str], told: Mapping[str, Any], findings: Findings
) -> None:
    rows = source.ask(_POSTGRES_TRIGGERS)
    found = {
        f"{table}: {name}": (kind, function, enabled in ("O", "A"))
        for table, name, kind, enabled, function in rows
        if table in tables
    }
    expected = {
        f"{table}: {name}": (one["type"], one["function"], True)
        for table, triggers in told["triggers"].items()
        if table in tables
        for name, one in triggers.items()
    }
    _compare(expected, found, findings)
    functions = {name: _spaced(text) for name, text in source.ask(_POSTGRES_FUNCTIONS)}
    wanted = {name: _spaced(text) for name, text in told["functions"].items()}
    _compare(wanted, {name: functions[name] for name in wanted if name in functions}, findings)
    for table, what in source.ask(_POSTGRES_ODD):
        if table in tables:
            findings.add("guard_unknown", f"{table}: {what}")


def _widened(source: Stored, forbidden: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Rights that the application's role should not have."""
    schema = str(source.ask("SELECT current_schema()::text")[0][0])
    role = f"{schema.removesuffix(ACCESS_SCHEMA)}_app"
    for table, rights in sorted(forbidden.items()):
        for right in rights:
            rows = source.ask(_RIGHT, (f'"{schema}"."{table}"', right, role))
            if rows and rows[0][0]:
                yield f"{table}: the application's role may {right}"


def _spaced(text: object) -> str:
    return " ".join(str(text).split())
