"""When the log was last verified from the server, and what came of it.

A note for the audit desk in a derived table, no proof: who owns the database could write it. What
proves is to verify, with a checkpoint kept elsewhere.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, insert, inspect, select

from api.desk import Desk
from ledger.canonical import instant_text

Json = dict[str, Any]
KEPT = ("size", "root", "checkpoints", "streams", "clean", "counts")
_ONE = 1

_metadata = MetaData()
_verified = Table(
    "audit_verified",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("told", Text, nullable=False),
)


def keep(desk: Desk, told: Json, account: str) -> Json:
    """Keep what a verification came to, in the place of the one before."""
    row = {name: told[name] for name in KEPT} | {
        "at": instant_text(desk.now()),
        "account": account,
    }
    store = desk.ledger.store
    store.ensure_tables(_metadata)
    with store.writing() as connection:
        connection.execute(delete(_verified))
        connection.execute(insert(_verified).values(id=_ONE, told=orjson.dumps(row).decode()))
    return row


def last(desk: Desk) -> Json | None:
    """The last one; None where none was run from the server."""
    with desk.ledger.store.reading() as connection:
        if not inspect(connection).has_table(_verified.name):
            return None
        found = connection.execute(select(_verified.c.told)).scalar()
    return None if found is None else orjson.loads(found)
