"""The same import as a user of the `eventsourcing` library would write it: its recorder, its
transcoder.

One aggregate a person, a save every 1,000 rows. It is given every advantage: all people stay in
memory, ids follow from numbers, values are passed on as they stand, and nothing is looked up, compared
with what is there, sealed or proved. No import that may be repeated could be written so; it shows what
the library alone costs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event

SAVE_EVERY = 1_000


class Person(Aggregate):
    """A person and the facts about him."""

    @event("Registered")
    def __init__(self, nip: str, on: str, name: str, employment: str) -> None:
        self.nip = nip
        self.on = on
        self.name = name
        self.employment = employment
        self.golongan: list[dict[str, Any]] = []
        self.qualifications: list[dict[str, Any]] = []
        self.positions: list[dict[str, Any]] = []
        self.appraisals: list[dict[str, Any]] = []
        self.competencies: list[dict[str, Any]] = []
        self.attendance: list[dict[str, Any]] = []
        self.activities: list[dict[str, Any]] = []
        self.awards: list[dict[str, Any]] = []
        self.sanctions: list[dict[str, Any]] = []

    @staticmethod
    def create_id(nip: str) -> UUID:
        """The id follows from the number."""
        return uuid5(NAMESPACE_URL, f"/people/{nip}")

    @event("EmploymentChanged")
    def employ(self, on: str, employment: str) -> None:
        self.on = on
        self.employment = employment

    @event("GolonganAttained")
    def attain(self, on: str, golongan: str) -> None:
        self.golongan.append({"on": on, "golongan": golongan})

    @event("QualificationObtained")
    def qualify(self, on: str, level: str, field: str, institution: str, diploma_no: str) -> None:
        self.qualifications.append(
            {"on": on, "level": level, "field": field, "institution": institution, "no": diploma_no}
        )

    @event("PositionAssumed")
    def assume(self, on: str, kind: str, title: str, unit: str) -> None:
        self.positions.append({"on": on, "kind": kind, "title": title, "unit": unit})

    @event("PerformanceAppraised")
    def appraise(
        self,
        period: str,
        score: str | None = None,
        work_result: str | None = None,
        work_behaviour: str | None = None,
    ) -> None:
        self.appraisals.append(
            {"period": period, "score": score, "result": work_result, "behaviour": work_behaviour}
        )

    @event("CompetencyCompleted")
    def complete(
        self,
        category: str,
        hours: int,
        to: str,
        title: str,
        organiser: str,
        certificate_no: str,
    ) -> None:
        self.competencies.append(
            {
                "category": category,
                "hours": hours,
                "to": to,
                "title": title,
                "organiser": organiser,
                "no": certificate_no,
            }
        )

    @event("AttendanceCounted")
    def attend(self, month: str, working: int, present: int) -> None:
        self.attendance.append({"month": month, "working": working, "present": present})

    @event("ActivityReported")
    def report(self, period: str, planned: int, done: int) -> None:
        self.activities.append({"period": period, "planned": planned, "done": done})

    @event("AwardReceived")
    def honour(self, on: str, kind: str, document: dict[str, str]) -> None:
        self.awards.append({"on": on, "kind": kind, "document": document})

    @event("SanctionImposed")
    def sanction(
        self, on: str, level: str, kind: str, decided_on: str, document: dict[str, str]
    ) -> None:
        self.sanctions.append(
            {"on": on, "level": level, "kind": kind, "decided_on": decided_on, "document": document}
        )


METHODS: dict[str, Callable[..., None]] = {
    "employment": Person.employ,
    "golongan": Person.attain,
    "qualification": Person.qualify,
    "position": Person.assume,
    "appraisal": Person.appraise,
    "competency": Person.complete,
    "attendance": Person.attend,
    "activity": Person.report,
    "award": Person.honour,
    "sanction": Person.sanction,
}


class UncheckedPeople(Application[UUID]):
    """The application of the library, as its tutorial has it."""

    name = "UncheckedPeople"

    def import_lines(self, path: Path) -> int:
        """Record every line of a facts file; gives how many."""
        people: dict[str, Person] = {}
        changed: dict[str, Person] = {}
        count = 0
        with path.open("rb") as lines:
            for line in lines:
                row = orjson.loads(line)
                fact, nip = row.pop("fact"), row.pop("nip")
                if fact == "registered":
                    person = people[nip] = Person(nip=nip, **row)
                else:
                    person = people.get(nip) or self._known(nip)
                    METHODS[fact](person, **row)
                changed[nip] = person
                count += 1
                if count % SAVE_EVERY == 0:
                    self.save(*changed.values())
                    changed.clear()
        self.save(*changed.values())
        return count

    def _known(self, nip: str) -> Person:
        try:
            person: Person = self.repository.get(Person.create_id(nip))
        except AggregateNotFoundError:
            raise LookupError(nip) from None
        return person
