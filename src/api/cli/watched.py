"""How the command line tells the access log what it is about to show, before it shows it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager

from api.cli.common import actor_or_account
from api.looks import Looker, looking
from api.naming import unit_of
from ledger.application import Ledger
from ledger.vocabulary_agency import ReadingPurpose
from projections.asking.inquiry import Asked


def looking_at(
    ledger: Ledger,
    what: str,
    actor: str | None,
    purpose: ReadingPurpose,
    named: str | None = None,
) -> AbstractContextManager[Looker]:
    """The look of one command; see `api.looks.looking`."""
    return looking(ledger, what, reader=actor_or_account(actor), purpose=purpose, named=named)


def given(subject: str) -> str:
    """A subject as it was given; "-" stands for a line of standard input."""
    return sys.stdin.readline().strip() if subject == "-" else subject


def look_at_people(looker: Looker, asked: Asked, unit: str | None) -> None:
    """An answer about everybody, or about a unit's people, is about to be shown."""
    on = asked.question.as_of
    looker.people(
        None if unit is None else unit_of(asked.units, unit, on),
        on=on,
        position=asked.question.position,
        instrument=asked.plan.instrument,
    )
