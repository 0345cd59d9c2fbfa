"""Accounts databases for tests, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from api.access.accounts import Account, Accounts
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import happenings
from api.access.flows import Flows
from api.access.passwords import Passwords
from api.access.sessions import Sessions
from api.access.tokens import Tokens

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
SECRET = bytes(range(32))
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class House:
    """Everything that lies in one accounts database."""

    store: AccountsStore
    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    passwords: Passwords
    flows: Flows

    def account(self) -> Account:
        """A new account of nobody."""
        return self.accounts.add(person=None, label=None, actor="acc-admin", at=NOW)

    def happened(self) -> list[str]:
        """What was written down, in order."""
        with self.store.reading() as connection:
            query = select(happenings.c.what).order_by(happenings.c.number)
            return list(connection.execute(query).scalars())


def after(**span: int) -> datetime:
    """Some time after NOW."""
    return NOW + timedelta(**span)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """The accounts beside a ledger that need not be there."""
    with AccountsStore.open(database_url) as store:
        yield House(
            store,
            Accounts(store, secret=SECRET, randomness=os.urandom),
            Sessions(store, randomness=os.urandom),
            Tokens(store, randomness=os.urandom),
            Passwords(store, secret=SECRET, hasher=QUICK),
            Flows(store, randomness=os.urandom),
        )
