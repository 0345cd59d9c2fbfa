"""Instruments over HTTP: texts and versions, trying a change, enacting and repealing by two people."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from api.access.readers import Grant, Reader
from ledger.vocabulary_agency import Role
from tests.http.conftest import QUASHED, Served, unknown

WHOLE = {"purpose": "administration"}
DOCUMENT = {"kind": "SK", "number": "800/12/2024", "date": "2024-02-01"}
DRAFT = "kenaikan-pangkat-struktural-pp-99-2000"


def post(served: Served, who: str, path: str, body: Any = None, **headers: str) -> Any:
    """A command in somebody's name."""
    told = {
        "Authorization": f"Bearer {who}",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return served.client.post(f"/api/v1{path}", json=body, headers=told)


def version(served: Served) -> str:
    """The version that a command names, as an entity tag."""
    found = served.as_("ANALYST")("/api/v1/instruments").json()["version"]
    return f'"{found}"'


def test_the_list_names_what_is_in_force_and_the_drafts(served: Served) -> None:
    """Whoever is signed in reads it; an unchanged list costs a 304."""
    answer = served.as_("ASN")("/api/v1/instruments")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert "PerBKN 8/2019" in {one["decree"] for one in shown["instruments"] if one["in_force"]}
    assert DRAFT in {one["name"] for one in shown["drafts"]}
    tag = answer.headers["etag"]
    again = served.as_("ASN")("/api/v1/instruments", headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_a_text_tells_its_parameters_rules_and_versions(served: Served) -> None:
    """Each parameter has its mark and article; what differs stands side by side."""
    shown = served.as_("ASN")("/api/v1/instruments/ip-asn").json()
    ceiling = next(one for one in shown["parameters"] if one["at"] == "measures.kualifikasi.max")
    assert (ceiling["value"], ceiling["mark"]) == ("25", "verified")
    assert {one["formula"]["rule"] for one in shown["formulas"]} >= {"best", "latest", "worst"}
    assert len(shown["versions"]) >= 2
    assert all(len(one["values"]) == len(shown["versions"]) for one in shown["compared"])
    assert any(one["values"][0] is None for one in shown["compared"])


def test_the_text_itself_is_as_it_was_enacted(served: Served) -> None:
    """Its digest is the one that the enactment committed to, and its answer is for ever."""
    get = served.as_("ASN")
    shown = get("/api/v1/instruments/ip-asn").json()
    answer = get(f"/api/v1/instruments/ip-asn/{shown['which']}")
    assert hashlib.sha256(answer.content).hexdigest() == shown["sha256"]
    assert "immutable" in answer.headers["cache-control"]
    assert get("/api/v1/instruments/ip-asn/1").status_code == 404
    assert get(f"/api/v1/instruments/ip-asn/{DRAFT}").status_code == 404
    assert get("/api/v1/instruments/tidak-ada").json()["code"] == "instrument_unknown"


CHANGE = ("measures.kualifikasi.points.S1=10", "measures.kualifikasi.points.D4=10")


def test_a_change_is_tried_on_a_person(served: Served) -> None:
    """Both answers by measure, stamped; by address or by body the same; nothing is stored."""
    before = served.desk.head()
    person = served.person(QUASHED)
    path = "/api/v1/instruments/ip-asn/try"
    query = {"set": list(CHANGE), "person": person, "as_of": "2022-12-31"}
    shown = served.as_("ANALYST", **WHOLE)(path, **query)
    assert shown.status_code == 200, shown.text
    told = shown.json()
    assert told["hypothetical"]["rules"].startswith("draft: PerBKN 8/2019 with ")
    assert told["person"]["nip"] == QUASHED
    of_measures = sum(
        Decimal(one["difference"]) for one in told["measures"] if "/" not in one["measure"]
    )
    assert Decimal(told["difference"]) == of_measures == Decimal(-5)
    body = {"changes": list(CHANGE), "person": person}
    same = post(
        served, "ANALYST", "/instruments/ip-asn/try?as_of=2022-12-31&purpose=administration", body
    )
    assert same.json() == told
    assert served.desk.head() == before


def test_a_change_is_tried_on_everybody_within_reach(served: Served) -> None:
    """Counts before and after; who has no right to everybody names a unit; an ASN has none."""
    path = "/api/v1/instruments/ip-asn/try"
    query = {"set": list(CHANGE), "as_of": "2022-12-31"}
    told = served.as_("ANALYST", **WHOLE)(path, **query).json()
    counts = [told[key] for key in ("raised", "lowered", "unmoved")]
    assert sum(counts) == told["from"]["measured"] == told["to"]["measured"]
    assert (told["raised"], told["lowered"] > 0, told["unmoved"] > 0) == (0, True, True)
    assert told["from"]["people"] == told["to"]["people"]
    assert served.as_("ASN", **WHOLE)(path, **query).status_code == 403
    assert served.as_("ANALYST")(path, **query).json()["code"] == "purpose_needed"


def test_nobody_is_found_by_trying(served: Served) -> None:
    """A person who is absent and one who may not be seen are told alike."""
    path, query = "/api/v1/instruments/ip-asn/try", {"set": list(CHANGE), **WHOLE}
    absent = served.as_("ANALYST")(path, person=str(unknown()), **query)
    assert (absent.status_code, absent.json()["code"]) == (404, "not_there")
    far = Reader("acc-far", None, (Grant(Role.ANALYST, unknown()),))
    served.badges.readers["FAR"] = far
    hidden = served.as_("FAR")(path, person=served.person(QUASHED), **query)
    nobody = served.as_("FAR")(path, person=str(unknown()), **query)
    assert hidden.status_code == 404
    assert hidden.content == nobody.content == absent.content


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([], "misused"),
        (["measures.kualifikasi.max"], "misused"),
        (["measures.nothing.max=1"], "parameter_unknown"),
        (["measures.kualifikasi.max=[1, 2]"], "instrument_refused"),
        (["measures.kualifikasi.max={a: 1\nb: 2}"], "value_refused"),
    ],
)
def test_what_cannot_be_tried_is_told(served: Served, changes: list[str], code: str) -> None:
    """A change that makes no text is refused with what and why."""
    answer = served.as_("ANALYST", **WHOLE)("/api/v1/instruments/ip-asn/try", set=changes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_text_comes_into_force_by_two_people(served: Served) -> None:
    """Tried dry, proposed, seen with its effect, confirmed by another, and repealed so too."""
    body = {"draft": DRAFT, "document": DOCUMENT}
    bare = post(served, "ANALYST", "/instruments", body)
    assert bare.status_code == 428
    stale = post(served, "ANALYST", "/instruments", body, If_Match='"1"')
    assert stale.status_code == 412
    head = served.desk.head()
    dry = post(served, "ANALYST", "/instruments?dry_run=true", body, If_Match=version(served))
    assert (dry.status_code, served.desk.head()) == (200, head)
    assert dry.json()["effect"]["days"]
    sent = {"If_Match": version(served), "Idempotency_Key": f"enact-{head}"}
    made = post(served, "ANALYST", "/instruments", body, **sent)
    assert made.status_code == 202, made.text
    again = post(served, "ANALYST", "/instruments", body, **sent)
    assert again.content == made.content
    ident = made.json()["proposal"]

    waiting = served.as_("APPROVER", purpose="administration")("/api/v1/proposals").json()
    (row,) = [one for one in waiting["proposals"] if one["id"] == ident]
    assert (row["may_confirm"], row["may_reject"]) == (True, True)
    whole = served.as_("APPROVER", purpose="administration")(f"/api/v1/proposals/{ident}").json()
    assert whole["effect"]["days"] == dry.json()["effect"]["days"]

    path = f"/proposals/{ident}/confirm"
    assert post(served, "AUDITOR", path, If_Match=version(served)).status_code == 403
    own = post(served, "ANALYST", path, If_Match=version(served))
    assert own.status_code == 403
    done = post(served, "APPROVER", path, If_Match=version(served))
    assert done.status_code == 201, done.text
    assert [one["topic"] for one in done.json()["recorded"]] == [
        "ledger.confirmed/1",
        "ledger.enact/1",
    ]
    listed = served.as_("ASN")("/api/v1/instruments").json()["instruments"]
    assert any(one["enacted"] == done.json()["recorded"][1]["position"] for one in listed)
    closed = post(served, "DECIDER", path, If_Match=version(served))
    assert (closed.status_code, closed.json()["code"]) == (409, "proposal_closed")

    (one,) = [one for one in listed if one["enacted_by"] == "acc-APPROVER"]
    gone = post(
        served,
        "APPROVER",
        f"/instruments/{one['instrument']}/repeal",
        {"decree": one["decree"], "document": DOCUMENT},
        If_Match=version(served),
    )
    assert gone.status_code == 202, gone.text
    back = gone.json()["proposal"]
    refused = post(
        served,
        "APPROVER",
        f"/proposals/{back}/reject",
        {"reason": "keliru"},
        If_Match=version(served),
    )
    assert [one["topic"] for one in refused.json()["recorded"]] == ["ledger.rejected/1"]


def test_what_is_not_yours_stays_closed(served: Served) -> None:
    """Proposing rules is not for everybody, and a proposal that is not there is none."""
    body = {"draft": DRAFT, "document": DOCUMENT}
    assert post(served, "AUDITOR", "/instruments", body, If_Match='"1"').status_code == 403
    path = "/proposals/999999/confirm"
    gone = post(served, "APPROVER", path, If_Match=version(served))
    assert (gone.status_code, gone.json()["code"]) == (404, "proposal_unknown")


@pytest.mark.parametrize(
    "body",
    [
        {"document": DOCUMENT},
        {"draft": DRAFT, "text": "instrument: x", "document": DOCUMENT},
        {"draft": "../../etc/passwd", "document": DOCUMENT},
        {"text": "instrument: [", "document": DOCUMENT},
        {"draft": DRAFT, "document": {**DOCUMENT, "date": "2024-02-30"}},
        {"draft": DRAFT, "document": DOCUMENT, "more": 1},
    ],
)
def test_what_is_no_proposal_is_refused(served: Served, body: dict[str, Any]) -> None:
    """Nothing is recorded of what cannot be read."""
    head = served.desk.head()
    answer = post(served, "ANALYST", "/instruments", body, If_Match=version(served))
    assert answer.status_code == 422, answer.text
    assert answer.json()["next_step"]
    assert served.desk.head() == head
