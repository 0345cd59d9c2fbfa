"""The shapes of answers about units and about people ranked."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from api.http.shapes import Open, UnitNamed, Who


class About(Open):
    """What an answer about many rests on."""

    instrument: str
    title: str
    decree: str
    as_of: str
    position: int
    known_at: str
    max: str


class Figures(Open):
    """Counts and means of a unit with all below it; null where `hidden`, as they tell of few people
    whose records the reader may not read.
    """

    hidden: bool
    people: int | None
    measured: int | None
    mean: str | None = Field(examples=["71.43"])
    median: str | None
    band: str | None
    means: dict[str, str | None]


class UnitRow(Figures):
    """One unit of a list; `own` are those directly in the unit above and in no part of it."""

    id: str
    code: str | None
    name: str | None
    path: str
    own: bool
    depth: int


class Units(About):
    """All units of a day, from the top down, and everybody as a whole."""

    whole: Figures
    units: list[UnitRow]


class Bin(Open):
    """How many totals lie from one number up to the next; null is hidden."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    count: int | None


class Distribution(Open):
    """How many lie where: in equal parts of what can be had, and by band."""

    bins: list[Bin]
    bands: list[dict[str, Any]]


class UnitFigures(About):
    """One unit: its people counted, how their totals spread, its parts, and its own scores."""

    unit: UnitNamed
    above: list[UnitNamed]
    records: bool
    figures: Figures
    distribution: Distribution
    lacking: list[dict[str, Any]]
    columns: list[dict[str, str]]
    parts: list[UnitRow]
    scores: list[dict[str, Any]]


class Member(Open):
    """One person behind a unit's figures."""

    subject: str
    unit: UnitNamed | None
    position_kind: str | None
    status: str
    total: str | None
    band: str | None
    measures: dict[str, str | None]
    why: list[str]
    person: Who | None = None


class Members(About):
    """The people behind a unit's figures, the greatest total first; `count` with other pages."""

    unit: UnitNamed
    count: int
    members: list[Member]


class Requirement(Open):
    """A requirement and the article that it is from."""

    name: str
    instrument: str
    requirement: str | None
    cite: str


class Candidate(Member):
    """One person in the ranking; each requirement is met, not_met or unknown."""

    rank: int | None
    requirements: dict[str, str]
    box: str | None


class Talent(About):
    """People ranked; `count` are those wanted, on all pages."""

    unit: UnitNamed | None
    tie_rule: str
    people: int
    ranked: int
    qualified: int
    requirements: list[Requirement]
    boxes: dict[str, Any] | None
    count: int
    candidates: list[Candidate]
