"""Who leads whom: heads, heads of sections, principals, and who acts for a head who left.

The appraiser of somebody is the next one above him who serves on the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from api.demo.person import (
    ADMINISTRATOR,
    FUNGSIONAL,
    HEAD,
    LAST_DAY,
    PNS,
    Person,
    Row,
)
from api.demo.places import SCHOOLS

# e-Kinerja names the appraiser of each evaluation since then.
NAMED_SINCE = 2023
_SECRETARIAT = "SETDA"
_NEW_PRINCIPALS = date(2016, 1, 1)  # who entered later does not lead a school yet
_SCHOOLS = {school.section: school for school in SCHOOLS}


@dataclass(slots=True)
class Hierarchy:
    """Leaders by place and by place and section.

    Attributes:
        principals: of schools; a principal is a teacher with an additional task.
    """

    heads: dict[str, Person] = field(default_factory=dict)
    sections: dict[tuple[str, str], Person] = field(default_factory=dict)
    principals: dict[tuple[str, str], Person] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Person]) -> Hierarchy:
        """The leaders among people; of several the one with the lowest number."""
        found = cls()
        for person in people:
            code, section = person.place.code, person.section
            if person.role == HEAD:
                found.heads.setdefault(code, person)
            elif section is not None and person.role == ADMINISTRATOR:
                found.sections.setdefault((code, section), person)
            elif section is not None and _may_be_principal(person):
                found.principals.setdefault((code, section), person)
        return found

    def above(self, person: Person) -> Iterator[Person]:
        """Everybody above somebody in his place, the nearest first, then the secretariat."""
        code, section = person.place.code, person.section
        if section is not None and person.role != ADMINISTRATOR:
            school = _SCHOOLS.get(section)
            branch = None if school is None else school.branch
            yield from _there(self.principals.get((code, section)))
            yield from _there(self.sections.get((code, branch or section)))
        if person.role != HEAD:
            yield from _there(self.heads.get(code))
        yield from _there(self.heads.get(_SECRETARIAT))

    def appraiser(self, person: Person, on: date) -> Person | None:
        """Who appraises somebody on a day; None where nobody above him serves here."""
        return next(
            (one for one in self.above(person) if one is not person and one.serves_on(on)), None
        )

    def rows(self) -> Iterator[tuple[Person, Row]]:
        """The additional tasks of principals, and who acts for a head who left."""
        for (code, section), person in self.principals.items():
            on = date(person.dice("principal").between(2019, 2024), 7, 1)
            yield (
                person,
                person.row(
                    "position",
                    on,
                    assignment="TUGAS_TAMBAHAN",
                    kind="FUNGSIONAL",
                    title=f"Kepala {_SCHOOLS[section].name}",
                    unit=f"{code}-{section}",
                ),
            )
        for code, head in self.heads.items():
            acting = self._acting(code)
            if head.leaves_on is not None and acting is not None:
                yield acting, _acts_for(acting, head, head.leaves_on)

    def _acting(self, code: str) -> Person | None:
        return next(
            (
                one
                for (place, _), one in self.sections.items()
                if place == code and one.serves_on(LAST_DAY)
            ),
            None,
        )


def _there(person: Person | None) -> Iterator[Person]:
    if person is not None:
        yield person


def _may_be_principal(person: Person) -> bool:
    return (
        person.section in _SCHOOLS
        and person.role == FUNGSIONAL
        and person.employment == PNS
        and person.entered_on < _NEW_PRINCIPALS
        and person.leaves_on is None
    )


def _acts_for(acting: Person, head: Person, on: date) -> Row:
    return acting.row(
        "position",
        on,
        assignment="PLT",
        kind="JPT_PRATAMA",
        title=f"Plt. {head.place.head}",
        unit=head.place.code,
    )
