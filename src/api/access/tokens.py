"""Tokens for machines: some of an account's roles, for a time, as a bearer token (RFC 6750).

The text is shown once, when it is made; of it a hash is stored. Its prefix lets secret scanners
recognise one that was published by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from api.access.accounts import Account, Randomness, account_of, note, opaque_id
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import accounts, tokens
from api.access.refusals import AccountEnded, AccountUnknown, TokenMisused
from api.access.sessions import hash_of, new_secret, roles_of, roles_text
from ledger.fields import read_open_text
from ledger.vocabulary_agency import Role

PREFIX = "asnl_"
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be shown: not what opens the door."""

    id: str
    account: str
    label: str
    roles: frozenset[Role]
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token stands for."""

    token: str
    account: Account
    roles: frozenset[Role]


class Tokens:
    """The tokens of one ledger."""

    def __init__(self, store: AccountsStore, *, randomness: Randomness) -> None:
        self._store = store
        self._randomness = randomness

    def issue(
        self,
        account: Account,
        *,
        roles: frozenset[Role],
        label: str,
        ends_at: datetime,
        actor: str,
        at: datetime,
    ) -> tuple[Token, str]:
        """A new token and the text that opens the door, which is never shown again.

        Raises:
            BadValue: the label holds a personal number.
            TokenMisused: no role, an end that has passed, or one more than a year away.
            AccountEnded.
        """
        if account.disabled_at is not None:
            raise AccountEnded(
                f"The account {account.id} is disabled.", next_step="Make another account."
            )
        if not roles or not at < ends_at <= at + LONGEST:
            raise TokenMisused(
                "A token has at least one role, and ends within a year from now.",
                next_step=f"Name roles with --role and a day with --until, at most"
                f" {LONGEST.days} days away.",
            )
        one = Token(
            opaque_id("tok-", self._randomness),
            account.id,
            read_open_text(label),
            roles,
            at,
            ends_at,
            None,
        )
        secret = new_secret(self._randomness)
        with self._store.writing() as connection:
            connection.execute(
                insert(tokens).values(
                    id=one.id,
                    hash=hash_of(secret),
                    account=one.account,
                    label=one.label,
                    roles=roles_text(roles),
                    made_at=at,
                    made_by=actor,
                    ends_at=ends_at,
                )
            )
            note(connection, at, what="token made", account=account.id, actor=actor, method=one.id)
        return one, PREFIX + secret

    def find(self, text: str, *, at: datetime) -> Bearer | None:
        """Who a token stands for; None for what is malformed, unknown, ended, revoked, disabled."""
        hashed = hash_of(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else None
        if hashed is None:
            return None
        query = select(
            accounts, tokens.c.id.label("token"), tokens.c.roles, tokens.c.ends_at
        ).join_from(tokens, accounts, accounts.c.id == tokens.c.account)
        living = query.where(tokens.c.hash == hashed, tokens.c.revoked_at.is_(None))
        with self._store.reading() as connection:
            row = connection.execute(living).first()
        if row is None or row.disabled_at is not None or at >= row.ends_at:
            return None
        return Bearer(row.token, account_of(row), roles_of(row.roles))

    def revoke(self, ident: str, *, actor: str, at: datetime) -> Token:
        """Let a token open nothing any more.

        Raises:
            AccountUnknown: there is no such token.
        """
        with self._store.writing() as connection:
            where = tokens.c.id == ident
            row = connection.execute(select(tokens).where(where)).first()
            if row is None:
                raise AccountUnknown(
                    "No token has this id.", next_step="`asn-ledger account list` shows them."
                )
            if row.revoked_at is None:
                connection.execute(update(tokens).where(where).values(revoked_at=at))
                note(connection, at, what="token revoked", account=row.account, actor=actor)
        return next(one for one in self.all() if one.id == ident)

    def all(self) -> list[Token]:
        """Every token, revoked and ended ones included, in the order in which they were made."""
        query = select(tokens).order_by(tokens.c.made_at, tokens.c.id)
        with self._store.reading() as connection:
            return [
                Token(
                    row.id,
                    row.account,
                    row.label,
                    roles_of(row.roles),
                    row.made_at,
                    row.ends_at,
                    row.revoked_at,
                )
                for row in connection.execute(query)
            ]
