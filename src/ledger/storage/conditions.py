"""Under which conditions a command that somebody sends is stored: once for its key, after the
version it was decided on, or not at all.

They are laid around whatever decides, and take hold where it appends. So every command has them by
one path, and they hold in the appending transaction: of two who name the same version or the same
key at once, one is stored.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ledger.canonical import canonical_bytes
from ledger.errors import LedgerError
from ledger.records import Command, Outcome, Request

SECRET = "requests"  # noqa: S105 - the name of one, in `Keyring.secret`


class VersionStale(LedgerError):
    """Somebody recorded something since the version that the command names (RFC 9110)."""

    code = "version_stale"

    def __init__(self, named: int, found: int) -> None:
        super().__init__(
            f"The command was decided on version {named}, but the record is at version {found};"
            " nothing was stored.",
            next_step="Read again, decide again, and send the new version.",
            named=named,
            found=found,
        )


class Stopped(BaseException):
    """A dry run came to where it would append. No error: nothing that catches those sees it."""

    def __init__(self, command: Command) -> None:
        super().__init__("a dry run ends here")
        self.command = command


@dataclass(slots=True)
class Conditions:
    """What holds for one command.

    Attributes:
        request: by which it is known again. after: a stream, and the version that it must be at.
        dry: it stops where it would append.
        outcome: of the first that was appended under these conditions; what follows it in the same
            command of a user (the rows of an import) is no longer under them.
    """

    request: Request | None = None
    after: tuple[UUID, int] | None = None
    dry: bool = False
    outcome: Outcome | None = None

    def checked(self, command: Command) -> Command:
        """A command as it is to be stored.

        Raises:
            VersionStale. Stopped: in a dry run.
        """
        if self.after is not None:
            stream, version = self.after
            firsts = (e.originator_version for e in command.events if e.originator_id == stream)
            first = next(firsts, None)
            # Decided on something else, as when whoever decides tries again after a conflict.
            if first is not None and first != version + 1:
                raise VersionStale(version, first - 1)
        if self.dry:
            raise Stopped(command)
        return command if self.request is None else replace(command, request=self.request)


_CURRENT: ContextVar[Conditions | None] = ContextVar("conditions", default=None)


@contextmanager
def applied(conditions: Conditions) -> Iterator[Conditions]:
    """Lay conditions around what is done in this thread."""
    token = _CURRENT.set(conditions)
    try:
        yield conditions
    finally:
        _CURRENT.reset(token)


def current() -> Conditions | None:
    """The conditions that hold here, until something was appended under them."""
    found = _CURRENT.get()
    return None if found is None or found.outcome is not None else found


def request_of(secret: bytes, *, actor: str, key: str, said: Mapping[str, Any]) -> Request:
    """What makes a command recognisable: keyed hashes, so that neither a key nor a command can be
    guessed from the table.

    Args:
        secret: `Keyring.secret(SECRET)`. said: all that the user asked for, a canonical object.
    """
    whole = canonical_bytes(dict(said))
    return Request(
        actor,
        hmac.digest(secret, b"key\x00" + key.encode(), hashlib.sha256),
        hmac.digest(secret, b"command\x00" + whole, hashlib.sha256),
    )
