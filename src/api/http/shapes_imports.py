"""The shapes of what the import desk answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.http.shapes import Open, Proposed


class UploadShown(Open):
    """A file that waits; `name` is null for everybody but its sender."""

    id: str
    name: str | None
    sha256: str
    size: int
    account: str
    as_kind: str | None
    uploaded_at: str
    expires_at: str
    state: str = Field(examples=["checked"])
    proposal: int | None
    mine: bool
    may_propose: bool


class Batch(Open):
    """An import that was recorded."""

    id: str
    position: int
    recorded_at: str
    actor: str
    files: list[dict[str, Any]]
    counts: dict[str, int]
    first_position: int
    last_position: int
    withdrawn: int | None


class Imports(Open):
    """Files that wait, and imports that were recorded, newest first."""

    waiting: list[UploadShown]
    imported: list[Batch]


class OneImport(Open):
    """An import: before it is recorded with a preview of what it would do, afterwards with what it
    did; `outcome` is the digest that a confirmation commits to.
    """

    id: str
    upload: UploadShown | None
    # `import` is a word of the language, so this field has another name in Python.
    import_: Batch | None = Field(alias="import")
    proposal: Proposed | None
    preview: dict[str, Any] | None
    may_withdraw: bool


class Uploaded(OneImport):
    """A file that was kept; `new` is false where the same one was kept before."""

    new: bool


class ImportRow(Open):
    """What becomes of one row; `whose` is masked."""

    sheet: str | None
    row: int | None
    outcome: str
    code: str | None
    whose: str | None
    facts: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    flags: list[dict[str, Any]]


class ImportRows(Open):
    """Rows of an import; `next` is what to give as `after` to go on, null at the end."""

    rows: list[ImportRow]
    next: int | None


class ImportKind(Open):
    """A kind of fact that there is an empty form for."""

    kind: str
    says: str


class ImportKinds(Open):
    """Kinds of fact."""

    kinds: list[ImportKind]
