"""The shapes of answers, for the reference and for clients that are generated from it.

Answers leave as bytes that the queries made; these models say what they look like. Points and
totals are exact decimals as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Open(BaseModel):
    """An object that may say more than is listed here."""

    model_config = ConfigDict(extra="allow")


class Pointed(Open):
    """One place of a request that cannot be read: a JSON Pointer within its part."""

    pointer: str
    message: str


class Problem(Open):
    """A refusal (RFC 9457); `code` is stable, `next_step` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    next_step: str | None = None
    errors: list[Pointed] | None = None


_EXAMPLES: Mapping[int, tuple[str, str, str]] = {
    400: ("malformed_request", "The request cannot be read.", ""),
    401: (
        "sign_in_needed",
        "Nobody is signed in, or the session or token is over.",
        "Sign in at /masuk, or send a bearer token.",
    ),
    403: (
        "no_right",
        "Your roles do not give this right.",
        "Ask the administrator of the ledger for the role that has it.",
    ),
    404: (
        "not_there",
        "There is no such person, or none that you may see.",
        "Check the address; if it is right, ask for the role that sees this person.",
    ),
    409: (
        "conflict_other_content",
        "The same act was recorded before with other content.",
        "Correct the earlier fact, or give the row its own number.",
    ),
    412: (
        "version_stale",
        "Something was recorded since version 12.",
        "Read again, decide again, and send the new version.",
    ),
    413: ("body_too_large", "The body holds more bytes than the server takes.", ""),
    421: (
        "host_unknown",
        "The request names a host that this server does not answer for.",
        "Use the address you were given.",
    ),
    422: (
        "misused",
        "known_at and position both say what was known.",
        "Give one of them.",
    ),
    428: (
        "version_needed",
        "A command needs If-Match with the version it was decided on.",
        "Read the record and send its version.",
    ),
    429: ("too_many_requests", "More than 1200 requests in a minute.", "Wait 3 seconds."),
    431: ("headers_too_large", "The request has over 100 headers.", "Send fewer."),
    503: ("ledger_busy", "The ledger is busy.", "Try again in a moment."),
}


def documented() -> dict[int | str, dict[str, Any]]:
    """Every refusal with an example, for the description of each route."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": _example(status),
                }
            },
        }
        for status in _EXAMPLES
    }


def _example(status: int) -> dict[str, Any]:
    code, detail, next_step = _EXAMPLES[status]
    shown: dict[str, Any] = {
        "type": f"/api/v1/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return {**shown, "next_step": next_step} if next_step else shown


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


class Held(BaseModel):
    """A role over a unit and all below it, or over the whole agency; `until` is the first day
    without it.
    """

    role: str
    unit: str | None
    until: str | None


class Me(BaseModel):
    """Who is signed in."""

    account: str
    person: str | None
    roles: list[Held]
    method: str
    purpose: str | None


class RecordedEvent(Open):
    """An event of a command; `position` is null where a dry run would append it."""

    position: int | None
    stream: str
    version: int
    topic: str


class Recorded(Open):
    """What became of a command; the same again where it is sent again under its key."""

    dry_run: bool
    recorded_at: str | None
    recorded: list[RecordedEvent]
    proposal: int | None


class Proposed(Open):
    """Something that waits for a second person, or waited; `command` holds no personal data."""

    id: int
    kind: str = Field(examples=["import"])
    says: str
    command: dict[str, Any]
    digest: str
    proposed_by: str
    recorded_at: str
    document: dict[str, Any] | None
    state: str = Field(examples=["pending"])
    closed_at: int | None
    closed_by: str | None
    mine: bool
    may_confirm: bool
    may_reject: bool
    effect: dict[str, Any] | None = None
    fact: dict[str, Any] | None = None


class Proposeds(Open):
    """What waits for a second person."""

    proposals: list[Proposed]


class Meaning(Open):
    """What the code of a problem means."""

    code: str
    status: int
    meaning: str


class Instruments(Open):
    """Every text that was enacted, and the drafts at hand; `version` is for If-Match."""

    as_of: str
    position: int
    known_at: str
    version: int
    instruments: list[dict[str, Any]]
    drafts: list[dict[str, Any]]


class Instrument(Open):
    """What a text says, its parameters with their marks, and all versions side by side."""

    instrument: str
    title: str
    decree: str
    in_force_from: str
    in_force: bool
    sha256: str
    which: str
    version: int
    parameters: list[dict[str, Any]]
    formulas: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    compared: list[dict[str, Any]]


class TriedOut(Open):
    """What a changed rule would do; hypothetical, stored nowhere."""

    instrument: str
    hypothetical: dict[str, Any]
    draft: dict[str, Any]
