"""Enacts a text in a founded ledger, as an agency does with a draft that it completed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ledger.application import Ledger
from ledger.events.base import encode
from ledger.events.book import InstrumentEnacted
from projections import instrument, shipped


def enact(url: str, text: bytes, *, keys: Path | None = None) -> None:
    """Enact a text in the ledger at a place."""
    plan = instrument.load(text, file="text.yaml")
    stated = InstrumentEnacted(
        effective_on=plan.in_force_from,
        instrument=plan.instrument,
        decree=plan.decree,
        sha256=hashlib.sha256(text).hexdigest(),
        text=text.decode(),
    )
    ledger = Ledger.open(url, keys=keys)
    try:
        ledger.append_to_book([encode(stated)], "tester")
    finally:
        ledger.close()


def enact_draft(url: str, name: str, *, keys: Path | None = None) -> None:
    """Enact a draft that comes with the program, as it stands."""
    enact(url, shipped.text(f"{shipped.DRAFTS}/{name}.yaml"), keys=keys)
