"""`score` and `export`: answers of an instrument for one person or unit, or for many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.certifying import certify, settle
from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    actor_or_account,
    now,
    opened,
    parsed_instant,
    print_json,
    progress_bar,
    say,
    warn,
)
from api.cli.naming import day_option, desk_on, today
from api.cli.telling import tell_answer, tell_group_line, tell_row
from api.cli.watched import given, look_at_people, looking_at
from api.naming import check_subject, fact_root, person_stream, say_if_closed, unit_of
from api.outputs.answers import SUFFIXES, write_answers
from api.outputs.aside import known_suffix, written_aside
from api.queries import scores
from ledger.application import Ledger
from ledger.copies.archive import must_be_free
from ledger.errors import Misuse, PersonUnknown
from projections.asking import inquiry
from projections.asking.group import Group
from projections.asking.inquiry import Ask, Asked

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
    out: Annotated[
        Path | None,
        typer.Option("--certificate", help="Write the answer with its proofs.", metavar="FILE"),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Scores as of any legal day, as known at any moment, with their derivation."""
    _check_one(subject, unit, everybody=everybody)
    subject = None if subject is None else given(subject)
    if out is not None:
        must_be_free(out)
    with (
        opened(url, keys, live=out is not None) as ledger,
        looking_at(ledger, "score", actor, purpose, subject) as looker,
    ):
        person = None if subject is None else person_stream(ledger, subject)
        if out is not None:
            _check_certified(person)
            if position is None and known_at is None:
                settle(ledger, actor=actor_or_account(actor))
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
        check_subject(asked, person)
        if person is not None:
            looker.person(person, instrument=instrument, as_of=asked.question.as_of)
            _one(ledger, asked, person, out=out, actor=actor, as_json=as_json)
            return
        if trace or not inquiry.measures_units(asked):
            look_at_people(looker, asked, unit or subject)
        if subject is not None and inquiry.measures_units(asked):
            _one_unit(ledger, asked, subject, trace=trace, as_json=as_json)
        else:
            _many(ledger, asked, unit or subject, trace=trace, as_json=as_json)


def _check_certified(person: UUID | None) -> None:
    if person is None:
        raise Misuse(
            "A certificate is about one person.", next_step="Give his NIP or id as SUBJECT."
        )


def _check_one(subject: str | None, unit: str | None, *, everybody: bool) -> None:
    if sum((subject is not None, unit is not None, everybody)) != 1:
        raise Misuse(
            "Say who is asked about, once.", next_step="Give a SUBJECT, --unit U or --all."
        )


def _one(
    ledger: Ledger,
    asked: Asked,
    person: UUID,
    *,
    out: Path | None,
    actor: str | None,
    as_json: bool,
) -> None:
    if not inquiry.is_known(ledger, asked, person):
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    answer = inquiry.one(ledger, asked, person)
    shown = answer.as_json(with_facts=True)
    if out is not None:
        certify(ledger, shown, person, out, actor=actor_or_account(actor))
    shown["person"] = ledger.person(person)
    if as_json:
        print_json(shown)
    else:
        tell_answer(shown)


def _one_unit(ledger: Ledger, asked: Asked, named: str, *, trace: bool, as_json: bool) -> None:
    stream = unit_of(asked.units, named, asked.question.as_of)
    shown = scores.of_unit(desk_on(ledger), asked, stream, members=trace, named=True)
    if as_json:
        print_json(shown)
    else:
        tell_answer(shown)


def _many(ledger: Ledger, asked: Asked, unit: str | None, *, trace: bool, as_json: bool) -> None:
    group = Group(asked.plan)
    for shown in _rows(ledger, asked, unit, trace=trace, group=group):
        if as_json:
            print_json(shown)
        else:
            tell_row(shown)
    if not as_json:
        on, position = asked.question.as_of.isoformat(), asked.question.position
        what = "units" if inquiry.measures_units(asked) else "people"
        say(f"{group.people} {what}, {asked.plan.decree}, as of {on}, position {position}.")
        tell_group_line(group)


def _rows(
    ledger: Ledger, asked: Asked, unit: str | None, *, trace: bool, group: Group | None = None
) -> Iterator[dict[str, Any]]:
    """The answers that are asked for, each with who it is about; counted in the group given."""
    below = None if unit is None else _subtree(asked, unit)
    found = scores.of_many(desk_on(ledger), asked, below, None, trace=trace, named=True)
    for answer, shown in found:
        if group is not None:
            group.add(answer)
        yield shown


def _subtree(asked: Asked, unit: str) -> set[str]:
    on = asked.question.as_of
    top = unit_of(asked.units, unit, on)
    closed = say_if_closed(asked.units, top, on)
    if closed is not None:
        warn(closed)
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
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Everybody's scores into a file: .csv (semicolons, decimal commas) or .xlsx for people,
    .jsonl or .parquet (exact decimals) for machines.
    """
    suffix = known_suffix(out, SUFFIXES, "An export")
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "export", actor, purpose) as looker,
    ):
        day = None if as_of is None else day_option(as_of)
        ask = Ask(instrument, day, period, parsed_instant(known_at), position, rules)
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        what = "units" if inquiry.measures_units(asked) else "people"
        if what == "people":
            look_at_people(looker, asked, unit)
        with progress_bar(what, None, quiet=as_json) as advance, written_aside(out) as stream:
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
        asked_at = f"position {asked.question.position}, {written.digest}"
        say(f"{out}: {written.rows} {what}, {asked_at}.")


def _counted(rows: Iterator[dict[str, Any]], advance: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        advance(1)
        yield row
