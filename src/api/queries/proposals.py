"""What waits for a second person, of every kind: what it is, what it would do, who may close it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from api import enacting, granting, proposing, recording
from api.access import policy
from api.access.policy import NOTHING, Action, Target
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.intake import desk as imports
from api.intake import single
from api.intake.needs import Why
from api.intake.uploads import UploadUnknown
from ledger.commands import second_person
from ledger.domain.proposals import Proposal, ProposalState, ProposalUnknown
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.events.registry import FACT_SPECS
from ledger.fields import IDENTITY, RESTRICTED
from projections.table.segments import Report

_CLOSED_BY: Final[Mapping[str, Action]] = MappingProxyType(
    {
        enacting.ENACT: Action.CONFIRM_RULES,
        enacting.REPEAL: Action.CONFIRM_RULES,
        imports.IMPORT: Action.CONFIRM_IMPORT,
        granting.GRANT: Action.CONFIRM_ROLE,
        granting.REVOKE: Action.CONFIRM_ROLE,
    }
)
_READ: Final[Mapping[str, Action]] = MappingProxyType(
    {
        enacting.ENACT: Action.READ_RULES,
        enacting.REPEAL: Action.READ_RULES,
        imports.IMPORT: Action.READ_IMPORTS,
    }
)
_OF_FACTS: Final[Mapping[str, Action]] = MappingProxyType(
    {Why.RULING: Action.CONFIRM_RULING, Why.ESTABLISHED: Action.CONFIRM_ASSESSMENT}
)


def right_to_confirm(one: Proposal) -> Action | None:
    """The right that closing a proposal takes; None for a kind that is closed elsewhere."""
    if one.kind != recording.FACT:
        return _CLOSED_BY.get(one.kind)
    why = one.command["second_person"]
    if why is not None and why in _OF_FACTS:
        return right_by_why(why)
    return Action.CORRECT_FACT if one.command["fact"] in _MENDS else Action.VERIFY_FACT


def right_by_why(why: str) -> Action:
    """The right to confirm what needs a second person, by why it does."""
    return _OF_FACTS.get(why, Action.CORRECT_FACT)


_MENDS: Final = ("correct", "annul", "end")


def target_of(desk: Desk, standing: Standing, one: Proposal) -> Target | None:
    """Whom a proposal is about; None where that is nobody whom the ledger knows."""
    if one.kind != recording.FACT or one.command["subject"] is None:
        return NOTHING
    stream = UUID(one.command["subject"])
    if one.command["owner"] == EMPLOYEE:
        return standing.of_person(stream, desk.today())
    return standing.of_unit(stream, desk.today()) if one.command["owner"] == ORG_UNIT else NOTHING


def may_close(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> bool:
    """Whether somebody's roles let him confirm or reject a proposal. That it must be somebody else
    than the proposer is decided by the ledger.
    """
    right, target = right_to_confirm(one), target_of(desk, standing, one)
    if one.kind == imports.IMPORT and not all(
        may_at_all(reader, right_by_why(why)) for why in one.command.get("second_person", ())
    ):
        return False
    return right is not None and target is not None and policy.may(reader, right, target)


def may_see(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> bool:
    """Whether somebody may see what waits: whoever proposed it, may close it, or reads its like."""
    if one.actor == reader.account or may_close(desk, standing, reader, one):
        return True
    if one.kind == recording.FACT:
        target = target_of(desk, standing, one)
        about = Action.READ_RECORD if one.command["owner"] == EMPLOYEE else Action.READ_UNITS
        return target is not None and policy.may(reader, about, target)
    reads = _READ.get(one.kind, Action.READ_ROLES)
    return policy.may(reader, reads, NOTHING)


def seen(desk: Desk, standing: Standing, reader: Reader, *, every: bool = False) -> list[Proposal]:
    """What waits, oldest first, of what the reader may see; `every` with what was closed."""
    known = second_person.proposals_of(desk.ledger)
    found = known.by_id.values() if every else known.pending()
    return [one for one in found if may_see(desk, standing, reader, one)]


def shown(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> dict[str, Any]:
    """A proposal as JSON, with what the reader may do with it."""
    waits = one.state is ProposalState.PENDING
    may = may_close(desk, standing, reader, one)
    own = one.actor.casefold() == reader.account.casefold()
    return proposing.shown(one) | {
        "closed_at": one.closed_at,
        "closed_by": one.closed_by,
        "mine": own,
        "may_confirm": waits and may and not own,
        "may_reject": waits and (may or own),
    }


def named(desk: Desk, standing: Standing, reader: Reader, ident: int) -> Proposal:
    """A proposal that the reader may see.

    Raises:
        ProposalUnknown: also where he may not.
    """
    one = second_person.proposals_of(desk.ledger).by_id.get(ident)
    if one is None or not may_see(desk, standing, reader, one):
        raise ProposalUnknown(
            f"There is no proposal {ident}, or none that you may see.",
            next_step="The list of proposals says what waits.",
        )
    return one


def known(desk: Desk, ident: int) -> list[Proposal]:
    """The proposal of an id, whoever may see it; none where there is none."""
    found = second_person.proposals_of(desk.ledger).by_id.get(ident)
    return [] if found is None else [found]


def people_of(known: Iterable[Proposal]) -> list[UUID]:
    """The people whom proposals are about, for the access log."""
    commands = (one.command for one in known if one.kind == recording.FACT)
    found = {one["subject"] for one in commands if one["owner"] == EMPLOYEE and one["subject"]}
    return [UUID(one) for one in sorted(found)]


def effect(desk: Desk, one: Proposal, *, report: Report = lambda _: None) -> dict[str, Any] | None:
    """What a proposal would do as things stand; None of one that is closed.

    Raises:
        KindUnknown, and what its kind raises where it can no longer be carried out.
    """
    if one.state is not ProposalState.PENDING:
        return None
    return proposing.kind_of(one).effect(desk.ledger, one, desk.today(), report)


def fact_of(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> dict[str, Any] | None:
    """The fields of a fact that waits, as far as the reader may see them: `fields`, and `hidden`,
    the names of those he may not. None where it is no longer kept.
    """
    try:
        row = single.read_object(recording.line_of(desk.ledger, one))
    except UploadUnknown:
        return None
    target = target_of(desk, standing, one)
    owner, fact = one.command["owner"], one.command["fact"]
    inner = row.pop("replacement", None)
    shown, hidden = _open(reader, target, owner, fact, row)
    if isinstance(inner, dict):
        more, unseen = _open(reader, target, owner, str(inner.get("fact")), inner)
        shown |= {f"replacement.{name}": value for name, value in more.items()}
        hidden += unseen
    return {"fields": shown, "hidden": hidden}


def _open(
    reader: Reader, target: Target | None, owner: str, fact: str, row: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    spec = FACT_SPECS.get((owner, fact))
    classes = {} if spec is None else spec.key_classes
    shown: dict[str, Any] = {}
    hidden: list[str] = []
    for name, value in row.items():
        if name in _WHOSE:
            continue
        needed = _SEALED.get(classes.get(name) or "")
        if needed is None or (target is not None and policy.may(reader, needed, target)):
            shown[name] = value if not isinstance(value, Decimal) else str(value)
        else:
            hidden.append(name)
    return shown, hidden


_WHOSE: Final = ("fact", "nip", "unit", "key")
_SEALED: Final[Mapping[str, Action]] = MappingProxyType(
    {IDENTITY: Action.READ_IDENTITY, RESTRICTED: Action.READ_RESTRICTED}
)


def whose(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> dict[str, Any] | None:
    """Whom a fact that was proposed is about: name, number and `address`, for a reader who may see
    them; None for somebody new, and where the kind is about nobody.
    """
    if one.kind != recording.FACT or one.command["subject"] is None:
        return None
    stream = UUID(one.command["subject"])
    if one.command["owner"] == ORG_UNIT:
        fields = desk.units().described(stream, desk.today()) or {}
        return {"name": fields.get("name"), "nip": None, "address": f"/catat/unit/{stream.hex}"}
    target = target_of(desk, standing, one)
    if target is None or not policy.may(reader, Action.READ_IDENTITY, target):
        return {"name": None, "nip": None, "address": None}
    return desk.ledger.person(stream) | {"address": f"/catat/orang/{stream.hex}"}
