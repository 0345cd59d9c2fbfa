"""What can be wrong with keys, sealed fields and the index of persons; each says what to do."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from ledger.errors import LedgerError

_BACKUP = "Put the key folder back from its own backup, or name it with ASN_LEDGER_KEYS."


class KeyFolderMissing(LedgerError):
    """No key folder stands where it is looked for, or its making was interrupted."""

    code = "key_folder_missing"

    def __init__(self, folder: Path, *, unfinished: bool = False) -> None:
        what = "was never finished" if unfinished else "is not there"
        super().__init__(
            f"The key folder {folder} {what}. Without it no name, number or text of this ledger "
            "can be read and nobody is found by NIP.",
            next_step=_BACKUP,
            folder=str(folder),
        )


class KeyFolderExists(LedgerError):
    """Keys stand already where new ones were to be made."""

    code = "key_folder_exists"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The key folder {folder} already holds keys; they are never overwritten.",
            next_step="Name another folder with ASN_LEDGER_KEYS, or use the ledger they belong to.",
            folder=str(folder),
        )


class KeyFolderUnnamed(LedgerError):
    """There is no place by default for the keys of this ledger."""

    code = "key_folder_unnamed"
    exit_status = 2

    def __init__(self, why: str) -> None:
        super().__init__(
            f"There is no default place for the keys of this ledger: {why}.",
            next_step="Name a folder with ASN_LEDGER_KEYS.",
        )


class KeyFolderWrongOrigin(LedgerError):
    """The key folder belongs to another ledger."""

    code = "key_folder_wrong_origin"

    def __init__(self, folder: Path, *, found: str, expected: str) -> None:
        super().__init__(
            f"The key folder {folder} belongs to the ledger {found!r}, not to {expected!r}.",
            next_step="Name the folder of this ledger with ASN_LEDGER_KEYS.",
            folder=str(folder),
        )


class KeyStoreNewer(LedgerError):
    """The key store was written by a newer program."""

    code = "key_store_newer"

    def __init__(self, path: Path, *, found: object) -> None:
        super().__init__(
            f"The key store {path} has format {found}, which this program does not know.",
            next_step="Use the newer program that wrote it.",
        )


class KeyStoreBroken(LedgerError):
    """The key store is damaged or was changed by hand."""

    code = "key_store_broken"

    def __init__(self, path: Path, *, why: str) -> None:
        super().__init__(
            f"The key store {path} is damaged: {why}.",
            next_step="Put it back from the latest backup of the key folder, then apply the "
            "erasures again.",
        )


class KeyStoreUnavailable(LedgerError):
    """A file of keys cannot be read or written at this moment: locked, full disk, no rights."""

    code = "key_store_unavailable"

    def __init__(self, path: Path, *, why: str) -> None:
        super().__init__(
            f"The key file {path} could not be used: {why}. Nothing was stored.",
            next_step="See that the disk has room, the file may be read and written and no other "
            "program holds it; then repeat.",
        )


class EpochKeyMissing(LedgerError):
    """The file with the epoch key is gone, so that no wrapped key can be opened."""

    code = "epoch_key_missing"

    def __init__(self, path: Path, *, epoch: int) -> None:
        super().__init__(
            f"The epoch key {path} is not there. All keys of persons are wrapped under epoch "
            f"{epoch}; without its key none of them can be opened.",
            next_step="Put this file back from its own backup. If the key store itself is an old "
            "backup from before `keys rotate`, its epoch key was destroyed on purpose: take a "
            "later backup of the key store.",
            epoch=epoch,
        )


class EpochKeyWrong(LedgerError):
    """The file with the epoch key holds something else."""

    code = "epoch_key_wrong"

    def __init__(self, path: Path, *, epoch: int) -> None:
        super().__init__(
            f"The file {path} is not the epoch key {epoch} of this key store.",
            next_step="Put back the file of that name which belongs to this key store.",
            epoch=epoch,
        )


class KeyDestroyed(LedgerError):
    """The keys of this person were destroyed by an erasure."""

    code = "key_destroyed"

    def __init__(self, stream: UUID) -> None:
        super().__init__(
            f"The keys of {stream.hex} were destroyed by an erasure; the sealed fields of this "
            "person cannot be read by anybody.",
            stream=stream.hex,
        )


class KeyMissing(LedgerError):
    """The key store has no keys for a stream of the ledger."""

    code = "key_missing"

    def __init__(self, streams: list[UUID]) -> None:
        others = f" and {len(streams) - 1} more" if len(streams) > 1 else ""
        super().__init__(
            f"The key store has no keys for {streams[0].hex}{others}. It is probably an older "
            "backup than the ledger.",
            next_step=_BACKUP,
            streams=[stream.hex for stream in streams[:100]],
        )


class KeyExists(LedgerError):
    """Other keys are kept for this stream already."""

    code = "key_exists"

    def __init__(self, stream: UUID) -> None:
        super().__init__(
            f"The stream {stream.hex} has keys already; keys are never replaced.",
            stream=stream.hex,
        )


class KeyNotCommitted(LedgerError):
    """A key is not the one whose digest the registering event holds."""

    code = "key_not_committed"

    def __init__(self, stream: UUID, *, key_class: str) -> None:
        super().__init__(
            f"The {key_class} key of {stream.hex} is not the one that its first event names.",
            next_step="The key store was changed. Put it back from a backup and run `verify`.",
            stream=stream.hex,
        )


class SealBroken(LedgerError):
    """Sealed bytes do not open: they, their place or the key were changed."""

    code = "seal_broken"

    def __init__(self, stream: UUID, *, version: int, topic: str, key_class: str) -> None:
        super().__init__(
            f"The sealed {key_class} fields of {stream.hex}/{version} ({topic}) do not open: the "
            "bytes, the event they belong to or the key were changed.",
            next_step="Run `verify`; put the ledger or the key folder back from a backup.",
            stream=stream.hex,
            version=version,
        )


class IdentityIndexBroken(LedgerError):
    """The index of NIPs leads to a person who never had the number asked for."""

    code = "identity_index_broken"

    def __init__(self, stream: UUID, *, position: int) -> None:
        super().__init__(
            f"The index of NIPs names the event {position} of {stream.hex}, but that event does "
            "not give this number: the index was changed or is damaged. No answer was given.",
            next_step="Run `rebuild`, which makes the index anew from the events, and `verify`.",
            stream=stream.hex,
            position=position,
        )
