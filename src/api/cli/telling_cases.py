"""Discipline cases in words."""

from __future__ import annotations

from typing import Any

from api.cli.common import say

_COUNTS = {"WORKING_DAYS": "working days", "DAYS": "days", "MONTHS": "months"}
_BOUNDS = {"at_most": "within", "at_least": "not before", "exactly": "exactly"}


def tell_line(one: dict[str, Any]) -> None:
    """A case in a list: whose, which, where it stands, and what is due."""
    clock = one["next_clock"]
    due = "" if clock is None else f"  {clock['clock']} {_due(clock)}"
    flags = f"  ({', '.join(one['findings'])})" if one["findings"] else ""
    say(f"{one['subject']}  {one['id'] or one['case']}  {one['state']}{due}{flags}")


def tell_case(one: dict[str, Any]) -> None:
    """A whole case."""
    person = one["person"]
    whose = " ".join(part for part in (person["nip"], person["name"]) if part) or one["subject"]
    say(f"Case {one['id'] or one['case']} of {whose}, on {one['as_of']}: {one['state']}")
    _tell_procedure(one)
    if one["next"]:
        say(f"  next: {one['next']['step']}, by {' or '.join(one['next']['by']) or 'a forum'}")
    if one["next_clock"]:
        clock = one["next_clock"]
        say(f"  due next: {clock['clock']} {_due(clock)} ({clock['cite']})")
    say("Steps (legal day, recorded, position)")
    for step in one["steps"]:
        say(f"  {step['on']}  {step['recorded_at'][:10]}  {step['position']:>7}  {step['step']}")
    if one["clocks"]:
        say("Clocks")
    for clock in one["clocks"]:
        term = f"{_BOUNDS[clock['bound']]} {clock['number']} {_COUNTS[clock['count']]}"
        met = f", taken {clock['met']}" if clock["met"] else ""
        say(
            f"  {clock['clock']}: {clock['until']} {term} after {clock['since']}:"
            f" {_due(clock)}{met} ({clock['cite']}, {clock['mark']})"
        )
    if one["findings"]:
        say("Out of order")
    for found in one["findings"]:
        say(
            f"  {found['finding']}: {found['step']} of {found['on']}: {found['says']}"
            f" ({found['cite']}, {found['mark']})"
        )
    for sanction in one["sanctions"]:
        _tell_sanction(sanction)
    for dispute in one["disputed"]:
        say(f"Contested: {one['subject']}/{dispute['root']} in dispute {dispute['dispute']}")


def tell_absences(one: dict[str, Any]) -> None:
    """Absences of a year, and where they stand on the ladder."""
    person = one["person"]
    whose = " ".join(part for part in (person["nip"], person["name"]) if part) or one["subject"]
    text = one["procedure"]
    under = "no procedure is known for it" if text is None else f"under {text['decree']}"
    say(f"Absence without valid reason of {whose} in {one['year']}, as of {one['as_of']}, {under}")
    for fact in one["absences"]:
        contested = "  contested" if fact["disputed"] else ""
        say(f"  {fact['from']} to {fact['to']}  position {fact['position']}{contested}")
    if one["missing_year"] is not None:
        say(f"Working days are not known: the calendar of {one['missing_year']} is not declared.")
    elif one["days"] is None:
        say("Working days are not known: no text says on which days of the week he works.")
    else:
        row = one["in_a_row"]
        told = f", {row['days']} in a row from {row['from']} to {row['to']}" if row else ""
        say(f"Working days: {one['days']}{told}")
    rung = one["rung"]
    if rung is not None:
        months = "" if rung["months"] is None else f" for {rung['months']} months"
        how = "in a row" if rung["in_a_row"] else "in the year"
        say(
            f"The ladder: {rung['kind']}{months}, from {rung['from_days']} days {how}, reached"
            f" {rung['reached_on']} ({rung['cite']}, {rung['mark']})"
        )
        say("No sanction follows by itself: a case does that.")
    elif one["days"] is not None:
        ladder = text is not None and one["ladder"]
        say("Below the first rung of the ladder." if ladder else "No ladder is known for it.")
    for case in one["cases"]:
        say(f"Case opened: {case}")


def tell_effect(one: dict[str, Any]) -> None:
    """All instruments side by side; what is not as recorded says so."""
    person = one["person"]
    whose = " ".join(part for part in (person["nip"], person["name"]) if part) or one["subject"]
    kinds = ", ".join(f"{fact['kind']} of {fact['effective_on']}" for fact in one["facts"])
    say(f"HYPOTHETICAL, stored nowhere: {whose} on {one['as_of']}, without {kinds}")
    for each in one["instruments"]:
        say(f"{each['instrument']} ({each['decree']})" + ("" if each["moves"] else ": no change"))
        if not each["moves"]:
            continue
        say(f"  as recorded: {_points(each['recorded'])}")
        say(f"  without: {_points(each['without'])}")
        for lower in each["reduced"]:
            say(f"  reduced to {lower['hypothetical']['level']}: {_points(lower)}")


def _points(side: dict[str, Any]) -> str:
    between = side["range"]
    told = [part for part in (side["total"], side["band"]) if part is not None]
    if between:
        told.append(f"between {between['from']} and {between['to']}")
    return " ".join([*told, f"[{side['status']}]"])


def _tell_procedure(one: dict[str, Any]) -> None:
    act = f"act of {one['act_on']}, {one['ground']}, " if one["act_on"] else ""
    text = one["procedure"]
    if text is None:
        say(f"  {act}no procedure is known for it: no clocks, no findings")
        return
    say(f"  {act}under {text['decree']} (sha256 {text['sha256'][:12]})")


def _tell_sanction(one: dict[str, Any]) -> None:
    until = f" until {one['until']}" if one["until"] else ""
    say(
        f"Sanction {one['id'] or one['root']}: {one['level']} {one['kind']}, decided"
        f" {one['decided_on']}, effective {one['effective_on']}{until}: {one['state']}"
    )
    for period in one["in_force"]:
        last = f" to {period['until']}" if period["until"] else " on"
        say(f"  in force from {period['from']}{last}: {' or '.join(period['levels'])}")
    if not one["in_force"]:
        say("  never in force, as known then")
    if one["open_since"]:
        say(f"  open since {one['open_since']}: a ruling may still change it")
    blocks = one["blocks"]
    if blocks and blocks["promotion_and_pay_rise"]:
        say(f"  blocks promotion in rank and periodic pay rise ({blocks['cite']})")


def _due(clock: dict[str, Any]) -> str:
    if clock["due"] is None:
        return f"UNKNOWN: the calendar of {clock['missing_year']} is not declared"
    return f"{clock['state']} {clock['due']}"
