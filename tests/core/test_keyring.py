"""Keys are durable, private, found again, destroyed for good, and survive a crash at every step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger import key_folder, key_store
from ledger.errors import LedgerError, ProgramError
from ledger.key_errors import (
    EpochKeyMissing,
    EpochKeyWrong,
    KeyDestroyed,
    KeyExists,
    KeyFolderExists,
    KeyFolderMissing,
    KeyFolderUnnamed,
    KeyFolderWrongOrigin,
    KeyMissing,
    KeyStoreBroken,
    KeyStoreNewer,
    KeyStoreUnavailable,
)
from ledger.key_folder import default_key_folder, epoch_path, loose_files
from ledger.keyring import Keyring
from ledger.rotation import STEPS
from tests.keys import LATER, LATER_TEXT, ORIGIN, new_keyring, reopened, seeded, stream

STREAMS = [stream(number) for number in range(1, 6)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3.keys"


def raw(folder: Path, *statements: str) -> None:
    """What somebody does who owns the file."""
    connection = sqlite3.connect(folder / key_folder.STORE_NAME)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


# ----------------------------------------------------------------------------------- kept and found


def test_keys_come_back_after_reopening(folder: Path) -> None:
    """What one process stored, the next one reads: keys, secrets, signing key."""
    with new_keyring(folder) as ring:
        drawn = ring.ensure(STREAMS)
        secret, public = ring.secret("title"), ring.public_key
    with reopened(folder) as ring:
        assert ring.keys_many(STREAMS) == drawn
        assert ring.keys(STREAMS[0]) == drawn[STREAMS[0]]
        assert (ring.secret("title"), ring.public_key) == (secret, public)
        assert ring.count() == len(STREAMS)


def test_every_key_is_its_own(folder: Path) -> None:
    """No two streams, and no two classes of one, share a key or a digest."""
    with new_keyring(folder) as ring:
        found = ring.ensure(STREAMS).values()
    every = {key for keys in found for key in (keys.identity, keys.restricted)}
    digests = {digest for keys in found for digest in keys.digests.values()}
    assert len(every) == len(digests) == 2 * len(STREAMS)
    assert {len(key) for key in every} == {32}


def test_ensure_draws_once(folder: Path) -> None:
    """A founding that goes on after a crash gets the keys drawn before it."""
    with new_keyring(folder) as ring:
        before = ring.ensure(STREAMS[:2])
    with reopened(folder) as ring:
        after = ring.ensure([*STREAMS, STREAMS[0]])
        assert {one: after[one] for one in before} == before
        assert ring.count() == len(STREAMS)


def test_adding_again_is_nothing_and_replacing_is_refused(folder: Path) -> None:
    """Keys are never replaced, and a batch with one refusal stores nothing."""
    with new_keyring(folder) as ring:
        keys = ring.new_keys()
        ring.add_many([(STREAMS[0], keys)])
        ring.add_many([(STREAMS[0], keys)])
        with pytest.raises(KeyExists):
            ring.add_many([(STREAMS[1], keys), (STREAMS[0], ring.new_keys())])
        with pytest.raises(KeyMissing):
            ring.keys(STREAMS[1])
        with pytest.raises(ProgramError):
            ring.add_many([(STREAMS[2], keys), (STREAMS[2], keys)])
        ring.add_many([])
        assert ring.count() == 1


def test_added_keys_are_on_disk_before_the_call_returns(folder: Path) -> None:
    """Another connection sees them, and the commit waited for the disk."""
    with new_keyring(folder) as ring:
        ring.ensure(STREAMS)
        assert ring._store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ring._store._connection.execute("PRAGMA secure_delete").fetchone() == (1,)
        with reopened(folder) as other:
            assert other.keys_many(STREAMS) == ring.keys_many(STREAMS)


def test_an_unknown_stream_is_named(folder: Path) -> None:
    """A key store older than the ledger is noticed and says which person is lacking."""
    with new_keyring(folder) as ring, pytest.raises(KeyMissing) as caught:
        ring.keys_many(STREAMS)
    assert STREAMS[0].hex in caught.value.message
    assert "4 more" in caught.value.message
    assert "backup" in caught.value.next_step


def test_keys_are_found_again_when_memory_was_full(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound on keys kept in memory changes no answer."""
    monkeypatch.setattr("ledger.keyring._CACHED_MAX", 2)
    with new_keyring(folder) as ring:
        drawn = ring.ensure(STREAMS)
        assert len(ring._cached) == 2
        assert ring.keys_many(STREAMS) == drawn
        assert [ring.keys(one) for one in STREAMS] == [drawn[one] for one in STREAMS]


def test_the_same_seed_gives_the_same_keys(tmp_path: Path) -> None:
    """A demo ledger with seeded randomness is the same twice; another seed gives another one."""
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        with new_keyring(tmp_path / name, seed=seed) as ring:
            found.append((ring.ensure(STREAMS), ring.public_key, ring.secret("title")))
    assert found[0] == found[1] != found[2]


# ------------------------------------------------------------------------- secrets and signatures


def test_secrets_differ_by_name_and_have_ids(folder: Path) -> None:
    """Each purpose has its own 32 bytes; an id tells them apart; what signs is not given out."""
    names = ["nip-index", "title", "requests", "person-ids"]
    with new_keyring(folder) as ring:
        assert len({ring.secret(name) for name in names}) == len(names)
        assert {len(ring.secret(name)) for name in names} == {32}
        ids = {ring.secret_id(name) for name in names}
        assert len(ids) == len(names)
        assert {len(one) for one in ids} == {16}
        for kept_back in ("master", "signing"):
            with pytest.raises(ProgramError):
                ring.secret(kept_back)


def test_a_signature_verifies_with_the_public_key(folder: Path) -> None:
    """Checkpoints are signed with the key whose public half the founding event states."""
    with new_keyring(folder) as ring:
        signature = ring.sign(b"checkpoint")
        Ed25519PublicKey.from_public_bytes(ring.public_key).verify(signature, b"checkpoint")


# ------------------------------------------------------------------------------ the folder on disk


def test_files_are_for_the_owner_alone(folder: Path) -> None:
    """Whatever the umask: 0600 for files, the journal included, and 0700 for folders."""
    before = os.umask(0)
    try:
        with new_keyring(folder) as ring:
            ring.ensure(STREAMS)
            ring.rotate(LATER)
            assert loose_files(folder) == []
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes == {True: 0o700, False: 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_loose_files_are_shown_and_not_refused(folder: Path) -> None:
    """A key file that others may read is a finding for doctor; the ledger still opens."""
    new_keyring(folder).close()
    epoch_path(folder, 1).chmod(0o644)
    folder.chmod(0o750)
    found = {(one.path, one.mode, one.wanted) for one in loose_files(folder)}
    assert found == {(folder, 0o750, 0o700), (epoch_path(folder, 1), 0o644, 0o600)}
    reopened(folder).close()


@pytest.mark.parametrize(
    ("url", "origin", "expected"),
    [
        ("sqlite:///var/ledger.sqlite3", None, "var/ledger.sqlite3.keys"),
        ("sqlite:////srv/a/ledger.sqlite3", ORIGIN, "/srv/a/ledger.sqlite3.keys"),
        ("postgresql+psycopg://u:p@h/db", "bkd.example.go.id", "var/keys/bkd.example.go.id"),
        ("postgresql+psycopg://u@h/db?schema=x", "a/../b c", "var/keys/a%2F..%2Fb%20c"),
    ],
)
def test_keys_have_a_place_by_default(url: str, origin: str | None, expected: str) -> None:
    """Beside a SQLite file, else under var/keys by origin, which cannot lead out of it."""
    assert default_key_folder(url, origin) == Path(expected)


@pytest.mark.parametrize(
    ("url", "origin"),
    [("sqlite://", None), ("sqlite:///:memory:", ORIGIN), ("postgresql://h/db", None),
     ("postgresql://h/db", "..")],
)  # fmt: skip
def test_without_a_place_the_setting_is_asked_for(url: str, origin: str | None) -> None:
    """No guess is made where the keys might lie."""
    with pytest.raises(KeyFolderUnnamed) as caught:
        default_key_folder(url, origin)
    assert "ASN_LEDGER_KEYS" in caught.value.next_step
    assert caught.value.exit_status == 2


def test_a_lost_key_folder_says_what_is_lost(folder: Path) -> None:
    """The folder is named, with what still works and where to put it back."""
    with pytest.raises(KeyFolderMissing) as caught:
        reopened(folder)
    assert str(folder) in caught.value.message
    assert "scores can still be computed" in caught.value.message
    assert "ASN_LEDGER_KEYS" in caught.value.next_step


def test_a_lost_epoch_key_says_which_file(folder: Path) -> None:
    """The lost file is named; nothing is made in its place."""
    new_keyring(folder).close()
    epoch_path(folder, 1).unlink()
    with pytest.raises(EpochKeyMissing, match=r"000001\.key"):
        reopened(folder)
    assert not epoch_path(folder, 1).exists()


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 32, b"x" * 33])
def test_a_wrong_epoch_key_is_noticed_on_opening(folder: Path, content: bytes) -> None:
    """A file of another ledger or a damaged one is refused before anything is read with it."""
    new_keyring(folder).close()
    epoch_path(folder, 1).write_bytes(content)
    with pytest.raises(EpochKeyWrong, match=r"000001\.key"):
        reopened(folder)


def test_keys_of_another_ledger_are_refused(folder: Path) -> None:
    """Both ledgers are named."""
    new_keyring(folder).close()
    with pytest.raises(KeyFolderWrongOrigin) as caught:
        Keyring.open(folder, "bkd.other.go.id", randomness=seeded())
    assert ORIGIN in caught.value.message
    assert "bkd.other.go.id" in caught.value.message


def test_keys_are_never_made_over_others(folder: Path) -> None:
    """A folder with keys, or with an epoch key whose store was lost, is left as it is."""
    new_keyring(folder).close()
    with pytest.raises(KeyFolderExists):
        new_keyring(folder, seed=2)
    (folder / key_folder.STORE_NAME).unlink()
    before = epoch_path(folder, 1).read_bytes()
    with pytest.raises(KeyFolderExists):
        new_keyring(folder, seed=2)
    assert epoch_path(folder, 1).read_bytes() == before


def test_an_interrupted_making_is_begun_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash before the store is complete leaves nothing that hinders a second `init`."""

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(key_store.KeyStore, "put_secret", crash)
        with pytest.raises(KeyboardInterrupt):
            new_keyring(folder)
    with pytest.raises(KeyFolderMissing, match="never finished"):
        reopened(folder)
    with new_keyring(folder, seed=2) as ring:
        ring.ensure(STREAMS)
    with reopened(folder) as ring:
        assert ring.count() == len(STREAMS)


def test_a_store_that_is_no_store_is_refused(folder: Path) -> None:
    """Another file, and a newer format, are told from a lost one."""
    new_keyring(folder).close()
    raw(folder, "UPDATE meta SET value = 99 WHERE name = 'format'")
    with pytest.raises(KeyStoreNewer, match="99"):
        reopened(folder)
    (folder / key_folder.STORE_NAME).write_bytes(b"this is no database at all" * 100)
    with pytest.raises(KeyStoreBroken):
        reopened(folder)


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE wrapped SET identity = restricted",
        "UPDATE wrapped SET identity = zeroblob(60)",
        "UPDATE wrapped SET identity = x''",
        "UPDATE wrapped SET identity = (SELECT max(identity) FROM wrapped WHERE stream <> x'00')",
    ],
)
def test_swapped_wrapped_keys_are_noticed(folder: Path, forgery: str) -> None:
    """A wrapped key opens for its own stream and class only."""
    with new_keyring(folder) as ring:
        ring.ensure(STREAMS)
    raw(folder, forgery)
    with reopened(folder) as ring, pytest.raises(KeyStoreBroken):
        ring.keys(STREAMS[0])


def test_a_missing_secret_is_noticed(folder: Path) -> None:
    """A store without one of the ledger's own secrets is damaged."""
    new_keyring(folder).close()
    raw(folder, "DELETE FROM secret WHERE name = 'master'")
    with reopened(folder) as ring, pytest.raises(KeyStoreBroken):
        ring.secret("title")


def test_a_locked_store_is_said_and_stores_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program that holds the file is a clear refusal, not a crash."""
    monkeypatch.setattr(key_store, "_BUSY_SECONDS", 0)
    with new_keyring(folder) as ring:
        other = sqlite3.connect(folder / key_folder.STORE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KeyStoreUnavailable, match="locked"):
            ring.ensure(STREAMS)
        other.execute("ROLLBACK")
        other.close()
        assert ring.count() == 0


# ------------------------------------------------------------------------------- erasure, rotation


def test_destroyed_keys_are_gone_and_stay_gone(folder: Path) -> None:
    """Also for a process that had read them, and no new keys are made for that stream."""
    with new_keyring(folder) as ring, reopened(folder) as other:
        ring.ensure(STREAMS)
        gone = STREAMS[0]
        assert other.keys(gone).identity
        ring.destroy(gone)
        ring.destroy(gone)
        for one in (ring, other):
            with pytest.raises(KeyDestroyed, match=gone.hex):
                one.keys(gone)
            assert set(one.keys_many(STREAMS)) == set(STREAMS[1:])
            with pytest.raises(KeyDestroyed):
                one.ensure([gone])
            with pytest.raises(KeyDestroyed):
                one.add_many([(gone, one.new_keys())])
        assert ring.count() == len(STREAMS) - 1


def test_erasing_one_person_leaves_the_others(folder: Path) -> None:
    """Keys of others are the same before, after, and after a rotation."""
    with new_keyring(folder) as ring:
        drawn = ring.ensure(STREAMS)
        ring.destroy(STREAMS[2])
        rest = [one for one in STREAMS if one != STREAMS[2]]
        assert ring.keys_many(rest) == {one: drawn[one] for one in rest}
        ring.rotate(LATER)
        assert ring.keys_many(rest) == {one: drawn[one] for one in rest}


def test_an_erasure_is_complete_with_the_rotation(folder: Path) -> None:
    """Until then it is pending; then it is dated with the instant given."""
    with new_keyring(folder) as ring:
        ring.ensure(STREAMS)
        assert ring.erasure(STREAMS[0]) is None
        ring.destroy(STREAMS[0])
        ring.destroy(STREAMS[1])
        assert ring.pending_erasures() == STREAMS[:2]
        pending = ring.erasure(STREAMS[0])
        assert pending is not None
        assert pending.completed_at is None
        rotation = ring.rotate(LATER)
        assert rotation.erased == tuple(STREAMS[:2])
        assert (rotation.epoch, rotation.rewrapped) == (2, 3)
        done = ring.erasure(STREAMS[0])
        assert done is not None
        assert done.completed_at == LATER_TEXT
        assert ring.pending_erasures() == []
        assert ring.rotate(LATER).erased == ()


def test_an_old_copy_of_the_key_store_is_closed_by_a_rotation(folder: Path, tmp_path: Path) -> None:
    """With a backup from before, erased keys could be had back; after the rotation they cannot."""
    with new_keyring(folder) as ring:
        ring.ensure(STREAMS)
        backup = tmp_path / "backup.sqlite3"
        shutil.copy(folder / key_folder.STORE_NAME, backup)
        ring.destroy(STREAMS[0])
        ring.rotate(LATER)
    assert not epoch_path(folder, 1).exists()
    shutil.copy(backup, folder / key_folder.STORE_NAME)
    with pytest.raises(EpochKeyMissing, match="destroyed on purpose"):
        reopened(folder)


def test_a_rotation_keeps_every_secret_but_that_of_the_index(folder: Path) -> None:
    """Ids of titles and requests stay; numbers in an old copy of the index can be tried no more."""
    with new_keyring(folder) as ring:
        kept = [ring.secret("title"), ring.secret("requests"), ring.public_key]
        index, index_id = ring.secret("nip-index"), ring.secret_id("nip-index")
        ring.rotate(LATER)
        assert [ring.secret("title"), ring.secret("requests"), ring.public_key] == kept
        assert ring.secret("nip-index") != index
        assert ring.secret_id("nip-index") != index_id


def test_a_running_process_goes_on_through_a_rotation_by_another(folder: Path) -> None:
    """The server needs no restart after `keys rotate` at the command line."""
    with new_keyring(folder) as server, reopened(folder) as shell:
        drawn = server.ensure(STREAMS[:3])
        server.secret("nip-index")
        shell.rotate(LATER)
        assert server.keys_many(STREAMS[:3]) == drawn
        drawn.update(server.ensure(STREAMS[3:]))
        assert server.secret("nip-index") == shell.secret("nip-index")
        assert shell.keys_many(STREAMS) == drawn
    with reopened(folder) as ring:
        assert ring.keys_many(STREAMS) == drawn


def test_keys_in_memory_are_looked_at_again_after_a_while(folder: Path) -> None:
    """An erasure by another process is noticed 50 ms later at the latest, and not sooner."""
    now = [0]
    with new_keyring(folder) as shell:
        shell.ensure(STREAMS)
        server = Keyring.open(folder, ORIGIN, randomness=seeded(3), ticks=lambda: now[0])
        with server:
            kept = server.keys(STREAMS[0])
            shell.destroy(STREAMS[0])
            now[0] = 49_999_999
            assert server.keys(STREAMS[0]) == kept
            now[0] = 50_000_000
            with pytest.raises(KeyDestroyed):
                server.keys(STREAMS[0])


def test_the_old_epoch_key_goes_only_when_the_new_one_is_on_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the new file is lost before the old one is destroyed, the old one stays."""

    def lose(step: str) -> None:
        if step == "stored":
            epoch_path(folder, 2).unlink()

    new_keyring(folder).close()
    ring = Keyring.open(folder, ORIGIN, randomness=seeded(3), step=lose)
    with ring, pytest.raises(EpochKeyMissing):
        ring.rotate(LATER)
    assert epoch_path(folder, 1).exists()


def test_keys_outside_the_epoch_stop_the_destruction(folder: Path) -> None:
    """A row that the new epoch key does not wrap would be lost with the old one."""

    def insert(step: str) -> None:
        if step == "stored":
            raw(folder, "UPDATE wrapped SET epoch = 1")

    with new_keyring(folder) as ring:
        ring.ensure(STREAMS)
    ring = Keyring.open(folder, ORIGIN, randomness=seeded(3), step=insert)
    with ring, pytest.raises(KeyStoreBroken, match="ended epoch"):
        ring.rotate(LATER)
    assert epoch_path(folder, 1).exists()


# What a crash leaves: (does the old epoch key still hold bytes, is the rotation half done).
LEFT_BY_CRASH = {
    "epoch_key_written": (True, False),
    "rewrapped": (True, False),
    "stored": (True, True),
    "overwritten": (False, True),
    "removed": (False, True),
    "dated": (False, False),
}

CRASHING = """
import os, random, sys
from datetime import UTC, datetime
from pathlib import Path
from ledger.keyring import Keyring

def crash(step):
    if step == sys.argv[2]:
        os._exit(7)

drawn = random.Random(4).randbytes
ring = Keyring.open(Path(sys.argv[1]), sys.argv[3], randomness=drawn, step=crash)
ring.rotate(datetime(2026, 1, 1, tzinfo=UTC))
"""


def test_every_step_of_a_rotation_has_its_crash() -> None:
    """The table of crashes below covers the steps there are."""
    assert tuple(LEFT_BY_CRASH) == STEPS


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_no_key(folder: Path, step: str) -> None:
    """The process dies there; the living keys are all read, the erased one never, and a second
    rotation finishes the first."""
    with new_keyring(folder) as ring:
        drawn = ring.ensure(STREAMS)
        ring.destroy(STREAMS[0])
        secret = ring.secret("title")
    first_key = epoch_path(folder, 1).read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", CRASHING, str(folder), step, ORIGIN],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 7
    old_key_left, half_done = LEFT_BY_CRASH[step]
    old = epoch_path(folder, 1)
    assert (old.exists() and old.read_bytes() == first_key) == old_key_left
    living = {one: drawn[one] for one in STREAMS[1:]}
    with reopened(folder) as ring:
        assert ring.rotation_unfinished() == half_done
        assert ring.keys_many(STREAMS) == living
        assert ring.secret("title") == secret
        assert ring.pending_erasures() == ([] if step == "dated" else STREAMS[:1])
        rotation = ring.rotate(LATER)
        assert rotation.erased == (() if step == "dated" else (STREAMS[0],))
        assert not ring.rotation_unfinished()
        assert ring.keys_many(STREAMS) == living
    with reopened(folder, seed=9) as ring:
        assert ring.keys_many(STREAMS) == living
        assert ring.secret("title") == secret
    left = [path.name for path in (folder / key_folder.EPOCH_FOLDER).iterdir()]
    assert left == [f"{rotation.epoch:06d}.key"]


def test_no_error_of_keys_shows_key_bytes(folder: Path) -> None:
    """Messages and details of refusals hold paths and stream ids, never key material."""
    with new_keyring(folder) as ring:
        keys = ring.ensure(STREAMS)[STREAMS[0]]
        caught: list[LedgerError] = []
        for attempt in (
            lambda: ring.add_many([(STREAMS[0], ring.new_keys())]),
            lambda: ring.keys(stream(99)),
            lambda: Keyring.open(folder, "other", randomness=seeded()),
        ):
            with pytest.raises(LedgerError) as one:
                attempt()
            caught.append(one.value)
    shown = " ".join(f"{one} {one.details}" for one in caught)
    for key in (keys.identity, keys.restricted, epoch_path(folder, 1).read_bytes()):
        assert key.hex() not in shown
        assert repr(key) not in shown
