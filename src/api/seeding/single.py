"""Rows of the demo as the facts files that an import reads."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from api.demo.person import Row
from api.intake.importing import import_files
from api.intake.subjects import Memory
from ledger.application import Ledger
from ledger.errors import invariant

_FILE = "demo.jsonl"


def _nothing(_: int) -> None:
    return None


def import_rows(
    ledger: Ledger,
    rows: Iterable[Row],
    *,
    actor: str,
    progress: Callable[[int], None] = _nothing,
    memory: Memory | None = None,
    name: str = _FILE,
) -> int:
    """Import rows as one facts file of this name; gives how many there were."""
    with tempfile.TemporaryDirectory(prefix="asn-ledger-demo-") as folder:
        path = Path(folder) / name
        path.write_bytes(
            b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        )
        report = import_files(ledger, [path], actor=actor, progress=progress, memory=memory)
    invariant(not report.refused, f"the demo holds a row that is refused: {report.refused[:1]}")
    invariant(not report.conflicts, "the demo holds a row that conflicts with another")
    return report.read
