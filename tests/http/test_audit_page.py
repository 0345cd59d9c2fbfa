"""The page of the audit desk: what its twin says, for whom it is, and work to watch on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.app import create_app
from api.web.site import pages
from tests.http.conftest import Served

HTML = {"Accept": "text/html"}


@pytest.fixture
def site(checked: Served) -> Iterator[TestClient]:
    """The application with its pages, over a log that has a checkpoint."""
    state = checked.client.app.state  # type: ignore[attr-defined]
    app = create_app(checked.desk, state.settings, state.access, checked.badges, pages)
    client = TestClient(
        app, base_url="http://localhost:8000"
    )  # not entered: the desk stays open for the other tests
    yield client
    app.state.feed.close()


def seen(site: TestClient, path: str, who: str = "AUDITOR", **query: Any) -> str:
    """The markup of a page."""
    headers = {**HTML, "Authorization": f"Bearer {who}"}
    answer = site.get(path, params=query or None, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def text_of(markup: str) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup))


def numeral(value: int) -> str:
    """A number as Indonesian pages write it."""
    return f"{value:,}".replace(",", ".")


def test_the_page_says_what_its_twin_says(site: TestClient) -> None:
    """Head, checkpoint and what it does not cover; each checkpoint with its root."""
    headers = {"Authorization": "Bearer AUDITOR"}
    twin = site.get("/audit.json", headers=headers).json()
    shown = text_of(seen(site, "/audit"))
    for number in (twin["state"]["head"], twin["state"]["uncovered"], twin["state"]["streams"]):
        assert numeral(number) in shown
    assert twin["checkpoints"]
    for one in twin["checkpoints"]:
        assert numeral(one["size"]) in shown
        assert one["root"][:16] in shown


def test_others_see_checkpoints_and_may_check_files(site: TestClient) -> None:
    """Replay, sample and state are the auditor's."""
    shown = seen(site, "/audit", "PANEL")
    assert "Titik periksa" in shown
    assert "/audit/periksa" in shown
    assert "/audit/sampel" not in shown
    for path in ("/audit/sampel?seed=1", "/audit/putar-ulang", "/audit/banding?from=1"):
        refused = site.get(path, headers={**HTML, "Authorization": "Bearer PANEL"})
        assert refused.status_code == 403


def test_a_sample_on_the_page_is_that_of_its_twin(site: TestClient) -> None:
    """The same numbers in the same order; hostile seeds stay text."""
    seed = '<script>alert("1")</script>'
    asked: dict[str, Any] = {"seed": seed, "count": 5, "purpose": "audit"}
    headers = {"Authorization": "Bearer AUDITOR"}
    twin = site.get("/audit/sampel.json", params=asked, headers=headers).json()
    markup = seen(site, "/audit/sampel", **asked)
    assert seed not in markup
    shown = text_of(markup)
    assert [row["position"] for row in twin["rows"]] == twin["positions"]
    said = re.findall(r"No\. ([\d.]+)", shown.replace("\xa0", " ").replace("&nbsp;", " "))
    drawn = [numeral(one) for one in twin["positions"]]
    assert len(drawn) == 5
    assert [one for one in dict.fromkeys(said) if one in drawn] == drawn


def test_two_checkpoints_side_by_side(site: TestClient, checked: Served) -> None:
    """One with itself: nothing in between, and an empty path."""
    size = checked.as_("AUDITOR")("/api/v1/audit/state").json()["checkpoint"]["size"]
    shown = text_of(seen(site, "/audit/banding", **{"from": size, "to": size}))
    assert "Yang baru melanjutkan yang lama" in shown
    assert "Kosong, karena keduanya sama." in shown


def test_a_file_is_checked_on_the_page(site: TestClient, checked: Served) -> None:
    """A posted form answers with findings; read again it leads back to the desk."""
    note = checked.as_("AUDITOR")("/api/v1/log/checkpoint").content
    headers = {**HTML, "Authorization": "Bearer AUDITOR"}
    good = site.post("/audit/periksa", files={"file": ("c.txt", note)}, headers=headers)
    assert "Utuh, dan dari buku ini" in good.text
    bad = site.post("/audit/periksa", files={"file": ("<b>.zip", b"PK\x03\x04")}, headers=headers)
    assert "Jangan dipakai sebagai bukti" in bad.text
    again = site.get("/audit/periksa", headers=headers, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/audit#periksa")
    nothing = site.post("/audit/periksa", headers=headers)
    assert nothing.status_code == 422


def test_a_replay_is_watched_without_a_script(site: TestClient) -> None:
    """The page ends whole, with a line a month and the verdict."""
    markup = seen(site, "/audit/putar-ulang", **{"from": "2022-11-01", "to": "2022-12-31"})
    shown = text_of(markup)
    assert "30 November 2022 sama" in shown
    assert "Semua 2 bulan sama." in shown
    assert markup.rstrip().endswith("</html>")
    english = seen(site, "/audit/verifikasi", bahasa="en")
    assert "Nothing is damaged." in english
    assert json.loads(site.get("/audit.json", headers={"Authorization": "Bearer AUDITOR"}).text)[
        "state"
    ]["verified"]["clean"]


def test_a_replay_that_is_refused_says_so_on_the_page(site: TestClient) -> None:
    """An instrument that is none ends the page with the refusal."""
    assert "Tidak dapat diselesaikan." in seen(site, "/audit/putar-ulang", instrument="no-such")
