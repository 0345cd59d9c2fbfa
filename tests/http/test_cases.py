"""Cases and disputes over HTTP: the objects of the command line, for whoever may see them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from tests.http.conftest import QUASHED, Served, unknown

WHY = {"purpose": "case"}
LETTER = {"kind": "SURAT", "number": "800/21/2026", "date": "2026-11-02"}


def post(served: Served, who: str, path: str, body: Any, **headers: str) -> Any:
    """A command in somebody's name."""
    told = {
        "Authorization": f"Bearer {who}",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return served.client.post(f"/api/v1{path}", json=body, params=WHY, headers=told)


def listed(served: Served, who: str = "ANALYST", **query: Any) -> list[dict[str, Any]]:
    """The cases that somebody is shown."""
    answer = served.as_(who, **WHY)("/api/v1/cases", **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["cases"]
    return found


def test_the_list_is_filtered_and_paged(served: Served) -> None:
    """State and lateness filter; pages of five, by their links, are the whole list in its order."""
    every = listed(served)
    reported = [one["case"] for one in every if one["state"] == "DILAPORKAN"]
    assert 0 < len(reported) < len(every)
    assert [one["case"] for one in listed(served, state="DILAPORKAN")] == reported
    late = [one for one in every if one["overdue"]]
    assert 0 < len(late) < len(every)
    assert listed(served, overdue="true") == late
    seen, asked = [], {"limit": "5"}
    while asked:
        answer = served.as_("ANALYST", **WHY)("/api/v1/cases", **asked)
        seen += [one["case"] for one in answer.json()["cases"]]
        link = answer.headers.get("link", "").partition(">")[0]
        asked = dict(parse_qsl(urlsplit(link[1:]).query)) if link else {}
    assert seen == [one["case"] for one in every]


def test_one_case_and_its_effect(served: Served) -> None:
    """Steps with both dates, clocks with articles, version; the effect is stamped hypothetical."""
    one = listed(served, overdue="true")[0]
    pid, _, root = one["case"].partition("/")
    get = served.as_("PANEL", **WHY)
    shown = get(f"/api/v1/people/{pid}/cases/{root}")
    assert shown.status_code == 200, shown.text
    case = shown.json()
    assert case["version"] == served.desk.version_of(UUID(pid))
    assert {bool(step["on"] and step["recorded_at"]) for step in case["steps"]} == {True}
    assert {bool(clock["cite"]) for clock in case["clocks"]} == {True}
    again = get(
        f"/api/v1/people/{pid}/cases/{root}", headers={"If-None-Match": shown.headers["etag"]}
    )
    assert again.status_code == 304
    effect = get(f"/api/v1/people/{pid}/effect", fact=one["case"]).json()
    assert effect["hypothetical"]["without"]
    stamps = [each["without"]["hypothetical"] for each in effect["instruments"]]
    assert stamps == [{"without": effect["hypothetical"]["without"]}] * len(stamps)
    assert stamps


def test_absences_are_told_of_a_year(served: Served) -> None:
    """A year's working days absent are told; a year to come is refused."""
    get = served.as_("ANALYST", **WHY)
    path = f"/api/v1/people/{served.person(QUASHED)}/absences"
    assert get(path, year=2024).json()["year"] == 2024
    assert get(path, year=2027).status_code == 422


@pytest.mark.parametrize("what", ["cases", "effect", "absences", "cases/1", "warnings"])
def test_absent_and_forbidden_people_are_alike(served: Served, what: str) -> None:
    """A reader without the right learns nothing of whom the address names."""
    get = served.as_("NOBODY", **WHY)
    there = get(f"/api/v1/people/{served.person(QUASHED)}/{what}")
    absent = get(f"/api/v1/people/{unknown()}/{what}")
    assert there.status_code == absent.status_code == 404
    assert there.content == absent.content


def test_lists_show_only_whom_the_reader_reaches(served: Served) -> None:
    """An ASN is shown his own cases; who has no role, is refused."""
    own = served.person(QUASHED).replace("-", "")
    shown = listed(served, "ASN")
    assert shown
    assert shown == [one for one in listed(served) if one["subject"] == own]
    assert served.as_("OPERATOR", **WHY)("/api/v1/cases").status_code == 403


def test_a_dispute_is_opened_by_one_and_decided_by_another(served: Served) -> None:
    """Opened on the version named, seen with its reason by a panel, ended by somebody else once."""
    pid = served.person(QUASHED)
    history = served.as_("ANALYST", **WHY)(f"/api/v1/people/{pid}/history").json()["events"]
    fact = next(one for one in history if one["fact"] == "golongan" and not one["replaced_by"])
    ident = f"B-{served.desk.head()}/2026"
    body = {"fact": str(fact["position"]), "id": ident, "reason": "Salah.", "document": LETTER}
    path = f"/people/{pid}/disputes"
    assert post(served, "OPERATOR", path, body).status_code == 428
    version = f'"{served.desk.version_of(UUID(pid))}"'
    first = post(served, "OPERATOR", path, body, If_Match=version, Idempotency_Key="d-1")
    assert first.status_code == 201, first.text
    again = post(served, "OPERATOR", path, body, If_Match=version, Idempotency_Key="d-1")
    assert (again.status_code, again.content) == (201, first.content)
    number = first.json()["recorded"][0]["position"]
    shown = served.as_("PANEL", **WHY)(f"/api/v1/disputes/{number}").json()
    assert (shown["state"], shown["reason"], shown["next"]) == ("OPEN", "Salah.", "decide")
    assert served.as_("AUDITOR", **WHY)(f"/api/v1/disputes/{number}").json()["reason"] is None
    rows = served.as_("PANEL", **WHY)("/api/v1/disputes").json()["disputes"]
    assert number in [one["position"] for one in rows]
    ends = {"outcome": "DITOLAK", "reason": "Benar.", "document": LETTER}
    match = f'"{shown["version"]}"'
    path = f"/disputes/{number}/resolve"
    assert post(served, "OPERATOR", path, ends, If_Match=match).status_code == 403
    assert post(served, "ANALYST", path, ends, If_Match=match).status_code == 403
    done = post(served, "PANEL", path, ends, If_Match=match)
    assert done.status_code == 201, done.text
    over = served.as_("PANEL", **WHY)(f"/api/v1/disputes/{number}").json()
    assert (over["state"], over["outcome_reason"]) == ("DITOLAK", "Benar.")


def test_disputes_of_nobody_are_absent(served: Served) -> None:
    """A number that is no dispute is answered as one that may not be seen."""
    assert served.as_("PANEL", **WHY)("/api/v1/disputes/1").status_code == 404
    number = served.as_("PANEL", **WHY)("/api/v1/disputes", all="true").json()["disputes"][-1]
    other = served.as_("ADMINISTRATOR", **WHY)(f"/api/v1/disputes/{number['position']}")
    assert other.status_code == 403
