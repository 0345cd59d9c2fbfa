"""Other readings of the shipped IP-ASN: the same document with some of its parameters changed."""

from collections.abc import Sequence
from functools import cache

from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.plan import Plan

NAME = "ip-asn-perbkn-8-2019.yaml"
PROPORTIONAL = "award: {recalled: proportional}\n        decimals: {assumed: 2}"
CHANGES: tuple[tuple[str, str], ...] = (
    ("population: {employment: [PNS]}", "population: {employment: [PNS, PPPK], standing: [AKTIF]}"),
    ("award: {reading: all_or_nothing}", PROPORTIONAL),
    ("target: 20\n", "target: {recalled: 20.333}\n"),
    ("window: {years: 1, start: {reading: rolling}}", "window: {years: 1, start: calendar}"),
    ("window: {years: 2, start: {reading: rolling}}", "window: {recalled: ever}"),
    ("halves: {reading: mean}", "halves: {reading: not_read}"),
    ("other_periods: {reading: not_read}", "other_periods: {recalled: not_read}"),
    ("none: {missing: [0, 30]}", "none: {assumed: 1}"),
    ("none: {missing: [1, 25]}", "none: {reading: 0}"),
    ("late_filing: {reading: no_suspension}", "late_filing: {recalled: suspends}"),
    ("      D4: 15\n", "      D4: {recalled: 15}\n"),
    ("      D3: 10\n", "      D3: {missing: [5, 15]}\n"),
    ("      S1: 15\n", "      S1: {assumed: 15}\n"),
    (
        "RINGAN: 3, SEDANG: 2, BERAT: 1}",
        "RINGAN: {recalled: 3}, SEDANG: {missing: [1, 3]}, BERAT: {missing: [0, 2]}}",
    ),
    ("ignored: MORAL", "ignored: {assumed: MORAL}"),
    ("decimals: 2\n    by:", "decimals: 0\n    by:"),
    ("PELAKSANA}\n", "PELAKSANA}\n        mark: recalled\n"),
    ("max: 40\n    sum:", "max: {recalled: 40}\n    sum:"),
    (
        "PERMENPANRB6:\n        SANGAT_BAIK: 30",
        "PERMENPANRB6:\n        SANGAT_BAIK: {missing: [25, 30]}",
    ),
    ("    where: {assignment: [DEFINITIF, absent]}\n", ""),
    ("[60, KURANG]", "[60.005, KURANG]"),
    ("    - [71, SEDANG]\n", "    - [71, {assumed: SEDANG}]\n"),
    ("where: {category: SEMINAR}", "where: {category: {recalled: [SEMINAR, TEKNIS]}}"),
)


@cache
def variant(chosen: Sequence[int]) -> Plan:
    """The shipped instrument with these changes."""
    return load(document_of(chosen), file=NAME)


def document_of(chosen: Sequence[int]) -> bytes:
    """Its text with these changes. A change whose text is gone is a mistake here."""
    document = text(NAME).decode()
    for number in chosen:
        old, new = CHANGES[number]
        assert old in document, old
        document = document.replace(old, new)
    return document.encode()
