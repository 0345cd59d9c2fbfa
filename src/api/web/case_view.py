"""A discipline case as its page draws it: rows of the timeline, columns of the board. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from api.web.charts.chart import Pen
from ledger.domain.case import CaseState

Json = Mapping[str, Any]
# Which form of the page Catat records a step.
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SUMMONS_1": "summons",
        "SUMMONS_2": "summons",
        "EXAMINATION": "examination",
        "DECIDED": "sanction",
        "RECEIVED": "delivered",
        "OBJECTION": "objection",
        "APPEAL": "appeal",
        "RULING_ON_OBJECTION": "ruling",
        "RULING_ON_APPEAL": "ruling",
        "RULING_ON_SUIT": "ruling",
        "SERVED": "served",
    }
)
LATE: Final = frozenset({"OVERDUE", "MET_LATE", "TOO_EARLY", "DIFFERS"})
OPEN: Final = frozenset({"OVERDUE", "DUE", "WAITING"})


def board(cases: Sequence[Json]) -> list[dict[str, Any]]:
    """The columns: every state in the order of the law, with its cases, the urgent ones first."""
    found = []
    for state in CaseState:
        rows = sorted((one for one in cases if one["state"] == state.value), key=_urgency)
        found.append({"state": state.value, "cases": [_card(one) for one in rows]})
    return found


def _urgency(one: Json) -> tuple[bool, str, str]:
    clock = one["next_clock"]
    due = None if clock is None else clock["due"]
    return not one["overdue"], due or "9", one["case"]


def _card(one: Json) -> dict[str, Any]:
    return {**one, "address": f"/kasus/{one['case']}"}


def timeline(pen: Pen, shown: Json) -> list[dict[str, Any]]:
    """Steps with the day they were due, what is still to come, and the time in force."""
    terms = [one for one in shown["clocks"] if one["bound"] != "at_least"]
    rows = [_step(pen, one, terms) for one in shown["steps"]]
    rows += [_to_come(pen, one) for one in terms if one["state"] in OPEN and one["due"]]
    for sanction in shown["sanctions"]:
        label = pen.say("Hukuman berlaku")
        rows += [
            {
                "label": label,
                "from": one["from"],
                "until": one["until"],
                "note": " / ".join(pen.code(level, "") for level in one["levels"]),
            }
            for one in sanction["in_force"]
        ]
    return rows


def _step(pen: Pen, one: Json, clocks: Sequence[Json]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "label": pen.code(one["step"], "case_step"),
        "on": one["on"],
        "href": f"/catatan/{one['position']}",
    }
    for clock in clocks:
        if (clock["until"], clock["met"]) == (one["step"], one["on"]) and clock["due"]:
            row["due"] = clock["due"]
            row["overdue"] = clock["state"] == "MET_LATE"
    return row


def _to_come(pen: Pen, clock: Json) -> dict[str, Any]:
    return {
        "label": pen.code(clock["until"], "case_step"),
        "due": clock["due"],
        "overdue": clock["state"] == "OVERDUE",
        "note": pen.say("boleh diambil") if clock["optional"] else None,
    }


def clock_rows(pen: Pen, clocks: Sequence[Json]) -> list[dict[str, Any]]:
    """Every clock in words: what may be taken, until when, and how it stands."""
    return [
        {
            **one,
            "name": pen.code(one["clock"], "clock_name"),
            "term": pen.say(
                "{bound} {number} {count} setelah {since}",
                bound=pen.code(one["bound"], "bound"),
                number=one["number"],
                count=pen.code(one["count"], "count"),
                since=pen.day(one["since"]),
            ),
            "late": one["state"] in LATE,
        }
        for one in clocks
    ]


def filled(kind: str, shown: Json) -> dict[str, str]:
    """What the form of a further step says already: which case, sanction or filing it is about, as
    far as the case leaves no doubt, and which summons.
    """
    subject, taken = shown["subject"], {one["step"] for one in shown["steps"]}
    found: dict[str, str] = {}
    if kind in _OF_CASE and shown["act_on"] is not None:
        found["case"] = shown["id"] or shown["case"]
    if kind == "summons":
        found["number"] = "2" if "SUMMONS_1" in taken else "1"
    if kind == "examination":
        found["number"] = "2" if "SUMMONS_2" in taken else "1"
    standing = [one for one in shown["sanctions"] if one["state"] != CaseState.DIBATALKAN.value]
    if kind in _OF_SANCTION and len(standing) == 1:
        (one,) = standing
        found[_OF_SANCTION[kind]] = one["id"] or f"{subject}/{one['root']}"
    waiting = _unanswered(shown)
    if kind == "ruling" and len(waiting) == 1:
        found["of"] = f"{subject}/{waiting[0]}"
    return found


_OF_CASE: Final = frozenset({"summons", "examination", "suspension", "sanction"})
_OF_SANCTION: Final[Mapping[str, str]] = MappingProxyType(
    {"delivered": "sanction", "served": "sanction", "objection": "target", "appeal": "target"}
)
_FILINGS: Final = frozenset({"OBJECTION", "APPEAL", "SUIT"})


def _unanswered(shown: Json) -> list[int]:
    """The roots of filings on which nobody ruled."""
    steps = shown["steps"]
    answered = {one["filing"] for one in steps if one["step"].startswith("RULING_")}
    filed = [one["filing"] for one in steps if one["step"] in _FILINGS]
    return [root for root in filed if root not in answered]


def effect_rows(effect: Json) -> tuple[list[str], list[Json]]:
    """The levels to which a sanction is reduced, and the instruments that move by any of it."""
    moved = [one for one in effect["instruments"] if one["moves"]]
    levels: dict[str, None] = {}
    for one in moved:
        levels.update(dict.fromkeys(each["hypothetical"]["level"] for each in one["reduced"]))
    return list(levels), moved
