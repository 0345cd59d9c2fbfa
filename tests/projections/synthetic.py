"""An invented province of any size as events, for benchmarks: equal arguments, equal log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from ledger.canonical import canonical_json
from ledger.records import RecordedEvent

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = date(2010, 1, 1)
DAYS = 5_000
TITLES = [f"{number:032x}" for number in range(1_000, 1_300)]
UNITS = [UUID(int=4 << 76 | 8 << 60 | number) for number in range(1, 401)]
BOOK = UUID(int=4 << 76 | 9 << 60)
LEVELS = ["SLTA", "D3", "S1", "S1", "S1", "S2", "S3"]
KINDS = ["ADMINISTRATOR", "PENGAWAS", "PELAKSANA", "PELAKSANA", "FUNGSIONAL", "FUNGSIONAL"]
PREDICATES = ["SANGAT_BAIK", "BAIK", "BAIK", "BAIK", "BUTUH_PERBAIKAN"]


class _Log:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.position = 0
        self.versions: dict[UUID, int] = {}
        self.annulled: set[UUID] = set()

    def event(
        self, stream: UUID, topic: str, on: date | None, fields: dict[str, object]
    ) -> RecordedEvent:
        self.position += 1
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        return RecordedEvent(
            originator_id=stream,
            originator_version=version,
            topic=topic,
            state=canonical_json(fields),
            id=self.position,
            effective_on=on,
            recorded_at=START + timedelta(microseconds=self.position),
            context=b"{}",
            salt=b"0" * 16,
            sealed_digest=None,
            leaf=self.position.to_bytes(32, "big"),
        )

    def day(self) -> date:
        return FIRST + timedelta(days=self.dice.randrange(DAYS))


def province(people: int, facts_each: int, *, seed: int = 1) -> Iterator[RecordedEvent]:
    """Units, titles, and people with about so many facts each: one in a thousand annuls."""
    log = _Log(random.Random(seed))
    for number, unit in enumerate(UNITS):
        fields: dict[str, object] = {
            "code": f"U{number}",
            "name": f"Unit {number}",
            "kind": "BIDANG",
        }
        if number:
            fields["parent"] = UNITS[number // 8].hex
        yield log.event(unit, "org_unit.unit/1", date(2000, 1, 1), fields)
    for title in TITLES:
        fields = {"title_id": title, "kind": log.dice.choice(KINDS)}
        yield log.event(BOOK, "ledger.position_ref/1", date(2000, 1, 1), fields)
    streams = [UUID(int=log.dice.getrandbits(128)) for _ in range(people)]
    for stream in streams:
        yield from _entry(log, stream)
    for _ in range(facts_each - 6):
        for stream in streams:
            yield from _fact(log, stream)


def _entry(log: _Log, stream: UUID) -> Iterator[RecordedEvent]:
    dice, on = log.dice, date(2005, 1, 1) + timedelta(days=log.dice.randrange(3_000))
    yield log.event(stream, "employee.registered/1", on, {"employment": "CPNS", "sex": "PRIA"})
    status = "PNS" if dice.randrange(12) else "PPPK"
    yield log.event(stream, "employee.employment/1", on + timedelta(365), {"employment": status})
    yield log.event(stream, "employee.standing/1", on, {"standing": "AKTIF"})
    yield log.event(stream, "employee.qualification/1", on, {"level": dice.choice(LEVELS)})
    yield log.event(stream, "employee.golongan/1", on, {"golongan": "III/a"})
    yield _position(log, stream, on)


def _position(log: _Log, stream: UUID, on: date) -> RecordedEvent:
    fields: dict[str, object] = {
        "assignment": "DEFINITIF",
        "title_id": log.dice.choice(TITLES),
        "unit": log.dice.choice(UNITS).hex,
    }
    if log.dice.randrange(2):
        fields["kind"] = log.dice.choice(KINDS)
    return log.event(stream, "employee.position/1", on, fields)


def _fact(log: _Log, stream: UUID) -> Iterator[RecordedEvent]:
    dice, on, what = log.dice, log.day(), log.dice.randrange(1_000)
    if what < 400:
        category = dice.choice(["TEKNIS", "TEKNIS", "SEMINAR", "KEPEMIMPINAN", "FUNGSIONAL"])
        fields: dict[str, object] = {"category": category, "to": on.isoformat()}
        if category == "KEPEMIMPINAN":
            fields["level"] = dice.choice(["PKN_II", "PKA", "PKP"])
        if dice.randrange(30):
            fields["hours"] = dice.choice(["4", "8", "12.5", "20", "40"])
        yield log.event(stream, "employee.competency/1", on, fields)
    elif what < 620:
        year = 2011 + dice.randrange(13)
        fields = {"from": f"{year}-01-01", "to": f"{year}-12-31", "state": "DINILAI"}
        fields["regime"] = "PP46" if year < 2021 else "PP30" if year < 2022 else "PERMENPANRB6"
        fields |= (
            {"score": f"{dice.randrange(4000, 10000) / 100:.2f}".rstrip("0").rstrip(".")}
            if year < 2021
            else {"predicate": dice.choice(PREDICATES)}
        )
        yield log.event(stream, "employee.appraisal/1", date(year, 12, 31), fields)
    elif what < 700:
        yield _position(log, stream, on)
    elif what < 940:
        fields = {"month": f"{on.year}-{on.month:02}", "working": 22, "present": dice.randrange(23)}
        yield log.event(stream, "employee.attendance/1", on, fields)
    elif what < 990:
        yield log.event(stream, "employee.golongan/1", on, {"golongan": "III/b"})
    elif what < 991:
        yield from _sanction(log, stream, on)
    elif what < 999:
        yield log.event(stream, "employee.qualification/1", on, {"level": dice.choice(LEVELS)})
    elif stream not in log.annulled:
        log.annulled.add(stream)
        yield log.event(stream, "employee.annul/1", None, {"root": 5, "replaces": 5})


def _sanction(log: _Log, stream: UUID, on: date) -> Iterator[RecordedEvent]:
    fields: dict[str, object] = {"level": log.dice.choice(["RINGAN", "SEDANG", "BERAT"])}
    fields |= {"kind": "LAINNYA", "decided_on": on.isoformat()}
    yield log.event(stream, "employee.sanction/1", on, fields)
    root = log.versions[stream]
    if log.dice.randrange(10) == 0:
        filed = on + timedelta(days=10)
        fields = {"id": "K", "target": root, "filed_on": filed.isoformat()}
        yield log.event(stream, "employee.objection/1", filed, fields)
