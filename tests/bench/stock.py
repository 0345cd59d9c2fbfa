"""The same import as a user of the `eventsourcing` library would write it: its recorder, its transcoder.

It does the same work as far as the library goes: values are read and checked, what is recorded already
is recorded no second time, and memory stays bounded. One aggregate a person with event classes of its
own, rows in file order; whoever a thousand rows are about is fetched from the repository, told, and
saved with the others. Nothing is sealed, nothing is proved, and no file is checked as a whole first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import JSONTranscoder, Transcoding

from ledger.values import nip_text, period
from ledger.vocabulary import (
    CompetencyCategory,
    EducationLevel,
    EmploymentStatus,
    ExpectationRating,
    PositionKind,
    SanctionKind,
    SanctionLevel,
)

SAVE_EVERY = 1_000
Document = dict[str, Any]


class Person(Aggregate):
    """A person and the facts about him, each known by what makes it the same act."""

    @event("Registered")
    def __init__(self, nip: str, on: date, name: str, employment: EmploymentStatus) -> None:
        self.nip = nip
        self.on = on
        self.name = name
        self.employment = employment
        self.known: dict[tuple[Any, ...], Any] = {}

    @staticmethod
    def create_id(nip: str) -> UUID:
        """The id follows from the number."""
        return uuid5(NAMESPACE_URL, f"/people/{nip}")

    @event("EmploymentChanged")
    def employ(self, on: date, employment: EmploymentStatus) -> None:
        self.employment = employment
        self.known["employment", on] = employment

    @event("GolonganAttained")
    def attain(self, on: date, golongan: str) -> None:
        self.known["golongan", golongan] = on

    @event("QualificationObtained")
    def qualify(
        self, on: date, level: EducationLevel, field: str, institution: str, diploma_no: str
    ) -> None:
        self.known["qualification", level, diploma_no] = (on, field, institution)

    @event("PositionAssumed")
    def assume(self, on: date, kind: PositionKind, title: str, unit: str) -> None:
        self.known["position", title, unit, on] = kind

    @event("PerformanceAppraised")
    def appraise(
        self,
        first: date,
        last: date,
        score: Decimal | None = None,
        work_result: ExpectationRating | None = None,
        work_behaviour: ExpectationRating | None = None,
    ) -> None:
        self.known["appraisal", first, last] = (score, work_result, work_behaviour)

    @event("CompetencyCompleted")
    def complete(
        self,
        category: CompetencyCategory,
        hours: Decimal,
        to: date,
        title: str,
        organiser: str,
        certificate_no: str,
    ) -> None:
        self.known["competency", certificate_no] = (category, hours, to, title, organiser)

    @event("AttendanceCounted")
    def attend(self, month: str, working: int, present: int) -> None:
        self.known["attendance", month] = (working, present)

    @event("ActivityReported")
    def report(self, period: str, planned: Decimal, done: Decimal) -> None:
        self.known["activity", period] = (planned, done)

    @event("AwardReceived")
    def honour(self, on: date, kind: str, document: Document) -> None:
        self.known["award", kind, document["number"]] = on

    @event("SanctionImposed")
    def sanction(
        self,
        on: date,
        level: SanctionLevel,
        kind: SanctionKind,
        decided_on: date,
        document: Document,
    ) -> None:
        self.known["sanction", document["number"]] = (on, level, kind, decided_on)


def _document(raw: Mapping[str, str]) -> Document:
    return {**raw, "date": date.fromisoformat(raw["date"])}


_READ: dict[str, dict[str, Callable[[Any], Any]]] = {
    "employment": {"on": date.fromisoformat, "employment": EmploymentStatus},
    "golongan": {"on": date.fromisoformat, "golongan": str},
    "qualification": {
        "on": date.fromisoformat,
        "level": EducationLevel,
        "field": str,
        "institution": str,
        "diploma_no": str,
    },
    "position": {"on": date.fromisoformat, "kind": PositionKind, "title": str, "unit": str},
    "appraisal": {
        "score": Decimal,
        "work_result": ExpectationRating,
        "work_behaviour": ExpectationRating,
    },
    "competency": {
        "category": CompetencyCategory,
        "hours": Decimal,
        "to": date.fromisoformat,
        "title": str,
        "organiser": str,
        "certificate_no": str,
    },
    "attendance": {"month": str, "working": int, "present": int},
    "activity": {"period": str, "planned": Decimal, "done": Decimal},
    "award": {"on": date.fromisoformat, "kind": str, "document": _document},
    "sanction": {
        "on": date.fromisoformat,
        "level": SanctionLevel,
        "kind": SanctionKind,
        "decided_on": date.fromisoformat,
        "document": _document,
    },
}
_KEY: dict[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]] = {
    "employment": lambda f: ("employment", f["on"]),
    "golongan": lambda f: ("golongan", f["golongan"]),
    "qualification": lambda f: ("qualification", f["level"], f["diploma_no"]),
    "position": lambda f: ("position", f["title"], f["unit"], f["on"]),
    "appraisal": lambda f: ("appraisal", f["first"], f["last"]),
    "competency": lambda f: ("competency", f["certificate_no"]),
    "attendance": lambda f: ("attendance", f["month"]),
    "activity": lambda f: ("activity", f["period"]),
    "award": lambda f: ("award", f["kind"], f["document"]["number"]),
    "sanction": lambda f: ("sanction", f["document"]["number"]),
}
_TELL: dict[str, Callable[..., None]] = {
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


class DateAsISO(Transcoding):
    """The one value that the library cannot write by itself."""

    type = date
    name = "date"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class People(Application[UUID]):
    """The application of the library, as its tutorial has it."""

    name = "People"

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        transcoder.register(DateAsISO())

    def import_lines(self, path: Path) -> int:
        """Record every line of a facts file that says something new; gives how many lines."""
        told: dict[str, Person] = {}
        count = 0
        with path.open("rb") as lines:
            for line in lines:
                self._tell(orjson.loads(line), told)
                count += 1
                if count % SAVE_EVERY == 0:
                    self.save(*told.values())
                    told.clear()
        self.save(*told.values())
        return count

    def _tell(self, row: dict[str, Any], told: dict[str, Person]) -> None:
        fact, nip = row.pop("fact"), nip_text(row.pop("nip"))
        if fact == "registered":
            if nip not in told and Person.create_id(nip) not in self.repository:
                on = date.fromisoformat(row["on"])
                employment = EmploymentStatus(row["employment"])
                told[nip] = Person(nip=nip, on=on, name=row["name"], employment=employment)
            return
        person = told.get(nip)
        if person is None:
            person = told[nip] = self.repository.get(Person.create_id(nip))
        span = period(row.pop("period")) if fact == "appraisal" else None
        read = _READ[fact]
        fields = {name: read[name](value) for name, value in row.items()}
        if span is not None:
            fields["first"], fields["last"] = span
        if _KEY[fact](fields) not in person.known:
            _TELL[fact](person, **fields)
