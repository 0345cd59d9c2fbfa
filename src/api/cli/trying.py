"""`instrument try`: what a draft, or other parameters, would do to one person or to everybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api import enacting
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
from api.cli.naming import day_option, today
from api.cli.rules import TextName
from api.cli.scoring import AsOf, KnownAt, Period, Position, Rules, Unit
from api.cli.telling_rules import tell_tried_people, tell_tried_person
from api.cli.watched import given, look_at_people, looking_at
from api.enacting import Text
from api.naming import person_stream, unit_of
from api.queries import trying
from ledger.application import Ledger
from ledger.errors import Misuse
from projections.asking import inquiry
from projections.asking.inquiry import Ask

Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="One parameter as if it were another.", metavar="PATH=VALUE"),
]


def try_command(
    file: TextName,
    subject: Annotated[
        str | None, typer.Argument(help="NIP, id or unit code; - reads standard input.")
    ] = None,
    changes: Changes = None,
    as_of: AsOf = None,
    period: Period = None,
    known_at: KnownAt = None,
    position: Position = None,
    rules: Rules = None,
    unit: Unit = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody registered by then.")] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """What a draft would do, beside the text in force; stamped hypothetical, stored nowhere.

    With --set, an instrument that is enacted may be named instead of a file.
    """
    if sum((subject is not None, unit is not None, everybody)) != 1:
        raise Misuse(
            "Say who is asked about, once.", next_step="Give a SUBJECT, --unit U or --all."
        )
    subject = None if subject is None else given(subject)
    day = None if as_of is None else day_option(as_of)
    ask = Ask("", day, period, parsed_instant(known_at), position, rules)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "try", actor, purpose, subject) as looker,
    ):
        text = _text(ledger, file, ask, changes or [])
        what = trying.tried(ledger, ask, text, changes or [], today=today(ledger), now=now())
        on = what.after.question.as_of
        person = None if subject is None else person_stream(ledger, subject)
        if person is not None:
            looker.person(person, instrument=text.plan.instrument, as_of=on)
            found = trying.on_person(ledger, what, person, named=True)
        else:
            about = subject or unit
            look_at_people(looker, what.after, about)
            top = None if about is None else unit_of(what.after.units, about, on)
            frame = inquiry.facts_table(ledger, warn).frame()
            found = trying.on_people(ledger, frame, what, top, named=True)
    if as_json:
        print_json(found)
    elif person is not None:
        told = [part for part in (found["person"]["nip"], found["person"]["name"]) if part]
        tell_tried_person(found, " ".join(told) or person.hex)
    else:
        tell_tried_people(found, "everybody" if found["unit"] is None else found["unit"]["name"])


def _text(ledger: Ledger, name: str, ask: Ask, changes: list[str]) -> Text:
    """The draft: a file, one that comes with the program, or an enacted text with changes."""
    if trying.is_enacted(ledger, name) and not Path(name).is_file():
        asked = replace(ask, instrument=name)
        return trying.enacted_changed(ledger, asked, changes, today=today(ledger), now=now())
    return trying.with_changes(*enacting.named_text(name), changes)
