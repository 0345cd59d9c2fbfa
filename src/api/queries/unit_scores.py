"""The score of a unit for somebody who may not read the records of its people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.queries import scores, unit_figures
from api.queries.small_cells import uncounted
from api.queries.within import units_within
from ledger.domain.rulebook import InstrumentUnknown, NoRulesInForce
from projections.asking import enacted
from projections.asking.inquiry import Ask, Asked, measures_units

Json = dict[str, Any]


def of_unit(desk: Desk, reader: Reader, asked: Asked, unit: UUID) -> Json | None:
    """One unit's answer with its trace, without its members; None where it is made from figures
    about few people that stay hidden from the reader (`small_cells`).

    Raises:
        Misuse: the instrument measures people.
    """
    shown: Json = scores.of_unit(desk, asked, unit, members=False, named=False)
    if units_within(desk, reader, Action.READ_RECORD) is None:
        return shown
    strange = False
    for people in _people_read(desk, asked):
        gone = unit_figures.hidden_from(desk, reader, people)
        if unit.hex in gone.units:
            return None
        strange |= unit.hex in gone.strange
    return uncounted(shown) if strange else shown


def _people_read(desk: Desk, asked: Asked) -> list[Asked]:
    """The same question about people, by each instrument from which a unit's answer is made,
    through other instruments of units too; none reads itself.
    """
    question, found = asked.question, []
    waiting, seen = list(enacted.read_by(asked.plan)), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            own = desk.resolve(Ask(name, as_of=question.as_of, position=question.position))
        except (InstrumentUnknown, NoRulesInForce):
            continue  # nothing of it stands in the answer
        if measures_units(own):
            waiting.extend(enacted.read_by(own.plan))
        else:
            found.append(own)
    return found
