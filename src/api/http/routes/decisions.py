"""Decisions: drafted by one, recommended by a body, issued by another, checked by anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.http import commanding, finding, guard
from api.http.answers import answer
from api.http.commanding import After, Sending
from api.http.guard import DeskHere
from api.http.shapes import Recorded
from api.http.shapes_cases import (
    DecisionList,
    DecisionWhole,
    Drafting,
    Issuing,
    Rechecked,
    Recommending,
    Revoking,
)
from api.naming import unit_of
from api.queries import deciding, decisions
from api.queries.deciding import Acted, Wish
from api.queries.sight import sight
from api.queries.stating import Author
from ledger.access.access_entry import of_list
from ledger.domain.decision import Decision
from ledger.domain.decision_streams import stream_of
from ledger.errors import Misuse
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter(tags=["decisions"])
Reads = Annotated[Reader, Depends(guard.allow(Action.READ_DECISIONS))]
Ident = Annotated[str, Path(max_length=200, description="As the list shows it; it may hold /.")]


@router.get("/decisions", response_model=DecisionList)
def decision_list(request: Request, reader: Reads, desk: DeskHere) -> Response:
    """Every decision about somebody whom the reader may see, in the order of drafting."""
    standing = guard.standing_of(request)
    seen = sight(desk, standing, reader, Action.READ_DECISIONS)
    return answer(decisions.listed(desk, seen))


@router.get("/decisions/{ident:path}/recheck", response_model=Rechecked)
def recheck(
    request: Request,
    ident: Ident,
    reader: Reads,
    desk: DeskHere,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Replay a decision's basis, and say what later knowledge would have changed: a change of the
    engine, of the texts or of the record is told apart from what became known later.
    """
    given = purpose or purpose_header
    found = finding.decision(request, reader, ident, given)
    log_look(request, reader, found, given)
    standing = guard.standing_of(request)
    shown = decisions.recheck(
        desk,
        found,
        sight(desk, standing, reader, Action.READ_DECISIONS),
        sight(desk, standing, reader, Action.READ_IDENTITY),
    )
    return answer(shown)


@router.get("/decisions/{ident:path}", response_model=DecisionWhole)
def decision(
    request: Request,
    ident: Ident,
    reader: Reads,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """One decision: its pinned basis, its steps, and of its ranked candidates those whom the reader
    may see, with each requirement met, not met or unknown.
    """
    given = purpose or purpose_header
    found = finding.decision(request, reader, ident, given)
    log_look(request, reader, found, given)
    return answer(_shown(request, reader, found))


def _shown(request: Request, reader: Reader, found: Decision) -> dict[str, Any]:
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    return decisions.one(
        desk,
        found,
        sight(desk, standing, reader, Action.READ_DECISIONS),
        sight(desk, standing, reader, Action.READ_IDENTITY),
    )


def log_look(
    request: Request, reader: Reader, found: Decision, given: ReadingPurpose | None
) -> None:
    """Write down that the candidates of a decision are about to be shown.

    Raises:
        PurposeNeeded.
    """
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    seen = sight(desk, standing, reader, Action.READ_DECISIONS)
    people = [one for one in decisions.people_of(desk, found) if seen.sees(one.hex)]
    whose = people[0] if people == [reader.person] else None
    why = guard.purpose_of(request, reader, whose, given)
    told = {"what": "decision", "decision": found.draft.id}
    guard.access_of(request).record(*of_list(reader.account, why, people, told))


@router.post("/decisions", response_model=Recorded, responses=commanding.statuses(Recorded))
def draft(
    request: Request,
    reader: Annotated[Reader, Depends(guard.allow(Action.DRAFT_DECISION))],
    desk: DeskHere,
    sent: Sending,
    given: Annotated[Drafting, Body()],
) -> Response:
    """Draft a decision: pin its question, what is known now, and the candidates in their order."""
    if sum((given.people is not None, given.unit is not None, given.everybody)) != 1:
        raise Misuse(
            "Say who is asked about, once.", next_step="Give people, unit, or everybody: true."
        )
    unit = None if given.unit is None else unit_of(desk.units(), given.unit, desk.today())
    wish = Wish(
        ident=given.id,
        kind=given.kind,
        instrument=given.instrument,
        as_of=given.as_of,
        people=None if given.people is None else tuple(given.people),
        unit=unit,
        requirements=tuple(given.requirements),
        chosen=None if given.choose is None else tuple(given.choose),
        tie_rule=given.tie_rule,
        reasons=given.reasons,
    )

    def do() -> Acted:
        return deciding.draft(Author(desk, guard.standing_of(request), reader), wish)

    said = {"do": "draft", **given.model_dump(mode="json")}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said)
    return commanding.responded(desk, done)


@router.post(
    "/decisions/{ident:path}/recommend",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def recommend(
    request: Request,
    ident: Ident,
    reader: Annotated[Reader, Depends(guard.allow(Action.RECOMMEND_DECISION))],
    sent: After,
    given: Annotated[Recommending, Body()],
) -> Response:
    """Record what Tim Penilai Kinerja or a panel says to a draft. If-Match takes its `version`."""

    def act(author: Author, found: Decision) -> Acted:
        return deciding.recommend(
            author,
            found,
            body=given.body,
            in_favour=given.in_favour,
            reasons=given.reasons,
        )

    return _acted(
        request, reader, ident, sent, act, {"do": "recommend", **given.model_dump(mode="json")}
    )


@router.post(
    "/decisions/{ident:path}/issue",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def issue(
    request: Request,
    ident: Ident,
    reader: Annotated[Reader, Depends(guard.allow(Action.ISSUE_DECISION))],
    sent: After,
    given: Annotated[Issuing, Body()],
) -> Response:
    """Issue a decision that somebody else drafted; against the ranking, or without a
    recommendation, only with reasons. If-Match takes its `version`.
    """

    def act(author: Author, found: Decision) -> Acted:
        return deciding.issue(
            author,
            found,
            number=given.number,
            decided_on=given.decided_on,
            chosen=given.choose,
            reasons=given.reasons,
        )

    return _acted(
        request, reader, ident, sent, act, {"do": "issue", **given.model_dump(mode="json")}
    )


@router.post(
    "/decisions/{ident:path}/revoke",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def revoke(
    request: Request,
    ident: Ident,
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_DECISIONS))],
    sent: After,
    given: Annotated[Revoking, Body()],
) -> Response:
    """Revoke what was issued, with reasons, or withdraw a draft: whoever may revoke decisions, and
    of a draft whoever drafted it. If-Match takes its `version`.
    """

    def act(author: Author, found: Decision) -> Acted:
        return deciding.revoke(
            author,
            found,
            decided_on=given.decided_on,
            number=given.number,
            reasons=given.reasons,
        )

    return _acted(
        request, reader, ident, sent, act, {"do": "revoke", **given.model_dump(mode="json")}
    )


def _acted(
    request: Request,
    reader: Reader,
    ident: str,
    sent: commanding.Sent,
    act: Callable[[Author, Decision], Acted],
    said: dict[str, Any],
) -> Response:
    """Carry out a step of a decision that the reader may see, on the version that he names."""
    desk = guard.desk_of(request)
    found = finding.decision(request, reader, ident)

    def do() -> Acted:
        return act(Author(desk, guard.standing_of(request), reader), found)

    whole = {"decision": ident, **said}
    done = commanding.run(desk, sent, do, actor=reader.account, said=whole, about=stream_of(ident))
    return commanding.responded(desk, done)
