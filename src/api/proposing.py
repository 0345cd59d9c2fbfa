"""What can be proposed, kind by kind: how it is said, what it would do, and what it records.

A new kind is a line in `KINDS`; the state of proposals, who may confirm, and the one command in
which it is carried out are the same for all (`ledger.commands.second_person`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from api import enacting, granting, recording
from api.intake import confirming, desk
from api.intake.uploads import Uploads
from ledger.application import Ledger, today_in
from ledger.canonical import instant_text
from ledger.commands import second_person
from ledger.commands.second_person import Carried
from ledger.domain.proposals import Proposal, confirmable
from ledger.errors import LedgerError, invariant
from ledger.records import Outcome
from projections.asking import rule_change
from projections.table.segments import Report

# What a list does not show of a command; a text is long, and its digest says which it is.
_UNSHOWN = ("text", "mark")


class KindUnknown(LedgerError):
    """A proposal of a kind that this version cannot carry out."""

    code = "proposal_kind_unknown"


class Confirming(NamedTuple):
    """Who confirms, and when.

    Attributes:
        at, today: the present instant, and the agency's day.
        agreed: the digest of the outcome that he saw, where it is not the one that was proposed.
    """

    actor: str
    at: datetime
    today: date
    agreed: str | None = None


class Done(NamedTuple):
    """A proposal that was carried out.

    Attributes:
        proposal: as it was. outcome: where its events lie, the confirmation first; of an import
            only the confirmation. report: of an import, what it did (`intake.outcome`).
    """

    proposal: Proposal
    outcome: Outcome
    report: dict[str, Any] | None = None


Carry = Callable[[Ledger, Proposal], Carried]
Run = Callable[[Ledger, Proposal, Confirming], Done]
Effect = Callable[[Ledger, Proposal, date, Report], dict[str, Any] | None]


def _nothing_left(_ledger: Ledger, _proposal: Proposal) -> None:
    """Nothing is kept outside the ledger for most kinds."""


def _at_once(_ledger: Ledger, _proposal: Proposal) -> bool:
    """Most kinds are one command and never interrupted."""
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal.

    Attributes:
        says: what would be done, in one line and without personal data.
        carry: what confirming records, as one command; raises where the proposal no longer fits.
            Of a kind that is carried out otherwise, a function that does it all.
        effect: what it would do, as JSON; today is the agency's day.
        rejected: what is done once it is rejected.
        unfinished: whether it was confirmed and interrupted, so that confirming it goes on.
    """

    says: Callable[[Proposal], str]
    carry: Carry | None
    effect: Effect
    run: Run | None = None
    rejected: Callable[[Ledger, Proposal], None] = _nothing_left
    unfinished: Callable[[Ledger, Proposal], bool] = _at_once


def _enact_says(proposal: Proposal) -> str:
    command = proposal.command
    return (
        f"enact {command['instrument']} under {command['decree']},"
        f" in force from {command['in_force_from']}"
    )


def _repeal_says(proposal: Proposal) -> str:
    command = proposal.command
    return (
        f"repeal {command['instrument']} under {command['decree']},"
        f" enacted at position {command['enacted']}"
    )


def _rules_effect(
    ledger: Ledger, proposal: Proposal, today: date, report: Report
) -> dict[str, Any]:
    found = enacting.effect(ledger, enacting.books(ledger, proposal), today=today, report=report)
    return rule_change.as_json(found)


def _import_says(proposal: Proposal) -> str:
    command = proposal.command
    counts = command["counts"]
    return (
        f"import a file of form {command['form']}: {counts['new']} new rows,"
        f" {counts['corrects']} corrections, {counts['refused']} refused,"
        f" {counts['conflicts']} conflicts"
    )


def _import_effect(
    ledger: Ledger,
    proposal: Proposal,
    today: date,  # noqa: ARG001 - of every kind
    report: Report,  # noqa: ARG001 - of every kind
) -> dict[str, Any]:
    return confirming.before(ledger, proposal)


def _import_run(ledger: Ledger, proposal: Proposal, who: Confirming) -> Done:
    done = confirming.carry_out(ledger, proposal.id, actor=who.actor, agreed=who.agreed)
    closed = done.proposal
    outcome = Outcome(done.confirmed_at, 1, closed.recorded_at, repeated=done.resumed)
    return Done(closed, outcome, done.report)


def _fact_says(proposal: Proposal) -> str:
    command = proposal.command
    what = (
        command["fact"]
        if command["fact"] == command["of"]
        else (f"{command['fact']} of a {command['of']}")
    )
    day = "" if command["on"] is None else f" of {command['on']}"
    whose = "somebody new" if command["subject"] is None else command["subject"]
    return f"record {what}{day} about {whose}"


def _fact_effect(
    ledger: Ledger,
    proposal: Proposal,
    today: date,
    report: Report,  # noqa: ARG001 - of every kind
) -> dict[str, Any]:
    return recording.before(ledger, proposal, at=_head(ledger), today=today)


def _head(ledger: Ledger) -> datetime:
    """When the last event was recorded: what is looked at now is looked at as things stand."""
    found = ledger.store.head().recorded_at
    invariant(found is not None, "a founded ledger has no event")
    if found is None:
        raise TypeError
    return found


def _fact_run(ledger: Ledger, proposal: Proposal, who: Confirming) -> Done:
    found = recording.carry_out(ledger, proposal.id, actor=who.actor, at=who.at, today=who.today)
    return Done(*found)


def _destroy_upload(ledger: Ledger, proposal: Proposal) -> None:
    """A crash before leaves the file to the next sweep of the desk, which sees the rejection."""
    Uploads.of(ledger).destroy(str(proposal.command["upload"]))


def _role_effect(
    ledger: Ledger,
    proposal: Proposal,
    today: date,  # noqa: ARG001 - of every kind
    report: Report,  # noqa: ARG001 - of every kind
) -> dict[str, Any]:
    return granting.effect(ledger, proposal)


def _role_run(ledger: Ledger, proposal: Proposal, who: Confirming) -> Done:
    return Done(*granting.carry_out(ledger, proposal, actor=who.actor, today=who.today))


KINDS: Mapping[str, Kind] = {
    enacting.ENACT: Kind(_enact_says, enacting.carried, _rules_effect),
    enacting.REPEAL: Kind(_repeal_says, enacting.carried, _rules_effect),
    desk.IMPORT: Kind(
        _import_says, None, _import_effect, _import_run, _destroy_upload, confirming.interrupted
    ),
    recording.FACT: Kind(_fact_says, None, _fact_effect, _fact_run, _destroy_upload),
    granting.GRANT: Kind(granting.says, None, _role_effect, _role_run),
    granting.REVOKE: Kind(granting.says, None, _role_effect, _role_run),
}


def kind_of(proposal: Proposal) -> Kind:
    """The kind of a proposal.

    Raises:
        KindUnknown.
    """
    found = KINDS.get(proposal.kind)
    if found is None:
        raise KindUnknown(
            f"Proposal {proposal.id} is of the kind {proposal.kind}, which this version cannot"
            " carry out.",
            next_step="Use the version that proposed it, or reject it.",
        )
    return found


def shown(proposal: Proposal) -> dict[str, Any]:
    """A proposal as an object of the public contract, without long texts."""
    says = KINDS[proposal.kind].says(proposal) if proposal.kind in KINDS else proposal.kind
    return {
        "id": proposal.id,
        "kind": proposal.kind,
        "says": says,
        "command": {k: v for k, v in proposal.command.items() if k not in _UNSHOWN},
        "digest": proposal.digest,
        "proposed_by": proposal.actor,
        "recorded_at": instant_text(proposal.recorded_at),
        "document": None if proposal.document is None else dict(proposal.document),
        "state": proposal.state.value,
    }


def effect_before(
    ledger: Ledger, ident: int, *, actor: str, today: date, report: Report
) -> tuple[Proposal, dict[str, Any] | None]:
    """The proposal that an actor may confirm, and what it would do as things stand; None where it
    was confirmed and only has to go on.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, KindUnknown, and what the kind raises.
    """
    known = second_person.proposals_of(ledger)
    one = known.by_id.get(ident)
    if one is not None and one.kind in KINDS and KINDS[one.kind].unfinished(ledger, one):
        return one, None
    one = confirmable(known, ident, actor=actor)
    return one, kind_of(one).effect(ledger, one, today, report)


def carry_out(
    ledger: Ledger,
    ident: int,
    *,
    actor: str,
    agreed: str | None = None,
    at: datetime,
) -> Done:
    """Confirm a proposal and record what it says. All of it is one command, but of an import, which
    goes on where it was interrupted.

    Args:
        agreed: of an import whose outcome changed, the digest of the one that is confirmed.
        at: the present instant.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, KindUnknown, and what the kind raises.
    """
    one = second_person.proposals_of(ledger).by_id.get(ident)
    kind = None if one is None else KINDS.get(one.kind)
    if one is not None and kind is not None and kind.run is not None:
        today = today_in(str(ledger.founded["timezone"]), at)
        return kind.run(ledger, one, Confirming(actor, at, today, agreed))
    return Done(*second_person.confirm(ledger, ident, actor=actor, carry=_carry(ledger)))


def _carry(ledger: Ledger) -> Callable[[Proposal], Carried]:
    def carried(one: Proposal) -> Carried:
        carry = kind_of(one).carry
        invariant(carry is not None, "a kind that nothing carries out")
        return Carried() if carry is None else carry(ledger, one)

    return carried


def reject(ledger: Ledger, ident: int, *, actor: str, reason: str | None = None) -> Proposal:
    """Close a proposal without carrying it out; what was kept for it is destroyed.

    Raises:
        ProposalUnknown, ProposalClosed.
    """
    one = second_person.reject(ledger, ident, actor=actor, reason=reason)
    if one.kind in KINDS:
        KINDS[one.kind].rejected(ledger, one)
    return one
