"""Recapitulations from columns are those that counting everybody's answers one by one gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.facts import Fact, History
from ledger.domain.unit_directory import UnitDirectory
from ledger.vocabulary import EducationLevel
from projections.answer import Answer, Status
from projections.asking.recap import EDUCATION, GRADE, OFFICE, SEX, Group, Recap, offices, recap
from projections.cohorts.cohort import cohort
from projections.cohorts.people import KIND
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import Surroundings, post_on
from projections.tracing.trace import trace
from tests.oracle.histories import BOOK, UNITS
from tests.projections.crowd import Crowd
from tests.projections.logs import START, ListLog
from tests.projections.sides import Steady, Told, seeds
from tests.projections.test_cohort import frame_of_log
from tests.projections.variants import variant

SHIPPED: Plan = variant(())
EDUCATION_ORDER = [one.value for one in EducationLevel]
LEVELS = ["TERAMPIL", "AHLI_MUDA", "AHLI_MADYA"]
WEAK = ("PARAMETER_RECALLED", "PARAMETER_ASSUMED", "LATER_TEXT_KNOWN", "MATTER_OPEN")


class Varied(Steady):
    """A steady crowd whose people have a sex, and some posts a functional level."""

    def _state(self, one: Any, kind: str, fields: dict[str, Any], on: date) -> int:
        if kind == "registered" and self.dice.randrange(5):
            fields = fields | {"sex": self.dice.choice(["PRIA", "WANITA"])}
        if kind == "position" and self.dice.randrange(2):
            fields = fields | {"functional_level": self.dice.choice(LEVELS)}
        return super()._state(one, kind, fields, on)


def grade_of(facts: History, around: Surroundings, on: date) -> str | None:
    """Jenjang as the sentence says: the level of a functional post, else the kind of post."""
    post = post_on(facts, around, on)
    if post.kind != "FUNGSIONAL":
        return post.kind
    held = next(one for one in facts.known("position") if one.root == post.root)
    reference = around.references.get(held.fields["title_id"], {})
    level: str | None = held.fields.get("functional_level", reference.get("functional_level"))
    return level


def highest(visible: list[Fact]) -> str | None:
    """The highest level of education among visible facts."""
    levels = [str(one.fields["level"]) for one in visible]
    return max(levels, key=EDUCATION_ORDER.index, default=None)


def sex_of(facts: History, on: date) -> str | None:
    """As registered."""
    newest = facts.latest("registered", on)
    return None if newest is None else newest.fields.get("sex")


def mean(numbers: list[Decimal]) -> Decimal | None:
    """To two decimals, half up."""
    if not numbers:
        return None
    whole = sum(numbers, Decimal(0)) / len(numbers)
    return whole.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def naive(answers: list[Answer]) -> dict[str, Any]:
    """The figures of a group, counted one by one."""
    measured = [one for one in answers if one.status in (Status.COMPLETE, Status.PROVISIONAL)]
    totals = [one.total for one in measured if one.total is not None]
    lacks: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for one in answers:
        if one.total is None:
            for why in one.why:
                if why.code not in (*WEAK, "FACT_DISPUTED"):
                    lacks[why.code, why.measure].add(one.subject)
    total = mean(totals)
    interval = None if total is None else SHIPPED.bands.find(total)
    return {
        "people": len(answers),
        "measured": len(measured),
        "provisional": sum(one.status is Status.PROVISIONAL for one in answers),
        "not_computable": sum(one.status is Status.NOT_COMPUTABLE for one in answers),
        "not_applicable": sum(one.status is Status.NOT_APPLICABLE for one in answers),
        "lacks": {key: len(people) for key, people in lacks.items()},
        "means": {
            measure.name: mean(
                [
                    m.points
                    for a in measured
                    for m in a.measures
                    if m.name == measure.name and m.points is not None
                ]
            )
            for measure in SHIPPED.measures
        },
        "total": total,
        "band": None if interval is None else interval.codes.value[0],
    }


def figures(group: Group) -> dict[str, Any]:
    """The same figures of a group from columns."""
    lacks: dict[tuple[str, str | None], int] = defaultdict(int)
    for reason, count in group.lacks:
        lacks[reason.code, reason.measure] += count
    return {
        "people": group.people,
        "measured": group.measured,
        "provisional": group.provisional,
        "not_computable": group.not_computable,
        "not_applicable": group.not_applicable,
        "lacks": dict(lacks),
        "means": dict(group.means),
        "total": group.total,
        "band": group.band,
    }


def check(log: ListLog, on: date, within: frozenset[str] | None = None) -> Recap:
    """Every figure of every breakdown, beside counting one by one."""
    told, position = Told(log), len(log.events)
    around = told.surroundings(on, position)
    question = Question(on, position, START)
    frame = frame_of_log(log)
    units = UnitDirectory({UUID(one): told.facts(one, position) for one in UNITS})
    office_of = offices(units, on)
    found = recap(cohort(SHIPPED, frame, question), frame, office_of, within=within)
    groups: dict[str, dict[str | None, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    left, everybody = 0, []
    for stream in told.people():
        facts = told.facts(stream, position)
        begun = any(one.effective_on <= on for one in facts.known("registered"))
        if stream == BOOK.hex or not begun or facts.visible("merged", on):
            continue
        answer = trace(SHIPPED, facts, question, subject=stream, surroundings=around)
        if within is not None and answer.unit not in within:
            continue
        if answer.why and answer.why[0].code == "LEFT_SERVICE":
            left += 1
            continue
        everybody.append(answer)
        keys: dict[str, Callable[[], str | None]] = {
            OFFICE: lambda a=answer: office_of.get(a.unit or ""),  # type: ignore[misc]
            KIND: lambda a=answer: a.position_kind,  # type: ignore[misc]
            GRADE: lambda f=facts: grade_of(f, around, on),  # type: ignore[misc]
            EDUCATION: lambda f=facts: highest(f.visible("qualification", on)),  # type: ignore[misc]
            SEX: lambda f=facts: sex_of(f, on),  # type: ignore[misc]
        }
        for name, key in keys.items():
            groups[name][key()].append(answer)
    assert found.left == left
    assert figures(found.whole) == naive(everybody)
    for name, counted in found.by.items():
        told_by = {group.key: figures(group) for group in counted}
        assert told_by == {key: naive(people) for key, people in groups[name].items()}, name
    return found


@settings(max_examples=60)
@given(seed=seeds, on=st.dates(date(2020, 1, 1), date(2024, 12, 31)), people=st.integers(1, 14))
def test_columns_count_as_one_by_one(seed: int, on: date, people: int) -> None:
    """Head counts, reasons, means and bands of every breakdown, for any history."""
    log = Varied(seed, on).log(people, 12)
    check(log, on)
    check(log, on, frozenset(UNITS[:1]))


@settings(max_examples=20)
@given(seed=seeds, people=st.integers(0, 10))
def test_a_wild_crowd_counts_the_same(seed: int, people: int) -> None:
    """Unregistered, merged, contested and departed people included, and nobody at all."""
    on = date(2022, 6, 30)
    log = Crowd(seed, on).log(people, 14) if people else ListLog([])
    if people:
        check(log, on)
    assert len(log.events) >= people


def unit_facts(tree: dict[str, str | None], closed: dict[str, list[str]]) -> UnitDirectory:
    """Units of one letter each with their parents, some of them closed for successors."""
    ids = {name: UUID(int=at) for at, name in enumerate({*tree}, start=1)}

    def known(name: str, kind: str, fields: dict[str, Any]) -> Fact:
        return Fact(kind, 1, 1, 1, START, date(2015, 1, 1), None, {"name": name, **fields})

    found = {}
    for name, parent in tree.items():
        above = {} if parent is None else {"parent": ids[parent].hex}
        facts = {"unit": [known(name, "unit", {"code": name, **above})]}
        if name in closed:
            successors = [ids[one].hex for one in closed[name]]
            facts["unit_closed"] = [known(name, "unit_closed", {"successors": successors})]
        found[ids[name]] = History(facts, {}, 1)
    return UnitDirectory(found)


@pytest.mark.parametrize(
    ("tree", "closed", "expected"),
    [
        ({"P": None, "D": "P", "S": "D"}, {}, {"P": "P", "D": "D", "S": "D"}),
        ({"A": None, "S": "A", "B": None}, {}, {"A": "A", "S": "A", "B": "B"}),
        ({"A": None, "B": None, "C": None}, {"A": ["B"]}, {"A": "B", "B": "B", "C": "C"}),
        ({"A": None, "B": None, "C": None}, {"A": ["B", "C"]}, {"A": None, "B": "B", "C": "C"}),
        (
            {"A": None, "B": None, "C": None},
            {"A": ["B"], "B": ["A"]},
            {"A": None, "B": None, "C": "C"},
        ),
    ],
)
def test_the_office_of_a_unit(
    tree: dict[str, str | None], closed: dict[str, list[str]], expected: dict[str, str | None]
) -> None:
    """Below a common root, else the top; a closed unit's is its sole successor's, else nobody's."""
    units = unit_facts(tree, closed)
    on = date(2022, 12, 31)
    names = {one.hex: str((units.described(one, on) or {})["name"]) for one in units.units}
    found = {names[one]: office and names[office] for one, office in offices(units, on).items()}
    assert found == expected
