"""What has a number or id of its own and concerns people: found for a reader who may see it.

Who may not see it is told what he would be told if it were not there, after as long; that he asked
is written down, with the person whom it is about. So one learns nothing of others' disputes,
decisions and proposals by trying numbers, and trying is seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar
from uuid import UUID

from starlette.requests import Request

from api.access.policy import Action
from api.access.readers import Reader
from api.http import guard
from api.queries import decisions, disputes, proposals
from api.queries.sight import people_in, sight
from ledger.access.access_entry import of_refused
from ledger.domain.decision import Decision, DecisionUnknown
from ledger.domain.decision_streams import stream_of
from ledger.domain.dispute import Dispute, DisputeUnknown
from ledger.domain.proposals import Proposal, ProposalUnknown
from ledger.errors import LedgerError
from ledger.vocabulary_agency import ReadingPurpose

_Found = TypeVar("_Found")


def dispute(
    request: Request,
    reader: Reader,
    number: int,
    action: Action,
    given: ReadingPurpose | None = None,
) -> Dispute:
    """The dispute opened at a position.

    Raises:
        DisputeUnknown: there is none, or none that the reader reaches in this action.
    """
    desk = guard.desk_of(request)
    seen = sight(desk, guard.standing_of(request), reader, action)
    return _found(
        request,
        reader,
        lambda: disputes.numbered(desk, number, seen),
        refusal=DisputeUnknown,
        about=lambda: people_in(desk, disputes.about(desk, number)),
        asked={"what": "dispute", "dispute": number},
        why=given or _said(request) or ReadingPurpose.DISPUTE,
    )


def decision(
    request: Request, reader: Reader, ident: str, given: ReadingPurpose | None = None
) -> Decision:
    """The decision of an id.

    Raises:
        DecisionUnknown: there is none, or the reader sees nobody whom it is about.
    """
    desk = guard.desk_of(request)
    seen = sight(desk, guard.standing_of(request), reader, Action.READ_DECISIONS)
    # What was typed is kept only where it is an id of ours: it may be anything.
    there = desk.version_of(stream_of(ident)) > 0
    return _found(
        request,
        reader,
        lambda: decisions.named(desk, ident, seen),
        refusal=DecisionUnknown,
        about=tuple,
        asked={"what": "decision", **({"decision": ident} if there else {})},
        why=given or _said(request) or ReadingPurpose.DECISION,
    )


def proposal(
    request: Request, reader: Reader, ident: int, given: ReadingPurpose | None = None
) -> Proposal:
    """The proposal of an id.

    Raises:
        ProposalUnknown: there is none, or none that the reader may see.
    """
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    return _found(
        request,
        reader,
        lambda: proposals.named(desk, standing, reader, ident),
        refusal=ProposalUnknown,
        about=lambda: proposals.people_of(proposals.known(desk, ident)),
        asked={"what": "proposal", "proposal": ident},
        why=given or _said(request) or ReadingPurpose.ADMINISTRATION,
    )


def _said(request: Request) -> ReadingPurpose | None:
    """What was said at sign-in."""
    said = request.app.state.sign_in.purpose(request)
    return None if said is None else ReadingPurpose(said)


def _found(
    request: Request,
    reader: Reader,
    find: Callable[[], _Found],
    *,
    refusal: type[LedgerError],
    about: Callable[[], Collection[UUID]],
    asked: Mapping[str, Any],
    why: ReadingPurpose,
) -> _Found:
    begun = time.monotonic()
    try:
        return find()
    except refusal:
        refused(request, reader, about(), why, asked, begun)
        raise


def refused(
    request: Request,
    reader: Reader,
    about: Collection[UUID],
    why: ReadingPurpose,
    asked: Mapping[str, Any],
    begun: float,
) -> None:
    """Write down that something was asked for that is refused, with whom it is about, and let the
    refusal take as long as every other.

    Args:
        begun: since when, `time.monotonic()`.
    """
    looks = [of_refused(reader.account, why, one, asked) for one in about or (None,)]
    guard.access_of(request).record(*looks)
    guard.wait_evenly(request, begun)
