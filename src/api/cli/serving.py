"""`serve`: the ledger over HTTP, pages and API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.http.serving import serve
from api.http.settings import read_settings
from api.web.site import pages


def serve_command(
    url: Annotated[
        str | None,
        typer.Option("--ledger", help="Where the ledger is.", metavar="URL"),
    ] = None,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Folder of the keys.", metavar="DIR")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen at; default 127.0.0.1.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="Default 8000.")] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes that answer; default 1.")
    ] = None,
) -> None:
    """Serve pages and API; settings are the variables ASN_LEDGER_… (docs/serving.md)."""
    settings = read_settings(url=url, keys=keys, host=host, port=port, workers=workers)
    serve(settings, pages, "api.web.site:application")
