"""Instruments: what was enacted, what a text says, how its versions differ, and the text itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import PurePath
from typing import Any, NamedTuple, cast

from api import enacting
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.domain.rulebook import Entry, InstrumentUnknown, Rulebook, entries
from ledger.errors import invariant
from projections.asking import enacted
from projections.asking.understanding import formulas, parameters, understood, unsure
from projections.language import instrument, shipped
from projections.plans.plan import Plan

Json = dict[str, Any]
_ACTS = ("enacted", "recorded_at", "enacted_by", "document", "repealed")


class At(NamedTuple):
    """When a question about the rule book stands: legal day, position, and when that was."""

    on: date
    position: int
    known_at: datetime


def listed(ledger: Ledger, at: At) -> Json:
    """Everything enacted, in force or not, repealed texts too, and the drafts at hand."""
    book = ledger.rulebook(at.position)
    return {
        "as_of": at.on.isoformat(),
        "position": at.position,
        "known_at": instant_text(at.known_at),
        "instruments": [_row(one, book, at.on) for one in entries(ledger.book_events(at.position))],
        "drafts": [one.row(book) for one in _drafts()],
    }


def _row(entry: Entry, book: Rulebook, on: date) -> Json:
    """A text that was enacted, as an act."""
    text, act, gone = entry.enactment, entry.enacted, entry.repealed
    standing = enacted.text_on(book, text.instrument, on)
    return {
        "instrument": text.instrument,
        "title": enacted.plan_of(text).title,
        "decree": text.decree,
        "in_force_from": text.in_force_from.isoformat(),
        "in_force": standing is not None and standing.position == text.position,
        "enacted": text.position,
        "recorded_at": instant_text(act.recorded_at),
        "enacted_by": act.actor,
        "document": act.document,
        "sha256": text.sha256,
        "repealed": None
        if gone is None
        else {
            "position": gone.position,
            "recorded_at": instant_text(gone.recorded_at),
            "by": gone.actor,
            "document": gone.document,
        },
    }


class _Draft(NamedTuple):
    """A draft that comes with the program."""

    name: str
    raw: bytes
    plan: Plan
    sha256: str

    def row(self, book: Rulebook) -> Json:
        """As lists show it."""
        same, plan = book.of_text(self.sha256), self.plan
        return {
            "name": self.name,
            "instrument": plan.instrument,
            "title": plan.title,
            "decree": plan.decree,
            "in_force_from": plan.in_force_from.isoformat(),
            "enacted": None if same is None else same.position,
        }


@cache
def _drafts() -> tuple[_Draft, ...]:
    """The drafts that come with the program, read once."""
    found = []
    for name in shipped.drafts():
        raw = shipped.text(name)
        plan = instrument.load(raw, file=name)
        found.append(_Draft(PurePath(name).stem, raw, plan, hashlib.sha256(raw).hexdigest()))
    return tuple(found)


def enacted_text(ledger: Ledger, at: At, name: str, decree: str | None = None) -> Json | None:
    """The text in force, or that of a decree, a repealed one too; None for no instrument of ours.

    Raises:
        InstrumentUnknown, NoRulesInForce.
    """
    known = entries(ledger.book_events(at.position))
    book = ledger.rulebook(at.position)
    named = [one for one in known if one.enactment.instrument == name]
    if not named:
        return None
    gone = [one for one in named if one.repealed is not None and one.enactment.decree == decree]
    try:
        found = book.in_force(name, at.on, decree=decree)
    except InstrumentUnknown:
        if not gone:
            raise
        found = gone[-1].enactment
    entry = next(one for one in named if one.enactment.position == found.position)
    plan = enacted.plan_of(found)
    return {
        **understood(plan),
        **_row(entry, book, at.on),
        "unsure": unsure(plan),
        "text": found.text,
    }


def draft_text(name: str) -> Json:
    """A draft that comes with the program, or a file.

    Raises:
        TextUnknown, DocumentRefused.
    """
    file, raw = enacting.named_text(name)
    return _of_draft(instrument.load(raw, file=file), raw)


def _of_draft(plan: Plan, raw: bytes) -> Json:
    return {
        **understood(plan),
        "in_force": False,
        **dict.fromkeys(_ACTS),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "unsure": unsure(plan),
        "text": raw.decode(),
    }


def instrument_shown(ledger: Ledger, at: At, name: str, which: str | None = None) -> Json:
    """One instrument: the text that is meant, its rules in full, and all its versions side by side.

    Args:
        name: an instrument, or a draft that comes with the program.
        which: a decree; by default the text in force on the day, else the latest one.

    Returns:
        What the text says (`understood`), with `parameters`, `formulas`, `versions` (every text of
        that name, drafts at hand too) and `compared`: for each parameter that is not the same in
        all, its value in each version.

    Raises:
        InstrumentUnknown: nothing of that name is enacted or at hand.
    """
    book = ledger.rulebook(at.position)
    texts = list(_texts(ledger, at, name))
    if not texts:
        raise InstrumentUnknown(
            f"Nothing is enacted as {name[:100]} as known at that position, and no draft has that"
            " name.",
            next_step="The list of instruments names them all.",
        )
    shown = _meant(texts, which, name)
    plan = shown.plan
    whole = {**understood(plan), **shown.row}
    return {
        "as_of": at.on.isoformat(),
        "position": at.position,
        "known_at": instant_text(at.known_at),
        **whole,
        "which": shown.which,
        "unsure": unsure(plan),
        "parameters": parameters(plan),
        "formulas": formulas(plan),
        "versions": [{**one.row, "which": one.which} for one in texts],
        "compared": _compared([one.plan for one in texts]),
        "read_by": sorted(_readers(book, plan.instrument, at.on)),
    }


class _Text(NamedTuple):
    """One version. `which` is what its address says: a position, or a draft's name."""

    which: str
    plan: Plan
    row: Json
    raw: bytes


def _texts(ledger: Ledger, at: At, name: str) -> Iterator[_Text]:
    """All texts of an instrument, or of that of a draft: enacted in order, then drafts."""
    book = ledger.rulebook(at.position)
    at_hand = {one.name: one for one in _drafts()}
    meant = at_hand[name].plan.instrument if name in at_hand else name
    for entry in entries(ledger.book_events(at.position)):
        found = entry.enactment
        if found.instrument == meant:
            row = _row(entry, book, at.on)
            yield _Text(str(found.position), enacted.plan_of(found), row, found.text.encode())
    for one in at_hand.values():
        if one.plan.instrument == meant and book.of_text(one.sha256) is None:
            row = {**one.row(book), "in_force": False, **dict.fromkeys(_ACTS)}
            yield _Text(one.name, one.plan, row | {"sha256": one.sha256}, one.raw)


def _meant(texts: Sequence[_Text], which: str | None, name: str) -> _Text:
    if which is not None:
        found = [one for one in texts if which in (one.which, one.plan.decree)]
        if not found:
            raise InstrumentUnknown(
                f"No text of {name[:100]} is at {which[:100]}.",
                next_step="Known: " + "; ".join(one.which for one in texts) + ".",
            )
        return found[-1]
    drafted = [one for one in texts if one.which == name]
    standing = [one for one in texts if one.row["in_force"]]
    return (drafted or standing or texts)[-1]


def raw_text(ledger: Ledger, name: str, which: str) -> bytes:
    """The text itself of an enactment (its position) or of a draft (its name); it never changes.

    Raises:
        InstrumentUnknown.
    """
    head = ledger.store.head()
    invariant(head.recorded_at is not None, "a founded ledger has no event")
    at = At(date.max, head.position, cast("datetime", head.recorded_at))
    texts = [one for one in _texts(ledger, at, name) if one.which == which]
    if not texts:
        raise InstrumentUnknown(
            "There is no such text of this instrument.",
            next_step="`versions` of the instrument names them.",
        )
    return texts[0].raw


def _compared(plans: Sequence[Plan]) -> list[Json]:
    """Where versions differ: a parameter a row, in the order in which it is first met."""
    found: dict[str, list[Json | None]] = {}
    for place, plan in enumerate(plans):
        for one in parameters(plan):
            row = found.setdefault(one["at"], [None] * len(plans))
            row[place] = {key: one[key] for key in ("value", "mark", "cite")}
    return [
        {"at": where, "values": row}
        for where, row in found.items()
        if any(_said(one) != _said(row[0]) for one in row)
    ]


def _said(one: Json | None) -> Any:
    return None if one is None else (one["value"], one["mark"])


def _readers(book: Rulebook, name: str, on: date) -> Iterator[str]:
    """The instruments in force that day that read the scores of another."""
    for other in book.names():
        standing = enacted.text_on(book, other, on)
        if standing is not None and name in enacted.read_by(enacted.plan_of(standing)):
            yield other
