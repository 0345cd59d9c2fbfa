"""The shapes of answers, for the reference and for clients that are generated from it.

Answers leave as bytes that the queries made; these models say what they look like. Points and
totals are exact decimals as text.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Open(BaseModel):
    """An object that may say more than is listed here."""

    model_config = ConfigDict(extra="allow")


class FactUsed(Open):
    """A fact that was read for a measure."""

    position: int
    used: bool
    why: str
    effective_on: str
    recorded_at: str


class Measure(Open):
    """One line of a score."""

    measure: str
    points: str | None
    max: str
    rule: str
    cite: str
    mark: str
    measures: list[Measure]
    facts: list[FactUsed] = []


class Why(Open):
    """Why an answer is provisional, not computable or not applicable."""

    code: str
    measure: str | None = None
    missing: str | None = None
    who_must_act: str | None = None
    next_step: str | None = None


class Who(Open):
    """Number and name of a person, null once erased; only for a reader who may see them."""

    nip: str | None
    name: str | None


class Score(Open):
    """An answer of an instrument; docs/facts.md, "A score"."""

    instrument: str
    decree: str
    enacted: int | None
    engine: str
    period: str | None
    subject: str
    unit: str | None
    as_of: str
    position: int
    known_at: str
    digest: str
    status: str = Field(examples=["complete"])
    why: list[Why]
    issued: Any = None
    hypothetical: dict[str, Any] | None = None
    disputed: list[Any]
    range: Any = None
    total: str | None
    band: str | None
    measures: list[Measure]
    person: Who | None = None


class UnitNamed(Open):
    """A unit, shortly."""

    id: str
    code: str | None
    name: str | None


class Found(Open):
    """Somebody whom a search found."""

    id: str
    nip: str | None
    name: str | None
    unit: UnitNamed | None


class People(Open):
    """People whom a search found, as known at a position."""

    position: int
    people: list[Found]


class Person(Open):
    """Who somebody is on a day; `version` is what a command names in If-Match."""

    id: str
    as_of: str
    position: int
    employment: str | None
    standing: str | None
    golongan: str | None
    position_kind: str | None
    unit: UnitNamed | None
    version: int
    person: Who | None = None


class Event(Open):
    """One event; `sealed` holds what the reader may see of its sealed fields, null once erased."""

    position: int
    stream: str
    version: int
    topic: str
    fact: str
    effective_on: str | None
    recorded_at: str
    fields: dict[str, Any]
    leaf: str
    replaced_by: int | None = None
    sealed: dict[str, Any] | None = None


class History(Open):
    """Everything on record about somebody or something."""

    subject: str
    purpose: str
    position: int
    events: list[Event]


class Difference(Open):
    """Two answers and the causes that lead from one to the other; they add up exactly."""


class Series(Open):
    """One person's score through the days."""

    instrument: str
    subject: str
    position: int
    known_at: str
    start: dict[str, Any]
    changes: list[dict[str, Any]]


class UnitSeries(Open):
    """Units' scores or means, month by month."""

    instrument: str
    position: int
    known_at: str
    units: list[dict[str, Any]]


class Advice(Open):
    """What would raise a score: hypothetical, stored nowhere."""

    instrument: str
    proposals: list[dict[str, Any]]
