"""`access`: who looked at a person, and for auditors everything that was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    opened,
    print_json,
    say,
)
from api.cli.naming import instant_option
from api.cli.watched import given, looking_at
from api.naming import person_stream
from api.queries import access as asking
from ledger.access.access_entry import LookKind
from ledger.access.access_log import AccessLog
from ledger.access.access_store import Wanted
from ledger.application import Ledger
from ledger.errors import Misuse, PersonUnknown
from ledger.vocabulary_agency import ReadingPurpose

From = Annotated[str | None, typer.Option("--from", help="A day, or an instant.", metavar="T")]
To = Annotated[
    str | None, typer.Option("--to", help="A day with all of it, or an instant.", metavar="T")
]
EVERYTHING = "list"


def access_command(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="NIP or id; - reads standard input; `list`, or nobody, lists everything."
        ),
    ] = None,
    since: From = None,
    until: To = None,
    reader: Annotated[
        str | None, typer.Option("--reader", help="Only what this account looked at.")
    ] = None,
    why: Annotated[
        ReadingPurpose | None,
        typer.Option("--for", help="Only looks for this purpose.", case_sensitive=False),
    ] = None,
    kind: Annotated[
        list[LookKind] | None,
        typer.Option("--kind", help="Only these kinds, of everything.", case_sensitive=False),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Who looked at a person: at his record, at a list with him, or at a unit's people or all.

    Without a person everything, for auditors; with --json one object a line.
    """
    whole = subject is None or subject == EVERYTHING
    if kind and not whole:
        raise Misuse("--kind is for the list of everything.", next_step="Leave it out.")
    named = None if whole or subject is None else given(subject)
    with (
        opened(url, keys, live=True) as ledger,
        looking_at(ledger, "access", actor, purpose, named) as looker,
        _log_of(ledger) as log,
    ):
        last = instant_option(ledger, until, end=True)
        wanted = Wanted(
            since=instant_option(ledger, since, end=False),
            until=None if last is None else last + timedelta(microseconds=1),
            reader=reader,
            purpose=why,
            kinds=frozenset(kind or LookKind),
        )
        if named is None:
            _tell(asking.every_look(ledger, log, wanted), as_json=as_json)
            return
        person = person_stream(ledger, named)
        if person is None:
            raise PersonUnknown(
                "This is neither a NIP nor the id of a person.", next_step="Check it."
            )
        looker.person(person)
        _tell(asking.who_looked(ledger, log, person, wanted), as_json=as_json)


@contextmanager
def _log_of(ledger: Ledger) -> Iterator[AccessLog]:
    log = AccessLog.of(ledger)
    try:
        yield log
    finally:
        log.close()


def _tell(found: Iterable[dict[str, Any]], *, as_json: bool) -> None:
    count = 0
    for one in found:
        count += 1
        if as_json:
            print_json(one)
        else:
            say(
                f"{one['number']:>7}  {one['at'][:19]}Z  {one['reader']:16}"
                f"  {one['purpose']:14}  {_about(one)}: {_question(one['question'])}"
            )
    if not as_json:
        say(f"{count} looks." if count else "Nobody looked.")


def _about(one: dict[str, Any]) -> str:
    match LookKind(one["kind"]):
        case LookKind.PERSON:
            return f"person {one['subject']}"
        case LookKind.REFUSED:
            return f"{'nobody' if one['subject'] is None else 'person ' + one['subject']}, refused"
        case LookKind.UNIT:
            unit = one["unit"]
            return f"people of {unit['code'] or unit['id']}"
        case LookKind.ALL:
            return "everybody"
        case LookKind.LIST:
            return "people in a list"
        case LookKind.NOBODY:
            return "a number that leads to nobody"


def _question(question: dict[str, Any]) -> str:
    rest = [f"{name} {value}" for name, value in question.items() if name not in ("what", "mark")]
    return ", ".join([str(question.get("what", "")), *rest])
