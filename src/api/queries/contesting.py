"""Contesting a fact and deciding a dispute, by somebody with a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.access import policy
from api.access.policy import Action, Target
from api.naming import fact_root
from api.queries.stating import Author, NotYours
from ledger.commands import disputing
from ledger.domain.dispute import Dispute
from ledger.errors import BadValue, Misuse
from ledger.fields import DAY, IDENT, WORD, read_open_text, read_sealed_text
from ledger.vocabulary_agency import DisputeOutcome

Contested = tuple[Dispute, bool]
_DOCUMENT = {"kind": WORD, "number": IDENT, "date": DAY}


def contest(
    author: Author,
    stream: UUID,
    fact: str,
    *,
    ident: str,
    reason: str,
    document: Mapping[str, str],
    by: str | None = None,
) -> Contested:
    """Contest a fact of a person or unit that the author reaches; gives whether it is new.

    Args:
        fact: by position, stream/version or its sender's key. by: the office that contests it, by
            default the account.

    Raises:
        TargetUnknown, Misuse, and what `disputing.contest` raises.
    """
    ((_, root),) = fact_root(author.desk.ledger, stream, [fact])
    return disputing.contest(
        author.desk.ledger,
        stream,
        root,
        ident=_read("id", read_open_text, ident),
        by=_read("by", read_open_text, by or author.reader.account),
        reason=_read("reason", read_sealed_text, reason),
        document=document_of(document),
        actor=author.reader.account,
    )


def resolve(
    author: Author,
    found: Dispute,
    *,
    outcome: DisputeOutcome,
    reason: str,
    document: Mapping[str, str],
) -> Contested:
    """Decide a dispute, or withdraw one's own; gives whether it ended now.

    Raises:
        NotYours, Misuse, and what `disputing.resolve` raises.
    """
    if not may_resolve(author, found, outcome):
        raise NotYours(
            "Your roles do not let you end this dispute so.",
            next_step="Who opened it may withdraw it; a panel decides it.",
        )
    return disputing.resolve(
        author.desk.ledger,
        UUID(found.stream),
        found.id,
        outcome=outcome,
        reason=_read("reason", read_sealed_text, reason),
        document=document_of(document),
        actor=author.reader.account,
    )


def may_resolve(author: Author, found: Dispute, outcome: DisputeOutcome) -> bool:
    """Who opened a dispute may withdraw it; anybody else decides it by his role."""
    target = target_of(author, found)
    if target is None:
        return False
    own = found.actor.casefold() == author.reader.account.casefold()
    if own:
        return outcome is DisputeOutcome.DICABUT and policy.may(
            author.reader, Action.DISPUTE, target
        )
    return policy.may(author.reader, Action.RESOLVE_DISPUTE, target)


def target_of(author: Author, found: Dispute) -> Target | None:
    """Whom a dispute is about, for rights."""
    stream, today = UUID(found.stream), author.desk.today()
    if stream in author.desk.units().units:
        return author.standing.of_unit(stream, today)
    return author.standing.of_person(stream, today)


def document_of(given: Mapping[str, str]) -> dict[str, str]:
    """A document as events hold it.

    Raises:
        Misuse.
    """
    found: dict[str, str] = {}
    for part, kind in _DOCUMENT.items():
        found[part] = _read(f"document/{part}", kind.read, given.get(part, ""))
    return found


def _read(name: str, read: Any, text: str) -> str:
    try:
        found: str = read(text)
    except BadValue as fault:
        raise Misuse(f"{name}: {fault.message}", next_step=fault.next_step) from None
    return found
