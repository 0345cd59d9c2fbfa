"""The invented province: the same everywhere, formally right, and nobody real."""

import json
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from api.demo import names, person, province, stories
from api.demo.dice import Dice
from ledger import values
from ledger.errors import Misuse

SMALL = tuple(province.rows("small"))


def about(fact: str) -> list[dict[str, Any]]:
    """The rows of one kind."""
    return [row for row in SMALL if row["fact"] == fact]


def test_equal_arguments_give_equal_rows() -> None:
    """Two runs give the same bytes: nothing depends on a clock, a hash seed or true chance."""
    assert json.dumps(SMALL) == json.dumps(list(province.rows("small")))


def test_draws_are_pinned() -> None:
    """Draws follow from the name alone, on every machine and Python version."""
    dice = Dice("pinned")
    assert [dice.below(1000) for _ in range(8)] == [567, 377, 698, 680, 697, 238, 712, 745]


def test_size_is_as_promised() -> None:
    """The small demo has 150 people and the seven of the stories; the province 5,000 and those."""
    assert len(about("registered")) == 157
    assert sum(1 for _ in province.people_of("province")) == 5000


def test_unknown_size_is_misuse() -> None:
    """A size that does not exist is refused with the list of those that do."""
    with pytest.raises(Misuse, match="small, province"):
        next(province.batches("continent"))


def test_every_number_is_formally_valid() -> None:
    """Every NIP reads as one, and its digits say what the rows say."""
    for row in SMALL:
        if "nip" in row:
            values.nip(row["nip"])
    for row in about("registered"):
        nip = values.nip(row["nip"])
        assert nip.is_pppk == (row["employment"] == "PPPK")
        assert row["on"].startswith(str(nip.start_year))


def test_nobody_is_twice_and_nobody_is_real() -> None:
    """Numbers are unique in the whole province, names say that they are invented."""
    everybody = [*province.people_of("province"), *stories.cast().values()]
    assert len({someone.nip for someone in everybody}) == len(everybody)
    assert all(someone.name.split()[-1] in names.LAST for someone in everybody)
    assert all(int(someone.nip[-3:]) >= person.FIRST_SERIAL for someone in everybody)


def test_batches_follow_knowledge() -> None:
    """Batches go forward in time up to the last day, and late rows come when learned."""
    batches = list(province.batches("small"))
    assert all(one.known_on < other.known_on for one, other in pairwise(batches))
    assert batches[-1].known_on <= person.LAST_DAY
    for batch in batches:
        for row in batch.rows:
            learned_on = row.get("learned_on")
            if row["fact"] != "published_score":  # which says when it was printed
                assert learned_on is None or learned_on[:7] == f"{batch.known_on:%Y-%m}"


def test_a_person_is_registered_before_anything_else_is_known() -> None:
    """No batch holds a row about somebody whom no batch up to it registers."""
    known: set[str] = set()
    for batch in province.batches("small"):
        known |= {row["nip"] for row in batch.rows if row["fact"] == "registered"}
        assert {row["nip"] for row in batch.rows if "nip" in row} <= known


def test_every_unit_that_is_named_exists() -> None:
    """Posts, appraisals and successors name only units that the rows found."""
    founded = {row["code"] for row in about("unit")}
    named = {row["unit"] for row in SMALL if "unit" in row}
    parents = {row["parent"] for row in about("unit") if "parent" in row}
    assert named | parents <= founded


def test_mending_rows_carry_a_document_and_a_target() -> None:
    """Sanctions, rulings, corrections and annulments have documents; targets are keys or ids."""
    for fact in ("sanction", "ruling", "correct", "annul"):
        assert about(fact)
        assert all({"kind", "number", "date"} <= set(row["document"]) for row in about(fact))
    held = {row[name] for row in SMALL for name in ("key", "id") if name in row}
    mending = [row for row in SMALL if row["fact"] != "target"]
    assert {row["target"] for row in mending if "target" in row} <= held
    assert {row["of"] for row in about("ruling")} <= held


def test_careers_are_plausible() -> None:
    """Posts of every kind, late facts, and a small share of sanctions."""
    facts = Counter(row["fact"] for row in SMALL)
    assert facts["competency"] > 1000
    assert facts["appraisal"] > 1000
    assert 3 <= facts["sanction"] <= 12
    assert sum("learned_on" in row for row in SMALL) > 50
    assert min(date.fromisoformat(row["on"]) for row in about("appraisal")) == date(2018, 12, 31)


def test_stories_ask_about_their_people() -> None:
    """Each story is about one of the cast and asks at least two questions within the demo."""
    numbers = {someone.nip for someone in stories.cast().values()}
    for story in stories.stories():
        assert story.nip in numbers
        assert len(story.questions) >= 2
        assert all(question.as_of <= person.LAST_DAY for question in story.questions)
