"""A score certificate: one answer with everything needed to compute and prove it again.

One canonical JSON object: the answer with its trace, every event of the streams it rests on (the
person's, the ledger's own with the enacted texts and references, the units', and of what made
answers official the part in which he stands), the hashes that lead
from them to a signed checkpoint, and a digest of the whole. `check` needs nothing else: no ledger,
no keys, no network. It computes the score by `trace` from the events and compares.

Personal fields stay out: the person is an opaque id, and whoever shows a certificate says whose it
is. What is in it of others: units, and what the ledger's own stream says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from ledger import values
from ledger.canonical import MAX_ENTRY, canonical_json, instant_text
from ledger.copies.archive_lines import event_line, refused
from ledger.copies.archive_walk import Walk
from ledger.copies.bundle import HEADS, LOG, PLACE, Seal, events_of, tree_lines
from ledger.copies.bundle_check import Collected, Proven, prove, tree_of
from ledger.domain.decision import Read
from ledger.domain.facts import history
from ledger.domain.rulebook import Rulebook, rulebook
from ledger.domain.unit_directory import directory
from ledger.errors import LedgerError
from ledger.proofs.log_keys import log_keys
from ledger.proofs.note import VerifierKey
from ledger.records import RecordedEvent
from ledger.storage.store import EventStore
from projections.answer import Answer
from projections.asking import enacted
from projections.official import official
from projections.question import Question
from projections.subject import surroundings_on
from projections.tracing.trace import trace

FORMAT = "asn-ledger-certificate/1"
BYTES_MAX = 256 * 1024 * 1024
_KEYS = {"format", "answer", "checkpoint", "size", "events", "tree", "digest"}
_UNIT = "org_unit.unit/1"


class ScoreDiffers(LedgerError):
    """The events of a certificate give another answer than the one it states."""

    code = "score_differs"


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate that holds: its answer, and what the events in it were proven to be."""

    answer: Mapping[str, Any]
    proven: Proven
    position_proven: bool


# ------------------------------------------------------------------------------------------- making


def certificate(
    store: EventStore, answer: Mapping[str, Any], seal: Seal, streams: Sequence[UUID]
) -> bytes:
    """The bytes of a certificate.

    Args:
        store: the ledger.
        answer: with facts and without `person`; its position not beyond the checkpoint.
        seal: the checkpoint.
        streams: which it rests on, the ledger's own among them.

    Raises:
        ArchiveRefused, StreamNotWhole: the ledger was changed by hand; a stream is younger than the
            checkpoint.
    """
    events = events_of(store, streams, seal.size)
    present = {event.originator_id for event in events}
    tree: dict[str, list[Any]] = {LOG: [], PLACE: [], HEADS: []}
    for line in tree_lines(seal, [event.id - 1 for event in events], present):
        kind, value = orjson.loads(line)
        tree[kind].append(value)
    whole = {
        "format": FORMAT,
        "answer": dict(answer),
        "checkpoint": seal.note.decode(),
        "size": seal.size,
        "events": [event_line(event).decode() for event in events],
        "tree": tree,
    }
    whole["digest"] = _digest(whole)
    return canonical_json(whole) + b"\n"


def _digest(whole: Mapping[str, Any]) -> str:
    kept = {name: part for name, part in whole.items() if name != "digest"}
    return "sha256:" + hashlib.sha256(canonical_json(kept)).hexdigest()


# ----------------------------------------------------------------------------------------- checking


def check(data: bytes, *, trusted: Sequence[VerifierKey] = ()) -> Certified:
    """Prove the events of a certificate, compute the score from them, and compare.

    Args:
        data: the file.
        trusted: as for `ledger.copies.bundle_check.prove`.

    Raises:
        ArchiveRefused, NoteRefused, ProofRefused: file, events or checkpoint are not right.
        ScoreDiffers: they are, and give another answer: it names what differs.
    """
    whole = _read(data)
    walk = Walk(_lines(whole["events"]), iter(()), whole=False)
    events, collected = [], Collected(whole=False)
    for event, _ in walk:
        collected.add(event)
        events.append(event)
    origin, root, signers, founded = prove(
        collected,
        size=whole["size"],
        own_root=bytes,
        note=whole["checkpoint"].encode(),
        tree=tree_of(_tree_lines(whole["tree"])),
        trusted=trusted,
    )
    proven = Proven(
        origin=origin,
        size=whole["size"],
        root=root,
        signers=signers,
        founded=founded,
        events=len(events),
        streams=len(walk.versions),
        whole=False,
        sealed=0,
        withheld=walk.withheld,
        log_keys=log_keys(collected.naming),
    )
    exact = _compared(whole["answer"], events, proven)
    return Certified(whole["answer"], proven, exact)


def _read(data: bytes) -> dict[str, Any]:
    if len(data) > BYTES_MAX:
        raise refused("The certificate", f"has {len(data)} bytes; at most {BYTES_MAX} are read.")
    try:
        whole = orjson.loads(data)
        again = canonical_json(whole) + b"\n"
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        raise refused("The certificate", "is no JSON that can be read.") from None
    if not isinstance(whole, dict) or again != data:
        raise refused("The certificate", "is not written as this program writes it.")
    if whole.get("format") != FORMAT:
        raise refused(
            "The certificate",
            f"is of the format {str(whole.get('format'))[:40]!r}; this release reads {FORMAT}.",
            next_step="Use the release that wrote it, or a newer one.",
        )
    match whole:
        case {
            "answer": dict(),
            "checkpoint": str(),
            "size": int(),
            "events": list(),
            "tree": dict(),
            "digest": str(),
        } if set(whole) == _KEYS:
            pass
        case _:
            raise refused("The certificate", "lacks a part, or holds one too many.")
    if whole["digest"] != _digest(whole):
        raise refused("The certificate", "was changed: its digest is not that of its content.")
    return whole


def _lines(events: Sequence[Any]) -> Iterator[tuple[str, bytes]]:
    for number, entry in enumerate(events, start=1):
        where = f"Event {number} of the certificate"
        if not isinstance(entry, str) or len(entry) > MAX_ENTRY:
            raise refused(where, "is no entry of an event.")
        yield where, entry.encode()


def _tree_lines(tree: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    if set(tree) != {LOG, PLACE, HEADS} or not all(isinstance(one, list) for one in tree.values()):
        raise refused("The tree of the certificate", "lacks a part, or holds one too many.")
    for kind in (LOG, PLACE, HEADS):
        for number, value in enumerate(tree[kind], start=1):
            yield f"tree {kind} {number}", canonical_json([kind, value])


def _compared(answer: dict[str, Any], events: Sequence[RecordedEvent], proven: Proven) -> bool:
    """Compute the answer again; gives whether the event at its position is here itself."""
    try:
        question, subject = _question(answer, proven.size)
        computed = computed_answer(
            events, question, subject, answer["instrument"], str(proven.founded["ledger_stream"])
        )
        shown = orjson.loads(orjson.dumps(computed.as_json(with_facts=True)))
    except LedgerError:
        raise
    except Exception as fault:  # what a forger wrote may break anything; nothing is believed then
        raise refused("The events of the certificate", "give no answer.") from fault
    different = _differences(shown, answer, "")
    if different:
        raise ScoreDiffers(
            _told(different),
            next_step="Trust the events, which are proven, and not the answer.",
            different=different,
        )
    return _check_instant(answer, events)


def _told(different: Sequence[str]) -> str:
    shown = ", ".join(different[:8])
    return f"The events in it are proven, but give another answer than it states, in: {shown}."


def _question(answer: Mapping[str, Any], size: int) -> tuple[Question, str]:
    stamp = answer["hypothetical"] or {}
    position, on = answer["position"], date.fromisoformat(answer["as_of"])
    if not isinstance(position, int) or not 1 <= position <= size:
        raise refused("The answer", "is of a position beyond the checkpoint.")
    if answer["period"] is not None and values.period(answer["period"])[1] != on:
        raise refused("The answer", "is of another day than the last of its period.")
    without = tuple(
        (stream, int(root))
        for stream, _, root in (one.partition("/") for one in stamp.get("without", ()))
    )
    question = Question(
        as_of=on,
        position=position,
        known_at=datetime.fromisoformat(answer["known_at"]),
        period=answer["period"],
        rules=stamp.get("rules"),
        without=without,
        forecast=bool(stamp.get("forecast", False)),
    )
    return question, answer["subject"]


def computed_answer(
    events: Sequence[RecordedEvent],
    question: Question,
    subject: str,
    name: str,
    ledger_stream: str,
) -> Answer:
    """The answer that events give, all of them by position.

    Raises:
        ArchiveRefused: he was not on record; an instrument is not the text that its digest names.
        InstrumentUnknown, NoRulesInForce, and what loading an instrument raises.
    """
    streams: dict[UUID, list[RecordedEvent]] = {}
    for event in events:
        streams.setdefault(event.originator_id, []).append(event)
    own, position, on = UUID(hex=subject), question.position, question.as_of
    book = streams.get(UUID(hex=ledger_stream), [])
    units = directory({one: rows for one, rows in streams.items() if rows[0].topic == _UNIT})
    rules = rulebook(book, position)
    _check_texts(rules)
    text = enacted.in_force(rules, name, on, decree=question.rules)
    standing = official(book, _among(streams), name, on, position, subject=subject)
    question = replace(question, official=standing)
    surroundings = surroundings_on(
        history(book, position), {stream.hex: facts for stream, facts in units.units.items()}, on
    )
    known = [event for event in streams[own] if event.id <= position]
    if not known:
        raise refused("The person", "was not on record at the position of the answer.")
    return trace(
        text.plan,
        history(known, position),
        question,
        subject=subject,
        surroundings=surroundings,
        enacted=text.enactment.position,
    )


def _among(streams: Mapping[UUID, Sequence[RecordedEvent]]) -> Read:
    """Streams of decisions; `prove` has seen that none is left out."""
    return lambda wanted: {one: streams.get(one, ()) for one in wanted}


def _check_texts(book: Rulebook) -> None:
    for one in book.enactments:
        if hashlib.sha256(one.text.encode()).hexdigest() != one.sha256:
            raise refused(
                f"The text enacted at position {one.position}",
                "is not the one that its digest names.",
            )


def _differences(found: Any, said: Any, where: str) -> list[str]:
    """The paths at which two JSON values differ."""
    if isinstance(found, dict) and isinstance(said, dict):
        return [
            path
            for name in sorted({*found, *said})
            for path in _differences(
                found.get(name, ...), said.get(name, ...), f"{where}.{name}".lstrip(".")
            )
        ]
    if isinstance(found, list) and isinstance(said, list) and len(found) == len(said):
        return [
            path
            for place, (one, other) in enumerate(zip(found, said, strict=True))
            for path in _differences(one, other, f"{where}[{place}]")
        ]
    same = type(found) is type(said) and found == said
    return [] if same else [where or "the answer"]


def _check_instant(answer: Mapping[str, Any], events: Sequence[RecordedEvent]) -> bool:
    """`known_at` is when the event at the position was recorded: exactly where that event is here,
    else between its neighbours.
    """
    position, known_at = answer["position"], answer["known_at"]
    before = max((one for one in events if one.id <= position), key=lambda one: one.id)
    after = min((one for one in events if one.id >= position), key=lambda one: one.id)
    if not instant_text(before.recorded_at) <= known_at <= instant_text(after.recorded_at):
        raise ScoreDiffers(
            "known_at is not when the log stood at the position of the answer.",
            next_step="Ask for the certificate again.",
        )
    return before is after
