"""Signing in at a provider: a real one, a false one, and tokens that are not what they should be."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from api.access.flows import Flow
from api.access.openid import OpenId, Provider
from api.access.refusals import ProviderMisconfigured, ProviderUnavailable, SignInRefused
from tests.access.conftest import NOW, after
from tests.persons import nip

ISSUER = "https://sso.example.go.id/realms/asn"
BACK = "https://kinerja.example.go.id/masuk/kembali"
FLOW = Flow("s" * 43, "b" * 43, "n" * 43, "v" * 43, "/")
ISSUED = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "subjek-1",
    "aud": "kinerja",
    "exp": ISSUED + 300,
    "iat": ISSUED,
    "nonce": FLOW.nonce,
}


def provider(**changes: Any) -> Provider:
    """The provider as settings name it."""
    return Provider(**({"issuer": ISSUER, "client_id": "kinerja", "redirect_uri": BACK} | changes))


@dataclass
class FalseProvider:
    """A provider that says what the test tells it, and keeps what it was asked."""

    key: RSAKey | ECKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
    )
    published: list[RSAKey | ECKey] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    answers: dict[str, Callable[[], httpx2.Response]] = field(default_factory=dict)
    asked: list[httpx2.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.published = [self.key]

    def signed(
        self,
        key: RSAKey | ECKey | None = None,
        header: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """An ID token; a claim given as None is left out."""
        claims = {name: one for name, one in (CLAIMS | changes).items() if one is not None}
        used = key or self.key
        algorithm = "RS256" if used.key_type == "RSA" else "ES256"
        head = {"alg": algorithm, "kid": "k1"} | (header or {})
        return jwt.encode(head, claims, used, algorithms=[head["alg"]])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """One request of ours."""
        self.asked.append(request)
        path = request.url.path
        told = self.answers.get(path.rsplit("/", 1)[-1])
        if told is not None:
            return told()
        if path.endswith("openid-configuration"):
            found = {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/auth",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/certs",
            }
            return httpx2.Response(200, json=found | self.metadata)
        if path.endswith("certs"):
            keys = [one.as_dict(private=False) for one in self.published]
            return httpx2.Response(200, json={"keys": keys})
        body = {"access_token": "a", "token_type": "Bearer", "id_token": self.token}
        return httpx2.Response(200, json=body)

    def open_id(self, **changes: Any) -> OpenId:
        """Our side of it."""
        transport = httpx2.MockTransport(self.answer)
        return OpenId(provider(**changes), transport=lambda: transport)


@pytest.fixture
def there() -> FalseProvider:
    """A false provider that says the truth so far."""
    false = FalseProvider()
    false.token = false.signed()
    return false


def test_the_browser_is_sent_with_everything_that_must_come_back(there: FalseProvider) -> None:
    """The address carries state, nonce and the S256 challenge of the verifier, not the verifier."""
    address = there.open_id().address(FLOW, at=NOW)
    asked = dict(parse_qsl(urlsplit(address).query))
    digest = hashlib.sha256(FLOW.verifier.encode()).digest()
    assert address.startswith(f"{ISSUER}/auth?")
    assert asked == {
        "response_type": "code",
        "client_id": "kinerja",
        "redirect_uri": BACK,
        "scope": "openid",
        "state": FLOW.state,
        "nonce": FLOW.nonce,
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    assert FLOW.verifier not in address


def test_who_came_back_is_who_the_token_says(there: FalseProvider) -> None:
    """A good token gives issuer and subject; the code goes back with the verifier."""
    found = there.open_id().identity(FLOW, "kode", issuer=ISSUER, at=NOW)
    assert (found.issuer, found.subject, found.number) == (ISSUER, "subjek-1", None)
    sent = parse_qs(next(one for one in there.asked if one.method == "POST").content.decode())
    assert (sent["code"], sent["code_verifier"]) == (["kode"], [FLOW.verifier])
    assert sent["redirect_uri"] == [BACK]


@pytest.mark.parametrize(("methods", "basic"), [(None, True), (["client_secret_post"], False)])
def test_our_secret_is_shown_as_the_provider_wants(
    there: FalseProvider, methods: list[str] | None, basic: bool
) -> None:
    """By the Authorization header where it may be, else in the body, never in an address."""
    if methods is not None:
        there.metadata["token_endpoint_auth_methods_supported"] = methods
    there.open_id(secret="rahasia-kami").identity(FLOW, "kode", at=NOW)
    post = next(one for one in there.asked if one.method == "POST")
    assert ("authorization" in post.headers) is basic
    assert (b"rahasia-kami" in post.content) is not basic
    assert not [one for one in there.asked if "rahasia-kami" in str(one.url)]


def test_the_number_is_read_from_the_claim_that_is_trusted(there: FalseProvider) -> None:
    """Only the claim that the settings name holds a number, and only if it is one."""
    there.token = there.signed(nip=nip(1), employee="bukan nomor")
    for claim, number in (("nip", nip(1)), ("employee", None), ("lain", None), (None, None)):
        found = there.open_id(number_claim=claim).identity(FLOW, "kode", at=NOW)
        assert found.number == number
        assert nip(1) not in repr(found)


def test_a_number_given_as_a_number_is_not_read(there: FalseProvider) -> None:
    """A NIP as a JSON number has lost its last digits and finds nobody."""
    there.token = there.signed(nip=int(nip(1)))
    assert there.open_id(number_claim="nip").identity(FLOW, "kode", at=NOW).number is None


# ------------------------------------------------------------------------------------- false tokens


def _part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(there: FalseProvider) -> str:
    return f"{_part({'alg': 'none'})}.{_part(CLAIMS)}."


def _by_public_key(there: FalseProvider) -> str:
    """Signed with the public key as if it were a shared secret."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(CLAIMS)}"
    public = there.key.as_pem(private=False)
    digest = hmac.digest(public, signed.encode(), hashlib.sha256)
    return f"{signed}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


def _by_own_key_in_header(there: FalseProvider) -> str:
    own = RSAKey.generate_key(2048, {"kid": "k1"})
    return there.signed(own, {"jwk": own.as_dict(private=False)})


def _with_other_claims(there: FalseProvider) -> str:
    head, _, signature = there.signed().split(".")
    return f"{head}.{_part(CLAIMS | {'sub': 'subjek-2'})}.{signature}"


FALSE_TOKENS: dict[str, Callable[[FalseProvider], str]] = {
    "another issuer": lambda there: there.signed(iss="https://evil.example"),
    "no issuer": lambda there: there.signed(iss=None),
    "another audience": lambda there: there.signed(aud="lain"),
    "no audience": lambda there: there.signed(aud=None),
    "audience as an object": lambda there: there.signed(aud={"kinerja": 1}),
    "several audiences without azp": lambda there: there.signed(aud=["kinerja", "lain"]),
    "azp of another": lambda there: there.signed(aud=["kinerja", "lain"], azp="lain"),
    "azp of another, one audience": lambda there: there.signed(azp="lain"),
    "over": lambda there: there.signed(exp=ISSUED - 61),
    "without end": lambda there: there.signed(exp=None),
    "end as text": lambda there: there.signed(exp="9999999999"),
    "end that is no number": lambda there: there.signed(exp=float("nan")),
    "end beyond numbers": lambda there: there.signed(exp=True),
    "of the future": lambda there: there.signed(iat=ISSUED + 61),
    "without a beginning": lambda there: there.signed(iat=None),
    "not yet": lambda there: there.signed(nbf=ISSUED + 61),
    "of another sign-in": lambda there: there.signed(nonce="m" * 43),
    "of no sign-in": lambda there: there.signed(nonce=None),
    "of every sign-in": lambda there: there.signed(nonce=[FLOW.nonce]),
    "of nobody": lambda there: there.signed(sub=None),
    "of an empty name": lambda there: there.signed(sub=""),
    "of a number": lambda there: there.signed(sub=1),
    "of too long a name": lambda there: there.signed(sub="s" * 256),
    "another type": lambda there: there.signed(header={"typ": "logout+jwt"}),
    "unsigned": _unsigned,
    "under the public key as a secret": _by_public_key,
    "under a key in its header": _by_own_key_in_header,
    "under another key of the same name": lambda there: there.signed(
        RSAKey.generate_key(2048, {"kid": "k1"})
    ),
    "under a key nobody published": lambda there: there.signed(header={"kid": "k2"}),
    "under a key for another algorithm": lambda there: there.signed(
        ECKey.generate_key("P-256", {"kid": "k1"})
    ),
    "with an unknown critical header": lambda there: there.signed().replace(
        there.signed().split(".")[0], _part({"alg": "RS256", "kid": "k1", "crit": ["x"], "x": 1})
    ),
    "with other claims": _with_other_claims,
    "cut off": lambda there: there.signed()[:-10],
    "no token": lambda there: "bukan token",
    "empty": lambda there: "",
    "not ASCII": lambda there: "é.é.é",
    "endless": lambda there: "a" * 100_000,
    "claims that are a list": lambda there: f"{_part({'alg': 'RS256', 'kid': 'k1'})}.W10.AA",
    "of five parts": lambda there: "a.b.c.d.e",
}


@pytest.mark.parametrize("name", sorted(FALSE_TOKENS))
def test_a_false_token_signs_nobody_in(there: FalseProvider, name: str) -> None:
    """Each way in which a token can be false is refused, in the same words."""
    there.token = FALSE_TOKENS[name](there)
    with pytest.raises(SignInRefused) as refused:
        there.open_id().identity(FLOW, "kode", at=NOW)
    assert str(refused.value) == str(SignInRefused("anything"))


def test_a_little_difference_of_clocks_is_forgiven(there: FalseProvider) -> None:
    """A minute either way is no reason to refuse."""
    for token in (
        there.signed(exp=ISSUED - 59),
        there.signed(iat=ISSUED + 59),
        there.signed(nbf=ISSUED + 59),
    ):
        there.token = token
        assert there.open_id().identity(FLOW, "kode", at=NOW).subject == "subjek-1"


def test_several_audiences_pass_if_the_token_was_made_for_us(there: FalseProvider) -> None:
    """A token for several, authorised for us, is for us."""
    there.token = there.signed(aud=["lain", "kinerja"], azp="kinerja")
    assert there.open_id().identity(FLOW, "kode", at=NOW).subject == "subjek-1"


def test_a_new_key_of_the_provider_is_found(there: FalseProvider) -> None:
    """After the provider changed its key the keys are asked for again, at most twice a minute."""
    ours = there.open_id()
    ours.identity(FLOW, "kode", at=NOW)
    there.key = ECKey.generate_key("P-256", {"kid": "k9", "use": "sig"})
    there.token = there.signed(header={"kid": "k9"})
    there.published.append(there.key)
    with pytest.raises(SignInRefused):
        ours.identity(FLOW, "kode", at=after(seconds=29))
    assert ours.identity(FLOW, "kode", at=after(seconds=31)).subject == "subjek-1"
    assert len([one for one in there.asked if one.url.path.endswith("certs")]) == 2


# ---------------------------------------------------------------------------------- false providers


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://sso.example.go.id/realms/asn/"},
        {"issuer": None},
        {"token_endpoint": "http://sso.example.go.id/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": ["https://sso.example.go.id/auth"]},
    ],
)
def test_a_provider_that_says_something_else_is_not_used(
    there: FalseProvider, metadata: dict[str, Any]
) -> None:
    """Another issuer, an endpoint that is missing or in the clear: nothing is sent there."""
    there.metadata = metadata
    with pytest.raises(ProviderUnavailable):
        there.open_id().address(FLOW, at=NOW)
    assert len(there.asked) == 1


@pytest.mark.parametrize("path", ["openid-configuration", "certs", "token"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: httpx2.Response(500, text="galat"),
        lambda: httpx2.Response(200, text="<html>"),
        lambda: httpx2.Response(200, json=[1]),
        lambda: httpx2.Response(302, headers={"Location": "https://evil.example"}),
        lambda: httpx2.Response(404),
    ],
    ids=["error", "page", "list", "elsewhere", "absent"],
)
def test_a_provider_that_does_not_answer_signs_nobody_in(
    there: FalseProvider, path: str, answer: Callable[[], httpx2.Response]
) -> None:
    """Whatever else comes than the answer is a clear refusal, and nothing is followed elsewhere."""
    there.answers[path] = answer
    with pytest.raises((ProviderUnavailable, SignInRefused)):
        there.open_id().identity(FLOW, "kode", at=NOW)
    assert not [one for one in there.asked if one.url.host == "evil.example"]


def test_a_code_that_the_provider_refuses_signs_nobody_in(there: FalseProvider) -> None:
    """The provider's own refusal is ours, and its words are not shown."""
    there.answers["token"] = lambda: httpx2.Response(
        400, json={"error": "invalid_grant", "error_description": "rahasia"}
    )
    with pytest.raises(SignInRefused) as refused:
        there.open_id().identity(FLOW, "kode", at=NOW)
    assert "rahasia" not in str(refused.value)


@pytest.mark.parametrize(("issuer", "supported"), [("https://evil.example", False), (None, True)])
def test_an_answer_of_another_provider_is_refused(
    there: FalseProvider, issuer: str | None, supported: bool
) -> None:
    """`iss` beside the code names the provider (RFC 9207), if it says that it always does."""
    there.metadata["authorization_response_iss_parameter_supported"] = supported
    with pytest.raises(SignInRefused):
        there.open_id().identity(FLOW, "kode", issuer=issuer, at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://sso.example.go.id"},
        {"issuer": "sso.example.go.id"},
        {"redirect_uri": "http://kinerja.example.go.id/masuk/kembali"},
        {"client_id": ""},
        {"scope": "profile"},
        {"issuer": "http://127.0.0.1.evil.example"},
        {"issuer": "https://[::1"},
    ],
)
def test_settings_that_cannot_be_safe_are_refused(changes: dict[str, Any]) -> None:
    """A provider in the clear, or one that is asked for something else than OpenID, is refused."""
    with pytest.raises(ProviderMisconfigured):
        OpenId(provider(**changes))


def test_our_secret_is_not_printed() -> None:
    """What stands in a log of settings does not hold the secret."""
    assert "rahasia" not in repr(provider(secret="rahasia"))


# ---------------------------------------------------------------------------------- a real provider


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The address of a real provider in a process of its own."""
    claims = json.dumps({"sub": "ani", "nip": nip(1)})
    arguments = [sys.executable, "-m", "oidc_provider_mock", "--port", "0", "--user-claims", claims]
    environment = os.environ | {"NO_COLOR": "1", "AUTHLIB_INSECURE_TRANSPORT": "1"}
    with subprocess.Popen(
        [*arguments, "--require-nonce", "true"], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
                if found:
                    yield f"http://127.0.0.1:{found[1]}"
                    break
            else:
                raise AssertionError("the provider did not start")
        finally:
            process.terminate()


def at_mock(address: str) -> OpenId:
    """Our side of the real provider."""
    return OpenId(
        provider(
            issuer=address,
            redirect_uri="http://127.0.0.1:8000/masuk/kembali",
            secret="apa saja",
            number_claim="nip",
            scope="openid profile",
        )
    )


def at_the_provider(address: str, user: str = "ani") -> dict[str, str]:
    """What comes back to the browser of somebody who signs in there."""
    with httpx2.Client() as browser:
        answer = browser.post(address, data={"sub": user})
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def test_somebody_signs_in_at_a_real_provider(mock: str) -> None:
    """Discovery, code, verifier, keys and claims fit a provider that others wrote."""
    at = datetime.fromtimestamp(time.time(), tz=NOW.tzinfo)
    ours = at_mock(mock)
    back = at_the_provider(ours.address(FLOW, at=at))
    assert back["state"] == FLOW.state
    found = ours.identity(FLOW, back["code"], issuer=back.get("iss"), at=at)
    assert (found.issuer, found.subject, found.number) == (mock, "ani", nip(1))


def test_a_code_is_worth_nothing_twice(mock: str) -> None:
    """Whoever finds a code that was used finds nothing."""
    at = datetime.fromtimestamp(time.time(), tz=NOW.tzinfo)
    ours = at_mock(mock)
    back = at_the_provider(ours.address(FLOW, at=at))
    assert ours.identity(FLOW, back["code"], at=at).subject == "ani"
    with pytest.raises(SignInRefused):
        ours.identity(FLOW, back["code"], at=at)


def test_keys_are_read_as_published() -> None:
    """The keys of the false provider are public ones, so that the tests above prove something."""
    false = FalseProvider()
    told = false.answer(httpx2.Request("GET", f"{ISSUER}/certs")).json()
    assert "d" not in told["keys"][0]
    assert urlsafe_b64decode(told["keys"][0]["n"] + "==")
    assert KeySet.import_key_set(told).keys[0].kid == "k1"
