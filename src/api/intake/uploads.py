"""Files that wait to be imported: kept aside, sealed, each under a key of its own, for some days.

    <database file>.uploads/, or <key folder>/uploads/        0700
        turn.lock                                             one process at a time
        <id>/  about file preview proposed report returned      each sealed: nonce, ciphertext, tag
    <key folder>/uploads/<id>.key                             0600, 32 bytes

What a part is sealed with is made of the file's own key and a secret of the ledger, and is tied to
ledger, id and part. Destroying overwrites the key first: what a backup of the folder still holds
then opens no more. Names of files are personal data, so the folders carry random ids.

Trust: whoever has this folder and the key folder reads what waits; whoever can write here can take
a file away, never change one unseen.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag

from ledger.application import Ledger
from ledger.canonical import canonical_json, instant_text
from ledger.errors import LedgerError
from ledger.keys.key_folder import sync_folder
from ledger.keys.keyring import Keyring
from ledger.keys.stream_keys import KEY_BYTES, NONCE_BYTES, cipher
from ledger.storage.durable import write_whole

UPLOAD_MAX: Final = 20 << 20
KEPT: Final = timedelta(days=30)
FILE: Final = "file"
PREVIEW: Final = "preview"
PROPOSED: Final = "proposed"
REPORT: Final = "report"
RETURNED: Final = "returned"
_ABOUT: Final = "about"
_PARTS: Final = frozenset((FILE, PREVIEW, PROPOSED, REPORT, RETURNED, _ABOUT))
_DERIVED: Final = "uploads"  # the secret of the keyring by this name
_KEYS: Final = "uploads"
_TURN: Final = "turn.lock"
_UNFINISHED: Final = ".new"
_FOLDER_MODE: Final = 0o700
_MODE: Final = 0o600
_ID: Final = re.compile(r"[0-9a-f]{32}")
_NAME_MAX: Final = 150


class UploadUnknown(LedgerError):
    """Nothing of this id is kept: there never was, it was rejected, or its days are over."""

    code = "upload_unknown"


class UploadRefused(LedgerError):
    """A file that is not taken: empty or too large."""

    code = "upload_refused"


class UploadBroken(LedgerError):
    """What is kept does not open with its key: it was changed, or belongs to another ledger."""

    code = "upload_broken"


class UploadsUnavailable(LedgerError):
    """The folder of uploads cannot be read or written."""

    code = "uploads_unavailable"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is kept aside.

    Attributes:
        id: 32 hex digits, random; the batch of the import that it becomes.
        purpose: what it is for, as "import" or "fact".
        name: the file's own name; personal data, as all of its content.
        sha256: of its bytes, hex. size: in bytes. account: who uploaded it.
        as_kind: the form as which it is to be read, None if its headers say so.
        uploaded_at, expires_at: aware instants; after the latter it is destroyed.
    """

    id: str
    purpose: str
    name: str
    sha256: str
    size: int
    account: str
    as_kind: str | None
    uploaded_at: datetime
    expires_at: datetime

    def as_json(self) -> dict[str, Any]:
        """As it is sealed, and as its owner sees it."""
        return {
            "id": self.id,
            "purpose": self.purpose,
            "name": self.name,
            "sha256": self.sha256,
            "size": self.size,
            "account": self.account,
            "as_kind": self.as_kind,
            "uploaded_at": instant_text(self.uploaded_at),
            "expires_at": instant_text(self.expires_at),
        }

    def is_same(self, other: Upload) -> bool:
        """Whether it is the same file of the same account, for the same purpose."""
        return (self.purpose, self.sha256, self.as_kind) == (
            other.purpose,
            other.sha256,
            other.as_kind,
        ) and self.account.casefold() == other.account.casefold()


class Uploads:
    """The uploads of one ledger; threads and processes may share them."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self.folder = folder
        self._keys = keyring.folder / _KEYS
        self._keyring = keyring

    @classmethod
    def of(cls, ledger: Ledger) -> Uploads:
        """Those of a ledger."""
        return cls(folder_of(ledger), ledger.keyring)

    def keep(
        self,
        data: bytes,
        *,
        purpose: str,
        name: str,
        account: str,
        as_kind: str | None,
        at: datetime,
        most: int = UPLOAD_MAX,
    ) -> tuple[Upload, bool]:
        """Keep a file; gives it and whether it is new: the same one again is the one that waits.

        Key first, then the folder under an unfinished name, then its own: a crash leaves nothing
        that anybody sees, and `sweep` removes it.

        Raises:
            UploadRefused: empty, or of more than `most` bytes. UploadsUnavailable.
        """
        if not data or len(data) > most:
            raise UploadRefused(
                "The file is empty."
                if not data
                else f"The file has {len(data)} bytes; at most {most} are taken.",
                next_step="Send the file that holds the rows."
                if not data
                else "Split it, or let an operator run `asn-ledger import` on the server.",
            )
        ident = UUID(bytes=self._keyring.randomness(16), version=4).hex
        digest = hashlib.sha256(data).hexdigest()
        one = Upload(ident, purpose, tidy(name), digest, len(data), account, as_kind, at, at + KEPT)
        with self._turn():
            for other in self._every():
                if one.is_same(other) and at < other.expires_at and self.has(other.id, FILE):
                    return other, False
            self._store(one, data)
        return one, True

    def get(self, ident: str) -> Upload:
        """What is kept under an id.

        Raises:
            UploadUnknown, UploadBroken, UploadsUnavailable.
        """
        about = self.part(ident, _ABOUT)
        if about is None:
            raise UploadUnknown(
                "No file of this id is kept: it was imported, rejected, or its days are over.",
                next_step="Upload the file again.",
            )
        return _read(about)

    def every(self) -> list[Upload]:
        """All that is kept, oldest first."""
        with self._turn():
            return self._every()

    def part(self, ident: str, name: str) -> bytes | None:
        """A part of an upload, opened; None where there is none.

        Raises:
            UploadBroken, UploadsUnavailable.
        """
        if not _ID.fullmatch(ident) or name not in _PARTS:
            return None
        with _translated():
            try:
                key = self._key_path(ident).read_bytes()
                sealed = (self.folder / ident / name).read_bytes()
            except FileNotFoundError:
                return None
        try:
            opener = cipher(self._sealing_key(key))
            return opener.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._tie(ident, name)
            )
        except (InvalidTag, ValueError):
            raise UploadBroken(
                "An uploaded file does not open with its key: it was changed on the disk.",
                next_step="Upload it again, and let the administrator look at the disk.",
            ) from None

    def has(self, ident: str, name: str) -> bool:
        """Whether an upload has a part."""
        return (self.folder / ident / name).is_file()

    def put(self, ident: str, name: str, data: bytes) -> None:
        """Write a part, whole or not at all, over the one that may be there.

        Raises:
            UploadUnknown: it was destroyed meanwhile. UploadsUnavailable.
        """
        with self._turn(), _translated():
            try:
                key = self._key_path(ident).read_bytes()
            except FileNotFoundError:
                raise UploadUnknown(
                    "The file was rejected or destroyed meanwhile.", next_step="Upload it again."
                ) from None
            self._write(self.folder / ident / name, key, ident, name, data)

    def drop_file(self, ident: str) -> None:
        """Remove the file itself and keep what was said about it; a second time does nothing."""
        with self._turn(), _translated():
            _overwrite(self.folder / ident / FILE)
            (self.folder / ident / FILE).unlink(missing_ok=True)

    def destroy(self, ident: str) -> None:
        """Destroy all of it, its key first; a second time does nothing.

        A crash after the key leaves bytes that nothing opens; `sweep` removes them.
        """
        with self._turn(), _translated():
            self._destroy(ident)

    def sweep(self, is_over: Callable[[Upload], bool]) -> list[str]:
        """Destroy what is over, and what a crash left; gives the ids of the first."""
        gone: list[str] = []
        with self._turn(), _translated():
            for one in self._every():
                if is_over(one):
                    self._destroy(one.id)
                    gone.append(one.id)
            for path in self.folder.iterdir():
                left = path.is_dir() and not self._key_path(path.name).exists()
                if left or path.name.endswith(_UNFINISHED):
                    shutil.rmtree(path)
            for path in self._keys.glob("*.key"):
                if not (self.folder / path.stem).exists():
                    self._destroy(path.stem)
        return gone

    # ------------------------------------------------------------------------------------- inside

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One thread of one process at a time; a crash gives the turn back."""
        with _translated():
            for folder in (self.folder, self._keys):
                folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            handle = os.open(self.folder / _TURN, os.O_RDWR | os.O_CREAT, _MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _every(self) -> list[Upload]:
        found = []
        for path in self.folder.iterdir():
            with suppress(UploadBroken):  # whoever asks for that one is told
                about = self.part(path.name, _ABOUT)
                if about is not None:
                    found.append(_read(about))
        return sorted(found, key=lambda one: (one.uploaded_at, one.id))

    def _store(self, one: Upload, data: bytes) -> None:
        with _translated():
            key = self._keyring.randomness(KEY_BYTES)
            write_whole(self._key_path(one.id), key, mode=_MODE)
            aside = self.folder / (one.id + _UNFINISHED)
            aside.mkdir(mode=_FOLDER_MODE)
            self._write(aside / FILE, key, one.id, FILE, data)
            self._write(aside / _ABOUT, key, one.id, _ABOUT, orjson.dumps(one.as_json()))
            aside.rename(self.folder / one.id)
            sync_folder(self.folder)

    def _write(self, path: Path, key: bytes, ident: str, name: str, data: bytes) -> None:
        nonce = self._keyring.randomness(NONCE_BYTES)
        sealed = cipher(self._sealing_key(key)).encrypt(nonce, data, self._tie(ident, name))
        write_whole(path, nonce + sealed, mode=_MODE)

    def _destroy(self, ident: str) -> None:
        path = self._key_path(ident)
        _overwrite(path)
        path.unlink(missing_ok=True)
        sync_folder(self._keys)
        shutil.rmtree(self.folder / ident, ignore_errors=True)

    def _key_path(self, ident: str) -> Path:
        return self._keys / f"{ident}.key"

    def _sealing_key(self, own: bytes) -> bytes:
        return hmac.digest(self._keyring.secret(_DERIVED), own, "sha256")

    def _tie(self, ident: str, name: str) -> bytes:
        return canonical_json([self._keyring.origin, "upload", ident, name])

    def mark(self, data: bytes) -> str:
        """Keyed digest of a content that could be guessed from a plain one, 64 hex digits."""
        return hmac.new(self._keyring.secret(_DERIVED), data, "sha256").hexdigest()


def folder_of(ledger: Ledger) -> Path:
    """Where the uploads of a ledger lie: `<database file>.uploads/`, else in the key folder, which
    every process that imports has at hand.
    """
    url = ledger.store.engine.url
    if ledger.store.dialect == "sqlite" and url.database not in (None, "", ":memory:"):
        database = Path(str(url.database))
        return database.with_name(database.name + ".uploads")
    return ledger.keyring.folder / _KEYS


def tidy(name: str) -> str:
    """The last part of a file's name, without what no file system takes and without what makes a
    file be left alone: a leading dot or the mark of rows that came back.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(one for one in last if one.isprintable()).strip().lstrip(".~$")
    shown = re.sub(r"\.ditolak(?:-\d+)?(?=\.[^.]+$)", "", shown)
    stem, dot, suffix = shown.rpartition(".")
    if not dot:
        stem, suffix = shown, ""
    return f"{stem[:_NAME_MAX] or 'berkas'}{dot}{suffix[:10]}"


def _read(about: bytes) -> Upload:
    found = orjson.loads(about)
    for name in ("uploaded_at", "expires_at"):
        found[name] = datetime.fromisoformat(found[name])
    return Upload(**found)


def _overwrite(path: Path) -> None:
    """Zeros over a file in place, synced; nothing if it is gone."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return


@contextmanager
def _translated() -> Iterator[None]:
    """What the system refuses, in our words."""
    try:
        yield
    except OSError as fault:
        raise UploadsUnavailable(
            f"The folder of uploads cannot be used: {fault.strerror or type(fault).__name__}.",
            next_step="Look at its rights and the space on its disk; doctor names it.",
        ) from fault
