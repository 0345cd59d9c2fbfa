"""The rules of early warnings as data, and what they say of the log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.language.document import DocumentRefused
from projections.watch.early_warnings import of_log
from projections.watch.warning_rules import WarningKind, load, shipped

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULE = """
rules:
  - rule: CHECKPOINT_OLD
    kind: checkpoint
    hours: 24
    from: "03-01"
    says: a
    who: b
    next_step: c
    cite: d
    mark: reading
"""


def test_the_shipped_rules_are_those_of_every_kind() -> None:
    """Each with its words, source and mark."""
    assert {rule.kind for rule in shipped()} == set(WarningKind)
    assert all(rule.says and rule.who and rule.next_step and rule.cite for rule in shipped())


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("    hours: 24\n", ""),
        ("hours: 24", "hours: 0"),
        ("03-01", "02-30"),
        ("03-01", "3-1"),
        ("kind: checkpoint", "kind: lain"),
        ("mark: reading", "mark: sure"),
        ("    cite: d\n", ""),
        ("cite: d", "cite: d\n    facts: plan"),
        ("rules:", "rule:"),
    ],
)
def test_a_text_that_says_something_else_is_refused(was: str, now: str) -> None:
    """With the line and a remedy; nothing of it is used."""
    assert was in RULE
    with pytest.raises(DocumentRefused) as refused:
        load(RULE.replace(was, now).encode(), file="x.yaml")
    assert "x.yaml line" in refused.value.message
    assert refused.value.next_step


def test_a_name_stands_once() -> None:
    """Two rules of one name could not be told apart by who acknowledges them."""
    twice = RULE + RULE.split("rules:\n")[1]
    with pytest.raises(DocumentRefused):
        load(twice.encode(), file="x.yaml")


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_rule_speaks_from_its_day_to_the_end_of_the_year(on: date) -> None:
    """In every year, leap or not."""
    (rule,) = load(RULE.encode(), file="x.yaml")
    assert rule.speaks(on) == (on >= date(on.year, 3, 1))


@pytest.mark.parametrize(("hours", "warned"), [(23, 0), (24, 0), (25, 1)])
def test_a_checkpoint_may_be_a_day_behind(hours: int, warned: int) -> None:
    """More than the hours of the rule after the first event that it does not hold."""
    rules = load(RULE.encode(), file="x.yaml")
    since = NOW - timedelta(hours=hours)
    found = list(of_log(rules, covered=17, since=since, now=NOW))
    assert [(one.subject, one.key) for one in found] == [(None, "log/17")] * warned
