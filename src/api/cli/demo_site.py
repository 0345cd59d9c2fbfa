"""The site of a demo: who may sign in, where the stories begin, and serving it until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from api.cli.common import say, sqlite_path
from api.demo.accounts import ACCOUNTS
from api.http.serving import serve
from api.http.settings import Settings, read_settings
from api.web.site import pages
from ledger.errors import LedgerError


class PortTaken(LedgerError):
    """Another program listens where the demo would."""

    code = "port_taken"


def settings_of(url: str, keys: Path | None) -> Settings:
    """One worker on this machine, whatever the environment says for a real ledger.

    Raises:
        Misuse: a setting cannot be read.
    """
    return read_settings(url=url, keys=keys, workers=1)


def check_free(settings: Settings) -> None:
    """Look whether the port is free, before a minute is spent on founding.

    Raises:
        PortTaken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((settings.host, settings.port))
        except OSError:
            raise PortTaken(
                f"Another program listens at {settings.host}:{settings.port}.",
                next_step="End it, or choose another port: ASN_LEDGER_PORT=8010 make demo.",
            ) from None


def invite(settings: Settings, tours: Sequence[Mapping[str, Any]]) -> None:
    """Tell where to look, as whom, and where each story begins."""
    address = settings.address
    say(f"\nLook at it: {address}/masuk, with one click as")
    width = max(len(one.name) for one in ACCOUNTS)
    for one in ACCOUNTS:
        say(f"  {one.name:{width}}  {one.label}")
    say(f"\nThree stories, a page after the other: {address}/panduan/cerita")
    for tour in tours:
        say(f"  {tour['title']} ({tour['english']})  as {tour['account']}")
        for step in tour["steps"]:
            say(f"    {address}{step['address']}")


def serve_until_stopped(settings: Settings) -> None:
    """Serve the demo until Ctrl-C; its log goes to a file, so that the addresses stay in sight."""
    path = sqlite_path(settings.url)
    with ExitStack() as open_files:
        log = None
        if path is not None:
            log = open_files.enter_context(Path(f"{path}.log").open("a", encoding="utf-8"))
            say(f"\nServing; its log is {path}.log. Ctrl-C ends it.")
        serve(settings, pages, "api.web.site:application", log)
    say("Ended.")
