"""Commands that state one fact: rights, versions, keys, dry runs, two people, pointers to faults."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from api.http.app import routed
from api.http.description import operations
from api.http.fact_shapes import body_schema
from api.queries.kinds import OWNERS, SELF, kinds
from ledger.events.registry import FACT_SPECS
from tests.http.conftest import QUASHED, Served, unknown

WHO = {"purpose": "administration"}
LETTER = {"kind": "SK", "number": "800/7/2026", "date": "2026-11-02"}
GOOD = {"kind": "SATYALANCANA_X", "on": "2026-08-17", "document": LETTER}


def send(served: Served, path: str, body: Any, *, as_: str = "OPERATOR", **headers: str) -> Any:
    """Post a body in somebody's name; the version is the present one unless headers say another."""
    told = {"Authorization": f"Bearer {as_}", "Content-Type": "application/json"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    query = dict(WHO)
    path, _, more = path.partition("?")
    if more:
        query["dry_run"] = "true"
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return served.client.post(f"/api/v1{path}", content=content, params=query, headers=told)


def version(served: Served, stream: str) -> str:
    """The present version as a strong entity tag."""
    return f'"{served.desk.version_of(UUID(stream))}"'


def to_person(served: Served, kind: str, body: Any, **given: Any) -> Any:
    """A command about the person of a story, on the present version."""
    pid = served.person(QUASHED)
    return send(
        served,
        f"/people/{pid}/commands/{kind}",
        body,
        **{"If_Match": version(served, pid), **given},
    )


def test_every_kind_has_an_address() -> None:
    """For each fact of each owner there is a command, and its body is described."""
    paths = {path for path, _, _ in operations(routed())}
    for owner, fact in FACT_SPECS:
        kind = kinds(owner)[fact]
        assert any(path.endswith(f"/commands/{kind.name}") for path in paths), (owner, fact)
        schema = body_schema(kind, founds=False)
        assert {"on", "document"} <= set(schema["properties"]), (owner, fact)
        assert set(schema["required"]) <= set(schema["properties"]), (owner, fact)
    assert sum(len(kinds(owner)) for owner in OWNERS) == len(FACT_SPECS) + 1
    assert SELF in kinds("org_unit")


def test_a_fact_is_recorded_and_read_at_once(served: Served) -> None:
    """201 with its position; the next history holds it."""
    sent = to_person(served, "award", GOOD | {"kind": "PIAGAM_A"})
    assert sent.status_code == 201, sent.text
    (event,) = sent.json()["recorded"]
    pid = served.person(QUASHED)
    read = served.as_("ANALYST", **WHO)(f"/api/v1/people/{pid}/history").json()["events"]
    assert [one["topic"] for one in read if one["position"] == event["position"]] == [
        "employee.award/1"
    ]
    assert event["version"] == served.desk.version_of(UUID(pid))


def test_a_version_is_needed_and_must_be_the_present_one(served: Served) -> None:
    """428 without, 412 with another one, 422 with none that can be read; nothing is recorded."""
    pid, head = served.person(QUASHED), served.desk.head()
    path = f"/people/{pid}/commands/award"
    assert send(served, path, GOOD).status_code == 428
    stale = send(served, path, GOOD, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    assert send(served, path, GOOD, If_Match="12").status_code == 422
    assert served.desk.head() == head


def test_a_key_gives_the_same_answer(served: Served) -> None:
    """The same bytes again, even on an old version; another body under it is refused."""
    body = GOOD | {"kind": "PIAGAM_B"}
    first = to_person(served, "award", body, Idempotency_Key="award-1")
    head = served.desk.head()
    again = to_person(served, "award", body, Idempotency_Key="award-1", If_Match='"1"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    other = to_person(served, "award", GOOD | {"kind": "PIAGAM_C"}, Idempotency_Key="award-1")
    assert (other.status_code, other.json()["code"]) == (422, "request_reused")
    assert served.desk.head() == head


def test_a_key_is_for_one_person(served: Served) -> None:
    """The same body under the same key about somebody else is refused, and nothing is recorded."""
    body, key = GOOD | {"kind": "PIAGAM_F"}, "award-2"
    assert to_person(served, "award", body, Idempotency_Key=key).status_code == 201
    other = next(one for one in served.desk.serving() if one != UUID(served.person(QUASHED)).hex)
    head, path = served.desk.head(), f"/people/{UUID(other)}/commands/award"
    tag = version(served, other)
    refused = send(served, path, body, If_Match=tag, Idempotency_Key=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "request_reused")
    assert served.desk.head() == head


def test_a_dry_run_says_what_would_be_recorded(served: Served) -> None:
    """The events, what is unusual, whether two are needed; nothing is recorded."""
    head = served.desk.head()
    sent = to_person(served, "award?dry", GOOD | {"kind": "PIAGAM_D"})
    said = sent.json()
    assert (sent.status_code, said["dry_run"], said["verdict"]) == (200, True, "new")
    assert [one["topic"] for one in said["recorded"]] == ["employee.award/1"]
    assert said["needs_second_person"] is False
    assert served.desk.head() == head


def test_who_may_not_record_alone_proposes(served: Served) -> None:
    """An ASN states a fact of his own: 202, a proposal that an operator may verify."""
    said = to_person(served, "award", GOOD | {"kind": "PIAGAM_E"}, as_="ASN")
    assert said.status_code == 202, said.text
    assert said.json()["proposal"] is not None
    again = to_person(served, "award", GOOD | {"kind": "PIAGAM_E"}, as_="ASN")
    assert (again.status_code, again.json()["code"]) == (409, "proposed_before")


@pytest.mark.parametrize(
    ("kind", "role"),
    [("award", "AUDITOR"), ("summons", "OPERATOR"), ("ruling", "ANALYST"), ("finding", "PANEL")],
)
def test_who_has_no_right_learns_nothing(served: Served, kind: str, role: str) -> None:
    """404 alike for a person who is there and one who is not."""
    here = to_person(served, kind, GOOD, as_=role)
    gone = send(served, f"/people/{unknown()}/commands/{kind}", GOOD, as_=role, If_Match='"1"')
    assert (here.status_code, gone.status_code) == (404, 404)
    assert here.content == gone.content


def test_faults_are_pointed_at_all_at_once(served: Served) -> None:
    """JSON Pointers into the body, also into a replacement; no value of a cell in them."""
    sent = to_person(served, "competency", {"category": "X", "hours": "many", "whose": "?"})
    assert (sent.status_code, sent.json()["code"]) == (422, "fact_refused")
    pointers = {one["pointer"] for one in sent.json()["errors"]}
    assert {"/category", "/hours", "/whose", "/title"} <= pointers
    assert "many" not in sent.text
    inner = {"target": "1", "document": LETTER, "replacement": {"fact": "award", "kind": "?!"}}
    nested = to_person(served, "correct", inner)
    assert any(one["pointer"].startswith("/replacement/") for one in nested.json()["errors"])


@pytest.mark.parametrize("name", ["nip", "fact", "unit"])
def test_whose_it_is_stands_in_the_address_alone(served: Served, name: str) -> None:
    """A body that names somebody else is refused, so that no right is gone around."""
    sent = to_person(served, "award", GOOD | {name: "199001012015011001"})
    assert sent.status_code == 422
    assert sent.json()["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'"x"',
        b'{"on": NaN}',
        b'{"kind": "A", "kind": "B"}',
        b"\xff",
        b'{"a":' * 90_000,
        b'{"on": 1e999999999}',
        b"{}\n{}",
    ],
)
def test_a_body_that_is_no_object_is_refused(served: Served, body: bytes) -> None:
    """422 with what is wrong, never a crash."""
    sent = to_person(served, "award", body)
    assert sent.status_code == 422, sent.text[:200]


@pytest.mark.parametrize(
    "value", [b"31356057563927416832", b'["\\ud800"]', b'{"\\ud800": 1}', b"-9" + b"9" * 30]
)
def test_a_value_that_nothing_can_hold_is_refused_under_a_key_too(
    served: Served, value: bytes
) -> None:
    """422, with a key and without: before its fields are read, anything may stand in a body."""
    body = b'{"kind": "SATYALANCANA_X", "on": "2026-08-17", "class": ' + value + b"}"
    for told in ({}, {"Idempotency_Key": "award-odd"}):
        sent = to_person(served, "award", body, **told)
        assert sent.status_code == 422, sent.text[:200]


def test_another_media_type_is_refused(served: Served) -> None:
    """A form of another site cannot state facts."""
    sent = to_person(served, "award", GOOD, Content_Type="text/plain")
    assert sent.status_code == 422


def test_a_unit_is_stated_about_by_its_code(served: Served) -> None:
    """An analyst records a target; an assessor assesses, and may not speak for the unit itself."""
    units = served.desk.units()
    today = served.desk.today()
    stream = next(one for one in units.units if units.closed(one, today) is None)
    fields = units.described(stream, today) or {}
    path, tag = f"/units/{fields['code']}/commands", version(served, stream.hex)
    target = {"indicator": "IKU-77", "target": 90, "period": "2026", "document": LETTER}
    sent = send(served, f"{path}/target", target, as_="ANALYST", If_Match=tag)
    assert sent.status_code == 201, sent.text
    score = {
        "aspect": "SELF_ASSESSMENT",
        "component": "TUPOKSI",
        "score": 80,
        "period": "2026",
        "assessor": "SELF",
        "stage": "DIUSULKAN",
    }
    tag = version(served, stream.hex)
    refused = send(served, f"{path}/assessment", score, as_="ASSESSOR", If_Match=tag)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_right")


def test_a_person_and_a_unit_are_begun(served: Served) -> None:
    """Without a version; a role over one unit alone begins nobody."""
    born = {
        "nip": "199505052020121001",
        "name": "Contoh Baru",
        "employment": "PNS",
        "on": "2020-12-01",
    }
    sent = send(served, "/people/commands/registered", born)
    assert sent.status_code == 201, sent.text
    unit = {"code": "UJI-1", "name": "Bidang Uji", "kind": "BIDANG", "on": "2020-01-01"}
    assert send(served, "/units/commands/unit", unit).status_code == 201
    book = {"year": 2031, "holidays": ["2031-01-01"], "decree": "SKB"}
    assert send(served, "/references/commands/calendar", book, as_="ANALYST").status_code == 201


def test_an_operator_does_not_mend_a_sanction(served: Served) -> None:
    """To mend a fact one needs the right to state one of its kind."""
    pid = served.person(QUASHED)
    events = served.desk.ledger.events_of(UUID(pid))
    step = next(one for one in events if one.topic.startswith("employee.sanction/"))
    sent = to_person(served, "annul", {"target": str(step.id), "document": LETTER})
    assert (sent.status_code, sent.json()["code"]) == (403, "no_right"), sent.text
