"""Enacting and repealing instruments: what is proposed, how it is checked, what it records.

A text comes into force by two people: one proposes it, another confirms. It is checked whole before
it is proposed and again at the moment it is confirmed, on the rule book as it is then; what is
confirmed is one event, so nothing is enacted in part.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import is_normalized

from ledger.application import Ledger
from ledger.canonical import MAX_ENTRY, canonical_json
from ledger.commands.decision_desk import reading
from ledger.commands.second_person import Carried, propose, reason_of
from ledger.domain.decision import standing
from ledger.domain.proposals import Proposal, digest_of
from ledger.domain.rulebook import Enactment, InstrumentUnknown, Rulebook
from ledger.errors import BadValue, LedgerError, Misuse, invariant
from ledger.events.base import encode
from ledger.events.book import InstrumentEnacted, InstrumentRepealed
from ledger.events.proposal import Proposed
from ledger.fields import read_open_text
from ledger.values import holds_identity_number
from projections.asking import enacted, inquiry
from projections.asking.rule_change import RuleChange, rule_change
from projections.language import instrument, shipped
from projections.language.document import MAX_BYTES, Place
from projections.plans.plan import Plan
from projections.question import Question
from projections.table.segments import Report

ENACT = "enact"
REPEAL = "repeal"
YAML = ".yaml"
# What context and reason of an event may take beside the text.
_ROOM = 4_096


class AlreadyEnacted(LedgerError):
    """The same text is enacted and not repealed."""

    code = "already_enacted"


class TextUnknown(LedgerError):
    """Neither a file nor a text that comes with the program has this name."""

    code = "text_unknown"


@dataclass(frozen=True, slots=True)
class Text:
    """An instrument's text that was read and checked. `file` is its name for messages."""

    file: str
    raw: bytes
    plan: Plan

    @property
    def sha256(self) -> str:
        """Its digest, hex."""
        return hashlib.sha256(self.raw).hexdigest()

    def enactment(self, position: int) -> Enactment:
        """As if it were enacted at a position."""
        plan = self.plan
        return Enactment(
            position,
            plan.instrument,
            plan.decree,
            plan.in_force_from,
            self.sha256,
            self.raw.decode(),
        )


def read_text(path: Path) -> bytes:
    """The bytes of a file that may be an instrument; a bigger one is not read.

    Raises:
        DocumentRefused: it is bigger than any instrument. OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
        size = os.fstat(stream.fileno()).st_size
    if len(raw) > MAX_BYTES:
        raise Place(path.name, 1, "").refusal(
            f"the file has {max(size, len(raw))} bytes; at most {MAX_BYTES} are read.",
            "An instrument is a few pages; leave everything else out.",
        )
    return raw


def named_text(name: str) -> tuple[str, bytes]:
    """A file, else a text that comes with the program, by its name with or without ".yaml".

    Raises:
        TextUnknown, DocumentRefused.
    """
    path = Path(name)
    if path.is_file():
        return path.name, read_text(path)
    return shipped_text(name)


def shipped_text(name: str) -> tuple[str, bytes]:
    """A text that comes with the program, by its name with or without ".yaml"; no file is opened
    that a name could lead to.

    Raises:
        TextUnknown.
    """
    for known in (*shipped.names(), *shipped.drafts()):
        if name.removesuffix(YAML) in (known.removesuffix(YAML), Path(known).stem):
            return Path(known).name, shipped.text(known)
    raise TextUnknown(
        "There is no such file, and no text of this name comes with the program.",
        next_step="`asn-ledger instrument list` names the drafts: "
        + ", ".join(Path(one).stem for one in shipped.drafts())
        + ".",
    )


def checked(raw: bytes, *, file: str) -> Text:
    """A text that could be enacted, apart from the rule book it would join.

    Raises:
        DocumentRefused: naming file, line and remedy.
    """
    plan = instrument.load(raw, file=file)
    start = Place(file, 1, "")
    if not is_normalized("NFC", raw.decode()):
        raise start.refusal(
            "the text is not in the normal form of Unicode (NFC), in which texts are recorded.",
            "Save it as UTF-8 in NFC; letters with accents are then single characters.",
        )
    if holds_identity_number(raw.decode()):
        raise start.refusal(
            "the text holds 16 to 18 digits in a row, as a NIP or NIK has.",
            "A text names no person; write a long number in groups.",
        )
    for key, said in (("instrument", plan.instrument), ("decree", plan.decree)):
        try:
            read_open_text(said)
        except BadValue as fault:
            raise Place(file, 1, key).refusal(fault.message, fault.next_step) from None
    found = Text(file, raw, plan)
    _check_size(found, start)
    return found


def _check_size(found: Text, start: Place) -> None:
    """The event that proposes a text is a little larger than the one that enacts it."""
    command = enact_command(found)
    digest = digest_of(ENACT, command)
    payload = encode(Proposed(kind=ENACT, command=command, digest=digest)).opened
    size = _ROOM + len(canonical_json(canonical_json(payload).decode()))
    if size > MAX_ENTRY:
        raise start.refusal(
            f"recorded, the text takes {size} bytes; an entry of the log holds {MAX_ENTRY}.",
            "Shorten it: quotes, line breaks and letters beyond ASCII take more room.",
        )


def check_joins(book: Rulebook, text: Text, position: int) -> Rulebook:
    """The rule book with a text more, checked.

    Raises:
        AlreadyEnacted, InstrumentNotInForce, InstrumentsInCircle, MeasureUnknown.
    """
    same = book.of_text(text.sha256)
    if same is not None:
        raise AlreadyEnacted(
            f"{text.file}: this text of {same.instrument} is enacted since position"
            f" {same.position}, in force from {same.in_force_from.isoformat()}.",
            next_step="Change the text, or repeal the enactment first.",
        )
    after = book.supposing(text.enactment(position))
    enacted.check_book(after, text.plan.in_force_from)
    enacted.check_read(after, text.plan)
    return after


def check_leaves(book: Rulebook, found: Enactment) -> Rulebook:
    """The rule book without a text, checked.

    Raises:
        MeasureUnknown, InstrumentsInCircle: what would then be in force does not fit together.
    """
    after = book.without(found.position)
    enacted.check_book(after, found.in_force_from)
    return after


def enact_command(text: Text) -> dict[str, Any]:
    """What a proposal to enact says."""
    return {
        "instrument": text.plan.instrument,
        "decree": text.plan.decree,
        "in_force_from": text.plan.in_force_from.isoformat(),
        "sha256": text.sha256,
        "text": text.raw.decode(),
    }


def repeal_command(found: Enactment) -> dict[str, Any]:
    """What a proposal to repeal says."""
    return {
        "instrument": found.instrument,
        "decree": found.decree,
        "in_force_from": found.in_force_from.isoformat(),
        "enacted": found.position,
    }


def propose_enactment(
    ledger: Ledger,
    text: Text,
    *,
    actor: str,
    document: Mapping[str, Any],
    reason: str | None = None,
) -> tuple[Proposal, bool]:
    """Propose that a text comes into force; gives the proposal and whether it is new.

    Raises:
        AlreadyEnacted, InstrumentNotInForce, InstrumentsInCircle, MeasureUnknown.
    """
    check_joins(ledger.rulebook(), text, ledger.store.head().position + 1)
    command = enact_command(text)
    return propose(
        ledger,
        ENACT,
        command,
        actor=actor,
        document=document,
        reason=reason,
        verbatim=("text",),
    )


def propose_repeal(
    ledger: Ledger,
    found: Enactment,
    *,
    actor: str,
    document: Mapping[str, Any],
    reason: str | None = None,
) -> tuple[Proposal, bool]:
    """Propose that an enactment no longer holds; gives the proposal and whether it is new.

    Raises:
        MeasureUnknown, InstrumentsInCircle: what would then be in force does not fit together.
    """
    check_leaves(ledger.rulebook(), found)
    command = repeal_command(found)
    return propose(ledger, REPEAL, command, actor=actor, document=document, reason=reason)


def enactment_named(book: Rulebook, name: str, decree: str | None) -> Enactment:
    """The latest enactment of an instrument under a decree.

    Raises:
        InstrumentUnknown. Misuse: several texts stand and no decree is named.
    """
    named = [one for one in book.enactments if one.instrument == name]
    if decree is None and len({one.decree for one in named}) > 1:
        raise Misuse(
            f"Several texts of {name} are enacted.",
            next_step="Say which with --rules: "
            + "; ".join(sorted({one.decree for one in named}))
            + ".",
        )
    if named and decree is None:
        decree = named[-1].decree
    return book.in_force(name, date.max, decree=decree)


def books(ledger: Ledger, proposal: Proposal) -> tuple[Rulebook, Rulebook, date]:
    """The rule book before and after a proposal, checked, and the first day that can differ.

    Raises:
        What proposing it raises: meanwhile it may no longer fit.
    """
    head = ledger.store.head().position
    before = ledger.rulebook()
    since = date.fromisoformat(proposal.command["in_force_from"])
    if proposal.kind == ENACT:
        return before, check_joins(before, _text_of(proposal), head + 1), since
    return before, check_leaves(before, _standing(before, proposal)), since


def effect(
    ledger: Ledger, changed: tuple[Rulebook, Rulebook, date], *, today: date, report: Report
) -> RuleChange:
    """What a change of the rule book would do to answers, as known now; nothing is stored.

    Args:
        changed: the book before and after, and the first day that can differ, from `books`.
        report: is told what of the facts table was damaged and built again.
    """
    before, after, since = changed
    head = ledger.store.head()
    invariant(head.recorded_at is not None, "a founded ledger has no event")
    if head.recorded_at is None:
        raise TypeError
    official = standing(ledger.book_events(head.position), reading(ledger), head.position)
    return rule_change(
        inquiry.facts_table(ledger, report).frame(),
        before,
        after,
        since=since,
        today=today,
        asked=Question(since, head.position, head.recorded_at),
        decisions=official,
    )


def carried(ledger: Ledger, proposal: Proposal) -> Carried:
    """What confirming records, checked again on the rule book as it is now.

    Raises:
        What proposing it raises: meanwhile it may no longer fit.
    """
    books(ledger, proposal)
    if proposal.kind == REPEAL:
        reason = reason_of(ledger, proposal)
        repealed = InstrumentRepealed(enacted=proposal.command["enacted"], reason=reason)
        return Carried((encode(repealed),))
    text = _text_of(proposal)
    event = InstrumentEnacted(
        effective_on=text.plan.in_force_from,
        instrument=text.plan.instrument,
        decree=text.plan.decree,
        sha256=text.sha256,
        text=text.raw.decode(),
    )
    return Carried((encode(event),))


def _text_of(proposal: Proposal) -> Text:
    file = f"the text proposed as {proposal.id}"
    return checked(proposal.command["text"].encode(), file=file)


def _standing(book: Rulebook, proposal: Proposal) -> Enactment:
    position = proposal.command["enacted"]
    for one in book.enactments:
        if one.position == position:
            return one
    raise InstrumentUnknown(
        f"What proposal {proposal.id} would repeal is no longer enacted.",
        next_step=f"Withdraw it: asn-ledger confirm {proposal.id} --reject.",
    )
