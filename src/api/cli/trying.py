"""`instrument try`: what a draft, or other parameters, would do to one person or to everybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

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
from ledger.application import Ledger
from ledger.errors import Misuse, PersonUnknown
from ledger.rulebook import InstrumentUnknown, NoRulesInForce, entries
from projections.asking import asking_why, inquiry
from projections.asking.inquiry import Ask, Asked
from projections.differences import whatif
from projections.language import editing, instrument

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
        sides = _sides(ledger, replace(ask, instrument=text.plan.instrument), text, changes or [])
        person = None if subject is None else person_stream(ledger, subject)
        if person is not None:
            looker.person(person, instrument=text.plan.instrument, as_of=sides[1].question.as_of)
            found = _of_person(ledger, sides, person)
        else:
            look_at_people(looker, sides[1], subject or unit)
            found = _of_people(ledger, sides, subject or unit)
        found["draft"] = {
            "file": text.file,
            "sha256": text.sha256,
            "decree": text.plan.decree,
            "changes": changes or [],
        }
    if as_json:
        print_json(found)
    elif person is not None:
        told = [part for part in (found["person"]["nip"], found["person"]["name"]) if part]
        tell_tried_person(found, " ".join(told) or person.hex)
    else:
        tell_tried_people(found, "everybody" if found["unit"] is None else found["unit"]["name"])


def _text(ledger: Ledger, name: str, ask: Ask, changes: list[str]) -> Text:
    """The draft: a file, one that comes with the program, or an enacted text with changes."""
    known = {one.enactment.instrument for one in entries(ledger.book_events())}
    if name in known and not Path(name).is_file():
        if not changes:
            raise Misuse(
                f"{name} is enacted as it is, so there is nothing to try.",
                next_step="Name a file, a draft, or give --set PATH=VALUE.",
            )
        enacted = _enacted(ledger, replace(ask, instrument=name))
        file, raw = f"{name} as enacted", enacted.encode()
    else:
        file, raw = enacting.named_text(name)
    pairs = []
    for one in changes:
        path, equals, value = one.partition("=")
        if not equals or not path.strip():
            raise Misuse("--set needs a path and a value.", next_step="Write PATH=VALUE.")
        pairs.append((path.strip(), value.strip()))
    raw = editing.changed(raw, pairs, file=file)
    return Text(file, raw, instrument.load(raw, file=file))


def _enacted(ledger: Ledger, ask: Ask) -> str:
    """The text that answers a question."""
    asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
    book = ledger.rulebook(asked.question.position)
    return next(one.text for one in book.enactments if one.position == asked.enacted)


def _sides(ledger: Ledger, ask: Ask, text: Text, changes: list[str]) -> tuple[Asked | None, Asked]:
    """The question as it is, None where no text of that name is in force, and under the draft."""
    here, moment = today(ledger), now()
    after = inquiry.resolve_draft(ledger, ask, text.plan, changes=changes, today=here, now=moment)
    try:
        before = inquiry.resolve(ledger, ask, today=here, now=moment)
    except (InstrumentUnknown, NoRulesInForce):
        if ask.rules is not None:
            raise
        return None, after
    return before, after


def _of_person(ledger: Ledger, sides: tuple[Asked | None, Asked], person: UUID) -> dict[str, Any]:
    before, after = sides
    if not inquiry.is_known(ledger, after, person):
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    found = asking_why.supposed_person(ledger, before, after, person)
    return found | {"person": ledger.person(person)}


def _of_people(
    ledger: Ledger, sides: tuple[Asked | None, Asked], named: str | None
) -> dict[str, Any]:
    before, after = sides
    on = after.question.as_of
    unit = None if named is None else unit_of(after.units, named, on)
    frame = inquiry.facts_table(ledger, warn).frame()
    effect = asking_why.supposed_people(frame, before, after, unit=unit)
    found = whatif.as_json(effect)
    people = ledger.people([UUID(one["subject"]) for one in found["moved"]])
    for one in found["moved"]:
        one["person"] = people[UUID(one["subject"])]
    about = None
    if unit is not None:
        described = after.units.described(unit, on) or {}
        about = {
            "id": unit.hex,
            "code": described.get("code"),
            "name": described.get("name") or unit.hex,
        }
    return found | {"unit": about}
