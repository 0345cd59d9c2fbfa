"""What a change of the rule book would do to answers that were given: day by day, and how many of
them somebody made official.

Both books are asked at one position, so that only the rules differ. The days that matter are the
first one on which the change counts, the end of every year from then on, the day of every
penetapan from then on, and today; of days that are to come only the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.canonical import instant_text
from ledger.domain.decision import IssuedDecision
from ledger.domain.rulebook import Rulebook
from ledger.values import period
from projections.asking import enacted
from projections.asking.enacted import InForce
from projections.differences import whatif
from projections.differences.causes_json import group_side
from projections.differences.compare_people import Counts
from projections.differences.people_states import GroupSide
from projections.question import EARLIEST, LATEST, Question
from projections.table.frame import Frame


@dataclass(frozen=True, slots=True)
class Resting:
    """A penetapan of that day, and how many of those it decides about would get another answer."""

    decision: IssuedDecision
    changed: int


@dataclass(frozen=True, slots=True)
class DayChange:
    """What the change does to the answers of one instrument as of one day."""

    instrument: str
    on: date
    effect: whatif.Effect
    resting: tuple[Resting, ...]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What a change of the rule book does, as known at a position; days without effect apart.

    `same` are the days on which no instrument would be asked under other rules.
    """

    position: int
    known_at: datetime
    changes: tuple[DayChange, ...]
    same: tuple[date, ...]


def days_that_matter(since: date, today: date, official: Sequence[date] = ()) -> list[date]:
    """The days on which answers are looked at, in order; `since` is the first that can change."""
    years = range(since.year, today.year + 1)
    cut_offs = [period(str(year))[1] for year in years]
    past = [one for one in (*cut_offs, *official, today) if since < one <= today]
    return sorted({since, *past})


def rule_change(
    frame: Frame,
    before: Rulebook,
    after: Rulebook,
    *,
    since: date,
    today: date,
    asked: Question,
    decisions: Sequence[IssuedDecision],
) -> RuleChange:
    """What it does to everybody's answers that the book becomes another.

    Args:
        frame: the facts table at the position asked about or beyond.
        since: the first legal day on which the two books can differ.
        asked: says the position; its day plays no part.
        decisions: every penetapan that stands, of any instrument.

    Raises:
        InstrumentsInCircle, MeasureUnknown: some day could not be asked about afterwards.
    """
    found: list[DayChange] = []
    same: list[date] = []
    names = sorted({*before.names(), *after.names()})
    since = min(max(since, EARLIEST), LATEST)  # no other day can be asked about
    for on in days_that_matter(since, today, [one.as_of for one in decisions]):
        of_day = list(_of_day(frame, (before, after), names, on, today, asked, decisions))
        found += of_day
        if not of_day:
            same.append(on)
    return RuleChange(asked.position, asked.known_at, tuple(found), tuple(same))


def _of_day(  # noqa: PLR0917 - private, called once
    frame: Frame,
    books: tuple[Rulebook, Rulebook],
    names: Sequence[str],
    on: date,
    today: date,
    asked: Question,
    decisions: Sequence[IssuedDecision],
) -> Iterator[DayChange]:
    """Every instrument that would be asked under other rules, those that read a changed one too."""
    question = Question(on, asked.position, asked.known_at, forecast=on > today)
    for name in names:
        rules = [enacted.standing(book, name, on) for book in books]
        if _alike(*rules):
            continue
        first, last = (
            None if one is None else GroupSide(one.plan, question, _position(one, asked))
            for one in rules
        )
        effect = whatif.effect(frame, first, last)
        yield DayChange(name, on, effect, tuple(_resting(name, on, effect, decisions)))


def _position(rules: InForce, asked: Question) -> int | None:
    """Of the enactment; None of a text that is not enacted yet."""
    position = rules.enactment.position
    return position if position <= asked.position else None


def _alike(before: InForce | None, after: InForce | None) -> bool:
    if before is None or after is None:
        return before is after
    return before.plan == after.plan


def _resting(
    name: str, on: date, effect: whatif.Effect, decisions: Sequence[IssuedDecision]
) -> Iterator[Resting]:
    changed = frozenset(effect.changed)
    for one in decisions:
        if (one.instrument, one.as_of) == (name, on):
            yield Resting(one, len(one.subjects & changed))


def as_json(found: RuleChange) -> dict[str, Any]:
    """The object of the public contract, keys in its order."""
    return {
        "position": found.position,
        "known_at": instant_text(found.known_at),
        "days": [_day_json(one) for one in found.changes],
        "days_without_change": [one.isoformat() for one in found.same],
    }


def _day_json(one: DayChange) -> dict[str, Any]:
    effect = one.effect
    return {
        "as_of": one.on.isoformat(),
        "instrument": one.instrument,
        "from": _side(effect.before, effect.counts[0]),
        "to": _side(effect.after, effect.counts[1]),
        "moved": effect.raised + effect.lowered,
        **whatif.counts_json(effect),
        "penetapan": [
            {
                "id": resting.decision.id,
                "number": resting.decision.number,
                "decided_on": resting.decision.decided_on.isoformat(),
                "people": len(resting.decision.subjects),
                "changed": resting.changed,
            }
            for resting in one.resting
        ],
    }


def _side(side: GroupSide | None, counts: Counts) -> dict[str, Any] | None:
    if side is None:
        return None
    told = group_side(side, counts)
    kept = ("decree", "enacted", "hypothetical", "people", "measured", "mean")
    return {key: told[key] for key in kept}
