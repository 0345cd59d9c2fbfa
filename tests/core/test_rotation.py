"""Erased keys are gone for good; living ones survive a rotation and a crash at each step."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.keys import key_folder
from ledger.keys.key_errors import (
    EpochKeyMissing,
    KeyDestroyed,
    KeyStoreBroken,
    KeyStoreUnavailable,
)
from ledger.keys.key_folder import epoch_path
from ledger.keys.keyring import Keyring
from ledger.keys.rotation import STEPS
from tests.keys import LATER, LATER_TEXT, ORIGIN, STREAMS, new_keyring, raw, reopened, seeded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3.keys"


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
from ledger.keys.keyring import Keyring

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
    """The process dies there: living keys are read, erased ones never; a rotation finishes it."""
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


def test_a_full_disk_stops_a_rotation_and_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal names the file; the old epoch stays in force, and the next attempt succeeds."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with new_keyring(folder) as ring:
        drawn = ring.ensure(STREAMS)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(KeyStoreUnavailable, match=r"000002\.key .*No space left"):
                ring.rotate(LATER)
        assert ring.keys_many(STREAMS) == drawn
        assert ring.rotate(LATER).epoch == 2
        assert ring.keys_many(STREAMS) == drawn
