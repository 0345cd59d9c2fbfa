"""Accounts over HTTP: an administrator keeps them, and gets into nobody's place by that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ledger.events.base import encode
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import Role
from tests.http.entrance import OURS, Site, entrance


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The application over a founded demo, an administrator signed in."""
    with entrance(database_url, tmp_path) as found:
        granted = encode(RoleGranted(account="demo-admin", role=Role.ADMINISTRATOR))
        found.desk.ledger.append_to_book([granted], "t")
        assert found.post("/masuk/demo", {"akun": "demo-admin"}).status_code == 303
        yield found


def post(site: Site, path: str, body: dict[str, Any] | None = None) -> Any:
    """A command of the administrator."""
    return site.client.post(f"/api/v1{path}", json=body or {}, headers=OURS)


def machine(site: Site) -> str:
    """A machine's account with the role of an analyst."""
    made = post(site, "/accounts", {"label": "dasbor"}).json()
    granted = encode(RoleGranted(account=made["id"], role=Role.ANALYST))
    site.desk.ledger.append_to_book([granted], "t")
    return str(made["id"])


def test_a_machine_gets_an_account_and_a_token_that_works(site: Site) -> None:
    """Made, granted, given a token that is shown once, listed without it, and revoked."""
    account = machine(site)
    wanted = {"roles": ["ANALYST"], "until": "2027-01-31", "label": "dasbor"}
    made = post(site, f"/accounts/{account}/tokens", wanted).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    assert site.me(**bearer).json()["roles"] == [{"role": "ANALYST", "unit": None, "until": None}]
    listed = site.client.get("/api/v1/accounts")
    assert made["secret"] not in listed.text
    assert account in [one["id"] for one in listed.json()["accounts"]]
    assert post(site, f"/tokens/{made['id']}/revoke").json()["revoked_at"] is not None
    assert site.me(**bearer).status_code == 401


def test_an_administrator_cannot_act_as_a_person(site: Site) -> None:
    """No token for a person's account, no role that is not granted, nobody who does not exist."""
    account = machine(site)
    person = site.doors.office.accounts.add(person=uuid4(), label=None, actor="a", at=site.at[0])
    wanted = {"roles": ["ASN"], "until": "2027-01-31", "label": "x"}
    answer = post(site, f"/accounts/{person.id}/tokens", wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "token_misused")
    answer = post(site, f"/accounts/{account}/tokens", {**wanted, "roles": ["DECIDER"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "token_misused")
    nobody = {"person": "00000000-0000-4000-8000-000000000000"}
    assert post(site, "/accounts", nobody).status_code == 404


@pytest.mark.parametrize(
    "wanted",
    [
        {"roles": [], "until": "2027-01-31", "label": "x"},
        {"roles": ["ANALYST"], "until": "2029-01-31", "label": "x"},
        {"roles": ["ANALYST"], "until": "2020-01-31", "label": "x"},
        {"roles": ["ANALYST"], "until": "9999-12-31", "label": "x"},
        {"roles": ["ANALYST"], "until": "2027-01-31", "label": ""},
        {"roles": ["ANALYST"], "until": "2027-01-31", "label": "197906182005012993"},
        {"roles": ["KING"], "until": "2027-01-31", "label": "x"},
        {},
    ],
)
def test_a_token_that_makes_no_sense_is_refused(site: Site, wanted: dict[str, Any]) -> None:
    """No roles, no end in sight, an end that has passed, a person's number as its label."""
    answer = post(site, f"/accounts/{machine(site)}/tokens", wanted)
    assert answer.status_code == 422
    assert "197906182005012993" not in answer.text


def test_a_disabled_account_stays_and_opens_nothing(site: Site) -> None:
    """Disabled twice is disabled; it gets no token any more; an unknown one is 404."""
    account = machine(site)
    first = post(site, f"/accounts/{account}/disable").json()
    assert first["disabled_at"] is not None
    assert post(site, f"/accounts/{account}/disable").json() == first
    wanted = {"roles": ["ANALYST"], "until": "2027-01-31", "label": "x"}
    answer = post(site, f"/accounts/{account}/tokens", wanted)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_disabled")
    assert post(site, "/accounts/acc-x/disable").json()["code"] == "account_unknown"
    assert post(site, "/tokens/tok-x/revoke").status_code == 404
