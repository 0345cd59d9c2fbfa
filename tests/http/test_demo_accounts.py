"""The accounts of the demo behind its one-click sign-in: each is what it is called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.demo.accounts import ACCOUNTS
from api.http.app import create_app
from api.http.settings import Settings
from api.http.sign_in import doors
from api.web.site import pages
from ledger.access.access_log import AccessLog
from ledger.vocabulary_agency import Role
from tests.http.conftest import NOW, Served
from tests.http.entrance import HERE, OURS


@pytest.fixture(scope="module")
def entered(served: Served) -> Iterator[TestClient]:
    """The application over the small demo, with its real ways in."""
    before = served.client.app.state.settings  # type: ignore[attr-defined]
    access = AccessLog.of(served.desk.ledger, clock=lambda: NOW)
    settings = Settings(url=before.url, keys=before.keys, requests_per_minute=10**9)
    app = create_app(served.desk, settings, access, site=pages)
    app.state.sign_in = found = doors(served.desk, settings, app.state.standing)
    app.state.closing = [found.close, access.close]
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client


def test_each_account_of_the_demo_is_entered_with_one_click(
    served: Served, entered: TestClient
) -> None:
    """All thirteen have role, unit and person as the demo's own list says, and a purpose."""
    page = entered.get("/masuk").text
    people = []
    for one in ACCOUNTS:
        assert f'value="{one.name}"' in page
        answer = entered.post("/masuk/demo", data={"akun": one.name}, headers=OURS)
        assert answer.status_code == 303, one.name
        shown = entered.get("/api/v1/me").json()
        unit = None
        if one.unit is not None:
            found = served.desk.units().find(one.unit, served.desk.today())
            assert found is not None
            unit = found.hex
        held = {"role": one.role.value, "unit": unit, "until": None}
        assert held in shown["roles"], one.name
        has_record = one.cast is not None or one.heads is not None
        assert (shown["person"] is not None) == has_record, one.name
        reads = one.role not in (Role.ASN, Role.ADMINISTRATOR)
        assert (shown["purpose"] is not None) == reads, one.name
        people.append(shown["person"])
    named = [one for one in people if one is not None]
    assert len(named) == len(set(named)) == 4


def test_an_account_reads_the_record_it_is_there_for(served: Served, entered: TestClient) -> None:
    """An official his own; an analyst it too; an administrator nobody's; none of them by accident."""
    entered.post("/masuk/demo", data={"akun": "demo-asn"}, headers=OURS)
    own = entered.get("/api/v1/me").json()["person"]
    other = next(one for one in sorted(served.desk.serving()) if one != own)
    told = {}
    for name in ("demo-asn", "demo-analis", "demo-admin"):
        entered.post("/masuk/demo", data={"akun": name}, headers=OURS)
        told[name] = [entered.get(f"/api/v1/people/{pid}").status_code for pid in (own, other)]
    # The administrator's session has no purpose, so he is not even asked who.
    assert told == {
        "demo-asn": [200, 422],
        "demo-analis": [200, 200],
        "demo-admin": [422, 422],
    }
