"""From an identity at a provider to an account of this ledger.

An identity that nobody linked gets no account by itself, with one exception that the settings must
name: a claim that holds the NIP, which whoever signs in cannot change there. It finds the person by
the ledger's keyed index and gives his own record to read, the role ASN and no other, until an
administrator links the identity. The number is stored nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.access.accounts import Account, Accounts
from api.access.openid import Identity
from api.access.refusals import AccountTaken, IdentityUnlinked, SignInRefused
from ledger.application import Ledger
from ledger.vocabulary_agency import Role

OPENID = "openid"  # stands as the maker of an account that nobody but the provider asked for
CLAIMED = frozenset({Role.ASN})


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom an identity lets in; `roles` limits the session, None does not."""

    account: Account
    roles: frozenset[Role] | None


def entry_of(ledger: Ledger, accounts: Accounts, identity: Identity, *, at: datetime) -> Entry:
    """The account that an identity opens.

    Raises:
        IdentityUnlinked: none, and no number that leads to a person.
        SignInRefused: it is disabled.
    """
    linked = accounts.of_identity(identity.issuer, identity.subject)
    if linked is None:
        account = _claimed(ledger, accounts, identity, at)
        return Entry(account, CLAIMED)
    if linked.account.disabled_at is not None:
        raise SignInRefused("account disabled")
    return Entry(linked.account, None if linked.trusted else CLAIMED)


def _claimed(ledger: Ledger, accounts: Accounts, identity: Identity, at: datetime) -> Account:
    """The account of the person whose number the provider tells, made and linked if need be."""
    person = None if identity.number is None else ledger.index.find(identity.number)
    if person is None:
        raise IdentityUnlinked
    account = accounts.ensure(person, actor=OPENID, at=at)
    if account.disabled_at is not None:
        raise SignInRefused("account disabled")
    try:
        accounts.link(account.id, identity.issuer, identity.subject, actor=None, at=at)
    except AccountTaken:
        # Another identity of that provider opens it: only an administrator can say who is right.
        raise IdentityUnlinked from None
    return account
