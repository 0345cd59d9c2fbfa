"""`case`: where discipline cases stand, what is due, and recording their next steps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api import casework
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
    say,
)
from api.cli.naming import day_option, desk_on, subject_stream, today
from api.cli.scoring import AsOf, KnownAt, Position, Unit
from api.cli.telling_cases import tell_absences, tell_case, tell_effect, tell_line
from api.cli.watched import given, looking_at
from api.naming import unit_of
from api.queries import cases
from ledger.application import Ledger
from ledger.domain.case import CaseState
from ledger.errors import PersonUnknown
from projections.asking import inquiry
from projections.discipline import asking_cases, cases_json
from projections.discipline.asking_cases import When
from projections.question import asked_position

Person = Annotated[
    str, typer.Argument(help="NIP or id; - reads standard input.", metavar="SUBJECT")
]
Named = Annotated[
    str | None,
    typer.Argument(help="Id, position or stream/version of the case.", metavar="[ID]"),
]

NOT_ALONE = "REFUSED"

app = typer.Typer(
    help="Discipline cases: where they stand, what is due, and their next steps.",
    no_args_is_help=True,
)


@app.command("list")
def list_command(
    unit: Unit = None,
    state: Annotated[
        CaseState | None, typer.Option("--state", help="Only these.", case_sensitive=False)
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only where a step is late.")] = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Every case with its state and what is due next; with --json one object a line."""
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "case list", actor, purpose) as looker,
    ):
        asked = when(ledger, as_of, known_at, position)
        among = None
        if unit is not None:
            among = unit_of(ledger.units(asked.position), unit, asked.as_of)
        looker.people(among, on=asked.as_of, position=asked.position)
        count = 0
        for one in asking_cases.everybodys(ledger, asked, unit=among):
            if (state is None or one.state is state) and (one.overdue or not overdue):
                count += 1
                shown = cases_json.line(one)
                print_json(shown) if as_json else tell_line(shown)
    if not as_json:
        say(f"{count} cases on {asked.as_of.isoformat()}." if count else "There is no such case.")


@app.command("show")
def show_command(
    subject: Person,
    case: Named = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """One case: its steps with both dates, clocks, what is out of order, and its sanctions."""
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "case show", actor, purpose, subject) as looker,
    ):
        stream, asked = person_of(ledger, subject), when(ledger, as_of, known_at, position)
        looker.person(stream, as_of=asked.as_of)
        shown = cases.whole(desk_on(ledger), stream, case, asked, named=True)
    if as_json:
        print_json(shown)
    else:
        tell_case(shown)


@app.command("effect")
def effect_command(
    subject: Person,
    named: Annotated[
        str | None,
        typer.Argument(help="A case by its id, or any fact by key, position or stream/version."),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """All instruments side by side: as recorded, without a case or fact, and with a sanction
    reduced; stamped hypothetical, stored nowhere.
    """
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "case effect", actor, purpose, subject) as looker,
    ):
        stream, asked = person_of(ledger, subject), when(ledger, as_of, known_at, position)
        looker.person(stream, as_of=asked.as_of)
        shown = cases.effect(desk_on(ledger), stream, named, asked, named=True)
    if as_json:
        print_json(shown)
    else:
        tell_effect(shown)


@app.command("absences")
def absences_command(
    subject: Person,
    year: Annotated[
        int | None, typer.Option("--year", help="Calendar year; that of the day by default.")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Working days absent without valid reason in a year, the longest row of them, and the rung of
    the ladder that they reach; a sanction follows from a case only.
    """
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "case absences", actor, purpose, subject) as looker,
    ):
        stream, asked = person_of(ledger, subject), when(ledger, as_of, known_at, position)
        looker.person(stream, as_of=asked.as_of)
        shown = cases.absences(desk_on(ledger), stream, year, asked, named=True)
    if as_json:
        print_json(shown)
    else:
        tell_absences(shown)


@app.command("record")
def record_command(
    files: Annotated[list[Path], typer.Argument(help="Facts files.", metavar="FILE...")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is refused or flagged, record nothing.")
    ] = False,
    rejects: Annotated[
        Path, typer.Option("--rejects", help="Where refused rows go.", metavar="DIR")
    ] = Path(),
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Record the next steps of cases, all or none: what the law forbids is refused with its
    article, what is late or unusual is recorded and flagged. A ruling needs a second person: import
    its file with --propose.
    """
    with opened(url, keys, live=True) as ledger:
        report, unusual, needed = casework.record(
            ledger,
            files,
            actor=actor_or_account(actor),
            at=now(),
            dry=dry_run,
            rejects=rejects,
        )
    if as_json:
        second = [one.as_json() for one in needed]
        told = {"dry_run": dry_run, "flagged": unusual, "second_person": second}
        print_json(told | {"import": report.as_json()})
        raise typer.Exit(report.exit_status)
    if dry_run:
        say("Dry run: nothing was recorded.")
    say(f"{report.read} rows: {report.new} new, {report.same} the same, {report.corrects} mended.")
    if report.refused:
        say("Nothing was recorded: all rows are one command, and one of them cannot be read so.")
    for one in report.as_json()["refused"]:
        if one["code"] != NOT_ALONE:  # right in itself; the others say what keeps it back
            field = f", {one['column']}" if one["column"] else ""
            say(f"  row {one['row']}{field}: {one['code']}. {one['message']} {one['next_step']}")
    for one in unusual:
        where = "" if one["row"] is None else f" in row {one['row']}"
        say(
            f"  flagged {one['finding']}{where}: {one['step']} of {one['on']}: {one['says']}"
            f" ({one['cite']}, {one['mark']})"
        )
    for needs in needed:
        say(f"  row {needs.row} needs a second person ({needs.why.value}): import FILE --propose")
    raise typer.Exit(report.exit_status)


def person_of(ledger: Ledger, subject: str) -> UUID:
    """The stream of a person.

    Raises:
        PersonUnknown: nobody of that number or id, or a unit.
    """
    stream = subject_stream(ledger, subject)
    if ledger.units().described(stream, today(ledger)) is not None:
        raise PersonUnknown("This is a unit and no person.", next_step="Give a NIP or an id.")
    return stream


def when(ledger: Ledger, as_of: str | None, known_at: str | None, position: int | None) -> When:
    """The day and position asked about.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused.
    """
    found, _ = asked_position(
        inquiry.log_of(ledger), position=position, known_at=parsed_instant(known_at), now=now()
    )
    on = today(ledger) if as_of is None else day_option(as_of)
    return asking_cases.when(ledger, on, found)
