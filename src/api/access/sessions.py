"""Sessions: who is signed in, kept on the server; the browser holds 256 random bits and no more.

Only a hash of them is stored. A session ends by itself when nobody used it for a while and at the
latest after a day's work, whatever was done with it; signing in always begins a new one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from api.access.accounts import Account, Randomness, account_of, note
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import accounts, sessions
from ledger.vocabulary_agency import ReadingPurpose, Role

_SECRET_BYTES = 32
_SECRET_CHARACTERS = 43  # of base64 without padding
_TOUCH_AFTER = timedelta(minutes=1)


class Method(StrEnum):
    """How somebody signed in."""

    OPENID = "openid"
    PASSWORD = "password"  # noqa: S105 - the name of a way, not a password
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts: unused, and at the longest; break-glass ones are short."""

    idle: timedelta = timedelta(minutes=30)
    whole: timedelta = timedelta(hours=10)
    break_glass: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open now.

    Attributes:
        roles: those it is limited to; None is all of its account.
        purpose: what he said that he reads records for; None if he has not.
    """

    account: Account
    method: Method
    roles: frozenset[Role] | None
    purpose: ReadingPurpose | None
    begun_at: datetime
    ends_at: datetime


class Sessions:
    """The sessions of one ledger."""

    def __init__(
        self, store: AccountsStore, *, randomness: Randomness, lifetimes: Lifetimes | None = None
    ) -> None:
        self._store = store
        self._randomness = randomness
        self.lifetimes = lifetimes or Lifetimes()

    def begin(
        self,
        account: Account,
        method: Method,
        *,
        at: datetime,
        roles: frozenset[Role] | None = None,
        purpose: ReadingPurpose | None = None,
        before: str | None = None,
    ) -> str:
        """Sign an account in; gives the secret for the browser.

        Args:
            purpose: what he says that he reads records for; None if he has not.
            before: the secret that the browser had; it opens nothing any more, so that whoever
                planted it is not signed in with it.
        """
        secret = new_secret(self._randomness)
        short = method is Method.PASSWORD
        whole = self.lifetimes.break_glass if short else self.lifetimes.whole
        with self._store.writing() as connection:
            old = None if before is None else hash_of(before)
            if old is not None:
                connection.execute(delete(sessions).where(sessions.c.hash == old))
            connection.execute(delete(sessions).where(sessions.c.ends_at <= at))
            connection.execute(
                insert(sessions).values(
                    hash=hash_of(secret),
                    account=account.id,
                    method=method.value,
                    roles=None if roles is None else roles_text(roles),
                    purpose=None if purpose is None else purpose.value,
                    begun_at=at,
                    seen_at=at,
                    ends_at=at + whole,
                )
            )
            note(connection, at, what="signed in", account=account.id, method=method.value)
        return secret

    def find(self, secret: str, *, at: datetime) -> Session | None:
        """The open session of a secret; None for what is malformed, unknown, ended or disabled.

        Its use is written down at most once a minute, so that most requests only read.
        """
        hashed = hash_of(secret)
        if hashed is None:
            return None
        query = select(sessions, accounts).join_from(
            sessions, accounts, accounts.c.id == sessions.c.account
        )
        with self._store.reading() as connection:
            row = connection.execute(query.where(sessions.c.hash == hashed)).first()
        if row is None or row.disabled_at is not None:
            return None
        if at >= row.ends_at or at >= row.seen_at + self.lifetimes.idle:
            return None
        if at >= row.seen_at + _TOUCH_AFTER:
            with self._store.writing() as connection:
                seen = update(sessions).where(sessions.c.hash == hashed, sessions.c.seen_at < at)
                connection.execute(seen.values(seen_at=at))
        roles = None if row.roles is None else roles_of(row.roles)
        purpose = None if row.purpose is None else ReadingPurpose(row.purpose)
        method = Method(row.method)
        return Session(account_of(row), method, roles, purpose, row.begun_at, row.ends_at)

    def read_for(self, secret: str, purpose: ReadingPurpose) -> None:
        """Keep what somebody says that he reads records for, until he says otherwise."""
        with self._store.writing() as connection:
            where = sessions.c.hash == hash_of(secret)
            connection.execute(update(sessions).where(where).values(purpose=purpose.value))

    def end(self, secret: str, *, at: datetime) -> None:
        """Sign out; what is unknown is signed out already."""
        hashed = hash_of(secret)
        if hashed is None:
            return
        with self._store.writing() as connection:
            where = sessions.c.hash == hashed
            account = connection.execute(select(sessions.c.account).where(where)).scalar()
            if account is not None:
                connection.execute(delete(sessions).where(where))
                note(connection, at, what="signed out", account=account)


def new_secret(randomness: Randomness) -> str:
    """256 random bits as base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(randomness(_SECRET_BYTES)).decode().rstrip("=")


def hash_of(secret: str) -> bytes | None:
    """SHA-256 of the bits of a secret; None for a text that is none.

    The bits are random, so that no salt and no slow hash is needed; compared is only the hash.
    """
    if len(secret) != _SECRET_CHARACTERS or not secret.isascii():
        return None
    try:
        bits = base64.b64decode(secret + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return hashlib.sha256(bits).digest()


def roles_text(roles: frozenset[Role]) -> str:
    """Roles as they are stored: sorted, by spaces."""
    return " ".join(sorted(role.value for role in roles))


def roles_of(text: str) -> frozenset[Role]:
    """Roles from their stored text."""
    return frozenset(Role(word) for word in text.split())
