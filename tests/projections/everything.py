"""A crowd to which every kind of fact happens that an instrument may read, drawn by its fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from ledger.events.base import EMPLOYEE, FieldSpec
from ledger.events.registry import FACT_SPECS
from tests.oracle.histories import OUTCOMES, UNITS
from tests.projections.crowd import Crowd, Fields, _Person

WORDS = {
    "kind": ["SATYALANCANA_X", "SATYALANCANA_XX", "SATYALANCANA_XXX", "ASN_BERPRESTASI", "LAIN"],
    "golongan": ["III/a", "III/b", "IV/a"],
    "ground": ["NETRALITAS"],
}
AMOUNTS = ["0", "0.5", "33.3", "59.99", "60", "60.5", "79.995", "80", "100"]
VALUES = ["INTEGRITAS", "KOMITMEN", "KHASANAH", "LOYALITAS", "AKUNTABILITAS", "MOTIVASI"]
# Drawn by `Crowd` itself, so that what they name is there; or of no meaning for a score.
BY_HAND = {
    "merged", "left", "registered", "identity", "employment", "ruling", "objection", "appeal",
    "position", "sanction",
}  # fmt: skip
# What shipped instruments read happens more often.
OFTEN = (
    "innovation", "award", "record_check", "activity", "culture", "potential", "golongan",
    "absence", "case", "appraisal", "appraisal", "record_check", "golongan",
)  # fmt: skip
BASE = {"until", "learned_on", "precision", "counts_from"}


@cache
def kinds() -> tuple[str, ...]:
    """Every kind of fact about a person that is drawn from its declared fields."""
    specs = FACT_SPECS.items()
    every = {kind for (owner, kind), spec in specs if owner == EMPLOYEE and spec.is_fact}
    return tuple(sorted(every - BY_HAND))


class Everything(Crowd):
    """A crowd's facts, and as many of all other kinds, corrected, annulled and ended like them."""

    def _plain(self) -> list[Callable[[], tuple[str, Fields]]]:
        own = [*super()._plain(), *[self._service] * 4]
        return own + [partial(self._drawn, kind) for kind in (*kinds(), *OFTEN)]

    def _drawn(self, kind: str) -> tuple[str, Fields]:
        spec = FACT_SPECS[EMPLOYEE, kind]
        fields: Fields = {}
        for one in spec.fields:
            if one.type.sealed is not None or one.name in BASE:
                continue
            if one.required or one.default is not None or self.dice.randrange(3):
                drawn = self._value(one)
                if drawn is not None:
                    fields[one.name] = drawn
        if kind in ("appraisal", "plan"):
            whole = self._appraisal()
            fields |= {"from": whole["from"], "to": whole["to"]}
        return kind, fields

    def _value(self, one: FieldSpec) -> object:
        pick, kind = self.dice.choice, one.type
        if kind.name == "map":
            return self._elements() if kind.choices or one.name == "elements" else self._scores()
        if kind.name == "code":
            return pick(kind.choices)
        if kind.name in ("word", "ident", "golongan"):
            return pick(WORDS.get(one.name, ["A", "B"]))
        simple: dict[str, list[object]] = {
            "number": list(AMOUNTS),
            "hours": list(self.hours),
            "score": list(AMOUNTS),
            "count": [0, 1, 2, 20],
            "flag": [True, False],
            "unit": list(UNITS),
            "person": [f"{7:032x}"],
            "target": [1],
            "month": ["2020-06"],
            "period": ["2020", "2020-06"],
            "day": [self._day().isoformat()],
        }
        return pick(simple[kind.name]) if kind.name in simple else None

    def _elements(self) -> Fields:
        pick = self.dice.choice
        dimensions = ["KELENGKAPAN", "KONSISTENSI", "AKURASI", "KETEPATAN_WAKTU"]
        few = dimensions if self.dice.randrange(2) else dimensions[:2]
        names = [f"E{number}" for number in range(self.dice.randrange(1, 12))]
        return {name: {"dimension": pick(few), "ok": pick([True, True, False])} for name in names}

    def _scores(self) -> Fields:
        known = [name for name in VALUES if self.dice.randrange(12)]
        return {name: self.dice.choice(AMOUNTS) for name in known or VALUES[:1]}

    def _again(self, kind: str, fields: Fields) -> Fields:
        """What a correction states: the same again, or another drawing."""
        if kind in kinds() and self.dice.randrange(2):
            return self._drawn(kind)[1]
        return super()._again(kind, fields)

    def _discipline(self, one: _Person) -> None:
        """Sometimes a case with a sanction under it, and a ruling on the case."""
        cases = [root for root, known in one.facts.items() if known[0] == "case"]
        if cases and not self.dice.randrange(3):
            case = self.dice.choice(cases)
            level = self.dice.choice(["RINGAN", "SEDANG", "BERAT"])
            fields: Fields = {"level": level, "kind": "LAINNYA", "decided_on": "2018-01-01"}
            self._state(one, "sanction", fields | {"case": case}, self._day(2_500))
            ruling: Fields = {"of": case, "forum": "PPK", "outcome": self.dice.choice(OUTCOMES)}
            ruling["final"] = self.dice.random() < 0.5
            self._state(one, "ruling", ruling, self._day(2_500))
        else:
            super()._discipline(one)
