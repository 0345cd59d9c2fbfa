"""`diff` and `series` of instruments that measure units: one unit, those below one, or all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from api.cli.common import print_json, warn
from api.cli.telling_causes import tell_unit_difference, tell_unit_months
from api.naming import unit_json, unit_of
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.errors import UnitUnknown
from projections.asking import asking_why, inquiry
from projections.asking.asking_why import Stretch
from projections.asking.inquiry import Asked
from projections.differences import causes_json
from projections.differences.units_why import UnitMonth


def diff_unit(ledger: Ledger, sides: list[Asked], named: str, *, as_json: bool) -> None:
    """Why the answers about one unit differ.

    Raises:
        UnitUnknown: no unit of that name, or not described on either side.
    """
    last = sides[1]
    unit = unit_of(last.units, named, last.question.as_of)
    frame = inquiry.facts_table(ledger, warn).frame()
    found = asking_why.unit_difference(frame, sides[0], last, unit)
    if found is None:
        raise UnitUnknown(
            "This unit was not on record on either side.", next_step="Check the days."
        )
    about = unit_json(last.units, unit, last.question.as_of)
    shown = causes_json.of_unit_difference(found)
    shown["named"] = {key: about[key] for key in ("code", "name", "path")}
    if as_json:
        print_json(shown)
    else:
        tell_unit_difference(shown, " ".join(about[key] or "" for key in ("code", "name")))


def series_of_units(
    ledger: Ledger, asked: Stretch, *, subject: str | None, unit: str | None, as_json: bool
) -> None:
    """The answers about units at the end of each month.

    Raises:
        UnitUnknown: no unit of that name, or none in these days.
    """
    units = ledger.units(asked.position)
    one, top = (
        None if named is None else unit_of(units, named, asked.last) for named in (subject, unit)
    )
    frame = inquiry.facts_table(ledger, warn).frame()
    months = sorted(
        asking_why.unit_scores(ledger, frame, asked, one=one, top=top),
        key=lambda month: month.answer.subject,
    )
    if not months:
        raise UnitUnknown("No unit was on record in these days.", next_step="Check the days.")
    shown = {**stretch_json(asked), "units": list(_by_unit(ledger, asked, months))}
    if as_json:
        print_json(shown)
    else:
        tell_unit_months(shown)


def stretch_json(asked: Stretch) -> dict[str, Any]:
    """The days of a series and what was known."""
    return {
        "instrument": asked.instrument,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "position": asked.position,
        "known_at": instant_text(asked.known_at),
        "hypothetical": {"forecast": True} if asked.forecast else None,
    }


def _by_unit(ledger: Ledger, asked: Stretch, months: list[UnitMonth]) -> Iterator[dict[str, Any]]:
    units = ledger.units(asked.position)
    for subject, rows in groupby(months, key=lambda month: month.answer.subject):
        about = unit_json(units, UUID(subject), asked.last)
        yield {**about, "months": [causes_json.of_unit_month(row) for row in rows]}
