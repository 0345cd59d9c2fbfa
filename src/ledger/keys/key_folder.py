"""The key folder on disk: where it stands, and the files of epoch keys in it.

    <folder>/                 0700
        keys.sqlite3          0600  all other keys, wrapped under the epoch key (key_store.py)
        epoch/                0700  may be a mount or link to another medium
            000001.key        0600  the 32 bytes under which everything in keys.sqlite3 is wrapped

Trust: whoever reads both, reads every sealed field. Back up `keys.sqlite3` often and `epoch/` apart
from it; neither belongs into a backup of the ledger's database.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url

from ledger.errors import invariant
from ledger.keys.key_errors import (
    EpochKeyMissing,
    EpochKeyWrong,
    KeyFolderUnnamed,
    KeyStoreUnavailable,
)
from ledger.keys.stream_keys import KEY_BYTES

STORE_NAME = "keys.sqlite3"
EPOCH_FOLDER = "epoch"
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class LooseFile:
    """A file or folder of keys that others than its owner may use: a finding for doctor."""

    path: Path
    mode: int
    wanted: int


def default_key_folder(url: str, origin: str | None = None) -> Path:
    """Where the keys of a ledger lie when ASN_LEDGER_KEYS says nothing.

    `<database file>.keys` beside a SQLite file, `var/keys/<origin>` for PostgreSQL; characters of
    the origin that no file name may hold are written as %2F and the like.

    Raises:
        KeyFolderUnnamed: for a database in memory, or PostgreSQL without an origin.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise KeyFolderUnnamed("its database is held in memory")
        return Path(f"{parsed.database}.keys")
    name = quote(origin or "", safe="")
    if not name.strip("."):
        raise KeyFolderUnnamed("its origin is not known")
    return Path("var") / "keys" / name


def make_store_file(folder: Path) -> None:
    """Make the folder, an empty key store and the folder of epoch keys, for the owner alone.

    Durable, and in this order. SQLite gives its journal the rights of the store's file.

    Raises:
        KeyStoreUnavailable: the disk is full, or the folder may not be written.
    """
    path = folder / STORE_NAME
    with _translated(path):
        _make_folder(folder)
        open(path, "ab", opener=_private).close()
        sync_folder(folder)
        _make_folder(folder / EPOCH_FOLDER)


def epoch_path(folder: Path, epoch: int) -> Path:
    """The file of the key of an epoch, counted from 1."""
    return folder / EPOCH_FOLDER / f"{epoch:06d}.key"


def holds_epoch_keys(folder: Path) -> bool:
    """Whether there is any epoch key here."""
    return any((folder / EPOCH_FOLDER).glob("*.key"))


def write_epoch_key(folder: Path, epoch: int, key: bytes) -> None:
    """Store a new epoch key durably and read it back.

    Written aside, synced, renamed, folder synced: a crash leaves the whole file or none under its
    name, and at most an aside `.new` that the next attempt removes. A file of that name that no key
    store refers to is a remainder of an interrupted attempt and is replaced; the caller holds the
    writer lock of the key store, so that no other process is in between.

    Raises:
        KeyStoreUnavailable: the disk is full, or the folder may not be written.
    """
    path = epoch_path(folder, epoch)
    aside = path.with_suffix(".new")
    with _translated(path):
        aside.unlink(missing_ok=True)
        with open(aside, "xb", opener=_private) as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        sync_folder(path.parent)
        invariant(path.read_bytes() == key, "an epoch key just written reads back otherwise")


def read_epoch_key(folder: Path, epoch: int) -> bytes:
    """The 32 bytes of an epoch key.

    Raises:
        EpochKeyMissing, EpochKeyWrong, KeyStoreUnavailable: no such file; one of another length; no
            right to read it.
    """
    path = epoch_path(folder, epoch)
    try:
        with _translated(path):
            key = path.read_bytes()
    except FileNotFoundError:
        raise EpochKeyMissing(path, epoch=epoch) from None
    if len(key) != KEY_BYTES:
        raise EpochKeyWrong(path, epoch=epoch)
    return key


def overwrite_epoch_key(folder: Path, epoch: int) -> None:
    """Write zeros over an epoch key, in place and synced; nothing if the file is gone already.

    On a disk that writes in place the old bytes are gone. An SSD, a copy-on-write file system, a
    journal of data, a snapshot or a backup may keep them: there, encrypt the medium or keep
    `epoch/` on one that can be destroyed, and let no backup of it live longer than a rotation.
    """
    path = epoch_path(folder, epoch)
    try:
        with _translated(path), path.open("r+b") as file:
            file.write(bytes(max(KEY_BYTES, path.stat().st_size)))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return


def remove_epoch_key(folder: Path, epoch: int) -> None:
    """Remove the file of an epoch key durably; nothing if it is gone already."""
    path = epoch_path(folder, epoch)
    with _translated(path):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make names just made, renamed or removed in a folder durable; only POSIX can and needs to."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def loose_files(folder: Path) -> list[LooseFile]:
    """Files and folders here that others may read, write or enter: empty when all is well.

    Nothing is refused for it, because a mount may not know modes; doctor shows it.
    """
    if os.name != "posix":
        return []
    found = []
    for path in (folder, *sorted(folder.iterdir()), *sorted((folder / EPOCH_FOLDER).glob("*"))):
        if not path.exists():  # a link to a medium that is not mounted
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            wanted = _FOLDER_MODE if path.is_dir() else _FILE_MODE
            found.append(LooseFile(path=path, mode=mode, wanted=wanted))
    return found


def _make_folder(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    """Opens like `open`, for a file that is its owner's alone from the first moment."""
    return os.open(path, flags, _FILE_MODE)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """What the system refuses, in our words; a file that is not there is the caller's to judge."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise KeyStoreUnavailable(path, why=fault.strerror or "the system refused it") from fault
