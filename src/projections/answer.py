"""An answer: the object of docs/facts.md "A score", from measures to JSON and digest.

Both interpreters end here, so status, reasons, range, band and digest are decided in one place.
Points are exact decimals; nothing is rounded here. The digest commits to the canonical object
without `digest`, `person`, `named` and, at every level, `facts` and `members`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

from ledger.canonical import canonical_bytes, decimal_text, instant_text
from projections.plans.plan import Mark, Plan, Span, Value, values
from projections.plans.tally import Counted
from projections.question import Question
from projections.reasons import (
    LEFT_SERVICE,
    MATTER_OPEN,
    OFFICIAL_DIFFERS,
    Reason,
    of_parameter,
)
from projections.text_doubts import text_doubts

ENGINE = "1"
_LEFT_OUT = ("digest", "person", "named", "facts")
_LISTS = ("facts", "members")


class Status(StrEnum):
    """How far an answer can be relied on."""

    COMPLETE = "complete"
    PROVISIONAL = "provisional"
    NOT_COMPUTABLE = "not_computable"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class FactUse:
    """A fact that was read, whether it counted, and why: a code, a level, a number of hours."""

    position: int
    root: int
    used: bool
    why: str
    effective_on: date
    recorded_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The object of the public contract."""
        return {
            "position": self.position,
            "used": self.used,
            "why": self.why,
            "effective_on": self.effective_on.isoformat(),
            "recorded_at": instant_text(self.recorded_at),
        }


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One line of the score.

    Attributes:
        span: bounds by what is known; equal when the points are.
        reach: bounds when open matters and disputes may still end either way; holds `span`.
        parameters: the values of the instrument that took part; their weakest mark is the mark.
        limits: entries marked missing that gave the bounds where a fact is unknown.
        reasons: why it is not computable or provisional, parameters apart.
        counted: of a measure over the people of a unit, how many they are and what they come to.
    """

    name: str
    span: Span
    reach: Span
    maximum: Decimal
    rule: str
    cite: str
    parameters: tuple[Value[object], ...] = ()
    limits: tuple[Value[object], ...] = ()
    measures: tuple[MeasureResult, ...] = ()
    facts: tuple[FactUse, ...] = ()
    reasons: tuple[Reason, ...] = ()
    counted: Counted | None = None

    @property
    def points(self) -> Decimal | None:
        """Exact points, or None when not computable."""
        return self.span.low if self.span.low == self.span.high else None

    @property
    def mark(self) -> Mark:
        """The weakest mark of what took part here or below."""
        marks = {one.mark for one in self.parameters} | {one.mark for one in self.measures}
        return max(marks, key=attrgetter("weakness"), default=Mark.VERIFIED)

    def why(self) -> Iterator[Reason]:
        """Own reasons, those of its parameters, then those of its parts, in the plan's order."""
        yield from self.reasons
        for used in self.parameters:
            reason = of_parameter(used, self.name)
            if reason is not None:
                yield reason
        for part in self.measures:
            yield from part.why()

    def every_use(self) -> tuple[FactUse, ...]:
        """Its facts and those of its parts, each once; what counts anywhere counts."""
        if not self.measures:
            return self.facts
        found = {one.root: one for one in self.facts}
        for part in self.measures:
            for use in part.every_use():
                before = found.get(use.root)
                if before is None or (use.used and not before.used):
                    found[use.root] = use
        return tuple(sorted(found.values(), key=lambda one: (one.effective_on, one.position)))

    def as_json(self, *, with_facts: bool, with_members: bool = False) -> dict[str, Any]:
        """The object of the public contract; `facts` and `members` only when asked for."""
        shows = {"with_facts": with_facts, "with_members": with_members}
        shown: dict[str, Any] = {
            "measure": self.name,
            "points": _text(self.points),
            "max": decimal_text(self.maximum),
            "rule": self.rule,
            "cite": self.cite,
            "mark": self.mark.value,
            "measures": [part.as_json(**shows) for part in self.measures],
        }
        if self.counted is not None:
            shown["counts"] = self.counted.as_json()
            if with_members:
                shown["members"] = [one.as_json() for one in self.counted.tally.listed]
        if with_facts:
            shown["facts"] = [use.as_json() for use in self.facts]
        return shown


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer of one subject. `person`, of a unit `named`, is joined by whoever may show
    it, never here.

    `who` are the facts that say who is measured: in service or not, standing, post. Only a trace
    knows them, and like all facts they are no part of the digest.
    """

    plan: Plan
    question: Question
    subject: str
    enacted: int | None
    unit: str | None
    position_kind: str | None
    status: Status
    why: tuple[Reason, ...]
    span: Span | None
    total: Decimal | None
    band: str | None
    measures: tuple[MeasureResult, ...]
    disputed: tuple[int, ...] = ()
    who: tuple[FactUse, ...] = ()

    def as_json(self, *, with_facts: bool = True, with_members: bool = False) -> dict[str, Any]:
        """The object of the public contract without `person`, keys in its order, with digest."""
        asked = self.question
        shows = {"with_facts": with_facts, "with_members": with_members}
        shown = {
            "instrument": self.plan.instrument,
            "decree": self.plan.decree,
            "enacted": self.enacted,
            "engine": ENGINE,
            "period": asked.period,
            "subject": self.subject,
            "unit": self.unit,
            "position_kind": self.position_kind,
            "as_of": asked.as_of.isoformat(),
            "position": asked.position,
            "known_at": instant_text(asked.known_at),
            "digest": "",
            "status": self.status.value,
            "why": [reason.as_json() for reason in self.why],
            "issued": None,
            "hypothetical": asked.hypothetical(),
            "disputed": list(self.disputed),
            "range": _range(self.span),
            "total": _text(self.total),
            "band": self.band,
            "measures": [part.as_json(**shows) for part in self.measures],
        }
        if with_facts:
            shown["facts"] = [use.as_json() for use in self.who]
        self._compare_with_official(shown)
        shown["digest"] = digest(shown)
        return shown

    def _compare_with_official(self, shown: dict[str, Any]) -> None:
        """Name the penetapan that set this answer, or that set another one."""
        asked = self.question
        if asked.official is None or shown["hypothetical"] is not None:
            return
        pin = asked.official.pin(self.plan.instrument, asked.as_of, asked.position, self.subject)
        if pin is None:
            return
        if digest(shown | pin.coordinates()) == pin.digest:
            shown["issued"] = pin.decision
        else:
            shown["why"].append(Reason(OFFICIAL_DIFFERS, None, pin.decision).as_json())


def digest(shown: Mapping[str, Any]) -> str:
    """`sha256:` and the hex digest of an answer's JSON object, as an outsider can compute it."""
    kept = {key: _bare(value) for key, value in shown.items() if key not in _LEFT_OUT}
    return "sha256:" + hashlib.sha256(canonical_bytes(kept)).hexdigest()


class DigestOfAnswers:
    """The digest of many answers: SHA-256 of the canonical array of theirs, in order of subject.

    Whoever holds the lines of `score --all --json` can compute it: the texts of `digest`, quoted,
    separated by commas, between brackets.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256(b"[")
        self.count = 0

    def add(self, one: str) -> None:
        """The digest of the next answer."""
        self._hash.update(b"," * bool(self.count) + canonical_bytes(one))
        self.count += 1

    def text(self) -> str:
        """`sha256:` and the hex digest of all that were added."""
        whole = self._hash.copy()
        whole.update(b"]")
        return "sha256:" + whole.hexdigest()


def _bare(value: Any) -> Any:
    """A part of an answer without `facts` and `members` at any level."""
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items() if key not in _LISTS}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What points come to: status, total, range and band."""

    status: Status
    total: Decimal | None
    span: Span | None
    band: str | None


def verdict(plan: Plan, span: Span, reach: Span, *, doubt: bool, open_matter: bool) -> Verdict:
    """Status, total, range and band from the bounds of all points.

    `doubt` says that something makes the answer less than certain. Where requirements are asked
    for, the outcome is the band, and there is neither total nor range: one that is certainly not
    met decides, whatever else is not known.
    """
    known = span.low == span.high
    status = Status.PROVISIONAL if doubt else Status.COMPLETE
    if plan.outcomes is not None:
        met, not_met, unknown = plan.outcomes
        if span.high < plan.maximum.value:
            return Verdict(status, None, None, not_met)
        if known:
            return Verdict(status, None, None, met)
        return Verdict(Status.NOT_COMPUTABLE, None, None, unknown)
    if not known:
        return Verdict(Status.NOT_COMPUTABLE, None, reach, None)
    band = plan.bands.find(span.low)
    word = None if band is None else band.codes.value[0]
    return Verdict(status, span.low, reach if open_matter else None, word)


def has_left(answer: Answer) -> bool:
    """Whether somebody had left the service by the day."""
    return answer.status is Status.NOT_APPLICABLE and answer.why[0].code == LEFT_SERVICE


def of_head(plan: Plan, on: date) -> list[Reason]:
    """What makes every answer of a day less than certain: what is said of the text, or a weak mark
    of the parameters that say who is measured and which word the points have.
    """
    stated = (*values(plan.population), *values(plan.bands))
    weak = (of_parameter(one, None) for one in stated if one.mark.makes_provisional)
    return [*text_doubts(plan, on), *(one for one in weak if one is not None)]


def conclude(
    plan: Plan,
    question: Question,
    *,
    subject: str,
    enacted: int | None,
    unit: str | None,
    position_kind: str | None,
    measures: Sequence[MeasureResult],
    disputed: Sequence[int] = (),
    also: Sequence[Reason] = (),
    head: Sequence[Reason] | None = None,
) -> Answer:
    """The answer of a subject that is measured: status, total, range and band from its measures.

    `disputed` are positions of facts that counted and are contested; `also` are reasons that
    belong to no measure; `head` is `of_head`, where somebody worked it out before.
    """
    own = [*also, *(of_head(plan, question.as_of) if head is None else head)]
    why = tuple(dict.fromkeys([*own, *(reason for one in measures for reason in one.why())]))
    span = _total(one.span for one in measures)
    reach = _total(one.reach for one in measures)
    doubt = bool(why or disputed)
    open_matter = reach != span or any(reason.code == MATTER_OPEN for reason in why)
    said = verdict(plan, span, reach, doubt=doubt, open_matter=open_matter)
    return Answer(
        plan=plan,
        question=question,
        subject=subject,
        enacted=enacted,
        unit=unit,
        position_kind=position_kind,
        status=said.status,
        why=why,
        span=said.span,
        total=said.total,
        band=said.band,
        measures=tuple(measures),
        disputed=tuple(disputed),
    )


def not_applicable(
    plan: Plan,
    question: Question,
    *,
    subject: str,
    enacted: int | None,
    unit: str | None,
    position_kind: str | None,
    why: Reason,
) -> Answer:
    """The answer of a subject outside the instrument's population."""
    return Answer(
        plan=plan,
        question=question,
        subject=subject,
        enacted=enacted,
        unit=unit,
        position_kind=position_kind,
        status=Status.NOT_APPLICABLE,
        why=(why,),
        span=None,
        total=None,
        band=None,
        measures=(),
    )


def _total(spans: Iterator[Span]) -> Span:
    low = high = Decimal(0)
    for span in spans:
        low += span.low
        high += span.high
    return Span(low, high)


def _text(points: Decimal | None) -> str | None:
    return None if points is None else decimal_text(points)


def _range(span: Span | None) -> dict[str, str] | None:
    if span is None:
        return None
    return {"from": decimal_text(span.low), "to": decimal_text(span.high)}
