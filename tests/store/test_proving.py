"""Proofs made from a stored log hold without it, in every form, and no changed bit of one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal import merkle as sigstore_merkle

from ledger.application import Ledger
from ledger.checkpoints import checkpoint, checkpoint_store, proving
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.checkpoints.checkpoint_store import CheckpointRefused, StoredCheckpoint
from ledger.checkpoints.proving import EventChanged
from ledger.errors import LedgerError
from ledger.proofs import note as notes
from ledger.proofs import proof_checks, proof_forms
from ledger.proofs.heads import HeadsTree, StreamHead
from ledger.proofs.note import NoteRefused, VerifierKey
from ledger.proofs.proof_forms import CompletenessProof, InclusionProof, Proof
from ledger.proofs.tree_proofs import ProofRefused
from tests.builders import FOUNDING
from tests.clocks import SteppingClock
from tests.keys import seeded
from tests.oracle import naive_merkle as naive
from tests.store.making import command, new_stream
from tests.store.raw import raw_connection

ACTOR = "tests"


def ledger_of(url: str, keys: Path, streams: int = 5) -> Ledger:
    """A founded ledger with streams of two events each."""
    ledger = Ledger.found(
        url, FOUNDING, keys=keys, actor=ACTOR, randomness=seeded(), clock=SteppingClock()
    )
    for _ in range(streams):
        ledger.store.append(command(new_stream(), 1, 2))
    return ledger


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of some streams."""
    made = ledger_of(database_url, tmp_path / "keys")
    yield made
    made.close()


class Case:
    """Proofs of one ledger, kept when the ledger is gone."""

    def __init__(self, ledger: Ledger) -> None:
        self.keys: list[VerifierKey] = checkpoint.recorded_keys(ledger)
        old = take_checkpoint(ledger, actor=ACTOR)
        self.stream = new_stream()
        ledger.store.append(command(self.stream, 1, 2, 3))
        self.new: StoredCheckpoint = take_checkpoint(ledger, actor=ACTOR)
        self.old = old.checkpoint
        store = ledger.store
        self.inclusion = proving.prove_inclusion(store, 7, self.new)
        self.consistency = proving.prove_consistency(store, old.size, self.new)
        self.complete = proving.prove_completeness(store, self.stream, self.new)
        self.absent = proving.prove_completeness(store, UUID(int=3, version=4), self.new)
        self.leaves = [event.leaf for event in store.read(1, self.new.size)]

    def all(self) -> list[Proof]:
        """One of each kind."""
        return [self.inclusion, self.consistency, self.complete, self.absent]

    def files(self) -> list[bytes]:
        """Each proof in each form it has."""
        return [
            *(proof_forms.proof_json(proof) for proof in self.all()),
            proof_forms.tlog_proof(self.inclusion),
            proof_forms.witness_request(self.consistency),
        ]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Proofs of a ledger that is closed by then."""
    folder = tmp_path_factory.mktemp("proving")
    ledger = ledger_of(f"sqlite:///{folder / 'ledger.sqlite3'}", folder / "keys")
    made = Case(ledger)
    ledger.close()
    return made


def test_proofs_hold_on_both_databases(ledger: Ledger) -> None:
    """Inclusion, consistency, completeness and absence hold, and say what they prove."""
    case = Case(ledger)
    inclusion, consistency, complete, absent = (
        proof_checks.check_proof(proof, case.keys, origin=ledger.origin) for proof in case.all()
    )
    assert inclusion.entry is not None
    assert inclusion.entry.position == 7
    assert consistency.old_size == case.old.size
    assert (complete.stream, complete.events) == (case.stream.hex, 3)
    assert complete.upto == case.new.size - 1
    assert absent.events == 0


def test_each_form_is_read_back(case: Case) -> None:
    """What is written is read as the same proof, in JSON and in the text forms."""
    inclusion, consistency, complete, absent, text, request = case.files()
    assert proof_forms.read_proof(inclusion) == case.inclusion
    assert proof_forms.read_proof(text) == case.inclusion
    assert proof_forms.read_proof(consistency) == case.consistency
    assert proof_forms.read_proof(complete) == case.complete
    assert proof_forms.read_proof(absent) == case.absent
    again = proof_forms.read_witness_request(request)
    assert (again.old_size, again.path) == (case.old.size, case.consistency.path)
    assert proof_checks.check_proof(again, case.keys, old=case.old).old_size == case.old.size


def test_other_implementations_accept_our_proofs(case: Case) -> None:
    """sigstore's verifier and the naive tree say yes to a proof that went through its file."""
    proof = proof_forms.read_proof(proof_forms.tlog_proof(case.inclusion))
    assert isinstance(proof, InclusionProof)
    seen = SimpleNamespace(
        log_index=proof.event.index,
        tree_size=case.new.size,
        hashes=list(proof.event.path),
        root_hash=naive.mth(case.leaves, naive.same),
    )
    entry: Any = SimpleNamespace(
        _inner=SimpleNamespace(inclusion_proof=seen, canonicalized_body=proof.event.entry)
    )
    sigstore_merkle.verify_merkle_inclusion(entry)
    assert list(case.consistency.path) == naive.proof(case.old.size, case.leaves, naive.same)


def test_text_forms_are_those_of_c2sp(case: Case) -> None:
    """Line by line what the published formats say."""
    lines = proof_forms.tlog_proof(case.inclusion).decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 6"
    blank = lines.index("")
    assert all(len(line) == 44 for line in lines[3:blank])
    assert "\n".join(lines[blank + 1 :]).encode() == case.new.text()
    request = proof_forms.witness_request(case.consistency).decode().split("\n")
    assert request[0] == f"old {case.old.size}"


@given(st.data())
def test_any_flipped_bit_is_found(case: Case, data: st.DataObject) -> None:
    """Whichever bit of a proof file is flipped, in whichever form: it proves nothing any more."""
    files = case.files()
    whole = bytearray(files[data.draw(st.integers(0, len(files) - 1))])
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((ProofRefused, NoteRefused)):
        proof_checks.check_proof(proof_forms.read_proof(bytes(whole)), case.keys, old=case.old)


@given(st.data())
def test_any_cut_or_repeated_proof_is_refused(case: Case, data: st.DataObject) -> None:
    """A file that ends early, or goes on, is no proof."""
    files = case.files()
    whole = files[data.draw(st.integers(0, len(files) - 1))]
    at = data.draw(st.integers(0, len(whole) - 2))
    for wrong in (whole[:at], whole + whole, whole + b"x"):
        with pytest.raises((ProofRefused, NoteRefused)):
            proof_checks.check_proof(proof_forms.read_proof(wrong), case.keys, old=case.old)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.data())
def test_any_field_of_another_kind_is_refused(case: Case, data: st.DataObject) -> None:
    """Whatever stands in the place of a field: a refusal in our words, never a crash or a yes."""
    proofs = [json.loads(proof_forms.proof_json(proof)) for proof in case.all()]
    chosen: Any = data.draw(st.sampled_from(proofs))
    part = chosen
    while True:
        name = data.draw(st.sampled_from(sorted(part)) if isinstance(part, dict) else st.just(0))
        below = part[name]
        if isinstance(below, (dict, list)) and below and data.draw(st.booleans()):
            part = below
            continue
        value = data.draw(JUNK)
        part[name] = value
        break
    if value == below or (name == "old_root" and value is None):
        return
    file = json.dumps(chosen).encode()
    with pytest.raises((ProofRefused, NoteRefused)):
        proof_checks.check_proof(proof_forms.read_proof(file), case.keys, old=case.old)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_our_words(data: bytes) -> None:
    """No bytes make the reader of proofs crash."""
    for file in (data, b"old " + data, b"c2sp.org/tlog-proof@v1\n" + data, b"{" + data):
        with pytest.raises(LedgerError) as refused:
            proof_forms.read_proof(file)
        assert refused.value.next_step


def test_doubled_added_and_missing_fields_are_refused(case: Case) -> None:
    """A JSON proof has its fields, each once, and no others."""
    whole = proof_forms.proof_json(case.inclusion)
    parts = json.loads(whole)
    for wrong in (
        whole.replace(b'{"checkpoint"', b'{"size":1,"checkpoint"'),
        json.dumps({**parts, "note": "x"}).encode(),
        json.dumps({name: value for name, value in parts.items() if name != "path"}).encode(),
        json.dumps({**parts, "proof": "other"}).encode(),
        json.dumps([parts]).encode(),
        b"[" * 100_000,
        b'{"size":' + b"9" * 10_000 + b"}",
    ):
        with pytest.raises(ProofRefused):
            proof_forms.read_proof(wrong)


def test_an_oversized_proof_is_refused_unread(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit nothing is parsed."""
    monkeypatch.setattr(proof_forms, "MAX_PROOF_BYTES", 100)
    with pytest.raises(ProofRefused, match="at most 100"):
        proof_forms.read_proof(proof_forms.proof_json(case.complete))


def test_a_path_of_too_many_hashes_is_refused(case: Case) -> None:
    """No tree needs more than 64 hashes, and none is read beyond."""
    parts = json.loads(proof_forms.proof_json(case.inclusion))
    parts["path"] *= 40
    with pytest.raises(ProofRefused, match="no tree needs more"):
        proof_forms.read_proof(json.dumps(parts).encode())


def test_an_event_left_out_is_found(case: Case) -> None:
    """Completeness: one event fewer, one exchanged, or two in another order are refused."""
    one = case.complete
    events = one.events
    for wrong in (events[:-1], events[1:], events[::-1], (*events, events[0]), (), events[:1] * 3):
        changed = CompletenessProof(one.stream, one.committed, one.places, tuple(wrong), one.note)
        with pytest.raises(ProofRefused):
            proof_checks.check_proof(changed, case.keys)


def test_heads_of_an_older_checkpoint_are_refused(ledger: Ledger) -> None:
    """Nobody can show a person's record as it was, under today's checkpoint, as all there is."""
    case = Case(ledger)
    older = checkpoint_store.read_checkpoint(ledger.store, case.old.size)
    before = proving.prove_completeness(ledger.store, case.stream, older)
    assert proof_checks.check_proof(before, case.keys).events == 0
    committed = proving.prove_inclusion(ledger.store, case.old.size, case.new).event
    mixed = CompletenessProof(before.stream, committed, before.places, (), case.new.text())
    with pytest.raises(ProofRefused, match="not those of this checkpoint"):
        proof_checks.check_proof(mixed, case.keys)


def test_a_stream_that_exists_cannot_be_denied(case: Case) -> None:
    """Absence: with other neighbours, one neighbour, or none, nothing is proved."""
    one = case.complete
    places = case.absent.places
    for wrong in (places, places[:1], (), one.places * 2):
        changed = CompletenessProof(one.stream, one.committed, tuple(wrong), (), one.note)
        with pytest.raises(ProofRefused):
            proof_checks.check_proof(changed, case.keys)


@given(st.lists(st.integers(1, 60), unique=True, max_size=9), st.integers(0, 61))
def test_absence_is_shown_by_neighbours(present: list[int], asked: int) -> None:
    """For any set of streams: the places shown are the own one, or exactly those around it."""
    tree = HeadsTree(StreamHead(f"{number:032x}", 1, bytes(32)) for number in present)
    places = proving._places(tree, f"{asked:032x}")
    names = [int(place.head.stream, 16) for place in places]
    below = [number for number in sorted(present) if number < asked]
    above = [number for number in sorted(present) if number > asked]
    assert names == ([asked] if asked in present else below[-1:] + above[:1])
    for place in places:
        assert tree.heads[place.index] == place.head


def test_foreign_keys_and_origins_are_refused(case: Case) -> None:
    """A proof under another key, of another ledger, or about another old checkpoint is refused."""
    stranger = notes.verifier_key(case.keys[0].name, bytes(32))
    for proof in case.all():
        with pytest.raises(NoteRefused, match="no key that is trusted"):
            proof_checks.check_proof(proof, [stranger])
        with pytest.raises(NoteRefused, match="of the origin"):
            proof_checks.check_proof(proof, case.keys, origin="asn-ledger/64/x")
    other = notes.Checkpoint(case.old.origin, case.old.size, bytes(32))
    with pytest.raises(ProofRefused, match="another old root"):
        proof_checks.check_proof(case.consistency, case.keys, old=other)
    for wrong in (
        notes.Checkpoint(case.old.origin, case.old.size - 1, case.old.root),
        notes.Checkpoint("other", case.old.size, case.old.root),
    ):
        with pytest.raises(ProofRefused):
            proof_checks.check_proof(case.consistency, case.keys, old=wrong)


def test_a_changed_event_is_not_proved(ledger: Ledger, database_url: str) -> None:
    """Making a proof of a row whose bytes were changed is refused with its position."""
    taken = take_checkpoint(ledger, actor=ACTOR)
    stream = next(iter(ledger.store.read(7, 7))).stream
    with raw_connection(database_url) as owner:
        if ledger.store.dialect == "sqlite":
            owner.execute("DROP TRIGGER events_update_refused")
        else:
            owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        owner.execute("UPDATE events SET topic = 'employee.award/1' WHERE position = 7")
    with pytest.raises(EventChanged, match="position 7"):
        proving.prove_inclusion(ledger.store, 7, taken)
    with pytest.raises(EventChanged, match="position 7"):
        proving.prove_completeness(ledger.store, stream, taken)


def test_positions_beyond_the_checkpoint_are_refused(ledger: Ledger) -> None:
    """Nothing is proved about what was recorded after the checkpoint, or before an earlier one."""
    taken = take_checkpoint(ledger, actor=ACTOR)
    ledger.store.append(command(new_stream(), 1))
    for position in (0, taken.size + 1):
        with pytest.raises(CheckpointRefused):
            proving.prove_inclusion(ledger.store, position, taken)
    with pytest.raises(CheckpointRefused):
        proving.prove_consistency(ledger.store, taken.size + 1, taken)
    with pytest.raises(CheckpointRefused, match="another root"):
        proving.check_same_log(ledger.store, notes.Checkpoint("x", taken.size, bytes(32)))
    with pytest.raises(CheckpointRefused, match="cut off"):
        proving.check_same_log(ledger.store, notes.Checkpoint("x", 999, bytes(32)))
    proving.check_same_log(ledger.store, taken.checkpoint)
