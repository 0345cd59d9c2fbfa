"""Dossiers: who is ranked how, and what would have mattered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.decision import Decision, Step
from ledger.domain.decision_candidates import Candidate
from ledger.vocabulary_agency import DecisionKind
from projections.decisions.recheck import Differs, differs, mattered, moved
from tests.core.test_decision import ANI, BUDI, DRAFT, PENETAPAN, RANKED
from tests.core.test_facts import START

MADE = Step(1, "ani", START)
HIGHER = replace(RANKED[1], rank=1, total="91")
LOWER = replace(RANKED[0], rank=2)


def test_nothing_moves_between_the_same_candidates() -> None:
    """Whatever their order; a digest alone moves nobody, as it names the coordinates too."""
    other = [replace(one, digest="sha256:9") for one in reversed(RANKED)]
    assert list(moved(RANKED, other)) == []


@pytest.mark.parametrize(
    ("after", "ranking", "requirements", "choice"),
    [
        (RANKED, False, False, False),
        ((LOWER, HIGHER, *RANKED[2:]), True, False, True),
        ((replace(RANKED[0], total="99"), *RANKED[1:]), False, False, False),
        ((*RANKED[:3], replace(RANKED[3], rank=4, total="1")), True, False, False),
        (
            (replace(RANKED[0], requirements={"xx/masa_kerja": "unknown"}), *RANKED[1:]),
            False,
            True,
            True,
        ),
        (RANKED[1:], True, True, True),
    ],
)
def test_what_would_have_mattered(
    after: tuple[Candidate, ...], ranking: bool, requirements: bool, choice: bool
) -> None:
    """A rank alone does not; the choice against it, or a requirement of somebody chosen, does."""
    found = mattered(Decision(DRAFT, MADE), after, list(moved(RANKED, after)))
    assert (found.ranking, found.requirements, found.choice) == (ranking, requirements, choice)
    assert found.at_all == (requirements or choice)


def test_a_penetapan_is_about_its_numbers() -> None:
    """Any total, band or status that would be another matters; a place alone does not."""
    one = Decision(PENETAPAN, MADE)
    assert one.draft.kind is DecisionKind.PENETAPAN
    place = (replace(RANKED[0], rank=2), *RANKED[1:])
    assert not mattered(one, place, list(moved(RANKED, place))).at_all
    number = (replace(RANKED[0], total="80"), *RANKED[1:])
    assert mattered(one, number, list(moved(RANKED, number))).at_all


def test_where_nobody_is_chosen_no_choice_would_have_been_another() -> None:
    """A draft without a choice is told what moved, and no more."""
    open_draft = Decision(replace(DRAFT, chosen=None), MADE)
    found = mattered(open_draft, (LOWER, HIGHER), list(moved(RANKED, (LOWER, HIGHER))))
    assert (found.ranking, found.at_all) == (True, False)


@given(st.permutations([ANI, BUDI, "c" * 32]))
def test_moved_people_come_in_order_of_subject(order: list[str]) -> None:
    """So that the same check gives the same text."""
    after = [Candidate(one, "complete", "sha256:0", 1, "1") for one in order]
    assert [one.subject for one in moved((), after)] == sorted(order)


@pytest.mark.parametrize(
    ("digest", "texts", "engine", "why"),
    [
        (DRAFT.answer_digest, {}, "2", None),
        ("sha256:9", {}, "2", Differs.ENGINE),
        ("sha256:9", {"ip-asn": "1" * 64}, "1", Differs.TEXTS),
        ("sha256:9", dict(DRAFT.instruments), "1", Differs.PROGRAM_OR_RECORD),
    ],
)
def test_the_digest_decides_and_the_rest_explains(
    digest: str, texts: dict[str, str], engine: str, why: Differs | None
) -> None:
    """The same digest is the same answers; of another, the first thing that differs is named."""
    assert differs(DRAFT, digest, texts, engine=engine) is why
