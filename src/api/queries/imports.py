"""The import desk: what waits, what was imported, what each row of a file would do.

Who has the right over some units only sees and proposes files that are about those alone. Of rows
about anybody else nothing is told, not even whether he exists: such a file is refused as a whole.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from api.access import policy
from api.access.policy import NOTHING, Action, Target
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.intake import desk as imports
from api.intake import outcome
from api.intake.batches import Batch, batches, origin_of
from api.intake.desk import UploadState
from api.intake.uploads import Upload, Uploads, UploadUnknown
from api.queries import import_rights, proposals
from api.queries.import_rights import OutOfReach, holds
from api.queries.within import people_within, units_within
from ledger.commands.second_person import proposals_of
from ledger.domain.proposals import Proposal, ProposalState
from ledger.events.base import EMPLOYEE, ORG_UNIT

_SHOWN: Final = 100
_HIDDEN: Final = (imports.STATED, "rows")


class Asker(NamedTuple):
    """Who asks, and where people and units stand."""

    desk: Desk
    standing: Standing
    reader: Reader


# ------------------------------------------------------------------------------------------- lists


def listed(who: Asker) -> dict[str, Any]:
    """What waits and what was imported, newest first, of what the reader may see."""
    desk, _, reader = who
    known, done = proposals_of(desk.ledger), imports.finished(desk.ledger)
    waiting = [
        _upload(who, imports.told(one, known, done), one)
        for one in Uploads.of(desk.ledger).every()
        if one.purpose == imports.IMPORT and one.id not in done and _may_see(reader, one.account)
    ]
    imported = [_batch(one) for one in batches(desk.ledger) if _may_see(reader, one.actor)]
    return {"waiting": waiting[::-1], "imported": imported[::-1]}


def one_import(who: Asker, ident: str) -> dict[str, Any]:
    """An upload that waits, or an import that was recorded: `upload`, `import`, `proposal` (each
    null where there is none), `preview` without its rows.

    Raises:
        UploadUnknown: there is none that the reader may see. OutOfReach.
    """
    desk, standing, reader = who
    batch = next((one for one in batches(desk.ledger) if one.id == ident), None)
    upload = _kept(desk, ident)
    account = upload.account if upload is not None else None if batch is None else batch.actor
    if account is None or not _may_see(reader, account):
        raise _unknown()
    known, done = proposals_of(desk.ledger), imports.finished(desk.ledger)
    proposal = imports.proposal_of(known, ident)
    found = _report(desk, ident) if batch is not None else preview_of(who, ident)
    return {
        "id": ident,
        "upload": None
        if upload is None
        else _upload(who, imports.told(upload, known, done), upload),
        "import": None if batch is None else _batch(batch),
        "proposal": None if proposal is None else proposals.shown(desk, standing, reader, proposal),
        "preview": None
        if found is None
        else {key: value for key, value in found.items() if key not in _HIDDEN},
        "may_withdraw": batch is not None
        and batch.withdrawn is None
        and policy.may(reader, Action.WITHDRAW_IMPORT, NOTHING),
    }


def rows_of(
    who: Asker, ident: str, *, outcome_: str | None, after: int, most: int
) -> dict[str, Any]:
    """Rows of a preview or report, those of one outcome: `rows` and `next`, where to go on.

    Raises:
        UploadUnknown, OutOfReach.
    """
    may_see(who, ident)
    report = _report(who.desk, ident)
    found = preview_of(who, ident) if report is None else report
    rows, onward = outcome.some_rows(found, outcome=outcome_, after=after, most=most)
    return {"rows": rows, "next": onward}


def preview_of(who: Asker, ident: str) -> dict[str, Any]:
    """What an import would do, for whoever may see it.

    Raises:
        UploadUnknown, OutOfReach.
    """
    may_see(who, ident)
    upload = _kept(who.desk, ident)
    found = imports.preview(who.desk.ledger, ident)
    _within(who, found, own=upload is not None and upload.account == who.reader.account)
    return found


def about_oneself(desk: Desk, reader: Reader, proposal: Proposal) -> bool:
    """Whether an import that waits has a row about whoever would close it. What would be recorded
    is looked at, as it stands.
    """
    if reader.person is None or proposal.state is not ProposalState.PENDING:
        return False
    return bool(_own_rows(reader, imports.preview(desk.ledger, proposal.command["upload"])))


def not_confirmable(who: Asker, proposal: Proposal) -> list[str]:
    """Why somebody may not confirm an import that waits although he confirms imports: the reasons
    for which rows of it need a second person whose right he has not, over those they are about.
    What would be recorded is looked at, as it stands.
    """
    if proposal.state is not ProposalState.PENDING:
        return []
    found = imports.preview(who.desk.ledger, proposal.command["upload"])
    return import_rights.missing(*who, found[imports.STATED])


def recorded_about_oneself(desk: Desk, reader: Reader, ident: str) -> bool:
    """Whether an import recorded something about whoever would take it back."""
    if reader.person is None:
        return False
    events = desk.ledger.events_of(reader.person)
    return any(origin_of(one).get("batch") == ident for one in events)


# ------------------------------------------------------------------------------------------ rights


def may_see(who: Asker, ident: str) -> None:
    """That somebody may see an import.

    Raises:
        UploadUnknown: also where he may not.
    """
    desk, _, reader = who
    upload = _kept(desk, ident)
    batch = next((one for one in batches(desk.ledger) if one.id == ident), None)
    account = upload.account if upload is not None else None if batch is None else batch.actor
    if account is None or not _may_see(reader, account):
        raise _unknown()


def own(who: Asker, ident: str) -> Upload:
    """An upload of the reader's own.

    Raises:
        UploadUnknown.
    """
    found = _kept(who.desk, ident)
    if found is None or found.account.casefold() != who.reader.account.casefold():
        raise _unknown()
    return found


def nothing_back() -> UploadUnknown:
    """The refusal where no row comes back."""
    return UploadUnknown(
        "No row of this file comes back.", next_step="Every row is taken; propose its import."
    )


def _may_see(reader: Reader, account: str) -> bool:
    """Whose files somebody sees: his own, and with a role over the whole agency everybody's."""
    return account == reader.account or policy.may(
        reader, Action.READ_IMPORTS, Target(actor=account)
    )


def _within(who: Asker, found: dict[str, Any], *, own: bool) -> None:
    """Judged by those whose records the rows go to; whoever is new belongs to the whole agency.

    Raises:
        OutOfReach.
    """
    desk, standing, reader = who
    if own:
        _not_oneself(reader, found)
    _within_reach(who, found)
    if own:
        import_rights.see_to_kinds(desk, standing, reader, found[imports.STATED])


def _within_reach(who: Asker, found: dict[str, Any]) -> None:
    """Whoever is outside is outside alike, known or not; so this comes before the kinds.

    Raises:
        OutOfReach.
    """
    desk, standing, reader = who
    seen = policy.may(reader, Action.READ_IMPORTS, NOTHING)
    if seen or policy.may(reader, Action.IMPORT, NOTHING):
        return
    people = people_within(desk, standing, reader, Action.RECORD_FACT)
    units = units_within(desk, reader, Action.RECORD_UNIT)
    among = {EMPLOYEE: people, ORG_UNIT: units}
    outside = [
        {"sheet": one["sheet"], "row": one["row"]}
        for one in found[imports.STATED]
        if one["id"] is None
        or (one["owner"] not in among)
        or not holds(among[one["owner"]], one["id"])
    ]
    if outside:
        raise OutOfReach(
            f"{len(outside)} rows are about people or units that your roles do not reach, or that"
            " are not known.",
            next_step="Take them out, or let somebody send the file whose role reaches them.",
            rows=outside[:_SHOWN],
            count=len(outside),
        )


def _not_oneself(reader: Reader, found: dict[str, Any]) -> None:
    """Nobody states facts about himself, in a file as little as one by one.

    Raises:
        OutOfReach.
    """
    rows = _own_rows(reader, found)
    if rows:
        raise OutOfReach(
            f"{len(rows)} rows are about yourself.",
            next_step="Take them out, and let somebody else send them.",
            rows=rows[:_SHOWN],
            count=len(rows),
        )


def _own_rows(reader: Reader, found: dict[str, Any]) -> list[dict[str, Any]]:
    himself = None if reader.person is None else reader.person.hex
    return [
        {"sheet": one["sheet"], "row": one["row"]}
        for one in found[imports.STATED]
        if one["owner"] == EMPLOYEE and one["id"] is not None and one["id"] == himself
    ]


# ------------------------------------------------------------------------------------------- shown


def _kept(desk: Desk, ident: str) -> Upload | None:
    try:
        return imports.import_of(Uploads.of(desk.ledger), ident)
    except UploadUnknown:
        return None


def _report(desk: Desk, ident: str) -> dict[str, Any] | None:
    """What a finished import did; None before, and once its days are over."""
    if ident not in imports.finished(desk.ledger):
        return None
    try:
        return imports.report_of(desk.ledger, ident)
    except UploadUnknown:
        return {"counts": None, "rows": []}


def _upload(who: Asker, shown: dict[str, Any], one: Upload) -> dict[str, Any]:
    """An upload; the name of its file is for whoever sent it, because it may name somebody."""
    own = one.account.casefold() == who.reader.account.casefold()
    if not own:
        shown = shown | {"name": None}
    checked = shown["state"] in (UploadState.CHECKED, UploadState.REJECTED)
    return shown | {"mine": own, "may_propose": own and checked}


def _batch(one: Batch) -> dict[str, Any]:
    return one.as_json()


def _unknown() -> UploadUnknown:
    return UploadUnknown(
        "There is no such import, or none that you may see.",
        next_step="The list of imports says what there is; files go after thirty days.",
    )
