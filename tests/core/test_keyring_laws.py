"""Whatever is founded, erased, rotated, crashed and reopened: exactly the living keys are read."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ledger.keys.key_errors import KeyDestroyed
from ledger.keys.keyring import Keyring
from ledger.keys.rotation import STEPS
from ledger.keys.stream_keys import StreamKeys
from tests.keys import LATER, ORIGIN, new_keyring, seeded, stream

streams = st.integers(1, 6).map(stream)


class Crash(Exception):
    """The process ends here; what is durable stays."""


class KeyringMachine(RuleBasedStateMachine):
    """A keyring beside a plain dict of what must be readable."""

    compared = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "keys"
        self.ring = new_keyring(self.folder)
        self.living: dict[UUID, StreamKeys] = {}
        self.erased: set[UUID] = set()
        self.seed = 100

    def teardown(self) -> None:
        self.ring.close()
        shutil.rmtree(self.folder.parent)

    def reopen(self, crash_at: str | None = None) -> None:
        def step(name: str) -> None:
            if name == crash_at:
                raise Crash

        self.ring.close()
        self.seed += 1
        self.ring = Keyring.open(self.folder, ORIGIN, randomness=seeded(self.seed), step=step)

    @rule(wanted=st.lists(streams, max_size=4))
    def found(self, wanted: list[UUID]) -> None:
        if self.erased.intersection(wanted):
            with pytest.raises(KeyDestroyed):
                self.ring.ensure(wanted)
            return
        given = self.ring.ensure(wanted)
        for one in wanted:
            assert self.living.setdefault(one, given[one]) == given[one]

    @rule(gone=streams)
    def erase(self, gone: UUID) -> None:
        self.ring.destroy(gone)
        self.living.pop(gone, None)
        self.erased.add(gone)

    @rule()
    def go_on_in_a_new_process(self) -> None:
        self.reopen()

    @rule()
    def rotate(self) -> None:
        self.ring.rotate(LATER)
        assert self.ring.pending_erasures() == []
        assert len(list((self.folder / "epoch").iterdir())) == 1

    @rule(step=st.sampled_from(STEPS))
    def rotate_and_crash(self, step: str) -> None:
        self.reopen(crash_at=step)
        with pytest.raises(Crash):
            self.ring.rotate(LATER)
        self.reopen()

    @invariant()
    def exactly_the_living_are_read(self) -> None:
        asked = [*self.living, *self.erased]
        assert self.ring.keys_many(asked) == self.living
        assert self.ring.count() == len(self.living)
        assert set(self.ring.pending_erasures()) <= self.erased
        KeyringMachine.compared += 1


def test_exactly_the_living_are_read_whatever_happened() -> None:
    """No sequence of calls and crashes loses a living key or brings back an erased one."""
    run_state_machine_as_test(KeyringMachine, settings=settings(stateful_step_count=12))
    assert KeyringMachine.compared > 0
