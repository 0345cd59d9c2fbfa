"""Events and commands for store tests: everything defaulted, so that a test shows what matters."""

from __future__ import annotations

from datetime import date
from itertools import count
from uuid import UUID

from ledger.records import Command, NewEvent, Request

_numbers = count(1)


def new_stream() -> UUID:
    """A stream that no other test of this process uses."""
    return UUID(int=next(_numbers) << 80 | 4 << 76 | 8 << 60)


def new_event(
    stream: UUID,
    version: int = 1,
    *,
    topic: str = "employee.competency/1",
    payload: bytes = b'{"category":"TEKNIS","hours":"20"}',
    effective_on: date | None = date(2022, 5, 6),
    context: bytes = b'{"actor":"a1"}',
    sealed: tuple[tuple[str, bytes], ...] = (),
) -> NewEvent:
    """One event of a stream."""
    return NewEvent(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=payload,
        effective_on=effective_on,
        context=context,
        sealed=sealed,
    )


def command(stream: UUID, *versions: int, request: Request | None = None) -> Command:
    """One command that adds these versions to a stream."""
    return Command(tuple(new_event(stream, version) for version in versions or (1,)), request)


def request(key: int = 1, digest: int = 1, actor: str = "a1") -> Request:
    """A request; equal numbers make equal keys and digests."""
    return Request(actor, key.to_bytes(32), digest.to_bytes(32))
