"""What an owner of the database can do: change any byte, and mend what would show it.

Guards are taken away for the forgery and put back as they were, as a careful forger would.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import sql

from ledger.access.access_entry import Entry, first_link, next_link
from ledger.canonical import canonical_json, entry_bytes, instant_text, leaf_hash, sealed_digest
from ledger.proofs.heads import StreamHead, heads_root
from ledger.proofs.merkle import extend, node_hash, root
from ledger.proofs.note import Checkpoint, SigningKey, checkpoint_body, note_bytes, sign
from tests import pg
from tests.tamper.places import SCHEMA, Place

COLUMNS = (
    "position", "stream", "version", "topic", "effective_on", "recorded_at", "context", "payload",
    "salt", "sealed_digest", "leaf",
)  # fmt: skip
TABLES = ("events", "sealed", "heads", "requests", "erasures", "ledger_format", "checkpoints",
          "tiles", "cosignatures", "timestamps")  # fmt: skip
LOOKS = ("access", "access_head")
Event = dict[str, Any]


class Forger:
    """An owner of one ledger's database. Use `forging` around what it does."""

    def __init__(self, place: Place, *, beside: bool = False) -> None:
        """Args: `beside` means the database of the access log."""
        self.place = place
        self.beside = beside
        self._raw: Any = None

    @contextmanager
    def forging(self, *, guards_back: bool = True) -> Iterator[None]:
        """One transaction without guards."""
        if self.place.dialect == "sqlite":
            database = self.place.looks if self.beside else self.place.database
            self._raw = sqlite3.connect(database, isolation_level=None)
            self._raw.execute("BEGIN IMMEDIATE")
            query = "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'"
            triggers = self.rows(query)
            for (name,) in self.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
                self.run(f"DROP TRIGGER {name}")
            with closing(self._raw):
                yield
                if guards_back:
                    there = {name for (name,) in self.rows("SELECT name FROM sqlite_schema")}
                    for table, text in triggers:
                        if table in there:
                            self.run(text)
                self._raw.execute("COMMIT")
            return
        with psycopg.connect(pg.driver_dsn(self.place.url)) as self._raw:
            schema = f"{SCHEMA}_access" if self.beside else SCHEMA
            self._raw.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
            self._raw.execute("SET TIME ZONE 'UTC'")
            self._raw.execute("SET session_replication_role = replica")
            yield
            if not guards_back:
                for table in LOOKS if self.beside else TABLES:
                    self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    @property
    def sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.place.dialect == "sqlite"

    def run(self, statement: str, *values: object) -> None:
        """One statement, marks as `?`."""
        self._raw.execute(self._marked(statement), self._values(values))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return list(self._raw.execute(self._marked(query), self._values(values)).fetchall())

    def _marked(self, text: str) -> str:
        return text if self.sqlite else text.replace("%", "%%").replace("?", "%s")

    def _values(self, values: tuple[object, ...]) -> tuple[object, ...]:
        if not self.sqlite:
            return values
        return tuple(self._plain(value) for value in values)

    @staticmethod
    def _plain(value: object) -> object:
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, datetime):
            return instant_text(value)
        return value.isoformat() if isinstance(value, date) else value

    # -- events ------------------------------------------------------------------------------------

    def event(self, position: int) -> Event:
        """One event, with Python's types on both databases."""
        (row,) = self.rows(f"SELECT {', '.join(COLUMNS)} FROM events WHERE position = ?", position)
        found = dict(zip(COLUMNS, row, strict=True))
        if isinstance(found["stream"], str):
            found["stream"] = UUID(found["stream"])
            day = found["effective_on"]
            found["effective_on"] = None if day is None else date.fromisoformat(day)
            found["recorded_at"] = datetime.fromisoformat(found["recorded_at"])
        found["recorded_at"] = found["recorded_at"].astimezone(UTC)
        return found

    def find(self, topic: str, number: int = 0) -> Event:
        """The nth event of a topic."""
        found = self.rows("SELECT position FROM events WHERE topic = ? ORDER BY position", topic)
        return self.event(found[number][0])

    def last(self) -> int:
        """The last position."""
        return int(self.rows("SELECT max(position) FROM events")[0][0])

    def put(self, at: int, **changes: object) -> None:
        """Overwrite columns of the event at a position, and nothing else."""
        for name, value in changes.items():
            self.run(f"UPDATE events SET {name} = ? WHERE position = ?", value, at)

    def insert(self, event: Event) -> None:
        """A row of `events`."""
        marks = ", ".join("?" * len(COLUMNS))
        self.run(f"INSERT INTO events VALUES ({marks})", *(event[name] for name in COLUMNS))

    def leafed(self, event: Event) -> Event:
        """The event with the leaf that its bytes give."""
        told = {name: event[name] for name in COLUMNS[:-1]}
        return event | {"leaf": leaf_hash(entry_bytes(**told))}

    def rewrite(self, position: int, **changes: object) -> None:
        """Change an event and its leaf with it."""
        event = self.leafed(self.event(position) | changes)
        self.put(position, **changes, leaf=event["leaf"])

    def with_fields(self, event: Event, **fields: object) -> bytes:
        """The event's payload with other fields."""
        return canonical_json(orjson.loads(event["payload"]) | fields)

    # -- what would show it ------------------------------------------------------------------------

    def mend_head(self) -> None:
        """The head row as the events are now."""
        leaves = self.leaves()
        last = self.event(len(leaves))
        self.run(
            "UPDATE heads SET position = ?, recorded_at = ?, frontier = ?",
            len(leaves), last["recorded_at"], extend(b"", 0, leaves),
        )  # fmt: skip

    def mend_tiles(self) -> None:
        """The tiles of level 0 as the leaves are now; there are too few for more levels."""
        leaves = self.leaves()
        self.run("DELETE FROM tiles")
        for number in range(len(leaves) // 256):
            part = leaves[number * 256 : number * 256 + 256]
            layer = part
            while len(layer) > 1:
                layer = [node_hash(*layer[at : at + 2]) for at in range(0, len(layer), 2)]
            self.run("INSERT INTO tiles VALUES (?, ?, ?, ?)", 0, number, layer[0], b"".join(part))

    def mend_heads_events(self) -> None:
        """What was committed about all streams, as they are now."""
        for (position,) in self.rows(
            "SELECT position FROM events WHERE topic = 'ledger.heads/1' ORDER BY position"
        ):
            event = self.event(position)
            ends: dict[str, StreamHead] = {}
            for at in range(1, orjson.loads(event["payload"])["upto"] + 1):
                one = self.event(at)
                name = one["stream"].hex
                ends[name] = StreamHead(name, one["version"], one["leaf"])
            streams_root = heads_root(ends.values()).hex()
            self.rewrite(
                position,
                payload=self.with_fields(event, streams=len(ends), streams_root=streams_root),
            )

    def mend_all(self) -> None:
        """Everything that follows from the events, but for what was signed."""
        self.mend_heads_events()
        self.mend_tiles()
        self.mend_head()

    def leaves(self) -> list[bytes]:
        """Every leaf as it is stored."""
        return [row[0] for row in self.rows("SELECT leaf FROM events ORDER BY position")]

    def checkpoint(self, size: int, origin: str) -> Checkpoint:
        """A true checkpoint of the first events, as they are now."""
        leaves = self.leaves()[:size]
        return Checkpoint(origin, size, root(extend(b"", 0, leaves), size))

    def sign_again(self, key: SigningKey, origin: str) -> None:
        """Every stored checkpoint anew, under a key."""
        for (size,) in self.rows("SELECT size FROM checkpoints"):
            body = checkpoint_body(self.checkpoint(size, origin))
            self.run(
                "UPDATE checkpoints SET note = ? WHERE size = ?", note_bytes(sign(body, key)), size
            )

    # -- the access log ----------------------------------------------------------------------------

    @contextmanager
    def forging_looks(self, *, guards_back: bool = True) -> Iterator[Forger]:
        """The same of the access log, in a transaction of its own."""
        beside = Forger(self.place, beside=True)
        with beside.forging(guards_back=guards_back):
            yield beside

    def mend_looks(self, *, chain: bool) -> None:
        """The head of the access log as its entries are now, and their chain if that is wanted."""
        names = ", ".join(name for name in Entry._fields)
        rows = self.rows(f"SELECT {names} FROM access ORDER BY number")
        link = first_link(self.place.claim.checkpoint.origin)
        for row in rows:
            entry = self._entry(row)
            link = next_link(link, entry) if chain else entry.link
            self.run("UPDATE access SET link = ? WHERE number = ?", link, entry.number)
        self.run("UPDATE access_head SET number = ?, link = ?", len(rows), link)

    @staticmethod
    def _entry(row: tuple[Any, ...]) -> Entry:
        told: dict[str, Any] = dict(zip(Entry._fields, row, strict=True))
        if isinstance(told["at"], str):
            told["at"] = datetime.fromisoformat(told["at"])
        if isinstance(told["subject"], str):
            told["subject"] = UUID(told["subject"])
        return Entry(**(told | {"at": told["at"].astimezone(UTC)}))

    def sealed_of(self, position: int) -> list[tuple[str, bytes]]:
        """The sealed parts of an event."""
        return self.rows("SELECT key_class, ciphertext FROM sealed WHERE position = ?", position)

    @staticmethod
    def digest(parts: list[tuple[str, bytes]]) -> bytes | None:
        """What an event commits to of its sealed parts."""
        return sealed_digest(parts)
