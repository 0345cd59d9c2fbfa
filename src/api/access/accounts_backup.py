"""The accounts of a ledger in a file of their own, and put back: accounts, identities, tokens,
passwords and what happened to them. Sessions and sign-ins under way are not in it: they end.

Lines of canonical JSON: a head with format and origin, one line a row, and at the end the SHA-256
of all lines before it. Of passwords and tokens there are hashes, of identities keyed hashes; yet
the file says who has an account, so only its owner reads it, and it is no part of the ledger's
backup, which auditors may be given.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import LargeBinary, RowMapping, Table, func, insert, select

from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import accounts, happenings, identities, passwords, tokens
from api.access.refusals import AccountsBackupRefused, AccountsPresent
from ledger.canonical import canonical_json, instant_text
from ledger.copies.archive import must_be_free
from ledger.storage.tables import Instant, StreamId

FORMAT = "asn-ledger/1 accounts"
_KEPT = {one.name: one for one in (accounts, identities, tokens, passwords, happenings)}
_NUMBERED = "number"  # given anew, in the same order


def save(store: AccountsStore, origin: str, out: Path) -> int:
    """Write the accounts of a ledger to a new file, readable by its owner only; gives how many
    accounts there are. A crash before the end leaves at most `<out>.part`.

    Raises:
        FileExists, AccountsUnavailable.
    """
    must_be_free(out)
    aside, whole = out.with_name(out.name + ".part"), hashlib.sha256()
    aside.unlink(missing_ok=True)
    count = 0
    with store.reading() as connection, _owned(aside) as file:
        head = {"format": FORMAT, "origin": origin}
        rows = (
            [str(name), _told(row)]
            for name, table in _KEPT.items()
            for row in connection.execute(
                select(table).order_by(*table.primary_key.columns)
            ).mappings()
        )
        for line in (head, *rows):
            text = canonical_json(line) + b"\n"
            whole.update(text)
            file.write(text)
            count += isinstance(line, list) and line[0] == accounts.name
        file.write(canonical_json({"sha256": whole.hexdigest()}) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    aside.rename(out)
    return count


def check(origin: str, path: Path) -> None:
    """See that a file holds accounts of a ledger, before anything is stored.

    Raises:
        AccountsBackupRefused.
    """
    for _ in _read(path, origin):
        pass


def put_back(store: AccountsStore, origin: str, path: Path) -> int:
    """Store the accounts of a file where there are none, in one transaction; gives how many.

    Raises:
        AccountsBackupRefused: it is none, not whole, or of another ledger. AccountsPresent.
        AccountsUnavailable.
    """
    rows = list(_read(path, origin))
    with store.writing() as connection:
        if connection.execute(select(func.count()).select_from(accounts)).scalar_one():
            raise AccountsPresent(
                f"There are accounts at {store.place} already; they were left as they are.",
                next_step="Put them back where there are none, or go on with those that are there.",
            )
        for table, row in rows:
            connection.execute(insert(table).values(**row))
    return sum(1 for table, _ in rows if table is accounts)


def _owned(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _told(row: RowMapping) -> dict[str, Any]:
    """A row as JSON; what is null is left out."""
    return {
        str(name): _said(value)
        for name, value in row.items()
        if value is not None and name != _NUMBERED
    }


def _said(value: Any) -> Any:
    match value:
        case datetime():
            return instant_text(value)
        case UUID() | bytes():
            return value.hex if isinstance(value, UUID) else value.hex()
        case _:
            return value


def _read(path: Path, origin: str) -> Iterator[tuple[Table, dict[str, Any]]]:
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as fault:
        raise _refused(path, f"cannot be read: {fault.strerror}") from None
    if len(lines) < 2 or lines[-1] != canonical_json(_digest(lines[:-1])) + b"\n":
        raise _refused(path, "is not whole, or was changed")
    if orjson.loads(lines[0]) != {"format": FORMAT, "origin": origin}:
        raise _refused(path, "is of another ledger or format")
    try:
        for line in lines[1:-1]:
            name, row = orjson.loads(line)
            yield _KEPT[name], {key: _value(_KEPT[name], key, one) for key, one in row.items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _refused(path, "holds a line that is no row of accounts") from None


def _digest(lines: list[bytes]) -> dict[str, str]:
    return {"sha256": hashlib.sha256(b"".join(lines)).hexdigest()}


def _value(table: Table, name: str, said: Any) -> Any:
    match table.c[name].type:
        case LargeBinary():
            return bytes.fromhex(said)
        case StreamId():
            return UUID(hex=said)
        case Instant():
            return datetime.fromisoformat(said)
        case _:
            return said


def _refused(path: Path, what: str) -> AccountsBackupRefused:
    return AccountsBackupRefused(
        f"{path.name} {what}; no account was put back.",
        next_step="Give the file that `backup --accounts` wrote for this ledger.",
    )
