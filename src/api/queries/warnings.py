"""Early warnings: about one, a unit or everybody, with the rule and who has seen them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.queries.sight import EVERYTHING, Sight, name
from ledger.commands.acknowledgement import Warned, acknowledge
from ledger.errors import LedgerError
from projections.asking.inquiry import Ask
from projections.watch import warning_rules, watching
from projections.watch.early_warnings import EarlyWarning
from projections.watch.watching import Watch

Json = dict[str, Any]


MOST = 1_000


class TooManyAsked(LedgerError):
    """More people than one answer can be worked out about in time."""

    code = "too_many_asked"


class WarningUnknown(LedgerError):
    """No such warning stands."""

    code = "warning_unknown"


def watch(
    desk: Desk,
    on: date | None = None,
    known_at: datetime | None = None,
    position: int | None = None,
) -> Watch:
    """The question for warnings, placed in the log.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused, NoRulesInForce.
    """
    ask = Ask("", on, known_at=known_at, position=position)
    rules = warning_rules.shipped()
    return watching.watch(desk.ledger, rules, ask, today=desk.today(), now=desk.now())


def every(desk: Desk, asked: Watch) -> Iterable[EarlyWarning]:
    """Those about the ledger, all units, and everybody."""
    own, units = of_ledger(desk, asked), watching.units(desk.ledger, asked)
    return (*own, *units, *watching.everybody(desk.ledger, asked))


def within(desk: Desk, asked: Watch, sight: Sight) -> Iterable[EarlyWarning]:
    """Those that may be about whom a reader reaches: everything, his units, or some people; who is
    told of them is decided by `shown`.

    Raises:
        TooManyAsked: each person is traced; of so many it would not end in time.
    """
    people = desk.serving() if sight.people is None else sight.people
    if len(people) > MOST:
        raise TooManyAsked(
            f"The warnings of {len(people)} people are too many for one answer; {MOST} are not.",
            next_step="Ask about a unit: /units/CODE/warnings.",
        )
    if sight.everything:
        return every(desk, asked)
    found: list[EarlyWarning] = []
    below = frozenset(sight.units or ())
    if below:
        found.extend(watching.units(desk.ledger, asked, below))
    for one in sorted(sight.people or ()):
        found.extend(watching.person(desk.ledger, asked, UUID(one)))
    return found


def of_unit(desk: Desk, asked: Watch, unit: UUID) -> Iterable[EarlyWarning]:
    """Those about a unit with all below it, and their members."""
    found = desk.units(asked.position).subtree(unit, asked.on) | {unit}
    below = frozenset(one.hex for one in found)
    units = watching.units(desk.ledger, asked, below)
    return (*units, *watching.everybody(desk.ledger, asked, below))


def about(desk: Desk, asked: Watch, stream: UUID | None) -> Iterable[EarlyWarning]:
    """Those about just this person or unit; about the ledger itself where it is None."""
    if stream is None:
        return of_ledger(desk, asked)
    if stream in desk.units(asked.position).units:
        return watching.units(desk.ledger, asked, frozenset({stream.hex}))
    return watching.person(desk.ledger, asked, stream)


def of_ledger(desk: Desk, asked: Watch) -> Iterable[EarlyWarning]:
    """Those about the ledger itself."""
    last = desk.head() == asked.position
    return watching.log(desk.ledger, asked, now=desk.now() if last else asked.known_at)


def shown(
    desk: Desk,
    asked: Watch,
    found: Iterable[EarlyWarning],
    *,
    sight: Sight = EVERYTHING,
    named: Sight = EVERYTHING,
) -> list[Json]:
    """Warnings as the public contract has them, of those who are reached; those about the ledger
    are for whoever reaches all of it.
    """
    units = desk.units(asked.position)
    known = {unit.hex for unit in units.units}
    rows = [
        one
        for one in watching.shown(desk.ledger, asked, found)
        if _reached(one["subject"], sight, known)
    ]
    name(desk, rows, named)
    for one in rows:
        told = None if one["subject"] is None else units.described(UUID(one["subject"]), asked.on)
        one["unit"] = None if told is None else told["code"]
    return rows


def _reached(subject: str | None, sight: Sight, units: set[str]) -> bool:
    if subject is None:
        return sight.everything
    return sight.sees_unit(subject) if subject in units else sight.sees(subject)


def seen(
    desk: Desk,
    found: Iterable[EarlyWarning],
    rule: str,
    *,
    actor: str,
    note: str | None = None,
    key: str | None = None,
) -> list[Json]:
    """Record that somebody saw the warnings of a rule among those found, or the one of a key; each
    is an event of its own.

    Raises:
        WarningUnknown: none of that rule and key stands.
    """
    standing = [one for one in found if one.rule.name == rule and (key is None or one.key == key)]
    if not standing:
        raise WarningUnknown(
            "No warning of this rule stands about this subject on that day.",
            next_step="The list of warnings shows those that do.",
        )
    return [
        {
            "rule": rule,
            "subject": one.subject,
            "key": one.key,
            "new": acknowledge(
                desk.ledger, Warned(one.subject, rule, one.key), actor=actor, note=note
            ),
        }
        for one in standing
    ]
