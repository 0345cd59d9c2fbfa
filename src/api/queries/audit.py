"""The audit desk: how the log stands, a random sample with proofs, two checkpoints compared."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select

from api.desk import Desk
from api.queries import proofs, verified
from ledger.canonical import instant_text
from ledger.checkpoints import proving
from ledger.checkpoints.checkpoint_store import StoredCheckpoint, checkpoint_sizes, last_checkpoint
from ledger.errors import Misuse
from ledger.events.base import EMPLOYEE
from ledger.proofs import proof_forms
from ledger.proofs.tree_proofs import ProofRefused, check_consistency
from ledger.storage.tables import events
from projections.asking.record import event_row

Json = dict[str, Any]
SAMPLE_MAX = 100
SEED_MAX = 100
_DRAW = b"asn-ledger/1 sample"
_BITS = 64


def state(desk: Desk) -> Json:
    """Head, last checkpoint and its age, how many events it does not cover, last verification."""
    store = desk.ledger.store
    head, taken = store.head(), last_checkpoint(store)
    with store.reading() as connection:
        streams = connection.execute(
            select(func.count()).select_from(events).where(events.c.version == 1)
        ).scalar_one()
    shown = None if taken is None else proofs.shown(desk, taken)
    age = None
    if taken is not None:
        age = int((desk.now() - desk.recorded_at(taken.size)).total_seconds())
    return {
        "origin": desk.ledger.origin,
        "head": head.position,
        "recorded_at": None if head.recorded_at is None else instant_text(head.recorded_at),
        "streams": streams,
        "rights": store.rights,
        "checkpoints": len(checkpoint_sizes(store)),
        "checkpoint": shown,
        "checkpoint_age_seconds": age,
        "uncovered": head.position - (0 if taken is None else taken.size),
        "verified": verified.last(desk),
    }


def desk(where: Desk, *, auditor: bool, below: int | None, limit: int) -> Json:
    """Everything on the audit desk's page: for auditors the state, for everybody the checkpoints.

    Args:
        below: checkpoints of fewer events than this, None from the newest on.
    """
    rows, more = proofs.listed(where, below=below, limit=limit)
    return {
        "origin": where.ledger.origin,
        "head": where.head(),
        "state": state(where) if auditor else None,
        "checkpoints": rows,
        "more": more,
        "instruments": where.ledger.rulebook().names(),
        "today": where.today().isoformat(),
    }


# ------------------------------------------------------------------------------------------ sample


def drawn(seed: str, size: int, count: int) -> list[int]:
    """Positions of a random sample, ascending: nobody can choose them but by the seed.

    Number n = 1, 2, … of the draw is SHA-256 of "asn-ledger/1 sample", the seed in UTF-8 and n in
    decimal, each ended by a zero byte; its first eight bytes are a big-endian number v. Those from
    the greatest multiple of `size` below 2^64 on are passed over, so that no position is likelier;
    v modulo `size`, plus 1, is a position; one that was drawn already is passed over.
    """
    found = set[int]()
    for value in _numbers(seed):
        if value < (1 << _BITS) // size * size:
            found.add(value % size + 1)
        if len(found) == min(count, size):
            break
    return sorted(found)


def _numbers(seed: str) -> Iterator[int]:
    begin = hashlib.sha256(_DRAW + b"\0" + seed.encode() + b"\0")
    number = 0
    while True:
        number += 1
        one = begin.copy()
        one.update(str(number).encode() + b"\0")
        yield int.from_bytes(one.digest()[: _BITS // 8], "big")


def sample(desk: Desk, *, seed: str, count: int, size: int | None) -> Json:
    """A random sample of the events under a checkpoint, open fields only, each with its proof.

    Raises:
        CheckpointUnknown; EventChanged: a drawn event is not the one that was recorded.
    """
    taken = proofs.under(desk, size)
    positions = drawn(seed, taken.size, count)
    return {
        "origin": desk.ledger.origin,
        "seed": seed,
        "size": taken.size,
        "positions": positions,
        "rows": [_row(desk, position, taken) for position in positions],
    }


def people_of(shown: Json) -> list[UUID]:
    """Of whom a sample shows something."""
    rows = (row["event"] for row in shown["rows"])
    return [UUID(one["stream"]) for one in rows if one["topic"].startswith(f"{EMPLOYEE}.")]


def _row(desk: Desk, position: int, taken: StoredCheckpoint) -> Json:
    (recorded,) = desk.ledger.store.read(position, position)
    proof = proving.prove_inclusion(desk.ledger.store, position, taken)
    return {
        "position": position,
        "event": event_row(recorded),
        "proof": orjson.loads(proof_forms.proof_json(proof)),
    }


# ----------------------------------------------------------------------------------------- compare


def compared(desk: Desk, old: int, new: int | None) -> Json:
    """Two checkpoints of this log: that the later goes on from the earlier, and what lies between.

    Raises:
        CheckpointUnknown; Misuse: the later is the smaller.
    """
    before, after = proofs.under(desk, old), proofs.under(desk, new)
    if before.size > after.size:
        raise Misuse(
            f"The checkpoint of {after.size} events is older than that of {before.size}.",
            next_step="Name the older one first.",
        )
    proof = proving.prove_consistency(desk.ledger.store, before.size, after)
    one, other = before.checkpoint, after.checkpoint
    try:
        check_consistency(one.size, one.root, other.size, other.root, proof.path)
        consistent = True
    except ProofRefused:
        consistent = False
    kinds, people = _between(desk, before.size, after.size)
    return {
        "old": proofs.shown(desk, before),
        "new": proofs.shown(desk, after),
        "consistent": consistent,
        "path": [base64.b64encode(step).decode() for step in proof.path],
        "events": after.size - before.size,
        "people": people,
        "kinds": kinds,
    }


def _between(desk: Desk, first: int, last: int) -> tuple[dict[str, int], int]:
    """How many events of each topic lie between two positions, and of how many people."""
    within = events.c.position > first, events.c.position <= last
    by_topic = select(events.c.topic, func.count()).where(*within).group_by(events.c.topic)
    people = select(func.count(events.c.stream.distinct())).where(
        *within, events.c.topic.like(f"{EMPLOYEE}.%")
    )
    with desk.ledger.store.reading() as connection:
        kinds = Counter(dict(map(tuple, connection.execute(by_topic))))
        return dict(kinds.most_common()), connection.execute(people).scalar_one()
