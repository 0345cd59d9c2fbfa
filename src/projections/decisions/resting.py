"""Which decisions rest on a fact: those issued, not revoked, whose answers counted it.

Asked as the decision asked: of the same people, on its legal day, with what was known at its basis.
A fact of a unit, a reference or a calendar may stand behind everybody's answer, so every decision
that knew it rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ledger.application import Ledger
from ledger.commands.decision_desk import decision_of, decisions_of
from ledger.domain.decision import Decision
from ledger.domain.stream_state import StreamState, replay
from ledger.events.base import EMPLOYEE
from projections.asking import inquiry
from projections.asking.inquiry import Ask


@dataclass(slots=True)
class Resting:
    """The decisions of a ledger, read once however many facts are asked about: at its position.

    Attributes:
        known: those issued and not revoked, with their candidates, in the order of their drafts.
    """

    ledger: Ledger
    known: list[tuple[Decision, frozenset[str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.known = []
        for one in decisions_of(self.ledger).by_id.values():
            if one.issued is not None and one.revoked is None:
                whole = decision_of(self.ledger, one.draft.id)  # candidates lie apart (ADR 0027)
                among = frozenset(candidate.subject for candidate in whole.draft.candidates)
                self.known.append((one, among))

    def on(self, stream: UUID, root: int, *, today: date, now: datetime) -> list[str]:
        """The ids of the decisions that rest on a fact.

        Args:
            stream, root: the fact: where it lies, and the version of the event that first stated
                it. today, now: the present.
        """
        if not self.known:
            return []
        events = self.ledger.events_of(stream)
        roots = replay(StreamState(stream), events).root_of
        stated = {one.id: one.topic for one in events if roots.get(one.version) == root}
        return [
            one.draft.id
            for one, among in self.known
            if self._rests(one, among, stream, stated, today, now)
        ]

    def _rests(  # noqa: PLR0917 - private, called once
        self,
        one: Decision,
        among: frozenset[str],
        stream: UUID,
        stated: Mapping[int, str],
        today: date,
        now: datetime,
    ) -> bool:
        draft = one.draft
        knew = {at: topic for at, topic in stated.items() if at <= draft.basis_position}
        if not knew:
            return False
        if not next(iter(knew.values())).startswith(f"{EMPLOYEE}."):
            return True
        if stream.hex not in among:
            return False
        for name in (draft.instrument, *draft.requirements):
            ask = Ask(name, as_of=draft.as_of, position=draft.basis_position)
            asked = inquiry.resolve(self.ledger, ask, today=max(today, draft.as_of), now=now)
            answer = inquiry.one(self.ledger, asked, stream)
            counted = [*answer.who, *(use for part in answer.measures for use in part.every_use())]
            if any(use.used and use.position in knew for use in counted):
                return True
        return False
