"""Accounts as answers: no name, no number, no secret."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.access.accounts import Account
from api.access.readers import Grant
from api.access.refusals import TokenMisused
from api.access.standing import Standing
from api.access.tokens import Token, Tokens
from ledger.canonical import instant_text
from ledger.vocabulary_agency import Role

Json = dict[str, Any]


def shown(standing: Standing, tokens: Tokens, one: Account, today: date) -> Json:
    """An account as an object of the public contract, with its roles of today and its tokens."""
    reader = standing.reader(one.id, one.person, today)
    return {
        "id": one.id,
        "person": None if one.person is None else one.person.hex,
        "label": one.label,
        "made_at": instant_text(one.made_at),
        "disabled_at": None if one.disabled_at is None else instant_text(one.disabled_at),
        "roles": [grant_shown(grant) for grant in reader.held()],
        "tokens": [token_shown(token) for token in tokens.all() if token.account == one.id],
    }


def grant_shown(grant: Grant) -> Json:
    """A role, over what, until when."""
    return {
        "role": grant.role.value,
        "unit": None if grant.unit is None else grant.unit.hex,
        "until": None if grant.until is None else grant.until.isoformat(),
    }


def token_shown(one: Token) -> Json:
    """A token, without what opens the door."""
    return {
        "id": one.id,
        "label": one.label,
        "roles": sorted(role.value for role in one.roles),
        "made_at": instant_text(one.made_at),
        "ends_at": instant_text(one.ends_at),
        "revoked_at": None if one.revoked_at is None else instant_text(one.revoked_at),
    }


def must_hold(standing: Standing, account: Account, roles: frozenset[Role], today: date) -> None:
    """Refuse a token with roles its account does not hold: it would be a surprise later.

    Raises:
        TokenMisused.
    """
    lacking = sorted(
        role.value for role in roles - standing.reader(account.id, account.person, today).roles()
    )
    if lacking:
        raise TokenMisused(
            f"{account.id} does not hold {', '.join(lacking)} today.",
            next_step="Grant the role first, or leave it out.",
        )
