"""Which answers an issued decision made official, read from what is recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.decision import IssuedDecision, issued_decisions, penetapan
from tests.core.test_facts import Log, empty

ANI, BUDI = "a" * 32, "b" * 32


def drafted(log: Log, ident: str, **fields: Any) -> None:
    """A draft on a basis of its own."""
    candidates = [{"subject": ANI, "total": "81"}, {"subject": BUDI, "total": "72"}]
    log.add(
        "ledger.decision_drafted/1",
        {
            "id": ident,
            "kind": "PENETAPAN",
            "instrument": "ip-asn",
            "as_of": "2023-12-31",
            "basis_position": 40,
            "instruments": {"ip-asn": "0" * 64},
            "answer_digest": "sha256:0",
            "candidates": candidates,
            "engine": "1",
        }
        | fields,
    )


def issue(log: Log, ident: str, **fields: Any) -> None:
    """The decision of a draft."""
    number = {"id": ident, "number": f"SK {ident}", "decided_on": "2024-02-01"}
    log.add("ledger.decision_issued/1", number | fields)


def test_a_draft_decides_nothing() -> None:
    """Only what was issued stands, from its own position on."""
    log = empty()
    drafted(log, "P-1")
    assert issued_decisions(log.events) == ()
    issue(log, "P-1")
    (one,) = issued_decisions(log.events)
    assert one == IssuedDecision(
        id="P-1",
        kind=one.kind,
        number="SK P-1",
        instrument="ip-asn",
        as_of=date(2023, 12, 31),
        basis_position=40,
        decided_on=date(2024, 2, 1),
        position=log.events[-1].id,
        subjects=frozenset((ANI, BUDI)),
    )
    assert issued_decisions(log.events, one.position - 1) == ()


def test_a_revoked_decision_stands_no_more() -> None:
    """As known since the revocation."""
    log = empty()
    drafted(log, "P-1")
    issue(log, "P-1")
    before = log.events[-1].id
    log.add("ledger.decision_revoked/1", {"id": "P-1", "decided_on": "2024-03-01"})
    assert issued_decisions(log.events) == ()
    assert len(issued_decisions(log.events, before)) == 1


@pytest.mark.parametrize(
    ("draft", "issued", "subjects"),
    [
        ({}, {}, {ANI, BUDI}),
        ({"chosen": [BUDI]}, {}, {BUDI}),
        ({"chosen": [BUDI]}, {"chosen": [ANI]}, {ANI}),
        ({"candidates": [{"rank": 1}]}, {}, set()),
    ],
)
def test_the_latest_choice_says_whom(
    draft: dict[str, Any], issued: dict[str, Any], subjects: set[str]
) -> None:
    """The issue's choice, else the draft's, else all candidates that have a subject."""
    log = empty()
    drafted(log, "P-1", **draft)
    issue(log, "P-1", **issued)
    (one,) = issued_decisions(log.events)
    assert one.subjects == subjects


def test_only_a_penetapan_of_the_instrument_is_official() -> None:
    """Another kind of decision, or one on another instrument, is none."""
    log = empty()
    for ident, fields in (
        ("P-1", {}),
        ("P-2", {"kind": "KENAIKAN_PANGKAT"}),
        ("P-3", {"instrument": "talenta"}),
    ):
        drafted(log, ident, **fields)
        issue(log, ident)
    issue(log, "P-4")
    assert [one.id for one in penetapan(log.events, "ip-asn")] == ["P-1"]
    assert [one.id for one in issued_decisions(log.events)] == ["P-1", "P-2", "P-3"]
