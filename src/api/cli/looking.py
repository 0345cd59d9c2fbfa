"""`history` and `events`: what was recorded, when, by whom, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

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
    print_json,
    say,
)
from api.cli.naming import day_option, instant_option, subject_stream, today, unit_streams
from api.cli.watched import given, looking_at
from api.naming import unit_of
from api.queries.events import known_kinds
from ledger.commands.erasure import person_state
from projections.asking import inquiry
from projections.asking.record import Filter, log_rows, record_of
from projections.question import asked_position

_SEALED_SHOWN = ("name", "title", "certificate_no", "diploma_no", "reason")


def history_command(
    subject: Annotated[str, typer.Argument(help="NIP, id or unit code; - reads standard input.")],
    position: Annotated[
        int | None, typer.Option("--position", help="As known at a position.")
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Everything on record about one person or unit, with what replaced what."""
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "history", actor, purpose, subject) as looker,
    ):
        stream = subject_stream(ledger, subject)
        if person_state(ledger, stream).registered:
            looker.person(stream)
        if position is not None:
            log = inquiry.log_of(ledger)
            asked_position(log, position=position, known_at=None, now=now())
        rows = record_of(ledger, stream, position)
        unread = ledger.unread
    if as_json:
        print_json({"subject": stream.hex, "purpose": purpose.value, "events": rows})
        return
    say(f"{'position':>9}  {'legal day':10}  {'recorded':19}  fact")
    for row in rows:
        say(_line(row, unread))


def _line(row: dict[str, Any], unread: str) -> str:
    became = f"  (replaced by {row['replaced_by']})" if row["replaced_by"] else ""
    sealed = row["sealed"]
    shown = dict(row["fields"])
    for name in ("keys", "title_id", "fields"):
        shown.pop(name, None)
    if sealed is None:
        shown["sealed"] = unread
    else:
        shown |= {name: sealed[name] for name in _SEALED_SHOWN if name in sealed}
    told = ", ".join(f"{name} {value}" for name, value in shown.items())
    return (
        f"{row['position']:>9}  {row['effective_on'] or '':10}  {row['recorded_at'][:19]}  "
        f"{row['fact']}: {told}{became}"
    )


def events_command(
    recorded_from: Annotated[str | None, typer.Option("--recorded-from")] = None,
    recorded_to: Annotated[str | None, typer.Option("--recorded-to")] = None,
    effective_from: Annotated[str | None, typer.Option("--effective-from")] = None,
    effective_to: Annotated[str | None, typer.Option("--effective-to")] = None,
    late_by: Annotated[int | None, typer.Option("--late-by", help="Days.", metavar="DAYS")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Kind of fact.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Who recorded it.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Members of a unit today.")] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    as_json: AsJson = False,
) -> None:
    """The log by when things were recorded and from when they count; one JSON object a line."""
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "events", None, purpose) as looker,
    ):
        within = None if unit is None else unit_of(ledger.units(), unit, today(ledger))
        looker.people(within, on=today(ledger), position=ledger.store.head().position)
        wanted = Filter(
            recorded_from=instant_option(ledger, recorded_from, end=False),
            recorded_to=instant_option(ledger, recorded_to, end=True),
            effective_from=_day(effective_from),
            effective_to=_day(effective_to),
            late_by=late_by,
            zone=ZoneInfo(str(ledger.founded["timezone"])),
            kinds=known_kinds(kind or []),
            actor=actor,
            streams=None if unit is None else unit_streams(ledger, unit),
        )
        for row in log_rows(ledger, wanted):
            if as_json:
                print_json(row)
            else:
                say(
                    f"{row['position']:>9}  {row['effective_on'] or '':10}  "
                    f"{row['recorded_at'][:19]}  {row['fact']:18} {row.get('actor', '')}"
                )


def _day(text: str | None) -> date | None:
    return None if text is None else day_option(text)
