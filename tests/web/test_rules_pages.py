"""The pages of rules and of what waits, on the small demo: what they show, try, and let two do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.access.readers import Grant, Reader
from api.cli.main import app as command
from api.desk import Desk
from api.http.app import create_app
from api.http.settings import Settings
from api.web.site import pages
from ledger.access.access_log import AccessLog
from ledger.application import Ledger
from ledger.vocabulary_agency import Role
from tests.http.conftest import QUASHED, Badges

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PAGE = {"Accept": "text/html"}
TRY = "/aturan/ip-asn/coba"


class Said(Badges):
    """Readers who said at sign-in what they read for."""

    def purpose(self, request: object) -> str | None:
        """Always the same."""
        return "administration"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Ledger]]:
    """The whole site over a ledger of its own."""
    folder: Path = tmp_path_factory.mktemp("rules-pages")
    url, keys = f"sqlite:///{folder / 'demo.sqlite3'}", folder / "keys"
    made = CliRunner().invoke(
        command, ["demo", "--size", "small", "--ledger", url, "--keys", str(keys)]
    )
    assert made.exit_code == 0, made.output
    ledger, badges = Ledger.open(url, keys=keys), Said()
    for role in Role:
        if role is not Role.ASN:
            badges.readers[role.value] = Reader(f"acc-{role.value}", None, (Grant(role),))
    desk = Desk(ledger, clock=lambda: NOW)
    access = AccessLog.of(ledger, clock=lambda: NOW)
    settings = Settings(url=url, keys=keys, requests_per_minute=1_000_000)
    app = create_app(desk, settings, access, badges, site=pages)
    with TestClient(app, base_url="http://localhost:8000", follow_redirects=False) as client:
        yield client, ledger


def get(client: TestClient, who: str, path: str, **query: Any) -> Any:
    """A page as somebody sees it."""
    client.cookies.clear()
    return client.get(
        path, params=query or None, headers={"Authorization": f"Bearer {who}", **PAGE}
    )


def post(client: TestClient, who: str, path: str, **form: Any) -> Any:
    """A form that somebody sends."""
    return client.post(path, data=form, headers={"Authorization": f"Bearer {who}", **PAGE})


def version_in(text: str) -> str:
    """The version that a form carries."""
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found is not None
    return found[1]


def test_every_instrument_has_its_page(site: tuple[TestClient, Ledger]) -> None:
    """Each says its rules in words of both languages, none by its code."""
    client, _ = site
    listed = get(client, "AUDITOR", "/aturan").text
    names = set(re.findall(r'href="/aturan/([a-z0-9-]+)"', listed))
    assert len(names) > 15
    for name in sorted(names):
        for lang in ("id", "en"):
            shown = get(client, "AUDITOR", f"/aturan/{name}", bahasa=lang)
            assert shown.status_code == 200, name
            assert not re.search(r"<p>(Aturan|Rule) [a-z_]+\.", shown.text), name


def test_the_numbers_of_a_trial_are_those_of_its_twin(site: tuple[TestClient, Ledger]) -> None:
    """The address of a trial says what was changed; its effect is that of the API."""
    client, ledger = site
    head = ledger.store.head().position
    form = get(client, "ANALYST", TRY).text
    fields = dict(re.findall(r'name="(p\.[^"]+)" type="number" value="([^"]*)"', form))
    assert fields["p.measures.kualifikasi.points.S1"] == "15"
    fields["p.measures.kualifikasi.points.S1"] = "10"
    sent = get(client, "ANALYST", TRY, **fields, as_of="2022-12-31", unit="", person="", set="")
    assert sent.status_code == 303
    address = sent.headers["location"]
    blank = get(client, "ANALYST", TRY, **fields, as_of="", unit="", person="", set="")
    assert blank.headers["location"] == address.replace("as_of=2022-12-31&", "")
    assert address.count("set=") == 1
    page = get(client, "ANALYST", address)
    query = {"set": "measures.kualifikasi.points.S1=10", "as_of": "2022-12-31"}
    told = get(
        client, "ANALYST", "/api/v1/instruments/ip-asn/try", **query, purpose="administration"
    ).json()
    assert "error-summary" not in page.text, address
    assert f"<b>{told['lowered']}</b>" in page.text
    assert f"<b>{told['other_band']}</b>" in page.text
    assert ledger.store.head().position == head


def test_a_trial_on_a_person_shows_both_scores(site: tuple[TestClient, Ledger]) -> None:
    """The person is named by an opaque id; his number stands in no address."""
    client, ledger = site
    query = {"set": "measures.kualifikasi.points.S1=10", "as_of": "2022-12-31"}
    person = str(ledger.index.find(QUASHED))
    page = get(client, "ANALYST", TRY, **query, person=person)
    assert page.status_code == 200
    assert "72,5" in page.text
    assert get(client, "ADMINISTRATOR", TRY, **query).status_code == 403
    wrong = get(client, "ANALYST", TRY, set="measures.kualifikasi.max=10")
    assert "error-summary" in wrong.text


def test_two_people_enact_a_draft_by_forms(site: tuple[TestClient, Ledger]) -> None:
    """Who proposed may not confirm; another sees the effect; a stale form is refused."""
    client, _ = site
    name = "kenaikan-pangkat-struktural-pp-99-2000"
    form = get(client, "ANALYST", f"/aturan/{name}").text
    document = {"kind": "SK", "number": "800/1/2024", "date": "2024-02-01"}
    version = version_in(form)
    path = f"/aturan/{name}/berlakukan"
    made = post(client, "ANALYST", path, version=version, **document)
    assert (made.status_code, made.headers["location"]) == (303, "/tertunda")
    stale = post(client, "ANALYST", path, version=version, **document)
    assert stale.status_code == 412
    listed = get(client, "APPROVER", "/tertunda").text
    ident = max(int(one) for one in re.findall(r'href="/tertunda/(\d+)"', listed))
    own = get(client, "ANALYST", f"/tertunda/{ident}").text
    assert f"/tertunda/{ident}/sahkan" not in own
    assert f"/tertunda/{ident}/tolak" in own
    whole = get(client, "APPROVER", f"/tertunda/{ident}").text
    place = f"/tertunda/{ident}/sahkan"
    assert post(client, "ANALYST", place, version=version_in(whole)).status_code == 403
    done = post(client, "APPROVER", place, version=version_in(whole))
    assert done.status_code == 303, done.text
    after = get(client, "APPROVER", f"/tertunda/{ident}").text
    assert "acc-APPROVER" in after
    assert place not in after
