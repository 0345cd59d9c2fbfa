"""A witness signs what grew, refuses what forked or shrank and says which, and never signs twice."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.checkpoints import checkpoint, checkpoint_store, proving, witness_full
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.checkpoints.checkpoint_store import CheckpointRefused, StoredCheckpoint
from ledger.checkpoints.proving import EventChanged
from ledger.checkpoints.witness import STEPS, Witness, WitnessRefused
from ledger.checkpoints.witness_full import CopyDiffers
from ledger.errors import LedgerError
from ledger.proofs import note as notes
from ledger.proofs import proof_forms
from ledger.proofs.note import Checkpoint, NoteRefused
from ledger.proofs.proof_forms import ConsistencyProof
from tests.keys import seeded
from tests.oracle import naive_merkle as naive
from tests.store.making import command, new_stream
from tests.store.raw import raw_connection
from tests.store.test_proving import ledger_of

ACTOR = "tests"
NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
NAME = "inspektorat.example/saksi"


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of some streams."""
    made = ledger_of(database_url, tmp_path / "keys")
    yield made
    made.close()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """A new witness that watches nothing yet."""
    return Witness.create(tmp_path / "witness", NAME, randomness=seeded(7))


def grown(ledger: Ledger) -> StoredCheckpoint:
    """One more stream, and a checkpoint over it."""
    ledger.store.append(command(new_stream(), 1))
    return take_checkpoint(ledger, actor=ACTOR)


def request(ledger: Ledger, old_size: int) -> bytes:
    """What the ledger sends: from the size that the witness knows to the last checkpoint."""
    last = checkpoint_store.last_checkpoint(ledger.store)
    assert last is not None
    return proof_forms.witness_request(proving.prove_consistency(ledger.store, old_size, last))


def test_a_witness_follows_a_growing_log(ledger: Ledger, witness: Witness) -> None:
    """First the checkpoint alone, then a proof from it: each is cosigned and kept by the ledger."""
    keys = checkpoint.recorded_keys(ledger)
    first = take_checkpoint(ledger, actor=ACTOR)
    witness.trust(keys)
    signed = witness.cosign(first.text(), at=NOW)
    assert notes.signed_by(signed.note, [*keys, witness.key()]) == (
        (keys[0], None),
        (witness.key(), NOW),
    )
    second = grown(ledger)
    later = NOW + timedelta(hours=1)
    signed = witness.cosign(request(ledger, first.size), at=later)
    assert witness.watched(ledger.origin).last == second.checkpoint
    text = notes.note_bytes(signed.note)
    stored, signers = checkpoint_store.add_cosignatures(ledger.store, text, [witness.key()])
    assert list(signers) == [witness.key()]
    assert notes.signed_by(stored.note, [witness.key()]) == ((witness.key(), later),)
    again, _ = checkpoint_store.add_cosignatures(ledger.store, text, [witness.key()])
    assert again == stored
    assert checkpoint_store.read_checkpoint(ledger.store, second.size) == stored


def test_json_requests_are_signed_too(ledger: Ledger, witness: Witness) -> None:
    """A consistency proof in JSON is the same request."""
    first = take_checkpoint(ledger, actor=ACTOR)
    witness.trust(checkpoint.recorded_keys(ledger))
    witness.cosign(first.text(), at=NOW)
    second = grown(ledger)
    proof = proving.prove_consistency(ledger.store, first.size, second)
    assert witness.cosign(proof_forms.proof_json(proof), at=NOW).checkpoint == second.checkpoint


def test_a_shrunk_log_is_named(ledger: Ledger, witness: Witness) -> None:
    """An older checkpoint, though the log signed it, is refused as a log that shrank."""
    first = take_checkpoint(ledger, actor=ACTOR)
    grown(ledger)
    witness.trust(checkpoint.recorded_keys(ledger))
    witness.cosign(request(ledger, 0), at=NOW)
    with pytest.raises(WitnessRefused, match=f"shrank.*{first.size}"):
        witness.cosign(first.text(), at=NOW)


class Forger:
    """Who has the log's key and signs what he likes, over leaves of his own."""

    def __init__(self) -> None:
        private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.key = notes.signing_key("asn-ledger/65/aa", private)

    def signed(self, leaves: list[bytes]) -> bytes:
        """A checkpoint over leaves."""
        root = naive.mth(leaves, naive.same)
        body = notes.checkpoint_body(Checkpoint(self.key.verifier.name, len(leaves), root))
        return notes.note_bytes(notes.sign(body, self.key))

    def request(self, old: int, leaves: list[bytes]) -> bytes:
        """A true proof within his own leaves."""
        path = tuple(naive.proof(old, leaves, naive.same)) if old else ()
        return proof_forms.witness_request(ConsistencyProof(old, None, path, self.signed(leaves)))


def leaves_of(size: int, seed: bytes = b"") -> list[bytes]:
    """Leaves that differ."""
    return [naive.hash_entry(seed + b"%d" % number) for number in range(size)]


@pytest.fixture
def forger(witness: Witness) -> Forger:
    """A log that the witness watches, whose first 9 leaves it has cosigned."""
    made = Forger()
    witness.trust([made.key.verifier])
    witness.cosign(made.signed(leaves_of(9)), at=NOW)
    return made


def test_a_fork_is_named_and_kept_as_evidence(witness: Witness, forger: Forger) -> None:
    """Other leaves at the same or a greater size are refused; both signed claims are on disk."""
    others = leaves_of(12, b"other")
    for wrong in (
        forger.signed(others[:9]),
        forger.request(9, others),
        forger.request(9, [*leaves_of(8), *others[8:]]),
    ):
        with pytest.raises(WitnessRefused, match="forked"):
            witness.cosign(wrong, at=NOW)
        kept = [path.read_bytes() for path in witness.folder.glob("logs/*/evidence/*")]
        assert wrong in kept
    assert (
        witness.watched(forger.key.verifier.name).last
        == notes.opened(forger.signed(leaves_of(9)), [forger.key.verifier])[0]
    )
    witness.cosign(forger.request(9, leaves_of(12)), at=NOW)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 20))
def test_only_a_log_that_grew_is_signed(
    folder_for_examples: Path, old: int, new: int, same: int
) -> None:
    """For any two trees of one log and any claimed old size: signed exactly if it grew from it."""
    witness = fresh(folder_for_examples, f"{old}-{new}-{same}")
    forger = Forger()
    witness.trust([forger.key.verifier])
    witness.cosign(forger.signed(leaves_of(old)), at=NOW)
    leaves = leaves_of(same) + leaves_of(new, b"other")[same:]
    leaves = leaves[:new]
    claimed = min(old, new)
    grew = new >= old and leaves[:old] == leaves_of(old)
    try:
        witness.cosign(forger.request(claimed, leaves), at=NOW)
        signed = True
    except WitnessRefused:
        signed = False
    assert signed == grew


@pytest.fixture(scope="module")
def folder_for_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where examples of Hypothesis have their folders."""
    return tmp_path_factory.mktemp("witnesses")


def fresh(folder: Path, name: str) -> Witness:
    """A witness of its own for each example."""
    shutil.rmtree(folder / name, ignore_errors=True)
    return Witness.create(folder / name, NAME, randomness=seeded(9))


def test_a_proof_from_elsewhere_is_refused(witness: Witness, forger: Forger) -> None:
    """The proof must begin where the witness last was; it says where that is."""
    leaves = leaves_of(12)
    for old in (0, 5, 11):
        with pytest.raises(WitnessRefused, match="last saw 9") as refused:
            witness.cosign(forger.request(old, leaves), at=NOW)
        assert refused.value.details["known_size"] == 9


def test_unknown_logs_and_strange_keys_are_refused(witness: Witness, forger: Forger) -> None:
    """What no trusted key signed is not signed, whatever it says."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    name = forger.key.verifier.name
    body = notes.checkpoint_body(Checkpoint(name, 10, bytes(32)))
    with pytest.raises(NoteRefused, match="no key that is trusted"):
        witness.cosign(
            notes.note_bytes(notes.sign(body, notes.signing_key(name, stranger))), at=NOW
        )
    other = notes.signing_key("asn-ledger/64/x", stranger)
    body = notes.checkpoint_body(Checkpoint("asn-ledger/64/x", 10, bytes(32)))
    with pytest.raises(WitnessRefused, match="does not watch"):
        witness.cosign(notes.note_bytes(notes.sign(body, other)), at=NOW)
    with pytest.raises(WitnessRefused, match="not the signing keys of one log"):
        witness.trust([forger.key.verifier, other.verifier])
    with pytest.raises(WitnessRefused, match="not the signing keys of one log"):
        witness.trust([witness.key()])


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_never_leads_to_a_second_signature(
    step: str, witness: Witness, forger: Forger
) -> None:
    """Before the state is kept the request may come again; after it a fork cannot be signed."""
    longer, fork = leaves_of(12), [*leaves_of(9), *leaves_of(12, b"other")[9:]]

    def stop(name: str) -> None:
        if name == step:
            raise RuntimeError(name)

    with pytest.raises(RuntimeError):
        witness.cosign(forger.request(9, longer), at=NOW, step=stop)
    again = Witness.open(witness.folder)
    if step == "checked":
        assert again.cosign(forger.request(9, fork), at=NOW).checkpoint.size == 12
    else:
        with pytest.raises(WitnessRefused, match="forked"):
            again.cosign(forger.request(9, fork), at=NOW)
        assert again.cosign(forger.request(9, longer), at=NOW).checkpoint.size == 12


def test_the_full_look_finds_what_growth_does_not_show(
    ledger: Ledger, witness: Witness, database_url: str
) -> None:
    """`--full` recomputes root and heads from a copy, and refuses a copy that differs."""
    first = take_checkpoint(ledger, actor=ACTOR)
    witness.trust(checkpoint.recorded_keys(ledger))
    witness.cosign(first.text(), at=NOW, full=lambda new: check(ledger, new))
    taken = grown(ledger)
    assert witness_full.recompute(ledger.store, taken.checkpoint) == 7
    other = Checkpoint(taken.checkpoint.origin, taken.size, bytes(32))
    with pytest.raises(CopyDiffers, match="another root"):
        witness_full.recompute(ledger.store, other)
    with pytest.raises(CopyDiffers, match="commits to no heads"):
        witness_full.recompute(ledger.store, Checkpoint("x", taken.size - 1, bytes(32)))
    with raw_connection(database_url) as owner:
        if ledger.store.dialect == "sqlite":
            owner.execute("DROP TRIGGER events_update_refused")
        else:
            owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        owner.execute("UPDATE events SET topic = 'employee.award/1' WHERE position = 7")
    with pytest.raises(EventChanged, match="position 7"):
        witness.cosign(request(ledger, first.size), at=NOW, full=lambda new: check(ledger, new))
    assert witness.watched(ledger.origin).last == first.checkpoint


def check(ledger: Ledger, new: Checkpoint) -> None:
    """The full look over the ledger itself."""
    witness_full.recompute(ledger.store, new)


def test_false_and_strange_cosignatures_are_not_kept(ledger: Ledger, witness: Witness) -> None:
    """Only true lines of the witness whose key was given stand under the ledger's checkpoint."""
    taken = take_checkpoint(ledger, actor=ACTOR)
    witness.trust(checkpoint.recorded_keys(ledger))
    signed = witness.cosign(taken.text(), at=NOW)
    text = notes.note_bytes(signed.note)
    stranger = notes.verifier_key(NAME, bytes(32), notes.COSIGNATURE)
    with pytest.raises(CheckpointRefused, match="No witness"):
        checkpoint_store.add_cosignatures(ledger.store, text, [stranger])
    *lines, line = signed.note.signatures
    false = notes.Signature(line.name, line.key_id, line.signature[:-1] + b"x")
    with pytest.raises(NoteRefused, match="false"):
        checkpoint_store.add_cosignatures(
            ledger.store,
            notes.note_bytes(notes.SignedNote(signed.note.body, (*lines, false))),
            [witness.key()],
        )
    body = notes.checkpoint_body(Checkpoint(ledger.origin, taken.size, bytes(32)))
    with pytest.raises(CheckpointRefused, match="not the checkpoint"):
        checkpoint_store.add_cosignatures(
            ledger.store,
            notes.note_bytes(notes.SignedNote(body, signed.note.signatures)),
            [witness.key()],
        )
    assert len(checkpoint_store.read_checkpoint(ledger.store, taken.size).note.signatures) == 1


def test_the_folder_is_private_and_never_written_over(witness: Witness) -> None:
    """The key is its owner's alone, and a second `init` in the folder is refused."""
    assert stat.S_IMODE((witness.folder / "witness.key").stat().st_mode) == 0o600
    with pytest.raises(WitnessRefused, match="already"):
        Witness.create(witness.folder, NAME, randomness=seeded(8))
    with pytest.raises(WitnessRefused, match="No witness"):
        Witness.open(witness.folder / "nowhere")
    (witness.folder / "witness.key").write_bytes(b"short")
    with pytest.raises(WitnessRefused, match="damaged"):
        Witness.open(witness.folder)


@given(st.binary(max_size=200))
def test_any_request_is_refused_in_our_words(folder_for_examples: Path, data: bytes) -> None:
    """No bytes make a witness crash or sign."""
    witness = fresh(folder_for_examples, "any")
    for wrong in (data, b"old 9\n\n" + data, Forger().signed(leaves_of(3)) + data):
        with pytest.raises(LedgerError):
            witness.cosign(wrong, at=NOW)


def test_requests_of_another_kind_are_refused(ledger: Ledger, witness: Witness) -> None:
    """An inclusion proof is no request to a witness."""
    taken = take_checkpoint(ledger, actor=ACTOR)
    proof = proving.prove_inclusion(ledger.store, 3, taken)
    with pytest.raises(WitnessRefused, match="another kind"):
        witness.cosign(proof_forms.proof_json(proof), at=NOW)


def test_each_log_has_its_own_state(ledger: Ledger, witness: Witness, forger: Forger) -> None:
    """A witness of two logs keeps them apart, and lists both."""
    witness.trust(checkpoint.recorded_keys(ledger))
    taken = take_checkpoint(ledger, actor=ACTOR)
    witness.cosign(taken.text(), at=NOW)
    found = {log.origin: log.last for log in witness.logs()}
    assert found[ledger.origin] == taken.checkpoint
    assert found[forger.key.verifier.name] is not None
