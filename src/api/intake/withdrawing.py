"""Taking a whole import back: what it stated is annulled, what it mended is put back as it was.

Each in its own stream, by events like all others: the history shows the import and its withdrawal.
One command a stream: a crash leaves streams that are done and streams that are not, and withdrawing
again finishes; the note that the import was withdrawn comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from api.intake.batches import Batch, batch_named, origin_of
from api.intake.one_at_a_time import alone
from api.intake.taking_back import Document, Kept, Plan, Stream, Who
from ledger.application import Ledger
from ledger.errors import NotAllowed
from ledger.events.base import encode
from ledger.events.book import ImportWithdrawn
from ledger.events.registry import spec
from ledger.proofs.rests_on import named
from ledger.records import Command
from ledger.storage.store_errors import VersionConflict

_MERGED: Final = "merged"
_ATTEMPTS: Final = 9
_STREAMS_AT_ONCE: Final = 500


@dataclass(slots=True)
class Withdrawal:
    """What was taken back, or in a dry run would be.

    Attributes:
        annulled, restored: facts. already: of these how many a run before had done.
        streams: in how many records. position: of the note; None in a dry run.
    """

    batch: str
    annulled: int = 0
    restored: int = 0
    already: int = 0
    streams: int = 0
    kept: list[Kept] = field(default_factory=list)
    position: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As an object of the public contract."""
        return {
            "import": self.batch,
            "annulled": self.annulled,
            "restored": self.restored,
            "already": self.already,
            "streams": self.streams,
            "kept": [
                {"fact": f"{one.stream}/{one.root}", "kind": one.kind, "why": one.why.value}
                for one in self.kept
            ],
            "position": self.position,
        }

    def add(self, plan: Plan) -> None:
        """Count in what was done in one stream."""
        self.annulled += plan.annulled
        self.restored += plan.restored
        self.already += plan.already
        self.kept += plan.kept


def withdraw(
    ledger: Ledger,
    ident: str,
    *,
    actor: str,
    document: Document,
    reason: str | None = None,
    dry: bool = False,
) -> Withdrawal:
    """Take an import back; a second time nothing is added.

    Args:
        ident: of the batch. document: {kind, number, date} that it rests on.
        reason: free text, sealed with the note.

    Raises:
        ImportUnknown. NotAllowed: it merged two records, which cannot be undone as a whole.
    """
    with nullcontext() if dry else alone(ledger):
        batch = batch_named(ledger, ident)
        done = Withdrawal(ident, position=batch.withdrawn)
        who = Who(actor, document)
        _Work(ledger, batch, who, done, dry=dry).take_back()
        if not dry and done.position is None:
            done.position = _note(ledger, ImportWithdrawn(batch=ident, reason=reason), who)
    return done


def _own_events(ledger: Ledger, batch: Batch) -> dict[UUID, frozenset[int]]:
    """Stream -> versions of the batch's events in it, in the order of the log.

    Raises:
        NotAllowed: one of them merged two records.
    """
    found: dict[UUID, set[int]] = {}
    for one in ledger.store.read(batch.first, batch.last):
        if origin_of(one).get("batch") != batch.id:
            continue
        if spec(one.topic).name == _MERGED:
            raise NotAllowed(
                "This import merged two records, and what one held is stated in the other since.",
                next_step="Mend its facts one by one.",
            )
        found.setdefault(one.originator_id, set()).add(one.originator_version)
    return {stream: frozenset(versions) for stream, versions in found.items()}


def _named_outside(
    ledger: Ledger, batch: Batch, own: Mapping[UUID, frozenset[int]]
) -> frozenset[UUID]:
    """The units that the batch founded and events of others name."""
    founded = {stream for stream, versions in own.items() if 1 in versions}
    if not founded:
        return frozenset()
    others = (
        one
        for one in ledger.store.read(batch.first)
        if one.originator_version not in own.get(one.originator_id, ())
    )
    return frozenset(founded & named(others))


class _Work:
    """One withdrawal at work."""

    def __init__(
        self, ledger: Ledger, batch: Batch, who: Who, done: Withdrawal, *, dry: bool
    ) -> None:
        self._ledger, self._batch, self._who, self._done, self._dry = ledger, batch, who, done, dry
        self._own = _own_events(ledger, batch)
        self._outside = _named_outside(ledger, batch, self._own)
        done.streams = len(self._own)

    def take_back(self) -> None:
        """Stream by stream, decided again where somebody was faster.

        Raises:
            VersionConflict: others never stopped; withdrawing again goes on.
        """
        waiting = list(self._own)
        for attempt in range(_ATTEMPTS):
            lost: dict[UUID, VersionConflict] = {}
            for start in range(0, len(waiting), _STREAMS_AT_ONCE):
                lost |= self._of(waiting[start : start + _STREAMS_AT_ONCE])
            waiting = list(lost)
            if lost and attempt == _ATTEMPTS - 1:
                raise lost[waiting[0]]

    def _of(self, streams: list[UUID]) -> dict[UUID, VersionConflict]:
        """Take back in some streams; gives those that changed meanwhile."""
        plans = {stream: self._plan(stream) for stream in streams}
        busy = [stream for stream, plan in plans.items() if plan.rows and not self._dry]
        commands = [Command(tuple(plans[stream].rows)) for stream in busy]
        outcomes = self._ledger.store.append_many(commands) if commands else []
        lost: dict[UUID, VersionConflict] = {}
        for stream, outcome in zip(busy, outcomes, strict=True):
            if isinstance(outcome, VersionConflict):
                lost[stream] = outcome
            elif isinstance(outcome, Exception):
                raise outcome
        for stream, plan in plans.items():
            if stream not in lost:
                self._done.add(plan)
        return lost

    def _plan(self, stream: UUID) -> Plan:
        own = self._own[stream]
        found = Stream(self._ledger, self._batch, stream, own, self._who)
        return found.plan(hung_on=stream in self._outside)


def _note(ledger: Ledger, note: ImportWithdrawn, who: Who) -> int:
    """The last event: that the import is taken back.

    Raises:
        VersionConflict: others never stopped.
    """
    context = {"actor": who.actor, "document": dict(who.document)}
    for attempt in range(_ATTEMPTS):
        last = ledger.book_events()[-1].originator_version
        try:
            return ledger.append_to(ledger.stream, last, [encode(note)], context).positions[0]
        except VersionConflict:
            if attempt == _ATTEMPTS - 1:
                raise
    return 0
