"""Founding a ledger with what comes with the program: the shipped instruments, checked."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.application import Clock, Founding, Ledger, Randomness
from ledger.errors import BadValue, Misuse
from ledger.events.book import InstrumentEnacted
from ledger.fields import read_open_text
from projections.language import instrument, shipped


def found_ledger(
    url: str,
    founding: Founding,
    *,
    keys: Path | None = None,
    actor: str,
    randomness: Randomness = os.urandom,
    clock: Clock | None = None,
) -> Ledger:
    """Found a ledger that enacts every shipped instrument.

    Raises:
        Misuse: the agency or zone cannot be read. StoreError, KeyFolderExists: what is in the way.
    """
    checked = Founding(
        _text("--agency-code", founding.agency_code),
        _text("--agency-name", founding.agency_name),
        _zone(founding.timezone),
        founding.demo,
        tuple(shipped_enactments()),
    )
    return Ledger.found(url, checked, keys=keys, actor=actor, randomness=randomness, clock=clock)


def shipped_enactments() -> list[InstrumentEnacted]:
    """The shipped instruments as enactments."""
    found = []
    for name in shipped.names():
        text = shipped.text(name)
        plan = instrument.load(text, file=name)
        found.append(
            InstrumentEnacted(
                effective_on=plan.in_force_from,
                instrument=plan.instrument,
                decree=plan.decree,
                sha256=hashlib.sha256(text).hexdigest(),
                text=text.decode(),
            )
        )
    return found


def _text(option: str, value: str) -> str:
    try:
        return read_open_text(value)
    except BadValue as fault:
        raise Misuse(f"{option}: {fault.message}", next_step=fault.next_step) from None


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misuse(
            f"There is no time zone named {name[:60]}.",
            next_step="Use an IANA name: Asia/Jakarta, Asia/Makassar or Asia/Jayapura.",
        ) from None
