"""The comparison of a unit: its people's mean or its own score, and causes that add up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.http.conftest import Served

HTML = {"Accept": "text/html"}
BETWEEN = {"from": "2024-12-31", "to": "2025-12-31"}
PATH = "/opd/DISDIKBUD/perbandingan"


def test_the_causes_of_a_mean_add_up(served: Served) -> None:
    """Means by cause sum to the difference, and page and API say the same."""
    get = served.as_("ANALYST", purpose="administration", **BETWEEN)
    twin = get(f"{PATH}.json", instrument="ip-asn").json()
    asked = get("/api/v1/units/DISDIKBUD/difference", instrument="ip-asn").json()
    assert twin == asked
    first, last = (Decimal(twin[side]["mean"]) for side in ("from", "to"))
    assert last - first == Decimal(twin["difference"]["mean"])
    assert sum(Decimal(one["mean"]) for one in twin["causes"]) == last - first
    assert any(Decimal(one["mean"]) for one in twin["causes"])


@pytest.mark.parametrize(
    ("instrument", "said"),
    [
        ("kinerja-opd", "Sebab demi sebab"),  # measures units
        ("kenaikan-pangkat-reguler", "Tidak Memenuhi"),  # asks for requirements
        ("hukdis-indeks", "Menurut golongan sebab"),
    ],
)
def test_every_kind_of_instrument_is_compared(served: Served, instrument: str, said: str) -> None:
    """One that measures units, one that asks for requirements, and one that gives points."""
    page = served.as_("ANALYST", **BETWEEN)(PATH, headers=HTML, instrument=instrument)
    assert page.status_code == 200, page.text
    assert said in page.text


def test_only_who_may_read_the_people_compares(served: Served) -> None:
    """To others the unit is not there; the look at its figures is kept."""
    assert served.as_("ASSESSOR", **BETWEEN)(PATH, headers=HTML).status_code == 404
    assert served.as_("ASN", **BETWEEN)(f"{PATH}.json").status_code == 404


def test_a_unit_leads_to_its_comparison(served: Served) -> None:
    """From the page of a unit, and back."""
    unit = served.as_("ANALYST")("/opd/DISDIKBUD", headers=HTML).text
    ident = served.as_("ANALYST")("/opd/DISDIKBUD.json").json()["subject"]
    assert '/perbandingan?instrument=ip-asn"' in unit
    page = served.as_("ANALYST", **BETWEEN)(PATH, headers=HTML).text
    assert ident.replace("-", "") in page.replace("-", "")
