"""`advise`: what would raise one person's score; told, stamped hypothetical, and never stored."""

from __future__ import annotations

from collections.abc import Mapping
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
    now,
    opened,
    parsed_instant,
    print_json,
    say,
)
from api.cli.naming import day_option, desk_on, today
from api.cli.scoring import AsOf, Instrument, KnownAt, Position, Rules
from api.cli.telling_causes import fact_words, is_outcome, said_words, shown, signed, tell_side
from api.cli.watched import given, looking_at
from api.naming import check_subject, person_stream
from api.queries import differences
from ledger.errors import Misuse
from projections.asking import inquiry
from projections.asking.inquiry import Ask

Json = Mapping[str, Any]


def advise_command(
    instrument: Instrument,
    subject: Annotated[str, typer.Argument(help="NIP or id; - reads standard input.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    rules: Rules = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Which facts are missing from one person's score, and the points each would bring."""
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "advise", actor, purpose, subject) as looker,
    ):
        person = person_stream(ledger, subject)
        if person is None:
            raise Misuse(
                "Advice is given about one person.", next_step="Give a NIP or a person's id."
            )
        ask = Ask(
            instrument,
            None if as_of is None else day_option(as_of),
            known_at=parsed_instant(known_at),
            position=position,
            rules=rules,
        )
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        check_subject(asked, person)
        looker.person(person, instrument=instrument, as_of=asked.question.as_of)
        found = differences.advice(desk_on(ledger), asked, person, named=True)
    if as_json:
        print_json(found)
    else:
        _tell(found)


def _tell(found: Json) -> None:
    person = found["person"]
    who = " ".join(part for part in (person["nip"], person["name"]) if part)
    answer = found["answer"]
    say(f"{found['instrument']}: {who or found['subject']}")
    tell_side("as of", answer)
    say(f"{_result(answer)}  [{answer['status'].replace('_', ' ')}]")
    say("HYPOTHETICAL: what the answer would be if these facts were on record. Nothing is stored.")
    measure = None
    for one in found["proposals"]:
        if one["measure"] != measure:
            measure = one["measure"]
            now = shown(one["points"]["from"], one["range"]["from"])
            say("")
            say(f"{measure}  {now} now  ({one['cite']})")
        say(f"  {signed(one['gain']):>7}  {_words(one, answer['as_of'])}")
    say("")
    if not found["proposals"]:
        say("nothing on record is missing that would raise this score")
        return
    say(f"with the best of those that count at once: {_result(found['highest'])}")


def _result(answer: Json) -> str:
    """The total with its band, or the outcome of requirements."""
    if is_outcome(answer):
        return str(answer["band"])
    return f"total {shown(answer['total'], answer['range'])}  {answer['band'] or ''}"


def _words(one: Json, as_of: str) -> str:
    """A proposal in one line: what to do, what the measure would be, and the whole answer."""
    then = shown(one["points"]["to"], one["range"]["to"])
    if one["do"] == "wait":
        about = "" if one["about"] is None else f", when {fact_words(one['about'])} leaves it"
        return f"wait until {one['counts_from']}{about}: {then}"
    said = said_words(one["fields"])
    words = f"{one['do']} {one['fact']}{': ' if said else ''}{said}"
    if one["about"] is not None:
        words += f" (position {one['about']['position']})"
    words += f" -> {then}"
    if one["counts_from"] != as_of:
        words += f", from {one['counts_from']} on"
    elif one["total"] is not None:
        words += f", total {one['total']} {one['band'] or ''}".rstrip()
    weak = "" if one["mark"] in ("verified", "reading") else f"  [{one['mark']}]"
    return words + weak
