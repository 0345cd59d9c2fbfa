"""`reconcile`: what SIASN or BKN printed beside ours, with the change that explains each number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    now,
    opened,
    parsed_instant,
    print_json,
    warn,
)
from api.cli.naming import today
from api.cli.scoring import Instrument, KnownAt, Position, Unit
from api.cli.telling_printed import tell_reconciliation
from api.cli.watched import given, look_at_people, looking_at
from api.naming import person_stream, unit_of
from api.outputs.aside import known_suffix, written_aside
from api.outputs.printed import SUFFIXES, write_reconciliation
from ledger.application import Ledger
from ledger.errors import Misuse, PersonUnknown
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.reconciliation import reconcile_json, reconciling
from projections.reconciliation.reconciling import Reconciliation

_NAMES_AT_ONCE = 2_000
_LISTS = ("people", "only_printed", "only_ours")


def reconcile_command(
    instrument: Instrument,
    period: Annotated[str, typer.Option("--period", help="Printed for, as 2022.", metavar="P")],
    subject: Annotated[
        str | None, typer.Argument(help="NIP, id or unit code; - reads standard input.")
    ] = None,
    unit: Unit = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody; so also when nobody is named.")
    ] = False,
    known_at: KnownAt = None,
    position: Position = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also FILE.xlsx, FILE.csv or FILE.jsonl.", metavar="FILE"),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Printed results beside ours, measure by measure, each difference with its likely cause."""
    if sum((subject is not None, unit is not None, everybody)) > 1:
        raise Misuse(
            "Say who is asked about, once.", next_step="Give a SUBJECT, --unit U or --all."
        )
    suffix = None if out is None else known_suffix(out, SUFFIXES, "A reconciliation")
    subject = None if subject is None else given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "reconcile", actor, purpose, subject) as looker,
    ):
        person = None if subject is None else person_stream(ledger, subject)
        if subject is not None and person is None:
            unit = subject
        ask = Ask(instrument, None, period, parsed_instant(known_at), position)
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        if person is not None:
            looker.person(person, instrument=instrument, as_of=asked.question.as_of)
        else:
            look_at_people(looker, asked, unit)
        found = _found(ledger, asked, person, unit)
        shown = reconcile_json.of_reconciliation(found)
        _name(ledger, shown)
        if out is not None and suffix is not None:
            with written_aside(out) as stream:
                write_reconciliation(stream, suffix, shown, asked, unit=unit)
    if as_json:
        print_json(shown)
    else:
        tell_reconciliation(shown)


def _found(ledger: Ledger, asked: Asked, person: UUID | None, unit: str | None) -> Reconciliation:
    if person is not None:
        if not inquiry.is_known(ledger, asked, person):
            raise PersonUnknown(
                "This person was not on record at that position.", next_step="Ask at a later one."
            )
        return reconciling.person(ledger, asked, person)
    within = None
    if unit is not None:
        on = asked.question.as_of
        top = unit_of(asked.units, unit, on)
        within = frozenset(one.hex for one in asked.units.subtree(top, on))
    frame = inquiry.facts_table(ledger, warn).frame()
    return reconciling.everybody(ledger, asked, frame, within)


def _name(ledger: Ledger, shown: dict[str, Any]) -> None:
    """Join the persons, who are told by id alone until here."""
    rows: Iterator[dict[str, Any]] = chain.from_iterable(shown[one] for one in _LISTS)
    while chunk := list(islice(rows, _NAMES_AT_ONCE)):
        people = ledger.people([UUID(row["subject"]) for row in chunk])
        for row in chunk:
            row["person"] = people[UUID(row["subject"])]
