"""When what is known of a person changed: the points of a timemap (RFC 7089)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.desk import Desk

Point = tuple[int, datetime]


def change_points(desk: Desk, stream: UUID) -> list[Point]:
    """The positions after which more, or something else, was known of somebody, and when each was
    recorded: the ends of the commands that say something of him.

    Rules, units and references change answers too; they are told by the answers themselves.
    """
    found: list[Point] = []
    for recorded in desk.ledger.store.stream(stream):
        point = recorded.position, recorded.recorded_at
        if found and found[-1][1] == point[1]:
            found[-1] = point
        else:
            found.append(point)
    return [(desk.ledger.store.boundary(position)[1], at) for position, at in found]
