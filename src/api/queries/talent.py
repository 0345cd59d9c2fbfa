"""Talent: people ranked, the requirements that each meets, and the boxes of nine.

The order is that of a decision's dossier over the same question, so that what is pinned from here
is what a draft pins. Ranks are among those whom the reader may see and the question asks about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import unit_json
from api.queries import units
from ledger.domain.decision_candidates import MET
from ledger.domain.rulebook import NoRulesInForce
from ledger.errors import Misuse
from ledger.vocabulary_agency import TieRule
from projections.answer import Answer, Status, has_left
from projections.asking.enacted import in_force
from projections.asking.inquiry import Ask, Asked
from projections.decisions.dossier import points_of, ranks_of, requirements
from projections.plans.extra import Grid
from projections.plans.plan import Plan

Json = dict[str, Any]
BOXES = "talenta"  # the instrument that says which of the nine boxes somebody is in


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a question is about, and which of them are wanted.

    Attributes:
        unit: with all below it; None is the whole agency. among: ids of those whom the reader may
            see; None is everybody. box: only those in this box. qualified: only those known to meet
            every requirement. tie_rule: who comes first of equal totals.
    """

    unit: UUID | None
    among: Collection[str] | None
    box: str | None = None
    qualified: bool = False
    tie_rule: TieRule = TieRule.SHARED


@dataclass(frozen=True, slots=True)
class Ranked:
    """One person in the order of rank, with what each requirement says of him."""

    rank: int | None
    answer: Answer
    states: Mapping[str, str]
    box: str | None

    @property
    def qualified(self) -> bool:
        """Every requirement is known to be met."""
        return all(state == MET for state in self.states.values())


def required_of(desk: Desk, asked: Asked, names: Sequence[str]) -> list[Asked]:
    """The instruments of requirements that are asked besides, on the same coordinates.

    Raises:
        Misuse: one ranks already, or asks for no requirements; what resolving raises.
    """
    found = []
    for name in dict.fromkeys(names):
        further = Ask(name, as_of=asked.question.as_of, position=asked.question.position)
        one = desk.resolve(further)
        if name == asked.plan.instrument or one.plan.outcomes is None:
            raise Misuse(
                f"{name} asks for no requirements, or ranks already.",
                next_step="Name other instruments, that ask for requirements.",
            )
        found.append(one)
    return found


def ranking(
    desk: Desk, asked: Asked, required: Sequence[Asked], whom: Whom
) -> tuple[list[Ranked], Json]:
    """Everybody asked about in order of rank, and what stands above the list: the question, the
    requirements with their articles, the nine boxes, and how many there are.

    Raises:
        Misuse: the instrument measures units.
    """
    units.refuse_units(asked)
    people = [one for one in _those(desk, asked, whom) if one.status is not Status.NOT_APPLICABLE]
    others = [{one.subject: one for one in desk.everybody(further)} for further in required]
    boxed = _boxed(desk, asked)
    points = {one.subject: points_of(one, whom.tie_rule) for one in people}
    ranks = ranks_of([one for one in points.values() if one is not None])
    found = []
    for one in people:
        own = points[one.subject]
        told = [one, *(by_subject[one.subject] for by_subject in others)]
        states = dict(pair for each in told for pair in requirements(each))
        box = boxed[1].get(one.subject)
        found.append(Ranked(None if own is None else ranks[own], one, states, box))
    found.sort(key=lambda one: (one.rank is None, one.rank or 0, one.answer.subject))
    head = {
        **units.coordinates(asked),
        "unit": None
        if whom.unit is None
        else unit_json(asked.units, whom.unit, asked.question.as_of),
        "tie_rule": whom.tie_rule.value,
        "people": len(found),
        "ranked": sum(1 for one in found if one.rank is not None),
        "qualified": sum(1 for one in found if one.qualified),
        "requirements": [each for one in (asked, *required) for each in _articles(one)],
        "boxes": _boxes(boxed[0], found),
    }
    wanted = [
        one
        for one in found
        if (whom.box is None or one.box == whom.box) and (one.qualified or not whom.qualified)
    ]
    return wanted, head


def _those(desk: Desk, asked: Asked, whom: Whom) -> list[Answer]:
    on = asked.question.as_of
    below = None if whom.unit is None else asked.units.tree(on).below(whom.unit.hex)
    return [
        one
        for one in desk.everybody(asked)
        if (below is None or one.unit in below)
        and (whom.among is None or one.subject in whom.among)
        and not has_left(one)
    ]


def told(desk: Desk, asked: Asked, ranked: Sequence[Ranked], *, named: bool) -> list[Json]:
    """Lines of the ranking."""
    lines = units.told(desk, asked, [one.answer for one in ranked], named=named)
    return [
        {"rank": one.rank, **line, "requirements": dict(one.states), "box": one.box}
        for one, line in zip(ranked, lines, strict=True)
    ]


def _articles(asked: Asked) -> list[Json]:
    """The requirements of an instrument as `requirements` names them, each with its article."""
    plan = asked.plan
    if plan.outcomes is None:
        return []
    name = plan.instrument
    shared = {"instrument": name, "title": plan.title, "decree": plan.decree}
    whole = {"name": name, "requirement": None, **shared, "cite": plan.decree}
    cites = {f"{name}/{one.name}": (one.name, one.cite) for one in plan.measures}
    return [
        whole,
        *(
            {"name": key, "requirement": requirement, **shared, "cite": cite}
            for key, (requirement, cite) in cites.items()
        ),
    ]


def _boxed(desk: Desk, asked: Asked) -> tuple[Plan | None, dict[str, str]]:
    """The instrument of the nine boxes, and each person's box; nothing where none is in force."""
    question = asked.question
    book = desk.ledger.rulebook(question.position)
    try:
        if BOXES not in book.names():
            return None, {}
        in_force(book, BOXES, question.as_of)
    except NoRulesInForce:
        return None, {}
    own = desk.resolve(Ask(BOXES, as_of=question.as_of, position=question.position))
    boxes = {one.subject: one.band for one in desk.everybody(own) if one.band is not None}
    return own.plan, boxes


def _boxes(plan: Plan | None, found: Sequence[Ranked]) -> Json | None:
    """The nine boxes with how many of those asked about are in each; None without an instrument.

    Column 0 is the lowest potential, row 0 the lowest performance.
    """
    rules = [] if plan is None else [one.rule for one in plan.measures]
    grid = next((one for one in rules if isinstance(one, Grid)), None)
    if plan is None or grid is None:
        return None
    counted: dict[str, int] = {}
    for one in found:
        if one.box is not None:
            counted[one.box] = counted.get(one.box, 0) + 1
    cells = []
    for row, values in enumerate(grid.boxes):
        for column, value in enumerate(values):
            part = plan.bands.find(value.value)
            code = None if part is None else part.codes.value[0]
            count = counted.get(code or "", 0)
            cells.append({"row": row, "column": column, "box": code, "count": count})
    return {
        "instrument": plan.instrument,
        "decree": plan.decree,
        "cells": cells,
        "unknown": len(found) - sum(counted.values()),
    }
