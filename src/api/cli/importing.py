"""`import` and `template`: facts and spreadsheets in, refused rows back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api import proposing
from api.cli.common import (
    DEFAULT_URL,
    Actor,
    AsJson,
    Document,
    KeyFolder,
    LedgerUrl,
    Reason,
    actor_or_account,
    document_of,
    now,
    opened,
    print_json,
    progress_bar,
    reason_of,
    say,
)
from api.cli.telling_imports import summary_of, tell_batch, tell_preview, tell_withdrawal
from api.intake import desk
from api.intake.batches import batches
from api.intake.case_flags import OF_CASES
from api.intake.importing import import_files
from api.intake.rejects import write_back
from api.intake.report import ImportReport
from api.intake.templates import write_template
from api.intake.uploads import UPLOAD_MAX
from api.intake.withdrawing import withdraw
from ledger.errors import Misuse

_SHOWN_MAX = 20
_FILES = "files"


class FilesFirst(TyperGroup):
    """`import FILE...` besides `import list` and `import withdraw`: what is no command is a file;
    one of that name is written ./list.
    """

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **all_: Any) -> Any:
        """Put the command that is left out in its place."""
        if args[:1] != ["--help"] and (not args or args[0] not in self.commands):
            args = [_FILES, *args]
        return super().make_context(info_name, args, *more, **all_)


app = typer.Typer(
    cls=FilesFirst,
    help="Record facts from facts files (.jsonl) and known spreadsheets: import FILE...; look at"
    " imports, and take one back.",
)


@app.command(_FILES)
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
    propose: Annotated[
        bool, typer.Option("--propose", help="Let a second person confirm it; one file.")
    ] = False,
    document: Annotated[
        str | None,
        typer.Option("--document", help="With --propose: what it rests on.", metavar="K:N:D"),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Record facts from facts files (.jsonl) and known spreadsheets; all errors at once. The word
    `files` may be left out.
    """
    _check_proposal(files, document, propose=propose, alone=not (dry_run or strict))
    if propose:
        _propose(
            files[0],
            as_kind,
            rejects,
            None if document is None else document_of(document),
            (url, keys),
            actor_or_account(actor),
            as_json=as_json,
        )
        return
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


def _check_proposal(files: list[Path], document: str | None, *, propose: bool, alone: bool) -> None:
    """Raises Misuse where what is asked cannot be proposed, or is no proposal."""
    if propose and (len(files) != 1 or files[0].is_dir() or not alone):
        raise Misuse(
            "--propose takes one file, and neither --dry-run nor --strict.",
            next_step="Propose each file by itself; a proposal is a dry run that is kept.",
        )
    if document is not None and not propose:
        raise Misuse(
            "--document is given with --propose; rows of an import name their own documents.",
            next_step="Leave --document out.",
        )


def _propose(
    file: Path,
    as_kind: str | None,
    rejects: Path,
    document: dict[str, str] | None,
    place: tuple[str, Path | None],
    who: str,
    *,
    as_json: bool,
) -> None:
    """Keep a file, say what it would do, and propose that; refused rows come back at once."""
    with opened(*place, live=True) as ledger:
        if file.stat().st_size > UPLOAD_MAX:
            data = bytes(UPLOAD_MAX + 1)
        else:
            data = file.read_bytes()
        one, _ = desk.receive(ledger, data, name=file.name, account=who, as_kind=as_kind, at=now())
        found = desk.preview(ledger, one.id)
        back = desk.returned(ledger, one.id)
        written = None if back is None else write_back(*back, rejects)
        if not as_json:
            tell_preview(found, written)
        proposal, new = desk.propose(ledger, one.id, actor=who, document=document)
    if as_json:
        told = summary_of(found) | {"written": None if written is None else str(written)}
        print_json({"proposal": proposing.shown(proposal), "new": new, "preview": told})
        return
    say("")
    if new:
        say(f"Proposed as {proposal.id}. Nothing of it is recorded yet.")
    else:
        say(f"The same was proposed before, as {proposal.id}. Nothing was added.")
    say(f"A second person confirms it: asn-ledger confirm {proposal.id} --actor NAME")


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
        steps = [one for one in report.flagged if one["code"] in OF_CASES]
        for one in steps[:_SHOWN_MAX]:
            say(f"  {one['file']} row {one['row']}: {one['code']}. {one['message']}")
    for name in report.unknown_files:
        say(f"  left alone, form unknown: {name}")
    for path in report.written:
        say(f"  refused rows with reasons: {path}")


@app.command("list")
def list_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """Every import that came to its end: when, by whom, how many rows, whether it was withdrawn."""
    with opened(url, keys) as ledger:
        found = [one.as_json() for one in batches(ledger)]
    if as_json:
        print_json({"imports": found})
        return
    for one in found:
        tell_batch(one)
    say(f"{len(found)} imports." if found else "Nothing was imported yet.")


@app.command("withdraw")
def withdraw_command(
    ident: Annotated[str, typer.Argument(help="As `import list` shows it.", metavar="ID")],
    document: Document,
    reason: Reason = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken back, record nothing.")
    ] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Take a whole import back: its facts are annulled, what it mended is put back as it was."""
    rests_on, why = document_of(document), reason_of(reason)
    with opened(url, keys, live=True) as ledger:
        done = withdraw(
            ledger,
            ident,
            actor=actor_or_account(actor),
            document=rests_on,
            reason=why,
            dry=dry_run,
        )
    if as_json:
        print_json(done.as_json())
    else:
        tell_withdrawal(done.as_json(), dry=dry_run)


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
