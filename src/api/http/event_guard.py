"""Who may see one event: of a person, whoever may read his record; of the rest, by what it is.

Absent and forbidden answer alike, so that nobody learns of whom an event is, or how many there are.
"""

from __future__ import annotations

import time
from typing import Annotated, NamedTuple

from fastapi import Path
from starlette.requests import Request

from api.access import policy
from api.access.policy import Action
from api.access.readers import Reader
from api.http import guard
from api.http.problems import NotThere
from api.queries import events
from ledger.access.access_entry import of_set
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.fields import IDENTITY, RESTRICTED
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import ReadingPurpose

# What everybody with a role may see of the ledger's own stream and of units: rules, calendars and
# references, the founding with its keys, what checkpoints commit to, and which units there are.
_RULES = frozenset(
    f"ledger.{fact}/1"
    for fact in "enact repeal calendar position_ref precedence correct annul end".split()
)
_LOG = frozenset(f"ledger.{fact}/1" for fact in "founded heads signing_key keys_rotated".split())
_UNITS = frozenset(f"org_unit.{fact}/1" for fact in "unit unit_closed".split())
_OPEN = {
    **dict.fromkeys(_RULES, Action.READ_RULES),
    **dict.fromkeys(_LOG, Action.READ_LOG),
    **dict.fromkeys(_UNITS, Action.READ_UNITS),
}


class EventRead(NamedTuple):
    """An event that is being read, by whom, and, where it concerns a person, what for."""

    recorded: RecordedEvent
    reader: Reader
    purpose: ReadingPurpose | None


def no_event_here() -> NotThere:
    """The one refusal for an event that is absent and one that may not be seen."""
    return NotThere(
        "There is no such event, or none that you may see.", next_step="Check the position."
    )


def read_event(
    request: Request,
    position: Annotated[int, Path(ge=1, le=2**53, description="Of the event in the log.")],
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> EventRead:
    """A dependency: the event of the path, for a reader who may see it."""
    return event_read(request, position, purpose or purpose_header)


def event_read(request: Request, position: int, given: ReadingPurpose | None) -> EventRead:
    """The event at a position, for a reader who may see it; a read that concerns people is logged.

    Raises:
        SignInNeeded, NotThere.
        PurposeNeeded: it is missing, whatever there is at the position.
    """
    begun, reader = time.monotonic(), guard.reader_of(request)
    recorded = events.at(guard.desk_of(request), position)
    if recorded is not None and _open(reader, recorded.topic):
        return EventRead(recorded, reader, None)
    own = recorded is not None and recorded.stream == reader.person
    why = guard.purpose_of(request, reader, reader.person if own else None, given)
    try:
        return _concerning(request, reader, recorded, why, begun)
    except NotThere:
        guard.wait_evenly(request, begun)  # as long for an event that there is not
        raise no_event_here() from None


def _concerning(
    request: Request,
    reader: Reader,
    recorded: RecordedEvent | None,
    why: ReadingPurpose,
    begun: float,
) -> EventRead:
    """Raises NotThere."""
    if recorded is None:
        raise no_event_here()
    if recorded.topic.startswith(f"{EMPLOYEE}."):
        guard.reading(request, recorded.stream, why, Action.READ_RECORD, begun)
    elif not _of_unit(request, reader, recorded):
        if not policy.may(reader, Action.READ_EVENTS):
            raise no_event_here()
        told = {"events": True, "position": recorded.position}
        guard.access_of(request).record(of_set(reader.account, why, None, told))
    return EventRead(recorded, reader, why)


setattr(read_event, guard.PERMISSION, Action.READ_RECORD)


def _open(reader: Reader, topic: str) -> bool:
    action = _OPEN.get(topic)
    return action is not None and policy.may(reader, action)


def _of_unit(request: Request, reader: Reader, recorded: RecordedEvent) -> bool:
    """Whether it is of a unit whose people's records the reader may read."""
    if not recorded.topic.startswith(f"{ORG_UNIT}."):
        return False
    today = guard.desk_of(request).today()
    target = guard.standing_of(request).of_unit(recorded.stream, today)
    return policy.may(reader, Action.READ_RECORD, target)


def classes_seen(request: Request, read: EventRead) -> frozenset[str]:
    """The key classes whose sealed fields the reader of an event may see."""
    recorded, standing = read.recorded, guard.standing_of(request)
    today = guard.desk_of(request).today()
    if recorded.topic.startswith(f"{EMPLOYEE}."):
        target = standing.of_person(recorded.stream, today)
    elif recorded.topic.startswith(f"{ORG_UNIT}."):
        target = standing.of_unit(recorded.stream, today)
    else:
        target = policy.NOTHING
    pairs = ((IDENTITY, Action.READ_IDENTITY), (RESTRICTED, Action.READ_RESTRICTED))
    return frozenset(
        key_class
        for key_class, action in pairs
        if target is not None and policy.may(read.reader, action, target)
    )
