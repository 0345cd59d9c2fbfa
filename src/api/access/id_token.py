"""Whether an ID token is what the provider says of whoever signed in just now (OpenID Connect Core
1.0, 3.1.3.7). Pure but for the library that checks the signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from api.access.refusals import SignInRefused

# Signatures with a private key of the provider's; never "none", never one under a shared secret.
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
SKEW_SECONDS = 60
SUBJECT_MAX = 255
_TOKEN_MAX = 65_536
_TYPES = ("jwt", "application/jwt")


class KeyNotKnown(Exception):
    """The token names a key that the provider did not publish when it was asked last."""


def checked_claims(
    text: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, at: datetime
) -> Mapping[str, Any]:
    """The claims of an ID token.

    Args:
        keys: the provider's, public.
        nonce: what the request to sign in carried.

    Raises:
        KeyNotKnown: it may have been signed with a newer key.
        SignInRefused: it is not for us, not from there, not of now, or not of this sign-in.
    """
    if len(text) > _TOKEN_MAX or not text.isascii():
        raise SignInRefused("id token: too long or not ASCII")
    try:
        token = jwt.decode(text, keys, algorithms=list(ALGORITHMS))
    except InvalidKeyIdError as fault:
        raise KeyNotKnown from fault
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise SignInRefused(f"id token: {type(fault).__name__}") from fault
    if str(token.header.get("typ", "JWT")).lower() not in _TYPES:
        raise SignInRefused("id token: another type of token")
    _check(token.claims, issuer=issuer, client_id=client_id, nonce=nonce, at=at)
    return token.claims


def _check(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, at: datetime
) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=SKEW_SECONDS,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        registry.validate(dict(claims))
    except (JoseError, OverflowError) as fault:
        raise SignInRefused(f"id token: {getattr(fault, 'claim', '')} refused") from fault
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if (several or party is not None) and party != client_id:
        raise SignInRefused("id token: azp refused")
    if not isinstance(claims["nonce"], str) or len(claims["sub"]) > SUBJECT_MAX:
        raise SignInRefused("id token: nonce or sub refused")
