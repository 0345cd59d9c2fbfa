"""Codes in Indonesian, as officials write them, for files that people read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from projections import reasons
from projections.reasons import Reason

_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        reasons.NOT_IN_POPULATION: "di luar cakupan",
        reasons.NOT_REGISTERED: "status kepegawaian belum tercatat",
        reasons.LEFT_SERVICE: "sudah berhenti",
        reasons.MERGED: "rekam jejak digabung ke nomor lain",
        reasons.STANDING_UNKNOWN: "kedudukan hukum belum tercatat",
        reasons.POSITION_KIND_UNKNOWN: "jenis jabatan belum diketahui",
        reasons.FACT_MISSING: "data belum ada",
        reasons.FIELD_UNKNOWN: "isian yang menentukan masih kosong",
        reasons.STATE_NOT_COUNTED: "penilaian belum selesai",
        reasons.HALF_MISSING: "penilaian satu semester belum ada",
        reasons.PREDICATE_UNKNOWN: "predikat tidak terbaca",
        reasons.RULING_LEVEL_UNKNOWN: "tingkat hukuman yang baru belum tercatat",
        reasons.PARAMETER_MISSING: "angkanya belum diketahui dalam aturan",
        reasons.PARAMETER_RECALLED: "angka dalam aturan belum dipastikan",
        reasons.PARAMETER_ASSUMED: "angka dalam aturan masih anggapan",
        reasons.MATTER_OPEN: "keberatan atau banding belum diputus",
        reasons.FACT_DISPUTED: "fakta masih disengketakan",
        reasons.INSTRUMENT_NOT_IN_FORCE: "instrumen yang dirujuk belum berlaku",
        reasons.LATER_TEXT_KNOWN: "aturan yang lebih baru diketahui",
    }
)
_CAPITALS: Final = frozenset(("JPT", "SD", "SLTP", "SLTA", "CPNS", "PNS", "PPPK", "CLTN", "MPP"))


def code_words(code: str) -> str:
    """A code of a closed list as a heading writes it: SANGAT_TINGGI is "Sangat Tinggi"."""
    return " ".join(
        word if word in _CAPITALS or not word.isalpha() else word.capitalize()
        for word in code.split("_")
    )


def reason_words(reason: Reason) -> str:
    """Why somebody is not measured, as "Kinerja: data belum ada"."""
    words = _REASONS[reason.code]
    if reason.code == reasons.NOT_IN_POPULATION and reason.missing:
        words += f" ({code_words(reason.missing.rpartition(' ')[2])})"
    if reason.measure is None:
        return words
    return f"{code_words(reason.measure.upper())}: {words}"
