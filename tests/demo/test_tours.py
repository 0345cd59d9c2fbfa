"""The guided stories: their addresses lead somewhere, and what they say is what the ledger says."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from api.demo import stories
from api.demo.accounts import ACCOUNTS
from api.demo.tours import TOURS
from api.naming import fact_root
from api.seeding.guiding import NoGuide, guided
from ledger.canonical import decimal_text
from projections.asking import inquiry
from projections.asking.inquiry import Ask
from tests.builders import desk
from tests.demo.conftest import Founded

PAGE = re.compile(r"/(asn/[0-9a-f]{32}(/perbandingan)?|catatan/\d+|keputusan/PN-2023|kasus)$")


def steps(small: Founded) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every step with its story."""
    return [(tour, step) for tour in guided(small.ledger) for step in tour["steps"]]


def test_each_story_is_about_one_of_the_cast_and_has_its_account(small: Founded) -> None:
    """Three stories, each with a sign-in of the demo and with at least three pages."""
    told = guided(small.ledger)
    assert len(told) == len(TOURS) == 3
    assert {tour["account"] for tour in told} <= {account.name for account in ACCOUNTS}
    assert all(len(tour["steps"]) >= 3 for tour in told)


def test_addresses_are_pages_without_personal_data(small: Founded) -> None:
    """Each leads to a page of the site by opaque ids; no number of a person stands in one."""
    numbers = [person.nip for person in stories.cast().values()]
    for _, step in steps(small):
        parts = urlsplit(step["address"])
        assert PAGE.fullmatch(parts.path), step["address"]
        assert not any(nip in step["address"] for nip in numbers)
        assert "{" not in step["address"]


def test_scores_in_the_sentences_are_those_of_the_ledger(small: Founded) -> None:
    """Where a step shows a score, the question in its address has it, and both sentences say it."""
    shown = [(tour, step) for tour, step in steps(small) if step["total"] is not None]
    assert len(shown) == 6
    for tour, step in shown:
        asked = {name: one for name, (one,) in parse_qs(urlsplit(step["address"]).query).items()}
        person = UUID(tour["person"])
        without = fact_root(small.ledger, None, [asked["without"]]) if "without" in asked else ()
        known_at = asked.get("known_at")
        ask = Ask(
            "ip-asn",
            date.fromisoformat(asked["as_of"]),
            known_at=None if known_at is None else datetime.fromisoformat(known_at),
            without=without,
        )
        now = small.ledger.store.head().recorded_at
        assert now is not None
        found = inquiry.one(
            small.ledger,
            inquiry.resolve(small.ledger, ask, today=date(2026, 10, 31), now=now),
            person,
        )
        assert found.total is not None
        assert decimal_text(found.total) == step["total"]
        assert step["total"] in step["english"]
        assert step["total"].replace(".", ",") in step["says"]


def test_a_real_ledger_has_no_stories(sqlite_url: str, tmp_path: Path) -> None:
    """Where nobody is invented nobody is shown around."""
    with desk(sqlite_url, tmp_path) as real, pytest.raises(NoGuide):
        guided(real.ledger)
