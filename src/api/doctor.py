"""What is in order with a ledger and what is not: findings for whoever runs it, free of personal
data.
"""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from ledger.access.access_log import committed_head
from ledger.application import Ledger
from ledger.canonical import entry_bytes, instant_text, leaf_hash
from ledger.commands.erasure import ERASED
from ledger.domain.unit_directory import UnitDirectory
from ledger.errors import LedgerError
from ledger.keys.key_folder import loose_files
from ledger.proofs.proof_checks import HEADS_TOPIC
from ledger.records import RecordedEvent

OK, NOTICE, WRONG = "ok", "notice", "wrong"
_CLOCK_NOTE = "clock_jump"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `state` is ok, notice or wrong."""

    what: str
    state: str
    message: str
    next_step: str = ""

    def as_json(self) -> dict[str, str]:
        """For scripts."""
        return {
            "what": self.what,
            "state": self.state,
            "message": self.message,
            "next_step": self.next_step,
        }


def examine(ledger: Ledger, now: datetime) -> Iterator[Finding]:
    """Look at everything; gives findings as they come."""
    yield _machine(ledger)
    yield from _log(ledger)
    yield from _keys(ledger)
    yield from _people(ledger)
    yield _units(ledger.units())
    yield from _looks(ledger)
    yield _clock(ledger, now)


def _machine(ledger: Ledger) -> Finding:
    text = (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"ledger on {ledger.store.dialect}, rights: {ledger.store.rights}"
    )
    return Finding("machine", OK, text)


def _log(ledger: Ledger) -> Iterator[Finding]:
    """Every event: gap-free, in order, each leaf what its stored bytes give."""
    broken, jumps, expected, last = 0, 0, 1, None
    for recorded in ledger.store.read(1):
        in_order = recorded.id == expected and (last is None or recorded.recorded_at >= last)
        if not in_order or not _leaf_holds(recorded):
            broken += 1
        if recorded.context and orjson.loads(recorded.context).get(_CLOCK_NOTE):
            jumps += 1
        expected, last = recorded.id + 1, recorded.recorded_at
    if broken:
        yield Finding(
            "log",
            WRONG,
            f"{broken} of {expected - 1} events are not what was recorded.",
            "Run `asn-ledger verify`, which names each; keep this database as it is.",
        )
    else:
        yield Finding("log", OK, f"{expected - 1} events, gap-free, every leaf holds.")
    if jumps:
        yield Finding(
            "clock jumps", NOTICE, f"{jumps} commands came over a month after the one before."
        )


def _leaf_holds(recorded: RecordedEvent) -> bool:
    entry = entry_bytes(
        position=recorded.id,
        stream=recorded.originator_id,
        version=recorded.originator_version,
        topic=recorded.topic,
        effective_on=recorded.effective_on,
        recorded_at=recorded.recorded_at,
        salt=recorded.salt,
        context=recorded.context,
        payload=recorded.state,
        sealed_digest=recorded.sealed_digest,
    )
    return leaf_hash(entry) == recorded.leaf


def _keys(ledger: Ledger) -> Iterator[Finding]:
    loose = loose_files(ledger.keyring.folder)
    if loose:
        yield Finding(
            "key files",
            WRONG,
            f"{len(loose)} files or folders of keys may be used by other accounts.",
            f"chmod -R go-rwx {ledger.keyring.folder}",
        )
    else:
        yield Finding("key files", OK, f"{ledger.keyring.count()} streams have keys, only yours.")
    unfinished = [
        recorded
        for recorded in ledger.store.read(1, topics=(ERASED,))
        if ledger.keyring.erasure(recorded.originator_id) is None
    ]
    if unfinished:
        yield Finding(
            "erasures",
            WRONG,
            f"{len(unfinished)} erasures were recorded and not carried out.",
            "Run `asn-ledger keys rotate`, which finishes them.",
        )
    waiting = ledger.keyring.pending_erasures()
    if waiting:
        yield Finding(
            "erasures",
            NOTICE,
            f"{len(waiting)} erasures wait for the next rotation of keys.",
            "Run `asn-ledger keys rotate` and destroy old backups of the key folder.",
        )
    if ledger.keyring.rotation_unfinished():
        yield Finding(
            "rotation", WRONG, "A rotation was interrupted.", "Run `asn-ledger keys rotate` again."
        )


def _people(ledger: Ledger) -> Iterator[Finding]:
    if ledger.index.matches_log():
        yield Finding("NIP index", OK, f"agrees with the log; {ledger.names.count()} people.")
    else:
        yield Finding(
            "NIP index",
            WRONG,
            "The index says something else than the log.",
            "Run `asn-ledger rebuild`.",
        )
    contested = ledger.index.contested()
    if contested:
        yield Finding(
            "contested numbers",
            NOTICE,
            f"{len(contested)} numbers are stated for two people.",
            "One number is wrong, or both are one person: send a merged fact.",
        )


def _units(units: UnitDirectory) -> Finding:
    loops = sum(1 for facts in units.units.values() if not facts.known("unit"))
    return Finding(
        "units", OK, f"{len(units.units)} units" + (f", {loops} annulled" if loops else "")
    )


def _looks(ledger: Ledger) -> Iterator[Finding]:
    """The access log: it can be written, and has not fallen behind what was committed."""
    try:
        head = committed_head(ledger)
    except LedgerError as fault:
        yield Finding("access log", WRONG, fault.message, fault.next_step)
        return
    committed = _committed_looks(ledger)
    count = 0 if head is None else head.number
    if count < committed:
        yield Finding(
            "access log",
            WRONG,
            f"It has {count} looks, but a checkpoint committed to {committed}.",
            "Put it back from its backup; `asn-ledger verify` tells more.",
        )
    elif head is None:
        yield Finding("access log", OK, "nobody looked at a person's record yet")
    else:
        told = f"{count} looks, {count - committed} since the last checkpoint"
        yield Finding("access log", OK, told)


def _committed_looks(ledger: Ledger) -> int:
    """How many entries the last commitment counts."""
    for event in reversed(ledger.book_events()):
        if event.topic == HEADS_TOPIC:
            told = orjson.loads(event.state).get("access_log_head")
            return 0 if told is None else int(str(told).partition(":")[0])
    return 0


def _clock(ledger: Ledger, now: datetime) -> Finding:
    head = ledger.store.head()
    if head.recorded_at is not None and head.recorded_at > now:
        return Finding(
            "clock",
            WRONG,
            f"The last record is dated {instant_text(head.recorded_at)}, after this clock.",
            "Set the machine's clock; recording waits until it has caught up.",
        )
    return Finding("clock", OK, "the last record lies in the past, as it should")


def summary(findings: list[Finding]) -> dict[str, Any]:
    """All findings as one object."""
    return {
        "wrong": sum(1 for one in findings if one.state == WRONG),
        "findings": [one.as_json() for one in findings],
    }
