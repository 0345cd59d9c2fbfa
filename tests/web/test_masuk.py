"""The sign-in page, and where a refusal leads in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.http.problems import NoRight, PurposeNeeded, SignInNeeded
from ledger.errors import LedgerError
from tests.http.entrance import OURS, PASSWORD, Site, entrance

PAGE = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The application over a founded demo, with pages that refuse."""
    with entrance(database_url, tmp_path) as found:
        for place, fault in (
            ("/butuh-masuk", SignInNeeded("x")),
            ("/butuh-tujuan", PurposeNeeded("x")),
            ("/tanpa-hak", NoRight("x")),
        ):
            found.client.app.add_api_route(place, _refusing(fault))  # type: ignore[attr-defined]
        yield found


def _refusing(fault: LedgerError) -> Any:
    def refuse() -> None:
        raise fault

    return refuse


def test_the_page_offers_the_ways_there_are(site: Site) -> None:
    """Provider, password, and on this machine the demo's accounts; nothing runs but our script."""
    page = site.client.get("/masuk", headers=PAGE)
    assert page.status_code == 200
    assert 'action="/masuk/openid"' in page.text
    assert 'action="/masuk/sandi"' in page.text
    assert 'value="demo-panel"' in page.text
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    other = site.client.get("/masuk", headers={**PAGE, "X-Forwarded-For": "10.0.0.1"})
    assert "demo-panel" not in other.text


def test_it_speaks_both_languages(site: Site) -> None:
    """Indonesian first, English when asked, and nothing left untranslated in its headings."""
    assert "<h1>Masuk</h1>" in site.client.get("/masuk").text
    english = site.client.get("/masuk", params={"bahasa": "en"}).text
    assert "<h1>Sign in</h1>" in english
    assert "Rekam orang dibaca untuk" not in english


def test_whoever_is_signed_in_sees_it_and_says_what_he_reads_for(site: Site) -> None:
    """His account, his purpose as chosen, and the way out."""
    site.post("/masuk/demo", {"akun": "demo-panel", "tujuan": "case"})
    page = site.client.get("/masuk", headers=PAGE).text
    assert "demo-panel" in page
    assert '<option value="case" selected>' in page
    assert 'action="/keluar"' in page


def test_a_page_that_needs_a_sign_in_leads_there_and_back(site: Site) -> None:
    """With its whole address, which the forms carry on; a program is told 401."""
    answer = site.client.get("/butuh-masuk", params={"as_of": "2024-06-30"}, headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/masuk?lanjut=%2Fbutuh-masuk%3Fas_of%3D2024-06-30"
    page = site.client.get(answer.headers["Location"]).text
    assert 'name="lanjut" value="/butuh-masuk?as_of=2024-06-30"' in page
    assert site.client.get("/butuh-masuk").status_code == 401


def test_a_page_that_needs_a_purpose_asks_for_it(site: Site) -> None:
    """The chooser stands where the record would, and leads on to it; a program is told 422."""
    site.post("/masuk/demo", {"akun": "demo-panel"})
    answer = site.client.get("/butuh-tujuan", headers=PAGE)
    assert answer.status_code == 422
    assert 'name="lanjut" value="/butuh-tujuan"' in answer.text
    assert "own_record" not in answer.text
    assert site.client.get("/butuh-tujuan").json()["code"] == "purpose_needed"


def test_without_a_right_a_page_says_what_it_says_of_nothing(site: Site) -> None:
    """403 and 404 read alike, but for their number."""
    site.post("/masuk/demo", {"akun": "demo-panel"})
    texts = []
    for place in ("/tanpa-hak", "/tidak-ada"):
        body = site.client.get(place, headers=PAGE).text
        texts.append(re.search(r"<main.*</main>", body, re.DOTALL)[0].count("state-title"))  # type: ignore[index]
    assert texts == [1, 1]


def test_a_failed_sign_in_stays_on_the_page(site: Site) -> None:
    """Wrong password and unknown account: one page, with a word on what to do, and then a wait."""
    account = site.by_password()
    told = set()
    for name in (account, "acc-nobody"):
        answer = site.post("/masuk/sandi", {"akun": name, "sandi": "salah"}, Accept="text/html")
        told.add((answer.status_code, answer.text))
    assert len(told) == 1
    status, text = told.pop()
    assert status == 403
    assert "role=alert" in text
    wrong = {"akun": account, "sandi": "salah"}
    *_, answer = [site.post("/masuk/sandi", wrong, Accept="text/html") for _ in range(5)]
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_foreign_form_is_told_in_a_page(site: Site) -> None:
    """Even with somebody's cookie: a page that says nothing changed, and shows nobody's name."""
    account = site.by_password()
    site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD})
    answer = site.client.post(
        "/keluar",
        headers={**PAGE, "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert "Permintaan dari situs lain ditolak" in answer.text
    assert account not in answer.text
    assert site.client.get("/api/v1/me", headers=OURS).status_code == 200
