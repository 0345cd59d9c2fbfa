"""Signing in at any OpenID Connect provider, found by discovery: code flow, PKCE, nonce, state.

Authlib builds the requests, joserfc checks the signature; nothing of a token is kept. What the
provider publishes is asked for when it is needed first, and its keys again when a token names one
that was not among them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.access.flows import Flow
from api.access.id_token import KeyNotKnown, checked_claims
from api.access.refusals import ProviderMisconfigured, ProviderUnavailable, SignInRefused
from ledger.errors import BadValue
from ledger.values import nip_text

WELL_KNOWN = "/.well-known/openid-configuration"
_SECONDS = 10
_KEPT = timedelta(hours=1)
_KEYS_AGAIN = timedelta(seconds=30)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the settings name it.

    Attributes:
        issuer: exactly as the provider says it.
        secret: None for a public client.
        redirect_uri: our address to which it sends people back.
        number_claim: the claim that holds the NIP, if whoever signs in there cannot change it
            himself; None if no claim is trusted with that.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = field(default=None, repr=False)
    scope: str = "openid"
    number_claim: str | None = None

    def check(self) -> None:
        """Refuse what would send secrets in the clear.

        Raises:
            ProviderMisconfigured.
        """
        for name, address in (("issuer", self.issuer), ("redirect_uri", self.redirect_uri)):
            if not _private(address):
                raise ProviderMisconfigured(
                    f"The {name} of the sign-in provider is not https.",
                    next_step="Give an https address; http is for 127.0.0.1 and localhost only.",
                )
        if not self.client_id or "openid" not in self.scope.split():
            raise ProviderMisconfigured(
                "The sign-in provider needs a client id, and a scope that holds openid.",
                next_step="Give both as the provider registered them.",
            )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as the provider says; `number` is the NIP and is kept nowhere."""

    issuer: str
    subject: str = field(repr=False)
    number: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Published:
    metadata: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Keys:
    keys: KeySet
    at: datetime


class OpenId:
    """One provider.

    Args:
        transport: what carries requests; None is the network.
    """

    def __init__(
        self, provider: Provider, *, transport: Callable[[], httpx2.BaseTransport] | None = None
    ) -> None:
        provider.check()
        self.provider = provider
        self._transport = transport
        self._lock = Lock()
        self._published: _Published | None = None
        self._keys: _Keys | None = None

    def address(self, flow: Flow, *, at: datetime) -> str:
        """Where to send the browser.

        Raises:
            ProviderUnavailable.
        """
        endpoint = self._metadata(at)["authorization_endpoint"]
        with self._client() as client:
            url, _ = client.create_authorization_url(
                endpoint, state=flow.state, code_verifier=flow.verifier, nonce=flow.nonce
            )
        return str(url)

    def identity(
        self, flow: Flow, code: str, *, issuer: str | None = None, at: datetime
    ) -> Identity:
        """Who came back with a code.

        Args:
            issuer: the `iss` that came back with it, if one did (RFC 9207).

        Raises:
            ProviderUnavailable, SignInRefused.
        """
        metadata = self._metadata(at)
        told = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer is not None or told) and issuer != self.provider.issuer:
            raise SignInRefused("iss of the answer")
        claims = self._claims(self._id_token(flow, code, metadata), flow, at)
        return Identity(self.provider.issuer, str(claims["sub"]), self._number(claims))

    def _number(self, claims: Mapping[str, Any]) -> str | None:
        name = self.provider.number_claim
        told = None if name is None else claims.get(name)
        try:
            return None if told is None else nip_text(told)
        except BadValue:
            return None

    def _id_token(self, flow: Flow, code: str, metadata: Mapping[str, Any]) -> str:
        methods = metadata.get("token_endpoint_auth_methods_supported")
        basic = not isinstance(methods, list) or "client_secret_basic" in methods
        try:
            with self._client(basic=basic) as client:
                answer = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.verifier,
                )
        except AuthlibBaseError as fault:
            raise SignInRefused(f"token endpoint: {type(fault).__name__}") from fault
        except (httpx2.HTTPError, ValueError) as fault:
            raise _unavailable(self.provider.issuer, fault) from fault
        text = answer.get("id_token")
        if not isinstance(text, str):
            raise SignInRefused("no id token")
        return text

    def _claims(self, text: str, flow: Flow, at: datetime) -> Mapping[str, Any]:
        expected = {
            "issuer": self.provider.issuer,
            "client_id": self.provider.client_id,
            "nonce": flow.nonce,
        }
        try:
            return checked_claims(text, self._key_set(at, _KEPT), at=at, **expected)
        except KeyNotKnown:
            pass
        try:
            return checked_claims(text, self._key_set(at, _KEYS_AGAIN), at=at, **expected)
        except KeyNotKnown as fault:
            raise SignInRefused("id token: key not known") from fault

    def _metadata(self, at: datetime) -> Mapping[str, Any]:
        known = self._published
        if known is not None and at < known.at + _KEPT:
            return known.metadata
        issuer = self.provider.issuer
        found = self._get(issuer.rstrip("/") + WELL_KNOWN)
        if found.get("issuer") != issuer:
            raise _unavailable(issuer, "it names another issuer")
        for name in _ENDPOINTS:
            if not isinstance(found.get(name), str) or not _private(found[name]):
                raise _unavailable(issuer, f"its {name} is missing or not https")
        self._published = _Published(found, at)
        return found

    def _key_set(self, at: datetime, kept: timedelta) -> KeySet:
        """The provider's keys, at most so old."""
        with self._lock:
            known = self._keys
            if known is not None and at < known.at + kept:
                return known.keys
            found = self._get(str(self._metadata(at)["jwks_uri"]))
            try:
                keys = KeySet.import_key_set({"keys": _usable(found)})
            except (JoseError, ValueError, TypeError, KeyError) as fault:
                raise _unavailable(self.provider.issuer, fault) from fault
            self._keys = _Keys(keys, at)
            return keys

    def _get(self, address: str) -> dict[str, Any]:
        transport = None if self._transport is None else self._transport()
        try:
            with httpx2.Client(timeout=_SECONDS, transport=transport, trust_env=False) as client:
                found = client.get(address).raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as fault:
            raise _unavailable(self.provider.issuer, fault) from fault
        if not isinstance(found, dict):
            raise _unavailable(self.provider.issuer, "an answer is no JSON object")
        return found

    def _client(self, *, basic: bool = True) -> Any:
        how = "client_secret_basic" if basic else "client_secret_post"
        return OAuth2Client(
            self.provider.client_id,
            self.provider.secret,
            token_endpoint_auth_method=how if self.provider.secret else "none",
            scope=self.provider.scope,
            redirect_uri=self.provider.redirect_uri,
            code_challenge_method="S256",
            timeout=_SECONDS,
            transport=None if self._transport is None else self._transport(),
            trust_env=False,
        )


def _usable(found: Mapping[str, Any]) -> list[Any]:
    """Keys for signatures, of types with a public half; others may stand beside them."""
    keys = found.get("keys")
    return [
        one
        for one in (keys if isinstance(keys, list) else [])
        if isinstance(one, dict)
        and one.get("kty") in ("RSA", "EC", "OKP")
        and one.get("use", "sig") == "sig"
    ]


def _private(address: str) -> bool:
    """Whether what is sent there is read by nobody on the way: https, or this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme != "http":
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unavailable(issuer: str, why: object) -> ProviderUnavailable:
    told = why if isinstance(why, str) else type(why).__name__
    return ProviderUnavailable(
        f"The sign-in provider at {issuer} cannot be used ({told}).",
        next_step="Try again in a minute; if it lasts, ask an administrator.",
    )
