"""The import desk: a file is uploaded, checked, shown as it would turn out, and proposed.

What the preview says is found by a dry run of the one path that imports; nothing of it is recorded.
The file waits sealed (`uploads`) until a second person confirms the import (`confirming`), or
rejects it, or its days are over.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from api.intake import outcome
from api.intake.importing import import_files
from api.intake.needs import NOTHING
from api.intake.reading import read_files
from api.intake.report import ImportReport
from api.intake.uploads import (
    FILE,
    PREVIEW,
    PROPOSED,
    REPORT,
    RETURNED,
    Upload,
    Uploads,
    UploadUnknown,
)
from ledger.application import Ledger
from ledger.commands.second_person import proposals_of
from ledger.commands.second_person import propose as propose_anything
from ledger.domain.proposals import Proposal, Proposals, ProposalState
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.events.book import ImportCommitted
from ledger.events.reading import Draft

IMPORT: Final = "import"
STATED: Final = "stated"
INTO: Final = "into"
MERGED: Final = "merged"
SELF_ASSESSED: Final = "self_assessment"
_MODE: Final = 0o600


class NothingToImport(LedgerError):
    """No row of a file would record anything."""

    code = "nothing_to_import"


class NotYourUpload(LedgerError):
    """Only whoever uploaded a file proposes its import."""

    code = "not_your_upload"


class UploadState(StrEnum):
    """How far an upload has come."""

    CHECKED = "checked"
    PROPOSED = "proposed"
    INTERRUPTED = "interrupted"
    IMPORTED = "imported"
    REJECTED = "rejected"


def receive(
    ledger: Ledger,
    data: bytes,
    *,
    name: str,
    account: str,
    at: datetime,
    as_kind: str | None = None,
) -> tuple[Upload, bool]:
    """Keep a file that somebody uploads; gives it and whether it is new.

    Args:
        name: the file's name; its last part is kept, sealed. at: the present instant.
        as_kind: a kind of fact or form as which it is to be read.

    Raises:
        Misuse: there is no such kind. UploadRefused, UploadsUnavailable.
    """
    read_files((), as_kind=as_kind).close()
    sweep(ledger, at=at)
    return Uploads.of(ledger).keep(
        data, purpose=IMPORT, name=name, account=account, as_kind=as_kind, at=at
    )


def preview(ledger: Ledger, ident: str) -> dict[str, Any]:
    """What an import of an upload would do as things stand: `outcome.preview_of`, with `upload`,
    `position` (of the last event that was known), `returned` (name of the workbook with the rows
    that would be refused, or null), and `STATED`, by which rights are judged and which is shown to
    nobody.

    It is kept, sealed, until something is recorded.

    Raises:
        UploadUnknown: also once it was imported. FileChanged, SpoolFailed, and what the store
            raises.
    """
    uploads = Uploads.of(ledger)
    one = import_of(uploads, ident)
    kept = uploads.part(ident, PREVIEW)
    head = ledger.store.head().position
    if kept is not None:
        found: dict[str, Any] = orjson.loads(kept)
        if found["position"] == head and STATED in found:
            return found
    return dry_run(ledger, uploads, one)


def dry_run(ledger: Ledger, uploads: Uploads, one: Upload) -> dict[str, Any]:
    """The preview, found now. A crash leaves the one that was kept before, or none."""
    head = ledger.store.head().position
    with opened(uploads, one) as (path, folder):
        report = import_files(
            ledger,
            [path],
            actor=one.account,
            as_kind=one.as_kind,
            dry=True,
            rejects=folder,
            seen=True,
        )
        found = outcome.preview_of(report) | {"upload": one.id, "position": head}
        found[STATED] = _owners(ledger, report)
        found["returned"] = keep_returned(uploads, one, report)
        uploads.put(one.id, PREVIEW, orjson.dumps(found))
    return found


def _owners(ledger: Ledger, report: ImportReport) -> list[dict[str, Any]]:
    """Whose record each readable row goes to and what it states, to be judged by rights: `sheet`,
    `row`, kind of `owner`, `id` of the person or unit or null for one that is not known yet,
    `facts`, the kind of fact it `mends` or null, and `why` it needs a second person, or null.
    """
    firsts = [(place, one.drafts) for place, one in (report.seen or {}).items() if one.drafts]
    drafts = [draft for _, every in firsts for draft in every]
    numbers = [str(one.subject) for one in drafts if one.owner == EMPLOYEE]
    numbers += [str(one.fields[INTO]) for one in drafts if INTO in one.fields]
    people, units = ledger.index.find_many(numbers), ledger.units()

    def id_of(draft: Draft) -> str | None:
        stream: UUID | None = None
        if draft.owner == EMPLOYEE:
            stream = people.get(str(draft.subject))
        elif draft.owner == ORG_UNIT:
            stream = units.find(str(draft.subject), date.fromisoformat(draft.on or "9999-12-31"))
        return None if stream is None else stream.hex

    found: list[dict[str, Any]] = []
    for place, every in firsts:
        first, need = every[0], report.needs.get(place, NOTHING)
        told = {"sheet": place.sheet, "row": place.row, "owner": first.owner}
        stated = {
            "facts": sorted({_stated(one) for one in every}),
            "mends": need.mends,
            "why": None if need.why is None else need.why.value,
        }
        found.append(told | {"id": id_of(first)} | stated)
        into = people.get(str(first.fields[INTO])) if INTO in first.fields else None
        if into is not None:  # whoever closes one record mends the other one
            found.append(told | stated | {"id": into.hex, "facts": [MERGED], "why": None})
    return found


def _stated(draft: Draft) -> str:
    """The kind of fact, by which it is told who may send it."""
    if (draft.owner, draft.fact) != (ORG_UNIT, "assessment"):
        return draft.fact
    own = draft.fields.get("assessor") == "SELF" or draft.fields.get("aspect") == "SELF_ASSESSMENT"
    return SELF_ASSESSED if own else draft.fact


def returned(ledger: Ledger, ident: str) -> tuple[str, bytes] | None:
    """Name and bytes of the sender's own workbook with the rows that are refused or conflict, the
    cells in red and the reasons beside them; None where there are none.

    Raises:
        UploadUnknown.
    """
    uploads = Uploads.of(ledger)
    import_of(uploads, ident)
    if uploads.has(ident, FILE):
        preview(ledger, ident)
    kept = uploads.part(ident, RETURNED)
    if not kept:
        return None
    name, _, data = kept.partition(b"\n")
    return (name.decode(), data) if name else None


def report_of(ledger: Ledger, ident: str) -> dict[str, Any]:
    """What an import that was confirmed did, as its preview has it.

    Raises:
        UploadUnknown: there is none, or its days are over.
    """
    kept = Uploads.of(ledger).part(ident, REPORT)
    if kept is None:
        raise UploadUnknown(
            "No report of an import of this id is kept.",
            next_step="`asn-ledger import list` shows the imports that were recorded.",
        )
    found: dict[str, Any] = orjson.loads(kept)
    return found


def propose(
    ledger: Ledger,
    ident: str,
    *,
    actor: str,
    document: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> tuple[Proposal, bool]:
    """Propose the import of an upload as it would turn out now; gives the proposal and whether it
    is new.

    Raises:
        UploadUnknown. NotYourUpload: somebody else uploaded it.
        NothingToImport: no row would record anything.
    """
    uploads = Uploads.of(ledger)
    one = import_of(uploads, ident)
    if one.account.casefold() != actor.casefold():
        raise NotYourUpload(
            "The file was uploaded by somebody else.",
            next_step="Who uploaded it proposes it; a second person then confirms it.",
        )
    found = preview(ledger, ident)
    if not outcome.adds(found):
        raise NothingToImport(
            "No row of this file would record anything.",
            next_step="Mend the rows that are refused; rows that are the same need nothing.",
        )
    command = {
        "upload": one.id,
        "sha256": one.sha256,
        "form": "+".join(found["forms"]),
        "counts": found["counts"],
        "facts": outcome.kinds_of(found),
        "outcome": found["outcome"],
        "second_person": sorted({row["why"] for row in found[STATED] if row["why"]}),
    }
    uploads.put(one.id, PROPOSED, orjson.dumps(found))  # to tell the confirmer what changed since
    return propose_anything(ledger, IMPORT, command, actor=actor, document=document, reason=reason)


# --------------------------------------------------------------------------------- what waits here


def import_of(uploads: Uploads, ident: str) -> Upload:
    """An upload that is to be imported.

    Raises:
        UploadUnknown: of another purpose too.
    """
    one = uploads.get(ident)
    if one.purpose != IMPORT:
        raise UploadUnknown("No file of this id is kept.", next_step="Upload it again.")
    return one


def every(ledger: Ledger) -> list[dict[str, Any]]:
    """All that is kept to be imported, oldest first: the upload with `state` and `proposal`."""
    known, done = proposals_of(ledger), finished(ledger)
    return [told(one, known, done) for one in Uploads.of(ledger).every() if one.purpose == IMPORT]


def told(one: Upload, known: Proposals, done: frozenset[str]) -> dict[str, Any]:
    """An upload as JSON, with how far it has come and the id of its proposal, or null."""
    proposal = proposal_of(known, one.id)
    ident = None if proposal is None else proposal.id
    return one.as_json() | {"state": state(proposal, done).value, "proposal": ident}


def state(proposal: Proposal | None, done: frozenset[str]) -> UploadState:
    """How far the upload of a proposal has come."""
    if proposal is None:
        return UploadState.CHECKED
    if proposal.state is ProposalState.PENDING:
        return UploadState.PROPOSED
    if proposal.state is ProposalState.REJECTED:
        return UploadState.REJECTED
    ended = proposal.command["upload"] in done
    return UploadState.IMPORTED if ended else UploadState.INTERRUPTED


def proposal_of(known: Proposals, ident: str) -> Proposal | None:
    """The last proposal of an upload."""
    found = [one for one in known.by_id.values() if one.command.get("upload") == ident]
    return found[-1] if found else None


def finished(ledger: Ledger) -> frozenset[str]:
    """The batches of all imports that came to their end."""
    topic = ImportCommitted.SPEC.topic
    events = (one for one in ledger.book_events() if one.topic == topic)
    return frozenset(orjson.loads(one.state)["batch"] for one in events)


def sweep(ledger: Ledger, *, at: datetime) -> list[str]:
    """Destroy what was rejected, and what is over by an instant; gives the ids.

    Never the file of an import that was confirmed and not finished. Of one that was imported the
    file goes at once and what is said about it stays until its days are over.
    """
    known, done = proposals_of(ledger), finished(ledger)
    uploads = Uploads.of(ledger)

    def is_over(one: Upload) -> bool:
        proposal = proposal_of(known, one.id)
        if one.purpose != IMPORT:
            closed = proposal is not None and proposal.state is not ProposalState.PENDING
            return closed or at >= one.expires_at
        reached = state(proposal, done)
        if reached is UploadState.INTERRUPTED:
            return False
        return reached is UploadState.REJECTED or at >= one.expires_at

    gone = uploads.sweep(is_over)
    for one in uploads.every():
        if one.purpose == IMPORT and one.id in done:
            uploads.drop_file(one.id)
    return gone


# ------------------------------------------------------------------------------------ its own file


@contextmanager
def opened(uploads: Uploads, one: Upload) -> Iterator[tuple[Path, Path]]:
    """The file of an upload as a file, and a folder for rows that come back; both private and gone
    afterwards. A crash leaves them in the temporary folder, as it leaves the rows of an import.

    Raises:
        UploadUnknown.
    """
    data = uploads.part(one.id, FILE)
    if data is None:
        raise UploadUnknown(
            "The file was imported, rejected, or its days are over.",
            next_step="Reject what is proposed of it, and upload the file again if it is wanted.",
        )
    with tempfile.TemporaryDirectory(prefix="asn-ledger-") as folder:
        path = Path(folder) / one.name
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        yield path, Path(folder) / "kembali"


def keep_returned(uploads: Uploads, one: Upload, report: ImportReport) -> str | None:
    """Keep the rows that come back, under the name that the sender gets them by."""
    if not report.written:
        uploads.put(one.id, RETURNED, b"\n")
        return None
    path = report.written[0]
    uploads.put(one.id, RETURNED, path.name.encode() + b"\n" + path.read_bytes())
    return path.name
