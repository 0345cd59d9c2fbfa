"""`diff` and `series` of instruments that measure units: one unit, those below one, or all."""

from __future__ import annotations

from api.cli.common import print_json
from api.cli.naming import desk_on
from api.cli.telling_causes import tell_unit_difference, tell_unit_months
from api.naming import unit_of
from api.queries import differences
from ledger.application import Ledger
from projections.asking.asking_why import Stretch
from projections.asking.inquiry import Asked


def diff_unit(ledger: Ledger, sides: list[Asked], named: str, *, as_json: bool) -> None:
    """Why the answers about one unit differ.

    Raises:
        UnitUnknown: no unit of that name, or not described on either side.
    """
    last = sides[1]
    unit = unit_of(last.units, named, last.question.as_of)
    shown = differences.of_unit(desk_on(ledger), (sides[0], last), unit)
    if as_json:
        print_json(shown)
    else:
        about = shown["named"]
        tell_unit_difference(shown, " ".join(about[key] or "" for key in ("code", "name")))


def tell_units(
    ledger: Ledger, asked: Stretch, *, subject: str | None, unit: str | None, as_json: bool
) -> None:
    """The answers about units at the end of each month.

    Raises:
        UnitUnknown: no unit of that name, or none in these days.
    """
    shown = differences.series_of_units(desk_on(ledger), asked, subject, below=unit)
    if as_json:
        print_json(shown)
    else:
        tell_unit_months(shown)
