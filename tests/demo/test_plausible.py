"""The invented province looks like one: who is in it, how people fare, what goes wrong."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.demo import province
from api.demo.person import HEAD, LAST_DAY
from api.demo.places import PLACES, SCHOOLS
from api.demo.supervision import Hierarchy
from projections.asking import inquiry
from projections.asking.group import Group
from projections.asking.inquiry import Ask
from tests.demo.conftest import founded

# The perangkat daerah of the province, by words of their public names.
NAMED = (
    *("Sekretariat Daerah", "Pemerintahan dan Otonomi Daerah", "Biro Hukum", "Biro Organisasi"),
    *("Kesejahteraan Rakyat", "Biro Perekonomian", "Administrasi Pembangunan", "Biro Umum"),
    *("Pengadaan Barang dan Jasa", "Administrasi Pimpinan", "Sekretariat DPRD", "Inspektorat"),
    *("Perencanaan Pembangunan Daerah", "Badan Kepegawaian Daerah", "Sumber Daya Manusia"),
    *("Keuangan dan Aset", "Pendapatan Daerah", "Kesatuan Bangsa dan Politik", "Bencana Daerah"),
    *("Badan Penghubung", "Pengelola Perbatasan", "Pendidikan dan Kebudayaan", "Dinas Kesehatan"),
    *("Pekerjaan Umum", "Satuan Polisi Pamong Praja", "Dinas Sosial", "Tenaga Kerja"),
    *("Pemberdayaan Perempuan", "Lingkungan Hidup", "Kependudukan dan Pencatatan Sipil"),
    *("Pemberdayaan Masyarakat", "Perhubungan", "Statistik dan Persandian", "Koperasi dan UKM"),
    *("Penanaman Modal", "Pemuda dan Olahraga", "Perpustakaan dan Kearsipan", "Kelautan"),
    *("Pertanian dan Ketahanan Pangan", "Pariwisata", "Kehutanan", "Energi dan Sumber Daya"),
    "RSUD dr. H. Jusuf SK",
)


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """Every row of the whole province."""
    return tuple(province.rows("province"))


def of(fact: str) -> list[dict[str, Any]]:
    """The rows of one kind."""
    return [row for row in rows() if row["fact"] == fact]


def test_every_perangkat_daerah_is_there() -> None:
    """Each public name is a place, and Dinas Pendidikan has SMA, SMK, SLB and cabang dinas."""
    names = " | ".join(place.name for place in PLACES)
    assert [name for name in NAMED if name not in names] == []
    kinds = {school.section[:4] for school in SCHOOLS}
    assert kinds == {"SMAN", "SMKN", "SLBN", "CABD"}


def test_size_and_years_are_as_promised() -> None:
    """5,000 people and those of the stories; 60,000 facts or more, appraisals of every year."""
    assert len(of("registered")) == 5_007
    assert len(rows()) >= 60_000
    assert {row["on"][:4] for row in of("appraisal")} == {str(year) for year in range(2018, 2026)}


def test_most_appraisals_are_good() -> None:
    """Of the rated ones four in five are Baik, and none of the predicates is missing."""
    rated = [row for row in of("appraisal") if "work_result" in row]
    results = Counter((row["work_result"], row["work_behaviour"]) for row in rated)
    good = [("SESUAI", "SESUAI"), ("DI_ATAS", "SESUAI"), ("SESUAI", "DI_ATAS")]
    share = Decimal(sum(results[one] for one in good)) / len(rated)
    assert Decimal("0.75") < share < Decimal("0.92")
    assert results["DI_BAWAH", "DI_BAWAH"] > 0


def test_a_few_percent_were_sanctioned_and_some_won() -> None:
    """Between one and five of a hundred; of the rulings some quash and some uphold."""
    sanctioned = {row["nip"] for row in of("sanction")}
    assert 50 < len(sanctioned) < 250
    assert {"DIBATALKAN", "DIPERKUAT", "DIPERINGAN"} <= {row["outcome"] for row in of("ruling")}


def test_some_facts_come_late_and_some_are_mended() -> None:
    """A few in a hundred say that they were learned late; some are corrected, some annulled."""
    late = sum("learned_on" in row for row in rows())
    assert Decimal("0.02") < Decimal(late) / len(rows()) < Decimal("0.08")
    assert len(of("correct")) > 50
    assert len(of("annul")) > 20


def test_who_leads_and_appraises_serves() -> None:
    """Nobody appraises himself, and whoever appraises on a day serves on it."""
    people = tuple(province.people_of("province"))
    above = Hierarchy.of(people)
    on = date(2025, 12, 31)
    appraised = 0
    for person in people:
        found = above.appraiser(person, on)
        if found is not None:
            appraised += 1
            assert found is not person
            assert found.serves_on(on)
    assert appraised > 4_900
    heads = Counter(person.place.code for person in people if person.role == HEAD)
    assert set(heads.values()) == {1}


def test_who_left_has_somebody_acting() -> None:
    """A place whose head retired is led by somebody who still serves."""
    above = Hierarchy.of(province.people_of("province"))
    acting = {row["unit"] for _, row in above.rows() if row.get("assignment") == "PLT"}
    gone = {code for code, head in above.heads.items() if not head.serves_on(LAST_DAY)}
    assert gone
    assert gone == acting


@pytest.mark.slow
def test_the_mean_is_in_the_seventies(tmp_path: Path) -> None:
    """IP-ASN of everybody at the end of 2025: in the seventies, a few not computable."""
    made = founded(tmp_path, "province")
    now = made.ledger.store.head().recorded_at
    assert now is not None
    asked = inquiry.resolve(made.ledger, Ask("ip-asn", date(2025, 12, 31)), today=LAST_DAY, now=now)
    group = Group(asked.plan)
    for answer in inquiry.everybody(asked, inquiry.facts_table(made.ledger, lambda _: None)):
        group.add(answer)
    made.ledger.close()
    assert group.mean is not None
    assert 70 <= group.mean < 80
    assert group.measured > 3_500
    assert len(group.bands) == 5
