"""The kinds of fact that are stated one by one: who may, and who records alone.

Whoever has the right to a kind may send it. It is recorded at once where he may do so alone, and
waits for a second person where he may not: an ASN proposes what an operator verifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from api.access.policy import Action
from api.intake.labels import FACTS
from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT, EventSpec
from ledger.events.registry import CORRECTIONS, FACT_SPECS

SELF: Final = "self_assessment"
_APPRAISED: Final = ("plan", "appraisal", "activity", "dialogue")
_STEPS: Final = ("case", "summons", "examination", "suspension", "sanction", "delivered", "served")
_FILED: Final = ("objection", "appeal")
_INSPECTED: Final = ("inspection", "finding")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact about a kind of subject.

    Attributes:
        name: as it stands in addresses; nearly always that of the fact.
        right: to send it at all. alone: any of these to record it without a second person.
        founds: it begins a record, so that it is about nobody yet.
    """

    name: str
    spec: EventSpec
    right: Action
    alone: tuple[Action, ...]
    founds: bool = False

    @property
    def fact(self) -> str:
        """The word of facts files."""
        return self.spec.name

    @property
    def says(self) -> str:
        """What it is, in Indonesian."""
        return FACTS[self.spec.name] + (" (penilaian sendiri)" if self.own else "")

    @property
    def own(self) -> bool:
        """Whether it is a unit's assessment of itself."""
        return (self.spec.owner, self.name) == (ORG_UNIT, SELF)


def _of_person(fact: str) -> tuple[Action, tuple[Action, ...]]:
    if fact in CORRECTIONS or fact == "merged":
        return Action.CORRECT_FACT, (Action.CORRECT_FACT,)
    if fact in _STEPS:
        return Action.RECORD_CASE, (Action.RECORD_CASE,)
    if fact in _FILED:
        return Action.FILE_OBJECTION, (Action.FILE_OBJECTION,)
    if fact == "ruling":
        return Action.RULE, (Action.RULE,)
    if fact in _INSPECTED:
        return Action.RECORD_INSPECTION, (Action.RECORD_INSPECTION,)
    if fact == "follow_up":
        return Action.FOLLOW_UP, (Action.FOLLOW_UP,)
    if fact == "registered":
        return Action.RECORD_FACT, (Action.RECORD_FACT,)
    also = (Action.APPRAISE,) if fact in _APPRAISED else ()
    return Action.PROPOSE_FACT, (Action.RECORD_FACT, *also)


def _of_unit(fact: str) -> Action:
    if fact == "assessment":
        return Action.ASSESS_UNIT
    if fact in _INSPECTED:
        return Action.RECORD_INSPECTION
    return Action.FOLLOW_UP if fact == "follow_up" else Action.RECORD_UNIT


@cache
def kinds(owner: str) -> Mapping[str, Kind]:
    """The kinds of fact about people (`EMPLOYEE`), units or the book of references, by name."""
    found = {}
    for (whose, fact), spec in sorted(FACT_SPECS.items()):
        if whose != owner:
            continue
        if owner == EMPLOYEE:
            found[fact] = Kind(fact, spec, *_of_person(fact), founds=fact == "registered")
        elif owner == ORG_UNIT:
            right = _of_unit(fact)
            found[fact] = Kind(fact, spec, right, (right,))
        else:
            right = Action.RECORD_REFERENCE
            found[fact] = Kind(fact, spec, right, (right,))
    if owner == ORG_UNIT:
        right = Action.SELF_ASSESS_UNIT
        found[SELF] = Kind(SELF, FACT_SPECS[ORG_UNIT, "assessment"], right, (right,))
    return MappingProxyType(found)


OWNERS: Final = (EMPLOYEE, ORG_UNIT, LEDGER)


def right_to_mend(owner: str, mended: str) -> tuple[Action, ...]:
    """What else is needed to correct, annul or end a fact: the right to state one of its kind."""
    found = kinds(owner).get(mended)
    return () if found is None or found.right is Action.PROPOSE_FACT else found.alone
