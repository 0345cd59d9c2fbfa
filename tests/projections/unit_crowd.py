"""Random ledgers in which units are assessed, reorganised and closed while their people move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from ledger.domain.facts import History
from ledger.domain.unit_tree import UnitTree, tree_on
from projections.answer import Answer
from projections.asking.binding import bind
from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.members import Members
from projections.plans.plan import Plan
from projections.plans.tally import Tally
from projections.question import Question
from projections.subject import surroundings_on
from projections.tracing.members import of_answers
from projections.tracing.trace import trace
from tests.oracle.histories import BOOK, UNITS
from tests.projections.logs import ListLog, fact, folded, placed
from tests.projections.sides import Steady
from tests.projections.test_cohort import ENACTED, traced

HEAD = """
title: Semua aturan unit
subject: org_unit
basis: LOCAL
decree: contoh
in_force_from: 2019-01-01
period: {cut_off: period_end}
cite: contoh
mark: reading
"""
SIMPLE = f"""{HEAD}
instrument: unit-sederhana
population: {{}}
max: 10
measures:
  - {{measure: temuan, max: 10, rule: none_in_force, facts: finding, window: held}}
bands: {{edge: lower, of: [[10, BERSIH], [0, TEMUAN]]}}
"""
EVERY = f"""{HEAD}
instrument: unit-semua
population: {{kind: {{assumed: [X]}}}}
max: 110
measures:
  - {{measure: rerata, max: 10, rule: members, instrument: ip-asn, statistic: mean, mean_decimals: 2,
     decimals: 2, none: {{missing: [0, 10]}}}}
  - {{measure: disiplin, max: 10, rule: members, instrument: ip-asn, of: disiplin, statistic: mean,
     mean_decimals: 1, decimals: 3, none: 0}}
  - {{measure: tinggi, max: 10, rule: members, instrument: ip-asn, statistic: share,
     bands: [TINGGI, SANGAT_TINGGI], decimals: 2, none: {{assumed: 1}}}}
  - {{measure: predikat, max: 10, rule: best, facts: unit_appraisal, by: predicate, none: 0,
     points: {{ISTIMEWA: 10, BAIK: 8, BUTUH_PERBAIKAN: {{missing: [2, 5]}}, KURANG: 1,
     SANGAT_KURANG: 0}}}}
  - {{measure: capaian, max: 10, rule: total, facts: target, field: realised, target: 20,
     window: {{years: 2, start: rolling}}, award: proportional, decimals: 1}}
  - {{measure: rata, max: 10, rule: mean, facts: assessment, field: score, of: 100, decimals: 2,
     where: {{stage: [DITETAPKAN, DIVERIFIKASI]}}, window: {{years: 1, start: calendar}}, none: 0}}
  - {{measure: tahunan, max: 10, rule: newest, facts: assessment, period: calendar_year,
     where: {{component: TUPOKSI, stage: DITETAPKAN}}, window: {{years: 2, start: rolling}},
     field: score, of: 90, decimals: 2, none: {{missing: [0, 10]}}}}
  - {{measure: formasi, max: 10, rule: tally, facts: inspection, by: kind, window: ever,
     points: {{LAPORAN_KERJA: 1, LAPANGAN: {{assumed: 2}}, AUDIT_INTERNAL: 3}}}}
  - {{measure: usia, max: 10, rule: elapsed, facts: unit, since: first, window: ever,
     at_least: {{years: 20}}, none: 0}}
  - {{measure: sebaran, max: 10, rule: pattern, instrument: ip-asn, bands: [TINGGI, SEDANG],
     facts: unit_appraisal, by: predicate, period: calendar_year,
     window: {{years: 2, start: rolling}}, none: {{missing: [0, 10]}}, free: [SANGAT_KURANG],
     limits: {{ISTIMEWA: {{at_most: 50}}, BAIK: {{at_least: {{missing: [20, 51]}}, people: 2}},
     BUTUH_PERBAIKAN: {{people: 1}}, KURANG: {{at_least: 34, at_most: 70}}}}}}
  - {{measure: bersih, max: 10, rule: score, instrument: unit-sederhana, decimals: 1}}
bands: {{edge: lower, of: [[50, TINGGI], [0, RENDAH]]}}
"""


@cache
def opd_text() -> Plan:
    """The draft of kinerja-opd."""
    name = "drafts/kinerja-opd-contoh.yaml"
    return load(text(name).replace(b"kind: [SEK", b"kind: [X, SEK"), file=name)


@cache
def every_text() -> Plan:
    """An invented instrument with every rule that a unit's facts allow."""
    return load(EVERY.encode(), file="unit-semua.yaml")


@cache
def simple_text() -> Plan:
    """What it reads of another instrument about units."""
    return load(SIMPLE.encode(), file="unit-sederhana.yaml")


def bound(plan: Plan, ip_asn: Plan) -> Plan:
    """A text about units whose people are asked under this text of IP-ASN."""
    return bind(plan, {"ip-asn": ip_asn, "unit-sederhana": simple_text()}.get)


class UnitCrowd(Steady):
    """People as in a steady crowd, in units to which things happen."""

    def log(self, people: int, each: int) -> ListLog:
        """As a crowd's, with facts about units at random places after everybody is there."""
        super().log(people, each)
        for _ in range(self.dice.randrange(10, 50)):
            unit = self.dice.choice(UNITS)
            what = self.dice.randrange(12)
            if what == 0:
                self._reorganise()
            elif what == 1:
                do = self.dice.choice(["disputed", "dispute_resolved"])
                root = self.dice.randrange(1, self.last_of_unit[unit] + 1)
                self._say(unit, f"org_unit.{do}/1", None, {"root": root, "id": f"D{root}"})
            else:
                kind, fields = self._about_unit()
                self._say(unit, f"org_unit.{kind}/1", self._day(600), fields)
        return ListLog(placed(self.found))

    def _about_unit(self) -> tuple[str, dict[str, Any]]:
        pick = self.dice.choice
        year = str(self.on.year - pick([0, 0, 1, 1, 2]))
        component = pick(["TUPOKSI", "TUPOKSI", "MANAJEMEN_ASET", "MANAJEMEN_KEUANGAN"])
        assessment = {
            "aspect": "UTAMA",
            "component": component,
            "score": pick(["80", "77.77", "0", "95", "66.123456789"]),
            "period": pick([year, year, year, f"{year}-H1"]),
            "assessor": pick(["BKD", "INSPEKTORAT"]),
            "stage": pick(["DITETAPKAN", "DITETAPKAN", "DIUSULKAN", "DIVERIFIKASI"]),
        }
        target = {"indicator": "I", "target": "20", "period": year}
        if self.dice.randrange(3):
            target["realised"] = pick(["5", "12.5", "7"])
        predicate = pick(["ISTIMEWA", "BAIK", "BUTUH_PERBAIKAN", "KURANG"])
        made: list[tuple[str, dict[str, Any]]] = [
            ("assessment", assessment),
            ("assessment", assessment),
            ("assessment", assessment),
            ("target", target),
            ("unit_appraisal", {"period": year, "predicate": predicate, "set_by": "A"}),
            ("inspection", {"id": "I1", "kind": pick(["LAPANGAN", "LAPORAN_KERJA"]), "by": "B"}),
            ("finding", {"inspection": 1, "id": "T1", "state": "PROSES"}),
        ]
        return pick(made)


def tree_of(facts: Mapping[str, History], on: date) -> UnitTree:
    """The units of a day."""
    return tree_on({unit: facts[unit] for unit in UNITS if unit in facts}, on)


def traced_units(plan: Plan, log: ListLog, question: Question) -> dict[str, Answer]:
    """Every unit's answer from its own events and from the answers of its people, one by one."""
    facts, on = folded(log.events, question.position), question.as_of
    tree = tree_of(facts, on)
    units = {unit: facts[unit] for unit in UNITS if unit in facts}
    around = surroundings_on(facts.get(BOOK.hex, History()), units, on)
    asked: dict[int, list[Answer]] = {}

    def tally(unit: str, rule: Members) -> Tally:
        if rule.bound is None:
            return of_answers(rule, ())
        if id(rule.bound) not in asked:
            asked[id(rule.bound)] = list(traced(rule.bound, log, question).values())
        below = tree.below(unit)
        return of_answers(rule, [one for one in asked[id(rule.bound)] if one.unit in below])

    found = {}
    for unit, own in units.items():
        if any(one.effective_on <= on for one in own.known("unit")):
            found[unit] = trace(
                plan,
                own,
                question,
                subject=unit,
                surroundings=around,
                enacted=ENACTED,
                tallies=lambda rule, unit=unit: tally(unit, rule),  # type: ignore[misc]
            )
    return found


def describe(unit: str, on: date, **fields: Any) -> Any:
    """One event that describes a unit."""
    return fact(UUID(unit), 0, "org_unit.unit/1", on, {"code": unit[-2:], "name": "U", **fields})
