"""Keys are durable, private, found again, destroyed for good, and survive a crash at every step."""

from __future__ import annotations

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.errors import LedgerError, ProgramError
from ledger.keys import key_folder, key_store
from ledger.keys.key_errors import (
    EpochKeyMissing,
    EpochKeyWrong,
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
from ledger.keys.key_folder import default_key_folder, epoch_path, loose_files
from ledger.keys.keyring import Keyring
from tests.keys import LATER, ORIGIN, STREAMS, new_keyring, raw, reopened, seeded, stream


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3.keys"


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
    monkeypatch.setattr("ledger.keys.keyring._CACHED_MAX", 2)
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
    assert "nobody is found by NIP" in caught.value.message
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


def test_a_founding_interrupted_after_the_keys_finds_them(folder: Path) -> None:
    """The folder says whose keys it holds; an empty or unfinished one says nobody's."""
    assert key_store.origin_of(folder) is None
    key_folder.make_store_file(folder)
    assert key_store.origin_of(folder) is None
    new_keyring(folder).close()
    assert key_store.origin_of(folder) == ORIGIN


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


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where the folder should stand is a clear refusal."""
    (tmp_path / "file").write_text("something else")
    with pytest.raises(KeyStoreUnavailable, match="file"):
        new_keyring(tmp_path / "file" / "keys")


def test_an_empty_medium_mounted_for_epoch_keys_is_no_obstacle(folder: Path) -> None:
    """The folder of epoch keys may stand before the ledger is founded."""
    (folder / key_folder.EPOCH_FOLDER).mkdir(parents=True)
    with new_keyring(folder) as ring:
        assert ring.ensure(STREAMS)


def test_threads_share_a_keyring(folder: Path) -> None:
    """Whoever asks at the same time gets the same keys, and each stream gets them once."""
    with new_keyring(folder) as ring, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ring.ensure(STREAMS), range(32)))
        assert all(one == found[0] for one in found)
        assert ring.count() == len(STREAMS)
