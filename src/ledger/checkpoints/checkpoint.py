"""Taking a checkpoint: the ledger says in public, under its key, what it holds.

In this order, and what a crash after each step leaves:

    tiles       nothing new; tiles are derived.
    heads       an event HeadsCommitted at the end of the log, and nothing signed. If nothing else
                was appended since, the next call signs just that; else it commits new heads.
    remembered  the key folder knows what is about to be signed, and nobody has seen a signature.
                The next call signs the same again, or a longer log that begins with it.
    stored      done. The note is kept in the database and may be handed out.
    adopted     only while the key is changed: the new key has taken the place of the old one.

So a signature leaves this module only for a tree whose body the key folder remembers, and the key
never signs two histories: not after a database was put back from an older backup, not after it was
replaced. The size of a checkpoint is the position of its HeadsCommitted.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from ledger.access.access_log import committed_head
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.checkpoints.checkpoint_store import (
    CheckpointRefused,
    StoredCheckpoint,
    keep_checkpoint,
    last_checkpoint,
    read_checkpoint,
)
from ledger.checkpoints.stream_heads import read_stream_heads
from ledger.checkpoints.tiles import TileReader, drop_tiles, extend_tiles, root_of_leaves
from ledger.events.base import encode
from ledger.events.book import HeadsCommitted, LedgerFounded, SigningKeyChanged
from ledger.proofs import merkle
from ledger.proofs import note as notes
from ledger.proofs.heads import HeadsTree
from ledger.proofs.note import Checkpoint, SigningKey, VerifierKey
from ledger.proofs.proof_checks import HEADS_TOPIC
from ledger.records import Head, RecordedEvent
from ledger.storage.store import EventStore

STEPS = ("tiles", "heads", "remembered", "stored", "adopted")

Step = Callable[[str], None]


def _no_step(_: str) -> None:
    """Nothing happens between the steps, but in tests."""


def take_checkpoint(ledger: Ledger, *, actor: str, step: Step = _no_step) -> StoredCheckpoint:
    """Commit to the heads of all streams and sign the tree that includes them.

    Where nothing was appended since the last checkpoint, neither to the log nor to the access log,
    that one is given again.

    Args:
        actor: the account that takes it, as in every event.
        step: called with each name of STEPS after it was done; for tests.

    Raises:
        CheckpointRefused: the key signed another history; the log names another key; or the stored
            leaves are not those that were appended.
        LedgerDamaged: an event is missing.
        StoreError, and the errors of the key folder.
    """
    last = last_checkpoint(ledger.store)
    _finish_change(ledger, last)
    head = ledger.store.head().position
    if last is not None and last.size == head and not _looked_since(ledger, head):
        _compare(ledger, last.size, last.checkpoint)
        return last
    keys = _signing_keys(ledger)
    extend_tiles(ledger.store, head)
    step("tiles")
    size = _pending_heads(ledger, head)
    if size is None:
        _compare(ledger, head, None)  # what is refused is refused before anything is appended
        size = _commit_heads(ledger, head, actor)
    step("heads")
    body = notes.checkpoint_body(Checkpoint(ledger.origin, size, _compare(ledger, size, None)))
    ledger.keyring.signing.remember(body, size)
    step("remembered")
    note = notes.sign(body, keys[0])
    for more in keys[1:]:
        note = notes.with_signatures(note, notes.sign(body, more).signatures)
    keep_checkpoint(ledger.store, note)
    step("stored")
    stored = read_checkpoint(ledger.store, size)
    _finish_change(ledger, stored)
    step("adopted")
    return stored


def rotate_signing_key(
    ledger: Ledger, *, actor: str, after_restore: bool = False
) -> StoredCheckpoint:
    """Sign with a new key from here on: an event, and a checkpoint over it under both keys.

    A crash in between leaves a change that the next checkpoint finishes.

    Args:
        after_restore: the log was put back from an older backup, so the old key must sign nothing
            more: it signed events that are lost. The break shows in the log and to every witness.

    Raises:
        As `take_checkpoint`.
    """
    signing = ledger.keyring.signing
    if not after_restore:  # else the log may name a key that was replaced in what was lost
        _signing_keys(ledger)
    drafted = signing.draft()
    last = recorded_keys(ledger)[-1]
    if last.public != drafted:
        changed = SigningKeyChanged(
            name=ledger.origin, public_key=drafted.hex(), replaces=last.public.hex()
        )
        ledger.append_to_book([encode(changed)], actor)
    if after_restore:
        signing.adopt()
    return take_checkpoint(ledger, actor=actor)


def recorded_keys(ledger: Ledger) -> list[VerifierKey]:
    """The verifier keys of checkpoints as the log names them, the one in force last."""
    found = []
    for event in ledger.book_events():
        if event.topic == LedgerFounded.SPEC.topic:
            payload = orjson.loads(event.state)
            found += [_key(name, text) for name, text in payload["public_keys"].items()]
        elif event.topic == SigningKeyChanged.SPEC.topic:
            payload = orjson.loads(event.state)
            found.append(_key(payload["name"], payload["public_key"]))
    return found


def recorded_at(ledger: Ledger, size: int) -> str:
    """When the last event of a checkpoint was recorded: RFC 3339, the log's own claim."""
    return instant_text(next(iter(ledger.store.read(size, size))).recorded_at)


def _key(name: str, public: str) -> VerifierKey:
    return notes.verifier_key(name, bytes.fromhex(public))


def _signing_keys(ledger: Ledger) -> list[SigningKey]:
    """The keys that sign now: the one the log names; during a change the old and the new one."""
    signing = ledger.keyring.signing
    recorded = recorded_keys(ledger)[-1]
    current = notes.verifier_key(ledger.origin, signing.public_key())
    if recorded.public == current.public:
        return [SigningKey(current, signing.sign)]
    if recorded.public == signing.next_public_key():
        return [SigningKey(current, signing.sign), SigningKey(recorded, signing.sign_with_next)]
    raise CheckpointRefused(
        f"The log names the signing key {recorded.key_id.hex()}, but the key folder holds "
        f"{current.key_id.hex()}: one of the two is an older backup than the other.",
        next_step="Put the key folder and the ledger back from the same day; if the ledger's loss "
        "is final, say so with `asn-ledger keys rotate --signing --after-restore`.",
    )


def _finish_change(ledger: Ledger, last: StoredCheckpoint | None) -> None:
    """Adopt a drafted key that the log names, once a checkpoint is signed by it."""
    signing = ledger.keyring.signing
    drafted = signing.next_public_key()
    if drafted is None or last is None:
        return
    key = notes.verifier_key(ledger.origin, drafted)
    if notes.signed_by(last.note, [key]):
        body = last.note.body
        signing.adopt()
        signing.remember(body, last.size)


def _pending_heads(ledger: Ledger, head: int) -> int | None:
    """The position of a HeadsCommitted at the very end that an interrupted call left unsigned.

    Its heads are computed again: who could append to the database must not have them signed.
    """
    last: RecordedEvent = next(iter(ledger.store.read(head, head)))
    if last.topic != HEADS_TOPIC:
        return None
    stated = orjson.loads(last.state)
    expected = _heads(ledger, int(stated["upto"]))
    said = stated["streams"], stated["streams_root"], stated.get("access_log_head")
    same = said == (expected.streams, expected.streams_root, expected.access_log_head)
    return head if same else None


def _heads(ledger: Ledger, upto: int) -> HeadsCommitted:
    tree = HeadsTree(read_stream_heads(ledger.store, upto))
    return HeadsCommitted(
        upto=upto,
        streams=len(tree.heads),
        streams_root=tree.root().hex(),
        access_log_head=_access_head(ledger),
        nip_index_head=ledger.index.digest(),
    )


def _access_head(ledger: Ledger) -> str | None:
    """The head of the access log; None as long as nobody looked."""
    head = committed_head(ledger)
    return None if head is None or head.number == 0 else head.text()


def _looked_since(ledger: Ledger, size: int) -> bool:
    """Whether the access log went on since the heads at a position were committed."""
    event = next(iter(ledger.store.read(size, size)))
    told = orjson.loads(event.state).get("access_log_head")
    return event.topic == HEADS_TOPIC and told != _access_head(ledger)


def _commit_heads(ledger: Ledger, upto: int, actor: str) -> int:
    outcome = ledger.append_to_book([encode(_heads(ledger, upto))], actor)
    return outcome.positions[-1]


def _compare(ledger: Ledger, size: int, known: Checkpoint | None) -> bytes:
    """The root of the first `size` events, after three looks at the whole: the tree of the stored
    leaves is the one the writer kept; it begins with what the key signed last; and it is the one
    of a known checkpoint.
    """
    store = ledger.store
    head = store.head()
    signed = ledger.keyring.signing.last_signed()
    _check_leaves(store, head)
    with store.reading() as connection:
        tree = TileReader(connection, head.position)
        for claim in (known, None if signed is None else notes.parse_checkpoint(signed)):
            if claim is None:
                continue
            if claim.size > head.position or tree.root(claim.size) != claim.root:
                raise CheckpointRefused(
                    f"The key of this ledger signed {claim.size} events with another root; the "
                    f"log now has {head.position}. It was put back from an older backup, or "
                    "history was changed; the key signs no second history.",
                    next_step="Compare with `asn-ledger verify --against` and that checkpoint. "
                    "After a restore that lost events, say so with "
                    "`asn-ledger keys rotate --signing --after-restore`.",
                )
        return tree.root(size)


def _check_leaves(store: EventStore, head: Head) -> None:
    """See that the stored leaves are those that were appended; tiles that are not are made anew."""
    kept = merkle.root(head.frontier, head.position)
    with store.reading() as connection:
        if TileReader(connection, head.position).root(head.position) == kept:
            return
    if root_of_leaves(store, head.position) != kept:
        raise CheckpointRefused(
            f"The stored leaves of the {head.position} events are not those that were "
            "appended: somebody changed them, or the head.",
            next_step="Run `asn-ledger verify`, which names each; keep the ledger as it is.",
        )
    # Damaged or forged tiles, or tiles of leaves that were changed and put back.
    drop_tiles(store)
    extend_tiles(store, head.position)
