"""One unit: founded by its own fact, changed by the same code again, never its own parent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from ledger.domain import org_unit
from ledger.domain.deciding import Decision, Verdict
from ledger.domain.org_unit import OrgUnit
from ledger.domain.statement import Source, Statement, state_draft
from ledger.errors import ContentConflict, NotAllowed, SubjectDiffers, UnitUnknown
from ledger.events.base import Encoded
from tests.builders import DOCUMENT, MATCH_KEY, Names, Row, draft, of_unit
from tests.keys import stream

OTHERS = {"DISDIK": stream(2), "SETDA": stream(3)}


class Units(Names):
    """References that know three units; the one decided about is stream 1."""

    def unit(self, name: str, on: str) -> UUID:
        if name == "BKD":
            return stream(1)
        if name not in OTHERS:
            raise UnitUnknown("No such unit.")
        return OTHERS[name]


class Unit:
    """A unit decided about without a store."""

    def __init__(self) -> None:
        self.state: OrgUnit = org_unit.no_unit(stream(1))
        self.events: list[Encoded] = []

    def statement(self, row: Row) -> Statement:
        """A row resolved against the unit."""
        return state_draft(
            draft(row),
            state=self.state.facts,
            match_key=MATCH_KEY,
            references=Units(),
            source=Source("tester"),
        )

    def say(self, row: Row) -> Decision:
        """Decide and let the state go on."""
        statement = self.statement(row)
        decision = org_unit.decide_fact(self.state, statement)
        for event in decision.events:
            self.events.append(event)
            on = event.effective_on
            org_unit.evolve(
                self.state,
                shape=event.spec,
                payload=event.opened,
                context=statement.context(),
                on=None if on is None else on.isoformat(),
                position=len(self.events),
            )
        return decision


def founded() -> Unit:
    """A unit under its code."""
    unit = Unit()
    unit.say(of_unit("BKD", "unit"))
    return unit


def correct(**changes: Any) -> Row:
    """A correction of the founding fact."""
    replacement = of_unit("BKD", "unit") | changes
    shown = {name: value for name, value in replacement.items() if value is not None}
    return {
        "fact": "correct",
        "unit": "BKD",
        "target": "1",
        "document": DOCUMENT,
        "replacement": shown,
    }


def test_a_unit_begins_with_its_own_fact() -> None:
    """Nothing is recorded about a unit that was never described."""
    unit = Unit()
    assert not unit.state.founded
    with pytest.raises(NotAllowed, match="unit fact"):
        unit.say(of_unit("BKD", "target"))
    assert unit.say(of_unit("BKD", "unit")).verdict is Verdict.NEW
    assert unit.state.founded


def test_the_same_code_again_is_a_change_from_its_day() -> None:
    """Another day is another fact, the same day with other content a conflict."""
    unit = founded()
    renamed = of_unit("BKD", "unit", name="BKPSDM", on="2020-01-01")
    assert unit.say(renamed).verdict is Verdict.NEW
    assert unit.say(renamed).verdict is Verdict.SAME
    assert unit.say(of_unit("BKD", "unit")).verdict is Verdict.SAME
    with pytest.raises(ContentConflict):
        unit.say(of_unit("BKD", "unit", name="Lain"))


def test_a_unit_is_never_its_own_parent() -> None:
    """Any other unit may be above it."""
    unit = founded()
    with pytest.raises(NotAllowed, match="own parent"):
        unit.say(of_unit("BKD", "unit", parent="BKD", on="2021-01-01"))
    (event,) = unit.say(of_unit("BKD", "unit", parent="SETDA", on="2021-01-01")).events
    assert event.opened["parent"] == stream(3).hex


def test_successors_are_units() -> None:
    """Each is resolved; one that is not known is named with its field."""
    unit = founded()
    (event,) = unit.say(of_unit("BKD", "unit_closed", successors=["DISDIK", "SETDA"])).events
    assert event.opened["successors"] == [stream(2).hex, stream(3).hex]
    assert unit.state.closed_on == "2024-01-01"
    with pytest.raises(UnitUnknown) as caught:
        unit.say(of_unit("BKD", "unit_closed", successors=["TIDAK"], on="2025-01-01"))
    assert caught.value.details["field"] == "successors"


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "BKD-BARU"},
        {"unit": None, "code": "BKD-BARU"},
        {"unit": None, "code": None, "name": "Badan Kepegawaian"},
    ],
)
def test_code_and_name_can_be_corrected(changes: Row) -> None:
    """A code that nobody has is the right one of this unit; without one the code stays."""
    unit = founded()
    (event,) = unit.say(correct(**changes)).events
    fields = event.opened["fields"]
    assert fields["code"] == (changes["code"] or "BKD")
    assert fields["name"] == changes.get("name", "Badan Kepegawaian Daerah")


def test_a_correction_stays_with_its_unit() -> None:
    """The code of another unit is another unit."""
    unit = founded()
    with pytest.raises(SubjectDiffers):
        unit.say(correct(unit=None, code="DISDIK"))


def test_replaying_gives_the_state_that_deciding_left() -> None:
    """From nothing: a unit that was never founded, one that was, one that was closed."""
    unit = founded()
    unit.say(of_unit("BKD", "unit_closed"))
    assert org_unit.replay(org_unit.no_unit(stream(1)), []) == org_unit.no_unit(stream(1))
    assert unit.state.facts.version == len(unit.events) == 2
    assert unit.state.facts.has("unit_closed")
