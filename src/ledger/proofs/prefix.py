"""Is this log the beginning of one that somebody knew: what a restored ledger has to show.

Known are a checkpoint that was kept elsewhere, or a later copy. A checkpoint not beyond the log is
compared at its own size. Of one beyond the log it follows only that something is lost; that the
rest is the same log is shown by a consistency proof from the log's size, or by the later copy,
which also tells what was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ledger.canonical import instant_text
from ledger.proofs.merkle import EMPTY_FRONTIER, extend, root
from ledger.proofs.tree_proofs import ProofRefused, check_consistency
from ledger.records import RecordedEvent

_AT_ONCE = 1_000


class Standing(StrEnum):
    """What a comparison came to."""

    HOLDS = "holds"  # the known state is in this log; nothing up to there is lost or changed
    LOST = "lost"  # this log is the beginning of the known one, and the end of that is lost
    NOT_SHOWN = "not_shown"  # the known one is longer, and nothing shows that it began like this
    DIFFERS = "differs"  # another history


@dataclass(frozen=True, slots=True)
class Known:
    """A state of the log that somebody knew.

    Attributes:
        origin, size, root: of the checkpoint, or of the copy.
        proof: (old size, old root if it states one, path) of a consistency proof up to this state.
        leaves: of a later copy, from the first on, each with its event.
    """

    origin: str
    size: int
    root: bytes
    proof: tuple[int, bytes | None, tuple[bytes, ...]] | None = None
    leaves: Callable[[], Iterator[RecordedEvent]] | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """How a log stands to what was known.

    `lost` are the first and last position that the known log has beyond this one, None where there
    are none; `events` what they were, where a later copy tells.
    """

    standing: Standing
    size: int
    known_size: int
    lost: tuple[int, int] | None = None
    events: tuple[dict[str, Any], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """For people and programs."""
        lost = None
        if self.lost is not None:
            first, last = self.lost
            lost = {"from": first, "to": last, "count": last - first + 1}
        return {
            "standing": self.standing.value,
            "size": self.size,
            "known_size": self.known_size,
            "lost": lost,
            "events": list(self.events),
        }


def compare(log: Callable[[], Iterable[RecordedEvent]], size: int, known: Known) -> Compared:
    """Compare a log, given by a function that reads its events from the first on, with a state."""
    if known.size <= size:
        same = root_at(log(), known.size) == known.root
        return Compared(Standing.HOLDS if same else Standing.DIFFERS, size, known.size)
    lost = (size + 1, known.size)
    own = root_at(log(), size)
    if known.leaves is not None:
        if root_at(known.leaves(), size) != own:
            return Compared(Standing.DIFFERS, size, known.size, lost)
        events = tuple(_told(one) for one in known.leaves() if one.id > size)
        return Compared(Standing.LOST, size, known.size, lost, events)
    if known.proof is None or known.proof[0] > size:
        return Compared(Standing.NOT_SHOWN, size, known.size, lost)
    return _by_proof(log, size, own, known)


def _by_proof(
    log: Callable[[], Iterable[RecordedEvent]], size: int, own: bytes, known: Known
) -> Compared:
    lost = (size + 1, known.size)
    old_size, stated, path = known.proof or (0, None, ())
    mine = own if old_size == size else root_at(log(), old_size)
    if _leads(old_size, mine, known, path):
        # A proof from an earlier size says nothing of what lies between it and this log's end.
        standing = Standing.LOST if old_size == size else Standing.NOT_SHOWN
    elif stated is not None and _leads(old_size, stated, known, path):
        standing = Standing.DIFFERS
    else:
        standing = Standing.NOT_SHOWN
    return Compared(standing, size, known.size, lost)


def _leads(old_size: int, old_root: bytes, known: Known, path: Sequence[bytes]) -> bool:
    try:
        check_consistency(old_size, old_root, known.size, known.root, path)
    except ProofRefused:
        return False
    return True


def root_at(events: Iterable[RecordedEvent], size: int) -> bytes:
    """The root over the first `size` leaves; that of a shorter log, if it is shorter."""
    frontier, count = EMPTY_FRONTIER, 0
    fresh: list[bytes] = []
    if size:
        for event in events:
            fresh.append(event.leaf)
            if len(fresh) == _AT_ONCE or count + len(fresh) == size:
                frontier = extend(frontier, count, fresh)
                count += len(fresh)
                fresh = []
            if count == size:
                break
    frontier = extend(frontier, count, fresh)
    return root(frontier, count + len(fresh))


def _told(event: RecordedEvent) -> dict[str, Any]:
    return {
        "position": event.id,
        "stream": event.originator_id.hex,
        "version": event.originator_version,
        "topic": event.topic,
        "recorded_at": instant_text(event.recorded_at),
    }
