"""Roles over HTTP and on their page: granted and revoked by two people, never by oneself."""

from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.readers import Grant, Reader
from api.http.app import create_app
from api.web.site import pages
from ledger.vocabulary_agency import Role
from tests.http.conftest import Served

_accounts = count(1)


@pytest.fixture
def account() -> str:
    """An account that holds nothing."""
    return f"acc-peran-{next(_accounts)}"


def post(
    served: Served, who: str, path: str, body: Any = None, *, dry: bool = False, **headers: str
) -> Any:
    """A command in the name of an administrator (`ADMINISTRATOR`, or another account), on the
    present version of the list of roles.
    """
    served.badges.readers.setdefault(who, Reader(who, None, (Grant(Role.ADMINISTRATOR),)))
    version = served.as_("ADMINISTRATOR")("/api/v1/roles").json()["version"]
    told = {"Authorization": f"Bearer {who}", "If-Match": f'"{version}"'}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    query = {"dry_run": "true"} if dry else {}
    return served.client.post(f"/api/v1/{path}", json=body, params=query, headers=told)


def held(served: Served, account: str) -> list[Any]:
    """What an account holds."""
    found = served.as_("ADMINISTRATOR", account=account)("/api/v1/roles").json()
    return list(found["roles"])


def test_a_role_is_granted_by_two(served: Served, account: str) -> None:
    """Proposed it waits; confirmed by another it holds, with its days; revoked likewise it ends."""
    wanted = {"account": account, "role": "AUDITOR", "until": "2027-06-30"}
    proposed = post(served, "ADMINISTRATOR", "roles/grants", wanted)
    assert proposed.status_code == 202, proposed.text
    ident = proposed.json()["proposal"]
    assert held(served, account) == []
    again = post(served, "admin-dua", "roles/grants", wanted)
    assert (again.status_code, again.json()["recorded"]) == (200, [])
    done = post(served, "admin-dua", f"proposals/{ident}/confirm")
    assert done.status_code == 201, done.text
    (one,) = held(served, account)
    assert (one["role"], one["unit"], one["until"]) == ("AUDITOR", None, "2027-06-30")
    assert (one["held"], one["granted_by"]) == (True, "admin-dua")
    assert done.json()["recorded"][-1]["position"] == one["position"]
    taken = post(served, "admin-dua", "roles/revocations", {"account": account, "role": "AUDITOR"})
    end = f"proposals/{taken.json()['proposal']}/confirm"
    assert post(served, "ADMINISTRATOR", end).status_code == 201
    assert held(served, account) == []


def test_neither_proposer_nor_receiver_confirms(served: Served, account: str) -> None:
    """Two people act, and neither of them is the one who gets the role."""
    wanted = {"account": account, "role": "PANEL"}
    ident = post(served, "ADMINISTRATOR", "roles/grants", wanted).json()["proposal"]
    for who, code in (("ADMINISTRATOR", "second_person_needed"), (account, "own_role")):
        for dry in (False, True):
            refused = post(served, who, f"proposals/{ident}/confirm", dry=dry)
            assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert held(served, account) == []
    assert post(served, "ADMINISTRATOR", f"proposals/{ident}/reject").status_code == 201
    closed = post(served, "admin-dua", f"proposals/{ident}/confirm")
    assert (closed.status_code, closed.json()["code"]) == (409, "proposal_closed")


def test_a_dry_run_records_nothing(served: Served, account: str) -> None:
    """It says what would hold, and refuses what would be refused."""
    before = served.desk.head()
    wanted = {"account": account, "role": "PANEL"}
    tried = post(served, "ADMINISTRATOR", "roles/grants", wanted, dry=True).json()
    assert (tried["dry_run"], tried["proposal"]) == (True, None)
    assert [one["role"] for one in tried["effect"]["after"]] == ["PANEL"]
    refused = post(served, "ADMINISTRATOR", "roles/revocations", wanted, dry=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "role_not_held")
    assert served.desk.head() == before


@pytest.mark.parametrize("path", ["roles/grants", "roles/revocations"])
def test_it_is_decided_on_a_version(served: Served, account: str, path: str) -> None:
    """428 without If-Match, 412 on a list of roles that is no longer the present one."""
    told = {"Authorization": "Bearer ADMINISTRATOR"}
    wanted = {"account": account, "role": "PANEL"}
    before = served.desk.head()
    bare = served.client.post(f"/api/v1/{path}", json=wanted, headers=told)
    assert (bare.status_code, bare.json()["code"]) == (428, "version_needed")
    stale = post(served, "ADMINISTRATOR", path, wanted, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    assert served.desk.head() == before


def test_a_key_gives_the_same_answer_and_only_to_its_sender(served: Served, account: str) -> None:
    """Byte for byte; another body under it is refused, and another account's key is another key."""
    wanted = {"account": account, "role": "PANEL"}
    key = f"key-{account}"
    first = post(served, "ADMINISTRATOR", "roles/grants", wanted, Idempotency_Key=key)
    head = served.desk.head()
    again = post(served, "ADMINISTRATOR", "roles/grants", wanted, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    other = {**wanted, "role": "AUDITOR"}
    refused = post(served, "ADMINISTRATOR", "roles/grants", other, Idempotency_Key=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "request_reused")
    theirs = post(served, "admin-dua", "roles/grants", wanted, Idempotency_Key=key)
    assert "idempotency-replayed" not in theirs.headers
    assert theirs.content != first.content
    assert served.desk.head() == head


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"account": "acc-x", "role": "ASN"}, 422),
        ({"account": "acc-x", "role": "PANEL", "until": "2020-01-01"}, 422),
        ({"account": "acc-x", "role": "PANEL", "unit": "no such unit"}, 404),
        ({"account": "199001012015011001", "role": "PANEL"}, 422),
        ({"account": "a\nb", "role": "PANEL"}, 422),
        ({"account": "acc-x", "role": "KING"}, 422),
        ({"account": "acc-x", "role": "PANEL", "person": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"account": "acc-x", "role": "PANEL", "more": 1}, 422),
        ({"account": "acc-x", "role": "PANEL", "document": {"kind": "SK", "number": "1", "date": "x"}}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_granted_is_refused(
    served: Served, body: dict[str, Any], status: int
) -> None:
    """With what to do, and nothing recorded."""
    before = served.desk.head()
    refused = post(served, "ADMINISTRATOR", "roles/grants", body)
    assert refused.status_code == status, refused.text
    assert refused.json()["code"]
    assert served.desk.head() == before


@pytest.mark.parametrize("who", ["ANALYST", "AUDITOR", "ASN"])
def test_only_administrators_propose(served: Served, who: str) -> None:
    """Others are refused whatever they send."""
    told = {"Authorization": f"Bearer {who}"}
    body = {"account": "acc-x", "role": "PANEL"}
    answer = served.client.post("/api/v1/roles/grants", json=body, headers=told)
    assert answer.status_code == 403


def test_the_page_proposes_confirms_and_tells_faults(served: Served, account: str) -> None:
    """The form without a script: a fault stands above it with what was typed; then two people."""
    app = served.client.app
    assert isinstance(app, FastAPI)
    state = app.state
    site = TestClient(
        create_app(served.desk, state.settings, state.access, served.badges, pages),
        base_url="http://localhost:8000",
        follow_redirects=False,
    )
    served.badges.readers["admin-tiga"] = Reader("admin-tiga", None, (Grant(Role.ADMINISTRATOR),))
    one, two = ({"Authorization": f"Bearer {who}"} for who in ("ADMINISTRATOR", "admin-tiga"))
    wrong = {"account": account, "role": "PANEL", "unit": "NOWHERE"}
    told = site.post("/akses/peran", data=wrong, headers=one)
    assert told.status_code == 422
    assert account in told.text
    assert "NOWHERE" in told.text
    sent = site.post("/akses/peran", data={"account": account, "role": "PANEL"}, headers=one)
    assert (sent.status_code, sent.headers["location"]) == (303, "/akses/peran")
    (waiting,) = [
        each
        for each in site.get("/akses/peran.json", headers=one).json()["pending"]
        if each["command"]["account"] == account
    ]
    mine, theirs = (site.get("/akses/peran", headers=who).text for who in (one, two))
    button = f"/akses/peran/{waiting['id']}/setujui"
    assert button not in mine
    assert button in theirs
    assert site.post(button, headers=two).status_code == 303
    assert [each["role"] for each in held(served, account)] == ["PANEL"]
