"""Files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.keys.key_folder import sync_folder


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file, durably, over the one that may be there.

    Written aside, synced, renamed, folder synced: a crash leaves the old file or the new one under
    the name, never a part of either, and at most a `.new` beside it, which the next write replaces.
    """
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)
