"""Asking a served ledger over HTTP, for commands that do: bounded, and with a token of its own."""

from __future__ import annotations

import json
import os
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from api.cli.files import read_limited
from ledger.errors import LedgerError, Misuse

TOKEN = "ASN_LEDGER_TOKEN"  # noqa: S105 - the name of the variable
_SECONDS = 30
_ANSWER_MAX = 1 << 20
_TOKEN_MAX = 8_192
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ServerRefused(LedgerError):
    """A served ledger gave no answer, or a refusal."""

    code = "server_refused"


class _Staying(HTTPRedirectHandler):
    """No redirect is followed: the token is for this server alone."""

    def redirect_request(
        self,
        req: Request,  # noqa: ARG002 - of the library
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> Request | None:
        return None


class Server:
    """A served ledger, as `https://kinerja.example.go.id`.

    Raises:
        Misuse: the address is none, or would send the token unencrypted to another machine.
    """

    def __init__(self, url: str, token: str | None) -> None:
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if parts.hostname is None or not (parts.scheme == "https" or local) or parts.query:
            raise Misuse(
                "The address of the server must begin with https:// (http:// on this machine).",
                next_step="Write it as https://kinerja.example.go.id.",
            )
        self._base = url.rstrip("/")
        self._token = token

    def get(self, path: str, *, accept: str) -> bytes:
        """What lies at a path.

        Raises:
            ServerRefused.
        """
        return self._ask(Request(self._base + path, headers={"Accept": accept}))  # noqa: S310

    def post(self, path: str, data: bytes, *, form: str) -> bytes:
        """Send something there.

        Raises:
            ServerRefused.
        """
        return self._ask(Request(self._base + path, data, {"Content-Type": form}))  # noqa: S310

    def _ask(self, request: Request) -> bytes:
        if self._token is not None:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            answer: HTTPResponse
            with build_opener(_Staying).open(request, timeout=_SECONDS) as answer:
                data = answer.read(_ANSWER_MAX + 1)
        except HTTPError as fault:
            raise _refused(fault) from None
        except (URLError, OSError, ValueError) as fault:
            raise ServerRefused(
                f"The server at {urlsplit(self._base).hostname} gave no answer.",
                next_step="Check the address, and try again later.",
            ) from fault
        if len(data) > _ANSWER_MAX:
            raise ServerRefused(
                "The answer of the server is larger than any of its kind.",
                next_step="Check that it is the address of a ledger.",
            )
        return data


def token_given(path: Path | None) -> str | None:
    """The token of a file, else of the environment; None where there is none.

    Raises:
        Misuse: the file is not there.
    """
    if path is None:
        return os.environ.get(TOKEN)
    return read_limited(path, _TOKEN_MAX).decode("utf-8", "replace").strip()


def _refused(fault: HTTPError) -> ServerRefused:
    """A problem of RFC 9457 in its own words, whatever else in ours."""
    try:
        told = json.loads(fault.read(_ANSWER_MAX))
        said, step = str(told["detail"]), str(told.get("next_step", ""))
    except (ValueError, KeyError, TypeError, OSError):
        said, step = f"The server answered with status {fault.code}.", "Check the address."
    return ServerRefused(said, next_step=step)
