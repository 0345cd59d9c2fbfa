"""Whether a ledger may be founded at a place, and whether a ledger lies there that we can read."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from ledger.storage.backend import Backend, ConnectionLost
from ledger.storage.store_errors import (
    FormatTooNew,
    LedgerExists,
    LedgerReadOnly,
    NotALedger,
    not_founded,
)
from ledger.storage.tables import FORMAT, PROOF_TABLES, metadata

_PROOF_TABLES = frozenset(table.name for table in PROOF_TABLES)
_FIRST_TABLES = frozenset(metadata.tables) - _PROOF_TABLES


def must_be_free(backend: Backend) -> None:
    """Refuse a place where a ledger or another program is; nothing is made there but the place.

    Raises:
        LedgerExists, NotALedger, StoreError: as `found_ledger`.
    """
    backend.prepare_place()
    with backend.reading() as connection:
        _refuse_taken(backend, backend.table_names(connection))


def _refuse_taken(backend: Backend, names: frozenset[str]) -> None:
    if names >= _FIRST_TABLES:
        raise LedgerExists(
            f"A ledger was already founded at {backend.place}.",
            next_step="Open it, or name another place for a new one.",
        )
    if names:
        raise _other_program(backend)


def found_ledger(backend: Backend, fill: Callable[[Connection], None] | None = None) -> None:
    """Make the tables of a ledger, in one transaction: a crash leaves a place where nothing was
    founded.

    Args:
        backend: the place.
        fill: puts rows into the new tables, in the same transaction, as when a backup is restored.

    Raises:
        LedgerExists: a ledger was founded here before.
        NotALedger: the place belongs to another program.
        StoreError: the place cannot be made or written.
    """
    backend.prepare_place()
    try:
        with backend.connect() as connection, backend.transaction(connection):
            _refuse_taken(backend, backend.table_names(connection))
            backend.found(connection)
            if fill is not None:
                fill(connection)
    except ConnectionLost as error:
        raise backend.unreachable() from error
    backend.settle()


def check_ledger(backend: Backend) -> None:
    """Refuse to open what is no ledger of a format we know.

    Raises:
        LedgerNotFounded: nothing there, or nothing in it.
        NotALedger: it belongs to another program.
        FormatTooNew: written by a newer release.
        StoreError: the database cannot be reached or read.
    """
    backend.check_place()
    with backend.reading() as connection:
        names = backend.table_names(connection)
        if not names:
            raise not_founded(backend.place)
        if not names >= _FIRST_TABLES:
            raise _other_program(backend)
        found = backend.format_number(connection)
    if found is None:
        raise _other_program(backend)
    if found > FORMAT:
        raise FormatTooNew(
            f"The ledger at {backend.place} has format {found}; this release reads up to {FORMAT}.",
            next_step="Install the release that wrote it, or a newer one.",
            format=found,
        )
    backend.settle()
    if not names >= _PROOF_TABLES:
        _add_proof_tables(backend)


def _add_proof_tables(backend: Backend) -> None:
    """Make good what a ledger founded before the first checkpoint lacks, in one transaction: a
    crash leaves it as it was.

    Raises:
        LedgerReadOnly: it was opened to read only.
    """
    try:
        with backend.writing() as connection:
            if not backend.table_names(connection) >= _PROOF_TABLES:  # else another was faster
                backend.add_proof_tables(connection)
    except LedgerReadOnly as error:
        raise LedgerReadOnly(
            f"The ledger at {backend.place} was founded before there were checkpoints, and its "
            "tables for them cannot be made while it is opened to read only.",
            next_step="Open it once with the right to write, as `asn-ledger doctor` does.",
        ) from error


def _other_program(backend: Backend) -> NotALedger:
    return NotALedger(
        f"The database at {backend.place} belongs to another program; nothing in it was changed.",
        next_step="Name another file or schema.",
    )
