"""Causes of a difference add up exactly, in their fixed order, for any history and coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.facts import history
from projections.answer import MeasureResult
from projections.differences.causes_json import of_difference
from projections.differences.compare import Difference, Side, compare
from projections.differences.walk import CauseClass, What
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import Surroundings
from projections.tracing.trace import trace
from tests.oracle.histories import PERSON
from tests.projections.logs import START, ListLog, fact, placed
from tests.projections.sides import Told, coordinates, crowds, plans
from tests.projections.variants import variant

SHIPPED: Plan = variant(())
ZERO = Decimal(0)
Dated = tuple[ListLog, date]


def points_of(difference: Difference) -> list[Decimal | None]:
    """The numbers of the causes."""
    return [difference.points(cause) for cause in difference.causes]


def added(numbers: Sequence[Decimal | None]) -> Decimal:
    """The sum of those that are numbers."""
    return sum((one for one in numbers if one is not None), ZERO)


def leaves(measures: Sequence[MeasureResult], above: str = "") -> dict[str, Decimal | None]:
    """The points of the lowest measures by path."""
    found: dict[str, Decimal | None] = {}
    for one in measures:
        if one.rule == "sum":
            found |= leaves(one.measures, f"{above}{one.name}/")
        else:
            found[f"{above}{one.name}"] = one.points
    return found


def by_line(difference: Difference) -> dict[str, Decimal]:
    """The numbers of all causes by line, in the direction of the way."""
    found: dict[str, Decimal] = {}
    for cause in difference.causes:
        for move in cause.step.moves:
            if move.points is not None:
                found[move.path] = found.get(move.path, ZERO) + move.points
    return found


@settings(max_examples=120)
@given(crowds(), plans, plans, st.data())
def test_causes_add_up(dated: Dated, first: Plan, last: Plan, data: st.DataObject) -> None:
    """For any two coordinates and rules the numbers are the difference, in total and by line."""
    log, on = dated
    told = Told(log)
    ends = [data.draw(coordinates(log, on)) for _ in range(2)]
    for stream in told.people():
        found = told.difference(stream, (first, ends[0]), (last, ends[1]))
        if found.total is not None:
            assert added(points_of(found)) == found.total
            assert sum(found.by_class().values(), ZERO) == found.total
        lines = by_line(found)
        sides = [leaves(one.measures) for one in (found.before, found.after)]
        for path in sides[0].keys() & sides[1].keys():
            before, after = sides[0][path], sides[1][path]
            if before is not None and after is not None:
                way = before - after if found.backward else after - before
                assert lines.get(path, ZERO) == way


@given(crowds(), plans, st.data())
def test_a_coordinate_does_not_differ_from_itself(
    dated: Dated, plan: Plan, data: st.DataObject
) -> None:
    """Between equal coordinates there is no cause, and nothing without effect either."""
    log, on = dated
    at = data.draw(coordinates(log, on))
    for stream in Told(log).people():
        found = Told(log).difference(stream, (plan, at), (plan, at))
        assert (found.causes, found.idle) == ([], [])


@given(crowds(), plans, plans, st.data())
def test_the_way_back_has_opposite_numbers(
    dated: Dated, first: Plan, last: Plan, data: st.DataObject
) -> None:
    """Asked the other way round, every cause comes again with the opposite number."""
    log, on = dated
    there, back = (data.draw(coordinates(log, on)) for _ in range(2))
    for stream in Told(log).people():
        out = Told(log).difference(stream, (first, there), (last, back))
        home = Told(log).difference(stream, (last, back), (first, there))
        if there != back:
            opposite = [None if one is None else -one for one in points_of(home)]
            assert points_of(out) == opposite
        assert out.total is None or home.total == -out.total


@given(crowds(), plans, st.data())
def test_every_cause_is_a_fact_a_post_or_rules(
    dated: Dated, plan: Plan, data: st.DataObject
) -> None:
    """No part of a difference is left to the mere passing of days: some fact explains it."""
    log, on = dated
    ends = [data.draw(coordinates(log, on)) for _ in range(2)]
    for stream in Told(log).people():
        found = Told(log).difference(stream, (plan, ends[0]), (plan, ends[1]))
        assert What.DAY_PASSED not in {cause.what for cause in found.causes}


@given(crowds(), plans, st.data())
def test_classes_come_in_their_order(dated: Dated, plan: Plan, data: st.DataObject) -> None:
    """Causes stand in the fixed order of classes, and within a class by legal day."""
    log, on = dated
    ends = [data.draw(coordinates(log, on)) for _ in range(2)]
    order = list(CauseClass)
    for stream in Told(log).people():
        found = Told(log).difference(stream, (SHIPPED, ends[0]), (plan, ends[1]))
        places = [order.index(cause.cause_class) for cause in found.causes]
        assert places == sorted(places)
        shown = [one["class"] for one in of_difference(found)["causes"]]
        told = [cause.cause_class.value for cause in found.causes]
        assert shown == (told[::-1] if found.backward else told)


# --------------------------------------------------------------------------- one case of each class


class Case:
    """One person's record, told fact by fact; he is a PNS, a PELAKSANA with S1 and an appraisal."""

    def __init__(self) -> None:
        self.events = [
            self._fact("registered", date(2010, 1, 1), employment="CPNS"),
            self._fact("employment", date(2011, 1, 1), employment="PNS"),
            self._fact("qualification", date(2009, 8, 1), level="S1"),
            self._fact("position", date(2011, 1, 1), kind="PELAKSANA", title_id="a" * 32),
        ]
        self.appraised(2020, "BAIK")

    def _fact(self, kind: str, on: date | None, /, **fields: Any) -> Any:
        return fact(PERSON, 0, f"employee.{kind}/1", on, fields)

    def state(self, kind: str, on: date, /, **fields: Any) -> int:
        """One more fact; gives its version."""
        self.events.append(self._fact(kind, on, **fields))
        return len(self.events)

    def mend(self, how: str, root: int, **fields: Any) -> None:
        """Something that replaces a fact not replaced before."""
        self.events.append(self._fact(how, None, root=root, replaces=root, **fields))

    def appraised(self, year: int, predicate: str) -> int:
        """A whole year's appraisal."""
        period = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        said = {"regime": "PP46", "state": "DINILAI", "predicate": predicate}
        return self.state("appraisal", date(year, 12, 31), **period, **said)

    def trained(self, on: date, hours: str | None) -> int:
        """A technical training."""
        fields = {"category": "TEKNIS", "to": on.isoformat()}
        return self.state("competency", on, **fields, **({"hours": hours} if hours else {}))

    def __len__(self) -> int:
        return len(self.events)

    def side(self, on: date, position: int | None = None, plan: Plan = SHIPPED) -> Side:
        """The person at a coordinate."""
        known = len(self.events) if position is None else position
        facts = history(placed(self.events), known)
        asked = Question(on, known, START)
        around = Surroundings()
        answer = trace(plan, facts, asked, subject=PERSON.hex, surroundings=around)
        return Side(answer, facts, around)

    def why(self, before: Side, after: Side) -> list[tuple[str, str, str | None]]:
        """Class, what happened and points of each cause."""
        stated = {version: version for version in range(1, len(self.events) + 1)}
        shown = of_difference(compare(before, after, stated_at=stated))
        return [(one["class"], one["what"], one["points"]) for one in shown["causes"]]


END = date(2021, 6, 30)


def test_a_training_recorded_late_is_late_knowledge() -> None:
    """What was recorded later and lies before the first day became known late."""
    case = Case()
    before = len(case)
    case.trained(date(2021, 3, 1), "24")
    found = case.why(case.side(END, before), case.side(END))
    assert found == [("corrections", "became_known_late", "22.5")]


def test_a_post_that_became_known_late_is_late_knowledge() -> None:
    """The class of the post is what time and references do to it, not what was recorded late."""
    case = Case()
    post = case.events.pop(3)
    before = len(case)
    case.events.append(post)
    found = case.why(case.side(END, before), case.side(END))
    assert found == [("corrections", "became_known_late", None)]


def test_a_correction_an_annulment_and_an_end_are_told_apart() -> None:
    """Each bears its own word, in the order of legal days."""
    case = Case()
    training = case.trained(date(2021, 3, 1), "24")
    degree = case.state("qualification", date(2015, 8, 1), level="S2")
    before = len(case)
    case.mend("end", degree, until="2020-01-01")
    case.mend("annul", 5)
    wanted = {"category": "TEKNIS", "to": "2021-03-01", "hours": "4"}
    corrected = {"fact": "competency", "effective_on": "2021-03-01", "fields": wanted}
    case.mend("correct", training, **corrected)
    assert case.why(case.side(END, before), case.side(END)) == [
        ("corrections", "ended", "-5"),
        ("corrections", "annulled", None),
        ("corrections", "corrected", "-22.5"),
    ]


def test_what_expires_comes_before_what_is_new() -> None:
    """A training that leaves the window and one that comes in are two causes, not none."""
    case = Case()
    case.trained(date(2020, 7, 1), "20")
    case.trained(date(2021, 7, 1), "20")
    assert case.why(case.side(END), case.side(date(2021, 7, 1))) == [
        ("expiries", "left_window", "-22.5"),
        ("new_facts", "new", "22.5"),
    ]


def test_hours_that_only_together_reach_the_target_belong_to_the_later_one() -> None:
    """Interaction goes to the later cause."""
    case = Case()
    case.trained(date(2021, 2, 1), "12")
    case.trained(date(2021, 3, 1), "12")
    found = compare(case.side(date(2021, 1, 1)), case.side(END), stated_at={})
    assert [(one.new and one.new.effective_on) for one in found.causes] == [date(2021, 3, 1)]
    assert [one.new and one.new.effective_on for one in found.idle] == [date(2021, 2, 1)]


def test_another_post_and_other_rules_come_last() -> None:
    """The post is attributed after the facts, the rules after the post."""
    case = Case()
    case.trained(date(2021, 2, 1), "20")
    case.state("position", date(2021, 5, 1), kind="FUNGSIONAL", title_id="b" * 32)
    other = variant((12,))  # S1 assumed: no other points, but provisional
    assert case.why(case.side(date(2021, 1, 1)), case.side(END, plan=other)) == [
        ("new_facts", "new", "22.5"),
        ("position", "post_changed", "-7.5"),
        ("rules", "rules_changed", None),
    ]


def test_a_state_between_that_is_not_computable_leaves_its_number_to_the_later_cause() -> None:
    """The old appraisal goes without a number; the new one brings the whole difference."""
    case = Case()
    case.appraised(2021, "SANGAT_BAIK")
    assert case.why(case.side(END), case.side(date(2022, 6, 30))) == [
        ("expiries", "left_window", None),
        ("new_facts", "new", "5"),
    ]


def test_a_side_that_is_not_computable_gives_a_change_of_status() -> None:
    """There is no difference, what is known still has its numbers, and bounds stand for the rest."""
    case = Case()
    case.trained(date(2021, 2, 1), "20")
    found = compare(case.side(date(2021, 1, 1)), case.side(date(2022, 4, 1)), stated_at={})
    shown = of_difference(found)
    assert shown["difference"] is None
    assert [(one["what"], one["points"]) for one in shown["causes"]] == [("left_window", None)]
    cause = shown["causes"][0]
    assert cause["status"] == {"from": "complete", "to": "not_computable"}
    assert cause["measures"][0]["from"] == "25"
    assert cause["measures"][0]["to_range"] == {"from": "0", "to": "30"}


@pytest.mark.parametrize("known_first", [True, False])
def test_knowledge_may_go_back_while_days_go_on(known_first: bool) -> None:
    """A later day as known earlier: what was not known yet is said so."""
    case = Case()
    known = len(case)
    case.trained(date(2021, 1, 15), "20")
    case.appraised(2021, "BAIK")
    sides = case.side(date(2021, 1, 31)), case.side(END, known)
    found = case.why(*(sides if known_first else sides[::-1]))
    assert found == [("corrections", "not_known_yet", "-22.5" if known_first else "22.5")]
