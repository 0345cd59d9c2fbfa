"""`backup` and `restore`: the whole ledger in one file, and what a restored one has to show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from api.access import accounts_backup
from api.access.accounts_store import AccountsStore, accounts_exist
from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    opened,
    print_json,
    say,
    system_randomness,
    warn,
)
from api.cli.files import read_keys
from ledger.application import Ledger
from ledger.commands import erasure
from ledger.copies.archive import Archive, must_be_free
from ledger.copies.backup import backup
from ledger.copies.known_state import read_known
from ledger.copies.restore import Checked, check_backup, restore
from ledger.errors import LedgerError, Misuse
from ledger.keys.key_folder import default_key_folder
from ledger.keys.keyring import Keyring
from ledger.proofs.log_keys import TOPICS, log_keys
from ledger.proofs.note import parse_checkpoint
from ledger.proofs.prefix import Compared, Known, Standing, compare
from ledger.storage.store import WAIT_MILLISECONDS, EventStore, backend_of
from projections.asking import inquiry

Against = Annotated[
    Path | None,
    typer.Option("--against", help="A checkpoint, or a later backup, that was kept.", metavar="F"),
]
TrustedKey = Annotated[
    list[str] | None,
    typer.Option("--key", help="A further key that may have signed it.", metavar="VKEY"),
]


class PrefixNotShown(LedgerError):
    """The ledger is not, or cannot be shown to be, the beginning of what was known."""

    code = "prefix_not_shown"


def backup_command(
    out: Annotated[Path, typer.Option("--out", help="The file to write.", metavar="FILE")],
    accounts: Annotated[
        Path | None,
        typer.Option("--accounts", help="A file for the accounts of the server.", metavar="FILE"),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Copy the ledger into one file while it is in use; never with keys. The accounts of the server
    go into a file of their own, which is for its owner alone.
    """
    if accounts is not None:
        must_be_free(accounts)
        _must_have_accounts(url)
    with EventStore.open(url) as store:
        saved = backup(store, out)
    count = None if accounts is None else _save_accounts(url, saved.origin, accounts)
    if as_json:
        print_json(
            {
                "file": str(out),
                "origin": saved.origin,
                "size": saved.size,
                "root": saved.root.hex(),
                "sealed_parts": saved.sealed,
                "looks": saved.looks,
                "accounts": count,
                "bytes": saved.bytes,
            }
        )
        return
    say(f"{out}: {saved.size} events of {saved.origin}, {saved.bytes} bytes.")
    say(f"root {saved.root.hex()}")
    say(f"{saved.looks} entries of the access log are in it.")
    if count is not None:
        say(f"{accounts}: {count} accounts, with hashes of their passwords and tokens.")
    elif accounts_exist(url):
        warn("The accounts of the server are in no file; --accounts FILE writes them.")
    say("The keys are not in it; back up the key folder apart from it.")


def _must_have_accounts(url: str) -> None:
    if not accounts_exist(url):
        raise Misuse(
            "This ledger has no accounts yet.", next_step="Leave --accounts out; serve makes them."
        )


def _save_accounts(url: str, origin: str, out: Path) -> int:
    with AccountsStore.open(url) as store:
        return accounts_backup.save(store, origin, out)


def restore_command(
    path: Annotated[
        Path | None, typer.Argument(help="What `backup` wrote; left out with --check.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Restore nothing: look at the ledger that is there.")
    ] = False,
    accounts: Annotated[
        Path | None,
        typer.Option("--accounts", help="What `backup --accounts` wrote.", metavar="F"),
    ] = None,
    against: Against = None,
    key: TrustedKey = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a ledger of a backup, carry out every erasure again, and show what is lost."""
    if (path is None) != check or (check and accounts is not None):
        raise Misuse("Say what is restored.", next_step="Name a backup, or give --check without.")
    if path is not None and accounts is not None:
        with Archive.open(path) as archive:  # before the ledger is made, not after
            accounts_backup.check(str(archive.manifest.get("origin")), accounts)
    held = None if path is None else _restored(path, url, keys)
    with opened(url, keys, live=True) as ledger:
        shown: dict[str, Any] = {"origin": ledger.origin, "size": ledger.store.head().position}
        if held is not None:
            erased, again, false = held
            shown["erasures"] = [one.hex for one in erased]
            shown["erased_after_the_backup"] = [one.hex for one in again if ledger.events_of(one)]
            erasure.finish_erasures(ledger)
            shown["false_checkpoints"] = list(false)
        if accounts is not None:
            with AccountsStore.open(url) as store:
                shown["accounts"] = accounts_backup.put_back(store, ledger.origin, accounts)
        shown["read_models"] = _pulled_back(ledger)
        compared = None if against is None else _compared(ledger, against, key or [])
        signed = _last_signed(ledger)
    shown["against"] = None if compared is None else compared.as_json()
    shown["last_signed"] = None if signed is None else signed.as_json()
    if as_json:
        print_json(shown)
    else:
        _tell(shown, path)
    if compared is not None and compared.standing in (Standing.DIFFERS, Standing.NOT_SHOWN):
        raise _not_shown(compared)
    if signed is not None and signed.standing is Standing.DIFFERS:
        raise _not_shown(signed)
    if shown.get("false_checkpoints"):
        raise PrefixNotShown(
            "Checkpoints in the backup are not of the events in it: "
            + ", ".join(f"that at {size}" for size in shown["false_checkpoints"])
            + ". History was rewritten before the backup was made, or they were.",
            next_step="Run `asn-ledger verify`, and compare with an older backup.",
        )


def _restored(
    path: Path, url: str, keys: Path | None
) -> tuple[list[UUID], list[UUID], tuple[int, ...]]:
    """Restore; gives the erasures that the log orders, those that only the keys know of, and the
    sizes of checkpoints that are not of these events.
    """
    with Archive.open(path) as archive:
        checked = check_backup(archive)
        folder = keys or default_key_folder(url, checked.origin)
        with Keyring.open(folder, checked.origin, randomness=system_randomness) as keyring:
            # Before anything is stored: an older key folder may hold keys that were destroyed.
            for stream in sorted(checked.erased):
                if keyring.erasure(stream) is None:
                    keyring.destroy(stream)
            destroyed = keyring.erased()
        _store(archive, checked, url, destroyed)
    again = sorted(destroyed - set(checked.erased))
    return sorted(checked.erased), again, checked.false_checkpoints


def _store(archive: Archive, checked: Checked, url: str, erased: frozenset[UUID]) -> None:
    backend = backend_of(url, wait_milliseconds=WAIT_MILLISECONDS)
    try:
        restore(archive, backend, checked, erased=erased)
    finally:
        backend.engine.dispose()


def _pulled_back(ledger: Ledger) -> dict[str, Any]:
    """Bring everything derived from the log to where the log ends, and say what had to go."""
    told: list[str] = []
    position = ledger.index.follow()
    frame = inquiry.facts_table(ledger, told.append).frame()
    return {"nip_index": position, "facts_table": frame.position, "rebuilt": told}


def _compared(ledger: Ledger, against: Path, keys: list[str]) -> Compared:
    own = log_keys(ledger.store.read(1, topics=TOPICS))
    known = read_known(against, (*own, *read_keys(keys)), ledger.origin)

    def log() -> Iterator[Any]:
        return ledger.store.read(1)

    return compare(log, ledger.store.head().position, known)


def _last_signed(ledger: Ledger) -> Compared | None:
    """The ledger beside the last checkpoint that its key remembers to have signed."""
    body = ledger.keyring.signing.last_signed()
    if body is None:
        return None
    signed = parse_checkpoint(body)
    known = Known(signed.origin, signed.size, signed.root)
    return compare(lambda: ledger.store.read(1), ledger.store.head().position, known)


def _tell(shown: dict[str, Any], path: Path | None) -> None:
    if path is not None:
        say(f"Restored {shown['size']} events of {shown['origin']}.")
        say(f"Erasures carried out again: {len(shown['erasures'])}.")
        if "accounts" in shown:
            say(f"{shown['accounts']} accounts were put back; sessions begin anew.")
        for stream in shown["erased_after_the_backup"]:
            warn(
                f"{stream} was erased after the backup was made: it stays sealed for ever. Record "
                "the erasure again with `asn-ledger erase` and its legal ground."
            )
    for line in shown["read_models"]["rebuilt"]:
        warn(line)
    if shown["against"] is not None:
        for line in compared_lines(shown["against"]):
            say(line)
    signed = shown["last_signed"]
    if signed is not None and signed["lost"] is not None:
        warn(
            f"The key folder remembers a checkpoint of {signed['known_size']} events: positions "
            f"{signed['lost']['from']} to {signed['lost']['to']} are lost. Before the next "
            "checkpoint run `asn-ledger keys rotate --signing --after-restore`."
        )


def compared_lines(told: dict[str, Any]) -> Iterator[str]:
    """A comparison in words."""
    size, known, lost = told["size"], told["known_size"], told["lost"]
    match told["standing"]:
        case Standing.HOLDS:
            yield f"The first {known} of {size} events are those that were known; nothing is lost."
        case Standing.LOST:
            yield f"The {size} events are the first of the {known} that were known."
            yield f"Lost: positions {lost['from']} to {lost['to']}, {lost['count']} events."
            for one in told["events"]:
                yield (
                    f"{one['position']:>9}  {one['recorded_at'][:19]}  {one['topic']:28} "
                    f"{one['stream']}/{one['version']}"
                )
        case Standing.DIFFERS:
            yield f"The ledger of {size} events is NOT the one that was known at {known}."
        case _:
            yield f"Known were {known} events, here are {size}: positions {lost['from']} to "
            yield f"{lost['to']} are lost. That the first {size} are the same is not shown."


def _not_shown(compared: Compared) -> PrefixNotShown:
    if compared.standing is Standing.DIFFERS:
        return PrefixNotShown(
            "This ledger is another one than was known: its history was changed or replaced.",
            next_step="Keep it as it is, and compare it with another backup.",
        )
    return PrefixNotShown(
        f"The state known has {compared.known_size} events, this ledger {compared.size}; that it "
        "began like this one is not shown by a checkpoint alone.",
        next_step="Give a later backup, or a consistency proof from the size of this ledger.",
    )
