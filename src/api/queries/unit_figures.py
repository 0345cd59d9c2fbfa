"""The figures of every unit for one question, and which of them a reader may not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.queries.small_cells import FEWEST, OWN, WHOLE, Parts, hidden
from api.queries.within import units_within
from projections.answer import Answer
from projections.asking import spread
from projections.asking.inquiry import Asked
from projections.asking.spread import Spread


@dataclass(frozen=True, slots=True)
class Standing:
    """Every unit's figures for one question.

    Attributes:
        spreads: by unit with all below it; under OWN after its id those directly in it; under WHOLE
            everybody.
        parts: what each unit is made of. depths: how many units lie above each.
    """

    spreads: Mapping[str, Spread]
    parts: Parts
    depths: Mapping[str, int]

    def people(self, key: str) -> int:
        """How many people a figure is about."""
        found = self.spreads.get(key)
        return 0 if found is None else found.group.people


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a reader may not see.

    Attributes:
        units: keys of which he sees no figure. strange: keys that count people whose records he may
            not read; of those he sees how many they are, their mean and median, and no more.
    """

    units: AbstractSet[str]
    strange: AbstractSet[str]


def standing_of(desk: Desk, asked: Asked, unit: str | None = None) -> Standing:
    """Every unit's figures, worked out once for a question; or those of a unit and all below it,
    where only what is shown of these is looked at.
    """
    if unit is None:
        return desk.once(asked, "units", lambda: _standing(asked, desk.everybody(asked)))
    return desk.once(asked, "units", lambda: _standing(asked, desk.people_in(asked, unit)), unit)


def _standing(asked: Asked, answers: Sequence[Answer]) -> Standing:
    paths = _paths(asked)
    found = _spreads(asked, answers)
    return Standing(found, _parts_of(paths), {one: len(path) - 1 for one, path in paths.items()})


def _paths(asked: Asked) -> dict[str, Sequence[str]]:
    """Every unit of the day with those above it, itself first."""
    tree = asked.units.tree(asked.question.as_of)
    return {one: tree.path(one) for one in tree.units if tree.exists(one)}


def _parts_of(paths: Mapping[str, Sequence[str]]) -> Parts:
    return Parts.of({one: path[1] if len(path) > 1 else None for one, path in paths.items()})


def _spreads(asked: Asked, answers: Sequence[Answer]) -> dict[str, Spread]:
    """The figures of every unit, of those directly in it, and of everybody."""
    ways = {unit: _ways(asked, unit) for unit in {one.unit or "" for one in answers}}
    return spread.by_unit(asked.plan, answers, ways)


def _ways(asked: Asked, unit: str) -> Sequence[str]:
    """The keys under which the people of a unit count, of no unit for ""."""
    path = asked.units.tree(asked.question.as_of).path(unit) if unit else ()
    return (*path, WHOLE, (path[0] if path else WHOLE) + OWN)


def hidden_from(desk: Desk, reader: Reader, asked: Asked) -> Hidden:
    """What somebody may not see of the figures of a question: those of few people whose records he
    may not read.
    """
    known = units_within(desk, reader, Action.READ_RECORD)
    if known is None:
        return Hidden(frozenset(), frozenset())
    return desk.once(asked, "hidden", lambda: _hidden(desk, asked, known), known)


def _hidden(desk: Desk, asked: Asked, known: AbstractSet[str]) -> Hidden:
    tree = asked.units.tree(asked.question.as_of)
    parts = _parts_of(_paths(asked))
    people, measured = Counter[str](), Counter[str]()
    for unit, (counted, known_of) in desk.cohort(asked).census().items():
        if not known & set(tree.path(unit or "")):
            for key in _ways(asked, unit or ""):
                people[key] += counted
                measured[key] += known_of
    units: set[str] = set()
    while True:
        few = {key for key, count in measured.items() if 0 < count < FEWEST}
        more = hidden(parts, people, units | few)
        more |= hidden(parts, measured, more)
        if more == units:
            return Hidden(units, people.keys())
        units = more
