"""Accounts: opaque ids under which people and machines act. What they may do is in the ledger.

An account belongs to one person of the ledger, to a machine, or to somebody from outside. It is
never deleted, because events name it; it is disabled, and then nothing opens it any more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import accounts, happenings, identities, sessions, tokens
from api.access.readers import ACCOUNT
from api.access.refusals import AccountEnded, AccountTaken, AccountUnknown
from ledger.fields import read_open_text

_ID_BYTES = 10
KEPT = timedelta(days=2 * 366)  # what happened to accounts, and who signed in when
Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        id: opaque; stands as the actor in events.
        person: the stream of the ASN it belongs to; None of a machine or somebody from outside.
        label: what administrators call it; never a name or number of a person.
    """

    id: str
    person: UUID | None
    label: str | None
    made_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Linked:
    """The account of an identity at a provider; `trusted` if an administrator linked it."""

    account: Account
    trusted: bool


class Accounts:
    """The accounts of one ledger.

    Args:
        secret: 32 bytes of the ledger, under which identities are hashed.
    """

    def __init__(self, store: AccountsStore, *, secret: bytes, randomness: Randomness) -> None:
        self.store = store
        self._secret = secret
        self._randomness = randomness

    def add(self, *, person: UUID | None, label: str | None, actor: str, at: datetime) -> Account:
        """A new account.

        Raises:
            BadValue: the label holds a personal number.
            AccountTaken: the person has an account.
        """
        one = Account(opaque_id(ACCOUNT, self._randomness), person, _label(label), at, None)
        with self.store.writing() as connection:
            self._insert(connection, one, actor)
        return one

    def ensure(self, person: UUID, *, actor: str, at: datetime) -> Account:
        """The account of a person, made if he has none."""
        one = Account(opaque_id(ACCOUNT, self._randomness), person, None, at, None)
        with self.store.writing() as connection:
            where = accounts.c.person == person
            found = connection.execute(select(accounts).where(where)).first()
            if found is not None:
                return account_of(found)
            self._insert(connection, one, actor)
        return one

    def ensure_demo(self, ident: str, person: UUID | None, at: datetime) -> Account:
        """The account of a role of the demo, whose id the demo's ledger names."""
        with self.store.writing() as connection:
            found = connection.execute(select(accounts).where(accounts.c.id == ident)).first()
            if found is not None:
                return account_of(found)
            one = Account(ident, person, None, at, None)
            self._insert(connection, one, ident)
        return one

    def _insert(self, connection: Connection, one: Account, actor: str) -> None:
        if one.person is not None:
            taken = select(accounts.c.id).where(accounts.c.person == one.person)
            other = connection.execute(taken).scalar()
            if other is not None:
                raise AccountTaken(
                    f"That person has the account {other}; with two he could confirm what he"
                    " proposed.",
                    next_step=f"Use {other}.",
                    account=other,
                )
        connection.execute(
            insert(accounts).values(
                id=one.id, person=one.person, label=one.label, made_at=one.made_at, made_by=actor
            )
        )
        note(connection, one.made_at, what="account made", account=one.id, actor=actor)

    def get(self, ident: str) -> Account:
        """An account by its id.

        Raises:
            AccountUnknown.
        """
        with self.store.reading() as connection:
            return _existing(connection, ident)

    def of_person(self, person: UUID) -> Account | None:
        """The account of a person, if he has one."""
        with self.store.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.person == person)).first()
        return None if row is None else account_of(row)

    def all(self) -> list[Account]:
        """Every account, in the order in which they were made."""
        with self.store.reading() as connection:
            order = (accounts.c.made_at, accounts.c.id)
            return [
                account_of(row) for row in connection.execute(select(accounts).order_by(*order))
            ]

    def disable(self, ident: str, *, actor: str, at: datetime) -> Account:
        """Shut an account: its sessions end with the same commit, its tokens open nothing more.

        Raises:
            AccountUnknown.
        """
        with self.store.writing() as connection:
            one = _existing(connection, ident)
            if one.disabled_at is None:
                where = accounts.c.id == ident
                connection.execute(update(accounts).where(where).values(disabled_at=at))
                connection.execute(delete(sessions).where(sessions.c.account == ident))
                revoked = tokens.c.account == ident, tokens.c.revoked_at.is_(None)
                connection.execute(update(tokens).where(*revoked).values(revoked_at=at))
                note(connection, at, what="account disabled", account=ident, actor=actor)
            return _existing(connection, ident)

    # ------------------------------------------------------------------- identities at a provider

    def link(
        self, ident: str, issuer: str, subject: str, *, actor: str | None, at: datetime
    ) -> None:
        """Let an identity at a provider open an account.

        Args:
            actor: the administrator who says so; None if the provider's claim of a number does.

        Raises:
            AccountUnknown, AccountEnded.
            AccountTaken: the identity opens another account, or another identity of this provider
                opens this one.
        """
        key, issued = self._identity(issuer, subject), self._hash(issuer)
        with self.store.writing() as connection:
            if _existing(connection, ident).disabled_at is not None:
                raise AccountEnded(
                    f"The account {ident} is disabled.", next_step="Make another account."
                )
            mine = (identities.c.account == ident) & (identities.c.issuer == issued)
            query = select(identities).where((identities.c.key == key) | mine)
            for row in connection.execute(query):
                if row.key != key or row.account != ident:
                    raise AccountTaken(
                        "That identity opens another account, or another identity of the provider"
                        " opens this one.",
                        next_step="Unlink it first: `asn-ledger account unlink`.",
                    )
            connection.execute(delete(identities).where(identities.c.key == key))
            connection.execute(
                insert(identities).values(
                    key=key, issuer=issued, account=ident, linked_at=at, linked_by=actor
                )
            )
            note(connection, at, what="identity linked", account=ident, actor=actor)

    def unlink(self, ident: str, *, actor: str, at: datetime) -> int:
        """Take every identity off an account and end its sessions; how many identities there were.

        Raises:
            AccountUnknown.
        """
        with self.store.writing() as connection:
            _existing(connection, ident)
            mine = identities.c.account == ident
            count = connection.execute(delete(identities).where(mine)).rowcount
            connection.execute(delete(sessions).where(sessions.c.account == ident))
            note(connection, at, what="identities unlinked", account=ident, actor=actor)
        return count

    def of_identity(self, issuer: str, subject: str) -> Linked | None:
        """The account that an identity opens, if it was linked."""
        where = identities.c.key == self._identity(issuer, subject)
        query = select(accounts, identities.c.linked_by).join_from(
            identities, accounts, accounts.c.id == identities.c.account
        )
        with self.store.reading() as connection:
            row = connection.execute(query.where(where)).first()
        return None if row is None else Linked(account_of(row), row.linked_by is not None)

    def _identity(self, issuer: str, subject: str) -> bytes:
        # The issuer holds no newline, so that no two pairs are the same text.
        return self._hash(f"{issuer}\n{subject}")

    def _hash(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def opaque_id(prefix: str, randomness: Randomness) -> str:
    """A prefix and 80 random bits, in letters and digits that are read out without mistakes."""
    drawn = base64.b32encode(randomness(_ID_BYTES)).decode().rstrip("=").lower()
    return f"{prefix}{drawn}"


def account_of(row: Row[Any]) -> Account:
    """An account from its row."""
    return Account(row.id, row.person, row.label, row.made_at, row.disabled_at)


def note(
    connection: Connection,
    at: datetime,
    *,
    what: str,
    account: str | None,
    actor: str | None = None,
    method: str | None = None,
) -> None:
    """Write down what happened to an account, in the transaction in which it happened, and forget
    what happened too long ago.
    """
    connection.execute(delete(happenings).where(happenings.c.at < at - KEPT))
    row = {"at": at, "what": what, "account": account, "actor": actor, "method": method}
    connection.execute(insert(happenings).values(**row))


def _existing(connection: Connection, ident: str) -> Account:
    row = connection.execute(select(accounts).where(accounts.c.id == ident)).first()
    if row is None:
        raise AccountUnknown(
            "No account has this id.", next_step="`asn-ledger account list` shows those there are."
        )
    return account_of(row)


def _label(text: str | None) -> str | None:
    return None if text is None else read_open_text(text)
