"""Checkpoints: what they cover, what a crash leaves, and that the key signs one history."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from ledger.application import Founding, Ledger
from ledger.checkpoints import checkpoint, checkpoint_store
from ledger.checkpoints.checkpoint import STEPS, take_checkpoint
from ledger.checkpoints.checkpoint_store import CheckpointRefused
from ledger.events.base import encode
from ledger.events.book import HeadsCommitted
from ledger.proofs import note as notes
from ledger.proofs.heads import StreamHead, heads_root
from ledger.storage.store import EventStore
from ledger.storage.store_errors import ChangeRefused, LedgerReadOnly
from tests.builders import FOUNDING
from tests.clocks import SteppingClock
from tests.keys import seeded
from tests.oracle import naive_merkle as naive
from tests.store.making import command, new_stream
from tests.store.raw import raw_connection, rows

ACTOR = "tests"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder for keys."""
    return tmp_path / "keys"


@pytest.fixture
def ledger(database_url: str, keys: Path, clock: SteppingClock) -> Iterator[Ledger]:
    """A founded ledger with some streams."""
    found = Ledger.found(
        database_url, FOUNDING, keys=keys, actor=ACTOR, randomness=seeded(), clock=clock
    )
    fill(found, 5)
    yield found
    found.close()


def reopened(url: str, keys: Path, clock: SteppingClock) -> Ledger:
    """The ledger as the next process sees it."""
    return Ledger.open(url, keys=keys, randomness=seeded(2), clock=clock)


def fill(ledger: Ledger, streams: int) -> None:
    """Streams of two events each."""
    for _ in range(streams):
        ledger.store.append(command(new_stream(), 1, 2))


def leaves(ledger: Ledger, size: int) -> list[bytes]:
    """The stored leaves."""
    return [event.leaf for event in ledger.store.read(1, size)]


def naive_heads(ledger: Ledger, upto: int) -> list[StreamHead]:
    """The head of each stream, by reading everything."""
    found: dict[str, StreamHead] = {}
    for event in ledger.store.read(1, upto):
        found[event.stream.hex] = StreamHead(event.stream.hex, event.version, event.leaf)
    return list(found.values())


def test_a_checkpoint_is_the_root_over_everything(ledger: Ledger) -> None:
    """Its last event commits to the heads of all streams before it, and its root is the RFC's."""
    before = ledger.store.head().position
    taken = take_checkpoint(ledger, actor=ACTOR)
    assert taken.size == ledger.store.head().position == before + 1
    assert taken.checkpoint.root == naive.mth(leaves(ledger, taken.size), naive.same)
    event = next(iter(ledger.store.read(taken.size, taken.size)))
    payload = orjson.loads(event.state)
    assert event.topic == "ledger.heads/1"
    assert (payload["upto"], payload["streams"]) == (before, 6)
    assert payload["streams_root"] == heads_root(naive_heads(ledger, before)).hex()
    assert payload["nip_index_head"] == ledger.index.digest()


def test_the_note_verifies_under_the_key_that_the_log_names(ledger: Ledger) -> None:
    """Whoever has the founding event can verify the note, which names this ledger's origin."""
    taken = take_checkpoint(ledger, actor=ACTOR)
    keys = checkpoint.recorded_keys(ledger)
    found, _ = notes.opened(taken.text(), keys, origin=ledger.origin)
    assert found == taken.checkpoint
    assert keys[-1].name == ledger.origin
    assert notes.verifier_key_text(keys[-1]).startswith(ledger.origin + "+")


def test_nothing_new_gives_the_same_checkpoint(ledger: Ledger) -> None:
    """A schedule that comes too often adds no events and no notes."""
    first = take_checkpoint(ledger, actor=ACTOR)
    assert take_checkpoint(ledger, actor=ACTOR) == first
    fill(ledger, 1)
    second = take_checkpoint(ledger, actor=ACTOR)
    assert checkpoint_store.checkpoint_sizes(ledger.store) == [first.size, second.size]
    assert checkpoint_store.last_checkpoint(ledger.store) == second
    assert checkpoint_store.checkpoint_covering(ledger.store, first.size + 1) == second
    with pytest.raises(CheckpointRefused, match="No checkpoint covers"):
        checkpoint_store.checkpoint_covering(ledger.store, second.size + 1)
    with pytest.raises(CheckpointRefused, match="no checkpoint of 2"):
        checkpoint_store.read_checkpoint(ledger.store, 2)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_after_any_step_is_finished_by_the_next_call(
    step: str, ledger: Ledger, database_url: str, keys: Path, clock: SteppingClock
) -> None:
    """Whatever was left, one more call gives a checkpoint over all of it, with no gap or fork."""
    before = take_checkpoint(ledger, actor=ACTOR)
    fill(ledger, 3)
    with pytest.raises(RuntimeError):
        take_checkpoint(ledger, actor=ACTOR, step=stop_at(step))
    head = ledger.store.head().position
    with reopened(database_url, keys, clock) as again:
        done = take_checkpoint(again, actor=ACTOR)
        # Heads that were committed are signed, and none are added.
        assert done.size == (head + 1 if step == "tiles" else head)
        assert done.checkpoint.root == naive.mth(leaves(again, done.size), naive.same)
        sizes = checkpoint_store.checkpoint_sizes(again.store)
    assert sizes == [before.size, done.size]


def stop_at(wanted: str) -> Callable[[str], None]:
    """A crash after a step."""

    def step(name: str) -> None:
        if name == wanted:
            raise RuntimeError(name)

    return step


def test_heads_left_alone_are_followed_by_new_ones(ledger: Ledger) -> None:
    """Heads that were committed before a crash stay in the log; later events need new ones."""
    with pytest.raises(RuntimeError):
        take_checkpoint(ledger, actor=ACTOR, step=stop_at("heads"))
    fill(ledger, 1)
    taken = take_checkpoint(ledger, actor=ACTOR)
    topics = [event.topic for event in ledger.store.read()]
    assert topics.count("ledger.heads/1") == 2
    assert taken.size == len(topics)


def test_forged_heads_at_the_end_are_not_signed(ledger: Ledger) -> None:
    """Heads that somebody appended and that are not those of the events: new ones follow them."""
    head = ledger.store.head().position
    forged = HeadsCommitted(upto=head, streams=1, streams_root="00" * 32)
    ledger.append_to_book([encode(forged)], "intruder")
    taken = take_checkpoint(ledger, actor=ACTOR)
    assert taken.size == head + 2
    event = next(iter(ledger.store.read(taken.size, taken.size)))
    assert (
        orjson.loads(event.state)["streams_root"] == heads_root(naive_heads(ledger, head + 1)).hex()
    )


def test_a_key_changed_in_what_was_lost_is_replaced(
    ledger: Ledger, database_url: str, keys: Path, clock: SteppingClock
) -> None:
    """The log names a key that the folder replaced since: only said openly does it go on."""
    ledger.keyring.signing.draft()
    ledger.keyring.signing.adopt()
    for rotate in (take_checkpoint, checkpoint.rotate_signing_key):
        with pytest.raises(CheckpointRefused, match="older backup"):
            rotate(ledger, actor=ACTOR)
    after = checkpoint.rotate_signing_key(ledger, actor=ACTOR, after_restore=True)
    new = checkpoint.recorded_keys(ledger)[-1]
    assert notes.signed_by(after.note, [new]) == ((new, None),)


def test_a_database_put_back_is_not_signed(
    sqlite_url: str, keys: Path, tmp_path: Path, clock: SteppingClock
) -> None:
    """After an older file came back, the key refuses; said openly, a new key goes on."""
    path = tmp_path / "ledger.sqlite3"
    with founded(sqlite_url, keys, clock) as ledger:
        first = take_checkpoint(ledger, actor=ACTOR)
        ledger.store.close()
        shutil.copy(path, tmp_path / "backup")
    with reopened(sqlite_url, keys, clock) as ledger:
        fill(ledger, 2)
        lost = take_checkpoint(ledger, actor=ACTOR)
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup", path)
    with reopened(sqlite_url, keys, clock) as ledger:
        fill(ledger, 9)
        with pytest.raises(CheckpointRefused, match="no second history"):
            take_checkpoint(ledger, actor=ACTOR)
        with pytest.raises(CheckpointRefused, match="no second history"):
            checkpoint.rotate_signing_key(ledger, actor=ACTOR)
        after = checkpoint.rotate_signing_key(ledger, actor=ACTOR, after_restore=True)
        old, new = checkpoint.recorded_keys(ledger)[0], checkpoint.recorded_keys(ledger)[-1]
        assert notes.signed_by(after.note, [old, new]) == ((new, None),)
        assert after.size > lost.size > first.size
        fill(ledger, 1)
        assert take_checkpoint(ledger, actor=ACTOR).size > after.size


def founded(url: str, keys: Path, clock: SteppingClock, founding: Founding = FOUNDING) -> Ledger:
    """A new ledger with a few events."""
    ledger = Ledger.found(url, founding, keys=keys, actor=ACTOR, randomness=seeded(), clock=clock)
    fill(ledger, 2)
    return ledger


def test_changed_leaves_are_not_signed(ledger: Ledger, database_url: str) -> None:
    """If a stored leaf is not the one that was appended, the key stays silent and says why."""
    with raw_connection(database_url) as owner:
        if ledger.store.dialect == "sqlite":
            owner.execute("DROP TRIGGER events_update_refused")
            owner.execute("UPDATE events SET leaf = zeroblob(32) WHERE position = 3")
        else:
            owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
            owner.execute(
                "UPDATE events SET leaf = decode(repeat('00', 32), 'hex') WHERE position = 3"
            )
    head = ledger.store.head().position
    with pytest.raises(CheckpointRefused, match="not those that were appended"):
        take_checkpoint(ledger, actor=ACTOR)
    assert ledger.store.head().position == head


def test_forged_tiles_are_made_anew(ledger: Ledger, database_url: str) -> None:
    """Tiles that do not follow from the leaves cost time: they are noticed, dropped and made."""
    fill(ledger, 300)
    taken = take_checkpoint(ledger, actor=ACTOR)
    before = rows(database_url, "SELECT * FROM tiles")
    assert len(before) == 2
    with raw_connection(database_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT * FROM tiles")
        owner.execute("DELETE FROM tiles")
        owner.execute("INSERT INTO tiles SELECT level, number, hashes, hashes FROM kept")
    fill(ledger, 1)
    later = take_checkpoint(ledger, actor=ACTOR)
    assert later.size > taken.size
    assert rows(database_url, "SELECT * FROM tiles") == before


def test_a_new_key_is_vouched_for_by_the_old_one(ledger: Ledger) -> None:
    """The change is an event, the checkpoint over it has both signatures, the next only the new."""
    take_checkpoint(ledger, actor=ACTOR)
    changed = checkpoint.rotate_signing_key(ledger, actor=ACTOR)
    old, new = checkpoint.recorded_keys(ledger)
    assert {key for key, _ in notes.signed_by(changed.note, [old, new])} == {old, new}
    assert ledger.keyring.public_key == new.public
    fill(ledger, 1)
    later = take_checkpoint(ledger, actor=ACTOR)
    assert notes.signed_by(later.note, [old, new]) == ((new, None),)


@pytest.mark.parametrize("step", ["drafted", *STEPS])
def test_a_change_of_key_survives_a_crash(
    step: str,
    ledger: Ledger,
    database_url: str,
    keys: Path,
    clock: SteppingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a crash at any step, the next checkpoints are signed by a key that the log names."""

    def crashing(given: Ledger, *, actor: str) -> object:
        if step == "drafted":
            raise RuntimeError(step)
        return take_checkpoint(given, actor=actor, step=stop_at(step))

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "take_checkpoint", crashing)
        with pytest.raises(RuntimeError):
            checkpoint.rotate_signing_key(ledger, actor=ACTOR)
    with reopened(database_url, keys, clock) as again:
        taken = take_checkpoint(again, actor=ACTOR)
        recorded = checkpoint.recorded_keys(again)
        assert {key for key, _ in notes.signed_by(taken.note, recorded)} == set(recorded)
        fill(again, 1)
        later = take_checkpoint(again, actor=ACTOR)
        assert notes.signed_by(later.note, recorded) == ((recorded[-1], None),)
        assert again.keyring.public_key == recorded[-1].public


def test_rotation_of_other_keys_keeps_the_signing_keys(ledger: Ledger) -> None:
    """`keys rotate` wraps the drafted and the living signing key anew and changes neither."""
    signing = ledger.keyring.signing
    drafted, current = signing.draft(), signing.public_key()
    taken = take_checkpoint(ledger, actor=ACTOR)
    ledger.keyring.rotate(SteppingClock()())
    assert (signing.next_public_key(), signing.public_key()) == (drafted, current)
    assert signing.draft() == drafted
    assert signing.last_signed() == taken.note.body


def test_keys_of_another_day_are_refused(
    ledger: Ledger, database_url: str, keys: Path, tmp_path: Path, clock: SteppingClock
) -> None:
    """An older key folder with a newer log: nothing is signed, and nothing appended."""
    older = tmp_path / "older"
    shutil.copytree(keys, older)
    checkpoint.rotate_signing_key(ledger, actor=ACTOR)
    fill(ledger, 1)
    head = ledger.store.head().position
    with (
        reopened(database_url, older, clock) as again,
        pytest.raises(CheckpointRefused, match="older backup"),
    ):
        take_checkpoint(again, actor=ACTOR)
    assert ledger.store.head().position == head


def test_what_was_signed_cannot_be_changed(ledger: Ledger, database_url: str) -> None:
    """The database refuses to change, remove or replace checkpoints and what stands under them."""
    taken = take_checkpoint(ledger, actor=ACTOR)
    checkpoint_store.add_timestamp(ledger.store, taken.size, b"response")
    before = rows(database_url, "SELECT * FROM checkpoints")
    changes = [
        "UPDATE checkpoints SET size = 1",
        "DELETE FROM checkpoints",
        "UPDATE timestamps SET size = 1",
        "DELETE FROM timestamps",
        "INSERT INTO checkpoints SELECT * FROM checkpoints",
    ]
    if ledger.store.dialect == "sqlite":
        changes.append("INSERT OR REPLACE INTO checkpoints SELECT size, x'00' FROM checkpoints")
    for change in changes:
        with (
            raw_connection(database_url) as owner,
            pytest.raises(Exception, match=r"asn-ledger|duplicate"),
        ):
            owner.execute(change)
    assert rows(database_url, "SELECT * FROM checkpoints") == before


def test_a_ledger_founded_before_gets_its_tables(
    ledger: Ledger, database_url: str, keys: Path, clock: SteppingClock
) -> None:
    """A database without the tables of checkpoints is opened, completed and signed."""
    with raw_connection(database_url) as owner:
        for table in ("tiles", "checkpoints", "cosignatures", "timestamps"):
            owner.execute(f"DROP TABLE {table}")
    if ledger.store.dialect == "sqlite":
        with pytest.raises(LedgerReadOnly, match="before there were checkpoints"):
            EventStore.open(database_url + "?mode=ro")
    with reopened(database_url, keys, clock) as again:
        taken = take_checkpoint(again, actor=ACTOR)
        assert taken.size == again.store.head().position


def test_the_application_may_add_and_not_change(ledger: Ledger) -> None:
    """The store's own connections cannot alter a checkpoint either."""
    take_checkpoint(ledger, actor=ACTOR)
    with pytest.raises(ChangeRefused):
        with ledger.store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM checkpoints")
    assert checkpoint_store.last_checkpoint(ledger.store) is not None


def test_an_agency_code_with_a_space_can_sign(
    sqlite_url: str, keys: Path, clock: SteppingClock
) -> None:
    """The origin is the key's name: what no name can hold is written otherwise."""
    founding = Founding("Kota A+B", "Kota Contoh", "Asia/Makassar")
    with founded(sqlite_url, keys, clock, founding) as ledger:
        assert ledger.origin.startswith("asn-ledger/Kota%20A%2BB/")
        taken = take_checkpoint(ledger, actor=ACTOR)
        assert notes.opened(taken.text(), checkpoint.recorded_keys(ledger))[0].size == taken.size
