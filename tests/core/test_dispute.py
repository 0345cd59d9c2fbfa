"""Contested facts: every way through, and none around."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.dispute import (
    DisputeUnknown,
    FactAlreadyDisputed,
    decide_dispute,
    decide_resolve,
    disputes,
)
from ledger.domain.facts import history
from ledger.errors import LedgerError, NotAllowed
from ledger.events.base import Encoded
from ledger.vocabulary_agency import DisputeOutcome
from tests.core.test_facts import FIRST, Log, empty

UPHELD, DENIED, WITHDRAWN = (
    DisputeOutcome.DITERIMA,
    DisputeOutcome.DITOLAK,
    DisputeOutcome.DICABUT,
)
OWNERS = ("employee", "org_unit")


def happen(log: Log, events: tuple[Encoded, ...], actor: str) -> None:
    """Record events of a decision as one actor's, with its document."""
    for one in events:
        context = {"actor": actor, "document": {"kind": "SURAT", "number": "1"}}
        log.add(one.spec.topic, dict(one.opened), context=context)


def contest(
    log: Log, root: int, *, ident: str = "D1", by: str = "BKD", owner: str = "employee"
) -> tuple[Encoded, ...]:
    """The events of contesting a fact."""
    known = disputes(log.events)
    return decide_dispute(known, owner=owner, root=root, ident=ident, by=by, reason="salah")


def resolve(
    log: Log,
    outcome: DisputeOutcome,
    *,
    ident: str = "D1",
    actor: str = "budi",
    owner: str = "employee",
) -> tuple[Encoded, ...]:
    """The events of ending a dispute."""
    return decide_resolve(
        disputes(log.events), owner=owner, ident=ident, outcome=outcome, reason=None, actor=actor
    )


def two_facts() -> tuple[Log, int, int]:
    """A record of two facts."""
    log = empty()
    return log, log.state("golongan", FIRST), log.state("competency", FIRST)


@pytest.mark.parametrize("owner", OWNERS)
def test_the_right_event_then_nothing(owner: str) -> None:
    """Contesting and deciding give one event each, and none when done again."""
    log, root, _ = two_facts()
    (opened,) = contest(log, root, owner=owner)
    assert opened.spec.topic == f"{owner}.disputed/1"
    assert dict(opened.opened) == {"root": root, "id": "D1", "by": "BKD"}
    assert {name for one in opened.sealed.values() for name in one} == {"reason"}
    happen(log, (opened,), "ani")
    assert contest(log, root, owner=owner) == ()
    (ended,) = resolve(log, UPHELD, owner=owner)
    assert ended.spec.topic == f"{owner}.dispute_resolved/1"
    assert dict(ended.opened) == {"root": root, "id": "D1", "outcome": "DITERIMA"}
    happen(log, (ended,), "budi")
    assert resolve(log, UPHELD, owner=owner) == ()
    (one,) = disputes(log.events)
    assert (one.open, one.actor, one.resolved_by, one.outcome) == (False, "ani", "budi", UPHELD)
    assert one.document == one.decided_on == {"kind": "SURAT", "number": "1"}


def test_a_fact_has_one_open_dispute_and_an_id_one_fact() -> None:
    """A second dispute of the fact, and the id for another fact, are refused while it is open."""
    log, root, other = two_facts()
    happen(log, contest(log, root), "ani")
    with pytest.raises(FactAlreadyDisputed):
        contest(log, root, ident="D2")
    with pytest.raises(FactAlreadyDisputed):
        contest(log, other)
    happen(log, contest(log, other, ident="D2"), "ani")
    happen(log, resolve(log, DENIED), "budi")
    with pytest.raises(FactAlreadyDisputed):
        contest(log, root)
    assert len(contest(log, root, ident="D3")) == 1


@pytest.mark.parametrize("actor", ["ani", "Ani", "ANI"])
def test_who_opened_it_never_decides_it(actor: str) -> None:
    """In no spelling of his account; but he may withdraw."""
    log, root, _ = two_facts()
    happen(log, contest(log, root), "ani")
    for outcome in (UPHELD, DENIED):
        with pytest.raises(NotAllowed):
            resolve(log, outcome, actor=actor)
    assert len(resolve(log, WITHDRAWN, actor=actor)) == 1


def test_what_ended_stays_ended() -> None:
    """Another outcome is refused, and so is an id that nobody used."""
    log, root, _ = two_facts()
    with pytest.raises(DisputeUnknown):
        resolve(log, UPHELD)
    happen(log, contest(log, root), "ani")
    happen(log, resolve(log, DENIED), "budi")
    with pytest.raises(NotAllowed):
        resolve(log, UPHELD)


def test_a_dispute_is_known_from_its_position_on() -> None:
    """Before it nothing, then open, then ended: each as known at the position asked about."""
    log, root, _ = two_facts()
    happen(log, contest(log, root), "ani")
    happen(log, resolve(log, DENIED), "budi")
    opened, ended = (one.id for one in log.events[-2:])
    assert disputes(log.events, opened - 1) == []
    assert [one.open for one in disputes(log.events, opened)] == [True]
    assert [one.open for one in disputes(log.events, ended)] == [False]


commands = st.lists(
    st.tuples(
        st.sampled_from(["contest", "resolve", "annul"]),
        st.sampled_from([1, 2]),
        st.sampled_from(["D1", "D2", "D3"]),
        st.sampled_from(list(DisputeOutcome)),
        st.sampled_from(["ani", "Ani", "budi"]),
    ),
    max_size=12,
)


def attempt(log: Log, command: tuple[Any, ...]) -> None:
    """One command, carried out or refused."""
    what, root, ident, outcome, actor = command
    try:
        if what == "contest":
            events = contest(log, root, ident=ident)
        elif what == "resolve":
            events = resolve(log, outcome, ident=ident, actor=actor)
        else:
            return
    except LedgerError:
        return
    happen(log, events, actor)


@given(commands)
def test_no_sequence_of_commands_breaks_an_invariant(given_: list[tuple[Any, ...]]) -> None:
    """One open dispute a fact, none decided by its opener, ends kept, the fold of facts agrees."""
    log, _, _ = two_facts()
    before: dict[str, DisputeOutcome | None] = {}
    for command in given_:
        attempt(log, command)
        known = disputes(log.events)
        waiting = [one.root for one in known if one.open]
        assert len(waiting) == len(set(waiting))
        assert history(log.events).disputed == {one.root: one.id for one in known if one.open}
        assert len({one.id for one in known}) == len(known)
        for one in known:
            if one.outcome in (UPHELD, DENIED):
                assert one.actor.casefold() != (one.resolved_by or "").casefold()
            assert before.get(one.id) in (None, one.outcome)
            before[one.id] = one.outcome
