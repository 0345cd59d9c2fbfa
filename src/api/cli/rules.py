"""`instrument list`, `show` and `check`: what is in force, what a text says, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api import enacting
from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    now,
    opened,
    parsed_instant,
    print_json,
    say,
    sqlite_path,
)
from api.cli.naming import day_option, today
from api.cli.scoring import AsOf, KnownAt, Position, Rules
from api.cli.telling_rules import (
    tell_faults,
    tell_list,
    tell_text,
    tell_understood,
    tell_unsure,
)
from api.enacting import Text
from api.queries import rules
from ledger.application import Ledger
from ledger.errors import LedgerError
from projections.asking import enacted, inquiry
from projections.asking.binding import InstrumentsInCircle, MeasureUnknown
from projections.asking.understanding import understood, unsure
from projections.language.document import DocumentRefused
from projections.language.faults import faults
from projections.question import asked_position

Name = Annotated[str, typer.Argument(help="An instrument, as ip-asn, or a draft.", metavar="NAME")]
TextName = Annotated[
    str, typer.Argument(help="A file, or a draft that comes with the program.", metavar="FILE")
]
LedgerIfAny = Annotated[
    str | None,
    typer.Option("--ledger", envvar="ASN_LEDGER_URL", help="Where the ledger is.", metavar="URL"),
]


def list_command(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Everything enacted, in force or not, repealed texts too, and the drafts at hand."""
    with opened(url, keys) as ledger:
        shown = rules.listed(ledger, _at(ledger, as_of, position, known_at))
    if as_json:
        print_json(shown)
    else:
        tell_list(shown)


def _at(ledger: Ledger, as_of: str | None, position: int | None, known_at: str | None) -> rules.At:
    place, moment = asked_position(
        inquiry.log_of(ledger), position=position, known_at=parsed_instant(known_at), now=now()
    )
    return rules.At(today(ledger) if as_of is None else day_option(as_of), place, moment)


def show_command(
    name: Name,
    as_of: AsOf = None,
    decree: Rules = None,
    known_at: KnownAt = None,
    position: Position = None,
    text: Annotated[bool, typer.Option("--text", help="The text alone, to be edited.")] = False,
    url: LedgerIfAny = None,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """A text as it was enacted: by whom, when, and which of its numbers nobody has verified.

    A draft that comes with the program is shown without a ledger too.
    """
    shown = None
    place = _at_hand(url)
    if place is not None:
        with opened(place, keys) as ledger:
            at = _at(ledger, as_of, position, known_at)
            shown = rules.enacted_text(ledger, at, name, decree)
    shown = shown or rules.draft_text(name)
    if as_json:
        print_json(shown)
    elif text:
        typer.echo(shown["text"], nl=False)
    else:
        tell_text(shown)


def _at_hand(url: str | None) -> str | None:
    """The ledger that was named, else the one at the usual place, if it is there."""
    if url is not None:
        return url
    usual = sqlite_path(DEFAULT_URL)
    return DEFAULT_URL if usual is not None and usual.exists() else None


def check_command(
    file: TextName,
    url: LedgerIfAny = None,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Load a text as enacting would, and say what it was understood to mean, or all its faults.

    Needs no ledger; with one, what the text reads is checked too.
    """
    found = _check(file, url, keys)
    if as_json:
        print_json(found)
    elif found["ok"]:
        tell_understood(found)
        tell_unsure(found["unsure"])
        _tell_ledger(found)
    else:
        tell_faults(found)
    if not found["ok"]:
        raise typer.Exit(1)


def _check(file: str, url: str | None, keys: Path | None) -> dict[str, Any]:
    """What was understood, or the faults."""
    name = Path(file).name
    try:
        name, raw = enacting.named_text(file)
    except DocumentRefused as fault:
        return _faulty(name, [fault])
    wrong = faults(raw, file=name)
    if wrong:
        return _faulty(name, wrong)
    try:
        text = enacting.checked(raw, file=name)
    except DocumentRefused as fault:
        return _faulty(name, [fault])
    try:
        against = _against(text, url, keys)
    except (
        enacted.InstrumentNotInForce,
        InstrumentsInCircle,
        MeasureUnknown,
    ) as fault:
        return _faulty(name, [fault])
    return {
        "file": name,
        "ok": True,
        "faults": [],
        "sha256": text.sha256,
        "bytes": len(raw),
        **understood(text.plan),
        "unsure": unsure(text.plan),
        "ledger": against,
    }


def _faulty(file: str, wrong: Sequence[LedgerError]) -> dict[str, Any]:
    told = [
        {
            "code": fault.code,
            "message": fault.message,
            "next_step": fault.next_step,
            "line": fault.details.get("line"),
            "path": fault.details.get("path") or None,
        }
        for fault in wrong
    ]
    return {"file": file, "ok": False, "faults": told}


def _against(text: Text, url: str | None, keys: Path | None) -> dict[str, Any] | None:
    """What the rule book at hand says; None without a ledger."""
    place = _at_hand(url)
    if place is None:
        return None
    with opened(place, keys) as ledger:
        head = ledger.store.head().position
        book = ledger.rulebook()
        same = book.of_text(text.sha256)
        if same is None:
            enacting.check_joins(book, text, head + 1)
        return {"position": head, "enacted": None if same is None else same.position}


def _tell_ledger(found: dict[str, Any]) -> None:
    against = found["ledger"]
    if against is not None and against["enacted"] is not None:
        say(f"This very text is enacted, at position {against['enacted']}.")
    elif against is not None:
        say(f"It fits the rule book at position {against['position']}. Not enacted yet.")
    elif found["reads"]:
        say("No ledger is at hand, so what it reads was not checked.")
    else:
        say("It can be enacted.")
