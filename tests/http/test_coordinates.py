"""The legal day of an address: one far from any record is refused, wherever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.access.readers import Grant, Reader
from api.http.app import routed
from api.web.site import pages
from ledger.vocabulary_agency import Role
from tests.http import matrix
from tests.http.conftest import QUASHED, Served

FAR = ["1945-08-16", "2201-01-01", "9999-12-31", "0001-01-01"]
DAYS = {"as_of", "from", "to"}
NO_LEGAL_DAY = ("/access", "/akses", "/log/", "/audit/compare", "/audit/banding")
EXTRA = {
    "instrument": "ip-asn",
    "purpose": "audit",
    "format": "jsonl",
    "fact": "1",
    "seed": "undian",
    "left": "ip-asn",
}


def named(dependant: Any) -> set[str]:
    """What an address may hold, those of its dependencies too."""
    found = {str(one.alias) for one in dependant.query_params}
    return found.union(*(named(one) for one in dependant.dependencies))


def days_asked() -> Iterator[tuple[str, str]]:
    """Each address with each of its legal days."""
    app = routed()
    pages(app)
    for found in iter_route_contexts(app.routes):
        route, path = found.original_route, str(found.path)
        if not isinstance(route, APIRoute) or "GET" not in (found.methods or ()):
            continue
        if any(part in path for part in NO_LEGAL_DAY):
            continue
        points = path.rpartition("/")[2].partition(".")[0] in ("members", "pegawai")
        for name in sorted(named(route.dependant) & (DAYS - {"from", "to"} if points else DAYS)):
            yield path, name


ASKED = sorted(days_asked())


def test_the_walk_finds_the_addresses_with_a_day() -> None:
    """Scores, cases, people, rules, warnings, differences, series, and their pages."""
    paths = {path for path, _ in ASKED}
    for one in ("people/{pid}", "people/{pid}/score", "cases", "instruments", "warnings", "units"):
        assert f"/api/v1/{one}" in paths
    assert {"/kasus", "/aturan", "/asn/{pid}", "/opd/{code}"} <= paths
    assert len(paths) > 40


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
@pytest.mark.parametrize("day", FAR)
def test_a_day_far_from_any_record_is_refused(served: Served, day: str) -> None:
    """422 with the days that can be asked about; never an answer, never a fault of the server."""
    one = served.desk.ledger.index.find(QUASHED)
    grants = tuple(Grant(role) for role in Role if role is not Role.ASN)
    served.badges.readers["EVERYTHING"] = Reader("acc-all", one, grants)
    ask = served.as_("EVERYTHING")
    unit = next(unit for unit in served.desk.serving().values() if unit is not None)
    fill = {**matrix.PATHS, "pid": str(one), "code": unit, "name": "ip-asn", "root": "1"}
    wrong = []
    for path, name in ASKED:
        place = path.replace(":path", "").format(**{**fill, "rule": "tidak-ada"})
        query = {**EXTRA, **matrix.QUERIES.get(path, {})}
        if name == "to":
            query["from"] = "2020-01-01"
        else:
            query.pop("as_of", None)
            query.pop("from", None)
            query.pop("to", None)
        answer = ask(place, **{**query, name: day})
        if answer.status_code != 422 or "1945-08-17 to 2200-12-31" not in answer.text:
            wrong.append((path, name, answer.status_code, answer.text[:300]))
    assert wrong == []
