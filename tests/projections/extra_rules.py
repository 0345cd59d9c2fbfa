"""An invented instrument that uses every further rule, and facts for it, for both interpreters."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from typing import Any

from ledger.records import RecordedEvent
from projections.language.instrument import load
from projections.plans.plan import Plan
from tests.projections.crowd import Crowd
from tests.projections.logs import ListLog, fact, placed

HEAD = """
instrument: semua-aturan
title: Semua aturan
subject: employee
basis: LOCAL
decree: contoh
in_force_from: 2019-01-01
period: {cut_off: period_end}
population: {employment: [PNS, PPPK, CPNS]}
cite: contoh
mark: reading
"""
RULES: dict[str, str] = {
    "by_status": """
  - measure: by_status
    max: 10
    sum:
      - {measure: jp, max: 10, when: {employment: [PNS, CPNS]}, rule: total, facts: competency,
         field: hours, window: ever, target: 20, award: proportional, decimals: 1}
      - {measure: jp, max: 10, when: {employment: {assumed: PPPK}}, rule: total, facts: competency,
         field: hours, window: {years: 3, start: rolling}, target: {missing: [8, 24]},
         award: proportional, decimals: 1}""",
    "target": """
  - {measure: target, max: 10, rule: total, facts: competency, field: hours, window: ever,
     target: {missing: [8, 24]}, award: all_or_nothing}""",
    "tally": """
  - {measure: tally, max: 10, rule: tally, facts: innovation, by: scope, window: {years: 2,
     start: rolling}, where: {stage: [PENERAPAN, UJI_COBA]},
     points: {UNIT: 1, INSTANSI: 2.5, PROVINSI: {assumed: 4}, NASIONAL: {missing: [4, 8]},
     INTERNASIONAL: 10}}""",
    "awards": """
  - {measure: awards, max: 10, rule: tally, facts: award, by: kind, window: held,
     points: {SATYALANCANA_X: 5}, others: {missing: [0, 5]}}""",
    "share": """
  - {measure: share, max: 10, rule: share, facts: record_check, field: elements,
     dimension: KELENGKAPAN, decimals: 2, none: {missing: [0, 10]}}""",
    "elapsed": """
  - {measure: elapsed, max: 10, rule: elapsed, facts: golongan, since: newest, window: held,
     at_least: {years: 4}, none: {missing: [0, 10]}}
  - {measure: service, max: 10, rule: elapsed, facts: employment, where: {employment: PNS},
     since: first, window: ever, at_least: {months: {recalled: 30}}, none: 0}""",
    "none_in_force": """
  - {measure: none_in_force, max: 10, rule: none_in_force, facts: standing,
     where: {standing: [CLTN]}, window: held}
  - {measure: none_ever, max: 10, rule: none_in_force, facts: standing, where: {standing: [CLTN]},
     window: {years: 2, start: calendar}}""",
    "worst_held": """
  - {measure: worst_held, max: 10, rule: worst, facts: sanction, by: level, window: held,
     points: {RINGAN: 10, SEDANG: 0, BERAT: 0}, ignored: MORAL, none: 10,
     late_filing: no_suspension}""",
    "worst_end": """
  - {measure: worst_end, max: 10, rule: worst, facts: sanction, by: level, window: {years: 2,
     start: rolling}, since: {assumed: end}, points: {RINGAN: 10, SEDANG: 0, BERAT: 0},
     ignored: MORAL, none: 10, late_filing: no_suspension}""",
    "all": """
  - {measure: all, max: 10, rule: all, facts: appraisal, where: {assignment: [DEFINITIF, absent]},
     only: {state: DINILAI}, years: 2, by: predicate, codes: [SANGAT_BAIK, BAIK]}""",
    "mean": """
  - {measure: quality, max: 10, rule: mean, facts: activity, field: quality, window: {months: 12,
     start: rolling}, of: 100, decimals: 2, none: {missing: [0, 10]}}
  - {measure: on_time, max: 10, rule: mean, facts: activity, field: on_time, window: ever, of: 1,
     where: {verdict: [DITERIMA, absent]}, decimals: 3, none: 0}
  - {measure: integrity, max: 10, rule: mean, facts: culture, field: scores, part: INTEGRITAS,
     window: ever, of: 100, decimals: 1, none: {assumed: 2}}""",
    "flags": """
  - {measure: punctual, max: 10, rule: any, facts: activity, where: {on_time: 'true'}, window: ever}
  - {measure: late, max: 10, rule: none_in_force, facts: activity, where: {on_time: [false, absent],
     contributes_to: known}, window: {years: 1, start: rolling}}""",
    "grid": """
  - measure: grid
    max: 10
    rule: grid
    rows: {facts: appraisal, by: predicate, window: {years: 3, start: rolling}, cuts: [60, 80],
      points: {SANGAT_BAIK: 100, BAIK: 80, BUTUH_PERBAIKAN: 60, KURANG: {assumed: 40},
      SANGAT_KURANG: 20}}
    columns: {facts: potential, field: score, window: held, cuts: [60.5, 80]}
    boxes: [[1, 3, 6], [2, 5, 8], [4, {recalled: 7}, 10]]
    none: {missing: [1, 9]}""",
    "post": """
  - {measure: post, max: 10, rule: post, kinds: {assumed: [PELAKSANA, FUNGSIONAL]}}
  - {measure: on_days, max: 10, rule: on_days, days: ['12-31', '04-01']}""",
    "conversion": """
  - measure: conversion
    max: 75
    rule: conversion
    base: {facts: position, by: functional_level, points: {PEMULA: 3.75, TERAMPIL: 5, MAHIR: 12.5,
      PENYELIA: 25, AHLI_PERTAMA: 12.5, AHLI_MUDA: 25, AHLI_MADYA: 37.5,
      AHLI_UTAMA: {missing: [37.5, 50]}}}
    factor: {facts: appraisal, by: predicate, window: {months: 15, start: rolling}, where: {state:
      DINILAI}, points: {SANGAT_BAIK: 1.5, BAIK: 1, BUTUH_PERBAIKAN: 0.75, KURANG: {assumed: 0.5},
      SANGAT_KURANG: 0.25}}
    months: 12
    decimals: 2
    none: {missing: [0, 75]}""",
    "accrued": """
  - {measure: collected, max: 10, rule: accrued, facts: competency, field: hours, say: collected,
     since: {facts: position, by: functional_level, start: newest}, decimals: 2, none: {missing: [0, 10]}}
  - {measure: hours_enough, max: 10, rule: accrued, facts: competency, field: hours, say: reached,
     since: {facts: position, where: {kind: FUNGSIONAL}, by: functional_level, start: first,
     need: {AHLI_MUDA: 40, PEMULA: {recalled: 20.5}}}, decimals: 2, none: 0}
  - {measure: enough, max: 10, rule: accrued, facts: credit, where: {kind: [KONVERSI, PAK]},
     field: value, say: reached, since: {facts: golongan, by: golongan, start: first,
     need: {III/a: 50, III/b: {missing: [40, 60]}}}, decimals: 2, none: {missing: [0, 10]},
     bonus: {facts: qualification, by: level, share: {recalled: 0.25}, ranks: {SD: 1, SLTP: 2,
     SLTA: 3, SLTA_KEJURUAN: 3, D1: 4, D2: 4, D3: 5, D4: 6, S1: 6, PROFESI: 6, SP1: 7, S2: 7,
     SP2: 8, S3: 8}}}""",
    "need": """
  - {measure: counted, max: 10, rule: accrued, facts: credit, field: value, say: counted,
     since: {facts: golongan, by: golongan, start: first, need: {III/a: 10, III/b: 7.5}}, decimals: 2, none: 0}
  - {measure: lacking, max: 10, rule: accrued, facts: credit, field: value, say: lacking,
     since: {facts: golongan, by: golongan, start: first, need: {III/a: {missing: [5, 10]}}}, decimals: 2,
     none: {missing: [0, 10]}}""",
    "ladder": """
  - {measure: ladder, max: 10, rule: ladder, facts: golongan, by: golongan,
     steps: [II/d, III/a, III/b, III/c, III/d, IV/a, IV/b], limit: {facts: qualification,
     by: level, choose: highest, to: {SLTA: III/b, S1: {recalled: III/d}, S2: IV/a}},
     room: {least: 1}, none: {missing: [0, 10]}}
  - {measure: near, max: 10, rule: ladder, facts: golongan, by: golongan,
     steps: {reading: [III/a, III/b, III/c]}, limit: {facts: qualification, by: level,
     choose: newest, to: {S1: III/c, SLTA: III/b}}, room: {least: 1, most: 1}, none: 0}""",
    "at_step": """
  - {measure: proof, max: 10, rule: at_step, facts: golongan, by: golongan, codes: [III/b],
     proof: {facts: competency_test, where: {passed: [true]}, by: level, to: {III/b: [AHLI_MUDA,
     PENYELIA]}}, none: {missing: [0, 10]}}
  - {measure: confirmed, max: 10, rule: at_step, facts: golongan, by: golongan,
     codes: {recalled: [III/a]}, confirm: lowongan, none: 0}""",
    "no_open_case": """
  - {measure: no_open_case, max: 10, rule: no_open_case, facts: case,
     closed_by: {reading: [sanction, ruling]}}""",
    "months": """
  - {measure: of_months, max: 10, rule: mean, facts: activity, field: quality, window: {months: 3,
     start: month}, of: 100, decimals: 2, none: {missing: [0, 10]}}
  - {measure: no_skp, max: 10, rule: all, facts: appraisal, only: {state: DINILAI}, years: 2,
     by: predicate, codes: [SANGAT_BAIK, BAIK], failed: {recalled: [TIDAK_MEMBUAT_SKP]}}""",
    "product": """
  - measure: product
    max: 75
    rule: product
    base: {facts: position, by: functional_level, points: {PEMULA: 3.75, TERAMPIL: 5, MAHIR: 12.5,
      PENYELIA: 25, AHLI_PERTAMA: 12.5, AHLI_MUDA: 25, AHLI_MADYA: 37.5,
      AHLI_UTAMA: {missing: [37.5, 50]}}}
    factor: {facts: appraisal, by: predicate, window: {months: 15, start: rolling}, where: {state:
      DINILAI}, points: {SANGAT_BAIK: 1.5, BAIK: 1, BUTUH_PERBAIKAN: 0.75, KURANG: {assumed: 0.5},
      SANGAT_KURANG: 0.25}}
    decimals: 2
    none: {missing: [0, 75]}""",
}


@cache
def plan_of(names: tuple[str, ...]) -> Plan:
    """An instrument of these rules."""
    return load(document_of(names), file="semua.yaml")


def document_of(names: tuple[str, ...]) -> bytes:
    """The text of an instrument of these rules."""
    body = "".join(RULES[name] for name in names)
    total = sum(10 * (text.count("\n  - ")) for text in (RULES[name] for name in names))
    total += 65 * (("product" in names) + ("conversion" in names))
    bands = f"bands: {{edge: lower, of: [[{total}, PENUH], [0, BELUM]]}}\n"
    return f"{HEAD}max: {total}\nmeasures:{body}\n{bands}".encode()


class ExtraCrowd(Crowd):
    """People to whom what the further rules read happens, too."""

    def log(self, people: int, each: int) -> ListLog:
        """As a crowd's, with more facts at random places after everybody is there."""
        streams = {one.originator_id for one in super().log(people, each).events}
        units = {one.originator_id for one in self.found if one.topic.startswith("org_unit")}
        persons = sorted(
            {one.originator_id for one in self.found if one.topic.startswith("employee")} - units
        )
        assert streams >= set(persons)
        for _ in range(people * each):
            kind, fields = self._more()
            new = fact(self.dice.choice(persons), 0, f"employee.{kind}/1", self._day(), fields)
            self.found.append(self._ending(new, fields))
        return ListLog(placed(self.found))

    def _ending(self, new: RecordedEvent, fields: dict[str, Any]) -> RecordedEvent:
        if self.dice.randrange(5) or new.effective_on is None:
            return new
        until = new.effective_on + timedelta(self.dice.randrange(1, 900))
        ended = {**fields, "until": until.isoformat()}
        return fact(new.originator_id, 0, new.topic, new.effective_on, ended)

    def _more(self) -> tuple[str, dict[str, Any]]:
        pick = self.dice.choice
        made: list[tuple[str, dict[str, Any]]] = [
            ("potential", {"period": "2020", "assessor": "A", "score": pick(["60.5", "80", "10"])}),
            ("golongan", {"golongan": pick(["III/a", "III/b", "IV/e"])}),
            (
                "credit",
                {
                    "kind": pick(["INTEGRASI", "KONVERSI", "PAK"]),
                    "value": pick(["12.5", "25", "9.38"]),
                    "from": "2020-01-01",
                    "to": "2020-12-31",
                },
            ),
            (
                "competency_test",
                {"level": pick(["AHLI_MUDA", "MUDA"]), "passed": pick([True, False])},
            ),
            ("case", {"id": "K", "act_on": "2018-01-01", "ground": "DISIPLIN"}),
            ("appraisal", self._of_months()),
            (
                "innovation",
                {
                    "scope": pick("UNIT INSTANSI PROVINSI NASIONAL".split()),
                    "stage": pick("INISIATIF UJI_COBA PENERAPAN".split()),
                    "role": "KETUA",
                },
            ),
            ("award", {"kind": pick(["SATYALANCANA_X", "ASN_BERPRESTASI"])}),
            ("record_check", {"elements": self._elements()}),
            ("activity", self._activity()),
            ("culture", {"period": "2020", "scores": self._scores()}),
            ("standing", {"standing": pick(["AKTIF", "CLTN"])}),
            (
                "sanction",
                {
                    "level": pick(["RINGAN", "SEDANG", "MORAL"]),
                    "kind": "LAINNYA",
                    "decided_on": "2018-01-01",
                },
            ),
            (
                "position",
                {
                    **self._position(),
                    "kind": "FUNGSIONAL",
                    "functional_level": pick(["AHLI_MUDA", "PEMULA", "AHLI_UTAMA"]),
                },
            ),
        ]
        return pick(made)

    def _of_months(self) -> dict[str, Any]:
        first, last = self.dice.choice(
            [("01-01", "03-31"), ("04-01", "06-30"), ("06-01", "12-31"), ("02-15", "03-31")]
        )
        year = self.dice.choice(["2020", "2021"])
        said = {"state": "DINILAI", "predicate": self.dice.choice(["BAIK", "KURANG"])}
        if self.dice.randrange(4) == 0:
            said = {"state": "TIDAK_MEMBUAT_SKP"}
        period = {"from": f"{year}-{first}", "to": f"{year}-{last}", "regime": "PP46"}
        return {**period, **said}

    def _elements(self) -> dict[str, Any]:
        pick = self.dice.choice
        return {
            name: {"dimension": pick(["KELENGKAPAN", "AKURASI"]), "ok": pick([True, False])}
            for name in "ABCDEF"[: self.dice.randrange(7)]
        }

    def _activity(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"period": "2020-06", "planned": "10", "done": "7.5"}
        if self.dice.randrange(5):
            fields["quality"] = self.dice.choice(["90", "77.7", "0", "100"])
        if self.dice.randrange(5):
            fields["on_time"] = self.dice.choice([True, False])
        if self.dice.randrange(2):
            fields["contributes_to"] = "P1"
        if self.dice.randrange(2):
            fields["verdict"] = self.dice.choice(["DITERIMA", "DITOLAK"])
        return fields

    def _scores(self) -> dict[str, str]:
        if self.dice.randrange(4) == 0:
            return {"KOMITMEN": "50"}
        return {"INTEGRITAS": self.dice.choice(["80", "66.6"]), "KOMITMEN": "50"}


def some_day(seed: int) -> date:
    """A day near a turn of the year, or not."""
    dice = random.Random(seed)
    return date(2021, 12, 31) + timedelta(dice.choice([-1, 0, 1, 60, 181]))
