"""Facts stated one by one: recorded at once, or proposed and confirmed by a second person.

Steps of discipline cases are held to the law as `case record` holds them. A ruling, the
establishing of a unit's assessment, and a correction or annulment of a fact on which a decision
rests wait for a second person; so does whatever its author may not record himself. An import never
waits for this: its document is its confirmation.

What is proposed waits sealed (`api.intake.uploads`), because it is personal; the proposal says only
which kind of fact it is, of which day, in whose record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from api.casework import CaseGate
from api.intake import single
from api.intake.decided import Decided
from api.intake.needs import NOTHING, Need, SecondPersonRequired, Why, mended, need_of
from api.intake.one_at_a_time import alone
from api.intake.single import Stated
from api.intake.uploads import FILE, Uploads, UploadUnknown
from ledger.application import Ledger
from ledger.commands import second_person
from ledger.commands.second_person import Carried
from ledger.domain.proposals import Proposal, confirmable
from ledger.errors import LedgerError
from ledger.events.reading import Draft
from ledger.records import NewEvent, Outcome

FACT: Final = "fact"
_LINE_MAX: Final = 65_536


class NothingNew(LedgerError):
    """The fact is on record already, so there is nothing to propose or confirm."""

    code = "nothing_new"


class OtherUnit(LedgerError):
    """The code of a unit was another unit's on the day of the fact."""

    code = "other_unit"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a fact, or would.

    Attributes:
        second_person: why it needs one, None if it needs none. decisions: ids of those resting on
            the fact that it mends. unusual: what is late or unusual about a step of a case.
        mends: the kind of fact that it corrects, annuls or ends, None where it states one.
    """

    stated: Stated
    second_person: Why | None
    decisions: tuple[str, ...]
    unusual: tuple[dict[str, Any], ...]
    mends: str | None = None


@dataclass(slots=True)
class _Look:
    """Looks at a fact before it is appended: the law first, then who may record it alone."""

    ledger: Ledger
    at: datetime
    today: date
    alone: bool
    unit: UUID | None = None
    need: Need = NOTHING
    unusual: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, draft: Draft, decided: Sequence[Decided]) -> None:
        """Raises CaseStepRefused, SecondPersonRequired, OtherUnit."""
        if self.unit is not None and any(self.unit not in one.streams for one in decided):
            raise OtherUnit(
                "The code of this unit was another unit's on the day of the fact.",
                next_step="Record it for the unit that had the code then.",
            )
        cases = CaseGate(self.ledger, self.at)
        cases(decided)
        self.unusual = cases.unusual
        rows = [row for one in decided for row in one.rows]
        self.need = need_of(self.ledger, draft, rows, today=self.today, at=self.at)
        if self.alone and self.need.why is not None:
            raise SecondPersonRequired(
                f"Nobody records this alone ({self.need.why.value}): a second person confirms it.",
                next_step="Propose it; it is recorded once somebody else confirms it.",
                why=self.need.why.value,
                decisions=list(self.need.decisions),
            )


def record(
    ledger: Ledger,
    line: bytes,
    *,
    actor: str,
    at: datetime,
    today: date,
    dry: bool = False,
    unit: UUID | None = None,
) -> Recorded:
    """Record one fact at once; a dry run takes the same path and only says what would become of it.

    Args:
        line: of a facts file (`single.line_of`). at, today: the present, as the agency has it.
        unit: that the line must be about, where it names one by its code.

    Raises:
        FactRefused, CaseStepRefused, OtherUnit. SecondPersonRequired: but not in a dry run.
    """
    look = _Look(ledger, at, today, alone=not dry, unit=unit)
    stated = single.state(ledger, line, actor=actor, dry=dry, look=look)
    return Recorded(
        stated, look.need.why, look.need.decisions, tuple(look.unusual), look.need.mends
    )


def propose(
    ledger: Ledger,
    line: bytes,
    *,
    actor: str,
    at: datetime,
    today: date,
    reason: str | None = None,
    unit: UUID | None = None,
) -> tuple[Proposal, Recorded, bool]:
    """Propose one fact; gives the proposal, what would become of it, and whether it is new. The
    document it rests on is the fact's own.

    The line is kept first and then proposed: a crash leaves a line that nobody proposed, which goes
    when its days are over, and which is taken up where the same is proposed again.

    Raises:
        FactRefused, CaseStepRefused. NothingNew: it is on record. UploadRefused: too long.
    """
    found = record(ledger, line, actor=actor, at=at, today=today, dry=True, unit=unit)
    if not found.stated.decided:
        raise NothingNew(
            "The fact is on record already; nothing is added by proposing it.",
            next_step="Look at the history; if it says something else, propose a correct.",
        )
    uploads = Uploads.of(ledger)
    one, _ = uploads.keep(
        line, purpose=FACT, name=FACT, account=actor, as_kind=None, at=at, most=_LINE_MAX
    )
    command = {"upload": one.id, "mark": uploads.mark(line)} | _told(ledger, found)
    document = found.stated.draft.document
    basis = None if document is None else {k: document[k] for k in ("kind", "number", "date")}
    proposal, new = second_person.propose(
        ledger, FACT, command, actor=actor, document=basis, reason=reason
    )
    return proposal, found, new


def before(ledger: Ledger, proposal: Proposal, *, at: datetime, today: date) -> dict[str, Any]:
    """What confirming a fact would do as things stand: the fact itself, what would become of it,
    and whether that is what was proposed. It is personal: for those who may see the record.

    Raises:
        UploadUnknown, FactRefused, CaseStepRefused: it can no longer be recorded.
    """
    line = line_of(ledger, proposal)
    found = record(ledger, line, actor=proposal.actor, at=at, today=today, dry=True)
    told = _told(ledger, found)
    same = all(proposal.command.get(key) == value for key, value in told.items())
    flags = [*found.stated.flags]
    return told | {"flags": flags, "unusual": list(found.unusual), "as_proposed": same}


def line_of(ledger: Ledger, proposal: Proposal) -> bytes:
    """The fact that is proposed, as it waits.

    Raises:
        UploadUnknown: its days are over.
    """
    uploads = Uploads.of(ledger)
    line = uploads.part(str(proposal.command["upload"]), FILE)
    if line is None or uploads.mark(line) != proposal.command["mark"]:
        raise UploadUnknown(
            f"What proposal {proposal.id} would record is no longer kept: its days are over.",
            next_step="Reject it, and propose the fact again if it is still wanted.",
        )
    return line


def carry_out(
    ledger: Ledger, ident: int, *, actor: str, at: datetime, today: date
) -> tuple[Proposal, Outcome]:
    """Confirm a fact and record it, in one command: a crash leaves both or neither.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, UploadUnknown, FactRefused,
        CaseStepRefused. NothingNew: it came on record meanwhile.
    """
    with alone(ledger):
        state = second_person.proposals_of(ledger)
        one = confirmable(state, ident, actor=actor)
        line = line_of(ledger, one)
        done: list[Outcome] = []

        def sink(rows: tuple[NewEvent, ...]) -> Outcome:
            _, outcome = second_person.confirm(
                ledger, ident, actor=actor, carry=lambda _: Carried(rows=rows)
            )
            done.append(outcome)
            return outcome

        look = _Look(ledger, at, today, alone=False)
        single.state(ledger, line, actor=actor, dry=False, look=look, sink=sink, held=True)
        if not done:
            raise NothingNew(
                f"What proposal {ident} would record is on record already.",
                next_step="Reject it; nothing is missing.",
            )
    Uploads.of(ledger).destroy(str(one.command["upload"]))
    return second_person.proposals_of(ledger).by_id[ident], done[0]


def _told(ledger: Ledger, found: Recorded) -> dict[str, Any]:
    """What of a fact may stand in the open."""
    draft, rows = found.stated.draft, [row for one in found.stated.decided for row in one.rows]
    inner = draft.replacement or draft
    stream = rows[0].originator_id
    new = not ledger.events_of(stream)
    told: dict[str, Any] = {
        "fact": draft.fact,
        "of": inner.fact,
        "owner": draft.owner,
        "subject": None if new else stream.hex,
        "on": inner.on,
        "verdict": found.stated.verdict,
        "second_person": None if found.second_person is None else found.second_person.value,
        "decisions": list(found.decisions),
    }
    root = None if draft.fact == inner.fact and draft.target is None else mended(ledger, rows)
    if root is not None:
        told |= {"of": root[2], "root": root[1]}
    return told
