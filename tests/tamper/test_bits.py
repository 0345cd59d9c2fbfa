"""Any single bit: of a stored event, of what is sealed, signed or derived, of a checkpoint kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ledger.proofs.note import note_bytes
from ledger.verifying.checkpoints import CheckpointUnreadable, parse_claim
from ledger.verifying.whole import Wish, verify
from tests.tamper.conftest import CopyOf
from tests.tamper.forger import COLUMNS, Forger
from tests.tamper.places import Bases, Place

# By table: the columns, and those that say which row it is.
KEPT = {
    "events": (COLUMNS, "position"),
    "sealed": (("position", "key_class", "ciphertext"), "position"),
    "heads": (("name", "position", "recorded_at", "frontier"), "name"),
    "checkpoints": (("size", "note"), "size"),
    "tiles": (("number", "root", "hashes"), "number"),
    "ledger_format": (("application", "format"), "application"),
}
CHOICES = [(table, column) for table, (columns, _) in KEPT.items() for column in columns]
FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def flipped(value: Any, bit: int) -> Any:
    """The value with one bit turned over."""
    if isinstance(value, int):
        return value ^ 1 << bit % 20
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(data)


def put(forger: Forger, table: str, column: str, row: int, bit: int) -> None:
    """Turn over a bit of one value; text stays text, whatever its bytes are then."""
    _, key = KEPT[table]
    rows = forger.rows(f"SELECT {key}, {column}, typeof({column}) FROM {table} ORDER BY 1")
    place, value, kind = rows[row % len(rows)]
    assume(kind != "null" and value != b"")
    mark = "CAST(? AS TEXT)" if kind == "text" else "?"
    where = f"UPDATE {table} SET {column} = {mark} WHERE {key} = ?"
    if table == "sealed":
        where += " AND key_class = 'identity'"
    forger.run(where, flipped(value, bit), place)


@FIXTURES
@given(where=st.sampled_from(CHOICES), row=st.integers(0, 10_000), bit=st.integers(0, 2**16))
def test_a_flipped_bit_of_anything_stored_is_damage(
    bases: Bases, tmp_path: Path, where: tuple[str, str], row: int, bit: int
) -> None:
    """Whatever the table, the column, the row and the bit."""
    place = _again(bases, tmp_path)
    forger = Forger(place)
    try:
        with forger.forging():
            put(forger, *where, row, bit)
    except sqlite3.IntegrityError:
        assume(False)  # the database itself refuses the value
    assert not verify(Wish(place.url)).clean


def _again(bases: Bases, folder: Path) -> Place:
    """A copy at the same place as the example before."""
    for left in folder.glob("ledger.sqlite3*"):
        left.unlink()
    return bases.copy("sqlite", folder)


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_every_column_of_an_event_on_postgresql(copy_of: CopyOf, column: str) -> None:
    """One change of each column of one event, in the other database."""
    place = copy_of("postgresql")
    forger = Forger(place)
    with forger.forging():
        event = forger.find("employee.competency/1")
        other = forger.find("employee.golongan/1", -1)
        changed: Any = 90 if column == "version" else other[column]
        if column == "stream":
            changed = uuid5(other["stream"], "nobody")
        if column in ("sealed_digest", "leaf", "salt"):
            changed = flipped(event[column], 77)
        forger.put(event["position"], **{column: changed})
    assert not verify(Wish(place.url)).clean


@FIXTURES
@given(bit=st.integers(0, 2**16))
def test_a_flipped_bit_of_a_checkpoint_kept_is_found(
    bases: Bases, tmp_path: Path, bit: int
) -> None:
    """It is refused, or found to be another's, and never believed."""
    place = _again(bases, tmp_path)
    assert place.claim.signed is not None
    data = flipped(note_bytes(place.claim.signed), bit)
    try:
        claim = parse_claim(data, source="kept")
    except CheckpointUnreadable:
        return
    assert not verify(Wish(place.url, [claim])).clean
