"""Bounds of what rests on contested facts: with and without them, and what then counts instead."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.facts import History, history
from projections.answer import Answer, Status
from projections.plans.plan import Span
from projections.question import Question
from projections.subject import Surroundings, references_on
from projections.tracing.trace import trace
from tests.core.test_trace import asked, measure
from tests.oracle.histories import BOOK, DEPTHS, PERSON, START, Story, coordinates, events, stories
from tests.projections.test_trace_oracle import PLAN

LEAVES = ("qualification", "competency", "appraisal", "sanction", "objection", "appeal", "ruling")


def reach(found: Answer, name: str) -> tuple[str, str]:
    """The bounds of a measure."""
    one = measure(found, name).reach
    return str(one.low), str(one.high)


def course(key: str, **fields: Any) -> dict[str, Any]:
    """A training."""
    return {"fact": "competency", "category": "TEKNIS", "to": "2022-05-01", "key": key, **fields}


def contests(*keys: str) -> list[dict[str, Any]]:
    """Disputes about facts."""
    return [{"fact": "dispute", "target": key} for key in keys]


def diplomas(*keys: str) -> list[dict[str, Any]]:
    """S3 and S2, beside the S1 that everybody here has, and which of them are contested."""
    return [
        {"fact": "qualification", "level": "S3", "on": "2015-08-01", "key": "S3"},
        {"fact": "qualification", "level": "S2", "on": "2010-08-01", "key": "S2"},
        *contests(*keys),
    ]


def test_what_counts_instead_bounds_the_points() -> None:
    """Without the higher diploma the lower counts; contesting what does not count does nothing."""
    found, _ = asked({"facts": diplomas("S3")})
    assert reach(found, "kualifikasi") == ("20", "25")
    assert measure(found, "kualifikasi").points == 25
    found, _ = asked({"facts": diplomas("S2")})
    assert reach(found, "kualifikasi") == ("25", "25")
    assert found.as_json()["disputed"] == []


def test_several_contested_facts_are_left_out_together_too() -> None:
    """Both diplomas may fall, and then the third counts."""
    found, _ = asked({"facts": diplomas("S3", "S2")})
    assert reach(found, "kualifikasi") == ("15", "25")


def test_the_range_stands_beside_the_total() -> None:
    """It is provisional, keeps total and band, and says between what the dispute may move it."""
    base = [
        *diplomas(),
        {"fact": "position", "kind": "PELAKSANA", "unit": "DINAS", "on": "2020-01-01"},
        {"fact": "appraisal", "period": "2021", "predicate": "BAIK"},
        course("a", hours=20),
    ]
    plain, _ = asked({"facts": base})
    found, _ = asked({"facts": [*base, *contests("a")]})
    shown = found.as_json()
    assert plain.total is not None
    assert shown["total"] == plain.as_json()["total"]
    assert found.span == Span(plain.total - Decimal("22.5"), plain.total)
    assert found.status is Status.PROVISIONAL
    assert plain.as_json()["range"] is None


def test_so_many_contested_facts_that_anything_may_be() -> None:
    """Beyond six that count at once the bounds are those of the measure."""
    post = {"fact": "position", "kind": "PELAKSANA", "unit": "DINAS", "on": "2020-01-01"}

    def of(number: int) -> tuple[str, str]:
        keys = [f"k{one}" for one in range(number)]
        rows = [course(key, hours=20, title=f"Diklat {key}") for key in keys]
        free = course("free", hours=20, title="Diklat bebas")
        return reach(asked({"facts": [post, free, *rows, *contests(*keys)]})[0], "teknis")

    assert of(6) == ("22.5", "22.5")
    assert of(7) == ("0", "22.5")


def answer(story: Story, facts: History, question: Question) -> Answer:
    """What the trace says by some facts."""
    book = history(events(story.book, stream=BOOK), question.position)
    around = Surroundings(references_on(book, question.as_of), DEPTHS)
    return trace(PLAN, facts, question, subject=PERSON.hex, surroundings=around)


@given(stories(), st.data())
def test_however_the_disputes_end_the_score_stays_within(story: Story, data: st.DataObject) -> None:
    """Each subset of contested facts left out gives points within the bounds that were told."""
    as_of, position = data.draw(coordinates(story))
    facts = history(events(story.rows), position)
    question = Question(as_of, position, START)
    every = [fact.root for kind in LEAVES for fact in facts.known(kind)]
    roots = data.draw(st.lists(st.sampled_from(every), unique=True, max_size=4)) if every else []
    told = answer(story, replace(facts, disputed=dict.fromkeys(roots, "D")), question)
    subsets = chain.from_iterable(combinations(roots, size) for size in range(len(roots) + 1))
    for gone in subsets:
        kept = {
            kind: [fact for fact in known if fact.root not in gone]
            for kind, known in facts.facts.items()
        }
        found = answer(story, History(kept, {}, facts.position), question)
        for one, bound in zip(found.measures, told.measures, strict=True):
            assert bound.reach.low <= one.span.low <= one.span.high <= bound.reach.high
