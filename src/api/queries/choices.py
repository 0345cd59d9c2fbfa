"""What a page about many lets one choose: the instruments of a day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from api.desk import Desk
from ledger.events.base import EMPLOYEE
from projections.asking import enacted


class Choice(NamedTuple):
    """An instrument in force that measures people; `requires` are those that ask for requirements
    instead of giving points.
    """

    name: str
    title: str
    decree: str
    requires: bool


def instruments(desk: Desk, position: int, on: date) -> list[Choice]:
    """The instruments in force on a day that measure people, by name."""
    book = desk.ledger.rulebook(position)
    found = []
    for name in book.names():
        text = enacted.text_on(book, name, on)
        plan = None if text is None else enacted.plan_of(text)
        if text is not None and plan is not None and plan.subject == EMPLOYEE:
            found.append(Choice(name, plan.title, text.decree, plan.outcomes is not None))
    return found
