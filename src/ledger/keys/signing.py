"""The key that signs checkpoints, and how it is changed.

A key signs one history. What it signed last is kept here, beside the key and apart from the
database: a database that was put back from an older backup, or replaced, cannot make it sign
another history unnoticed (`checkpoint.take_checkpoint` compares).

A change has three steps, and a crash between them is finished by the next checkpoint: the new key
is drawn and durable (`draft`); an event names it; a checkpoint over that event is signed by both
keys, so that who trusts the old one learns the new one, and the new key takes the place (`adopt`).
"""

from __future__ import annotations

from threading import RLock

from ledger.errors import invariant
from ledger.keys.key_store import KeyStore
from ledger.keys.ledger_secrets import NEXT_SIGNING, SIGNING, LedgerSecrets
from ledger.keys.stream_keys import KEY_BYTES
from ledger.keys.wrapping import Wrapping

_SIGNED = "signed"
_SIGNED_SIZE = "signed_size"


class SigningKeys:
    """The signing keys of one key folder. Threads may share it."""

    def __init__(
        self, store: KeyStore, wrapping: Wrapping, secrets: LedgerSecrets, lock: RLock
    ) -> None:
        self._store = store
        self._wrapping = wrapping
        self._secrets = secrets
        self._lock = lock

    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 key with which checkpoints are verified."""
        with self._lock:
            return self._secrets.signing_key().public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of a message, 64 bytes."""
        with self._lock:
            return self._secrets.signing_key().sign(message)

    def next_public_key(self) -> bytes | None:
        """The public bytes of the key that is to follow; None while there is none."""
        with self._lock:
            key = self._secrets.next_signing_key()
            return None if key is None else key.public_key().public_bytes_raw()

    def sign_with_next(self, message: bytes) -> bytes:
        """The signature of the key that is to follow."""
        with self._lock:
            key = self._secrets.next_signing_key()
            invariant(key is not None, "no signing key was drafted")
            return b"" if key is None else key.sign(message)

    def draft(self) -> bytes:
        """Draw the key that is to follow, unless one was; durable when this returns.

        Returns:
            Its public bytes.
        """
        with self._lock:
            with self._store.transaction():
                self._secrets.forget()
                if self._secrets.next_signing_key() is None:
                    drawn = self._wrapping.randomness(KEY_BYTES)
                    row = self._wrapping.wrap_secret(NEXT_SIGNING, drawn, self._store.epoch())
                    self._store.put_secret(row)
            self._secrets.forget()
            public = self.next_public_key()
            invariant(public is not None, "a signing key just drafted is not there")
            return public or b""

    def adopt(self) -> None:
        """Put the drafted key in the place of the old one, which is destroyed with this.

        What the old key signed last is forgotten with it: the new one has signed nothing yet.
        """
        with self._lock:
            with self._store.transaction():
                self._secrets.forget()
                for row in self._store.secrets():
                    if row.name == NEXT_SIGNING:
                        drawn = self._wrapping.unwrap_secret(row)
                        self._store.put_secret(
                            self._wrapping.wrap_secret(SIGNING, drawn, self._store.epoch())
                        )
                        self._store.remove_secret(NEXT_SIGNING)
                        self._store.set_meta(_SIGNED, None)
                        self._store.set_meta(_SIGNED_SIZE, None)
            self._secrets.forget()

    def last_signed(self) -> bytes | None:
        """The body of the longest checkpoint that the key signed; None before the first."""
        found = self._store.meta(_SIGNED)
        return None if found is None else str(found).encode()

    def remember(self, body: bytes, size: int) -> None:
        """Keep the body of a checkpoint about to be signed, if none of a longer log was."""
        with self._store.transaction():
            known = self._store.meta(_SIGNED_SIZE)
            if known is None or int(known) < size:
                self._store.set_meta(_SIGNED, body.decode())
                self._store.set_meta(_SIGNED_SIZE, size)
