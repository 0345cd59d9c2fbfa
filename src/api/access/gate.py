"""From what a request carries to who asks: a session's cookie, or a token.

Rights are those of today: the account is looked up, its roles folded from the ledger and its unit
from the facts each time, so that what is revoked opens nothing in the next request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from api.access.readers import Reader
from api.access.sessions import Method, Sessions
from api.access.standing import Standing
from api.access.tokens import Tokens
from ledger.vocabulary_agency import ReadingPurpose


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and by what.

    Attributes:
        method: how he signed in; None with a token.
        token: the id of the token; None with a session.
        purpose: what he said that he reads records for; None if he has not, or with a token.
        ends_at: when the session ends at the latest; None with a token.
    """

    reader: Reader
    method: Method | None = None
    token: str | None = None
    purpose: ReadingPurpose | None = None
    ends_at: datetime | None = None


class Gate:
    """Who asks, of one ledger."""

    def __init__(self, standing: Standing, sessions: Sessions, tokens: Tokens) -> None:
        self.standing = standing
        self.sessions = sessions
        self.tokens = tokens

    def by_session(
        self, secret: str, *, at: datetime, today: date, demo: bool = False
    ) -> Asking | None:
        """Who has this session; None if nobody has it any more.

        Args:
            demo: whether this request could sign in to the demo now; a session that began so is
                worth nothing to one that could not.
        """
        found = self.sessions.find(secret, at=at)
        if found is None or (found.method is Method.DEMO and not demo):
            return None
        who = found.account
        reader = self.standing.reader(who.id, who.person, today, only=found.roles)
        return Asking(reader, method=found.method, purpose=found.purpose, ends_at=found.ends_at)

    def by_token(self, text: str, *, at: datetime, today: date) -> Asking | None:
        """Who has this token; None if it opens nothing."""
        found = self.tokens.find(text, at=at)
        if found is None:
            return None
        who = found.account
        reader = self.standing.reader(who.id, who.person, today, only=found.roles)
        return Asking(reader, token=found.token)
