"""Forgeries of the events and of what follows from them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.canonical import canonical_json
from ledger.keys.keyring import Keyring
from ledger.proofs.note import SigningKey, signing_key, verifier_key
from ledger.verifying.checkpoints import Claim, parse_claim
from tests.tamper.forger import Event, Forger

COMPETENCY = "employee.competency/1"
GOLONGAN = "employee.golongan/1"
ENACT = "ledger.enact/1"


def change_payload(forger: Forger) -> None:
    event = forger.find(COMPETENCY)
    forger.put(event["position"], payload=forger.with_fields(event, hours="90"))


def change_recorded_at(forger: Forger) -> None:
    event = forger.find(COMPETENCY)
    forger.put(event["position"], recorded_at=event["recorded_at"] + timedelta(days=-1))


def change_effective_on(forger: Forger) -> None:
    event = forger.find(GOLONGAN)
    forger.put(event["position"], effective_on=event["effective_on"] + timedelta(days=-900))


def change_actor(forger: Forger) -> None:
    event = forger.find(COMPETENCY)
    told = orjson.loads(event["context"]) | {"actor": "orang-lain"}
    forger.put(event["position"], context=canonical_json(told))


def change_salt(forger: Forger) -> None:
    forger.put(forger.find(COMPETENCY)["position"], salt=bytes(16))


def change_topic(forger: Forger) -> None:
    forger.put(forger.find("employee.qualification/1")["position"], topic="employee.wish/1")


def change_sealed_digest(forger: Forger) -> None:
    forger.put(forger.find(COMPETENCY)["position"], sealed_digest=bytes(32))


def change_leaf(forger: Forger) -> None:
    forger.put(forger.find(COMPETENCY)["position"], leaf=bytes(32))


def move_to_another_stream(forger: Forger) -> None:
    theirs = forger.find(COMPETENCY, 1)
    forger.put(forger.find(COMPETENCY)["position"], version=90, stream=theirs["stream"])


def change_with_leaf(forger: Forger) -> None:
    event = forger.find(COMPETENCY)
    forger.rewrite(event["position"], payload=forger.with_fields(event, hours="90"))


def change_and_mend_all_but_checkpoints(forger: Forger) -> None:
    change_with_leaf(forger)
    forger.mend_all()


def change_and_forget_checkpoints(forger: Forger) -> None:
    """And take the commitments to the heads for true ones of the rewritten log."""
    change_and_mend_all_but_checkpoints(forger)
    forger.run("DELETE FROM checkpoints")


def change_and_sign_again(forger: Forger) -> None:
    change_and_mend_all_but_checkpoints(forger)
    with own_key(forger) as (key, origin):
        forger.sign_again(key, origin)


def change_tail_and_mend(forger: Forger) -> None:
    """Behind the last checkpoint nothing was signed yet."""
    event = forger.find(COMPETENCY, -1)
    forger.rewrite(event["position"], payload=forger.with_fields(event, hours="90"))
    forger.mend_head()


def drop_last(forger: Forger) -> None:
    _drop(forger, forger.last())


def drop_last_and_mend(forger: Forger) -> None:
    """With its sealed parts, the head, and all else that tells of it."""
    drop_last(forger)
    forger.mend_head()


def cut_before_checkpoint(forger: Forger) -> None:
    """Back to before the last checkpoint, everything mended, the checkpoint left."""
    (size,) = forger.rows("SELECT max(size) FROM checkpoints")[0]
    for position in range(forger.last(), size - 1, -1):
        _drop(forger, position)
    forger.mend_head()


def cut_with_checkpoint(forger: Forger) -> None:
    """And with the rows of people who came after."""
    cut_before_checkpoint(forger)
    last = forger.last()
    forger.run("DELETE FROM checkpoints WHERE size > ?", last)
    forger.run("DELETE FROM nip_index WHERE position > ?", last)
    forger.run("UPDATE nip_index_state SET position = ?", last)


def drop_middle(forger: Forger) -> None:
    _drop(forger, forger.find(COMPETENCY, 3)["position"])


def drop_middle_and_renumber(forger: Forger) -> None:
    gone = forger.event(forger.last() - 3)
    _drop(forger, gone["position"])
    for position in range(gone["position"] + 1, gone["position"] + 4):
        forger.put(position, position=position - 1)
        forger.run("UPDATE sealed SET position = ? WHERE position = ?", position - 1, position)
    forger.run("UPDATE heads SET position = ?", gone["position"] + 2)


def swap_two(forger: Forger) -> None:
    """Two neighbours of one command exchange their places, sealed parts and all."""
    second = forger.last()
    one, other = forger.event(second - 1), forger.event(second)
    parts = forger.sealed_of(second - 1), forger.sealed_of(second)
    _drop(forger, second - 1)
    _drop(forger, second)
    forger.insert(other | {"position": second - 1, "recorded_at": one["recorded_at"]})
    forger.insert(one | {"position": second, "recorded_at": other["recorded_at"]})
    for position, some in zip((second, second - 1), parts, strict=True):
        for key_class, part in some:
            forger.run("INSERT INTO sealed VALUES (?, ?, ?)", position, key_class, part)


def insert_at_end(forger: Forger) -> None:
    forger.insert(_one_more(forger))


def insert_and_mend_head(forger: Forger) -> None:
    """An event that nobody sent, with everything right: no different from one that was sent."""
    forger.insert(_one_more(forger))
    forger.mend_head()


def insert_in_the_middle(forger: Forger) -> None:
    """Among the events behind the last checkpoint, with all later positions moved on."""
    place = forger.last() - 2
    new = _one_more(forger)
    for position in range(forger.last(), place - 1, -1):
        forger.put(position, position=position + 1)
        forger.run("UPDATE sealed SET position = ? WHERE position = ?", position + 1, position)
    before = forger.event(place - 1)
    forger.insert(forger.leafed(
        new | {"position": place, "recorded_at": before["recorded_at"]}))  # fmt: skip
    forger.mend_head()


def renumber_versions(forger: Forger) -> None:
    """One event of a stream takes the number behind the last."""
    event = forger.find(COMPETENCY)
    forger.rewrite(event["position"], version=90)


def write_otherwise(forger: Forger) -> None:
    """The same fact at the end of the log, in another program's spelling, all hashes right."""
    new = _one_more(forger)
    forger.insert(forger.leafed(new | {"payload": b'{"golongan": "IV/a"}'}))
    forger.mend_head()


def write_a_float(forger: Forger) -> None:
    new = _one_more(forger, topic=COMPETENCY)
    payload = b'{"category":"TEKNIS","hours":20.5,"to":"2022-03-04"}'
    forger.insert(forger.leafed(new | {"payload": payload}))
    forger.mend_head()


def write_unknown_topic(forger: Forger) -> None:
    forger.insert(forger.leafed(_one_more(forger) | {"topic": "employee.promise/1"}))
    forger.mend_head()


def write_without_a_field(forger: Forger) -> None:
    forger.insert(forger.leafed(_one_more(forger) | {"payload": b"{}"}))
    forger.mend_head()


def write_back_in_time(forger: Forger) -> None:
    new = _one_more(forger)
    earlier = forger.event(3)["recorded_at"]
    forger.insert(forger.leafed(new | {"recorded_at": earlier}))
    forger.mend_head()


def write_too_large(forger: Forger) -> None:
    context = canonical_json({"actor": "x" * 70_000})
    new = _one_more(forger) | {"context": context}
    told = dict(new)
    told["leaf"] = bytes(32)
    forger.insert(told)


def found_again(forger: Forger) -> None:
    """A second founding within the log."""
    first = forger.event(1)
    new = _one_more(forger)
    forger.insert(
        forger.leafed(
            new
            | {
                "topic": first["topic"],
                "payload": first["payload"],
                "context": first["context"],
                "sealed_digest": None,
            }
        )
    )
    forger.mend_head()


def position_twice(forger: Forger) -> None:
    """The table made anew without its keys, and a second row at a position."""
    event = forger.find(GOLONGAN)
    if forger.sqlite:
        forger.run("CREATE TABLE copied AS SELECT * FROM events")
        forger.run("DROP TABLE events")
        forger.run("ALTER TABLE copied RENAME TO events")
    else:
        forger.run("ALTER TABLE events DROP CONSTRAINT events_pkey")
        forger.run("ALTER TABLE events DROP CONSTRAINT events_stream_version")
    forger.insert(event | {"payload": b'{"golongan":"IV/e"}'})


def before_the_first(forger: Forger) -> None:
    forger.insert(forger.leafed(_one_more(forger) | {"position": -5}))


def alter_enacted_text(forger: Forger) -> None:
    event = forger.find(ENACT)
    text = str(orjson.loads(event["payload"])["text"]) + "# lain\n"
    forger.put(event["position"], payload=forger.with_fields(event, text=text))


def alter_enacted_text_with_leaf(forger: Forger) -> None:
    event = forger.find(ENACT)
    text = str(orjson.loads(event["payload"])["text"]) + "# lain\n"
    forger.rewrite(event["position"], payload=forger.with_fields(event, text=text))


def propose_other_text(forger: Forger) -> None:
    """All hashes of the log right; the digest is that of a text without the last line."""
    text = "instrument: contoh\ndecree: lain\n"
    digest = hashlib.sha256(text[:-1].encode()).hexdigest()
    _propose(forger, "enact", {"instrument": "contoh", "sha256": digest, "text": text})


def propose_lines(forger: Forger) -> None:
    """Only the text of an instrument may hold line breaks."""
    _propose(forger, "repeal", {"instrument": "contoh", "text": "satu\ndua"})


def _propose(forger: Forger, kind: str, command: dict[str, Any]) -> None:
    payload = {"command": command, "digest": "0" * 64, "kind": kind}
    _about_the_ledger(forger, "ledger.proposed/1", payload)


# -- what is signed --------------------------------------------------------------------------------


def forge_checkpoint(forger: Forger) -> None:
    """A true tree under another key of the same name."""
    origin = origin_of(forger)
    forger.sign_again(signing_key(origin, Ed25519PrivateKey.generate()), origin)


def edit_checkpoint(forger: Forger) -> None:
    (size, data) = forger.rows("SELECT size, note FROM checkpoints ORDER BY size")[0]
    at = data.index(b"\n\n") - 3
    forger.run(
        "UPDATE checkpoints SET note = ? WHERE size = ?",
        data[:at] + (b"A" if data[at : at + 1] != b"A" else b"E") + data[at + 1 :], size,
    )  # fmt: skip


def garble_checkpoint(forger: Forger) -> None:
    forger.run("UPDATE checkpoints SET note = ?", b"not a note")


def exchange_checkpoints(forger: Forger) -> None:
    """The older note at the place of the newer."""
    rows = forger.rows("SELECT size, note FROM checkpoints ORDER BY size")
    forger.run("UPDATE checkpoints SET note = ? WHERE size = ?", rows[0][1], rows[1][0])


def sign_another_origin(forger: Forger) -> None:
    with own_key(forger) as (key, _):
        forger.sign_again(key, "ledger/orang-lain")


def hide_newest_checkpoint(forger: Forger) -> None:
    (size,) = forger.rows("SELECT max(size) FROM checkpoints")[0]
    forger.run("DELETE FROM checkpoints WHERE size = ?", size)


def edit_heads_event(forger: Forger) -> None:
    """A commitment to other heads, in the log's own last event, all else mended."""
    event = forger.find("ledger.heads/1", -1)
    for position in range(forger.last(), event["position"], -1):
        _drop(forger, position)
    forger.run("DELETE FROM checkpoints WHERE size >= ?", event["position"])
    changed = forger.with_fields(event, streams_root="ab" * 32)
    forger.rewrite(event["position"], payload=changed)
    forger.mend_head()


def edit_tile(forger: Forger) -> None:
    hashes = forger.rows("SELECT hashes FROM tiles WHERE level = 0 AND number = 0")[0][0]
    forger.run("UPDATE tiles SET hashes = ? WHERE number = 0", bytes(32) + hashes[32:])


def edit_tile_root(forger: Forger) -> None:
    forger.run("UPDATE tiles SET root = ? WHERE number = 0", bytes(32))


def add_tile(forger: Forger) -> None:
    forger.run("INSERT INTO tiles VALUES (0, 7, ?, ?)", bytes(32), bytes(8_192))


def drop_checkpoints_table(forger: Forger) -> None:
    forger.run("DROP TABLE checkpoints")


def drop_tiles_table(forger: Forger) -> None:
    forger.run("DROP TABLE tiles")
    garble_checkpoint(forger)


def write_deep(forger: Forger) -> None:
    deep = b'{"golongan":' + b"[" * 1_000 + b"]" * 1_000 + b"}"
    forger.insert(forger.leafed(_one_more(forger) | {"payload": deep}))
    forger.mend_head()


def drop_tiles(forger: Forger) -> None:
    """They are computed again where they are needed."""
    forger.run("DELETE FROM tiles")


def split_view(forger: Forger) -> Claim:
    """The key holder shows this auditor another history, and signs it for him."""
    change_and_sign_again(forger)
    size = forger.rows("SELECT max(size) FROM checkpoints")[0][0]
    note = forger.rows("SELECT note FROM checkpoints WHERE size = ?", size)[0][0]
    return parse_claim(note, source="what this auditor was given")


def put_own_key(forger: Forger) -> None:
    """The log names a key of the forger from here on, with leaf and head right."""
    founded = orjson.loads(forger.event(1)["payload"])
    payload = {"name": origin_of(forger), "public_key": os.urandom(32).hex()}
    payload["replaces"] = next(iter(founded["public_keys"].values()))
    _about_the_ledger(forger, "ledger.signing_key/1", payload)


# -- pieces ----------------------------------------------------------------------------------------


def _about_the_ledger(forger: Forger, topic: str, payload: dict[str, Any]) -> None:
    """One more event of the ledger stream at the end of the log, everything right."""
    last, founded = forger.event(forger.last()), forger.event(1)
    count = "SELECT max(version) FROM events WHERE stream = ?"
    forger.insert(
        forger.leafed(
            founded
            | {
                "position": last["position"] + 1,
                "version": forger.rows(count, founded["stream"])[0][0] + 1,
                "topic": topic,
                "recorded_at": last["recorded_at"] + timedelta(seconds=1),
                "payload": canonical_json(payload),
                "salt": os.urandom(16),
                "sealed_digest": None,
            }
        )
    )
    forger.mend_head()


@contextmanager
def own_key(forger: Forger) -> Iterator[tuple[SigningKey, str]]:
    """The ledger's own signing key, in the hands of who holds the key folder."""
    origin = origin_of(forger)
    with Keyring.open(forger.place.keys, origin, randomness=os.urandom) as keyring:
        verifier = verifier_key(origin, keyring.signing.public_key())
        yield SigningKey(verifier, keyring.signing.sign), origin


def origin_of(forger: Forger) -> str:
    """The ledger's name in its checkpoints."""
    return str(orjson.loads(forger.event(1)["payload"])["origin"])


def _drop(forger: Forger, position: int) -> None:
    forger.run("DELETE FROM events WHERE position = ?", position)
    forger.run("DELETE FROM sealed WHERE position = ?", position)


def _one_more(forger: Forger, topic: str = GOLONGAN) -> Event:
    """An event as a sender's would be: the next of somebody's stream, at the end of the log."""
    last = forger.event(forger.last())
    event = forger.find(topic)
    version = forger.rows("SELECT max(version) FROM events WHERE stream = ?", event["stream"])[0][0]
    return forger.leafed(
        event
        | {
            "position": last["position"] + 1,
            "version": version + 1,
            "recorded_at": last["recorded_at"] + timedelta(seconds=1),
            "payload": b'{"golongan":"IV/e"}',
            "salt": os.urandom(16),
            "sealed_digest": None,
        }
    )
