"""Stating one fact: recorded where its author may do so alone, else proposed.

Called by the commands of the API and by the page Catat; what is checked, decided and recorded is
the path of an import (`api.recording`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from api import recording
from api.access import policy
from api.access.policy import Action, Target
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.intake import single
from api.intake.needs import SecondPersonRequired
from api.intake.single import FactRefused
from api.queries.kinds import Kind, right_to_mend
from api.recording import Recorded
from ledger.domain.proposals import Proposal
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE, ORG_UNIT

_WHOSE: Final = ("fact", "nip", "unit")
_SELF: Final = "SELF"


class NotYours(LedgerError):
    """A fact that the roles of whoever states it do not reach."""

    code = "no_right"


class ProposedBefore(LedgerError):
    """The same fact waits for a second person already."""

    code = "proposed_before"


class NoNumber(LedgerError):
    """A record that is closed, so that nothing more is stated about it."""

    code = "stream_closed"


@dataclass(frozen=True, slots=True)
class About:
    """Whom a fact is about: a person, a unit by its code, or the book of references.

    Attributes:
        stream: None where the fact begins a record. named: the NIP or code, None for the book.
        target: for the rights of whoever states it.
    """

    stream: UUID | None
    named: str | None
    target: Target


class Author(NamedTuple):
    """Who states a fact, and where people and units stand."""

    desk: Desk
    standing: Standing
    reader: Reader


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a fact, or would: recorded, or proposed."""

    recorded: Recorded
    proposal: Proposal | None = None


def row_of(kind: Kind, about: About, body: Mapping[str, Any]) -> dict[str, Any]:
    """A fact as a facts file has it, of the fields that are its own.

    Raises:
        FactRefused: the body names whose it is, which the address says.
    """
    named = [name for name in _WHOSE if name in body and not (kind.founds and name == "nip")]
    if kind.fact == "unit" and about.stream is not None and "code" in body:
        named.append("code")
    if named:
        raise FactRefused([_said_by_the_address(name) for name in named])
    row = {"fact": kind.fact, **body}
    if about.named is not None:
        owner = kind.spec.owner
        key = "nip" if owner == EMPLOYEE else "code" if kind.fact == "unit" else "unit"
        row[key] = about.named
    return row


def _said_by_the_address(name: str) -> dict[str, Any]:
    return {
        "column": name,
        "code": "FIELD_UNKNOWN",
        "message": "The address says which kind of fact it is, and whose.",
        "who_must_act": "Pengirim",
        "next_step": f"Leave {name} out.",
    }


def state(
    author: Author,
    kind: Kind,
    about: About,
    row: Mapping[str, Any],
    *,
    dry: bool,
    reason: str | None = None,
) -> Told:
    """Record a fact, or propose it where a second person is needed; a dry run says what of it.

    Raises:
        NotYours, ProposedBefore, and what `recording.record` and `recording.propose` raise.
    """
    desk, _, reader = author
    _look_at_rights(author, kind, row)
    line = single.line_of(row)
    given: dict[str, Any] = {
        "actor": reader.account,
        "at": desk.now(),
        "today": desk.today(),
        "unit": about.stream if kind.spec.owner == ORG_UNIT else None,
    }
    alone = any(policy.may(reader, one, about.target) for one in kind.alone)
    if dry or not alone or "target" in row:
        found = recording.record(desk.ledger, line, dry=True, **given)
        _look_at_mended(reader, kind, about, found)
        if dry:
            return Told(found)
    if alone:
        try:
            return Told(recording.record(desk.ledger, line, **given))
        except SecondPersonRequired:
            pass  # it is proposed instead: whoever records it waits for somebody else
    proposal, found, new = recording.propose(desk.ledger, line, reason=reason, **given)
    if not new:
        raise ProposedBefore(
            f"The same was proposed before, as {proposal.id}, and waits for a second person.",
            next_step="Let somebody else confirm it, or reject it.",
            proposal=proposal.id,
        )
    return Told(found, proposal)


def needs_second(reader: Reader, kind: Kind, about: About, found: Recorded) -> bool:
    """Whether a fact would wait for a second person."""
    alone = any(policy.may(reader, one, about.target) for one in kind.alone)
    return not alone or found.second_person is not None


def _look_at_rights(author: Author, kind: Kind, row: Mapping[str, Any]) -> None:
    """What the right to the kind alone does not settle.

    Raises:
        NotYours.
    """
    if kind.fact == "assessment" and kind.spec.owner == ORG_UNIT:
        own = row.get("assessor") == _SELF or row.get("aspect") == "SELF_ASSESSMENT"
        if own is not kind.own:
            _refuse("A unit's assessment of itself is stated by its head, any other by an assessor")
    if kind.fact == "merged":
        desk, standing, reader = author
        into = _person(desk, row.get("into"))
        target = None if into is None else standing.of_person(into, desk.today())
        if target is not None and not policy.may(reader, Action.CORRECT_FACT, target):
            _refuse("The record that would go on is not within your reach")


def _person(desk: Desk, named: object) -> UUID | None:
    if not isinstance(named, str):
        return None
    try:
        return desk.ledger.index.find(named) or UUID(named)
    except (LedgerError, ValueError):
        return None  # what is wrong with it is said where the row is read


def _look_at_mended(reader: Reader, kind: Kind, about: About, found: Recorded) -> None:
    """Who mends a fact needs the right to state one of its kind too.

    Raises:
        NotYours.
    """
    needed = () if found.mends is None else right_to_mend(kind.spec.owner, found.mends)
    if needed and not any(policy.may(reader, one, about.target) for one in needed):
        _refuse("Facts of the kind that would be mended are not yours to state")


def _refuse(said: str) -> None:
    raise NotYours(f"{said}.", next_step="Ask for the role that has this right.")


def after_it(found: Recorded) -> dict[str, Any]:
    """What is said of a dry run beside its events: unusual things, and why two are needed."""
    return {
        "verdict": found.stated.verdict,
        "flags": found.stated.flags,
        "unusual": list(found.unusual),
        "second_person": None if found.second_person is None else found.second_person.value,
        "decisions": list(found.decisions),
    }
