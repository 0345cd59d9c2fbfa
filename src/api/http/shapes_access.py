"""Shapes of answers about who looked, and who holds which role."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.http.shapes import Open, UnitNamed


class LogHead(BaseModel):
    """Where the access log ends: what checkpoints commit to."""

    number: int
    link: str


class LookedAt(Open):
    """One entry of the access log."""

    number: int
    at: str
    reader: str
    roles: list[str]
    by_you: bool
    purpose: str
    purpose_words: str
    kind: str
    subject: str | None
    unit: dict[str, Any] | None
    asked: str
    question: dict[str, Any]


class Looks(Open):
    """Who looked, newest first; `subject` where one person was asked about."""

    subject: str | None = None
    log: LogHead
    looks: list[LookedAt]
    next: int | None


class RoleGranted(Open):
    """A role that an account holds, or held until a day."""

    account: str
    role: str
    unit: UnitNamed | None
    person: str | None
    since: str
    until: str | None
    held: bool
    position: int
    granted_by: str | None


class RoleProposed(Open):
    """Something that waits for a second person, or that one closed."""

    id: int
    kind: str
    says: str
    command: dict[str, Any]
    digest: str
    proposed_by: str
    recorded_at: str
    document: dict[str, Any] | None
    state: str


class Roles(Open):
    """Who holds which role, and what waits."""

    position: int
    version: int
    as_of: str
    roles: list[RoleGranted]
    pending: list[RoleProposed]
