"""The trace of IP-ASN against a second, plain working-out of the same law, on random records."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.domain.facts import history
from projections.answer import Answer, Status
from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import Surroundings, references_on
from projections.tracing.trace import trace
from tests.oracle import naive_ip_asn
from tests.oracle.histories import (
    BOOK,
    DEPTHS,
    PERSON,
    START,
    Row,
    Story,
    coordinates,
    disciplined,
    events,
    stories,
)

NAME = "ip-asn-perbkn-8-2019.yaml"
PLAN: Plan = load(text(NAME), file=NAME)


def answer(story: Story, as_of: date, position: int) -> Answer:
    """What the trace says at a coordinate."""
    facts = history(events(story.rows), position)
    book = history(events(story.book, stream=BOOK), position)
    return trace(
        PLAN,
        facts,
        Question(as_of=as_of, position=position, known_at=START),
        subject=PERSON.hex,
        surroundings=Surroundings(references_on(book, as_of), DEPTHS),
    )


def shown(given_answer: Answer) -> dict[str, Any]:
    """An answer in the shape of the oracle's."""
    if given_answer.status is Status.NOT_APPLICABLE:
        return {"status": "not_applicable"}
    span = given_answer.span
    return {
        "status": given_answer.status.value,
        "total": given_answer.total,
        "band": given_answer.band,
        "range": None if span is None else (span.low, span.high),
        "measures": {one.name: one.points for one in given_answer.measures},
        "reasons": {reason.code for reason in given_answer.why},
        "disputed": list(given_answer.disputed),
        "position_kind": given_answer.position_kind,
    }


def expected(story: Story, as_of: date, position: int) -> dict[str, Any]:
    """What the oracle says at a coordinate."""
    found: dict[str, Any] = naive_ip_asn.score(story.rows, story.book, DEPTHS, as_of, position)
    return found


@settings(max_examples=300)
@given(stories() | disciplined(), st.data())
def test_trace_equals_the_plain_oracle(story: Story, data: st.DataObject) -> None:
    """For any record, at any legal day and position, both work out the same answer."""
    as_of, position = data.draw(coordinates(story))
    assert shown(answer(story, as_of, position)) == expected(story, as_of, position)


@given(stories(), st.data())
def test_later_events_never_change_an_earlier_answer(story: Story, data: st.DataObject) -> None:
    """An answer at a position is the same from the whole record and from the record up to then."""
    as_of, position = data.draw(coordinates(story))
    cut = Story(
        tuple(row for row in story.rows if row["position"] <= position),
        tuple(row for row in story.book if row["position"] <= position),
        position,
    )
    whole = answer(story, as_of, position).as_json()
    assert whole == answer(cut, as_of, position).as_json()
    assert whole["digest"].startswith("sha256:")


def corrected_from_the_start(story: Story, correction: Row) -> Story:
    """The record in which a fact was stated as corrected, at that position, and never before."""
    root, mended = correction["root"], correction["version"]
    rows: list[Row] = []
    for row in story.rows:
        if row["version"] == mended:
            rows.append({**row, "do": "fact", "version": root})
        elif row["version"] != root:
            later = row.get("root") == root and row.get("replaces") == mended
            rows.append({**row, "replaces": root} if later else row)
    return Story(tuple(rows), story.book, story.last)


@given(stories(), st.data())
def test_a_correction_acts_on_every_day_but_only_on_later_positions(
    story: Story, data: st.DataObject
) -> None:
    """Known later, the fact is as corrected on all days; known earlier, nothing has changed."""
    first = [
        row
        for row in story.rows
        if row["do"] == "correct" and row["replaces"] == row["root"] and row["root"] > 1
    ]
    assume(first)
    correction = data.draw(st.sampled_from(first))
    at = correction["position"]
    after = data.draw(st.integers(at, story.last))
    for _ in range(3):
        as_of, _ = data.draw(coordinates(story))
        restated = corrected_from_the_start(story, correction)
        assert shown(answer(story, as_of, after)) == shown(answer(restated, as_of, after))
        if at > 1:
            never = Story(
                tuple(row for row in story.rows if row["position"] != at), story.book, story.last
            )
            assert shown(answer(story, as_of, at - 1)) == shown(answer(never, as_of, at - 1))


@given(stories(), st.data())
def test_measures_stay_within_their_maxima_and_add_up(story: Story, data: st.DataObject) -> None:
    """Every measure lies within 0 and its maximum; the total is the sum of the measures."""
    found = answer(story, *data.draw(coordinates(story)))
    for one in found.measures:
        assert Decimal(0) <= one.reach.low <= one.span.low
        assert one.span.low <= one.span.high <= one.reach.high <= one.maximum
    if found.total is not None:
        assert found.total == sum(one.points or 0 for one in found.measures)
        assert found.band is not None


def test_oracle_imports_nothing_of_the_project() -> None:
    """The oracle is a second opinion: neither the code nor the instrument is its source."""
    source = Path(naive_ip_asn.__file__ or "").read_text("utf-8")
    imported = [line for line in source.splitlines() if line.startswith(("import", "from"))]
    assert imported == [
        "import calendar",
        "from collections.abc import Callable, Iterable, Mapping, Sequence",
        "from datetime import date",
        "from decimal import Decimal",
        "from typing import Any",
    ]
