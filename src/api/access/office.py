"""Everything that lies in one accounts database, opened together with its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from api.access.accounts import Accounts
from api.access.accounts_store import AccountsStore
from api.access.flows import Flows
from api.access.passwords import Passwords
from api.access.sessions import Lifetimes, Sessions
from api.access.tokens import Tokens
from ledger.application import Ledger

SECRET = "accounts"  # noqa: S105 - the name under which the ledger derives one


@dataclass(frozen=True, slots=True)
class Office:
    """The accounts of one ledger; a context manager that closes them and not the ledger."""

    store: AccountsStore
    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    passwords: Passwords
    flows: Flows

    @classmethod
    def open(cls, url: str, ledger: Ledger, *, lifetimes: Lifetimes | None = None) -> Self:
        """The accounts of the ledger at an address; made if there are none yet.

        Raises:
            BadLedgerUrl, AccountsUnavailable, AccountsNewer, and what the keyring raises.
        """
        secret, randomness = ledger.keyring.secret(SECRET), ledger.keyring.randomness
        store = AccountsStore.open(url)
        return cls(
            store,
            Accounts(store, secret=secret, randomness=randomness),
            Sessions(store, randomness=randomness, lifetimes=lifetimes),
            Tokens(store, randomness=randomness),
            Passwords(store, secret=secret),
            Flows(store, randomness=randomness),
        )

    def close(self) -> None:
        """Close the accounts."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
