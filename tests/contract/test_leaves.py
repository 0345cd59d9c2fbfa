"""Entries and leaves by the standard library alone: by committed vectors, and in a ledger's own
rows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ledger import canonical
from tests.builders import about, desk, every_fact, of_unit

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
DOCUMENT = Path(__file__).parents[2] / "docs" / "event-format.md"
ENTRY = (
    *("position", "stream", "version", "topic", "effective_on", "recorded_at", "salt"),
    *("context", "payload", "sealed_digest"),
)


def plain(value: object) -> str:
    """Canonical text of a value that is JSON already."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def leaf_of(row: dict[str, Any]) -> str:
    """SHA-256 over 0x00 and the canonical entry."""
    entry = plain(["asn-ledger/1", *(row[name] for name in ENTRY)])
    return hashlib.sha256(b"\x00" + entry.encode()).hexdigest()


def sealed_digest_of(parts: list[tuple[str, bytes]]) -> str | None:
    """SHA-256 over the canonical array of [key class, hex], by class; None without parts."""
    rows = sorted([key_class, blob.hex()] for key_class, blob in parts)
    return hashlib.sha256(plain(rows).encode()).hexdigest() if rows else None


@pytest.mark.parametrize("vector", VECTORS["entries"], ids=lambda one: str(one["name"]))
def test_entries_of_the_vectors_give_their_leaves(vector: dict[str, Any]) -> None:
    """By json and hashlib, and by the program; neither may ever give other bytes."""
    assert plain(["asn-ledger/1", *(vector[name] for name in ENTRY)]) == vector["entry"]
    assert leaf_of(vector) == vector["leaf"]
    on, digest = vector["effective_on"], vector["sealed_digest"]
    entry = canonical.entry_bytes(
        position=vector["position"],
        stream=UUID(vector["stream"]),
        version=vector["version"],
        topic=vector["topic"],
        effective_on=None if on is None else date.fromisoformat(on),
        recorded_at=datetime.fromisoformat(vector["recorded_at"]),
        salt=bytes.fromhex(vector["salt"]),
        context=vector["context"].encode(),
        payload=vector["payload"].encode(),
        sealed_digest=None if digest is None else bytes.fromhex(digest),
    )
    assert entry.decode() == vector["entry"]
    assert canonical.leaf_hash(entry).hex() == vector["leaf"]


def test_sealed_parts_of_the_vectors_give_their_digest() -> None:
    """Over the ciphertext, so that it stays true when the personal data is gone."""
    given = VECTORS["sealed"]
    parts = [(one["key_class"], bytes.fromhex(one["bytes"])) for one in given["parts"]]
    assert sealed_digest_of(parts) == given["digest"]
    digest = canonical.sealed_digest(parts)
    assert digest is not None
    assert digest.hex() == given["digest"]


def test_texts_of_the_vectors_are_canonical() -> None:
    """Decimals, texts and instants as they are stored."""
    for one in VECTORS["texts"]:
        match one["from"]:
            case "decimal":
                shown = canonical.decimal_text(Decimal(one["given"]))
            case "instant":
                shown = canonical.instant_text(datetime.fromisoformat(one["given"]))
            case _:
                shown = canonical.clean_text(one["given"])
        assert shown == one["canonical"]


def test_the_document_shows_these_vectors() -> None:
    """What auditors read is what is tested; neither is changed without the other."""
    shown = DOCUMENT.read_text("utf-8").split("```json\n")[-1].split("```")[0]
    assert json.loads(shown) == VECTORS, (
        "docs/event-format.md and tests/contract/vectors.json differ. Vectors may be added to both; one "
        "that is published never changes, because ledgers elsewhere were written by it."
    )


def iso(value: Any) -> str | None:
    """A day as its text."""
    return None if value is None else str(value)


def rows_of(connection: Any) -> list[dict[str, Any]]:
    """The table of events as an auditor reads it, each value as the entry shows it."""
    found = connection.execute(text("SELECT * FROM events ORDER BY position")).mappings()
    rows = []
    for one in found:
        recorded_at = one["recorded_at"]
        if isinstance(recorded_at, datetime):
            recorded_at = recorded_at.astimezone(UTC).replace(tzinfo=None)
            recorded_at = recorded_at.isoformat(timespec="microseconds") + "Z"
        digest = one["sealed_digest"]
        rows.append(
            {
                "position": one["position"],
                "stream": UUID(str(one["stream"])).hex,
                "version": one["version"],
                "topic": one["topic"],
                "effective_on": iso(one["effective_on"]),
                "recorded_at": recorded_at,
                "salt": bytes(one["salt"]).hex(),
                "context": bytes(one["context"]).decode(),
                "payload": bytes(one["payload"]).decode(),
                "sealed_digest": None if digest is None else bytes(digest).hex(),
                "leaf": bytes(one["leaf"]).hex(),
            }
        )
    return rows


def test_every_row_of_a_ledger_gives_its_leaf(database_url: str, tmp_path: Path) -> None:
    """Read by plain SQL, recomputed without our code: payloads, leaves, digests, order."""
    facts = [
        row for row in every_fact() if row["fact"] not in ("merged", "correct", "annul", "end")
    ]
    names = [about(900, "registered", name="Ib\u00e9 \u201cContoh\u201d")]
    with desk(database_url, tmp_path) as here:
        here.send(*names, *facts, of_unit("BKD", "unit", name="Badan \u2116 1", on="2015-01-01"))
        with here.ledger.store.reading() as connection:
            rows = rows_of(connection)
            sealed: dict[int, list[tuple[str, bytes]]] = {}
            for one in connection.execute(text("SELECT * FROM sealed")).mappings():
                part = (one["key_class"], bytes(one["ciphertext"]))
                sealed.setdefault(one["position"], []).append(part)
    assert len(rows) > len(facts)
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert leaf_of(row) == row["leaf"]
        assert sealed_digest_of(sealed.get(row["position"], [])) == row["sealed_digest"]
        for part in (row["payload"], row["context"]):
            assert plain(json.loads(part)) == part
