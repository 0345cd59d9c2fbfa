"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.errors import Misuse


@contextmanager
def written_aside(out: Path) -> Iterator[BinaryIO]:
    """A stream into a file beside `out`, which takes its name at the end.

    A failure or a crash on the way leaves the old file or none, never half of one; a crash leaves
    `out` with `.part` behind its name, which the next run replaces.
    """
    aside = out.with_name(out.name + ".part")
    try:
        with aside.open("wb") as stream:
            yield stream
        aside.replace(out)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def known_suffix(out: Path, suffixes: tuple[str, ...], what: str) -> str:
    """The ending of a file's name, which says in which form it is written.

    Raises:
        Misuse: it is none of those there are.
    """
    suffix = out.suffix.lower()
    if suffix not in suffixes:
        raise Misuse(
            f"{what} is written as {', '.join(suffixes[:-1])} or {suffixes[-1]}.",
            next_step="End the name of the file so with --out.",
        )
    return suffix
