"""`score` and `export`: answers of an instrument for one, a unit or everybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    now,
    opened,
    parsed_instant,
    print_json,
    progress_bar,
    say,
    warn,
)
from api.cli.naming import day_option, fact_root, person_stream, today, unit_of
from api.cli.telling import tell_answer, tell_row
from api.outputs.answers import SUFFIXES, write_answers
from api.outputs.aside import known_suffix, written_aside
from ledger.application import Ledger
from ledger.errors import Misuse, PersonUnknown
from projections import inquiry
from projections.inquiry import Ask, Asked

Instrument = Annotated[str, typer.Option("--instrument", help="As `ip-asn`.", metavar="I")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Legal day; default today.", metavar="D")]
Period = Annotated[str | None, typer.Option("--period", help="As 2022.", metavar="P")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="As known then.", metavar="T")]
Position = Annotated[int | None, typer.Option("--position", help="As known there.", metavar="N")]
Rules = Annotated[
    str | None, typer.Option("--rules", help="Under another decree.", metavar="DECREE")
]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="As if a fact had not been.", metavar="FACT")
]
Unit = Annotated[str | None, typer.Option("--unit", help="A unit and all below it.", metavar="U")]

_NAMES_AT_ONCE = 2_000


def score_command(
    instrument: Instrument,
    subject: Annotated[
        str | None, typer.Argument(help="NIP, id or unit code; - reads standard input.")
    ] = None,
    as_of: AsOf = None,
    period: Period = None,
    known_at: KnownAt = None,
    position: Position = None,
    rules: Rules = None,
    without: Without = None,
    unit: Unit = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody registered by then.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="With the facts of each measure.")] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = "administration",  # noqa: ARG001 - of the contract; kept by the access log
    as_json: AsJson = False,
) -> None:
    """Scores as of any legal day, as known at any moment, with their derivation."""
    if sum((subject is not None, unit is not None, everybody)) != 1:
        raise Misuse(
            "Say who is asked about, once.", next_step="Give a SUBJECT, --unit U or --all."
        )
    if subject == "-":
        subject = sys.stdin.readline().strip()
    with opened(url, keys) as ledger:
        person = None if subject is None else person_stream(ledger, subject)
        if subject is not None and person is None:
            unit = subject
        ask = Ask(
            instrument,
            None if as_of is None else day_option(as_of),
            period,
            parsed_instant(known_at),
            position,
            rules,
            fact_root(ledger, person, without or []),
        )
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        if person is not None:
            _one(ledger, asked, person, as_json=as_json)
        else:
            _many(ledger, asked, unit, trace=trace, as_json=as_json)


def _one(ledger: Ledger, asked: Asked, person: UUID, *, as_json: bool) -> None:
    if not inquiry.is_known(ledger, asked, person):
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    answer = inquiry.one(ledger, asked, person)
    shown = answer.as_json(with_facts=True)
    shown["person"] = ledger.person(person)
    if as_json:
        print_json(shown)
    else:
        tell_answer(shown)


def _many(ledger: Ledger, asked: Asked, unit: str | None, *, trace: bool, as_json: bool) -> None:
    count = 0
    for shown in _rows(ledger, asked, unit, trace=trace):
        count += 1
        if as_json:
            print_json(shown)
        else:
            tell_row(shown)
    if not as_json:
        on = asked.question.as_of.isoformat()
        say(f"{count} people, {asked.plan.decree}, as of {on}, position {asked.question.position}.")


def _rows(
    ledger: Ledger, asked: Asked, unit: str | None, *, trace: bool
) -> Iterator[dict[str, Any]]:
    below = None if unit is None else _subtree(asked, unit)
    if trace:
        answers = inquiry.everybody_traced(ledger, asked)
    else:
        answers = inquiry.everybody(asked, inquiry.facts_table(ledger, warn))
    wanted = (answer for answer in answers if below is None or answer.unit in below)
    while chunk := list(islice(wanted, _NAMES_AT_ONCE)):
        people = ledger.people([UUID(answer.subject) for answer in chunk])
        for answer in chunk:
            shown = answer.as_json(with_facts=trace)
            shown["person"] = people[UUID(answer.subject)]
            yield shown


def _subtree(asked: Asked, unit: str) -> set[str]:
    on = asked.question.as_of
    top = unit_of(asked.units, unit, on)
    return {one.hex for one in asked.units.subtree(top, on)}


def export_command(
    instrument: Instrument,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="FILE.csv, FILE.xlsx, FILE.jsonl or FILE.parquet.", metavar="FILE"
        ),
    ],
    as_of: AsOf = None,
    period: Period = None,
    known_at: KnownAt = None,
    position: Position = None,
    rules: Rules = None,
    unit: Unit = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Everybody's scores into a file: .csv (semicolons, decimal commas) or .xlsx for people,
    .jsonl or .parquet (exact decimals) for machines.
    """
    suffix = known_suffix(out, SUFFIXES, "An export")
    with opened(url, keys) as ledger:
        day = None if as_of is None else day_option(as_of)
        ask = Ask(instrument, day, period, parsed_instant(known_at), position, rules)
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        with progress_bar("people", None, quiet=as_json) as advance, written_aside(out) as stream:
            rows = _counted(_rows(ledger, asked, unit, trace=False), advance)
            written = write_answers(stream, suffix, rows, asked, unit=unit)
    if as_json:
        print_json(
            {
                "file": str(out),
                "rows": written.rows,
                "position": asked.question.position,
                "digest": written.digest,
            }
        )
    else:
        say(f"{out}: {written.rows} people, position {asked.question.position}, {written.digest}.")


def _counted(rows: Iterator[dict[str, Any]], advance: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        advance(1)
        yield row
