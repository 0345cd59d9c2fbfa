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
