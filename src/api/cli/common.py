"""What every command shares: options, opening the ledger, JSON or words, errors and exit status."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ledger.application import Ledger
from ledger.copies.replay import ReplayedLedger
from ledger.errors import BadValue, LedgerError, Misuse
from ledger.fields import DAY, IDENT, WORD, read_open_text, read_sealed_text
from ledger.vocabulary_agency import ReadingPurpose

DEFAULT_URL = "sqlite:///var/ledger.sqlite3"


class FileRefused(LedgerError):
    """The operating system refused a file: no such folder, no right, a full disk."""

    code = "file_refused"

    def __init__(self, fault: OSError) -> None:
        where = f" at {fault.filename}" if isinstance(fault.filename, str) else ""
        super().__init__(
            f"The system refused a file{where}: {fault.strerror or type(fault).__name__}.",
            next_step="Check the folder, its rights and the space on the disk.",
        )


LedgerUrl = Annotated[
    str,
    typer.Option("--ledger", envvar="ASN_LEDGER_URL", help="Where the ledger is.", metavar="URL"),
]
KeyFolder = Annotated[
    Path | None,
    typer.Option("--keys", envvar="ASN_LEDGER_KEYS", help="Folder of the keys.", metavar="DIR"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")]
Actor = Annotated[
    str | None,
    typer.Option("--actor", help="Who acts; default: the operating-system account."),
]
Document = Annotated[
    str,
    typer.Option(
        "--document", help="What it rests on, as SK:800/12/2024:2024-02-01.", metavar="K:N:D"
    ),
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept sealed.")]
Purpose = Annotated[
    ReadingPurpose,
    typer.Option(
        "--purpose", help="Why people's records are read; the log keeps it.", case_sensitive=False
    ),
]
ADMINISTRATION = ReadingPurpose.ADMINISTRATION


def actor_or_account(actor: str | None) -> str:
    """The acting account: as given, else that of the operating system.

    It stands open in every event, so it is an account and never the number of a person.

    Raises:
        Misuse: the account given cannot stand in an event.
    """
    if actor:
        try:
            return read_open_text(actor)
        except BadValue as fault:
            raise Misuse(f"--actor: {fault.message}", next_step="Name the account.") from None
    try:
        return read_open_text(getpass.getuser())
    except (KeyError, OSError, BadValue):
        return f"uid-{os.getuid()}"


def document_of(text: str) -> dict[str, str]:
    """KIND:NUMBER:DATE; the number may hold colons.

    Raises:
        Misuse: it is none.
    """
    kind, _, rest = text.partition(":")
    number, _, day = rest.rpartition(":")
    try:
        return {"kind": WORD.read(kind), "number": IDENT.read(number), "date": DAY.read(day)}
    except BadValue as fault:
        raise Misuse(
            f"--document cannot be read. {fault.message}",
            next_step="Write KIND:NUMBER:DATE, as SK:800/12/2024:2024-02-01.",
        ) from None


def reason_of(text: str | None) -> str | None:
    """A reason of an option, as it is sealed.

    Raises:
        Misuse: it cannot be read.
    """
    try:
        return None if text is None else read_sealed_text(text)
    except BadValue as fault:
        raise Misuse(f"--reason: {fault.message}", next_step=fault.next_step) from None


def open_text(option: str, text: str) -> str:
    """A text of an option that stands open in an event.

    Raises:
        Misuse: it cannot, as a personal number.
    """
    try:
        return read_open_text(text)
    except BadValue as fault:
        raise Misuse(f"{option}: {fault.message}", next_step=fault.next_step) from None


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def system_randomness(count: int) -> bytes:
    """So many random bytes of the system."""
    return os.urandom(count)


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite URL, None for another database."""
    scheme, _, rest = url.partition("://")
    if not scheme.startswith("sqlite"):
        return None
    return Path(rest.removeprefix("/").partition("?")[0])


class OnlyRead(LedgerError):
    """A command that is for a living ledger was given a backup or bundle."""

    code = "ledger_read_only"


@contextmanager
def opened(url: str, keys: Path | None, *, live: bool = False) -> Iterator[Ledger]:
    """The ledger, closed again at the end; the path of a backup or bundle opens that to read.

    Raises:
        OnlyRead: such a file, where the command needs a living ledger.
    """
    if "://" not in url and Path(url).is_file():
        if live:
            raise OnlyRead(
                "This command is for a ledger in use; a backup or bundle is only read.",
                next_step="Name the ledger itself with --ledger.",
            )
        ledger: Ledger = ReplayedLedger.of(Path(url), keys=keys, randomness=system_randomness)
    else:
        ledger = Ledger.open(url, keys=keys)
    try:
        yield ledger
    finally:
        ledger.close()


def console() -> Console:
    """Where people read: standard error, so that standard output stays clean for data."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON value a line on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """A line for people on standard output."""
    typer.echo(text)


def warn(text: str) -> None:
    """A line for people on standard error, beside whatever standard output carries."""
    typer.echo(text, err=True)


@contextmanager
def progress_bar(label: str, total: int | None, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Counts work done; shown only at a terminal, and only when it takes longer than a moment."""
    shown = not quiet and sys.stderr.isatty()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(), disable=not shown, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda count: bar.advance(task, count)


def fail(fault: LedgerError, *, as_json: bool = False) -> NoReturn:
    """Say what was refused and why, and leave with its exit status."""
    if as_json:
        print_json(
            {
                "error": {
                    "code": fault.code,
                    "message": fault.message,
                    "next_step": fault.next_step,
                }
            }
        )
    typer.echo(f"{fault.code}: {fault.message}", err=True)
    if fault.next_step:
        typer.echo(fault.next_step, err=True)
    raise typer.Exit(fault.exit_status)


def parsed_instant(text: str | None) -> datetime | None:
    """An instant of an option, RFC 3339.

    Raises:
        Misuse: it cannot be read.
    """
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Misuse(
            "The instant cannot be read.", next_step="Write it as 2026-11-22T11:04:05+08:00."
        ) from None
