"""Rows of a file are judged as single facts are: who may send each kind, and who may confirm it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from api.access.readers import Grant, Reader
from ledger.vocabulary_agency import Role
from tests.builders import of_unit
from tests.http.conftest import QUASHED, Served
from tests.http.test_imports import LETTER, award, lines, post, upload

SANCTION = {
    "fact": "sanction",
    "nip": QUASHED,
    "on": "2026-09-01",
    "id": "HD-IMPOR",
    "level": "RINGAN",
    "kind": "TEGURAN_LISAN",
    "decided_on": "2026-08-03",
    "document": LETTER,
}
CLOSED = {"fact": "merged", "nip": QUASHED, "on": "2026-09-01", "document": LETTER}


def ruling(served: Served) -> dict[str, Any]:
    """A ruling on the objection of the story."""
    events = served.desk.ledger.events_of(UUID(served.person(QUASHED)))
    objection = next(one for one in events if one.topic == "employee.objection/1")
    said = {"forum": "PPK", "outcome": "DIPERKUAT", "final": True}
    return {**CLOSED, "fact": "ruling", "of": str(objection.id), **said}


def assessment(served: Served, **fields: Any) -> dict[str, Any]:
    """A component of a unit's assessment, DITETAPKAN."""
    unit = min(one for one in set(served.desk.serving().values()) if one is not None)
    described = served.desk.units().described(UUID(unit), served.desk.today()) or {}
    row = of_unit(str(described["code"]), "assessment", stage="DITETAPKAN", **fields)
    return {**row, "on": "2026-10-01"}


def reader(served: Served, *grants: Grant) -> str:
    """An account with these roles, by the name of its token."""
    name = "-".join(f"{one.role.value}{'' if one.unit is None else '-SATU'}" for one in grants)
    served.badges.readers[name] = Reader(f"acc-{name}", None, grants)
    return name


def proposed(served: Served, data: bytes, as_: str) -> int:
    """The import of a file that was sent and proposed."""
    sent = upload(served, data, as_=as_)
    assert sent.status_code == 201, sent.text
    body = {"document": LETTER}
    done = post(served, f"/imports/{sent.json()['id']}/propose", body, as_=as_)
    assert done.status_code == 202, done.text
    return int(done.json()["proposal"])


@pytest.mark.parametrize(
    ("kind", "role"),
    [("sanction", "OPERATOR"), ("ruling", "ANALYST"), ("assessment", "ANALYST")],
)
def test_a_kind_that_one_may_not_state_is_not_sent_in_a_file(
    served: Served, kind: str, role: str
) -> None:
    """403 with the rows and their kinds; of the other rows nothing is proposed either."""
    rows = {"sanction": SANCTION, "ruling": ruling(served), "assessment": assessment(served)}
    refused = upload(served, lines(award("RIGHT"), rows[kind]), as_=role)
    assert refused.status_code == 403, refused.text
    problem = refused.json()
    assert (problem["code"], problem["count"]) == ("out_of_reach", 1)
    assert problem["rows"] == [{"sheet": None, "row": 2, "facts": [kind]}]
    assert kind in problem["detail"]
    assert QUASHED not in refused.text


def test_who_may_state_a_kind_sends_it(served: Served) -> None:
    """An analyst records steps of cases, so his file may state a sanction."""
    assert upload(served, lines(SANCTION), as_="ANALYST").status_code == 201


def test_to_mend_a_fact_takes_the_right_to_its_kind(served: Served) -> None:
    """Who corrects facts and records no steps of cases takes no sanction back by a file."""
    name = reader(served, Grant(Role.OPERATOR))
    events = served.desk.ledger.events_of(UUID(served.person(QUASHED)))
    sanction = next(one for one in events if one.topic == "employee.sanction/1")
    for fact, more in (("annul", {}), ("end", {"until": "2026-10-01"})):
        row = {**CLOSED, "fact": fact, "target": str(sanction.id), **more}
        refused = upload(served, lines(row), as_=name)
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_reach"), fact
        assert refused.json()["rows"] == [{"sheet": None, "row": 1, "facts": ["sanction"]}]


@pytest.mark.parametrize("what", ["ruling", "assessment"])
def test_what_two_must_decide_is_confirmed_by_its_own_right(served: Served, what: str) -> None:
    """The right to confirm imports is not enough; who has the other one too confirms it."""
    first = Role.PANEL if what == "ruling" else Role.ASSESSOR
    sender = reader(served, Grant(Role.OPERATOR), Grant(first))
    row = ruling(served) if what == "ruling" else assessment(served, assessor="INSPEKTORAT")
    proposal = proposed(served, lines(row), sender)
    shown = served.as_("APPROVER")(f"/api/v1/proposals/{proposal}").json()
    why = "ruling" if what == "ruling" else "assessment_established"
    assert shown["command"]["second_person"] == [why]
    assert shown["may_confirm"] is True
    assert served.as_("ANALYST")(f"/api/v1/proposals/{proposal}").json()["may_confirm"] is False
    refused = post(served, f"/proposals/{proposal}/confirm", as_="ANALYST")
    assert (refused.status_code, refused.json()["code"]) == (403, "no_right")
    page = served.client.post(
        f"/tertunda/{proposal}/sahkan",
        data={"version": 0},
        headers={"Authorization": "Bearer ANALYST", "accept": "text/html"},
    )
    assert page.status_code == 403
    own = post(served, f"/proposals/{proposal}/confirm", as_=sender)
    assert own.status_code == 403
    done = post(served, f"/proposals/{proposal}/confirm", as_="APPROVER")
    assert done.status_code == 201, done.text


def test_the_right_must_reach_whom_the_row_is_about(served: Served) -> None:
    """Who confirms rulings of another unit alone does not confirm this one with the import."""
    here = UUID(served.desk.serving()[UUID(served.person(QUASHED)).hex] or "")
    path = set(served.desk.units().path(here, served.desk.today()))
    units = sorted(one for one in set(served.desk.serving().values()) if one is not None)
    other = next(UUID(one) for one in units if UUID(one) not in path)
    sender = reader(served, Grant(Role.OPERATOR), Grant(Role.PANEL))
    closer = reader(served, Grant(Role.ANALYST), Grant(Role.PANEL, other))
    row = {**ruling(served), "outcome": "DIPERINGAN", "level": "RINGAN"}
    proposal = proposed(served, lines(row), sender)
    head = served.desk.head()
    refused = post(served, f"/proposals/{proposal}/confirm", as_=closer)
    assert refused.status_code == 403, refused.text
    assert refused.json()["needs"] == ["ruling"]
    assert served.desk.head() == head
    near = reader(served, Grant(Role.ANALYST), Grant(Role.PANEL, here))
    served.badges.readers["NEAR"] = served.badges.readers[near]
    assert post(served, f"/proposals/{proposal}/confirm", as_="NEAR").status_code == 201
