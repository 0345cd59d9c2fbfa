"""Imports of one ledger take turns: what one founds, the next one finds.

The store lets no two writers change one stream unseen, but a person or unit that is not on record
has no stream yet: two imports that meet the same new number at once would each found a record for
it. So an import reads its files at once and waits here before it looks anything up.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ledger.application import Ledger

_NAME = "import.lock"
_MODE = 0o600


@contextmanager
def alone(ledger: Ledger) -> Iterator[None]:
    """Wait until no other process or thread imports into this ledger; a crash gives the turn back.

    The lock is a file beside the keys, which every process that imports must have at hand.
    """
    handle = os.open(ledger.keyring.folder / _NAME, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
