"""A witness: another agency that remembers what a ledger said, and signs that it only grew.

    <folder>/                   0700
        witness.key             0600  32 bytes, the Ed25519 key of the cosignatures
        witness.name                  the name of the key
        lock                          held while signing
        logs/<log>/keys               verifier keys of the log, one a line
        logs/<log>/origin             the origin of the log
        logs/<log>/last               the last checkpoint that was cosigned, with the log's line
        logs/<log>/evidence/          requests of a log that forked or shrank, as it signed them

It signs (C2SP tlog-witness and tlog-cosignature) only what extends the checkpoint it kept, shown by
a consistency proof. The new checkpoint is on disk before the cosignature leaves: a crash leaves the
old state and no signature, or the new state, under which the same request is signed again and a
fork never. Files are exchanged by hand, mail or stick; nothing here needs a server.

Trust: a witness need not trust the ledger, and the ledger need not trust it with any fact: it sees
sizes and hashes. Who owns its folder can sign a fork; that is why there should be several.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import LedgerError
from ledger.proofs import note as notes
from ledger.proofs import proof_forms
from ledger.proofs import tree_proofs as proofs
from ledger.proofs.note import Checkpoint, SignedNote, SigningKey, VerifierKey
from ledger.proofs.proof_forms import ConsistencyProof
from ledger.proofs.tree_proofs import ProofRefused
from ledger.storage.durable import write_whole

STEPS = ("checked", "kept", "signed")
_SEED_BYTES = 32
_PRIVATE = 0o600

Randomness = Callable[[int], bytes]
Step = Callable[[str], None]
FullCheck = Callable[[Checkpoint], None]


class WitnessRefused(LedgerError):
    """The witness does not sign: the log forked, shrank, is unknown, or the request is not one."""

    code = "witness_refused"


class LogShrank(WitnessRefused):
    """The log signed a checkpoint of fewer events than the witness saw."""

    code = "log_shrank"


class LogForked(WitnessRefused):
    """The log signed a checkpoint that is not the one the witness saw grown longer."""

    code = "log_forked"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a witness gives back: the checkpoint with its line, and the line's key."""

    checkpoint: Checkpoint
    note: SignedNote
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class Watched:
    """A log that a witness knows: its keys, and the last checkpoint it cosigned, if any."""

    origin: str
    keys: tuple[VerifierKey, ...]
    last: Checkpoint | None


def _no_step(_: str) -> None:
    """Nothing happens between the steps, but in tests."""


class Witness:
    """The witness of a folder."""

    def __init__(self, folder: Path) -> None:
        """Use `create` or `open`."""
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, name: str, *, randomness: Randomness) -> Witness:
        """Make the folder with a new key.

        Args:
            name: of the witness, like a web address without its scheme: `inspektorat.example/w1`.

        Raises:
            WitnessRefused: a witness lives there already.
            NoteRefused: the name can be no key's name.
        """
        notes.verifier_key(name, bytes(_SEED_BYTES), notes.COSIGNATURE)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / "witness.key").exists():
            raise WitnessRefused(
                f"A witness lives in {folder} already; its key is never written over.",
                next_step="Name another folder, or use the witness that is there.",
            )
        # The key last: a folder without it is none, and making it again begins anew.
        write_whole(folder / "witness.name", name.encode() + b"\n")
        write_whole(folder / "witness.key", randomness(_SEED_BYTES), mode=_PRIVATE)
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Witness:
        """The witness of a folder.

        Raises:
            WitnessRefused: there is none, or its key is damaged.
        """
        witness = cls(folder)
        witness.key()
        return witness

    def key(self) -> VerifierKey:
        """The public key of its cosignatures."""
        return self._signing().verifier

    def trust(self, keys: list[VerifierKey]) -> Watched:
        """Watch the log of these keys; keys added to a known log stand beside the old ones.

        Raises:
            WitnessRefused: they belong to different logs, or are no keys of a log.
        """
        origins = {key.name for key in keys}
        if len(origins) != 1 or any(key.kind != notes.ED25519 for key in keys):
            raise WitnessRefused(
                "The keys given are not the signing keys of one log.",
                next_step="Give the line that `asn-ledger checkpoint --key` printed.",
            )
        origin = origins.pop()
        with self._locked():
            place = self._place(origin)
            (place / "evidence").mkdir(mode=0o700, parents=True, exist_ok=True)
            known = _keys(place) if (place / "keys").exists() else ()
            lines = [notes.verifier_key_text(key) for key in dict.fromkeys((*known, *keys))]
            write_whole(place / "origin", origin.encode() + b"\n")
            write_whole(place / "keys", "".join(f"{line}\n" for line in lines).encode())
        return self.watched(origin)

    def watched(self, origin: str) -> Watched:
        """What is known of a log.

        Raises:
            WitnessRefused: nothing.
        """
        place = self._place(origin)
        if not (place / "keys").exists():
            raise WitnessRefused(
                f"This witness does not watch the log {origin[: notes.MAX_NAME]}.",
                next_step="Get the log's verifier key by a way you trust, then "
                "`asn-ledger witness trust`.",
            )
        keys = _keys(place)
        last = self._last(place, keys, origin)
        return Watched(origin, keys, last)

    def logs(self) -> list[Watched]:
        """All logs it watches."""
        found = sorted((self.folder / "logs").glob("*/origin"))
        return [self.watched(path.read_text("utf-8").rstrip("\n")) for path in found]

    def cosign(
        self,
        request: bytes,
        *,
        at: datetime,
        full: FullCheck | None = None,
        step: Step = _no_step,
    ) -> Cosigned:
        """Sign a checkpoint that extends the one kept.

        Args:
            request: a consistency proof in any of its forms; or, for the first checkpoint and for
                the one kept, the signed checkpoint alone.
            at: the present instant, which the cosignature states in whole seconds.
            full: looks at the whole log of the checkpoint before anything is kept, and raises.
            step: called with each name of STEPS; for tests.

        Raises:
            LogForked, LogShrank: it does not; the request is kept as evidence.
            WitnessRefused: the log is unknown, or the proof begins elsewhere.
            ProofRefused, NoteRefused: the request cannot be read, or is not signed by the log.
        """
        proof = _request(request)
        origin = notes.parse_checkpoint(notes.parse_note(proof.note).body).origin
        with self._locked():
            watched = self.watched(origin)
            new, note = notes.opened(proof.note, watched.keys, origin=origin)
            try:
                _extends(proof, new, watched.last)
                if full is not None:
                    full(new)
            except (LogShrank, LogForked):
                # Two checkpoints that the log signed and that cannot both be true are the proof.
                name = hashlib.sha256(request).hexdigest()[:32]
                write_whole(self._place(origin) / "evidence" / name, request)
                raise
            step("checked")
            key = self._signing()
            if watched.last != new:
                own = {(each.name, each.key_id) for each in watched.keys}
                lines = [s for s in note.signatures if (s.name, s.key_id) in own]
                kept = notes.note_bytes(SignedNote(note.body, tuple(lines)))
                write_whole(self._place(origin) / "last", kept)
            step("kept")
            cosigned = notes.cosign(note, key, at)
            step("signed")
            return Cosigned(new, cosigned, key.verifier)

    def _signing(self) -> SigningKey:
        try:
            seed = (self.folder / "witness.key").read_bytes()
            name = (self.folder / "witness.name").read_text("utf-8").rstrip("\n")
        except FileNotFoundError:
            raise WitnessRefused(
                f"No witness lives in {self.folder}.",
                next_step="Make one with `asn-ledger witness init`.",
            ) from None
        if len(seed) != _SEED_BYTES:
            raise WitnessRefused(
                f"The key file in {self.folder} is damaged.",
                next_step="Put it back from its backup; a new key is a new witness.",
            )
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return notes.signing_key(name, private, notes.COSIGNATURE)

    def _place(self, origin: str) -> Path:
        return self.folder / "logs" / hashlib.sha256(origin.encode()).hexdigest()[:32]

    def _last(self, place: Path, keys: tuple[VerifierKey, ...], origin: str) -> Checkpoint | None:
        try:
            data = (place / "last").read_bytes()
        except FileNotFoundError:
            return None
        return notes.opened(data, keys, origin=origin)[0]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time reads the state, compares and writes it."""
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, _PRIVATE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _keys(place: Path) -> tuple[VerifierKey, ...]:
    lines = (place / "keys").read_text("utf-8").splitlines()
    return tuple(notes.parse_verifier_key(line) for line in lines)


def _request(data: bytes) -> ConsistencyProof:
    """A consistency proof, or a checkpoint alone, which is a proof from nothing."""
    try:
        proof = proof_forms.read_proof(data)
    except ProofRefused:
        notes.parse_checkpoint(notes.parse_note(data).body)
        return ConsistencyProof(0, None, (), data)
    if not isinstance(proof, ConsistencyProof):
        raise WitnessRefused(
            "The request is a proof of another kind than consistency.",
            next_step="Make it with `asn-ledger prove --consistency SIZE`.",
        )
    return proof


def _extends(proof: ConsistencyProof, new: Checkpoint, last: Checkpoint | None) -> None:
    if last is None:
        if proof.old_size:
            raise WitnessRefused(
                f"The request begins at {proof.old_size} events, but this witness has seen none "
                "of this log.",
                next_step="Send the checkpoint alone, or a proof from size 0.",
                known_size=0,
            )
        return
    if new.size < last.size:
        raise LogShrank(
            f"The log shrank: this witness saw {last.size} events, the checkpoint has {new.size}.",
            next_step="Ask the owner of the ledger what was lost. The request is kept as evidence.",
            known_size=last.size,
        )
    if new.size == last.size:
        if new.root != last.root:
            raise LogForked(
                f"The log forked: this witness saw another root of the same {last.size} events.",
                next_step="Both checkpoints are signed; the request is kept as evidence.",
                known_size=last.size,
            )
        return  # signed before, perhaps by a call that a crash ended; the same again is no fork
    if proof.old_size != last.size:
        raise WitnessRefused(
            f"The request begins at {proof.old_size} events; this witness last saw {last.size}.",
            next_step=f"Make it with `asn-ledger prove --consistency {last.size}`.",
            known_size=last.size,
        )
    try:
        proofs.check_consistency(last.size, last.root, new.size, new.root, proof.path)
    except ProofRefused as error:
        raise LogForked(
            f"The log forked, or the proof is wrong: the {new.size} events do not begin with the "
            f"{last.size} that this witness saw. {error.message}",
            next_step="Ask for the proof once more; if it stays so, history was rewritten. The "
            "request is kept as evidence.",
            known_size=last.size,
        ) from error
