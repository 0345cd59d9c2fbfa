"""Trying a changed rule: what it would do to one person or to many; stamped, stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api import enacting
from api.enacting import Text
from api.naming import unit_json
from ledger.application import Ledger
from ledger.domain.rulebook import InstrumentUnknown, NoRulesInForce, entries
from ledger.errors import Misuse, PersonUnknown
from projections.asking import asking_why, inquiry
from projections.asking.inquiry import Ask, Asked
from projections.differences import whatif
from projections.language import editing, instrument
from projections.table.frame import Frame

Json = dict[str, Any]
MOST_CHANGES = 40


@dataclass(frozen=True, slots=True)
class Tried:
    """A text that is tried, and the question under the text in force and under this one.

    Attributes:
        before: None where no text of that name is in force on the day.
    """

    text: Text
    changes: tuple[str, ...]
    before: Asked | None
    after: Asked

    def draft(self) -> Json:
        """Which text was tried."""
        return {
            "file": self.text.file,
            "sha256": self.text.sha256,
            "decree": self.text.plan.decree,
            "changes": list(self.changes),
        }


def enacted_changed(
    ledger: Ledger, ask: Ask, changes: Sequence[str], *, today: date, now: datetime
) -> Text:
    """The text that answers a question, with changes, each `PATH=VALUE`.

    Raises:
        Misuse: no change, or too many; what `with_changes` raises.
    """
    if not changes:
        raise Misuse(
            f"{ask.instrument} is enacted as it is, so there is nothing to try.",
            next_step="Name a file, a draft, or give --set PATH=VALUE.",
        )
    asked = inquiry.resolve(ledger, ask, today=today, now=now)
    book = ledger.rulebook(asked.question.position)
    raw = next(one.text for one in book.enactments if one.position == asked.enacted).encode()
    return with_changes(f"{ask.instrument} as enacted", raw, changes)


def with_changes(file: str, raw: bytes, changes: Sequence[str]) -> Text:
    """A text with parameters put in the place of others, checked as every text is.

    Raises:
        Misuse: a change is no PATH=VALUE. ParameterUnknown, ValueRefused, DocumentRefused.
    """
    if len(changes) > MOST_CHANGES:
        raise Misuse(
            f"At most {MOST_CHANGES} changes are tried at once.",
            next_step="Write them into a text, and try that.",
        )
    pairs = []
    for one in changes:
        path, equals, value = one.partition("=")
        if not equals or not path.strip():
            raise Misuse("--set needs a path and a value.", next_step="Write PATH=VALUE.")
        pairs.append((path.strip(), value.strip()))
    raw = editing.changed(raw, pairs, file=file)
    return Text(file, raw, instrument.load(raw, file=file))


def is_enacted(ledger: Ledger, name: str) -> bool:
    """Whether an instrument of this name was ever enacted."""
    return name in {one.enactment.instrument for one in entries(ledger.book_events())}


def named(ledger: Ledger, ask: Ask, changes: Sequence[str], *, today: date, now: datetime) -> Text:
    """What is tried: the text in force of an instrument with changes, or a draft at hand.

    Raises:
        TextUnknown: neither; what the others raise.
    """
    if is_enacted(ledger, ask.instrument):
        return enacted_changed(ledger, ask, changes, today=today, now=now)
    return with_changes(*enacting.shipped_text(ask.instrument), changes)


def tried(
    ledger: Ledger, ask: Ask, text: Text, changes: Sequence[str], *, today: date, now: datetime
) -> Tried:
    """Both sides of the question: under the text in force, and under the one that is tried.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused; InstrumentsInCircle, MeasureUnknown.
    """
    ask = replace(ask, instrument=text.plan.instrument)
    plan = text.plan
    after = inquiry.resolve_draft(ledger, ask, plan, changes=changes, today=today, now=now)
    before: Asked | None
    try:
        before = inquiry.resolve(ledger, ask, today=today, now=now)
    except (InstrumentUnknown, NoRulesInForce):
        if ask.rules is not None:
            raise
        before = None
    return Tried(text, tuple(changes), before, after)


def on_person(ledger: Ledger, what: Tried, person: UUID, *, named: bool) -> Json:
    """What it would do to one person: both answers by measure.

    Raises:
        PersonUnknown: not on record at that position. Misuse: the instrument measures units.
    """
    if inquiry.measures_units(what.after):
        raise Misuse(
            f"{what.after.plan.instrument} measures units and not people.",
            next_step="Try it on everybody, or on a unit.",
        )
    if not inquiry.is_known(ledger, what.after, person):
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    found = asking_why.supposed_person(ledger, what.before, what.after, person)
    if named:
        found["person"] = ledger.person(person)
    return found | {"draft": what.draft()}


def on_people(
    ledger: Ledger,
    frame: Frame,
    what: Tried,
    unit: UUID | None,
    *,
    named: bool,
    among: frozenset[str] | None = None,
) -> Json:
    """What it would do to everybody, or to a unit with all below it: counts, bands, who moves.

    Args:
        among: the ids of those who may be named among the moved; None stands for all.
    """
    found = whatif.as_json(asking_why.supposed_people(frame, what.before, what.after, unit=unit))
    if among is not None:
        found["moved"] = [one for one in found["moved"] if one["subject"] in among]
    if named:
        people = ledger.people([UUID(one["subject"]) for one in found["moved"]])
        for one in found["moved"]:
            one["person"] = people[UUID(one["subject"])]
    about = None
    if unit is not None:
        told = unit_json(what.after.units, unit, what.after.question.as_of)
        about = {"id": unit.hex, "code": told.get("code"), "name": told.get("name") or unit.hex}
    return found | {"unit": about, "draft": what.draft()}
