"""What one person proposes and another confirms: every way through, and none around."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.canonical import canonical_json
from ledger.domain import proposals as pages
from ledger.domain.proposals import (
    ProposalClosed,
    Proposals,
    ProposalState,
    ProposalUnknown,
    SecondPersonNeeded,
    decide_confirm,
    decide_propose,
    decide_reject,
    digest_of,
    proposals,
)
from ledger.errors import BadValue
from ledger.events.base import Encoded
from tests.core.test_facts import Log, empty

ACTORS = st.sampled_from(["ani", "Ani", "budi", "citra"])
TEXTS = st.text("aé 1", max_size=3).map(str.strip)
COMMANDS = st.dictionaries(
    st.sampled_from(["text", "enacted", "x"]), st.integers(0, 3) | TEXTS, max_size=2
)
KINDS = st.sampled_from(["enact", "repeal", "grant"])


def happen(log: Log, events: tuple[Encoded, ...], actor: str) -> None:
    """Record events of a decision as one actor's."""
    for one in events:
        log.add(one.spec.topic, dict(one.opened), context={"actor": actor})


def state(log: Log) -> Proposals:
    """What the log says."""
    return proposals(log.events)


def proposed(log: Log, kind: str = "enact", actor: str = "ani", **command: Any) -> int:
    """A proposal on record; gives its id."""
    happen(log, decide_propose(state(log), kind, command), actor)
    return log.events[-1].id


@given(KINDS, COMMANDS, ACTORS, ACTORS)
def test_the_right_event_then_nothing(
    kind: str, command: dict[str, Any], first: str, second: str
) -> None:
    """Proposing gives one event; proposing the same again, by anybody, gives none."""
    log = empty()
    (event,) = decide_propose(state(log), kind, command)
    assert event.opened == {
        "kind": kind,
        "command": command,
        "digest": digest_of(kind, command),
    }
    happen(log, (event,), first)
    assert decide_propose(state(log), kind, command) == ()
    (waiting,) = state(log).pending()
    assert (waiting.kind, waiting.command, waiting.actor) == (kind, command, first)
    assert decide_propose(state(log), kind, {**command, "other": second}) != ()


@pytest.mark.parametrize("text", ["satu\ndua", " x", "x ", "e\u0301", "a\x7f"])
def test_a_text_that_verifying_calls_damage_is_refused(text: str) -> None:
    """However deep it stands; only a field that is told to be kept verbatim may hold it."""
    for command in ({"x": text}, {"x": {"y": [text]}}, {"text": "a", "x": text}):
        with pytest.raises(BadValue):
            decide_propose(state(empty()), "enact", command, verbatim=("text",))
    assert decide_propose(state(empty()), "enact", {"text": text}, verbatim=("text",))


@given(COMMANDS, st.booleans(), ACTORS)
def test_closed_is_closed(command: dict[str, Any], carried_out: bool, actor: str) -> None:
    """After a confirmation or rejection neither can follow, and the same may be proposed anew."""
    log = empty()
    ident = proposed(log, actor="dewi", **command)
    carried = (
        decide_confirm(state(log), ident, actor=actor, carried=())
        if carried_out
        else decide_reject(state(log), ident)
    )
    happen(log, carried, actor)
    one = state(log).by_id[ident]
    assert one.state is (ProposalState.CONFIRMED if carried_out else ProposalState.REJECTED)
    assert (one.closed_by, one.closed_at) == (actor, log.events[-1].id)
    with pytest.raises(ProposalClosed):
        decide_confirm(state(log), ident, actor="eka", carried=())
    with pytest.raises(ProposalClosed):
        decide_reject(state(log), ident)
    assert len(decide_propose(state(log), "enact", command)) == 1


@pytest.mark.parametrize("actor", ["ani", "ANI", "Ani"])
def test_the_proposer_never_confirms(actor: str) -> None:
    """In no spelling of his account; but he may withdraw."""
    log = empty()
    ident = proposed(log, actor="ani")
    with pytest.raises(SecondPersonNeeded):
        decide_confirm(state(log), ident, actor=actor, carried=())
    (event,) = decide_reject(state(log), ident)
    assert event.spec.topic == pages.REJECTED


def test_an_unknown_id_is_refused() -> None:
    """Also the position of something that is no proposal."""
    log = empty()
    log.add("ledger.enact/1", {"instrument": "a", "decree": "b", "sha256": "0", "text": "c"})
    for ident in (log.events[-1].id, 0, -1, 10**9):
        with pytest.raises(ProposalUnknown):
            decide_confirm(state(log), ident, actor="budi", carried=())
        with pytest.raises(ProposalUnknown):
            decide_reject(state(log), ident)


def test_what_is_carried_out_stands_behind_the_confirmation() -> None:
    """The confirmation commits to the digest of the proposal, and comes first."""
    log = empty()
    ident = proposed(log, text="a")
    inner = decide_propose(state(log), "repeal", {})
    events = decide_confirm(state(log), ident, actor="budi", carried=inner)
    assert events[1:] == inner
    assert events[0].opened == {"proposed": ident, "digest": digest_of("enact", {"text": "a"})}


@given(KINDS, COMMANDS)
def test_the_digest_is_that_of_the_canonical_object(kind: str, command: dict[str, Any]) -> None:
    """Whatever the order of the keys, and other for another kind."""
    turned = dict(reversed(list(command.items())))
    assert digest_of(kind, command) == digest_of(kind, turned)
    assert digest_of(kind, command) != digest_of(f"{kind}-other", command)
    assert canonical_json(command) == canonical_json(turned)


class Office(RuleBasedStateMachine):
    """Random people at random proposals, beside a plain list of what must have become of them."""

    def __init__(self) -> None:
        super().__init__()
        self.log = empty()
        self.made: dict[int, tuple[str, str]] = {}  # id -> proposer, state

    @rule(actor=ACTORS, text=st.integers(0, 2))
    def propose(self, actor: str, text: int) -> None:
        """One event, or none where the same waits."""
        before = len(self.log.events)
        events = decide_propose(state(self.log), "enact", {"text": text})
        happen(self.log, events, actor)
        if len(self.log.events) > before:
            self.made[self.log.events[-1].id] = (actor, "pending")

    @precondition(lambda self: self.made)
    @rule(actor=ACTORS, data=st.data(), confirmed=st.booleans())
    def close(self, actor: str, data: st.DataObject, confirmed: bool) -> None:
        """Only what waits closes, and only a second person confirms."""
        ident = data.draw(st.sampled_from(sorted(self.made)))
        proposer, was = self.made[ident]
        try:
            if confirmed:
                events = decide_confirm(state(self.log), ident, actor=actor, carried=())
            else:
                events = decide_reject(state(self.log), ident)
        except (ProposalClosed, SecondPersonNeeded):
            assert was != "pending" or (confirmed and proposer.lower() == actor.lower())
            return
        assert was == "pending"
        assert not confirmed or proposer.lower() != actor.lower()
        happen(self.log, events, actor)
        self.made[ident] = (proposer, "confirmed" if confirmed else "rejected")

    @invariant()
    def agrees(self) -> None:
        """The fold says what the list says, whole or from any earlier position."""
        found = state(self.log)
        assert {one.id: (one.actor, str(one.state)) for one in found.by_id.values()} == self.made
        if self.log.events:
            earlier = proposals(self.log.events, self.log.events[-1].id - 1)
            assert set(earlier.by_id) <= set(found.by_id)


TestOffice = Office.TestCase
