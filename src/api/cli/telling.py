"""An answer in words, for people at a terminal."""

from __future__ import annotations

from typing import Any

from api.cli.common import say

_INDENT = "  "
CONTRADICTION = "SAME_DAY"


def tell_answer(answer: dict[str, Any]) -> None:
    """One answer with its derivation."""
    person = answer.get("person") or {}
    who = " ".join(str(part) for part in (person.get("nip"), person.get("name")) if part)
    say(f"{answer['instrument']} under {answer['decree']}, as of {answer['as_of']}")
    say(f"{who or answer['subject']}  ({answer['position_kind'] or 'position kind unknown'})")
    say(f"as known at position {answer['position']}, recorded {answer['known_at']}")
    for fact in answer.get("facts", ()):
        if fact["why"].startswith(CONTRADICTION):
            say(f"two facts of one day contradict: position {fact['position']} does not count")
    if answer["hypothetical"]:
        say(f"HYPOTHETICAL, not a result: {answer['hypothetical']}")
    say("")
    for measure in answer["measures"]:
        _tell_measure(measure, 0)
    say("")
    if answer["status"] == "not_applicable":
        say("not applicable")
    else:
        total = "not computable" if answer["total"] is None else answer["total"]
        say(f"total {total}  {answer['band'] or ''}  [{answer['status']}]")
    if answer["range"]:
        say(f"between {answer['range']['from']} and {answer['range']['to']}")
    for why in answer["why"]:
        say(f"  {why['code']} ({why['measure'] or 'all'}): {why['missing']}")
        if why.get("next_step"):
            say(f"    {why['next_step']} ({why['who_must_act']})")
    say(answer["digest"])


def _tell_measure(measure: dict[str, Any], depth: int) -> None:
    points = "?" if measure["points"] is None else measure["points"]
    label = _INDENT * depth + measure["measure"]
    say(f"{label:24} {points:>6} of {measure['max']:<5} {measure['cite']} [{measure['mark']}]")
    for part in measure["measures"]:
        _tell_measure(part, depth + 1)
    for fact in measure.get("facts", ()):
        mark = "+" if fact["used"] else "-"
        say(
            f"{_INDENT * (depth + 2)}{mark} {fact['effective_on']} {fact['why']} "
            f"(position {fact['position']})"
        )


def tell_row(answer: dict[str, Any]) -> None:
    """One answer in one line."""
    person = answer.get("person") or {}
    total = "-" if answer["total"] is None else answer["total"]
    say(
        f"{person.get('nip') or answer['subject']:20} {str(person.get('name') or '')[:28]:28} "
        f"{total:>7} {answer['band'] or '':14} {answer['status']}"
    )
