"""Shapes of answers about the log itself: events, checkpoints, proofs, audit."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.http.shapes import Open


class CloudEvent(Open):
    """An event as CloudEvents 1.0 (CNCF) names things; `data` is the row of `events --json`."""

    specversion: str = Field(examples=["1.0"])
    id: str = Field(examples=["4067"], description="The position.")
    source: str = Field(description="The origin of the ledger.")
    type: str = Field(examples=["employee.appraisal/1"])
    subject: str = Field(description="The stream: the opaque id of a person, unit or the ledger.")
    time: str
    datacontenttype: str
    sequence: str
    data: dict[str, Any]


class OneEvent(Open):
    """One event with what became of it."""

    position: int
    stream: str
    version: int
    topic: str
    fact: str
    effective_on: str | None
    recorded_at: str
    fields: dict[str, Any]
    sealed: dict[str, Any] | None = Field(description="null once the identity was erased.")
    leaf: str
    replaced_by: int | None = Field(description="The position of what replaced it.")
    replaces: int | None
    earlier: int | None = Field(description="The position of the event before it in its stream.")
    later: int | None
    checkpoint: int | None = Field(description="The size of the first checkpoint that covers it.")
    proof: str | None
    head: int


class SignatureLine(Open):
    """Who signed a checkpoint."""

    name: str
    key_id: str


class CheckpointShown(Open):
    """A checkpoint: what it says, who signed, and the note itself."""

    origin: str
    size: int
    root: str
    recorded_at: str
    signatures: list[SignatureLine]
    timestamps: int
    note: str


class Checkpoints(Open):
    """Checkpoints, the newest first."""

    origin: str
    head: int
    checkpoints: list[CheckpointShown]


class Proof(Open):
    """A proof of docs/proofs.md, section 2."""

    proof: str = Field(examples=["inclusion"])
    origin: str
    size: int
    checkpoint: str


class Finding(Open):
    """What a check came to: `holds`, `notice` or `fails`."""

    level: str
    code: str
    message: str
    next_step: str = ""


class Checked(Open):
    """What an uploaded file was found to be."""

    kind: str
    holds: bool
    findings: list[Finding]
    origin: str | None = None
    size: int | None = None
    root: str | None = None
    signers: list[str] = Field(default_factory=list)


class AuditState(Open):
    """How the log stands."""

    origin: str
    head: int
    recorded_at: str | None
    streams: int
    checkpoint: CheckpointShown | None
    checkpoint_age_seconds: int | None
    uncovered: int
    verified: dict[str, Any] | None


class Sampled(Open):
    """One event of a random sample, with the proof that it stands in the log."""

    position: int
    event: dict[str, Any]
    proof: Proof


class Sample(Open):
    """A random sample: who has seed and size draws the same positions."""

    origin: str
    seed: str
    size: int
    positions: list[int]
    rows: list[Sampled]


class Compared(Open):
    """Two checkpoints of this log, and what was recorded between them."""

    old: CheckpointShown
    new: CheckpointShown
    consistent: bool
    path: list[str]
    events: int
    people: int
    kinds: dict[str, int]
