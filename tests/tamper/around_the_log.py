"""Forgeries of what stands around the events: sealed rows, keys, requests, guards, files."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
from datetime import timedelta

import polars as pl
import pytest

from ledger.canonical import sealed_digest
from projections.language import shipped
from projections.table import segments
from tests.tamper import on_the_log
from tests.tamper.forger import Forger
from tests.tamper.places import PEOPLE

REGISTERED = "employee.registered/1"


def swap_sealed(forger: Forger) -> None:
    """Two people exchange their names and numbers."""
    one, other = (forger.find(REGISTERED, at)["position"] for at in (0, 1))
    for position, part in (
        (one, dict(forger.sealed_of(other))["identity"]),
        (other, dict(forger.sealed_of(one))["identity"]),
    ):
        forger.run(
            "UPDATE sealed SET ciphertext = ? WHERE position = ? AND key_class = 'identity'",
            part, position,
        )  # fmt: skip


def garble_sealed(forger: Forger) -> None:
    position = forger.find(REGISTERED)["position"]
    part = dict(forger.sealed_of(position))["identity"]
    forger.run(
        "UPDATE sealed SET ciphertext = ? WHERE position = ?", part[:-1] + bytes([part[-1] ^ 1]),
        position,
    )  # fmt: skip


def delete_sealed(forger: Forger) -> None:
    forger.run("DELETE FROM sealed WHERE position = ?", forger.find(REGISTERED)["position"])


def delete_sealed_by_false_permission(forger: Forger) -> None:
    event = forger.find(REGISTERED)
    delete_sealed(forger)
    forger.run("INSERT INTO erasures VALUES (?, ?)", event["stream"], event["position"])


def add_sealed(forger: Forger) -> None:
    position = forger.find("ledger.heads/1")["position"]
    forger.run("INSERT INTO sealed VALUES (?, ?, ?)", position, "identity", bytes(40))


def add_sealed_beyond(forger: Forger) -> None:
    forger.run("INSERT INTO sealed VALUES (?, ?, ?)", 9_999, "identity", bytes(40))


def seal_under_another_key(forger: Forger) -> None:
    """A statement of a number at the end of the log whose sealed part its key does not open."""
    event = forger.find(REGISTERED)
    new = on_the_log._one_more(forger, REGISTERED) | {"payload": event["payload"]}
    parts = [("identity", bytes(60))]
    forger.insert(forger.leafed(new | {"sealed_digest": sealed_digest(parts)}))
    forger.run("INSERT INTO sealed VALUES (?, ?, ?)", new["position"], *parts[0])
    forger.run(
        "UPDATE nip_index SET position = ?, version = ? WHERE stream = ?",
        new["position"], new["version"], new["stream"],
    )  # fmt: skip
    forger.mend_head()


def put_back_sealed_of_erased(forger: Forger) -> None:
    """What an older backup still held: here some bytes for the digest of the event to refuse."""
    stream = forger.find("employee.erased/1")["stream"]
    (position,) = forger.rows(
        "SELECT min(position) FROM events WHERE stream = ? AND sealed_digest IS NOT NULL", stream
    )[0]
    forger.run("INSERT INTO sealed VALUES (?, ?, ?)", position, "identity", bytes(40))


def put_back_old_keys(forger: Forger) -> None:
    """The key folder from before the erasure, epoch key and all."""
    shutil.rmtree(forger.place.keys)
    shutil.copytree(forger.place.folder / "keys-before", forger.place.keys)


def exchange_wrapped_keys(forger: Forger) -> None:
    """Two people exchange the rows of their keys."""
    with sqlite3.connect(forger.place.keys / "keys.sqlite3") as keys:
        rows = keys.execute("SELECT stream, identity FROM wrapped ORDER BY stream").fetchall()
        (one, first), (other, second) = rows[0], rows[1]
        keys.execute("UPDATE wrapped SET identity = ? WHERE stream = ?", (second, one))
        keys.execute("UPDATE wrapped SET identity = ? WHERE stream = ?", (first, other))
    keys.close()


def move_head_back(forger: Forger) -> None:
    forger.run("UPDATE heads SET position = position - 1")


def move_head_in_time(forger: Forger) -> None:
    instant = forger.event(forger.last())["recorded_at"] + timedelta(days=900)
    forger.run("UPDATE heads SET recorded_at = ?", instant)


def edit_frontier(forger: Forger) -> None:
    frontier = forger.rows("SELECT frontier FROM heads")[0][0]
    forger.run("UPDATE heads SET frontier = ?", bytes(32) + frontier[32:])


def edit_format(forger: Forger) -> None:
    forger.run("UPDATE ledger_format SET format = 9")


def point_request_elsewhere(forger: Forger) -> None:
    """A request that answers with half a command."""
    forger.run("INSERT INTO requests VALUES ('loket', ?, ?, 2, 1)", os.urandom(32), os.urandom(32))


def point_request_beyond(forger: Forger) -> None:
    forger.run(
        "INSERT INTO requests VALUES ('loket', ?, ?, ?, 1)", os.urandom(32), os.urandom(32), 9_999
    )


def forget_request(forger: Forger) -> None:
    """A command that is sent again would be recorded again."""
    forger.run("DELETE FROM requests")


def swap_numbers(forger: Forger) -> None:
    """Two people exchange their numbers in the index."""
    rows = forger.rows("SELECT stream, digest FROM nip_index ORDER BY position LIMIT 2")
    forger.run("DROP INDEX nip_index_holds")
    for (stream, _), (_, digest) in ((rows[0], rows[1]), (rows[1], rows[0])):
        forger.run(
            f"UPDATE nip_index SET digest = ? WHERE stream = {_cast(forger)}", digest, stream
        )


def hide_person(forger: Forger) -> None:
    """Somebody is not found by his number any more."""
    stream = forger.rows("SELECT stream FROM nip_index ORDER BY position LIMIT 1")[0][0]
    forger.run(f"DELETE FROM nip_index WHERE stream = {_cast(forger)}", stream)


def _cast(forger: Forger) -> str:
    return "?" if forger.sqlite else "?::uuid"


def remove_guard(forger: Forger) -> None:
    if not forger.sqlite:
        forger.run("DROP TRIGGER events_refused ON events")


def empty_guard(forger: Forger) -> None:
    """A guard of the same name that refuses nothing."""
    if forger.sqlite:
        forger.run(
            "CREATE TRIGGER events_update_refused BEFORE UPDATE ON events BEGIN SELECT 1; END"
        )
    else:
        forger.run(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$"
        )


def add_trigger(forger: Forger) -> None:
    """Something that changes what is written, when it is written."""
    if forger.sqlite:
        forger.run(
            "CREATE TRIGGER kinder AFTER INSERT ON sealed BEGIN"
            " DELETE FROM sealed WHERE position = NEW.position; END"
        )
    else:
        forger.run(
            "CREATE FUNCTION kinder() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$"
        )
        forger.run(
            "CREATE TRIGGER kinder BEFORE INSERT ON sealed FOR EACH ROW EXECUTE FUNCTION kinder()"
        )


def widen_rights(forger: Forger) -> None:
    schema = forger.rows("SELECT current_schema()::text")[0][0]
    forger.run(f'GRANT UPDATE ON events TO "{schema}_app"')


def hide_rows(forger: Forger) -> None:
    """Row security: who is not the owner sees less."""
    forger.run("ALTER TABLE events ENABLE ROW LEVEL SECURITY")
    forger.run("CREATE POLICY little ON events USING (position < 9)")


def view_for_table(forger: Forger) -> None:
    """A view that shows something else under the table's name."""
    forger.run("ALTER TABLE requests RENAME TO kept")
    forger.run("CREATE VIEW requests AS SELECT * FROM kept")


def false_index(forger: Forger) -> None:
    """The index by stream leads to an empty one: nobody's own events are found any more."""
    forger.run("CREATE TABLE ghost (stream TEXT, version INTEGER, UNIQUE (stream, version))")
    forger.run("PRAGMA writable_schema = ON")
    roots = dict(
        forger.rows(
            "SELECT name, rootpage FROM sqlite_schema"
            " WHERE name IN ('sqlite_autoindex_ghost_1', 'sqlite_autoindex_events_1')"
        )
    )
    ghost, own = "sqlite_autoindex_ghost_1", "sqlite_autoindex_events_1"
    for name, other in ((ghost, own), (own, ghost)):
        forger.run("UPDATE sqlite_schema SET rootpage = ? WHERE name = ?", roots[other], name)


# -- the facts table and the files of instruments --------------------------------------------------


def _segment(forger: Forger) -> segments.Segment:
    path = next(one for one in forger.place.facts.iterdir() if one.name.startswith("facts-"))
    first, last = (int(part) for part in path.name.split("-")[1:])
    return segments.check(path, first=first, last=last)


def garble_segment(forger: Forger) -> None:
    path = _segment(forger).folder / "kind-competency.arrow"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def edit_segment(forger: Forger) -> None:
    """Somebody's hours, with the digest in the manifest mended."""
    segment = _segment(forger)
    path = segment.folder / "kind-golongan.arrow"
    frame = pl.read_ipc(io.BytesIO(path.read_bytes()))
    frame.with_columns(pl.col("eff_from") - 900).write_ipc(path, compression="zstd")
    _mend_manifest(segment, path.name)


def hide_in_segment(forger: Forger) -> None:
    """A fact left out, with the digest in the manifest mended."""
    segment = _segment(forger)
    path = segment.folder / "kind-competency.arrow"
    pl.read_ipc(io.BytesIO(path.read_bytes())).head(PEOPLE).write_ipc(path, compression="zstd")
    _mend_manifest(segment, path.name)


def _mend_manifest(segment: segments.Segment, name: str) -> None:
    manifest = segment.folder / segments.MANIFEST
    told = json.loads(manifest.read_text("utf-8"))
    told["files"][name] = segments._digest(segment.folder / name)
    manifest.write_text(json.dumps(told), "utf-8")


def edit_shipped_instrument(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file beside the program, as somebody with rights to the installation edits it."""
    true = shipped.text

    def text(name: str) -> bytes:
        return true(name).replace(b"max: 25", b"max: 24")

    monkeypatch.setattr(shipped, "text", text)
