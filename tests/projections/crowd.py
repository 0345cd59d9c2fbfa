"""A dense random crowd for comparing the interpreters: everything happens, near the day asked.

Hypothesis draws the seed and the size; the facts themselves come from seeded dice, which is fast
enough for dozens of people an example. What it makes is a valid log: a correction replaces what is
current, and a filing names a sanction of its own stream.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ledger.records import RecordedEvent
from tests.oracle.histories import (
    BOOK,
    EDUCATION,
    KINDS,
    OUTCOMES,
    PREDICATES,
    REGIMES,
    SCORES,
    TITLES,
    UNITS,
)
from tests.projections.logs import ListLog, fact, placed, units

Fields = dict[str, Any]
HOURS = ["0", "0.5", "4.25", "8", "10", "12", "19.99", "20", "40"]
# More decimals, or more digits, than the table's integers hold.
WIDE = ["19.9999999999", "0.00000000000000000001", "12.123456789"]
FEW_UNITS = [*UNITS, UNITS[0], f"{999:032x}"]


@dataclass
class _Person:
    stream: UUID
    version: int = 0
    # root -> (kind, version that is current, fields, legal day)
    facts: dict[int, tuple[str, int, Fields, date]] = field(default_factory=dict)
    annulled: set[int] = field(default_factory=set)


class Crowd:
    """Facts of a few people around one legal day."""

    def __init__(self, seed: int, on: date, *, wide: bool = False) -> None:
        self.dice = random.Random(seed)
        self.on = on
        self.hours = HOURS + (WIDE if wide else [])
        self.found: list[RecordedEvent] = units()
        self.book = 0
        # By unit, the versions of its facts that were neither annulled nor ended, and the last one.
        self.of_units: dict[str, list[int]] = {unit: [1] for unit in UNITS}
        self.last_of_unit = dict.fromkeys(UNITS, 1)

    def log(self, people: int, each: int) -> ListLog:
        """People with about so many facts each, all at the same time."""
        persons = [_Person(UUID(int=self.dice.getrandbits(128))) for _ in range(people)]
        for one in persons:
            if self.dice.randrange(30):
                early = self.on - timedelta(days=9_000)
                self._state(one, "registered", {"employment": "CPNS"}, early)
            if self.dice.randrange(12):
                self._state(one, "employment", {"employment": "PNS"}, self._day(8_000))
            if self.dice.randrange(6):
                self._state(one, "position", self._position(), self._day(3_000))
        for _ in range(people * each):
            self._happen(self.dice.choice(persons), persons)
        return ListLog(placed(self.found))

    def _day(self, spread: int = 1_500) -> date:
        """Mostly before the day, often on the same few days."""
        if self.dice.randrange(4) == 0:
            return self.on - timedelta(days=self.dice.choice([-1, 0, 1, 30, 365, 366, 1826]))
        return self.on - timedelta(days=self.dice.randrange(-100, spread))

    def _state(self, one: _Person, kind: str, fields: Fields, on: date) -> int:
        if self.dice.randrange(12) == 0:
            fields = fields | {"until": (on + timedelta(self.dice.randrange(1, 900))).isoformat()}
        if self.dice.randrange(60) == 0:
            fields = fields | {"counts_from": self._day(300).isoformat()}
        one.version += 1
        self.found.append(fact(one.stream, 0, f"employee.{kind}/1", on, fields))
        one.facts[one.version] = (kind, one.version, fields, on)
        return one.version

    def _happen(self, one: _Person, persons: list[_Person]) -> None:
        what = self.dice.randrange(100)
        if what < 12 and one.facts:
            self._mend(one)
        elif what < 16:
            self.book += 1
            fields = {"title_id": self.dice.choice(TITLES), "kind": self.dice.choice(KINDS)}
            self.found.append(fact(BOOK, 0, "ledger.position_ref/1", self._day(), fields))
        elif what < 22:
            self._discipline(one)
        elif what < 23:
            into = self.dice.choice(persons).stream.hex
            self._state(one, "merged", {"into": into}, self._day(100))
        elif what < 25:
            self._reorganise()
        else:
            make = self.dice.choice(self._plain())
            kind, fields = make()
            on = self._day()
            if kind == "appraisal" and self.dice.randrange(4):
                on = date.fromisoformat(fields["to"])
            self._state(one, kind, fields, on)

    def _reorganise(self) -> None:
        """A unit is closed, described again, or something said of it was never so or ends."""
        unit, on = self.dice.choice(UNITS), self._day()
        known = self.of_units[unit]
        do = self.dice.choice(["unit_closed", "unit_closed", "unit", "annul", "end"])
        if do in ("unit_closed", "unit"):
            known.append(self.last_of_unit[unit] + 1)
            fields: Fields = {"code": unit[-2:], "name": "C", "kind": self.dice.choice("XY")}
            if do == "unit_closed":
                several = self.dice.choice([0, 1, 1, 1, 2])
                fields = {"successors": self.dice.sample(UNITS, several)}
            elif self.dice.randrange(3):
                fields["parent"] = self.dice.choice(UNITS)
            self._say(unit, f"org_unit.{do}/1", on, fields)
        elif len(known) > 1:
            root = known.pop(self.dice.randrange(1, len(known)))
            fields = {"root": root, "replaces": root}
            if do == "end":
                fields["until"] = on.isoformat()
            self._say(unit, f"org_unit.{do}/1", None, fields)

    def _say(self, unit: str, topic: str, on: date | None, fields: Fields) -> None:
        self.last_of_unit[unit] += 1
        self.found.append(fact(UUID(unit), 0, topic, on, fields))

    def _plain(self) -> list[Callable[[], tuple[str, Fields]]]:
        pick = self.dice.choice
        return [
            lambda: ("qualification", {"level": pick(EDUCATION)}),
            lambda: ("position", self._position()),
            lambda: ("competency", self._competency()),
            lambda: ("competency", self._competency()),
            lambda: ("competency", self._competency()),
            lambda: ("appraisal", self._appraisal()),
            lambda: ("appraisal", self._appraisal()),
            lambda: ("competency", self._competency()),
            lambda: ("appraisal", self._appraisal()),
            lambda: ("appraisal", self._appraisal()),
            lambda: ("position", self._position()),
            lambda: ("qualification", {"level": pick(EDUCATION)}),
            self._service,
        ]

    def _service(self) -> tuple[str, Fields]:
        what = self.dice.randrange(10)
        if what == 0:
            return "left", {"reason": self.dice.choice(["PENSIUN", "PTDH"])}
        if what < 4:
            employment = self.dice.choice(["PNS", "PNS", "PNS", "PPPK", "CPNS"])
            return "employment", {"employment": employment}
        standing = self.dice.choice(["AKTIF", "AKTIF", "AKTIF", "CLTN"])
        return "standing", {"standing": standing}

    def _position(self) -> Fields:
        fields = {
            "assignment": self.dice.choice(["DEFINITIF", "DEFINITIF", "DEFINITIF", "PLT"]),
            "title_id": self.dice.choice(TITLES),
            "unit": self.dice.choice(FEW_UNITS),
        }
        return fields | ({"kind": self.dice.choice(KINDS)} if self.dice.randrange(2) else {})

    def _competency(self) -> Fields:
        categories = ["KEPEMIMPINAN", "FUNGSIONAL", "TEKNIS", "TEKNIS", "SEMINAR"]
        fields: Fields = {"category": self.dice.choice(categories), "to": "2020-01-01"}
        if self.dice.randrange(4):
            fields["level"] = self.dice.choice(["PKN_I", "PKN_II", "PKA", "PKP"])
        if self.dice.randrange(6):
            few = self.dice.randrange(20)
            fields["hours"] = self.dice.choice(HOURS if few else self.hours)
        return fields

    def _appraisal(self) -> Fields:
        year = self.on.year - self.dice.choice([0, 0, 1, 1, 1, 2, 3])
        shapes = ["01-01 12-31"] * 3 + ["01-01 06-30", "07-01 12-31", "03-01 12-31", "07-01 06-30"]
        start, end = self.dice.choice(shapes).split()
        fields: Fields = {"from": f"{year}-{start}", "to": f"{year}-{end}"}
        fields["regime"] = self.dice.choice(REGIMES)
        fields["state"] = self.dice.choice(["DINILAI"] * 5 + ["BELUM_DINILAI", "TIDAK_WAJIB"])
        if self.dice.randrange(3):
            fields["assignment"] = self.dice.choice(["DEFINITIF", "DEFINITIF", "PLT"])
        if self.dice.randrange(2):
            fields["predicate"] = self.dice.choice(PREDICATES)
        if self.dice.randrange(2):
            fields["score"] = self.dice.choice(SCORES)
        return fields

    def _discipline(self, one: _Person) -> None:
        of_kind = {
            k: [r for r, f in one.facts.items() if f[0] in k.split()]
            for k in ("sanction", "objection appeal")
        }
        if of_kind["objection appeal"] and self.dice.randrange(2):
            fields: Fields = {"of": self.dice.choice(of_kind["objection appeal"]), "forum": "PPK"}
            fields |= {"outcome": self.dice.choice(OUTCOMES), "final": self.dice.random() < 0.5}
            if self.dice.randrange(2):
                fields["level"] = self.dice.choice(["RINGAN", "SEDANG", "BERAT"])
            self._state(one, "ruling", fields, self._day(400))
        elif of_kind["sanction"] and self.dice.randrange(2):
            root = self.dice.choice(of_kind["sanction"])
            on = one.facts[root][3] + timedelta(days=self.dice.randrange(-20, 20))
            fields = {"id": "K", "target": root, "filed_on": on.isoformat()}
            self._state(one, self.dice.choice(["objection", "objection", "appeal"]), fields, on)
        else:
            level = self.dice.choice(["RINGAN", "SEDANG", "BERAT", "MORAL"])
            fields = {"level": level, "kind": "LAINNYA", "decided_on": "2018-01-01"}
            self._state(one, "sanction", fields, self._day(2_500))

    def _again(self, kind: str, fields: Fields) -> Fields:
        """What a correction states in the place of what was stated."""
        return self._competency() if kind == "competency" else fields

    def _mend(self, one: _Person) -> None:
        root = self.dice.choice(list(one.facts))
        kind, current, fields, on = one.facts[root]
        do = self.dice.choice(
            ["correct", "correct", "annul", "end", "disputed", "dispute_resolved"]
        )
        if root in one.annulled and do in ("annul", "end"):
            return  # what was annulled is only brought back by a correction
        payload: Fields = {"root": root}
        if do in ("disputed", "dispute_resolved"):
            if self.dice.randrange(4):
                return
            payload["id"] = f"D{root}"
        else:
            payload["replaces"] = current
        if do == "end":
            payload["until"] = self._day(800).isoformat()
        if do == "correct":
            on = self._day() if self.dice.randrange(2) else on
            fields = self._again(kind, fields)
            payload |= {"fact": kind, "effective_on": on.isoformat(), "fields": fields}
        one.version += 1
        self.found.append(fact(one.stream, 0, f"employee.{do}/1", None, payload))
        if "replaces" in payload:
            one.facts[root] = (kind, one.version, fields, on)
            (one.annulled.add if do == "annul" else one.annulled.discard)(root)
