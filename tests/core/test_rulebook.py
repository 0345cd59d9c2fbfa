"""Which text of an instrument is in force on a day, as known at a position."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.rulebook import InstrumentUnknown, NoRulesInForce, Rulebook, rulebook
from tests.core.test_facts import Log, empty

days = st.integers(2015, 2025).map(lambda year: date(year, 1, 1))


def enact(log: Log, on: date, decree: str, instrument: str = "ip-asn") -> int:
    """An enactment; gives its position."""
    fields = {"instrument": instrument, "decree": decree, "sha256": "0" * 64, "text": decree}
    log.add("ledger.enact/1", fields, on)
    return log.events[-1].id


def repeal(log: Log, position: int) -> None:
    """An enactment no longer holds."""
    log.add("ledger.repeal/1", {"enacted": position})


def in_force(book: Rulebook, on: date) -> str:
    """The decree in force."""
    return book.in_force("ip-asn", on).decree


def test_the_latest_begun_text_is_in_force() -> None:
    """From its own day on, however early it was enacted."""
    log = empty()
    enact(log, date(2020, 1, 1), "B")
    enact(log, date(2018, 1, 1), "A")
    book = rulebook(log.events)
    assert in_force(book, date(2018, 1, 1)) == "A"
    assert in_force(book, date(2019, 12, 31)) == "A"
    assert in_force(book, date(2020, 1, 1)) == "B"
    assert in_force(book, date(2030, 1, 1)) == "B"


def test_of_two_of_one_day_the_later_enactment_holds() -> None:
    """A corrected text of the same decree replaces it from then on in knowledge."""
    log = empty()
    enact(log, date(2020, 1, 1), "A")
    second = enact(log, date(2020, 1, 1), "B")
    assert in_force(rulebook(log.events), date(2020, 1, 1)) == "B"
    assert in_force(rulebook(log.events, second - 1), date(2020, 1, 1)) == "A"


def test_a_repealed_text_gives_way() -> None:
    """For every day, but only as known since the repeal."""
    log = empty()
    enact(log, date(2018, 1, 1), "A")
    position = enact(log, date(2020, 1, 1), "B")
    repeal(log, position)
    assert in_force(rulebook(log.events), date(2021, 1, 1)) == "A"
    assert in_force(rulebook(log.events, position), date(2021, 1, 1)) == "B"


def test_nothing_in_force_is_said_with_the_first_day() -> None:
    """Before the first text, and after all were repealed."""
    log = empty()
    position = enact(log, date(2019, 5, 15), "A")
    with pytest.raises(NoRulesInForce, match="2019-05-15"):
        in_force(rulebook(log.events), date(2019, 5, 14))
    repeal(log, position)
    with pytest.raises(InstrumentUnknown):
        in_force(rulebook(log.events), date(2020, 1, 1))


def test_an_unknown_instrument_or_decree_is_refused() -> None:
    """The decrees there are stand in the next step."""
    log = empty()
    enact(log, date(2019, 1, 1), "PerBKN 8/2019")
    enact(log, date(2019, 1, 1), "Pergub 1", instrument="lokal")
    book = rulebook(log.events)
    assert book.names() == ["ip-asn", "lokal"]
    with pytest.raises(InstrumentUnknown, match="talenta"):
        book.in_force("talenta", date(2020, 1, 1))
    with pytest.raises(InstrumentUnknown, match="PerBKN 8/2019"):
        book.in_force("ip-asn", date(2020, 1, 1), decree="PerBKN 1/2001")


def test_a_named_decree_answers_in_force_or_not() -> None:
    """Its latest enactment, also for a day before it began."""
    log = empty()
    enact(log, date(2019, 1, 1), "A")
    latest = enact(log, date(2020, 1, 1), "A")
    enact(log, date(2021, 1, 1), "B")
    book = rulebook(log.events)
    assert book.in_force("ip-asn", date(2015, 1, 1), decree="A").position == latest
    assert book.in_force("ip-asn", date(2022, 1, 1), decree="A").position == latest


@given(st.lists(st.tuples(days, st.booleans()), min_size=1, max_size=6), days)
def test_there_is_one_text_or_none(told: list[tuple[date, bool]], on: date) -> None:
    """For every day one text or a declared gap: the greatest day up to it, then the later."""
    log = empty()
    standing: dict[int, date] = {}
    for begun, repealed in told:
        position = enact(log, begun, f"D{len(log.events)}")
        if repealed:
            repeal(log, position)
        else:
            standing[position] = begun
    book = rulebook(log.events)
    possible = [(begun, position) for position, begun in standing.items() if begun <= on]
    if possible:
        assert book.in_force("ip-asn", on).position == max(possible)[1]
    else:
        with pytest.raises((NoRulesInForce, InstrumentUnknown)):
            book.in_force("ip-asn", on)
