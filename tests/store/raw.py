"""Raw SQL on a connection of its own: as an owner, or with what the application itself has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests import pg

DatabaseRefusal = (sqlite3.Error, psycopg.Error)


@contextmanager
def raw_connection(url: str, *, as_application: bool = False) -> Iterator[Any]:
    """A driver connection with `execute`, each statement committed at once.

    `as_application`: with the rights of the ledger's own role, where the database knows roles.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        sqlite = sqlite3.connect(str(parsed.database), isolation_level=None, timeout=5)
        try:
            yield sqlite
        finally:
            sqlite.close()
        return
    schema = str(parsed.query["schema"])
    with psycopg.connect(pg.driver_dsn(url), autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        connection.execute("SET TIME ZONE 'UTC'")
        if as_application:
            role = sql.Identifier(f"{schema}_app")
            connection.execute(sql.SQL("SET ROLE {}").format(role))
        yield connection


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query, as the driver gives them."""
    with raw_connection(url) as connection:
        return [tuple(row) for row in connection.execute(query).fetchall()]
