"""The garbage collector while an import runs, or a decision reads everybody's events.

An import makes some fifty objects for each row and hardly a cycle among them, and so does a draft.
At its usual pace the collector looks through all people held in memory again and again, and takes a
quarter of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_BETWEEN = 100_000  # some 10 MB; what cycles there are never grow beyond


@contextmanager
def rarely() -> Iterator[None]:
    """Collect more rarely inside; of two at once in one process the first sets the pace back."""
    usual = gc.get_threshold()
    if not 0 < usual[0] < _OBJECTS_BETWEEN:
        yield
        return
    gc.set_threshold(_OBJECTS_BETWEEN, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
