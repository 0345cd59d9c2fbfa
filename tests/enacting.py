"""Enacts a text in a founded ledger, as an agency does with a draft that it completed."""

from __future__ import annotations

import hashlib
from contextlib import chdir, closing
from pathlib import Path

from ledger.application import Ledger
from ledger.events.base import encode
from ledger.events.book import InstrumentEnacted
from projections.language import instrument, shipped


def enact(url: str, text: bytes, *, folder: Path) -> None:
    """Enact a text in the ledger at a place; `folder` is where its command is run."""
    plan = instrument.load(text, file="text.yaml")
    stated = InstrumentEnacted(
        effective_on=plan.in_force_from,
        instrument=plan.instrument,
        decree=plan.decree,
        sha256=hashlib.sha256(text).hexdigest(),
        text=text.decode(),
    )
    with chdir(folder), closing(Ledger.open(url)) as ledger:
        ledger.append_to_book([encode(stated)], "tester")


def enact_draft(url: str, name: str, *, folder: Path) -> None:
    """Enact a draft that comes with the program, as it stands."""
    enact(url, shipped.text(f"{shipped.DRAFTS}/{name}.yaml"), folder=folder)
