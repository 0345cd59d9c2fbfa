"""Decisions and warnings over HTTP: drafted, recommended, issued, rechecked, acknowledged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from api.access.readers import Grant, Reader
from ledger.domain.decision_streams import stream_of
from ledger.vocabulary_agency import Role
from tests.http.conftest import QUASHED, Served
from tests.http.test_cases import post

WHY = {"purpose": "decision"}


def people(served: Served, count: int) -> list[str]:
    """Some people in service, but for one of the cast."""
    own = UUID(served.person(QUASHED)).hex
    return [one for one in sorted(served.desk.serving()) if one != own][:count]


def version(served: Served, ident: str) -> str:
    """The version of a decision, as a strong entity tag."""
    return f'"{served.desk.version_of(stream_of(ident))}"'


def drafted(served: Served, ident: str, **more: Any) -> Any:
    """A promotion drafted by the analyst."""
    body = {"id": ident, "kind": "PROMOSI_JABATAN", "instrument": "ip-asn", **more}
    return post(served, "ANALYST", "/decisions", body)


def test_from_the_draft_to_the_issue_and_back(served: Served) -> None:
    """A stale version is refused, an issue is revoked with reasons only, ids may hold strokes."""
    ident = f"PJ/{served.desk.head()}/2026"
    whom = people(served, 3)
    made = drafted(served, ident, people=whom, as_of="2025-12-31")
    assert made.status_code == 201, made.text
    shown = served.as_("AUDITOR", **WHY)(f"/api/v1/decisions/{ident}").json()
    assert (shown["state"], shown["candidates_in_all"]) == ("drafted", 3)
    assert {one["subject"] for one in shown["candidates"]} == set(whom)
    first = shown["candidates"][0]["subject"]
    path = f"/decisions/{ident}"
    said = {"body": "TIM_PENILAI_KINERJA", "in_favour": True}
    assert post(served, "ANALYST", f"{path}/recommend", said, If_Match='"1"').status_code == 403
    done = post(served, "PANEL", f"{path}/recommend", said, If_Match=version(served, ident))
    assert done.status_code == 201, done.text
    decree = {"number": "SK 1/2026", "decided_on": "2026-11-20", "choose": [first]}
    stale = post(served, "DECIDER", f"{path}/issue", decree, If_Match='"1"')
    assert stale.status_code == 412
    dry = served.client.post(
        f"/api/v1{path}/issue",
        json=decree,
        params={"dry_run": "true"},
        headers={"Authorization": "Bearer DECIDER", "If-Match": version(served, ident)},
    )
    assert (dry.status_code, dry.json()["dry_run"]) == (200, True)
    done = post(served, "DECIDER", f"{path}/issue", decree, If_Match=version(served, ident))
    assert done.status_code == 201, done.text
    again = served.as_("AUDITOR", **WHY)(f"/api/v1/decisions/{ident}/recheck").json()
    assert again["basis"]["same"] is True
    gone = {"decided_on": "2026-11-20"}
    bare = post(served, "DECIDER", f"{path}/revoke", gone, If_Match=version(served, ident))
    assert bare.json()["code"] == "reasons_needed"
    gone["reasons"] = "Keliru."
    done = post(served, "DECIDER", f"{path}/revoke", gone, If_Match=version(served, ident))
    assert done.status_code == 201, done.text
    rows = served.as_("AUDITOR")("/api/v1/decisions").json()["decisions"]
    assert [one["state"] for one in rows if one["id"] == ident] == ["revoked"]


def test_nobody_acts_on_a_decision_about_himself(served: Served) -> None:
    """A drafter, a recommender and a decider who are candidates are refused, whatever their role."""
    own = served.desk.ledger.index.find(QUASHED)
    assert own is not None
    served.badges.readers["HIMSELF"] = Reader(
        "acc-himself", own, tuple(Grant(role) for role in (Role.ANALYST, Role.PANEL, Role.DECIDER))
    )
    ident = f"DIRI-{served.desk.head()}"
    body = {"id": ident, "kind": "PROMOSI_JABATAN", "instrument": "ip-asn", "people": [str(own)]}
    assert post(served, "HIMSELF", "/decisions", body).status_code == 404
    assert post(served, "ANALYST", "/decisions", body).status_code == 201
    said = {"body": "PANEL", "in_favour": True}
    path = f"/decisions/{ident}"
    match = version(served, ident)
    assert post(served, "HIMSELF", f"{path}/recommend", said, If_Match=match).status_code == 403
    decree = {"number": "SK 2/2026", "decided_on": "2026-11-20", "choose": [str(own)]}
    assert post(served, "HIMSELF", f"{path}/issue", decree, If_Match=match).status_code == 403


def test_a_role_in_one_unit_decides_about_that_unit(served: Served) -> None:
    """Elsewhere it drafts and sees nothing; of a wider decision, its own people, no reasons."""
    serving = served.desk.serving()
    inside = next(one for one in people(served, 40) if serving[one])
    unit = serving[inside]
    assert unit is not None
    outside = next(one for one in people(served, 60) if serving[one] not in (None, unit))
    reader = Reader("acc-local", None, (Grant(Role.ANALYST, UUID(unit)),))
    served.badges.readers["LOCAL"] = reader
    ident = f"LOKAL-{served.desk.head()}"
    body = {"id": ident, "kind": "PELATIHAN", "instrument": "ip-asn", "people": [outside]}
    assert post(served, "LOCAL", "/decisions", body).status_code == 404
    everybody = {"id": ident, "kind": "PELATIHAN", "instrument": "ip-asn", "everybody": True}
    assert post(served, "LOCAL", "/decisions", everybody).status_code == 403
    body["people"] = [inside]
    assert post(served, "LOCAL", "/decisions", body).status_code == 201
    wide = drafted(served, f"{ident}-L", people=[inside, outside], reasons="Rahasia.")
    assert wide.status_code == 201, wide.text
    shown = served.as_("LOCAL", **WHY)(f"/api/v1/decisions/{ident}-L").json()
    assert [one["subject"] for one in shown["candidates"]] == [inside]
    assert (shown["candidates_in_all"], shown["drafted"]["reasons"]) == (2, None)
    far = drafted(served, f"{ident}-F", people=[outside])
    assert far.status_code == 201
    assert served.as_("LOCAL", **WHY)(f"/api/v1/decisions/{ident}-F").status_code == 404
    ids = [one["id"] for one in served.as_("LOCAL")("/api/v1/decisions").json()["decisions"]]
    assert f"{ident}-L" in ids
    assert f"{ident}-F" not in ids


def test_a_question_is_asked_about_once(served: Served) -> None:
    """Neither nobody nor two ways of naming people; an unknown decision is absent."""
    assert drafted(served, "X-1").status_code == 422
    assert drafted(served, "X-1", everybody=True, people=[]).status_code == 422
    assert served.as_("AUDITOR", **WHY)("/api/v1/decisions/X-404").status_code == 404


def test_warnings_are_told_and_acknowledged(served: Served) -> None:
    """Those about one person are among everybody's; whoever saw one stands beside it."""
    get = served.as_("ANALYST", **WHY)
    rows = get("/api/v1/warnings").json()["warnings"]
    units = served.desk.units().units
    one = next(each for each in rows if each["subject"] and UUID(each["subject"]) not in units)
    own = get(f"/api/v1/people/{one['subject']}/warnings").json()["warnings"]
    assert [each for each in rows if each["subject"] == one["subject"]] == own
    path = f"/people/{one['subject']}/warnings/{one['rule']}/acknowledge"
    assert post(served, "AUDITOR", path, {}).status_code == 404
    done = post(served, "ANALYST", path, {"key": one["key"], "note": "Dilihat."})
    assert done.status_code == 201, done.text
    now = get(f"/api/v1/people/{one['subject']}/warnings").json()["warnings"]
    seen = next(each for each in now if (each["rule"], each["key"]) == (one["rule"], one["key"]))
    assert "acc-ANALYST" in [each["by"] for each in seen["acknowledged"]]
    assert post(served, "ANALYST", path.replace(one["rule"], "NONE_SUCH"), {}).status_code == 404


def test_warnings_of_a_unit_are_those_of_its_tree(served: Served) -> None:
    """They are those of everybody that are about a unit of the tree or somebody serving there."""
    units, today, serving = served.desk.units(), served.desk.today(), served.desk.serving()
    get = served.as_("ANALYST", **WHY)
    every = get("/api/v1/warnings").json()["warnings"]
    unit = next(found for each in every if (found := serving.get(each["subject"])))
    code = (units.described(UUID(unit), today) or {})["code"]
    below = {one.hex for one in units.subtree(UUID(unit), today)}
    of_tree = [
        each for each in every if each["subject"] in below or serving.get(each["subject"]) in below
    ]
    assert 0 < len(of_tree) < len(every)
    told = get(f"/api/v1/units/{code}/warnings").json()["warnings"]
    assert sorted(map(orjson.dumps, told)) == sorted(map(orjson.dumps, of_tree))
