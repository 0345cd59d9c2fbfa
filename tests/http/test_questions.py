"""People, histories, differences, series, advice and files over HTTP."""

import io
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import openpyxl
import polars as pl
import pytest

from api.queries import people
from projections.asking.inquiry import Ask
from tests.http.conftest import QUASHED, Served

WHO = {"purpose": "administration"}


def test_a_posted_number_finds_a_person(served: Served) -> None:
    """The number stands in the body, the answer leads to the opaque id; nobody is an empty list."""

    def find(nip: str) -> Any:
        return served.client.post(
            "/api/v1/people/search",
            json={"nip": nip},
            params=WHO,
            headers={"Authorization": "Bearer ANALYST"},
        )

    (found,) = find(QUASHED).json()["people"]
    assert found["id"] == served.person(QUASHED).replace("-", "")
    assert find("197906182005012001").json()["people"] == []
    assert find("12").status_code == 422


def test_a_search_by_name_goes_page_by_page(served: Served) -> None:
    """All pages together are the whole list, each person once."""
    get = served.as_("ANALYST", **WHO)
    whole = get("/api/v1/people", unit=_top_unit(served), limit=500).json()["people"]
    seen: list[str] = []
    query: dict[str, Any] = {"unit": _top_unit(served), "limit": 2}
    while True:
        answer = get("/api/v1/people", **query)
        seen += [one["id"] for one in answer.json()["people"]]
        if "next" not in answer.links:
            break
        query = dict(parse_qsl(urlsplit(answer.links["next"]["url"]).query))
    assert seen == [one["id"] for one in whole]
    assert len(seen) > 3


def test_many_days_share_one_directory_of_units(served: Served) -> None:
    """What is the same on every day is held once, or a server that is asked much grows and grows."""
    days = (date(2021, 6, 30), date(2024, 6, 30))
    one, other = (served.desk.resolve(Ask("ip-asn", as_of=day)) for day in days)
    assert one.units is other.units
    assert one.units is served.desk.units()


def _top_unit(served: Served) -> str:
    """A unit with five people or more."""
    counts = Counter(served.desk.serving().values())
    return next(unit for unit, count in counts.items() if unit is not None and count > 4)


def test_a_history_shows_sealed_fields_by_right(served: Served) -> None:
    """An auditor sees names; of classes that a reader may not see nothing leaves the query."""
    path = f"/api/v1/people/{served.person(QUASHED)}/history"
    events = served.as_("AUDITOR", **WHO)(path).json()["events"]
    assert {"name", "nip"} <= {name for one in events for name in one["sealed"]}
    stream = UUID(served.person(QUASHED))
    nothing = people.recorded(served.desk, stream, position=None, classes=())
    assert [one["sealed"] or None for one in nothing] == [None] * len(events)


def test_a_difference_adds_up(served: Served) -> None:
    """The causes add up to the difference of the totals, exactly."""
    get = served.as_("ANALYST", **WHO)
    shown = get(
        f"/api/v1/people/{served.person(QUASHED)}/difference",
        instrument="ip-asn",
        as_of="2022-12-31",
        known_from="2023-01-31T23:59:59+08:00",
    ).json()
    assert sum(Decimal(one["points"]) for one in shown["causes"]) == Decimal(3)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/people/{}/series", {"from": "2020-01-01"}),
        ("/api/v1/people/{}/advice", {}),
        ("/api/v1/people/{}", {}),
        ("/api/v1/people/{}/history", {}),
    ],
)
def test_a_person_is_answered_from_what_changed(
    served: Served, path: str, query: dict[str, str]
) -> None:
    """Each question about a person has an answer with a validator that gives 304."""
    get = served.as_("ANALYST", **WHO)
    query = {"instrument": "ip-asn", **query} if path.endswith(("series", "advice")) else query
    first = get(path.format(served.person(QUASHED)), **query)
    assert first.status_code == 200, first.text
    again = get(
        path.format(served.person(QUASHED)),
        **query,
        headers={"If-None-Match": first.headers["etag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "parquet"])
def test_everybody_comes_as_a_file(served: Served, form: str) -> None:
    """Each form holds every row, and the header says how many."""
    get = served.as_("ANALYST", purpose="reporting")
    answer = get("/api/v1/scores/export", instrument="ip-asn", as_of="2022-12-31", format=form)
    rows = int(answer.headers["ledger-rows"])
    assert rows > 100
    if form == "parquet":
        assert pl.read_parquet(io.BytesIO(answer.content)).height == rows
    elif form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
        assert len(book.sheetnames) == 2
    else:
        assert len(answer.text.splitlines()) == rows + (form == "csv")
