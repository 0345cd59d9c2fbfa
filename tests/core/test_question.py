"""How what was asked for becomes coordinates: legal day, position, rules."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError, Misuse
from projections.language.instrument import load
from projections.language.shipped import text
from projections.question import (
    BeforeFirstRecord,
    Log,
    PositionRefused,
    Question,
    asked_day,
    asked_position,
)

NAME = "ip-asn-perbkn-8-2019.yaml"
PLAN = load(text(NAME), file=NAME)
TODAY = date(2026, 11, 22)
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@dataclass(frozen=True)
class End:
    """Where the log ends."""

    position: int
    recorded_at: datetime | None


def log(*sizes: int) -> Log:
    """A log of commands of these sizes, one a day."""
    instants = [
        FOUNDED + timedelta(days=day) for day, size in enumerate(sizes) for _ in range(size)
    ]
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]

    def position_at(instant: datetime) -> int | None:
        return sum(one <= instant for one in instants) or None

    def boundary(position: int) -> tuple[int, int]:
        before = max((end for end in ends if end <= position), default=0)
        return before, min(end for end in ends if end >= position)

    end = End(len(instants), instants[-1] if instants else None)
    return Log(end, position_at, boundary, lambda position: instants[position - 1])


@pytest.mark.parametrize(
    ("period", "on"),
    [
        ("2022", "2022-12-31"),
        ("2024-Q3", "2024-09-30"),
        ("2024-H1", "2024-06-30"),
        ("2024-02", "2024-02-29"),
    ],
)
def test_period_is_asked_as_of_its_last_day(period: str, on: str) -> None:
    """The cut-off of a period is its last day."""
    assert asked_day(PLAN, as_of=None, period=period, today=TODAY) == (
        date.fromisoformat(on),
        False,
    )


def test_day_defaults_to_today_and_later_is_a_forecast() -> None:
    """Without a day today is meant; a day after it is stamped, today itself is not."""
    assert asked_day(PLAN, as_of=None, period=None, today=TODAY) == (TODAY, False)
    tomorrow = TODAY + timedelta(days=1)
    assert asked_day(PLAN, as_of=tomorrow, period=None, today=TODAY) == (tomorrow, True)
    stamped = Question(tomorrow, 1, FOUNDED, forecast=True)
    assert stamped.hypothetical() == {"forecast": True}
    assert Question(TODAY, 1, FOUNDED).hypothetical() is None


def test_hypotheses_are_stamped() -> None:
    """Other rules and left-out facts show in the answer."""
    asked = Question(TODAY, 1, FOUNDED, rules="PerBKN 8/2019", without=(("0a", 3),))
    assert asked.hypothetical() == {"rules": "PerBKN 8/2019", "without": ["0a/3"]}


@pytest.mark.parametrize(
    ("as_of", "period", "words"),
    [
        (date(2022, 1, 1), "2022", "as-of and period both say which day is meant"),
        (None, "2022-Q5", "is not a period. Write 2023, 2023-H1"),
        (None, "soon", "is not a period"),
        (date(1900, 1, 1), None, "lies outside 1945-08-17 to 2200-12-31"),
        (date(2201, 1, 1), None, "lies outside"),
    ],
)
def test_day_that_makes_no_sense_is_misuse(
    as_of: date | None, period: str | None, words: str
) -> None:
    """A question that names no clear day is misuse, exit status 2, and says what to write."""
    with pytest.raises(Misuse) as caught:
        asked_day(PLAN, as_of=as_of, period=period, today=TODAY)
    assert words in str(caught.value)
    assert caught.value.exit_status == 2
    assert caught.value.next_step


def test_position_defaults_to_the_head() -> None:
    """Without a position everything recorded is known, and the answer says when it was."""
    found = asked_position(log(2, 3), position=None, known_at=None, now=NOW)
    assert found == (5, FOUNDED + timedelta(days=1))


@pytest.mark.parametrize(
    ("instant", "position"),
    [
        (FOUNDED, 2),
        (FOUNDED + timedelta(hours=23), 2),
        (FOUNDED + timedelta(days=1), 5),
        (datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), 2),
    ],
)
def test_known_at_means_the_last_position_up_to_then(instant: datetime, position: int) -> None:
    """An instant with any offset is the position recorded up to it; its own instant is echoed."""
    ledger = log(2, 3)
    found = asked_position(ledger, position=None, known_at=instant, now=NOW)
    assert found == asked_position(ledger, position=position, known_at=None, now=NOW)
    assert found[0] == position


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 300))
def test_known_at_and_position_agree(sizes: list[int], hours: int) -> None:
    """Asking by instant and by the position recorded up to it is one question."""
    ledger = log(*sizes)
    instant = FOUNDED + timedelta(hours=hours)
    found, recorded_at = asked_position(ledger, position=None, known_at=instant, now=NOW)
    assert recorded_at <= instant
    assert asked_position(ledger, position=found, known_at=None, now=NOW) == (found, recorded_at)
    assert found == ledger.head.position or ledger.recorded_at(found + 1) > instant


@pytest.mark.parametrize(
    ("position", "known_at", "error", "words"),
    [
        (2, FOUNDED, Misuse, "known-at and position both say what was known"),
        (None, datetime(2026, 1, 2), Misuse, "has no offset from UTC"),
        (None, NOW + timedelta(seconds=1), Misuse, "lies in the future"),
        (6, None, PositionRefused, "lies beyond the last one, 5. Ask at position 5"),
        (3, None, PositionRefused, "within one command, whose events became known together. Ask "
         "at position 2 or 5"),
        (0, None, BeforeFirstRecord, "Nothing was recorded yet"),
        (None, FOUNDED - timedelta(seconds=1), BeforeFirstRecord, "Nothing was recorded yet"),
    ],
)  # fmt: skip
def test_position_that_cannot_be_asked_is_refused(
    position: int | None, known_at: datetime | None, error: type[LedgerError], words: str
) -> None:
    """What cannot have been known is refused with the nearest that can."""
    with pytest.raises(error) as caught:
        asked_position(log(2, 3), position=position, known_at=known_at, now=NOW)
    assert words in str(caught.value)


def test_exit_status_tells_misuse_from_refusal() -> None:
    """Misuse exits with 2; before the first record and a refused position with 1."""
    assert (Misuse.exit_status, BeforeFirstRecord.exit_status, PositionRefused.exit_status) == (
        2,
        1,
        1,
    )
    assert BeforeFirstRecord.code == "BEFORE_FIRST_RECORD"


def test_empty_log_answers_nothing() -> None:
    """Before anything is recorded every question is too early."""
    with pytest.raises(BeforeFirstRecord):
        asked_position(log(), position=None, known_at=None, now=NOW)
