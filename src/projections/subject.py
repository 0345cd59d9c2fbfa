"""Who somebody was on a day: in service or not, at which post, of what kind, in which unit.

Read from the person's own facts and from the surroundings, which other streams tell: what kind of
post a title is, and how deep a unit lies. A choice between facts is stated as a `FactUse`
(docs/facts.md, Ties).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.domain.facts import Fact, History
from ledger.domain.unit_tree import UNIT, UNIT_CLOSED, UnitToday, UnitTree, today_of, tree_on
from ledger.vocabulary import Assignment
from projections import reasons
from projections.answer import FactUse
from projections.plans.plan import Population, UnitPopulation
from projections.reasons import Reason

REGISTERED, EMPLOYMENT, LEFT, MERGED, STANDING, POSITION = (
    "registered",
    "employment",
    "left",
    "merged",
    "standing",
    "position",
)
# Of facts on one legal day: leaving yields to being registered, and that to a stated employment, so
# that whoever leaves as PPPK and enters as CPNS on one day is in service.
_RANK = {LEFT: 0, REGISTERED: 1, EMPLOYMENT: 2}

NOT_YET = "NOT_YET"
ENDED = "ENDED"
EARLIER_POSITION = "EARLIER_POSITION"
LESS_SPECIFIC_UNIT = "SAME_DAY_LESS_SPECIFIC_UNIT"
EARLIER_RECORDED = "SAME_DAY_EARLIER_RECORDED"
EARLIER = "EARLIER"
OUTRANKED = "SAME_DAY_OUTRANKED"
KIND_UNKNOWN = "KIND_UNKNOWN"
CLOSED_TO_SUCCESSOR = "UNIT_CLOSED_TO_SUCCESSOR"
UNIT_UNKNOWN = "UNIT_CLOSED_UNIT_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a person's stream does not tell, as visible on the day and known at the position asked.

    Attributes:
        references: title_id -> fields of its position_ref.
        depths: unit id -> how many units lie above it; a unit not named here lies at 0.
        moved: id of a closed unit -> where its people count, None where nobody knows.
    """

    references: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """The definitive position on a day; `kind` and `unit` are None when not known.

    `unit` is where he counts: of a unit that was closed the sole successor.
    `employment` is the status kepegawaian, None for whoever is not in service.
    """

    kind: str | None
    unit: str | None
    facts: tuple[FactUse, ...]
    root: int | None
    employment: str | None = None


def references_on(book: History, on: date) -> dict[str, Mapping[str, Any]]:
    """References of titles that hold on a day; of two the newer, then the later recorded."""
    return {fact.fields["title_id"]: fact.fields for fact in book.visible("position_ref", on)}


def around(references: Mapping[str, Mapping[str, Any]], tree: UnitTree) -> Surroundings:
    """What follows from the references and the units of a day."""
    return Surroundings(references, {unit: tree.depth(unit) for unit in tree.units}, tree.moved())


def surroundings_on(book: History, units: Mapping[str, History], on: date) -> Surroundings:
    """What the book of references and all units tell of a day, as known at one position."""
    return around(references_on(book, on), tree_on(units, on))


def outside(
    facts: History, population: Population | UnitPopulation, on: date, kind: str | None
) -> Reason | None:
    """Why a unit, or somebody with a post of this kind, is not in a population on a day; None if it
    or he is.
    """
    if isinstance(population, UnitPopulation):
        return unit_outside(today_of(facts, on), population)
    return _person_outside(facts, population, on, kind)


def _person_outside(
    facts: History, population: Population, on: date, kind: str | None
) -> Reason | None:
    if facts.visible(MERGED, on):
        return Reason(reasons.MERGED, None, None)
    newest = _service_on(facts, on)
    if newest is None:
        return Reason(reasons.NOT_REGISTERED, None, EMPLOYMENT)
    if newest.kind == LEFT:
        return Reason(reasons.LEFT_SERVICE, None, newest.fields["reason"])
    employment = newest.fields["employment"]
    if employment not in population.employment.value:
        return Reason(reasons.NOT_IN_POPULATION, None, f"{EMPLOYMENT} {employment}")
    if population.standing is not None or population.not_standing is not None:
        standing = facts.latest(STANDING, on)
        said = None if standing is None else standing.fields["standing"]
        why = outside_standing(population, said)
        if why is not None:
            return why
    return outside_kinds(population, kind)


def outside_standing(population: Population, said: str | None) -> Reason | None:
    """Why a standing, or none on record, is not among those measured."""
    if population.standing is not None and said is None:
        return Reason(reasons.STANDING_UNKNOWN, None, STANDING)
    left_out = population.not_standing is not None and said in population.not_standing.value
    if left_out or (population.standing is not None and said not in population.standing.value):
        return Reason(reasons.NOT_IN_POPULATION, None, f"{STANDING} {said}")
    return None


def unit_outside(unit: UnitToday, population: UnitPopulation) -> Reason | None:
    """Why a unit is not measured, or None if it is."""
    if unit.closed:
        return Reason(reasons.UNIT_CLOSED, None, UNIT_CLOSED)
    if not unit.described:
        return Reason(reasons.UNIT_NOT_FOUNDED, None, UNIT)
    if population.kinds is None:
        return None
    if unit.kind is None:
        return Reason(reasons.UNIT_KIND_UNKNOWN, None, f"{UNIT}.kind")
    if unit.kind not in population.kinds.value:
        return Reason(reasons.NOT_IN_POPULATION, None, f"kind {unit.kind}")
    return None


def outside_kinds(population: Population, kind: str | None) -> Reason | None:
    """That a post of this kind is not among those measured; a kind not known shuts nobody out."""
    if population.kinds is None or kind is None or kind in population.kinds.value:
        return None
    return Reason(reasons.NOT_IN_POPULATION, None, f"{POSITION} {kind}")


def _service_on(facts: History, on: date) -> Fact | None:
    """The newest of what says that somebody serves, or left."""
    stated = [fact for kind in _RANK for fact in facts.visible(kind, on)]
    return max(stated, key=_service_order, default=None)


def _employment_on(facts: History, on: date) -> str | None:
    newest = _service_on(facts, on)
    return None if newest is None else newest.fields.get(EMPLOYMENT)


def _service_order(fact: Fact) -> tuple[date, int, int]:
    return fact.effective_on, _RANK[fact.kind], fact.position


def who(facts: History, population: Population | UnitPopulation, on: date) -> tuple[FactUse, ...]:
    """What says that somebody is in service, and with which standing where that is asked.

    Of facts of one day the kind decides (`_RANK`), then the later recorded; the others are shown
    and flagged. Of a unit what describes it, and what closed it.
    """
    if isinstance(population, UnitPopulation):
        return in_order([*_about_unit(facts, UNIT, on), *_about_unit(facts, UNIT_CLOSED, on)])
    service = [fact for kind in _RANK for fact in facts.known(kind)]
    uses = _stated(service, _service_on(facts, on), on)
    if population.standing is not None:
        uses += _stated(facts.known(STANDING), facts.latest(STANDING, on), on)
    return in_order(uses)


def _about_unit(facts: History, kind: str, on: date) -> list[FactUse]:
    held = facts.latest(kind, on)
    uses = []
    for fact in facts.known(kind):
        why = not_visible(fact, on)
        if why is None and fact is not held and held is not None:
            same_day = fact.effective_on == held.effective_on
            why = EARLIER_RECORDED if same_day else EARLIER
        word = fact.fields.get("kind") or kind
        uses.append(use(fact, why or word, used=fact is held))
    return uses


def _stated(known: Sequence[Fact], held: Fact | None, on: date) -> list[FactUse]:
    uses = []
    for fact in known:
        if fact is held:
            word = fact.fields.get(EMPLOYMENT) or fact.fields.get(STANDING)
            uses.append(use(fact, word or fact.fields["reason"], used=True))
            continue
        why = not_visible(fact, on)
        if why is None and held is not None:
            outranked = _RANK.get(fact.kind) != _RANK.get(held.kind)
            same_day = OUTRANKED if outranked else EARLIER_RECORDED
            why = same_day if fact.effective_on == held.effective_on else EARLIER
        uses.append(use(fact, why or EARLIER, used=False))
    return uses


def use(fact: Fact, why: str, *, used: bool) -> FactUse:
    """How a fact was read."""
    return FactUse(fact.position, fact.root, used, why, fact.effective_on, fact.recorded_at)


def post_on(facts: History, surroundings: Surroundings, on: date) -> Post:
    """The definitive position on a day.

    The newest legal day wins; of two on one day the more specific unit, then the later recorded.
    Acting posts are shown and never scored. A kind stated in the fact itself wins over the
    reference.
    """
    known = facts.known(POSITION)
    employment = _employment_on(facts, on)
    open_now = [one for one in known if one.covers(on) and _definitive(one)]
    if not open_now:
        unused = tuple(_unused(one, None, surroundings, on) for one in known)
        return Post(None, None, unused, None, employment)
    held = max(open_now, key=lambda one: _post_order(one, surroundings))
    kind = held.fields.get("kind")
    if kind is None:
        kind = surroundings.references.get(held.fields["title_id"], {}).get("kind")
    named = held.fields.get("unit")
    unit = named if named is None else surroundings.moved.get(named, named)
    word = _placed(kind or KIND_UNKNOWN, named, unit)
    uses = tuple(
        use(one, word, used=True) if one is held else _unused(one, held, surroundings, on)
        for one in known
    )
    return Post(kind, unit, uses, held.root, employment)


def _placed(word: str, named: str | None, unit: str | None) -> str:
    """What is said of the post that counts: its kind, and that its unit was closed."""
    if named == unit:
        return word
    return f"{word} {UNIT_UNKNOWN if unit is None else CLOSED_TO_SUCCESSOR}"


def _definitive(fact: Fact) -> bool:
    return bool(fact.fields.get("assignment", Assignment.DEFINITIF) == Assignment.DEFINITIF)


def _post_order(fact: Fact, surroundings: Surroundings) -> tuple[date, int, int]:
    depth = surroundings.depths.get(fact.fields.get("unit", ""), 0)
    return fact.effective_on, depth, fact.position


def _unused(fact: Fact, held: Fact | None, surroundings: Surroundings, on: date) -> FactUse:
    why = not_visible(fact, on)
    if why is None and not _definitive(fact):
        why = fact.fields["assignment"]
    elif why is None and held is not None and fact.effective_on < held.effective_on:
        why = EARLIER_POSITION
    elif why is None and held is not None:
        depths = [_post_order(one, surroundings)[1] for one in (fact, held)]
        why = EARLIER_RECORDED if depths[0] == depths[1] else LESS_SPECIFIC_UNIT
    return use(fact, why or EARLIER_POSITION, used=False)


def not_visible(fact: Fact, on: date) -> str | None:
    """Why a fact does not hold on a day, or None if it does."""
    if fact.effective_on > on:
        return NOT_YET
    if not fact.covers(on):
        return ENDED
    return None


def in_order(uses: Sequence[FactUse]) -> tuple[FactUse, ...]:
    """By legal day, then by position."""
    return tuple(sorted(uses, key=lambda one: (one.effective_on, one.position)))
