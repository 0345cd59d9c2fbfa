"""Codes in Indonesian: every one has words, and they read as officials write them."""

from __future__ import annotations

import pytest

from api.outputs.words import code_words, reason_words
from projections import reasons
from projections.reasons import Reason

CODES = [one for name, one in vars(reasons).items() if name.isupper() and one == name]


@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_words(code: str) -> None:
    """Alone and of a measure; no code is shown to people as it is."""
    assert len(CODES) >= 19
    alone, of_measure = (reason_words(Reason(code, one, None)) for one in (None, "kinerja"))
    assert alone
    assert of_measure == f"Kinerja: {alone}"
    assert code not in alone


def test_who_is_outside_is_said() -> None:
    """The status or standing that keeps somebody out stands in brackets."""
    outside = Reason(reasons.NOT_IN_POPULATION, None, "employment PPPK")
    assert reason_words(outside) == "di luar cakupan (PPPK)"
    away = Reason(reasons.NOT_IN_POPULATION, None, "standing TUGAS_BELAJAR")
    assert reason_words(away) == "di luar cakupan (Tugas Belajar)"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SANGAT_TINGGI", "Sangat Tinggi"),
        ("JPT_PRATAMA", "JPT Pratama"),
        ("SLTA_KEJURUAN", "SLTA Kejuruan"),
        ("S1", "S1"),
        ("AHLI_MUDA", "Ahli Muda"),
    ],
)
def test_codes_as_headings_write_them(code: str, words: str) -> None:
    """Abbreviations stay as they are."""
    assert code_words(code) == words
