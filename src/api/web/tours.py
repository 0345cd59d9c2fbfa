"""Guided stories on the pages: which step of which story an address belongs to.

`?cerita=NAME.STEP` marks a page that was reached from a story; it then shows the step's sentence
with the ways back and on. Only in a demo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from api.seeding.guiding import NoGuide, guided
from api.web.formats import Lang
from ledger.application import Ledger

TOUR_KEY: Final = "cerita"
Json = dict[str, Any]
_known: WeakKeyDictionary[Ledger, Sequence[Json]] = WeakKeyDictionary()


def tours_of(ledger: Ledger) -> Sequence[Json]:
    """The stories of a demo, with their addresses; none elsewhere."""
    found = _known.get(ledger)
    if found is None:
        try:
            found = guided(ledger)
        except NoGuide:
            found = ()
        _known[ledger] = found
    return found


def step_address(tour: Mapping[str, Any], place: int) -> str:
    """The address of a step, marked as one."""
    address = str(tour["steps"][place]["address"])
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{TOUR_KEY}={tour['name']}.{place + 1}"


def step_of(ledger: Ledger, marked: str | None, lang: Lang) -> Json | None:
    """What a marked page shows of its story; None for no mark, or one of no story."""
    name, _, number = (marked or "").partition(".")
    tour = next((one for one in tours_of(ledger) if one["name"] == name), None) if name else None
    if tour is None or not (number.isascii() and number.isdigit()):
        return None
    place, count = int(number[:4]) - 1, len(tour["steps"])
    if not 0 <= place < count:
        return None
    step = tour["steps"][place]
    return {
        "title": tour["title"] if lang is Lang.ID else tour["english"],
        "says": step["says"] if lang is Lang.ID else step["english"],
        "number": place + 1,
        "count": count,
        "before": step_address(tour, place - 1) if place else None,
        "after": step_address(tour, place + 1) if place + 1 < count else None,
    }
