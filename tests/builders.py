"""Rows of facts files, ledgers to send them to, and plain references: everything has a default, so
that a test shows what matters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import openpyxl

from api.founding import found_ledger
from api.intake.importing import import_files
from api.intake.report import ImportReport
from ledger.application import Founding, Ledger
from ledger.domain import employee
from ledger.domain.deciding import Decision
from ledger.domain.employee import Employee
from ledger.domain.facts import History
from ledger.domain.statement import Source, Statement, state_draft
from ledger.errors import PersonUnknown
from ledger.events.base import Encoded
from ledger.events.reading import Draft, read_fact
from ledger.records import RecordedEvent
from projections.asking import inquiry
from projections.asking.inquiry import Ask
from tests.clocks import SteppingClock
from tests.keys import stream
from tests.persons import nip

Row = dict[str, Any]
DOCUMENT = {"kind": "SK", "number": "800/1/2022", "date": "2022-01-05"}
FOUNDING = Founding("65", "Pemerintah Provinsi Contoh", "Asia/Makassar")
MATCH_KEY = bytes(range(32))

# One minimal good row of every fact, without `fact` and whose it is.
PERSON_FACTS: Mapping[str, Row] = {
    "registered": {"name": "Ani Contoh", "employment": "PNS", "on": "2020-12-01"},
    "identity": {"name": "Ani Baru", "on": "2022-01-01"},
    "merged": {"into": nip(900), "on": "2022-01-01"},
    "employment": {"employment": "PNS", "on": "2022-01-01"},
    "standing": {"standing": "AKTIF", "on": "2022-01-01"},
    "left": {"reason": "PENSIUN", "on": "2022-01-01"},
    "qualification": {"level": "S1", "on": "2010-08-01"},
    "position": {"title": "Analis Contoh", "unit": "BKD", "on": "2021-01-01"},
    "golongan": {"golongan": "III/a", "on": "2021-04-01"},
    "competency": {"category": "TEKNIS", "title": "Diklat Contoh", "to": "2022-03-04"},
    "plan": {"from": "2022-01-01", "to": "2022-12-31", "state": "DISETUJUI"},
    "appraisal": {"period": "2022", "predicate": "BAIK"},
    "activity": {"period": "2022-06", "planned": 10, "done": 8},
    "dialogue": {"kind": "BIMBINGAN", "by": nip(900), "on": "2022-01-01"},
    "need": {"area": "analisis data", "state": "DIUSULKAN", "on": "2022-01-01"},
    "self_assessment": {"period": "2022", "score": 80},
    "absence": {"from": "2022-02-01", "to": "2022-02-02", "valid": False},
    "leave": {"kind": "TAHUNAN", "from": "2022-02-01", "to": "2022-02-02"},
    "attendance": {"month": "2022-06", "working": 20, "present": 19},
    "case": {"id": "C-1", "act_on": "2021-12-01", "ground": "NETRALITAS", "on": "2022-01-01"},
    "summons": {"case": "C-1", "number": 1, "on": "2022-01-05"},
    "examination": {"case": "C-1", "attended": True, "on": "2022-01-07"},
    "suspension": {"case": "C-1", "on": "2022-01-07"},
    "sanction": {
        "id": "S-1",
        "level": "SEDANG",
        "kind": "PENUNDAAN_KGB",
        "decided_on": "2022-01-05",
        "document": DOCUMENT,
        "on": "2022-02-01",
    },
    "delivered": {"sanction": "S-1", "on": "2022-01-10"},
    "served": {"sanction": "S-1", "on": "2023-02-01"},
    "objection": {"id": "K-1", "target": "S-1", "filed_on": "2022-01-15"},
    "appeal": {"id": "B-1", "target": "S-1", "filed_on": "2022-01-20"},
    "ruling": {
        "of": "K-1",
        "forum": "ATASAN",
        "outcome": "DIPERKUAT",
        "final": True,
        "document": DOCUMENT,
        "on": "2022-03-01",
    },
    "innovation": {
        "title": "Aplikasi Contoh",
        "scope": "UNIT",
        "stage": "INISIATIF",
        "role": "KETUA",
        "on": "2022-01-01",
    },
    "award": {"kind": "SATYALANCANA_X", "on": "2022-08-17"},
    "record_check": {
        "elements": {"ALAMAT": {"dimension": "KELENGKAPAN", "ok": True}},
        "on": "2022-01-01",
    },
    "culture": {"period": "2022", "scores": {"INTEGRITAS": 80}},
    "potential": {"period": "2022", "assessor": "BKD", "score": 70},
    "credit": {"kind": "KONVERSI", "value": "12.5", "from": "2022-01-01", "to": "2022-12-31"},
    "competency_test": {"level": "AHLI_MUDA", "passed": True, "on": "2022-01-01"},
    "service_exam": {"exam": "UD_I", "passed": True, "on": "2022-01-01"},
    "periodic_pay": {"on": "2022-01-01"},
    "published_score": {"instrument": "ip-asn", "period": "2022", "total": "71.5"},
    "inspection": {"id": "I-1", "kind": "LAPANGAN", "on": "2022-01-01"},
    "finding": {"inspection": "I-1", "id": "T-1", "due_on": "2022-06-01", "on": "2022-01-01"},
    "follow_up": {"inspection": "I-1", "id": "T-1", "state": "SELESAI", "on": "2022-05-01"},
    "correct": {"target": "1", "document": DOCUMENT},
    "annul": {"target": "1", "document": DOCUMENT},
    "end": {"target": "1", "until": "2022-07-01", "document": DOCUMENT},
}
UNIT_FACTS: Mapping[str, Row] = {
    "unit": {"name": "Badan Kepegawaian Daerah", "kind": "BADAN", "on": "2010-01-01"},
    "unit_closed": {"on": "2024-01-01"},
    "target": {"indicator": "IKU-1", "target": 90, "period": "2022"},
    "unit_appraisal": {"period": "2022", "predicate": "BAIK", "set_by": "Gubernur"},
    "assessment": {
        "aspect": "UTAMA",
        "component": "TUPOKSI",
        "score": 80,
        "period": "2022",
        "assessor": "BKD",
        "stage": "DIUSULKAN",
    },
    "formation": {"position": "Analis", "vacancies": 2, "on": "2022-01-01"},
    "inspection": PERSON_FACTS["inspection"],
    "finding": PERSON_FACTS["finding"],
    "follow_up": PERSON_FACTS["follow_up"],
}
BOOK_FACTS: Mapping[str, Row] = {
    "position_ref": {"title": "Kepala Badan", "kind": "JPT_PRATAMA", "on": "2010-01-01"},
    "calendar": {"year": 2022, "holidays": ["2022-01-01"], "decree": "SKB 3 Menteri"},
}


def about(who: int, fact: str, **fields: Any) -> Row:
    """A good row about the person of a number; a field given as None is left out."""
    row = {"fact": fact, "nip": nip(who)} | dict(PERSON_FACTS[fact]) | fields
    return {name: value for name, value in row.items() if value is not None}


def of_unit(code: str, fact: str, **fields: Any) -> Row:
    """A good row about a unit."""
    row = {"fact": fact, "unit": code} | dict(UNIT_FACTS[fact]) | fields
    return {name: value for name, value in row.items() if value is not None}


def of_book(fact: str, **fields: Any) -> Row:
    """A good row of the reference book."""
    row = {"fact": fact} | dict(BOOK_FACTS[fact]) | fields
    return {name: value for name, value in row.items() if value is not None}


def every_fact() -> Iterator[Row]:
    """A minimal good row of every kind of fact, for each of those who may have it."""
    for fact in PERSON_FACTS:
        row = about(1, fact)
        if fact == "correct":
            row["replacement"] = {"fact": "golongan", **PERSON_FACTS["golongan"]}
        yield row
    yield from (of_unit("BKD", fact) for fact in UNIT_FACTS)
    yield from (of_book(fact) for fact in BOOK_FACTS)


def draft(row: Row) -> Draft:
    """A row that can be read."""
    read = read_fact(row)
    assert isinstance(read, Draft), read
    return read


def fill_golongan(path: Path, *, golongan: str, on: str, sheet: str | None = None) -> None:
    """Write one row about person 1 under the headers of a template for golongan."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.title = sheet or page.title
    header = next(row for row in range(1, 20) if page.cell(row, 1).value == "NIP")
    wanted = {"NIP": nip(1), "Golongan ruang": golongan, "Berlaku sejak (TMT)": on}
    for column in range(1, page.max_column + 1):
        value = wanted.get(str(page.cell(header, column).value))
        if value is not None:
            page.cell(header + 1, column, value)
    book.save(path)


# ------------------------------------------------------------------------------- without a database


_PEOPLE = {nip(who): stream(who) for who in range(1, 1_000)}


@dataclass
class Names:
    """References that know everybody and every unit: person n has stream n, else a hash is the
    id.
    """

    unknown: frozenset[str] = frozenset()

    def person(self, number: str) -> UUID:
        if number in self.unknown:
            raise PersonUnknown("Nobody.")
        return _PEOPLE.get(number) or _hashed(number)

    def unit(self, name: str, on: str) -> UUID:
        return _hashed(name)

    def title_id(self, title: str) -> str:
        return _hashed(title).hex


def _hashed(name: str) -> UUID:
    return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)


@dataclass
class Person:
    """One person decided about without a store; positions are those of his events alone."""

    state: Employee = field(default_factory=lambda: employee.nobody(stream(1)))
    events: list[Encoded] = field(default_factory=list)
    contexts: list[dict[str, Any]] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    def statement(self, row: Row, form: str | None = None) -> Statement:
        """A row resolved against this person."""
        return state_draft(
            draft(row),
            state=self.state.facts,
            match_key=MATCH_KEY,
            references=self.names,
            source=Source("tester", form),
        )

    def decide(self, row: Row, form: str | None = None) -> Decision:
        """What becomes of a row; nothing changes."""
        return employee.decide_fact(self.state, self.statement(row, form))

    def say(self, *rows: Row, form: str | None = None) -> Decision:
        """Decide rows one after the other and let the state go on; gives the last decision."""
        decision = None
        for row in rows:
            statement = self.statement(row, form)
            decision = employee.decide_fact(self.state, statement)
            for event in decision.events:
                self._happen(event, statement.context() | _form(form))
        assert decision is not None
        return decision

    def happen(self, events: tuple[Encoded, ...]) -> None:
        """Let the state go on by events of a decision that no row states."""
        for event in events:
            self._happen(event, {})

    def _happen(self, event: Encoded, context: dict[str, Any]) -> None:
        self.events.append(event)
        self.contexts.append(context)
        on = event.effective_on
        employee.evolve(
            self.state,
            shape=event.spec,
            payload=event.opened,
            context=context,
            on=None if on is None else on.isoformat(),
            position=len(self.events),
        )


def _form(form: str | None) -> dict[str, Any]:
    return {} if form is None else {"origin": {"form": form}}


# ---------------------------------------------------------------------------------- with a database


@dataclass
class Desk:
    """A founded ledger and a folder to send files from; a context manager that closes it."""

    ledger: Ledger
    folder: Path
    url: str
    _files: Iterator[int] = field(default_factory=lambda: count(1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()

    def file(self, *rows: Row, name: str | None = None) -> Path:
        """A facts file of these rows."""
        path = self.folder / (name or f"berkas-{next(self._files)}.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return path

    def send(self, *rows: Row, **options: Any) -> ImportReport:
        """Import rows as one facts file."""
        return self.send_files(self.file(*rows), **options)

    def send_files(self, *paths: Path, actor: str = "tester", **options: Any) -> ImportReport:
        """Import files."""
        return import_files(self.ledger, paths, actor=actor, **options)

    def stream(self, who: int = 1) -> UUID:
        """The stream of a person."""
        found = self.ledger.index.find(nip(who))
        assert found is not None, f"nobody has number {who}"
        return found

    def events(self, who: int = 1) -> list[RecordedEvent]:
        """The events of a person."""
        return self.ledger.events_of(self.stream(who))

    def facts(self, who: int = 1, position: int | None = None) -> History:
        """The facts about a person as known at a position."""
        return self.ledger.history_of(self.stream(who), position=position)

    def unit(self, name: str, on: str = "2022-06-30") -> UUID | None:
        """A unit by code or name on a day."""
        return self.ledger.units().find(name, date.fromisoformat(on))

    def score(self, who: int = 1, as_of: str = "2022-12-31", **ask: Any) -> dict[str, Any]:
        """The answer of a person, as JSON, with facts."""
        question = Ask("ip-asn", date.fromisoformat(as_of), **ask)
        now = self.ledger.store.head().recorded_at
        assert now is not None
        asked = inquiry.resolve(self.ledger, question, today=now.date(), now=now)
        return inquiry.one(self.ledger, asked, self.stream(who)).as_json(with_facts=True)

    def head(self) -> int:
        """The last position."""
        return self.ledger.store.head().position


@contextmanager
def desk(url: str, folder: Path, clock: SteppingClock | None = None) -> Iterator[Desk]:
    """A new ledger at a place where none is."""
    ledger = found_ledger(
        url, FOUNDING, keys=folder / "keys", actor="tester", clock=clock or SteppingClock()
    )
    try:
        yield Desk(ledger, folder, url)
    finally:
        ledger.close()
