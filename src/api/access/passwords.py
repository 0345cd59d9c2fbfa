"""Passwords of break-glass accounts: for the day on which the provider of identities is down.

argon2id (RFC 9106) with the library's parameters. Whether the name is an account's shows neither in
the answer nor in the work done. Each failed try counts against the name from that address, before
the password is looked at, so that many at once count as many; the wait doubles up to a quarter of
an hour. Every try is written down.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import unicodedata
from datetime import datetime, timedelta
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from api.access.accounts import Account, account_of, note
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import accounts, attempts, passwords, sessions
from api.access.refusals import AccountEnded, PasswordWeak, SignInRefused, TooManyAttempts
from api.access.sessions import Method

LENGTH_MIN, LENGTH_MAX = 15, 256  # NIST SP 800-63B-4: fifteen where it is the only factor
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
_AT_ONCE = 2  # each takes 64 MiB and a tenth of a second
_PATIENCE_SECONDS = 3
_NETWORK_BITS = 64  # of an IPv6 address: what one subscriber has
_NAME = re.compile(r"[a-z0-9-]{1,40}")


class Passwords:
    """The passwords of one ledger.

    Args:
        secret: 32 bytes of the ledger, under which the names of failed tries are hashed.
        hasher: how passwords are hashed; None is as the library recommends (RFC 9106).
    """

    def __init__(
        self, store: AccountsStore, *, secret: bytes, hasher: PasswordHasher | None = None
    ) -> None:
        self._store = store
        self._secret = secret
        self._hasher = hasher or PasswordHasher()
        self._turns = BoundedSemaphore(_AT_ONCE)

    def set(self, account: Account, password: str, *, actor: str, at: datetime) -> None:
        """Give an account a password, and end the sessions it has.

        Raises:
            PasswordWeak: too short or too long.
            AccountEnded.
        """
        if account.disabled_at is not None:
            raise AccountEnded(
                f"The account {account.id} is disabled.", next_step="Make another account."
            )
        if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
            raise PasswordWeak(
                f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters.",
                next_step="Take several words that do not belong together.",
            )
        hashed = self._hasher.hash(_bytes(password))
        with self._store.writing() as connection:
            mine = passwords.c.account == account.id
            connection.execute(delete(passwords).where(mine))
            connection.execute(insert(passwords).values(account=account.id, hash=hashed, set_at=at))
            connection.execute(delete(sessions).where(sessions.c.account == account.id))
            note(connection, at, what="password set", account=account.id, actor=actor)

    def check(self, name: str, password: str, *, address: str, at: datetime) -> Account:
        """The account of this name, if this is its password.

        Args:
            address: where the try comes from.

        Raises:
            TooManyAttempts: this name was tried too often from there, or too many try at once.
            SignInRefused: for every other reason, all alike.
        """
        key = self._key(name, address)
        with self._store.writing() as connection:
            _count(connection, key, at)
        if not self._turns.acquire(timeout=_PATIENCE_SECONDS):
            raise TooManyAttempts(_PATIENCE_SECONDS)
        try:
            account = self._verified(name, password)
        finally:
            self._turns.release()
        with self._store.writing() as connection:
            if account is not None:
                connection.execute(delete(attempts).where(attempts.c.key == key))
            else:
                method = Method.PASSWORD.value
                note(connection, at, what="sign-in failed", account=None, method=method)
        if account is None:
            raise SignInRefused("password")
        return account

    @cached_property
    def _nobody(self) -> str:
        """Of a password nobody knows, so that an unknown name costs what a known one does."""
        return self._hasher.hash("there is no such account")

    def _verified(self, name: str, password: str) -> Account | None:
        query = select(accounts, passwords.c.hash).join_from(
            accounts, passwords, passwords.c.account == accounts.c.id
        )
        known = name if _NAME.fullmatch(name) else ""
        with self._store.reading() as connection:
            row = connection.execute(query.where(accounts.c.id == known)).first()
        usable = row is not None and row.disabled_at is None
        hashed = row.hash if row is not None and usable else self._nobody
        try:
            # Cut, not refused: the work must not tell how long the right one may be.
            self._hasher.verify(hashed, _bytes(password[: LENGTH_MAX + 1]))
        except (VerificationError, InvalidHashError):
            return None
        return account_of(row) if row is not None and usable else None

    def _key(self, name: str, address: str) -> bytes:
        text = f"{name}\n{_network(address)}"
        return hmac.digest(self._secret, _bytes(text), hashlib.sha256)


def _count(connection: Connection, key: bytes, at: datetime) -> None:
    """Count a try as failed until it is known to be good, or refuse it because of those before."""
    connection.execute(
        delete(attempts).where(attempts.c.blocked_until < at - LONGEST_WAIT)
    )  # forgotten
    row = connection.execute(select(attempts).where(attempts.c.key == key)).first()
    if row is not None and at < row.blocked_until:
        left = (row.blocked_until - at) // timedelta(seconds=1) + 1
        raise TooManyAttempts(left)
    failed = 1 if row is None else row.failed + 1
    until = at + _wait(failed)
    if row is None:
        connection.execute(insert(attempts).values(key=key, failed=failed, blocked_until=until))
        return
    again = update(attempts).where(attempts.c.key == key)
    connection.execute(again.values(failed=failed, blocked_until=until))


def _wait(failed: int) -> timedelta:
    """How long after so many failures nobody may try: nothing at first, then twice as long."""
    if failed < FREE_TRIES:
        return timedelta()
    doublings = min(failed - FREE_TRIES, LONGEST_WAIT.seconds.bit_length())
    return min(timedelta(seconds=2**doublings), LONGEST_WAIT)


def _network(address: str) -> str:
    """An IPv4 address, or the network of an IPv6 address; any other text as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _NETWORK_BITS), strict=False))


def _bytes(text: str) -> bytes:
    """UTF-8 of the composed form, so that one password is the same from every keyboard."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
