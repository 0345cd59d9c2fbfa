"""What somebody tries who wants in without a right: from another site, under another host, with
another's token, or on the way out of a sign-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.http.app import routed
from api.http.description import operations
from api.web.site import pages
from ledger.events.base import encode
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import ReadingPurpose, Role
from tests.access.conftest import NOW
from tests.access.test_openid import ISSUER
from tests.http import matrix
from tests.http.entrance import HERE, PASSWORD, Site, entrance

PUBLIC = "https://kinerja.example.go.id"
FORM = {
    "akun": "demo-panel",
    "sandi": PASSWORD,
    "tujuan": ReadingPurpose.AUDIT.value,
    "lanjut": "/",
}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The application over a founded demo."""
    with entrance(database_url, tmp_path) as found:
        yield found


def changing() -> list[tuple[str, str]]:
    """Every operation that may change something, API and pages."""
    app = routed()
    pages(app)
    safe = {"GET", "HEAD", "OPTIONS"}
    return [(path, method) for path, method, _ in operations(app) if method not in safe]


def test_no_other_site_posts_in_somebodys_name(site: Site) -> None:
    """Each operation that changes something refuses what another site sends."""
    site.post("/masuk/demo", {"akun": "demo-panel"})
    fill = {**matrix.PATHS, "pid": "00000000-0000-4000-8000-000000000000"}
    assert len(changing()) > 50
    for path, method in changing():
        place = path.replace(":path", "").format(**fill)
        sent: dict[str, Any] = {"json": {}} if path.startswith("/api/") else {"data": FORM}
        for headers in (
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:9000"},
            {"Sec-Fetch-Site": "none", "Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:8000.evil.example"},
            {},
        ):
            answer = site.client.request(method, place, headers=headers, **sent)
            told = (answer.status_code, answer.json()["code"])
            assert told == (403, "foreign_origin"), (method, path, headers)


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aSet-Cookie:x=y\r\nX: y",
    "javascript:alert(1)",
    "/\t/evil.example",
    "evil.example",
    "http:evil.example",
    "/ /evil",
]


@pytest.mark.parametrize("following", ELSEWHERE)
def test_no_way_in_leads_elsewhere(site: Site, following: str) -> None:
    """After each way of signing in, after saying a purpose: only on to this site."""
    account = site.by_password()
    told = [
        site.post("/masuk/demo", {"akun": "demo-panel", "lanjut": following}),
        site.post("/masuk/tujuan", {**FORM, "lanjut": following}),
        site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD, "lanjut": following}),
    ]
    for answer in told:
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert "X" not in answer.headers
    page = site.client.get("/masuk", params={"lanjut": following})
    assert page.text.count('name="lanjut" value="/"') == page.text.count('name="lanjut"') > 1


LOOKS_LOCAL = ["localhost.evil.example", "127.0.0.1.nip.io", "0.0.0.0", "2130706433", "localhost-"]


@pytest.mark.parametrize("host", LOOKS_LOCAL)
def test_a_host_that_only_looks_local_has_no_demo(
    database_url: str, tmp_path: Path, host: str
) -> None:
    """Neither offered, nor entered, nor used, though the settings name it; no answer repeats it."""
    with entrance(database_url, tmp_path, hosts=host) as site:
        site.post("/masuk/demo", {"akun": "demo-panel"})
        cookie = {"Cookie": f"asn-sesi={site.client.cookies['asn-sesi']}", "Host": f"{host}:8000"}
        assert site.me(**cookie).status_code == 401
        assert "demo-panel" not in site.client.get("/masuk", headers=cookie).text
        answer = site.client.post(
            "/masuk/demo", data=FORM, headers={**cookie, "Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 404
        gone = site.client.get("/masuk/openid", headers={"Host": host})
        assert "evil" not in gone.headers["Location"]


def test_over_https_cookies_are_for_this_host_and_for_https_alone(
    database_url: str, tmp_path: Path
) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite; the plain name opens nothing; no demo; HSTS."""
    with entrance(database_url, tmp_path, public_url=PUBLIC) as site:
        account = site.by_password()
        sent = {"akun": account, "sandi": PASSWORD}
        ours = {"Sec-Fetch-Site": "same-origin"}
        answer = site.client.post(f"{PUBLIC}/masuk/sandi", data=sent, headers=ours)
        assert answer.status_code == 303
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-asn-sesi=")
        flags = set(cookie.split("; ")[1:])
        assert flags == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
        assert "Strict-Transport-Security" in answer.headers
        secret = cookie.split("=", 1)[1].split(";")[0]
        site.client.cookies.clear()
        assert site.me(Cookie=f"__Host-asn-sesi={secret}").status_code == 200
        assert site.me(Cookie=f"asn-sesi={secret}").status_code == 401
        assert site.post("/masuk/demo", {"akun": "demo-panel"}).status_code == 404
        flow = site.client.get(f"{PUBLIC}/masuk/openid").headers["Set-Cookie"]
        assert flow.startswith("__Host-asn-masuk=")
        assert "; Secure" in flow
        foreign = {"Origin": HERE}
        answer = site.client.post(f"{PUBLIC}/masuk/sandi", data=sent, headers=foreign)
        assert answer.json()["code"] == "foreign_origin"


def test_a_token_has_the_roles_it_was_given_and_no_more(site: Site) -> None:
    """Of an account with two roles, a token of one; of a role that ended, nothing; and its end."""
    account = site.by_password()
    both = encode(RoleGranted(account=account, role=Role.PANEL))
    site.desk.ledger.append_to_book([both], "a")
    _, text = site.doors.office.tokens.issue(
        site.doors.office.accounts.get(account),
        roles=frozenset({Role.PANEL}),
        label="x",
        ends_at=NOW + timedelta(days=1),
        actor="a",
        at=NOW,
    )
    bearer = {"Authorization": f"Bearer {text}"}
    assert [one["role"] for one in site.me(**bearer).json()["roles"]] == ["PANEL"]
    query = {"instrument": "ip-asn", "format": "jsonl", "purpose": "audit"}
    answer = site.client.get("/api/v1/scores/export", params=query, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "no_right")
    site.at[0] = NOW + timedelta(days=1) - timedelta(microseconds=1)
    assert site.me(**bearer).status_code == 200
    site.at[0] = NOW + timedelta(days=1)
    assert site.me(**bearer).status_code == 401


def test_a_disabled_account_is_out_in_the_next_request(site: Site) -> None:
    """Session and token alike; and its password opens nothing."""
    account = site.by_password()
    site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD})
    assert site.me().status_code == 200
    site.doors.office.accounts.disable(account, actor="a", at=NOW)
    assert site.me().status_code == 401
    assert site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD}).status_code == 403


def test_a_sign_in_at_another_issuer_is_not_taken(site: Site) -> None:
    """An answer that names another issuer is refused, and the flow is used up (RFC 9207)."""
    site.client.get("/masuk/openid")
    state = "A" * 43
    answer = site.client.get(
        "/masuk/kembali", params={"state": state, "code": "x", "iss": f"{ISSUER}.evil"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_refused")
    assert site.me().status_code == 401
