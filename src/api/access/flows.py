"""Sign-ins at a provider that have begun: what must come back, to which browser, and only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from api.access.accounts import Randomness
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import flows
from api.access.sessions import hash_of, new_secret
from ledger.vocabulary_agency import ReadingPurpose

PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in on its way to the provider and back.

    Attributes:
        state: comes back in the address. browser: comes back in a cookie, so that nobody can be
            signed in with another's sign-in.
        nonce: comes back in the ID token. verifier: shows the provider that we began (RFC 7636).
        next: where to go then, a path of ours. purpose: what records will be read for, if said.
    """

    state: str = field(repr=False)
    browser: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next: str
    purpose: ReadingPurpose | None = None


class Flows:
    """The sign-ins of one ledger that have begun."""

    def __init__(self, store: AccountsStore, *, randomness: Randomness) -> None:
        self._store = store
        self._randomness = randomness

    def begin(self, following: str, *, at: datetime, purpose: ReadingPurpose | None = None) -> Flow:
        """A new one; older ones that never came back are forgotten."""
        state, browser, nonce, verifier = (new_secret(self._randomness) for _ in range(4))
        one = Flow(state, browser, nonce, verifier, following, purpose)
        with self._store.writing() as connection:
            connection.execute(delete(flows).where(flows.c.ends_at <= at))
            connection.execute(
                insert(flows).values(
                    state=hash_of(one.state),
                    browser=hash_of(one.browser),
                    nonce=one.nonce,
                    verifier=one.verifier,
                    next=one.next,
                    purpose=None if purpose is None else purpose.value,
                    ends_at=at + PATIENCE,
                )
            )
        return one

    def take(self, state: str, browser: str, *, at: datetime) -> Flow | None:
        """The one of this state, if this browser began it; it is used up by that.

        Another browser's try leaves it to whom it belongs.
        """
        hashed, owner = hash_of(state), hash_of(browser)
        if hashed is None or owner is None:
            return None
        where = (flows.c.state == hashed) & (flows.c.browser == owner)
        with self._store.writing() as connection:
            row = connection.execute(select(flows).where(where)).first()
            if row is None:
                return None
            connection.execute(delete(flows).where(where))
        if at >= row.ends_at:
            return None
        purpose = None if row.purpose is None else ReadingPurpose(row.purpose)
        return Flow(state, browser, row.nonce, row.verifier, row.next, purpose)
