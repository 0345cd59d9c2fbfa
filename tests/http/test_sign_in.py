"""Signing in over HTTP as a browser and as a program, and everything that must not work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ledger.vocabulary_agency import ReadingPurpose, Role
from tests.access.conftest import NOW
from tests.access.test_openid import ISSUER
from tests.http.entrance import HERE, OURS, PASSWORD, Site, entrance


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The application over a founded demo with a panel's account."""
    with entrance(database_url, tmp_path) as found:
        yield found


def test_somebody_signs_in_with_a_password_and_out_again(site: Site) -> None:
    """Before: 401. With the password: his roles. After signing out: 401, the old cookie too."""
    account = site.by_password()
    assert site.me().status_code == 401
    answer = site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD, "lanjut": "/audit"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit")
    assert "HttpOnly; SameSite=Lax" in answer.headers["Set-Cookie"]
    shown = site.me().json()
    assert shown == {
        "account": account,
        "person": None,
        "roles": [{"role": "AUDITOR", "unit": None, "until": None}],
        "method": "password",
        "purpose": None,
    }
    cookie = {"Cookie": f"asn-sesi={site.client.cookies['asn-sesi']}"}
    assert site.post("/keluar", {}).headers["Location"] == "/masuk"
    assert site.me().status_code == 401
    assert site.me(**cookie).status_code == 401


def test_wrong_passwords_are_refused_alike_and_then_late(site: Site) -> None:
    """Unknown accounts and wrong passwords have the same answer; then one waits, told how long."""
    account = site.by_password()
    told = []
    for name in (account, "acc-nobody"):
        answer = site.post("/masuk/sandi", {"akun": name, "sandi": "salah"})
        told.append((answer.status_code, answer.text, sorted(answer.headers)))
    assert told[0] == told[1]
    assert told[0][0] == 403
    for _ in range(4):
        assert site.post("/masuk/sandi", {"akun": account, "sandi": "salah"}).status_code == 403
    answer = site.post("/masuk/sandi", {"akun": account, "sandi": "salah"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")


def test_a_session_cookie_from_before_opens_nothing_after(site: Site) -> None:
    """A cookie that somebody planted is replaced at sign-in and worth nothing."""
    account = site.by_password()
    planted = "A" * 43
    site.client.cookies.set("asn-sesi", planted, domain="localhost.local")
    answer = site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD})
    assert planted not in answer.headers["Set-Cookie"]
    assert site.me(Cookie=f"asn-sesi={planted}").status_code == 401


def test_a_session_ends_by_the_clock(site: Site) -> None:
    """After half an hour unused it is over."""
    account = site.by_password()
    site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD})
    site.at[0] += timedelta(minutes=29)
    assert site.me().status_code == 200
    site.at[0] += timedelta(minutes=30)
    assert site.me().status_code == 401


def test_the_purpose_is_kept_with_the_session(site: Site) -> None:
    """What somebody says that he reads for goes with his requests until he says otherwise."""
    account = site.by_password()
    site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD})
    answer = site.post("/masuk/tujuan", {"tujuan": ReadingPurpose.AUDIT.value, "lanjut": "/audit"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit")
    assert site.me().json()["purpose"] == ReadingPurpose.AUDIT.value
    assert site.post("/masuk/tujuan", {"tujuan": "iseng"}).status_code == 422


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": HERE},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/masuk/sandi", "/masuk/demo", "/masuk/tujuan", "/keluar"])
def test_another_site_changes_nothing(site: Site, path: str, headers: dict[str, str]) -> None:
    """A form of another site neither signs in, nor out, nor says a purpose."""
    account = site.by_password()
    site.post("/masuk/sandi", {"akun": account, "sandi": PASSWORD})
    data = {"akun": account, "sandi": PASSWORD, "tujuan": ReadingPurpose.AUDIT.value}
    answer = site.client.post(path, data=data, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert site.me().json()["purpose"] is None


# ------------------------------------------------------------------------------------------- demo


def test_the_demo_is_entered_with_one_click(site: Site) -> None:
    """On this machine, as an account that the demo's own ledger made."""
    assert site.post("/masuk/demo", {"akun": "demo-panel"}).status_code == 303
    assert site.me().json()["roles"] == [{"role": "PANEL", "unit": None, "until": None}]
    assert site.post("/masuk/demo", {"akun": "acc-1"}).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "10.0.0.1"}, {"Host": "kinerja.example.go.id"}, {"Forwarded": "for=x"}],
)
def test_the_demo_is_shut_to_everybody_else(site: Site, headers: dict[str, str]) -> None:
    """Through a proxy, or under another name, there is no demo, and its sessions open nothing."""
    refused = (421, 421) if "Host" in headers else (401, 404)
    site.post("/masuk/demo", {"akun": "demo-panel"})
    cookie = {"Cookie": f"asn-sesi={site.client.cookies['asn-sesi']}"}
    assert site.me(**cookie).status_code == 200
    told = site.me(**headers, **cookie)
    answer = site.client.post("/masuk/demo", data={"akun": "demo-panel"}, headers=OURS | headers)
    assert (told.status_code, answer.status_code) == refused


# --------------------------------------------------------------------------------------- provider


def gone(site: Site, following: str = "/asn") -> dict[str, str]:
    """What the provider was asked, by a browser that went there."""
    answer = site.client.get("/masuk/openid", params={"lanjut": following})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{ISSUER}/auth?")
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def came(site: Site, **query: str) -> Any:
    """The browser comes back."""
    return site.client.get("/masuk/kembali", params=query)


def linked(site: Site) -> str:
    """An account that the false provider's subject opens."""
    account = site.doors.office.accounts.add(person=None, label=None, actor="a", at=NOW)
    site.doors.office.accounts.link(account.id, ISSUER, "subjek-1", actor="a", at=NOW)
    return account.id


def test_somebody_signs_in_at_the_provider(site: Site) -> None:
    """There and back, to where he was going, as the account his identity is linked to."""
    account = linked(site)
    asked = gone(site, "/asn?as_of=2024-06-30")
    site.false.token = site.false.signed(nonce=asked["nonce"])
    answer = came(site, state=asked["state"], code="kode", iss=ISSUER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/asn?as_of=2024-06-30")
    assert site.me().json()["account"] == account
    assert came(site, state=asked["state"], code="kode").status_code == 403


def test_nobody_is_sent_elsewhere_after_signing_in(site: Site) -> None:
    """An address of another site as the place to go on to leads to the start page."""
    linked(site)
    asked = gone(site, "https://evil.example/")
    site.false.token = site.false.signed(nonce=asked["nonce"])
    assert came(site, state=asked["state"], code="kode").headers["Location"] == "/"


def test_anothers_sign_in_is_not_finished_in_this_browser(site: Site) -> None:
    """Without the cookie with which it began, a sign-in that comes back signs nobody in."""
    linked(site)
    asked = gone(site)
    site.false.token = site.false.signed(nonce=asked["nonce"])
    site.client.cookies.clear()
    assert came(site, state=asked["state"], code="kode").status_code == 403
    assert site.me().status_code == 401


def test_an_identity_without_an_account_is_told_so(site: Site) -> None:
    """The provider knows him and the ledger does not: he learns whom to ask, and has no session."""
    asked = gone(site)
    site.false.token = site.false.signed(nonce=asked["nonce"])
    answer = came(site, state=asked["state"], code="kode")
    assert (answer.status_code, answer.json()["code"]) == (403, "identity_unlinked")
    assert site.me().status_code == 401


@pytest.mark.parametrize("query", [{}, {"error": "access_denied"}, {"state": "x", "code": "y"}])
def test_what_comes_back_without_having_gone_is_refused(site: Site, query: dict[str, str]) -> None:
    """A made-up answer of a provider signs nobody in."""
    assert came(site, **query).status_code == 403


# ----------------------------------------------------------------------------------------- tokens


def token(site: Site) -> str:
    """A token of an auditor."""
    account = site.doors.office.accounts.get(site.by_password())
    _, text = site.doors.office.tokens.issue(
        account,
        roles=frozenset({Role.AUDITOR}),
        label="x",
        ends_at=NOW + timedelta(days=1),
        actor="a",
        at=NOW,
    )
    return text


def test_a_program_shows_a_token(site: Site) -> None:
    """In any spelling of the scheme; without cookies and without headers of browsers."""
    text = token(site)
    for scheme in ("Bearer", "bearer", "BEARER"):
        shown = site.me(Authorization=f"{scheme} {text}")
        assert (shown.status_code, shown.json()["method"]) == (200, "token")


MALFORMED: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: f"Basic {text}",
    lambda text: f"Bearer  {text}",
    lambda text: f"Bearer {text}x",
    lambda text: f"Bearer {text[:-1]}",
    lambda text: f"Bearer {text.upper()}",
    lambda text: f"Bearer {text.removeprefix('asnl_')}",
    lambda text: f"Bearer {text}, Bearer {text}",
    lambda _: "Bearer",
    lambda _: "Bearer ",
    lambda _: "Bearer " + "a" * 5_000,
    lambda _: "Bearer asnl_" + "=" * 43,
    lambda _: "",
]


@pytest.mark.parametrize("spoiled", range(len(MALFORMED)))
def test_a_malformed_token_is_nobody(site: Site, spoiled: int) -> None:
    """Whatever is no token is 401 in one form, and the cookie beside it does not count."""
    text = token(site)
    site.post("/masuk/demo", {"akun": "demo-panel"})
    answer = site.me(Authorization=MALFORMED[spoiled](text))
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
