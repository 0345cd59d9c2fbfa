"""The secrets of a ledger itself: what its keyed hashes, its NIP index and its checkpoints rest on.

Stored wrapped are three: the master secret, from which all named ones are derived; the secret of
the NIP index, which each rotation draws anew; and the Ed25519 key that signs checkpoints. While
that key is changed (signing.py), the one that follows it is stored beside it.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import invariant
from ledger.keys.key_errors import KeyStoreBroken
from ledger.keys.key_store import KeyStore
from ledger.keys.rotation import NIP_INDEX
from ledger.keys.stream_keys import KEY_BYTES, derive
from ledger.keys.wrapping import Wrapping

_MASTER = "master"
SIGNING = "signing"
NEXT_SIGNING = "signing-next"
_STORED = (_MASTER, SIGNING, NIP_INDEX)


def draw_secrets(store: KeyStore, wrapping: Wrapping, *, epoch: int) -> None:
    """Draw and store the secrets of a new ledger; inside the transaction that makes the store."""
    for name in _STORED:
        store.put_secret(wrapping.wrap_secret(name, wrapping.randomness(KEY_BYTES), epoch))


class LedgerSecrets:
    """The secrets, opened when first asked for. Used by one thread at a time."""

    def __init__(self, store: KeyStore, wrapping: Wrapping) -> None:
        self._store = store
        self._wrapping = wrapping
        self._opened: dict[str, bytes] = {}

    def forget(self) -> None:
        """Let go of what was opened."""
        self._opened.clear()

    def secret(self, name: str) -> bytes:
        """32 bytes for one purpose; see `Keyring.secret`."""
        invariant(name not in (_MASTER, SIGNING, NEXT_SIGNING), "this secret is not given out")
        opened = self._read()
        if name not in opened:
            opened[name] = derive(opened[_MASTER], f"secret {name}")
        return opened[name]

    def signing_key(self) -> Ed25519PrivateKey:
        """The key of checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self._read()[SIGNING])

    def next_signing_key(self) -> Ed25519PrivateKey | None:
        """The key that is to follow it; None while it is not being changed."""
        drawn = self._read().get(NEXT_SIGNING)
        return None if drawn is None else Ed25519PrivateKey.from_private_bytes(drawn)

    def _read(self) -> dict[str, bytes]:
        if not self._opened:
            rows = self._store.secrets()
            if not {row.name for row in rows}.issuperset(_STORED):
                raise KeyStoreBroken(self._store.path, why="a secret of the ledger is missing")
            self._opened = {row.name: self._wrapping.unwrap_secret(row) for row in rows}
        return self._opened
