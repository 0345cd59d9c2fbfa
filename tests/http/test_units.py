"""Units and talent over HTTP: figures, who sees which of them, the people behind them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.access.readers import Grant, Reader
from ledger.access.access_entry import LookKind
from ledger.access.access_store import Wanted
from ledger.vocabulary_agency import Role
from tests.http.conftest import Served

ON = {"instrument": "ip-asn", "as_of": "2025-12-31"}
UNITS, TALENT = "/api/v1/units", "/api/v1/talent"


def everybody(served: Served, unit: str | None = None) -> list[dict[str, Any]]:
    """The lines of all answers, of those in service."""
    more = {} if unit is None else {"unit": unit}
    found = served.as_("ANALYST", purpose="audit", **ON, **more)("/api/v1/scores")
    lines = [orjson.loads(line) for line in found.content.splitlines()]
    return [one for one in lines if "LEFT_SERVICE" not in {why["code"] for why in one["why"]}]


def test_figures_are_those_of_the_people_behind_them(served: Served) -> None:
    """Counts, mean, median and distribution of a unit come from the same answers as its list."""
    shown = served.as_("ANALYST", **ON)(f"{UNITS}/BKD").json()
    lines = everybody(served, "BKD")
    totals = sorted(Decimal(one["total"]) for one in lines if one["total"] is not None)
    figures = shown["figures"]
    assert figures["people"] == len(lines)
    assert figures["measured"] == len(totals)
    middle = totals[(len(totals) - 1) // 2] + totals[len(totals) // 2]
    assert Decimal(figures["median"]) == rounded(middle / 2)
    assert Decimal(figures["mean"]) == rounded(sum(totals, Decimal(0)) / len(totals))
    assert sum(one["count"] for one in shown["distribution"]["bins"]) == len(totals)
    assert sum(one["count"] for one in shown["distribution"]["bands"]) == len(totals)
    assert sum(one["people"] for one in shown["parts"]) == len(lines)


def rounded(value: Decimal) -> Decimal:
    """To hundredths, half up."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_each_bar_leads_to_its_people(served: Served) -> None:
    """As many as the bar says, each within it."""
    get = served.as_("ANALYST", purpose="audit", **ON)
    bins = get(f"{UNITS}/BKD").json()["distribution"]["bins"]
    assert sum(bool(one["count"]) for one in bins) > 1
    for one in bins:
        if one["count"]:
            asked = {"from": one["from"], "to": one["to"]}
            found = get(f"{UNITS}/BKD/members", **asked).json()
            assert found["count"] == len(found["members"]) == one["count"]
            low, high = Decimal(one["from"]), Decimal(one["to"])
            assert all(low <= Decimal(each["total"]) <= high for each in found["members"])


def test_whoever_may_not_read_the_people_sees_no_small_figure(served: Served) -> None:
    """An assessor sees counts and means of units with five people or more, and no distribution."""
    open_to_all = served.as_("ANALYST", **ON)(UNITS).json()["units"]
    seen = served.as_("ASSESSOR", **ON)(UNITS).json()["units"]
    assert [one["id"] for one in open_to_all] == [one["id"] for one in seen]
    small = {one["id"] for one in open_to_all if 0 < one["people"] < 5}
    assert small
    for one in seen:
        assert one["hidden"] or one["id"] not in small
        told = one["measured"] is not None
        assert one["people"] is None if one["hidden"] else told == (one["people"] == 0)
    shown = served.as_("ASSESSOR", **ON)(f"{UNITS}/BKD").json()
    assert shown["records"] is False
    assert (shown["distribution"], shown["lacking"]) == ({"bins": [], "bands": []}, [])
    assert '"counts"' not in served.as_("ASSESSOR", **ON)(f"{UNITS}/BKD").text


@pytest.mark.parametrize("role", ["ASSESSOR", "ADMINISTRATOR", "ASN"])
def test_people_are_for_whoever_may_read_them(served: Served, role: str) -> None:
    """Others learn nothing, not even whether the unit is there; talent is not theirs either."""
    get = served.as_(role, purpose="audit", **ON)
    assert (
        get(f"{UNITS}/BKD/members").status_code == get(f"{UNITS}/NONE/members").status_code == 404
    )
    assert get(TALENT).status_code == 403


def test_lists_of_people_are_written_down(served: Served) -> None:
    """Everybody shown finds the look; without a purpose there is no list."""
    get = served.as_("AUDITOR", **ON)
    assert get(f"{UNITS}/BKD/members").status_code == 422
    before = served.client.app.state.access.head().number  # type: ignore[attr-defined]
    shown = get(f"{UNITS}/BKD/members", purpose="audit").json()["members"]
    assert shown
    log = served.client.app.state.access  # type: ignore[attr-defined]
    looks = [
        one for one in log.entries(Wanted(kinds=frozenset({LookKind.LIST}))) if one.number > before
    ]
    told = b"".join(one.question for one in looks)
    assert all(UUID(one["subject"]).hex.encode() in told for one in shown)


def test_the_score_of_a_unit_is_hidden_where_its_figures_are(served: Served) -> None:
    """Whoever is shown no figure of a unit is not told its score, and nobody counts of strangers."""
    asked = {"instrument": "kinerja-opd", "as_of": ON["as_of"]}
    seen, whole = (served.as_(who, **asked) for who in ("ASSESSOR", "ANALYST"))
    rows = served.as_("ASSESSOR", **ON)(UNITS).json()["units"]
    assert {one["hidden"] for one in rows} == {True, False}
    for one in rows:
        path = f"{UNITS}/{one['id']}/score"
        told, known = seen(path), whole(path)
        assert known.status_code == 200
        assert told.status_code == (403 if one["hidden"] else 200), one
        assert one["hidden"] or '"counts"' not in told.text
        assert not one["hidden"] or told.json()["code"] == "no_right"


def test_ranks_follow_the_totals_and_requirements_have_articles(served: Served) -> None:
    """The greatest total is first; equal ones share a rank; each requirement names its article."""
    asked = {"require": "kenaikan-pangkat-reguler", "limit": 500, "as_of": "2025-12-01"}
    shown = served.as_("PANEL", purpose="decision")(TALENT, instrument="ip-asn", **asked).json()
    ranked = [one for one in shown["candidates"] if one["rank"] is not None]
    assert len({one["rank"] for one in ranked}) > 1
    totals = [Decimal(one["total"]) for one in ranked]
    assert totals == sorted(totals, reverse=True)
    for one, total in zip(ranked, totals, strict=True):
        assert one["rank"] == 1 + sum(1 for other in totals if other > total)
    told = [one for one in shown["requirements"] if one["requirement"] is not None]
    assert told
    assert all(one["cite"] for one in told)
    states = {state for one in shown["candidates"] for state in one["requirements"].values()}
    assert states == {"met", "not_met", "unknown"}
    assert shown["qualified"] == sum(
        1
        for one in shown["candidates"]
        if all(state == "met" for state in one["requirements"].values())
    )


def test_boxes_count_those_who_are_listed(served: Served) -> None:
    """Nine boxes, and each leads to as many people as it says."""
    get = served.as_("PANEL", purpose="decision", **ON)
    boxes = get(TALENT).json()["boxes"]
    assert len(boxes["cells"]) == 9
    assert sum(one["count"] for one in boxes["cells"]) > 0
    for one in boxes["cells"]:
        assert get(TALENT, box=one["box"]).json()["count"] == one["count"]


def test_the_people_of_an_earlier_day_are_those_whom_the_reader_sees_today(served: Served) -> None:
    """Who served in a unit then and elsewhere now is shown to no head of it, as his record is not."""
    units, today, here = served.desk.units(), served.desk.today(), served.desk.serving()
    gone = 0
    for unit in units.units:
        below = {one.hex for one in units.subtree(unit, today) | {unit}}
        served.badges.readers["HEAD"] = Reader("acc-head", None, (Grant(Role.UNIT_HEAD, unit),))
        then = {"purpose": "audit", "instrument": "ip-asn", "as_of": "2020-12-31"}
        path = f"{UNITS}/{unit}/members"
        seen, every = (served.as_(who, **then)(path) for who in ("HEAD", "ANALYST"))
        if seen.status_code == 200:
            subjects = {one["subject"] for one in seen.json()["members"]}
            assert all(here.get(one) in below for one in subjects)
            gone += every.json()["count"] - len(subjects)
    assert gone > 0
