"""`diff` and `series`: why a score changed between two coordinates, and on which days it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

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
)
from api.cli.comparing_units import diff_unit, tell_units
from api.cli.naming import day_option, desk_on, instant_option, today
from api.cli.scoring import Instrument, KnownAt, Position, Unit
from api.cli.telling_causes import tell_difference, tell_group, tell_months, tell_series
from api.cli.watched import given, look_at_people, looking_at
from api.looks import Looker
from api.naming import check_subject, person_stream, refuse_person, unit_of
from api.queries import differences
from ledger.application import Ledger
from ledger.errors import Misuse
from projections.asking import asking_why, inquiry
from projections.asking.asking_why import Stretch
from projections.asking.inquiry import Ask, Asked

Subject = Annotated[
    str | None, typer.Argument(help="NIP, id or unit code; - reads standard input.")
]
# The two sides of a comparison, here and on paper.
FromDay = Annotated[
    str | None, typer.Option("--from", help="Legal day to start from.", metavar="D")
]
ToDay = Annotated[
    str | None, typer.Option("--to", help="Legal day to end at; default today.", metavar="D")
]
BothDays = Annotated[
    str | None, typer.Option("--as-of", help="Legal day of both sides.", metavar="D")
]
KnownFrom = Annotated[str | None, typer.Option("--known-from", help="As known then.", metavar="T")]
KnownTo = Annotated[
    str | None, typer.Option("--known-to", help="As known then; default now.", metavar="T")
]
PositionFrom = Annotated[
    int | None, typer.Option("--position-from", help="As known there.", metavar="N")
]
PositionTo = Annotated[
    int | None, typer.Option("--position-to", help="As known there.", metavar="N")
]
RulesFrom = Annotated[
    str | None, typer.Option("--rules-from", help="Under this decree.", metavar="DECREE")
]
RulesTo = Annotated[
    str | None, typer.Option("--rules-to", help="Under this decree.", metavar="DECREE")
]


def diff_command(
    instrument: Instrument,
    subject: Subject = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    as_of: BothDays = None,
    known_from: KnownFrom = None,
    known_to: KnownTo = None,
    position_from: PositionFrom = None,
    position_to: PositionTo = None,
    rules_from: RulesFrom = None,
    rules_to: RulesTo = None,
    unit: Unit = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody registered by then.")] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Why a score differs between two days, or between what was known then and now."""
    _check_one(subject, unit, everybody=everybody)
    days = days_of(from_day, to_day, as_of)
    subject = None if subject is None else given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "diff", actor, purpose, subject) as looker,
    ):
        sides = sides_of(
            ledger,
            instrument,
            days,
            known=(known_from, known_to),
            positions=(position_from, position_to),
            rules=(rules_from, rules_to),
        )
        _diff(ledger, looker, sides, subject, unit, as_json=as_json)


def sides_of(
    ledger: Ledger,
    instrument: str,
    days: Sequence[date | None],
    *,
    known: tuple[str | None, str | None],
    positions: tuple[int | None, int | None],
    rules: tuple[str | None, str | None],
) -> list[Asked]:
    """Both questions of a comparison, placed in the log.

    Raises:
        Misuse: they are the same, or one cannot be read; and what `inquiry.resolve` raises.
    """
    asks = [
        Ask(
            instrument,
            days[place],
            known_at=_instant(ledger, known[place]),
            position=positions[place],
            rules=rules[place],
        )
        for place in range(2)
    ]
    _check_apart(asks)
    moment = now()
    return [inquiry.resolve(ledger, ask, today=today(ledger), now=moment) for ask in asks]


def _diff(
    ledger: Ledger,
    looker: Looker,
    sides: list[Asked],
    subject: str | None,
    unit: str | None,
    *,
    as_json: bool,
) -> None:
    """The difference of whoever, or whatever, is asked about."""
    person, named = _who(ledger, subject, unit)
    check_subject(sides[1], person)
    if person is not None:
        question = sides[1].question
        looker.person(person, instrument=sides[1].plan.instrument, as_of=question.as_of)
        _diff_person(ledger, sides, person, as_json=as_json)
    elif subject is not None and named is not None and inquiry.measures_units(sides[1]):
        diff_unit(ledger, sides, named, as_json=as_json)
    else:
        if not inquiry.measures_units(sides[1]):
            look_at_people(looker, sides[1], named)
        _diff_group(ledger, sides, named, as_json=as_json)


def _check_one(subject: str | None, unit: str | None, *, everybody: bool) -> None:
    if sum((subject is not None, unit is not None, everybody)) != 1:
        raise Misuse(
            "Say who is asked about, once.", next_step="Give a SUBJECT, --unit U or --all."
        )


def days_of(first: str | None, last: str | None, as_of: str | None) -> list[date | None]:
    """The legal days of both sides.

    Raises:
        Misuse: they are given twice, or the last alone.
    """
    if as_of is not None and (first is not None or last is not None):
        raise Misuse(
            "--as-of and --from or --to both say which day is meant.",
            next_step="Give --as-of when the day is the same on both sides.",
        )
    if last is not None and first is None:
        raise Misuse("--to has no --from.", next_step="Give the day to start from.")
    texts = (as_of, as_of) if as_of is not None else (first, last)
    return [None if text is None else day_option(text) for text in texts]


def _check_apart(asks: list[Ask]) -> None:
    first, last = (replace(ask, rules=None) for ask in asks)
    if first == last and asks[0].rules == asks[1].rules:
        raise Misuse(
            "Both sides are the same question.",
            next_step="Give --from and --to, --known-from and --known-to, or --rules-to.",
        )


def _instant(ledger: Ledger, text: str | None) -> datetime | None:
    """An instant, or the end of a day; of today, which has not ended, the present."""
    if text == today(ledger).isoformat():
        return now()
    return instant_option(ledger, text, end=True)


def _who(ledger: Ledger, subject: str | None, unit: str | None) -> tuple[UUID | None, str | None]:
    """The person meant, or the unit named."""
    if subject is None:
        return None, unit
    person = person_stream(ledger, subject)
    return person, None if person is not None else subject


def _name(person: dict[str, str | None], stream: UUID) -> str:
    told = " ".join(part for part in (person["nip"], person["name"]) if part)
    return told or stream.hex


def _diff_person(ledger: Ledger, sides: list[Asked], person: UUID, *, as_json: bool) -> None:
    ends = (sides[0], sides[1])
    shown = differences.of_person(desk_on(ledger), ends, person, named=True)
    if as_json:
        print_json(shown)
    else:
        tell_difference(shown, _name(shown["person"], person))


def _diff_group(ledger: Ledger, sides: list[Asked], unit: str | None, *, as_json: bool) -> None:
    shown = differences.of_group(desk_on(ledger), (sides[0], sides[1]), unit)
    if as_json:
        print_json(shown)
        return
    units_only, about = inquiry.measures_units(sides[1]), shown["unit"]
    everybody = "all units" if units_only else "everybody"
    who = everybody if about is None else _unit_words(about)
    tell_group(shown, who, what="units" if units_only else "people")


def _unit_words(about: dict[str, Any]) -> str:
    return f"{about['path'] or about['id']}, with all below it"


def series_command(
    instrument: Instrument,
    from_day: Annotated[str, typer.Option("--from", help="First legal day.", metavar="D")],
    to_day: Annotated[
        str | None, typer.Option("--to", help="Last legal day; default today.", metavar="D")
    ] = None,
    subject: Subject = None,
    known_at: KnownAt = None,
    position: Position = None,
    unit: Unit = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every unit.")] = False,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Every day on which a person's score changed and why; a unit's mean month by month."""
    _check_one(subject, unit, everybody=everybody)
    subject = None if subject is None else given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "series", actor, purpose, subject) as looker,
    ):
        here = today(ledger)
        asked = asking_why.stretch(
            ledger,
            instrument,
            day_option(from_day),
            here if to_day is None else day_option(to_day),
            position=position,
            known_at=_instant(ledger, known_at),
            today=here,
            now=now(),
        )
        person, named = _who(ledger, subject, unit)
        if asking_why.measures_units(ledger, asked):
            refuse_person(asked.instrument, person)
            one = None if subject is None else named
            tell_units(ledger, asked, subject=one, unit=unit, as_json=as_json)
        elif person is not None:
            looker.person(person, instrument=asked.instrument, as_of=asked.last)
            _series_person(ledger, asked, person, as_json=as_json)
        else:
            units = ledger.units(asked.position)
            within = None if named is None else unit_of(units, named, asked.last)
            looker.people(
                within, on=asked.last, position=asked.position, instrument=asked.instrument
            )
            _series_units(ledger, asked, named, as_json=as_json)


def _series_person(ledger: Ledger, asked: Stretch, person: UUID, *, as_json: bool) -> None:
    shown = differences.series_of_person(desk_on(ledger), asked, person, named=True)
    if as_json:
        print_json(shown)
    else:
        tell_series(shown, _name(shown["person"], person))


def _series_units(ledger: Ledger, asked: Stretch, unit: str | None, *, as_json: bool) -> None:
    shown = differences.series_of_units(desk_on(ledger), asked, unit)
    if as_json:
        print_json(shown)
    else:
        tell_months(shown, [_unit_words(one) for one in shown["units"]])
