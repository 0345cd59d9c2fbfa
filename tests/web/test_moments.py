"""The coordinates of a page's address, read as forms and people write them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk import Desk
from api.web import moments
from ledger.errors import Misuse

WITA = ZoneInfo("Asia/Makassar")


class Today:
    """A desk of which only zone and day are asked."""

    zone = WITA

    def today(self) -> date:
        """Some day."""
        return date(2026, 11, 20)


DESK = cast("Desk", Today())


def test_the_end_of_a_day_is_the_agencys() -> None:
    """The last microsecond before midnight in the zone."""
    assert moments.end_of(date(2024, 1, 31), WITA) == datetime(
        2024, 1, 31, 15, 59, 59, 999999, tzinfo=UTC
    )


def test_nothing_is_nothing() -> None:
    """Empty and blank values are none."""
    for text in ("", "  "):
        assert moments.day_of(text, "x") is None
        assert moments.known_of(DESK, text, "x") is None
        assert moments.position_of(text, "x") is None


def test_today_has_no_end_yet() -> None:
    """What is known today is what is known now."""
    assert moments.known_of(DESK, "2026-11-20", "x") is None
    assert moments.known_of(DESK, "2026-11-19", "x") is not None


def test_a_plus_that_became_a_blank_is_read() -> None:
    """In an address an unescaped + arrives as a blank."""
    at = moments.known_of(DESK, "2024-01-31T10:00:00 08:00", "x")
    assert at == datetime(2024, 1, 31, 2, 0, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text fails in any other way than by a refusal that says what to do."""
    for read in (
        lambda: moments.day_of(text, "x"),
        lambda: moments.known_of(DESK, text, "x"),
        lambda: moments.position_of(text, "x"),
    ):
        refused = refusal_of(read)
        assert refused is None or refused.next_step
        assert refused is None or len(text) < 3 or text not in refused.message


def refusal_of(read: Callable[[], object]) -> Misuse | None:
    """How a text was refused; None if it was read."""
    try:
        read()
    except Misuse as refusal:
        return refusal
    return None


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_time_are_read_or_refused(text: str) -> None:
    """The first and the last day that a calendar has do not break anything."""
    with suppress(Misuse):
        assert moments.known_of(DESK, text, "x") is not None
