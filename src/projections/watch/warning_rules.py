"""The rules of early warnings as data: a YAML text -> checked rules. Pure.

Days, hours, states and codes stand in `watch/peringatan.yaml`, targets in the instruments; here is
only what a rule may say. `load` is the only door.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import resources

from projections.language.document import (
    Form,
    Listing,
    Node,
    Scalar,
    listed,
    one_of,
    parse,
    text,
    whole,
)
from projections.plans.plan import Mark

FOLDER, FILE = "watch", "peringatan.yaml"
_LEAP = "2024-"  # a year that has every day
_MOST_HOURS = 100_000


class WarningKind(StrEnum):
    """What a rule looks at.

    NONE_AGREED: no fact of `facts` in one of `states` whose days hold the day. BELOW_TARGET: the
    total of `instrument` is below its maximum, or not known. OUTSIDE: the newest fact that
    `requirement` ("instrument/requirement", of the rule `all`) reads has none of the codes that it
    asks for, as it stands on the day. SAME_DAY: facts that contradict. BAND: the outcome of
    `instrument` is one of `codes`. These speak of those whom `instrument` measures, people or
    units. OVERDUE_STEP: a step of a discipline case that must be taken is late, or nobody knows
    whether it is. ABSENCE: absences without valid reason reached a rung of the ladder since the
    last report. CHECKPOINT: `hours` since the last one.
    """

    NONE_AGREED = "none_agreed"
    BELOW_TARGET = "below_target"
    OUTSIDE = "outside"
    SAME_DAY = "same_day"
    BAND = "band"
    OVERDUE_STEP = "overdue_step"
    ABSENCE = "absence"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class WarningRule:
    """One rule; `begins` is the month and day of a year from which it speaks, as "10-01"."""

    name: str
    kind: WarningKind
    begins: str
    says: str
    who: str
    next_step: str
    cite: str
    mark: Mark
    instrument: str = ""
    facts: str = ""
    states: tuple[str, ...] = ()
    requirement: str = ""
    codes: tuple[str, ...] = ()
    hours: int = 0

    def reads(self) -> tuple[str, str]:
        """Instrument and requirement of `requirement`; both empty where there is none."""
        instrument, _, requirement = self.requirement.partition("/")
        return instrument, requirement

    def speaks(self, on: date) -> bool:
        """Whether it speaks on a day."""
        return f"{on:%m-%d}" >= self.begins


_NEEDED = {
    WarningKind.NONE_AGREED: ("instrument", "facts", "states"),
    WarningKind.BELOW_TARGET: ("instrument",),
    WarningKind.OUTSIDE: ("instrument", "requirement"),
    WarningKind.SAME_DAY: ("instrument",),
    WarningKind.BAND: ("instrument", "codes"),
    WarningKind.OVERDUE_STEP: (),
    WarningKind.ABSENCE: (),
    WarningKind.CHECKPOINT: ("hours",),
}


def shipped() -> tuple[WarningRule, ...]:
    """The rules that come with the program."""
    raw = resources.files("projections").joinpath(FOLDER, FILE).read_bytes()
    return load(raw, file=FILE)


def load(raw: bytes, *, file: str) -> tuple[WarningRule, ...]:
    """The rules of a text.

    Raises:
        DocumentRefused: with file, line, path and remedy.
    """
    form = Form(parse(raw, file=file), what="the text")
    node = form.need("rules")
    form.done()
    if not isinstance(node, Listing):
        raise node.place.refusal("`rules` must be a list.", "Write `- rule: …` for each.")
    found = tuple(_rules(node))
    if len({one.name for one in found}) != len(found):
        raise node.place.refusal("two rules have one name.", "Give each its own.")
    return found


def _rules(node: Listing) -> Iterator[WarningRule]:
    for item in node.items:
        form = Form(item, what="a rule")
        kind = WarningKind(one_of(form.need("kind"), tuple(WarningKind), what="`kind`"))
        needed = _NEEDED[kind]
        word = {
            name: text(form.need(name), what=f"`{name}`")
            for name in ("rule", "says", "who", "next_step", "cite")
        }
        own = {
            name: text(form.need(name), what=f"`{name}`") if name in needed else ""
            for name in ("instrument", "facts", "requirement")
        }
        lists = {
            name: listed(form.need(name), _word, what=f"`{name}`") if name in needed else ()
            for name in ("states", "codes")
        }
        hours = 0
        if "hours" in needed:
            hours = whole(form.need("hours"), what="`hours`", least=1, most=_MOST_HOURS)
        mark = Mark(one_of(form.need("mark"), tuple(Mark), what="`mark`"))
        begins = _begins(form.need("from"))
        form.done()
        yield WarningRule(
            name=word["rule"],
            kind=kind,
            begins=begins,
            says=word["says"],
            who=word["who"],
            next_step=word["next_step"],
            cite=word["cite"],
            mark=mark,
            hours=hours,
            states=lists["states"],
            codes=lists["codes"],
            instrument=own["instrument"],
            facts=own["facts"],
            requirement=own["requirement"],
        )


def _word(node: Node) -> str:
    return text(node, what="a word")


def _begins(node: Node) -> str:
    said = text(node, what="`from`") if isinstance(node, Scalar) else ""
    try:
        return f"{date.fromisoformat(_LEAP + said):%m-%d}"
    except ValueError:
        raise node.place.refusal(
            "`from` is no day of a year.", 'Write month and day, as "10-01".'
        ) from None
