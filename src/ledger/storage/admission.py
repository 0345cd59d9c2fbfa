"""Which commands of a batch may be stored. Pure: the database was asked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.errors import LedgerError
from ledger.records import Command, Request
from ledger.storage.backend import KnownRequest
from ledger.storage.checking import spans
from ledger.storage.store_errors import RequestReused, VersionConflict

VERSIONS_BEGIN = (0, 1)  # ours begin at 1; the library's own recorder cases begin at 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """To be stored."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The same request was answered by an earlier transaction."""

    first_position: int | None
    count: int


@dataclass(frozen=True, slots=True)
class SameAs:
    """The same request stands earlier in this batch, at `index`, and is accepted there."""

    index: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Not to be stored."""

    error: LedgerError


Verdict = Accepted | Answered | SameAs | Refused
ACCEPTED = Accepted()


def admit(
    batch: Sequence[Command],
    *,
    versions: Mapping[UUID, int],
    known: Mapping[tuple[str, bytes], KnownRequest],
) -> list[Verdict]:
    """One verdict for each command, as if they came one after the other.

    Args:
        batch: the commands in the order in which they are to be stored.
        versions: the last version of each stream asked for; a stream without events is absent.
        known: the requests of the batch that were answered before, by actor and key.
    """
    ends = dict(versions)
    asked: dict[tuple[str, bytes], tuple[bytes, int]] = {}
    verdicts: list[Verdict] = []
    for index, command in enumerate(batch):
        request = command.request
        verdict: Verdict = ACCEPTED
        if request is not None:
            verdict = _request_verdict(request, known=known, asked=asked)
        if verdict is ACCEPTED:
            conflict = _follow(command, ends)
            if conflict is not None:
                verdict = Refused(conflict)
            elif request is not None:
                asked[request.actor, request.key] = (request.digest, index)
        verdicts.append(verdict)
    return verdicts


def streams_of(batch: Sequence[Command]) -> list[UUID]:
    """The streams that the commands of a batch add to, each once."""
    return list({event.originator_id: None for command in batch for event in command.events})


def _request_verdict(
    request: Request,
    *,
    known: Mapping[tuple[str, bytes], KnownRequest],
    asked: Mapping[tuple[str, bytes], tuple[bytes, int]],
) -> Verdict:
    """What the request key decides: before the versions, so that a repeat is no conflict."""
    before = known.get((request.actor, request.key))
    if before is not None:
        if before.digest == request.digest:
            return Answered(before.first_position, before.count)
        return Refused(RequestReused(before.first_position))
    here = asked.get((request.actor, request.key))
    if here is not None:
        digest, index = here
        return SameAs(index) if digest == request.digest else Refused(RequestReused(None))
    return ACCEPTED


def _follow(command: Command, ends: dict[UUID, int]) -> VersionConflict | None:
    """Move the ends of the command's streams on, or say which does not fit and move none."""
    if len(command.events) == 1:  # by far the most, and the hot path of an import
        event = command.events[0]
        stream, version = event.originator_id, event.originator_version
        if not _fits(version, ends.get(stream)):
            return VersionConflict(stream, expected=version - 1, found=ends.get(stream, 0))
        ends[stream] = version
        return None
    added = spans(command)
    for stream, first, _ in added:
        if not _fits(first, ends.get(stream)):
            return VersionConflict(stream, expected=first - 1, found=ends.get(stream, 0))
    ends.update((stream, last) for stream, _, last in added)
    return None


def _fits(first: int, end: int | None) -> bool:
    return first in VERSIONS_BEGIN if end is None else first == end + 1
