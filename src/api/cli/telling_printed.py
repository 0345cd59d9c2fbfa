"""Printed results beside ours in words, for people at a terminal; told from the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.cli.common import say
from api.cli.telling import tell_stamp
from api.cli.telling_causes import fact_words, shown, signed

Json = Mapping[str, Any]
_LISTED = 20  # of those who stand on one side only; --json and --out hold them all
_DETAIL = {
    "parameter": "{}",
    "here": "here {}",
    "there": "there {}",
    "as_of": "on {}",
    "line": "in {}",
    "missing_counted_as": "what is missing counted as {}",
    "counted_as": "counted as {}",
    "sum": "they add up to {}",
    "twice": "{} was added twice",
    "position": "what was known at position {}",
    "decree": "{}",
    "between": "between {}",
    "measure": "in {}",
    "fact": "{}",
}


def tell_reconciliation(found: Json) -> None:
    """Who differs and why, who stands on one side only, and how often each cause is the likely
    one.
    """
    say(
        f"{found['instrument']} {found['period']}: printed beside ours,"
        f" as of {found['as_of']}, as known at position {found['position']}"
        f" ({found['known_at'][:19]}), {found['decree']}"
    )
    tell_stamp(found["hypothetical"])
    for one in found["people"]:
        say("")
        _tell_person(one)
    _tell_side("printed, and not measured here", found["only_printed"])
    _tell_side("measured here, and not printed", found["only_ours"])
    _tell_counts(found["counts"])


def _who(row: Json) -> str:
    person = row.get("person") or {}
    told = " ".join(str(part) for part in (person.get("nip"), person.get("name")) if part)
    return told or str(row["subject"])


def _tell_person(one: Json) -> None:
    printed = one["printed"]
    on = f", printed by {printed['learned_on']}" if printed["learned_on"] else ""
    say(f"{_who(one)}  [{one['status'].replace('_', ' ')}]{on}")
    say(f"{'':26}{'printed':>9}{'ours':>12}{'change':>9}")
    if printed["total"] is not None:
        ours = shown(one["total"], one["range"])
        _tell_numbers("total", printed["total"], ours, one["difference"])
    _tell_causes(one["causes"])
    for row in one["measures"]:
        ours = shown(row["ours"], row["range"])
        _tell_numbers(f"  {row['measure']}", row["printed"], ours, row["difference"])
        _tell_causes(row["causes"])


def _tell_numbers(label: str, printed: str | None, ours: str, difference: str | None) -> None:
    say(f"{label:26}{shown(printed):>9}{ours:>12}{signed(difference):>9}")


def _tell_causes(causes: list[Json]) -> None:
    if not causes:
        return
    first = causes[0]
    say(f"      {first['code']}: {cause_words(first)}")
    for fact in first["facts"]:
        say(f"        {fact_words(fact)}")
    say(f"        {first['next_step']} ({first['who_must_act']})")
    if len(causes) > 1:
        say(f"        or: {', '.join(one['code'] for one in causes[1:])}")


def cause_words(cause: Json) -> str:
    """A cause in one line: what is otherwise, and in which way."""
    said = []
    for name, value in cause["detail"].items():
        said.append(_DETAIL[name].format(value) if name in _DETAIL else f"{name} {value}")
    return f"{cause['words']}{': ' if said else ''}{', '.join(said)}"


def _tell_side(label: str, rows: list[Json]) -> None:
    if not rows:
        return
    say("")
    say(f"{label}: {len(rows)}")
    for row in rows[:_LISTED]:
        printed = row.get("printed")
        number = shown(printed["total"]) if printed else shown(row["total"])
        why = "; ".join(one["missing"] or one["code"] for one in row.get("why", ()))
        say(f"  {_who(row):48}{number:>9}{'  ' if why else ''}{why}")
    if len(rows) > _LISTED:
        say(f"  and {len(rows) - _LISTED} more; --json and --out hold them all")


def _tell_counts(counts: Json) -> None:
    say("")
    say(
        f"{counts['printed']} printed: {counts['equal']} equal, {counts['differing']} differing,"
        f" {counts['only_printed']} not measured here; {counts['only_ours']} only here"
    )
    for code, count in counts["causes"].items():
        say(f"  {count:>6}  {code}")
