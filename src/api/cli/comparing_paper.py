"""`report perbandingan`: two answers about one person on paper."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.cli import cases
from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    opened,
)
from api.cli.comparing import (
    BothDays,
    FromDay,
    KnownFrom,
    KnownTo,
    PositionFrom,
    PositionTo,
    RulesFrom,
    RulesTo,
    ToDay,
    days_of,
    sides_of,
)
from api.cli.naming import desk_on
from api.cli.paper_options import Number, Out, Person, Site, form_and_site, keep, made_of
from api.cli.scoring import Instrument
from api.cli.watched import given, looking_at
from api.naming import check_subject
from api.outputs.papers import links
from api.queries import differences
from projections.asking.inquiry import Asked


def comparison_command(
    subject: Person,
    instrument: Instrument,
    out: Out,
    from_day: FromDay = None,
    to_day: ToDay = None,
    as_of: BothDays = None,
    known_from: KnownFrom = None,
    known_to: KnownTo = None,
    position_from: PositionFrom = None,
    position_to: PositionTo = None,
    rules_from: RulesFrom = None,
    rules_to: RulesTo = None,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Perbandingan: two answers about one person, and why they differ."""
    suffix, where = form_and_site(out, site)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "report perbandingan", actor, purpose, subject) as look,
    ):
        stream = cases.person_of(ledger, given(subject))
        sides = sides_of(
            ledger,
            instrument,
            days_of(from_day, to_day, as_of),
            known=(known_from, known_to),
            positions=(position_from, position_to),
            rules=(rules_from, rules_to),
        )
        check_subject(sides[1], stream)
        look.person(stream, instrument=instrument, as_of=sides[1].question.as_of)
        shown = differences.of_person(desk_on(ledger), (sides[0], sides[1]), stream, named=True)
        place = (_latest(sides), _link(where, stream, sides, rules=(rules_from, rules_to)), number)
        made = made_of(ledger, "perbandingan", suffix, shown, place)
    keep("perbandingan", made, out, as_json=as_json)


def _latest(sides: Sequence[Asked]) -> int:
    return max(side.question.position for side in sides)


def _link(
    site: str | None,
    stream: UUID,
    sides: Sequence[Asked],
    *,
    rules: tuple[str | None, str | None],
) -> str | None:
    """The permanent address of a comparison."""
    first, last = (side.question for side in sides)
    coordinates = [
        ("instrument", sides[1].plan.instrument),
        ("from", first.as_of.isoformat()),
        ("to", last.as_of.isoformat()),
        ("position_from", first.position),
        ("position_to", last.position),
        ("rules_from", rules[0]),
        ("rules_to", rules[1]),
    ]
    return links.link_of(site, links.COMPARISON, stream.hex, asked=coordinates)
