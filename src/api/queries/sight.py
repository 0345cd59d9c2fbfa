"""Whom and what a reader reaches in one action, for a list about people and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.access.policy import TABLE, Action
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.queries.within import people_within, units_within


@dataclass(frozen=True, slots=True)
class Sight:
    """Ids of the people and the units that are reached; None stands for all of them.

    Attributes:
        but: somebody who is never reached: the reader himself, where the action is not for one's
            own record.
    """

    people: frozenset[str] | None = None
    units: frozenset[str] | None = None
    but: str | None = None

    def sees(self, person: str) -> bool:
        """Whether a person is reached."""
        return person != self.but and (self.people is None or person in self.people)

    def sees_unit(self, unit: str) -> bool:
        """Whether a unit is reached."""
        return self.units is None or unit in self.units

    @property
    def everything(self) -> bool:
        """Whether the whole agency is reached."""
        return self.people is None and self.units is None


EVERYTHING = Sight()


def sight(desk: Desk, standing: Standing, reader: Reader, action: Action) -> Sight:
    """Whom a reader reaches in an action today."""
    himself = None if TABLE[action].oneself or reader.person is None else reader.person.hex
    people = people_within(desk, standing, reader, action)
    return Sight(people, units_within(desk, reader, action), himself)


def name(desk: Desk, rows: Iterable[dict[str, Any]], named: Sight, key: str = "subject") -> None:
    """Add `person`, number and name, to rows about people whose names may be seen; null otherwise,
    and for units.
    """
    listed = list(rows)
    units = desk.units().units
    wanted = {one[key] for one in listed if one[key] and named.sees(one[key])}
    people = desk.ledger.people([UUID(one) for one in sorted(wanted) if UUID(one) not in units])
    for one in listed:
        one["person"] = people.get(UUID(one[key])) if one[key] in wanted else None


def people_in(desk: Desk, subjects: Collection[str | None]) -> list[UUID]:
    """Those of some subjects that are people, for the access log."""
    units = desk.units().units
    return [UUID(one) for one in subjects if one is not None and UUID(one) not in units]
