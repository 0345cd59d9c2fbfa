"""Units: their people on a day, how their scores spread, and their own score.

Figures about few people are hidden from whoever may not read the records of those people, with as
many figures beside them as it takes (`small_cells`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.naming import unit_json
from api.queries.small_cells import OWN, WHOLE, uncounted
from api.queries.unit_figures import Hidden, Standing, hidden_from, standing_of
from api.queries.within import units_within
from ledger.canonical import decimal_text, instant_text
from ledger.domain.rulebook import NoRulesInForce
from ledger.errors import Misuse
from ledger.events.base import ORG_UNIT
from projections.answer import Answer, Status, has_left
from projections.asking import spread
from projections.asking.enacted import in_force
from projections.asking.inquiry import Ask, Asked, measures_units
from projections.asking.spread import Spread
from projections.plans.plan import Plan

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a unit's people: those whose total lies in [low, high), with the maximum in the last
    part; of a band; without an answer for a reason. None does not limit.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    band: str | None = None
    why: str | None = None

    def fits(self, answer: Answer) -> bool:
        """Whether an answer is one of them."""
        if self.band is not None and answer.band != self.band:
            return False
        if self.why is not None and self.why not in {code for code, _ in spread.lacks(answer)}:
            return False
        if self.low is None and self.high is None:
            return True
        if answer.total is None or (self.low is not None and answer.total < self.low):
            return False
        last = self.high is not None and self.high >= answer.plan.maximum.value
        return self.high is None or last or answer.total < self.high


def refuse_units(asked: Asked) -> None:
    """Refuse an instrument that measures units where people are asked about.

    Raises:
        Misuse.
    """
    if measures_units(asked):
        raise Misuse(
            f"{asked.plan.instrument} measures units and not people.",
            next_step="Name an instrument of people, as ip-asn.",
        )


def listed(desk: Desk, reader: Reader, asked: Asked) -> Json:
    """All units of a day with their people and the mean of those measured, from the top down.

    Raises:
        Misuse: the instrument measures units.
    """
    refuse_units(asked)
    found, gone = standing_of(desk, asked), hidden_from(desk, reader, asked)
    rows = [
        _row(asked, found, gone, key)
        for key in _in_order(asked, found)
        if key != WHOLE and not key.endswith(OWN)
    ]
    return {**coordinates(asked), "whole": _figures(asked, found, gone, WHOLE), "units": rows}


def _in_order(asked: Asked, found: Standing, top: str = WHOLE) -> Iterator[str]:
    """A whole and all below it, by name within each."""
    yield top
    below = [one for one in found.parts.below.get(top, ()) if not one.endswith(OWN)]
    for one in sorted(below, key=lambda unit: (_name(asked, unit), unit)):
        yield from _in_order(asked, found, one)


def _name(asked: Asked, unit: str) -> str:
    return str((asked.units.described(UUID(unit), asked.question.as_of) or {}).get("name", ""))


def of_unit(desk: Desk, reader: Reader, asked: Asked, unit: UUID) -> Json:
    """One unit: its people counted, how their totals spread, its parts, and its own score.

    `records` says whether the reader may see the people behind the figures.

    Raises:
        Misuse: the instrument measures units.
    """
    refuse_units(asked)
    on, key = asked.question.as_of, unit.hex
    found, gone = standing_of(desk, asked, key), hidden_from(desk, reader, asked)
    shown = _figures(asked, found, gone, key)
    parts = [one for one in _parts(asked, found, key) if found.people(one)]
    return {
        **coordinates(asked),
        "subject": key,
        "unit": unit_json(asked.units, unit, on),
        "above": [short(asked, UUID(one)) for one in _above(asked, key)],
        "records": may_read(desk, reader, asked, key),
        "figures": shown,
        "distribution": _distribution(asked, found, gone, key),
        "lacking": [] if key in gone.strange else _lacking(found.spreads.get(key)),
        "columns": [
            {"measure": name, "max": decimal_text(most)} for name, most in _columns(asked.plan)
        ],
        "parts": [_row(asked, found, gone, one) for one in parts],
        "scores": [
            one if key not in gone.strange else uncounted(one)
            for one in ([] if shown["hidden"] else _own_scores(desk, asked, key))
        ],
    }


def may_read(desk: Desk, reader: Reader, asked: Asked, unit: str) -> bool:
    """Whether somebody's roles of today reach the records of a unit's people."""
    known = units_within(desk, reader, Action.READ_RECORD)
    path = asked.units.tree(asked.question.as_of).path(unit)
    return known is None or bool(known & {unit, *path})


def _above(asked: Asked, unit: str) -> Sequence[str]:
    return list(reversed(asked.units.tree(asked.question.as_of).path(unit)[1:]))


def short(asked: Asked, unit: UUID) -> Json:
    """A unit by id, code and name."""
    about = unit_json(asked.units, unit, asked.question.as_of)
    return {key: about[key] for key in ("id", "code", "name")}


def _parts(asked: Asked, found: Standing, key: str) -> list[str]:
    """The units right below, by name, then those who are directly in it."""
    below = [one for one in found.parts.below.get(key, ()) if not one.endswith(OWN)]
    return [*sorted(below, key=lambda unit: (_name(asked, unit), unit)), key + OWN]


def _columns(plan: Plan) -> list[tuple[str, Decimal]]:
    """The measures by name with the most that each can bring; siblings of one name once."""
    found: dict[str, Decimal] = {}
    for one in plan.measures:
        found[one.name] = max(found.get(one.name, one.maximum.value), one.maximum.value)
    return list(found.items())


def _row(asked: Asked, found: Standing, gone: Hidden, key: str) -> Json:
    """One unit in a list or a table; `own` are those directly in the unit above."""
    own = key.endswith(OWN)
    unit = UUID(key.removesuffix(OWN))
    return {
        **unit_json(asked.units, unit, asked.question.as_of),
        "own": own,
        "depth": found.depths.get(unit.hex, 0),
        **_figures(asked, found, gone, key),
    }


def _figures(asked: Asked, found: Standing, gone: Hidden, key: str) -> Json:
    """Counts and means of a unit; all null where they are hidden."""
    names = ("people", "measured", "provisional", "not_computable", "not_applicable")
    if key in gone.units:
        nothing = dict.fromkeys((*names, "left", "mean", "median", "band"))
        return {"hidden": True, **nothing, "means": {}}
    one = found.spreads.get(key) or Spread.of(asked.plan)
    group = one.group
    means = {} if asked.plan.outcomes is not None else one.means()
    counts: Json = {
        "people": group.people,
        "measured": group.measured,
        "provisional": group.statuses[Status.PROVISIONAL.value],
        "not_computable": group.statuses[Status.NOT_COMPUTABLE.value],
        "not_applicable": group.statuses[Status.NOT_APPLICABLE.value],
        "left": one.left,
    }
    if key in gone.strange:
        counts |= dict.fromkeys((*names[1:], "left"))
    return {
        "hidden": False,
        **counts,
        "mean": _text(group.mean),
        "median": _text(one.median),
        "band": group.band,
        "means": {name: _text(mean) for name, mean in means.items()},
    }


def _distribution(asked: Asked, found: Standing, gone: Hidden, key: str) -> Json:
    """How many lie where: in equal parts of what can be had, and by band or outcome; nothing for
    whoever may not read their records.
    """
    one = found.spreads.get(key) or Spread.of(asked.plan)
    if key in gone.strange:
        return {"bins": [], "bands": []}
    if asked.plan.outcomes is not None:
        words = asked.plan.outcomes
        told_of = [{"band": word, "count": one.group.bands[word]} for word in words]
        return {"bins": [], "bands": told_of}
    cuts = [decimal_text(cut) for cut in spread.edges(asked.plan)]
    bins = zip(cuts[:-1], cuts[1:], one.bins(), strict=True)
    shown = [{"from": low, "to": high, "count": count} for low, high, count in bins]
    return {"bins": shown, "bands": _bands(one)}


def _bands(one: Spread) -> list[Json]:
    """How many are in each band, the highest first."""
    words = [part.codes.value[0] for part in reversed(one.plan.bands.intervals)]
    return [{"band": word, "count": one.group.bands[word]} for word in dict.fromkeys(words)]


def _lacking(one: Spread | None) -> list[Json]:
    """Why people have no answer, the commonest first; who lacks two things is counted at both."""
    counted = Counter() if one is None else one.why
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0][0], pair[0][1] or ""))
    return [{"code": why[0], "measure": why[1], "people": count} for why, count in ordered]


def _own_scores(desk: Desk, asked: Asked, unit: str) -> Iterator[Json]:
    """What the unit itself comes to by each instrument that measures units and applies to it."""
    question = asked.question
    book = desk.ledger.rulebook(question.position)
    for name in book.names():
        try:
            plan = in_force(book, name, question.as_of).plan
        except NoRulesInForce:
            continue
        if plan.subject != ORG_UNIT:
            continue
        own = desk.resolve(Ask(name, as_of=question.as_of, position=question.position))
        answer = desk.of_unit(own, unit)
        if answer is not None and answer.status is not Status.NOT_APPLICABLE:
            yield {"title": own.plan.title, **answer.as_json(with_facts=False)}


def members(
    desk: Desk, asked: Asked, unit: UUID, wanted: Wanted, among: Collection[str] | None = None
) -> list[Answer]:
    """Those behind the figures of a unit: the greatest total first, those without one last.

    Args:
        among: ids of those whom the reader may see today; on an earlier day others served there.
    """
    found = [
        one
        for one in desk.people_in(asked, unit.hex)
        if (among is None or one.subject in among) and not has_left(one) and wanted.fits(one)
    ]
    return sorted(found, key=lambda one: (one.total is None, -(one.total or 0), one.subject))


def told(desk: Desk, asked: Asked, answers: Sequence[Answer], *, named: bool) -> list[Json]:
    """Answers as the lines of a list of people."""
    people = desk.ledger.people([UUID(one.subject) for one in answers]) if named else {}
    shown = []
    for one in answers:
        line: Json = {
            "subject": one.subject,
            "unit": None if one.unit is None else short(asked, UUID(one.unit)),
            "position_kind": one.position_kind,
            "status": one.status.value,
            "total": _text(one.total),
            "band": one.band,
            "measures": {part.name: _text(part.points) for part in one.measures},
            "why": list(dict.fromkeys(reason.code for reason in one.why)),
        }
        if named:
            line["person"] = people[UUID(one.subject)]
        shown.append(line)
    return shown


def coordinates(asked: Asked) -> Json:
    """What an answer about many rests on."""
    question = asked.question
    return {
        "instrument": asked.plan.instrument,
        "title": asked.plan.title,
        "decree": asked.plan.decree,
        "enacted": asked.enacted,
        "as_of": question.as_of.isoformat(),
        "position": question.position,
        "known_at": instant_text(question.known_at),
        "hypothetical": question.hypothetical(),
        "max": decimal_text(asked.plan.maximum.value),
    }


def _text(points: Decimal | None) -> str | None:
    return None if points is None else decimal_text(points)
