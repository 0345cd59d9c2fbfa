"""Files that commands read and hand out: bounded when read, whole when written."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import Misuse
from ledger.proofs import note as notes
from ledger.proofs.note import VerifierKey
from ledger.storage.durable import write_whole

_KEYS_MAX = 65_536


def read_limited(path: Path, limit: int) -> bytes:
    """The bytes of a file.

    Raises:
        Misuse: there are more than a file of its kind ever has, or it is not there.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise Misuse(f"There is no file {path}.", next_step="Check the name.") from None
    if len(data) > limit:
        raise Misuse(
            f"The file {path} is larger than {limit} bytes, as none of its kind is.",
            next_step="Check that it is the right file.",
        )
    return data


def hand_out(path: Path, data: bytes) -> None:
    """Write a file for others; whole, or the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def read_keys(given: list[str] | None) -> list[VerifierKey]:
    """Verifier keys, each as its line or as the name of a file of lines.

    Raises:
        Misuse: a file is not there. NoteRefused: a line is no key.
    """
    found = []
    for one in given or []:
        if "+" in one:
            found.append(notes.parse_verifier_key(one))
            continue
        lines = read_limited(Path(one), _KEYS_MAX).decode("utf-8", "replace").splitlines()
        found += [notes.parse_verifier_key(line) for line in lines if line.strip()]
    return found
