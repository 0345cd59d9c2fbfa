"""`import` and `template`: facts and spreadsheets in, refused rows back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.common import (
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    actor_or_account,
    opened,
    print_json,
    progress_bar,
    say,
)
from api.intake.importing import import_files
from api.intake.report import ImportReport
from api.intake.templates import write_template

_SHOWN_MAX = 20


def import_command(
    files: Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="FILE...")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and decide, record nothing.")
    ] = False,
    as_kind: Annotated[
        str | None, typer.Option("--as", help="Read the files as this form.", metavar="KIND")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="All rows or none.")] = False,
    rejects: Annotated[
        Path, typer.Option("--rejects", help="Where refused rows go.", metavar="DIR")
    ] = Path(),
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Record facts from facts files (.jsonl) and known spreadsheets; all errors at once."""
    with (
        opened(url, keys, live=True) as ledger,
        progress_bar("rows", None, quiet=as_json) as advance,
    ):
        report = import_files(
            ledger,
            files,
            actor=actor_or_account(actor),
            as_kind=as_kind,
            dry=dry_run,
            strict=strict,
            rejects=rejects,
            url=url,
            progress=advance,
        )
    if as_json:
        print_json(report.as_json())
    else:
        _tell(report, dry=dry_run)
    raise typer.Exit(report.exit_status)


def _tell(report: ImportReport, *, dry: bool) -> None:
    if dry:
        say("Dry run: nothing was recorded.")
    say(
        f"{report.read} rows read: {report.new} new, {report.same} the same, "
        f"{report.confirmed} confirmed, {report.corrects} corrections, "
        f"{report.conflicts} conflicts, {len(report.refused)} refused."
    )
    for refusal in report.as_json()["refused"][:_SHOWN_MAX]:
        sheet = f" [{refusal['sheet']}]" if refusal["sheet"] else ""
        row = f" row {refusal['row']}" if refusal["row"] is not None else ""
        column = f", {refusal['column']}" if refusal["column"] else ""
        say(f"  {refusal['file']}{sheet}{row}{column}: {refusal['code']}. {refusal['message']}")
        say(f"    {refusal['next_step']} ({refusal['who_must_act']})")
    hidden = len(report.refused) - _SHOWN_MAX
    if hidden > 0:
        say(f"  … and {hidden} more; all of them stand in the files below.")
    if report.flagged:
        say(f"{len(report.flagged)} rows are unusual and were flagged; --json lists them.")
    for name in report.unknown_files:
        say(f"  left alone, form unknown: {name}")
    for path in report.written:
        say(f"  refused rows with reasons: {path}")


def template_command(
    kind: Annotated[str, typer.Argument(help="Kind of fact.", metavar="KIND")],
    out: Annotated[Path, typer.Option("--out", help="The workbook to write.", metavar="FILE.xlsx")],
    as_json: AsJson = False,
) -> None:
    """Write an empty form with Indonesian headers for a kind of fact."""
    write_template(kind, out)
    if as_json:
        print_json({"kind": kind, "file": str(out)})
    else:
        say(f"{out}: fill it in and import it.")
