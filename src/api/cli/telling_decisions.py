"""Decisions in words, for people at a terminal."""

from __future__ import annotations

from typing import Any

from api.cli.common import say


def tell_list(rows: list[dict[str, Any]]) -> None:
    """One decision a line."""
    for one in rows:
        chosen = "none" if one["chosen"] is None else one["chosen"]
        number = f"  {one['number']}" if one["number"] else ""
        say(
            f"{one['id']:20} {one['kind']:20} {one['state']:12} {one['instrument']} as of"
            f" {one['as_of']}, {chosen} of {one['candidates']} chosen{number}"
        )
    if not rows:
        say("No decision was drafted.")


def tell_decision(shown: dict[str, Any]) -> None:
    """A decision with its basis, its steps and its candidates in order of rank."""
    basis = shown["basis"]
    say(f"{shown['id']}  {shown['kind']}  [{shown['state']}]")
    say(f"{shown['instrument']} as of {shown['as_of']}, as known at position {basis['position']}")
    if shown["requirements"]:
        say(f"requirements of {', '.join(shown['requirements'])}")
    say(f"equal totals: {shown['tie_rule']}")
    for name, sha256 in basis["instruments"].items():
        say(f"text of {name}: sha256 {sha256}")
    say(f"answers {basis['digest']}, engine {basis['engine']}")
    _tell_step("drafted", shown["drafted"])
    for one in shown["recommended"]:
        _tell_step("recommended" if one["in_favour"] else f"{one['body']} is against", one)
    for what in ("issued", "revoked"):
        one = shown[what]
        if one is not None:
            against = ", against the ranking" if one.get("against_ranking") else ""
            number = f" as {one['number']}" if one["number"] else ""
            _tell_step(f"{what}{number} on {one['decided_on']}{against}", one)
    say("")
    for one in shown["candidates"]:
        _tell_candidate(one)


def _tell_step(what: str, step: dict[str, Any]) -> None:
    reasons = f": {step['reasons']}" if step["reasons"] else ""
    body = f" {step['body']}" if step.get("body") and step["in_favour"] else ""
    say(f"{what}{body}, by {step['by']} at position {step['position']}{reasons}")


def _tell_candidate(one: dict[str, Any]) -> None:
    person = one["person"]
    mark = "*" if one["chosen"] else " "
    rank = "-" if one["rank"] is None else str(one["rank"])
    total = "-" if one["total"] is None else one["total"]
    say(
        f"{mark}{rank:>5}  {person['nip'] or one['subject']:20} {person['name'] or '':28}"
        f" {total:>7} {one['band'] or ''} [{one['status']}]"
    )
    open_ones = {name: state for name, state in one["requirements"].items() if state != "met"}
    for name, state in open_ones.items():
        say(f"        {name}: {state.replace('_', ' ')}")
    if one["why"]:
        say(f"        no rank: {', '.join(one['why'])}")


def tell_recheck(shown: dict[str, Any]) -> None:
    """Whether the basis still gives its answers, then what later knowledge changed."""
    basis, later = shown["basis"], shown["later"]
    say(f"{shown['id']}  [{shown['state']}]")
    if basis["same"]:
        say(f"The basis gives the same answers: {basis['digest']}.")
    else:
        why = {
            "engine": f"the engine is {basis['engine']['now']}, it was"
            f" {basis['engine']['drafted']}",
            "texts": "the texts in force at that position are others",
            "program_or_record": "engine, position and texts are the same, so the program computes"
            " otherwise or the record was altered",
        }[basis["differs"]]
        say(f"THE BASIS GIVES OTHER ANSWERS: {why}.")
        say(f"  pinned {basis['digest']}, now {basis['replayed']}")
    if not later["moved"]:
        say(f"Nothing that became known up to position {later['position']} changes a place in it.")
        return
    verdict = "would have mattered" if later["would_have_mattered"] else "would not have mattered"
    say(f"What became known up to position {later['position']} {verdict}:")
    for one in later["moved"]:
        _tell_moved(one)


def _tell_moved(one: dict[str, Any]) -> None:
    person = one["person"]
    mark = "*" if one["chosen"] else " "
    who = f"{person['nip'] or one['subject']} {person['name'] or ''}".rstrip()
    say(f"{mark} {who}: {_place(one['from'])} -> {_place(one['to'])}")
    for part in one["causes"]:
        for cause in part["causes"]:
            fact = cause["fact"]
            about = "" if fact is None else f" {fact['kind']} of {fact['effective_on']}"
            points = "" if cause["points"] is None else f", {cause['points']} points"
            say(f"    {part['instrument']}: {cause['what']}{about}{points}")


def _place(one: dict[str, Any] | None) -> str:
    if one is None:
        return "not asked about"
    rank = "no rank" if one.get("rank") is None else f"rank {one['rank']}"
    total = one.get("total") or one.get("band") or one["status"]
    unmet = [name for name, state in one.get("requirements", {}).items() if state != "met"]
    return f"{total}, {rank}" + (f", open: {', '.join(unmet)}" if unmet else "")
