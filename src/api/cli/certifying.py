"""Writing the certificate of one score."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from api.cli.common import warn
from ledger.application import Ledger
from ledger.copies.archive import must_be_free
from ledger.copies.bundle_seal import checkpoint_for, seal_of
from ledger.storage.durable import write_whole
from projections.asking import selection
from projections.asking.certificate import certificate

_PRIVATE = 0o600


def settle(ledger: Ledger, *, actor: str) -> None:
    """Let the log end with a checkpoint, so that an answer from everything recorded is asked at a
    position whose own event is in the certificate.
    """
    checkpoint_for(ledger, ledger.store.head().position, actor=actor)


def certify(
    ledger: Ledger, answer: Mapping[str, Any], person: UUID, out: Path, *, actor: str
) -> None:
    """Write an answer, without number and name, with everything that proves it.

    A checkpoint is taken where none covers its position yet. Written aside and renamed: a crash
    leaves no file of this name.
    """
    stored = checkpoint_for(ledger, int(answer["position"]), actor=actor)
    streams = selection.streams_of(ledger, [person], stored.size)
    with seal_of(ledger, stored) as seal:
        data = certificate(ledger.store, answer, seal, sorted(streams))
    must_be_free(out)
    write_whole(out, data, mode=_PRIVATE)
    warn(f"{out}: certified at position {stored.size}, {len(data)} bytes.")
