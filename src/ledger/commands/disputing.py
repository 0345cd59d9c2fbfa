"""Contesting facts in a ledger, and deciding what is contested, each with its document.

One event each, in the stream of the fact, decided again on what was recorded meanwhile where
somebody was faster. A crash leaves the event or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.commands.erasure import person_state
from ledger.commands.second_person import reason_at
from ledger.domain import dispute, employee
from ledger.domain.dispute import Dispute, DisputeUnknown, decide_dispute, decide_resolve, disputes
from ledger.domain.facts import Fact, history
from ledger.domain.stream_state import StreamState, replay
from ledger.errors import Misuse, NotAllowed, StreamClosed, TargetUnknown
from ledger.events.base import EMPLOYEE, ORG_UNIT, Encoded
from ledger.records import RecordedEvent
from ledger.storage.store_errors import VersionConflict
from ledger.vocabulary_agency import DisputeOutcome

_RETRIES = 9


@dataclass(frozen=True, slots=True)
class Told:
    """A dispute and the fact it is about.

    Attributes:
        fact: as it stands now; None once it was annulled.
        corrected: whether it was corrected or annulled after the dispute was opened.
    """

    dispute: Dispute
    fact: Fact | None
    corrected: bool


def contest(
    ledger: Ledger,
    stream: UUID,
    root: int,
    *,
    ident: str,
    by: str,
    reason: str,
    document: Mapping[str, Any],
    actor: str,
) -> tuple[Dispute, bool]:
    """Contest a fact; gives the dispute and whether it is new.

    Args:
        root: of the fact, within its stream. by: who contests, by account or office.
        reason: free text, sealed. document: {kind, number, date}.

    Raises:
        NotAllowed: neither a person's nor a unit's fact, or of an erased person. StreamClosed: of
            somebody who was merged into another. TargetUnknown: the fact was annulled.
        FactAlreadyDisputed: it is contested already, or the id names another dispute.
    """

    def decide(events: list[RecordedEvent]) -> tuple[Encoded, ...]:
        owner = _owner(ledger, stream, events)
        if history(events).root(root) is None:
            raise TargetUnknown(
                "The fact that is named was annulled, or is none.",
                next_step="`asn-ledger history SUBJECT` shows the facts that stand.",
            )
        known = disputes(events)
        return decide_dispute(known, owner=owner, root=root, ident=ident, by=by, reason=reason)

    return _append(ledger, stream, ident, decide, {"actor": actor, "document": dict(document)})


def resolve(
    ledger: Ledger,
    stream: UUID,
    ident: str,
    *,
    outcome: DisputeOutcome,
    reason: str,
    document: Mapping[str, Any],
    actor: str,
) -> tuple[Dispute, bool]:
    """End a dispute; gives it and whether it ended now.

    Raises:
        DisputeUnknown: none of this id there. NotAllowed: it ended otherwise, its opener would
            decide it, or the person was erased.
    """

    def decide(events: list[RecordedEvent]) -> tuple[Encoded, ...]:
        owner = _owner(ledger, stream, events, closed=True)
        return decide_resolve(
            disputes(events), owner=owner, ident=ident, outcome=outcome, reason=reason, actor=actor
        )

    return _append(ledger, stream, ident, decide, {"actor": actor, "document": dict(document)})


def every_dispute(ledger: Ledger, position: int | None = None) -> list[Dispute]:
    """All disputes of the ledger as known at a position, in order of opening."""
    topics = sorted(dispute.OPENED | dispute.RESOLVED)
    return disputes(ledger.store.read(1, position, topics=topics))


def named(ledger: Ledger, ident: str, *, stream: UUID | None = None) -> Dispute:
    """The dispute of an id, wherever it lies or within one stream.

    Raises:
        DisputeUnknown: there is none. Misuse: several records have one of this id.
    """
    found = [
        one
        for one in every_dispute(ledger)
        if one.id == ident and (stream is None or one.stream == stream.hex)
    ]
    if not found:
        raise DisputeUnknown(
            f"There is no dispute {ident}.",
            next_step="`asn-ledger dispute list --all` shows those there are.",
        )
    if len(found) > 1:
        raise Misuse(
            f"{len(found)} records have a dispute {ident}.",
            next_step="Say whose: --subject SUBJECT.",
        )
    return found[0]


def told(ledger: Ledger, known: Iterable[Dispute]) -> list[Told]:
    """Disputes with the facts that they are about, as they stand now."""
    streams: dict[str, list[RecordedEvent]] = {}
    found = []
    for one in known:
        if one.stream not in streams:
            streams[one.stream] = ledger.events_of(UUID(one.stream))
        events = streams[one.stream]
        now = history(events).root(one.root)
        then = history(events, one.position).root(one.root)
        changed = (
            now is None
            or then is None
            or (now.version, now.until)
            != (
                then.version,
                then.until,
            )
        )
        found.append(Told(one, now, changed))
    return found


def reasons(ledger: Ledger, one: Dispute) -> tuple[str | None, str | None]:
    """Why it was opened and why it ended so; None where nothing is said or the keys are gone."""
    ended = None if one.resolved_at is None else reason_at(ledger, one.resolved_at)
    return reason_at(ledger, one.position), ended


def _owner(
    ledger: Ledger, stream: UUID, events: list[RecordedEvent], *, closed: bool = False
) -> str:
    """Whether a stream is a person's or a unit's; `closed` says that a merged one is fine."""
    person = person_state(ledger, stream)
    if person.registered:
        _check_open(person, closed=closed)
        return EMPLOYEE
    first = replay(StreamState(stream), events).roots.get(1)
    if first is None or first.kind != "unit":
        raise NotAllowed(
            "Only facts about a person or a unit are contested.",
            next_step="A reference or calendar is corrected by its own document.",
        )
    return ORG_UNIT


def _check_open(person: employee.Employee, *, closed: bool) -> None:
    if person.erased:
        raise NotAllowed(
            "The identity of this person was erased; nothing more can be recorded.",
            next_step="Nothing is left to do.",
        )
    if person.merged_into is not None and not closed:
        raise StreamClosed(
            "This record was merged into another one.",
            next_step="Contest the fact in the record into which it was merged.",
        )


def _append(
    ledger: Ledger,
    stream: UUID,
    ident: str,
    decide: Callable[[list[RecordedEvent]], tuple[Encoded, ...]],
    context: Mapping[str, Any],
) -> tuple[Dispute, bool]:
    """Decide and append, and decide again where somebody was faster."""
    new = _decided(ledger, stream, decide, context)
    found = disputes(ledger.events_of(stream))
    return next(one for one in found if one.id == ident), new


def _decided(
    ledger: Ledger,
    stream: UUID,
    decide: Callable[[list[RecordedEvent]], tuple[Encoded, ...]],
    context: Mapping[str, Any],
) -> bool:
    """Whether anything was appended."""
    for _ in range(_RETRIES):
        try:
            return _once(ledger, stream, decide, context)
        except VersionConflict:
            continue
    return _once(ledger, stream, decide, context)


def _once(
    ledger: Ledger,
    stream: UUID,
    decide: Callable[[list[RecordedEvent]], tuple[Encoded, ...]],
    context: Mapping[str, Any],
) -> bool:
    events = ledger.events_of(stream)
    decided = decide(events)
    if decided:
        ledger.append_to(stream, events[-1].originator_version, decided, context)
    return bool(decided)
