"""What can be proposed, kind by kind: how it is said, what it would do, and what it records.

A new kind is a line in `KINDS`; the state of proposals, who may confirm, and the one command in
which it is carried out are the same for all (`ledger.second_person`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api import enacting
from ledger import second_person
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.errors import LedgerError
from ledger.proposals import Proposal, confirmable
from ledger.records import Outcome
from ledger.second_person import Carried
from projections.asking import rule_change
from projections.table.segments import Report

# What a list shows of a command; a text is long, and its digest says which it is.
_UNSHOWN = ("text",)


class KindUnknown(LedgerError):
    """A proposal of a kind that this version cannot carry out."""

    code = "proposal_kind_unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal.

    Attributes:
        says: what would be done, in one line and without personal data.
        carry: what confirming records; raises where the proposal no longer fits.
        effect: what it would do, as JSON; today is the agency's day.
    """

    says: Callable[[Proposal], str]
    carry: Callable[[Ledger, Proposal], Carried]
    effect: Callable[[Ledger, Proposal, date, Report], dict[str, Any] | None]


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


KINDS: Mapping[str, Kind] = {
    enacting.ENACT: Kind(_enact_says, enacting.carried, _rules_effect),
    enacting.REPEAL: Kind(_repeal_says, enacting.carried, _rules_effect),
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
    """The proposal that an actor may confirm, and what it would do as things stand.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, KindUnknown, and what the kind raises.
    """
    one = confirmable(second_person.proposals_of(ledger), ident, actor=actor)
    return one, kind_of(one).effect(ledger, one, today, report)


def carry_out(ledger: Ledger, ident: int, *, actor: str) -> tuple[Proposal, Outcome]:
    """Confirm a proposal and record what it says, in one command.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, KindUnknown, and what the kind raises.
    """
    return second_person.confirm(
        ledger, ident, actor=actor, carry=lambda one: kind_of(one).carry(ledger, one)
    )
