"""Deciding in a ledger: what `decision_commands` decides, appended to the ledger stream.

A decision is made again after every conflict, on what was recorded meanwhile, so that two who issue
at once do not both succeed. The events of one command are stored together or not at all: a crash
leaves no draft without its candidates.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.application import Ledger
from ledger.decision import Decision, Decisions, decisions
from ledger.events.base import Encoded
from ledger.key_errors import KeyDestroyed
from ledger.records import Command, Outcome
from ledger.store_errors import VersionConflict

_RETRIES = 9
Decide = Callable[[Decisions], tuple[Encoded, ...]]


def decisions_of(ledger: Ledger, position: int | None = None) -> Decisions:
    """The decisions of a ledger as known at a position."""
    return decisions(ledger.book_events(position), position)


def decide(ledger: Ledger, ident: str, decided: Decide, *, actor: str) -> tuple[Decision, Outcome]:
    """Decide and append as one command; gives the decision as it is then, and where its events lie.

    Raises:
        What `decided` raises, and what the store raises.
    """
    for _ in range(_RETRIES):
        try:
            return _once(ledger, ident, decided, actor)
        except VersionConflict:
            continue
    return _once(ledger, ident, decided, actor)


def _once(ledger: Ledger, ident: str, decided: Decide, actor: str) -> tuple[Decision, Outcome]:
    events = ledger.book_events()
    found = decided(decisions(events))
    rows = ledger.rows_of(ledger.stream, events[-1].originator_version, found, {"actor": actor})
    outcome = ledger.store.append(Command(rows))
    return decisions_of(ledger).named(ident), outcome


def reasons_at(ledger: Ledger, position: int) -> str | None:
    """The sealed reasons of a step of a decision; None where it has none, or the key is gone."""
    for recorded in ledger.store.read(position, position):
        parts = ledger.store.sealed([position]).get(position, ())
        if recorded.sealed_digest is None or not parts:
            return None
        try:
            opened = ledger.rows.unseal(recorded, parts)
        except KeyDestroyed:
            return None
        return next((part["reasons"] for part in opened.values() if "reasons" in part), None)
    return None
