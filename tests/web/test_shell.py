"""Addresses and the time bar: what surrounds a page says where in time it is."""

from zoneinfo import ZoneInfo

import pytest

from api.web.formats import Lang
from api.web.shell import Shell, Site
from api.web.timebar import TimeBar, time_bar

SHELL = Shell(
    site=Site("Provinsi Contoh", ZoneInfo("Asia/Makassar"), demo=True),
    lang=Lang.ID,
    path="/asn/abc",
    query=(("as_of", "2024-06-30"), ("instrument", "ip-asn"), ("bahasa", "en")),
)
ANSWER = {"as_of": "2024-06-30", "position": 40, "known_at": "2024-07-01T00:00:00Z"}


def test_an_address_is_changed_in_one_place() -> None:
    """A value replaces, None removes, the rest stays in order."""
    assert SHELL.url(as_of="2025-01-01") == "/asn/abc?instrument=ip-asn&bahasa=en&as_of=2025-01-01"
    assert SHELL.url(as_of=None, instrument=None, bahasa=None) == "/asn/abc"
    assert SHELL.url("/aturan", bahasa=None) == "/aturan?as_of=2024-06-30&instrument=ip-asn"
    assert SHELL.url(without="a&b c").endswith("without=a%26b+c")


def test_a_twin_has_the_same_question_without_manners() -> None:
    """The language of a page is no part of what it answers."""
    assert SHELL.twin("csv") == "/asn/abc.csv?as_of=2024-06-30&instrument=ip-asn"


def test_a_form_keeps_the_other_values() -> None:
    """What a form does not ask for goes along hidden."""
    assert SHELL.others("as_of", "instrument") == (("bahasa", "en"),)
    assert SHELL.value("instrument") == "ip-asn"
    assert SHELL.value("position") == ""


def bar(**changes: object) -> TimeBar:
    """A bar over three days of change."""
    days = ("2024-01-01", "2024-06-30", "2025-03-28")
    return time_bar({**ANSWER, **changes}, today="2026-10-31", head=50, days=days)


@pytest.mark.parametrize(
    ("as_of", "before", "after"),
    [
        ("2023-01-01", None, "2024-01-01"),
        ("2024-01-01", None, "2024-06-30"),
        ("2024-06-30", "2024-01-01", "2025-03-28"),
        ("2024-07-01", "2024-06-30", "2025-03-28"),
        ("2026-01-01", "2025-03-28", None),
    ],
)
def test_the_bar_leads_to_the_days_of_change(
    as_of: str, before: str | None, after: str | None
) -> None:
    """From any day the steps go to the nearest days on which something changed."""
    assert (bar(as_of=as_of).before, bar(as_of=as_of).after) == (before, after)


def test_the_bar_knows_past_and_forecast() -> None:
    """A day before today is past, one after it a forecast; knowledge is past when more is recorded."""
    assert bar().past_day
    assert bar().past_knowledge
    assert not bar().forecast
    now = bar(as_of="2026-10-31", position=50)
    assert not (now.past_day)
    assert not (now.past_knowledge)
    assert not (now.forecast)
    assert bar(as_of="2027-01-01").forecast
