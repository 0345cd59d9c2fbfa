"""How a command is sent: after which version, under which key, or only to see what it would do.

A route takes `After` (If-Match needed) or `Sending`, and runs what it does through `run`: the same
function that does it elsewhere, under `ledger.storage.conditions`. The answer is made from what the
log holds at the positions of the command, so a repeated command gets the same one, to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Query
from starlette.responses import Response

from api.desk import Desk
from api.http.answers import answer
from api.http.problems import VersionNeeded
from ledger.canonical import instant_text
from ledger.domain.proposals import PROPOSED
from ledger.errors import LedgerError, Misuse
from ledger.records import Command, NewEvent, Outcome, RecordedEvent, Request
from ledger.storage import conditions
from ledger.storage.conditions import Conditions, Stopped, VersionStale

_Result = TypeVar("_Result")
_TAGS = re.compile(r'\s*"[0-9]{1,15}"\s*(,\s*"[0-9]{1,15}"\s*){0,9}')
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
ANSWERED = "Idempotency-Replayed"


def expected(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="Version of the record the command was decided on, as a strong entity tag"
            ' (RFC 9110): "12". The record itself tells it; needed.',
            examples=['"12"'],
        ),
    ] = None,
) -> frozenset[int]:
    """The versions that a command names.

    Raises:
        VersionNeeded: none. Misuse: none that can be read.
    """
    if if_match is None or if_match.strip() == "*":
        raise VersionNeeded(
            "A command needs If-Match with the version of the record it was decided on.",
            next_step='Read the record and send its version: If-Match: "12".',
        )
    if not _TAGS.fullmatch(if_match):
        raise Misuse(
            "If-Match names no version.",
            next_step='Send the version of the record as a strong entity tag: If-Match: "12".',
        )
    return frozenset(int(one) for one in re.findall("[0-9]+", if_match))


def keyed(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Any text of the sender's, new for each command: the same command sent"
            " again under it gets the same answer, and nothing is added.",
            examples=["5f0c5e3a-9a3c-4be5-8b1c-0d5a31b46a52"],
        ),
    ] = None,
) -> str | None:
    """The key under which a command is sent.

    Raises:
        Misuse.
    """
    if idempotency_key is None or _KEY.fullmatch(idempotency_key):
        return idempotency_key
    raise Misuse(
        "Idempotency-Key is no text of 1 to 200 visible ASCII characters.",
        next_step="Send a random one, as a UUID.",
    )


Expected = Annotated[frozenset[int], Depends(expected)]
Keyed = Annotated[str | None, Depends(keyed)]
Dry = Annotated[
    bool, Query(description="Take the same path, up to where it would be recorded, and say so.")
]


class Sent:
    """How a command is sent that names no version: it makes something new."""

    versions: frozenset[int] | None = None

    def __init__(self, key: Keyed = None, dry_run: Dry = False) -> None:
        self.key = key
        self.dry = dry_run


class SentAfter(Sent):
    """How a command is sent that was decided on a version of a record."""

    def __init__(self, versions: Expected, key: Keyed = None, dry_run: Dry = False) -> None:
        super().__init__(key, dry_run)
        self.versions = versions


Sending = Annotated[Sent, Depends()]
After = Annotated[SentAfter, Depends()]


@dataclass(frozen=True, slots=True)
class Done(Generic[_Result]):
    """What became of a command.

    Attributes:
        outcome: where its events lie; without any where it added nothing.
        result: what was given by the function that did it; None in a repetition, and in a dry run
            that stopped where it would append.
        would: in a dry run, what would be appended.
    """

    outcome: Outcome
    result: _Result | None = None
    would: Command | None = None

    @property
    def repeated(self) -> bool:
        """The same command was answered before, and nothing was added now."""
        return self.outcome.repeated


_NOTHING = Outcome(None, 0, None, repeated=False)


def run(
    desk: Desk,
    sent: Sent,
    do: Callable[[], _Result],
    *,
    actor: str,
    said: Mapping[str, Any],
    about: UUID | None = None,
    resumes: bool = False,
) -> Done[_Result]:
    """Do what a command says, once for its key, after the version that it names.

    Args:
        do: decides and appends; in a dry run it is stopped where it would append first.
        actor: the account; keys of different accounts never meet.
        said: all that the user asked for, as a canonical object (no floats): with another one the
            key is refused. about: the stream whose version is named.
        resumes: `do` appends more than one command, and done again only finishes what a crash
            left: so a repetition does it again before it answers.

    Raises:
        RequestReused. VersionStale. What `do` raises.
    """
    request = None if sent.key is None else _request(desk, actor, sent.key, said)
    before = _answered(desk, request)
    if before is not None:
        if resumes and not sent.dry:
            with suppress(LedgerError):  # it is finished, or somebody else is about to
                do()
        return Done(before)
    held = Conditions(request, _after(desk, sent, about), sent.dry)
    try:
        with conditions.applied(held):
            result = do()
    except Stopped as stopped:
        return Done(_NOTHING, would=stopped.command)
    except LedgerError:
        # The same command, sent twice at once: the other one may have been stored meanwhile, and
        # what it changed is why this one is refused.
        before = _answered(desk, request)
        if before is None:
            raise
        return Done(before)
    if sent.dry:
        return Done(_NOTHING, result, Command(()))
    if held.outcome is None and request is not None:
        held.outcome = desk.ledger.store.append(Command((), request))
    return Done(held.outcome or _NOTHING, result)


def would(done: Done[_Result], events: Iterable[NewEvent]) -> Done[_Result]:
    """A dry run that was not stopped, because what did it knows dry runs itself: with the events
    that it found.
    """
    return replace(done, would=Command(tuple(events)))


def _request(desk: Desk, actor: str, key: str, said: Mapping[str, Any]) -> Request:
    secret = desk.ledger.keyring.secret(conditions.SECRET)
    return conditions.request_of(secret, actor=actor, key=key, said=said)


def _answered(desk: Desk, request: Request | None) -> Outcome | None:
    return None if request is None else desk.ledger.store.outcome_of(request)


def _after(desk: Desk, sent: Sent, about: UUID | None) -> tuple[UUID, int] | None:
    if sent.versions is None or about is None:
        return None
    found = desk.version_of(about)
    if found not in sent.versions:
        raise VersionStale(max(sent.versions), found)
    return about, found


def told(desk: Desk, done: Done[Any]) -> dict[str, Any]:
    """What became of a command, as JSON: the same again for the same command. `recorded` lists its
    events, `proposal` is the id of what now waits for a second person.
    """
    if done.would is not None:
        events = [_event(one) for one in done.would.events]
        return {"dry_run": True, "recorded_at": None, "recorded": events, "proposal": None}
    positions = done.outcome.positions
    read = list(desk.ledger.store.read(positions[0], positions[-1])) if positions else []
    at = done.outcome.recorded_at
    waits = next((one.id for one in read if one.topic == PROPOSED), None)
    return {
        "dry_run": False,
        "recorded_at": None if at is None else instant_text(at),
        "recorded": [_event(one) for one in read],
        "proposal": waits,
    }


def _event(one: NewEvent | RecordedEvent) -> dict[str, Any]:
    return {
        "position": one.id if isinstance(one, RecordedEvent) else None,
        "stream": one.originator_id.hex,
        "version": one.originator_version,
        "topic": one.topic,
    }


def responded(desk: Desk, done: Done[Any], **more: Any) -> Response:
    """The answer to a command: 201 recorded, 202 waits for a second person, 200 nothing was added.
    `more` is what else there is to say, that can be said again of the same positions.
    """
    shown = told(desk, done)
    status = HTTPStatus.OK
    if shown["recorded"] and not shown["dry_run"]:
        status = HTTPStatus.CREATED if shown["proposal"] is None else HTTPStatus.ACCEPTED
    found = answer({**shown, **more}, status=status.value)
    if done.repeated:
        found.headers[ANSWERED] = "true"
    return found


def statuses(model: Any) -> dict[int | str, dict[str, Any]]:
    """The answers of a command, for the description of its route."""
    said = {200: "Nothing was added", 201: "Recorded", 202: "Waits for a second person"}
    return {status: {"model": model, "description": text} for status, text in said.items()}
