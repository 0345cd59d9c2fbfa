"""What every command that makes a document shares: its options, its file, what it prints."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.common import open_text, print_json, say
from api.outputs import twins
from api.outputs.aside import known_suffix, written_aside
from api.outputs.papers.context import context_of
from ledger.application import Ledger
from ledger.errors import Misuse

_SITE = re.compile(r"https?://[^\s?#]+")

Out = Annotated[
    Path, typer.Option("--out", help="FILE.pdf, FILE.xlsx or FILE.csv.", metavar="FILE")
]
Person = Annotated[
    str, typer.Argument(help="NIP or id; - reads standard input.", metavar="SUBJECT")
]
Number = Annotated[str | None, typer.Option("--number", help="Of the letter.", metavar="N")]
Site = Annotated[
    str | None,
    typer.Option(
        "--site",
        envvar="ASN_LEDGER_SITE",
        help="Where the pages are; its address goes into the QR code.",
        metavar="URL",
    ),
]


def form_and_site(out: Path, site: str | None) -> tuple[str, str | None]:
    """The form of the file, and the address of the site.

    Raises:
        Misuse: another ending, or no address.
    """
    if site is not None and _SITE.fullmatch(site) is None:
        raise Misuse(
            "--site is no address of a site.",
            next_step="Write it as https://kinerja.example.go.id.",
        )
    return known_suffix(out, twins.SUFFIXES, "A document"), site


def made_of(
    ledger: Ledger,
    kind: str,
    suffix: str,
    shown: Mapping[str, Any],
    rests: tuple[int, str | None, str | None],
) -> bytes:
    """The file; `rests` are the position it rests on, its link and the number of its letter."""
    position, link, number = rests
    if number is not None:
        number = open_text("--number", number)
    context = context_of(ledger, position, link=link, number=number)
    return twins.write(kind, suffix, shown, context).data


def keep(kind: str, made: bytes, out: Path, *, as_json: bool) -> None:
    with written_aside(out) as stream:
        stream.write(made)
    digest = hashlib.sha256(made).hexdigest()
    if as_json:
        print_json({"report": kind, "file": str(out), "bytes": len(made), "sha256": digest})
    else:
        say(f"{out}: {len(made)} bytes, sha256 {digest}.")
