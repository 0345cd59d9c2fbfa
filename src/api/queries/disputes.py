"""Disputes: what is contested, by whom and why, how it ended, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.queries.sight import EVERYTHING, Sight, name
from ledger.canonical import instant_text
from ledger.commands import disputing
from ledger.commands.disputing import Told
from ledger.domain.dispute import Dispute, DisputeUnknown
from ledger.vocabulary_agency import DisputeOutcome

Json = dict[str, Any]
OPEN = "OPEN"


def listed(
    desk: Desk,
    *,
    position: int | None = None,
    everything: bool = False,
    streams: frozenset[str] | None = None,
    sight: Sight = EVERYTHING,
    named: Sight = EVERYTHING,
) -> list[Json]:
    """What is contested, in order of opening.

    Args:
        everything: ended ones too. streams: of these people and units only.
    """
    known = [
        one
        for one in disputing.every_dispute(desk.ledger, position)
        if (everything or one.open)
        and (streams is None or one.stream in streams)
        and reached(desk, one, sight)
    ]
    return _shown(desk, known, named)


def of_stream(desk: Desk, stream: UUID, *, named: Sight = EVERYTHING) -> list[Json]:
    """Every dispute about facts of one person or unit."""
    return listed(desk, everything=True, streams=frozenset({stream.hex}), named=named)


def numbered(desk: Desk, number: int, sight: Sight = EVERYTHING) -> Dispute:
    """The dispute that was opened at a position.

    Raises:
        DisputeUnknown: there is none, or none that is reached.
    """
    for one in disputing.every_dispute(desk.ledger):
        if one.position == number and reached(desk, one, sight):
            return one
    raise DisputeUnknown(
        f"There is no dispute {number}, or none that you may see.",
        next_step="The list of disputes names them.",
    )


def about(desk: Desk, number: int) -> list[str]:
    """The stream that the dispute opened at a position is about; none where there is none."""
    return [one.stream for one in disputing.every_dispute(desk.ledger) if one.position == number]


def one(desk: Desk, found: Dispute, *, named: Sight = EVERYTHING, reasoned: bool = True) -> Json:
    """One dispute with its reasons, where those may be seen, and the fact as it stands; `version`
    is what a command names that was decided on it.
    """
    (shown,) = _shown(desk, [found], named)
    why, ended = disputing.reasons(desk.ledger, found) if reasoned else (None, None)
    version = desk.version_of(UUID(found.stream))
    return {**shown, "reason": why, "outcome_reason": ended, "version": version}


def reached(desk: Desk, found: Dispute, sight: Sight) -> bool:
    """Whether the person or unit of a dispute is reached."""
    if UUID(found.stream) in desk.units().units:
        return sight.sees_unit(found.stream)
    return sight.sees(found.stream)


def _shown(desk: Desk, known: Iterable[Dispute], named: Sight) -> list[Json]:
    rows = [shown(told) for told in disputing.told(desk.ledger, known)]
    name(desk, rows, named)
    units, today = desk.units(), desk.today()
    for one in rows:
        told = units.described(UUID(one["subject"]), today)
        one["unit"] = None if told is None else told["code"]
    return rows


def shown(told: Told) -> Json:
    """A dispute as the public contract has it; `next` says what is left to do, or is null."""
    one, fact = told.dispute, told.fact
    ended = None
    if one.outcome is not None:
        ended = {
            "outcome": one.outcome.value,
            "position": one.resolved_at,
            "actor": one.resolved_by,
            "document": one.decided_on,
        }
    return {
        "id": one.id,
        "subject": one.stream,
        "fact": {
            "stream": one.stream,
            "root": one.root,
            "stands": fact is not None,
            "kind": None if fact is None else fact.kind,
            "effective_on": None if fact is None else fact.effective_on.isoformat(),
            "position": None if fact is None else fact.position,
            "version": None if fact is None else fact.version,
        },
        "by": one.by,
        "position": one.position,
        "recorded_at": instant_text(one.recorded_at),
        "actor": one.actor,
        "document": one.document,
        "state": OPEN if one.outcome is None else one.outcome.value,
        "resolved": ended,
        "next": _next(told),
    }


def _next(told: Told) -> str | None:
    """What is left to do; an upheld dispute is carried out by a correction or annulment."""
    one, fact = told.dispute, told.fact
    if one.open:
        return "decide"
    if one.outcome is DisputeOutcome.DITERIMA and fact is not None and not told.corrected:
        return "correct_or_annul"
    return None
