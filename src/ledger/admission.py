"""Which commands of a batch may be stored. Pure: the database was asked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.backend import KnownRequest
from ledger.errors import LedgerError
from ledger.prepare import VERSIONS_BEGIN, PreparedCommand
from ledger.store_errors import RequestReused, VersionConflict


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
    batch: Sequence[PreparedCommand],
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
        verdict = _request_verdict(command, known=known, asked=asked)
        if verdict is ACCEPTED:
            conflict = _conflict(command, ends)
            if conflict is not None:
                verdict = Refused(conflict)
            else:
                ends.update((span.stream, span.last) for span in command.spans)
                if command.request is not None:
                    asked[command.request.actor, command.request.key] = (
                        command.request.digest,
                        index,
                    )
        verdicts.append(verdict)
    return verdicts


def _request_verdict(
    command: PreparedCommand,
    *,
    known: Mapping[tuple[str, bytes], KnownRequest],
    asked: Mapping[tuple[str, bytes], tuple[bytes, int]],
) -> Verdict:
    """What the request key decides: before the versions, so that a repeat is no conflict."""
    request = command.request
    if request is None:
        return ACCEPTED
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


def _conflict(command: PreparedCommand, ends: Mapping[UUID, int]) -> VersionConflict | None:
    for stream, first, _ in command.spans:
        end = ends.get(stream)
        fits = first in VERSIONS_BEGIN if end is None else first == end + 1
        if not fits:
            return VersionConflict(stream, expected=first - 1, found=end or 0)
    return None
