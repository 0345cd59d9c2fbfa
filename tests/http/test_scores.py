"""Scores over HTTP: the same objects as at the command line, for whoever may see them."""

import json
from collections.abc import Iterable

import pytest

from tests.http.conftest import QUASHED, Served, unknown


def test_a_score_is_that_of_the_command_line(served: Served) -> None:
    """The object of the contract, with the digest that the trace has, and its coordinates echoed."""
    get = served.as_("ANALYST", purpose="administration")
    answer = get(
        f"/api/v1/people/{served.person(QUASHED)}/score", instrument="ip-asn", as_of="2022-12-31"
    )
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["total"], shown["band"], shown["status"]) == ("72.5", "SEDANG", "complete")
    assert shown["person"]["nip"] == QUASHED
    assert answer.headers["ledger-position"] == str(shown["position"])
    assert answer.headers["memento-datetime"].endswith("GMT")


def test_what_was_known_then_is_answered_as_then(served: Served) -> None:
    """`known_at` and Accept-Datetime mean the same; both show the sanction that was quashed later."""
    get = served.as_("ANALYST", purpose="administration")
    path, day = f"/api/v1/people/{served.person(QUASHED)}/score", "2022-12-31"
    then = get(path, instrument="ip-asn", as_of=day, known_at="2023-01-31T23:59:59+08:00").json()
    memento = get(
        path,
        instrument="ip-asn",
        as_of=day,
        headers={"Accept-Datetime": "Tue, 31 Jan 2023 15:59:59 GMT"},
    ).json()
    assert then["total"] == "69.5"
    assert memento["digest"] == then["digest"]


def test_an_unchanged_answer_costs_a_304(served: Served) -> None:
    """The validator of an answer gives 304 when nothing it rests on changed, another for another day."""
    get = served.as_("ANALYST", purpose="administration")
    path = f"/api/v1/people/{served.person(QUASHED)}/score"
    first = get(path, instrument="ip-asn", as_of="2022-12-31")
    again = get(
        path,
        instrument="ip-asn",
        as_of="2022-12-31",
        headers={"If-None-Match": first.headers["etag"]},
    )
    other = get(path, instrument="ip-asn", as_of="2021-12-31")
    assert (again.status_code, again.content) == (304, b"")
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("who", "status"), [("ASN", 200), ("NOBODY", 404), ("ADMINISTRATOR", 404), ("nobody", 401)]
)
def test_rights_decide_who_reads_a_person(served: Served, who: str, status: int) -> None:
    """One's own record is open; without a right the person is absent; without a name, sign in."""
    path = f"/api/v1/people/{served.person(QUASHED)}/score"
    answer = served.as_(who)(path, instrument="ip-asn", purpose="administration")
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


def test_absent_and_forbidden_are_told_alike(served: Served) -> None:
    """Nobody learns from an answer whether a person exists."""
    get = served.as_("NOBODY", purpose="administration")
    there = get(f"/api/v1/people/{served.person(QUASHED)}/score", instrument="ip-asn")
    absent = get(f"/api/v1/people/{unknown()}/score", instrument="ip-asn")
    assert there.content == absent.content
    differing = {"ratelimit"}
    assert {k: v for k, v in there.headers.items() if k not in differing} == {
        k: v for k, v in absent.headers.items() if k not in differing
    }


def test_everybodys_scores_come_as_lines(served: Served) -> None:
    """One object a line, ordered by subject, with the digests of the single answers."""
    get = served.as_("ANALYST", purpose="reporting")
    answer = get("/api/v1/scores", instrument="ip-asn", as_of="2022-12-31")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows
    assert ordered(row["subject"] for row in rows)
    one = served.person(QUASHED)
    single = get(f"/api/v1/people/{one}/score", instrument="ip-asn", as_of="2022-12-31").json()
    (row,) = [row for row in rows if row["subject"] == one.replace("-", "")]
    assert row["digest"] == single["digest"]


def ordered(values: Iterable[str]) -> bool:
    """Whether texts ascend."""
    found = list(values)
    return found == sorted(found)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"instrument": "ip-asn", "as_of": "2022-02-30"}, 422, "malformed_request"),
        (
            {"instrument": "ip-asn", "position": 5, "known_at": "2023-01-01T00:00:00Z"},
            422,
            "misused",
        ),
        ({"instrument": "ip-asn", "known_at": "2031-01-01T00:00:00Z"}, 422, "misused"),
        ({"instrument": "ip-asn", "known_at": "2023-01-01T00:00:00"}, 422, "misused"),
        ({"instrument": "no-such"}, 404, "instrument_unknown"),
        ({"instrument": "ip-asn", "known_at": "1999-01-01T00:00:00Z"}, 404, "BEFORE_FIRST_RECORD"),
        ({}, 422, "malformed_request"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(
    served: Served, query: dict[str, str | int], status: int, code: str
) -> None:
    """Each refusal is a problem of RFC 9457 with a stable code and what to do."""
    get = served.as_("ANALYST", purpose="administration")
    answer = get(f"/api/v1/people/{served.person(QUASHED)}/score", **query)
    told = answer.json()
    assert (answer.status_code, told["code"], told["status"]) == (status, code, status)
    assert told["next_step"]
