"""`report sertifikat`: a certificate on paper, after it was checked and computed again."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    opened,
)
from api.cli.files import read_limited
from api.cli.paper_options import Number, Out, Site, form_and_site, keep, made_of
from api.cli.watched import looking_at
from api.outputs.papers import links
from ledger.application import Ledger
from ledger.checkpoints.checkpoint_store import CheckpointRefused, read_checkpoint
from ledger.copies.bundle_check import Proven
from ledger.errors import LedgerError
from projections.asking import certificate


class CertificateForeign(LedgerError):
    """A certificate that is right in itself and of another ledger."""

    code = "certificate_foreign"


def certificate_command(
    file: Annotated[Path, typer.Argument(help="As `score --certificate` writes it.")],
    out: Out,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Sertifikat nilai: a certificate of this ledger, checked and computed again, on paper."""
    suffix, where = form_and_site(out, site)
    data = read_limited(file, certificate.BYTES_MAX)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "report sertifikat", actor, purpose) as looker,
    ):
        certified = certificate.check(data)
        _check_own(ledger, certified.proven)
        shown = dict(certified.answer)
        stream = UUID(shown["subject"])
        looker.person(stream, instrument=shown["instrument"], as_of=shown["as_of"])
        shown["person"] = ledger.person(stream)
        shown["certificate"] = _proof(data, certified.proven)
        coordinates = [
            ("instrument", shown["instrument"]),
            ("as_of", shown["as_of"]),
            ("position", shown["position"]),
        ]
        link = links.link_of(where, links.RECORD, stream.hex, asked=coordinates)
        made = made_of(ledger, "sertifikat", suffix, shown, (certified.proven.size, link, number))
    keep("sertifikat", made, out, as_json=as_json)


def _check_own(ledger: Ledger, proven: Proven) -> None:
    """Refuse a certificate whose checkpoint this ledger never signed: it proves itself only.

    Raises:
        CertificateForeign.
    """
    try:
        own = read_checkpoint(ledger.store, proven.size).checkpoint
    except CheckpointRefused:
        own = None
    if own is None or (own.origin, own.root) != (proven.origin, proven.root):
        raise CertificateForeign(
            "The certificate rests on a checkpoint that this ledger did not sign.",
            next_step="Name the ledger that it is of with --ledger, or ask for a new certificate.",
        )


def _proof(data: bytes, proven: Proven) -> dict[str, Any]:
    """What the paper says of a certificate that was checked."""
    whole = orjson.loads(data)
    return {
        "digest": whole["digest"],
        "size": proven.size,
        "root": base64.b64encode(proven.root).decode(),
        "events": proven.events,
        "note": whole["checkpoint"],
    }
