"""Carrying out what the import desk proposed: checked again, confirmed, imported, reported.

The turn of imports is held from the last dry run to the last row, so that what was confirmed is
what is recorded. In this order, so that a crash leaves something to go on with:

1. the confirmation. Before it: nothing happened, the proposal waits.
2. the rows, each whole, under the upload's id as their batch. A crash: confirmed and interrupted;
   confirming again, by anybody, goes on, because what is recorded is the same.
3. `ImportCommitted`. A crash after it: imported; the next `sweep` removes the file.
4. the report, then the file is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from api.intake import outcome
from api.intake.desk import dry_run, finished, import_of, keep_returned, opened
from api.intake.importing import ConfirmedBatch, import_files
from api.intake.one_at_a_time import alone
from api.intake.uploads import PROPOSED, REPORT, Uploads
from ledger.application import Ledger
from ledger.commands.second_person import Carried, confirm, proposals_of
from ledger.domain.proposals import Proposal, ProposalState
from ledger.errors import LedgerError

_CHANGED_SHOWN: Final = 100


class OutcomeChanged(LedgerError):
    """What an import would do is not what was proposed: something was recorded meanwhile."""

    code = "outcome_changed"


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that was carried out.

    Attributes:
        confirmed_at: position of the confirmation.
        report: what it did, as a preview has it, with `as_confirmed`.
        resumed: it was confirmed before and had been interrupted.
    """

    proposal: Proposal
    confirmed_at: int
    report: dict[str, Any]
    resumed: bool


def before(ledger: Ledger, proposal: Proposal) -> dict[str, Any]:
    """What confirming an import would do as things stand: counts, digest, and the rows of which
    something else would become than was proposed.

    Raises:
        UploadUnknown.
    """
    uploads = Uploads.of(ledger)
    one = import_of(uploads, proposal.command["upload"])
    kept = uploads.part(one.id, PROPOSED)
    found = dry_run(ledger, uploads, one)
    changed = [] if kept is None else outcome.differences(orjson.loads(kept), found)
    return {
        "upload": one.id,
        "position": found["position"],
        "counts": found["counts"],
        "facts": outcome.kinds_of(found),
        "units_founded": found["units_founded"],
        "outcome": found["outcome"],
        "as_proposed": found["outcome"] == proposal.command["outcome"],
        "proposed": dict(proposal.command["counts"]),
        "changed": changed[:_CHANGED_SHOWN],
        "changed_rows": len(changed),
    }


def carry_out(ledger: Ledger, ident: int, *, actor: str, agreed: str | None = None) -> Imported:
    """Confirm an import and do it; one that was interrupted goes on.

    Args:
        agreed: the digest of the outcome that the confirmer saw; None: the one that was proposed.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, UploadUnknown.
        OutcomeChanged: the outcome is another one; its details say which, and what changed.
    """
    uploads = Uploads.of(ledger)
    with alone(ledger):
        waiting = proposals_of(ledger).by_id.get(ident)
        if waiting is not None and interrupted(ledger, waiting):
            return _import(ledger, uploads, waiting, agreed=None)

        def carry(proposal: Proposal) -> Carried:
            check(ledger, proposal, agreed)
            return Carried()

        confirm(ledger, ident, actor=actor, carry=carry)
        confirmed = proposals_of(ledger).by_id[ident]
        return _import(ledger, uploads, confirmed, agreed=agreed or confirmed.command["outcome"])


def check(ledger: Ledger, proposal: Proposal, agreed: str | None) -> None:
    """See that an import would still do what is agreed upon.

    Raises:
        OutcomeChanged, UploadUnknown.
    """
    found = before(ledger, proposal)
    if found["outcome"] == (agreed or proposal.command["outcome"]):
        return
    raise OutcomeChanged(
        f"What proposal {proposal.id} would record changed since it was proposed: something was"
        f" recorded meanwhile. Now {_said(found['counts'])}; proposed {_said(found['proposed'])}.",
        next_step="Look at it, and confirm this outcome by naming its digest"
        f" (--outcome {found['outcome']}), or reject the proposal.",
        effect=found,
    )


def interrupted(ledger: Ledger, one: Proposal) -> bool:
    """Whether an import was confirmed and has not come to its end."""
    return one.state is ProposalState.CONFIRMED and one.command.get("upload") not in finished(
        ledger
    )


def _import(
    ledger: Ledger, uploads: Uploads, proposal: Proposal, *, agreed: str | None
) -> Imported:
    """Import what was confirmed; `agreed` is None where a run before was interrupted, of which rows
    are then the same that were new.
    """
    one = import_of(uploads, proposal.command["upload"])
    with opened(uploads, one) as (path, folder):
        report = import_files(
            ledger,
            [path],
            actor=proposal.closed_by or "",
            as_kind=one.as_kind,
            rejects=folder,
            seen=True,
            confirmed=ConfirmedBatch(one.id, proposal.closed_at or 0),
        )
        name = keep_returned(uploads, one, report)
    found = outcome.preview_of(report) | {"upload": one.id, "returned": name}
    found["as_confirmed"] = agreed is None or found["outcome"] == agreed
    uploads.put(one.id, REPORT, orjson.dumps(found))
    uploads.drop_file(one.id)
    return Imported(proposal, proposal.closed_at or 0, found, agreed is None)


def _said(counts: dict[str, Any]) -> str:
    names = ("new", "corrects", "same", "confirmed", "conflicts", "refused")
    return ", ".join(f"{counts[name]} {name}" for name in names if counts[name]) or "nothing"
