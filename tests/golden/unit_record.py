"""A case about a unit: its own facts, and people who count in it, each a case of his own."""

from collections.abc import Mapping
from typing import Any

from ledger.events.base import ORG_UNIT
from ledger.events.reading import Draft, read_fact
from tests.golden.record import Recorder

CODE = "DINAS"
SILENT: Mapping[str, Mapping[str, Any]] = {
    "assessment": {"assessor": "INSPEKTORAT", "stage": "DITETAPKAN", "period": "2023"},
    "unit": {"name": "Dinas"},
    "unit_appraisal": {"period": "2023", "set_by": "GUBERNUR"},
}
APPRAISED = [{"fact": "appraisal", "period": year, "predicate": "BAIK"} for year in (2022, 2023)]
ASPECTS: Mapping[str, tuple[str, ...]] = {
    "UTAMA": ("TUPOKSI", "MANAJEMEN_KEUANGAN", "MANAJEMEN_ASET"),
    "PENUNJANG": ("TRANSPARAN", "AKUNTABEL", "PELAYANAN_PUBLIK", "KONDISI_KANTOR"),
    "SELF_ASSESSMENT": (
        "BUDAYA_KERJA",
        "INTEGRITAS",
        "KOMPETENSI",
        "LOYALITAS",
        "AKUNTABILITAS",
        "SEMANGAT_MOTIVASI",
    ),
}


class UnitRecorder(Recorder):
    """Rows about one unit."""

    def read(self, said: Mapping[str, Any]) -> Draft:
        """A fact as a facts file about a unit states it."""
        draft = read_fact({**SILENT.get(said["fact"], {}), **said, "unit": CODE})
        assert isinstance(draft, Draft), draft
        assert draft.owner == ORG_UNIT
        return draft


def tell_unit(case: Mapping[str, Any]) -> UnitRecorder:
    """The record of a unit that was founded in 2010, with its assessments, then its facts.

    `assessed` is a score for every component of 2023, or scores by component; null leaves all out.
    """
    told = UnitRecorder((CODE,))
    told.record({"fact": "unit", "on": "2010-01-01", "kind": "DINAS", **case.get("described", {})})
    given = case.get("assessed")
    for aspect, components in ASPECTS.items():
        for component in components:
            score = given.get(component.lower()) if isinstance(given, Mapping) else given
            if score is not None:
                stated = {"fact": "assessment", "aspect": aspect, "component": component}
                told.record({**stated, "score": score})
    for fact in case.get("facts", ()):
        told.record(fact)
    return told
