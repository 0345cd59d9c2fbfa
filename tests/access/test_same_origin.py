"""Requests of other sites, cookies, and where one goes after signing in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.demo_sign_in import FORWARDING, demo_accounts, demo_allowed
from api.access.readers import Grant, GrantEntry, Grants
from api.access.same_origin import flow_cookie, from_own_pages, own_path, session_cookie
from ledger.vocabulary_agency import Role
from tests.keys import stream

OWN = "https://kinerja.example.go.id"

# (method, Sec-Fetch-Site, Origin) -> whether it may have its effect.
REQUESTS = [
    (("GET", None, None), True),
    (("GET", "cross-site", "https://evil.example"), True),
    (("HEAD", "cross-site", None), True),
    (("OPTIONS", "cross-site", "https://evil.example"), True),
    (("get", "cross-site", None), True),
    (("POST", "same-origin", OWN), True),
    (("POST", "same-origin", None), True),
    (("POST", "same-origin", "null"), True),  # what a strict Referrer-Policy makes of our own
    (("POST", "same-site", "https://lain.example.go.id"), False),
    (("POST", "same-site", OWN), False),
    (("POST", "cross-site", "https://evil.example"), False),
    (("POST", "cross-site", OWN), False),
    (("POST", "cross-site", "null"), False),
    (("POST", "none", OWN), True),
    (("POST", "none", None), False),
    (("POST", "none", "null"), False),
    (("POST", "", OWN), False),
    (("POST", "Same-Origin", OWN), False),
    (("POST", None, OWN), True),
    (("POST", None, OWN + "/"), False),
    (("POST", None, OWN + ":8443"), False),
    (("POST", None, "http://kinerja.example.go.id"), False),
    (("POST", None, OWN + ".evil.example"), False),
    (("POST", None, "null"), False),
    (("POST", None, ""), False),
    (("POST", None, None), False),
    (("DELETE", None, None), False),
    (("PUT", None, None), False),
    (("PATCH", "cross-site", None), False),
    (("QUERY", None, None), False),
]


@pytest.mark.parametrize(("request_", "expected"), REQUESTS)
def test_only_our_own_pages_change_anything(
    request_: tuple[str, str | None, str | None], expected: bool
) -> None:
    """A request that changes something and carries a session comes from our own origin."""
    method, site, origin = request_
    found = from_own_pages(method, sec_fetch_site=site, origin=origin, own_origin=OWN)
    assert found is expected


def test_a_session_cookie_stays_with_this_host() -> None:
    """Over https the name ties it to the host; no script reads it, no other site's post has it."""
    secure = session_cookie(secure=True).header("x" * 43)
    assert secure == f"__Host-asn-sesi={'x' * 43}; Path=/; HttpOnly; SameSite=Lax; Secure"
    plain = session_cookie(secure=False).header("v", max_age=600)
    assert plain == "asn-sesi=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"
    assert flow_cookie(secure=True).gone().endswith("SameSite=Lax; Secure; Max-Age=0")


@pytest.mark.parametrize(
    "path", ["/", "/asn/0192", "/opd/BKD?as_of=2024-06-30&known_at=x%3A", "/a#b", "/a:b"]
)
def test_one_comes_back_to_where_one_was(path: str) -> None:
    """A path of ours is kept as it was asked for."""
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *(None, "", "asn", "https://evil.example", "//evil.example", "///evil.example"),
        *("/\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n//evil.example", " /asn"),
        *("javascript:alert(1)", "/asn\x00", "/é", "/" + "a" * 2_000, "/a b", "//[", "/\x7f"),
    ],
)
def test_nobody_is_sent_to_another_site(path: str | None) -> None:
    """Whatever a browser could read as another host leads to the start page."""
    assert own_path(path) == "/"


@given(st.text(max_size=40))
def test_any_path_stays_here(text: str) -> None:
    """Whatever text is given, the place begins with one slash and holds none that is another's."""
    found = own_path(text)
    assert found.startswith("/")
    assert found[1:2] not in ("/", "\\")


def demo(**changes: object) -> bool:
    """Whether the demo may be entered, all being well but for the changes."""
    right: dict[str, object] = {
        "founded_as_demo": True,
        "bound_to": "127.0.0.1",
        "host": "localhost:8000",
        "headers": ["Host", "Accept", "Cookie"],
    }
    return demo_allowed(**(right | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:8000", "[::1]"]
)
def test_the_demo_is_entered_at_this_machine(host: str) -> None:
    """With every name by which a machine calls itself."""
    assert demo(host=host)


@pytest.mark.parametrize(
    "host",
    [
        *("", None, "example.go.id", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("localhost:80@evil.example", "0.0.0.0", "127.0.0.2", "[::1", "[::1]x", "::1"),
        *("localhost:8000:1", "127.1", "localhost:http"),
    ],
)
def test_the_demo_is_not_entered_under_another_name(host: str | None) -> None:
    """Names that are not this machine's are refused, those that only begin so too."""
    assert not demo(host=host)


@pytest.mark.parametrize("bound_to", ["0.0.0.0", "::", "10.1.2.3", "", None, "example.go.id"])
def test_the_demo_is_not_entered_where_others_can_connect(bound_to: str | None) -> None:
    """A server that listens to more than this machine offers no sign-in without a password."""
    assert not demo(bound_to=bound_to)


def test_a_real_ledger_is_never_entered_so() -> None:
    """Only a ledger that was founded as a demo has it."""
    assert not demo(founded_as_demo=False)


@pytest.mark.parametrize("header", sorted(FORWARDING))
def test_the_demo_is_not_entered_through_a_proxy(header: str) -> None:
    """Any header by which a proxy says that it passed a request on ends it."""
    assert not demo(headers=["Host", header.title()])


def test_the_demo_offers_the_accounts_its_ledger_made() -> None:
    """Accounts of the demo are those whose ids say so, with their person and roles."""
    grants = Grants(
        {
            "demo-panel": (GrantEntry(Grant(Role.PANEL), 7),),
            "acc-1": (GrantEntry(Grant(Role.ADMINISTRATOR), 8),),
            "demo-asn": (GrantEntry(Grant(Role.ASN), 9, stream(1)),),
        },
        9,
    )
    found = demo_accounts(grants)
    assert [one.id for one in found] == ["demo-asn", "demo-panel"]
    assert [one.person for one in found] == [stream(1), None]
    assert found[1].grants == (Grant(Role.PANEL),)
