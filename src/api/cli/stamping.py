"""RFC 3161 time stamps at the command line: requests out, responses in, as files or by HTTP."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from api.cli.common import warn
from api.cli.files import hand_out, read_limited
from ledger.checkpoints import checkpoint_store, timestamping
from ledger.checkpoints.checkpoint_store import StoredCheckpoint
from ledger.checkpoints.timestamping import MAX_RESPONSE_BYTES
from ledger.errors import LedgerError
from ledger.storage.store import EventStore

_SECONDS = 30
_CERTIFICATE_MAX = 65_536


class AuthorityUnreachable(LedgerError):
    """The time stamp authority gave no answer."""

    code = "authority_unreachable"


def stamp_checkpoint(taken: StoredCheckpoint, path: Path) -> None:
    """Write the request for a checkpoint."""
    hand_out(path, timestamping.request_for(taken.signed_bytes()))


def fetch_timestamp(
    store: EventStore, taken: StoredCheckpoint, source: str, roots: list[Path]
) -> StoredCheckpoint:
    """Take a response from a file or an authority, verify it offline, keep it.

    Raises:
        TimestampRefused: it does not hold. AuthorityUnreachable, Misuse: nobody, nothing there.
    """
    if is_address(source):
        response = _ask(source, timestamping.request_for(taken.signed_bytes()))
    else:
        response = read_limited(Path(source), MAX_RESPONSE_BYTES)
    trusted = [read_limited(root, _CERTIFICATE_MAX) for root in roots]
    instant = timestamping.verify_timestamp(response, taken.signed_bytes(), trusted)
    checkpoint_store.add_timestamp(store, taken.size, response)
    warn(f"Stamped at {instant.isoformat()}.")
    return checkpoint_store.read_checkpoint(store, taken.size)


def is_address(source: str) -> bool:
    """Whether a source of time stamps is an authority to be asked, and not a file."""
    return urlsplit(source).scheme in {"http", "https"}


def _ask(url: str, request: bytes) -> bytes:
    """POST as RFC 3161 section 3.4 says."""
    asked = Request(  # noqa: S310 - the scheme was looked at
        url, data=request, headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with build_opener().open(asked, timeout=_SECONDS) as answer:
            data: bytes = answer.read(MAX_RESPONSE_BYTES + 1)
    except (URLError, OSError, ValueError) as error:
        raise AuthorityUnreachable(
            f"The time stamp authority at {urlsplit(url).hostname} gave no answer.",
            next_step="Try again later, or carry the request there: --timestamp-request FILE.",
        ) from error
    return data
