"""Events about the ledger itself: its founding, the heads it committed to, the texts it enacted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from ledger.verifying import entries
from ledger.verifying.findings import Findings
from ledger.verifying.range_report import ENACTED, FOUNDED, HEADS, BookEvent
from ledger.verifying.stored import QueryFailed, Stored


class Founding(NamedTuple):
    """Whose ledger it is, and the stream in which it keeps its own events."""

    origin: str
    stream: str


class Enactment(NamedTuple):
    """A text in the rule book."""

    position: int
    instrument: str
    decree: str
    sha256: str


def opened(event: BookEvent) -> Mapping[str, Any]:
    """The fields of an event; none where they cannot be read, which was told before."""
    try:
        told = orjson.loads(event.payload)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def founding_of(book: Iterable[BookEvent], findings: Findings) -> Founding | None:
    """The first event of the log, and the only one of its kind."""
    found = [event for event in book if event.topic == FOUNDED]
    for event in found[1:]:
        findings.add("founding_missing", "a second founding", position=event.position)
    if not found or found[0].position != 1:
        findings.add("founding_missing", "events", position=1)
    if not found:
        return None
    told = opened(found[0])
    origin, stream = told.get("origin"), told.get("ledger_stream")
    if not isinstance(origin, str) or not isinstance(stream, str) or not origin.isprintable():
        findings.add("shape_differs", "ledger.founded/1", position=found[0].position)
        return None
    if stream != found[0].stream:
        findings.add("founding_missing", "another stream than it names", position=1)
    return Founding(origin, stream)


def committed_cuts(source: Stored) -> list[int]:
    """The positions up to which somebody committed to the heads of all streams."""
    try:
        rows = source.ask("SELECT payload FROM events WHERE topic = ?", (HEADS,))
    except QueryFailed:
        return []
    cuts = {upto_of(BookEvent(0, "", HEADS, row[0])) for row in rows if isinstance(row[0], bytes)}
    return sorted(cut for cut in cuts if cut is not None)


def upto_of(event: BookEvent) -> int | None:
    """The position up to which a heads event speaks."""
    upto = opened(event).get("upto")
    return upto if type(upto) is int and upto >= 0 else None


def check_enacted(event: BookEvent, findings: Findings) -> Enactment | None:
    """The text is the one whose digest stands beside it."""
    told = opened(event)
    _check_text(event, told, findings)
    digest = told.get("sha256")
    if not isinstance(digest, str):
        return None
    return Enactment(event.position, str(told.get("instrument")), str(told.get("decree")), digest)


def check_proposed(event: BookEvent, findings: Findings) -> None:
    """A text that is proposed to be enacted is the one whose digest stands beside it."""
    told = opened(event)
    if told.get("kind") == entries.ENACTING:
        command = told.get("command")
        _check_text(event, command if isinstance(command, dict) else {}, findings)


def _check_text(event: BookEvent, told: Mapping[str, Any], findings: Findings) -> None:
    text = told.get(entries.VERBATIM)
    if not isinstance(text, str) or _digest(text) != told.get("sha256"):
        findings.add(
            "instrument_differs", event.topic, position=event.position, stream=event.stream
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def in_one_stream(book: Iterable[BookEvent], stream: str, findings: Findings) -> None:
    """Events about the ledger lie in the stream that its founding names."""
    for event in book:
        if event.topic in (ENACTED, HEADS) and event.stream != stream:
            findings.add(
                "shape_differs", f"{event.topic} in another stream", position=event.position
            )
