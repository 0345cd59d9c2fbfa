"""Units and what their people come to, worked out a second time from raw events, in plain Python.

Written from docs/facts.md alone: no tree, no fold and no interpreter of the program is used. It is
slow, and handles what is known at a position one event after the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Told = dict[str, Any]


def known(events: Iterable[Any], stream: str, position: int) -> list[Told]:
    """The facts of a stream as known at a position, in order of legal day and position."""
    roots: dict[int, Told] = {}
    current: dict[int, int] = {}
    for event in events:
        if event.id > position or event.originator_id.hex != stream:
            continue
        said = json.loads(event.state)
        what = event.topic.split(".")[1].split("/")[0]
        version = event.originator_version
        if what in ("disputed", "dispute_resolved"):
            continue
        if what in ("annul", "end", "correct"):
            root = said["root"]
            assert current[root] == said["replaces"]
            current[root] = version
            if what == "annul":
                roots[root]["gone"] = True
            elif what == "end":
                roots[root]["gone"] = False
                roots[root]["until"] = said["until"]
            else:
                on = said["effective_on"]
                roots[root] = _told(said["fact"], on, said["fields"], event.id)
        else:
            current[version] = version
            roots[version] = _told(what, event.effective_on.isoformat(), said, event.id)
    left = [one for one in roots.values() if not one["gone"]]
    return sorted(left, key=lambda one: (one["on"], one["position"]))


def _told(kind: str, on: str, fields: Mapping[str, Any], position: int) -> Told:
    return {
        "kind": kind,
        "on": on,
        "until": fields.get("until"),
        "there": fields.get("counts_from"),
        "fields": fields,
        "position": position,
        "gone": False,
    }


def holding(facts: Iterable[Told], kind: str, on: date) -> list[Told]:
    """Facts of a kind that hold on a day."""
    day = on.isoformat()
    return [
        one
        for one in facts
        if one["kind"] == kind
        and one["on"] <= day
        and (one["until"] is None or day < one["until"])
        and (one["there"] is None or one["there"] <= day)
    ]


def place_of(unit: str | None, units: Mapping[str, list[Told]], on: date) -> str | None:
    """Where people of a unit count: sole successors are followed, circles and gaps lead nowhere."""
    seen = set()
    while unit is not None:
        facts = units.get(unit, [])
        closings = holding(facts, "unit_closed", on)
        described = holding(facts, "unit", on)
        if not closings or (described and described[-1]["on"] > closings[-1]["on"]):
            return unit
        seen.add(unit)
        successors = closings[-1]["fields"].get("successors") or []
        if len(successors) != 1 or successors[0] in seen:
            return None
        unit = successors[0]
    return None


def above(unit: str, units: Mapping[str, list[Told]], on: date) -> list[str]:
    """A unit that is open and every unit above it."""
    found: list[str] = []
    current: str | None = unit
    while current is not None and current not in found:
        found.append(current)
        described = holding(units.get(current, []), "unit", on)
        parent = described[-1]["fields"].get("parent") if described else None
        current = None if parent is None else place_of(parent, units, on)
    return found


def post_unit(facts: list[Told], units: Mapping[str, list[Told]], on: date) -> str | None:
    """The unit in which somebody counts: that of his definitive post, where it counts now."""
    held = [
        one
        for one in holding(facts, "position", on)
        if one["fields"].get("assignment", "DEFINITIF") == "DEFINITIF"
    ]
    if not held:
        return None
    best = max(held, key=lambda one: (one["on"], _depth(one, units, on), one["position"]))
    return place_of(best["fields"].get("unit"), units, on)


def _depth(post: Told, units: Mapping[str, list[Told]], on: date) -> int:
    place = place_of(post["fields"].get("unit"), units, on)
    return 0 if place is None else len(above(place, units, on)) - 1


def counts(
    events: list[Any],
    unit_ids: Iterable[str],
    answers: Mapping[str, tuple[str, Decimal | None]],
    on: date,
    position: int,
) -> dict[str, Told]:
    """By unit, how many people it has with all below it, how many have a total, and their mean.

    `answers` are status and total of everybody by stream.
    """
    units = {one: known(events, one, position) for one in unit_ids}
    found: dict[str, Told] = {}
    for stream, (status, total) in answers.items():
        place = post_unit(known(events, stream, position), units, on)
        for unit in above(place, units, on) if place is not None else ():
            one = found.setdefault(unit, {"people": 0, "statuses": {}, "totals": []})
            one["people"] += 1
            one["statuses"][status] = one["statuses"].get(status, 0) + 1
            if status in ("complete", "provisional"):
                assert total is not None
                one["totals"].append(total)
    for one in found.values():
        totals = one.pop("totals")
        one["measured"] = len(totals)
        one["mean"] = _mean(totals)
    return found


def own_code(facts: Iterable[Told], kind: str, field: str, on: date, years: int) -> str | None:
    """The code of the newest fact of the newest whole year that ended in so many years up to on."""
    best: tuple[int, str, int] | None = None
    code = None
    for one in holding(facts, kind, on):
        period = one["fields"]["period"]
        if len(period) != len("2023") or not period.isdigit():
            continue
        end = date(int(period), 12, 31)
        # One year earlier on the same day; the day before 29 February 2020 is 28 February 2018.
        first = date(on.year - years, on.month, 28 if (on.month, on.day) == (2, 29) else on.day)
        rank = (int(period), one["on"], one["position"])
        if first < end <= on and (best is None or rank >= best):
            best, code = rank, one["fields"][field]
    return code


def fits(
    code: str | None, limits: Mapping[str, list[tuple[str, int, int]]], among: int, of: int
) -> str:
    """Whether a share fits what a code asks for: yes, no, or ? where that is not known.

    A limit is (least, low, high), (most, low, high) in percent or (people, count, count); low and
    high differ where the number itself is not known. A code without limits is free.
    """
    if code is None:
        return "?"
    said = []
    for what, low, high in limits.get(code, []):
        if of == 0:
            return "?"
        share = Decimal(among) * 100 / of
        if what == "people":
            said.append("yes" if among >= low else "no")
        elif what == "least":
            said.append("yes" if share >= high else "no" if share < low else "?")
        else:
            said.append("yes" if share <= low else "no" if share > high else "?")
    return "no" if "no" in said else "?" if "?" in said else "yes"


def _mean(totals: list[Decimal]) -> Decimal | None:
    if not totals:
        return None
    # Enough digits that the quotient is rounded once, at the second decimal.
    exact = sum(totals, Decimal(0)) / len(totals)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
