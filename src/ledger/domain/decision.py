"""Decisions on reward, promotion and punishment, as the log tells of them: drafted, recommended,
issued, revoked.

State and fold; what may follow is decided in `ledger.domain.decision_commands`. Pure. A draft pins
its question, its basis and its ranked candidates, and nothing of it changes any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

from ledger.domain.decision_candidates import Candidate, in_order
from ledger.domain.decision_streams import part_of, stream_of, streams_of
from ledger.errors import LedgerError, invariant
from ledger.events.oversight import (
    DecisionCandidates,
    DecisionDrafted,
    DecisionIssued,
    DecisionRecommended,
    DecisionRevoked,
    MadeOfficial,
)
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import DecisionKind, RecommendingBody, TieRule

DRAFTED = DecisionDrafted.SPEC.topic
CANDIDATES = DecisionCandidates.SPEC.topic
RECOMMENDED = DecisionRecommended.SPEC.topic
ISSUED = DecisionIssued.SPEC.topic
REVOKED = DecisionRevoked.SPEC.topic
TOPICS = (DRAFTED, CANDIDATES, RECOMMENDED, ISSUED, REVOKED)
OFFICIAL = MadeOfficial.SPEC.topic

# Gives the events of streams; of a stream that is not there, none.
Read = Callable[[Sequence[UUID]], Mapping[UUID, Sequence[RecordedEvent]]]


class DecisionUnknown(LedgerError):
    """No decision has this id."""

    code = "decision_unknown"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft says.

    Attributes:
        requirements: instruments whose outcomes are weighed besides. unit, listed: who was asked
            about: those listed, else the members of the unit, else everybody.
        basis_position, known_at: what was known, and when the last of it was recorded, UTC.
        checkpoint: size and root of the log there.
        instruments: name -> SHA-256 of each text that took part. engine: the program's version of
            the computation. answer_digest: of all answers (`projections.decisions.dossier`).
        candidates: in order of rank, then those without one; those whose parts were read. number:
            how many there are. parts: the first subject of each part.
        chosen: None where nobody is yet.
        reasoned: reasons are given; sealed, they are not known to the fold.
    """

    id: str
    kind: DecisionKind
    instrument: str
    as_of: date
    basis_position: int
    known_at: datetime
    instruments: Mapping[str, str]
    answer_digest: str
    candidates: tuple[Candidate, ...]
    engine: str
    number: int = 0
    parts: tuple[str, ...] = ()
    tie_rule: TieRule = TieRule.SHARED
    requirements: tuple[str, ...] = ()
    unit: str | None = None
    listed: bool = False
    checkpoint: str | None = None
    chosen: tuple[str, ...] | None = None
    reasoned: bool = False

    def asks(self) -> tuple[Any, ...]:
        """What makes two drafts the same command: all but the basis, which is the moment's."""
        people = frozenset(one.subject for one in self.candidates) if self.listed else None
        chosen = None if self.chosen is None else frozenset(self.chosen)
        who = (self.unit, self.listed, people, chosen)
        what = (self.kind, self.instrument, frozenset(self.requirements), self.as_of)
        return (*what, *who, self.tie_rule, self.reasoned)


@dataclass(frozen=True, slots=True)
class Step:
    """A recommendation, the issue or the revocation of a decision: who did it, when recorded.

    Attributes:
        position: of its event. number, decided_on, chosen, against_ranking: of an issue, and the
            first two of a revocation. body, in_favour: of a recommendation.
    """

    position: int
    actor: str
    recorded_at: datetime
    number: str | None = None
    decided_on: date | None = None
    chosen: tuple[str, ...] | None = None
    against_ranking: bool = False
    body: RecommendingBody | None = None
    in_favour: bool = False
    reasoned: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision at a position. `drafted` is the step of its draft."""

    draft: Draft
    drafted: Step
    recommended: tuple[Step, ...] = ()
    issued: Step | None = None
    revoked: Step | None = None

    @property
    def state(self) -> str:
        """drafted, recommended, issued, revoked, or withdrawn where it never was issued."""
        if self.revoked is not None:
            return "withdrawn" if self.issued is None else "revoked"
        if self.issued is not None:
            return "issued"
        return "recommended" if self.recommended else "drafted"

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """The choice: of the issue, else of the draft; a penetapan is about all of them, as far as
        they were read.
        """
        found = self.draft.chosen
        if self.issued is not None and self.issued.chosen is not None:
            found = self.issued.chosen
        if found is None and self.draft.kind is DecisionKind.PENETAPAN:
            return tuple(one.subject for one in self.draft.candidates) or None
        return found

    def recommends(self) -> bool:
        """Whether every body that spoke was at last in favour; False where none spoke."""
        last = {one.body: one.in_favour for one in self.recommended}
        return bool(last) and all(last.values())


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions at a position, by id in the order in which they were drafted."""

    by_id: Mapping[str, Decision] = field(default_factory=dict)

    def named(self, ident: str) -> Decision:
        """A decision.

        Raises:
            DecisionUnknown.
        """
        found = self.by_id.get(ident)
        if found is None:
            raise DecisionUnknown(
                "No decision has this id.", next_step="`asn-ledger decision list` shows them."
            )
        return found


def decisions(events: Iterable[RecordedEvent], position: int | None = None) -> Decisions:
    """Fold the events of decisions, by position, up to one; with the candidates that are there."""
    found: dict[str, Decision] = {}
    rows: dict[str, list[Candidate]] = {}
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        if recorded.topic not in TOPICS:
            continue
        payload = orjson.loads(recorded.state)
        ident = payload["id"]
        if recorded.topic == DRAFTED:
            found.setdefault(ident, Decision(_draft(recorded, payload), _step(recorded, payload)))
        elif recorded.topic == CANDIDATES:
            rows.setdefault(ident, []).extend(Candidate.of(row) for row in payload["rows"])
        elif ident in found:
            found[ident] = evolve(found[ident], recorded, payload)
    for ident in rows.keys() & found.keys():
        draft = replace(found[ident].draft, candidates=in_order(rows[ident]))
        found[ident] = replace(found[ident], draft=draft)
    return Decisions(found)


def evolve(one: Decision, recorded: RecordedEvent, payload: Mapping[str, Any]) -> Decision:
    """A decision after a further step of it."""
    step = _step(recorded, payload)
    if recorded.topic == RECOMMENDED:
        return replace(one, recommended=(*one.recommended, step))
    if recorded.topic == ISSUED:
        return replace(one, issued=step)
    invariant(recorded.topic == REVOKED, "an event of a decision that the fold does not know")
    return replace(one, revoked=step)


def _draft(recorded: RecordedEvent, payload: Mapping[str, Any]) -> Draft:
    chosen = payload.get("chosen")
    return Draft(
        id=payload["id"],
        kind=DecisionKind(payload["kind"]),
        instrument=payload["instrument"],
        as_of=date.fromisoformat(payload["as_of"]),
        basis_position=payload["basis_position"],
        known_at=datetime.fromisoformat(payload["known_at"]),
        instruments=payload["instruments"],
        answer_digest=payload["answer_digest"],
        candidates=(),
        engine=payload["engine"],
        number=payload["candidates"],
        parts=tuple(payload["parts"]),
        tie_rule=TieRule(payload["tie_rule"]),
        requirements=tuple(payload["requirements"]),
        unit=payload.get("unit"),
        listed=payload["listed"],
        checkpoint=payload.get("checkpoint"),
        chosen=None if chosen is None else tuple(chosen),
        reasoned=recorded.sealed_digest is not None,
    )


def _step(recorded: RecordedEvent, payload: Mapping[str, Any]) -> Step:
    context = orjson.loads(recorded.context) if recorded.context else {}
    day, chosen, body = (payload.get(key) for key in ("decided_on", "chosen", "body"))
    return Step(
        recorded.id,
        str(context.get("actor", "")),
        recorded.recorded_at,
        number=payload.get("number"),
        decided_on=None if day is None else date.fromisoformat(day),
        chosen=None if chosen is None else tuple(chosen),
        against_ranking=payload.get("against_ranking", False),
        body=None if body is None else RecommendingBody(body),
        in_favour=payload.get("in_favour", False),
        reasoned=recorded.sealed_digest is not None,
    )


@dataclass(frozen=True, slots=True)
class IssuedDecision:
    """A decision that was issued and not revoked.

    Attributes:
        id, number: its own id and the number of its decree. position: of the event that issued it.
        instrument, as_of, basis_position: the question it answers.
        subjects: ids of those it decides about, as hex digits.
    """

    id: str
    kind: DecisionKind
    number: str
    instrument: str
    as_of: date
    basis_position: int
    decided_on: date
    position: int
    subjects: frozenset[str]


def _standing(known: Iterable[Decision]) -> list[tuple[Decision, Step]]:
    """Those issued and not revoked, each with its issue, in the order of these."""
    found = [(one, one.issued) for one in known if one.issued is not None and one.revoked is None]
    return sorted(found, key=lambda pair: pair[1].position)


def _issued(one: Decision, step: Step) -> IssuedDecision:
    draft = one.draft
    invariant(step.decided_on is not None, "an issue without its day")
    return IssuedDecision(
        id=draft.id,
        kind=draft.kind,
        number=step.number or "",
        instrument=draft.instrument,
        as_of=draft.as_of,
        basis_position=draft.basis_position,
        decided_on=step.decided_on or draft.as_of,
        position=step.position,
        subjects=frozenset(one.chosen or ()),
    )


def named(read: Read, ident: str, position: int | None = None) -> Decisions:
    """One decision with all its candidates, by its id; none where none has it."""
    own = read([stream_of(ident)])[stream_of(ident)]
    firsts = _parts(own)
    return decisions(_by_position(own, read(streams_of(ident, firsts))), position)


def made_official(
    book: Iterable[RecordedEvent],
    instrument: str | None = None,
    as_of: date | None = None,
    position: int | None = None,
) -> list[str]:
    """The ids of each penetapan that was ever issued, by the ledger stream: of all, or of the
    answers to one question.
    """
    asked = None if as_of is None else as_of.isoformat()
    found = []
    for recorded in book:
        if position is not None and recorded.id > position:
            break
        if recorded.topic == OFFICIAL:
            payload = orjson.loads(recorded.state)
            if instrument in {None, payload["instrument"]} and asked in {None, payload["as_of"]}:
                found.append(payload["decision"])
    return found


def standing(
    book: Iterable[RecordedEvent], read: Read, position: int | None = None
) -> tuple[IssuedDecision, ...]:
    """Every penetapan that was issued and not revoked up to a position."""
    known = [
        named(read, ident, position).named(ident)
        for ident in made_official(book, position=position)
    ]
    return tuple(_issued(one, step) for one, step in _standing(known))


def official(
    book: Iterable[RecordedEvent],
    read: Read,
    question: tuple[str, date],
    position: int | None = None,
    *,
    subject: str | None = None,
) -> list[Decision]:
    """Each penetapan of the answers to a question, instrument and legal day, that was issued and
    not revoked up to a position, in the order in which they were issued: of two about somebody the
    later counts.

    `subject` reads of each only the part of its candidates in which he would stand.
    """
    known = []
    for ident in made_official(book, *question, position):
        own = read([stream_of(ident)])[stream_of(ident)]
        light = decisions(own, position).named(ident)
        if light.issued is None or light.revoked is not None:
            continue
        firsts = light.draft.parts
        parts = streams_of(ident, firsts)
        if subject is not None:
            parts = [stream_of(ident, part_of(firsts, subject))]
        known.append(decisions(_by_position(own, read(parts)), position).named(ident))
    return [one for one, _ in _standing(known)]


def _parts(own: Sequence[RecordedEvent]) -> Sequence[str]:
    """The first subjects of the parts, by the draft, which is the first event of the stream."""
    if not own or own[0].topic != DRAFTED:
        return ()
    found: Sequence[str] = orjson.loads(own[0].state)["parts"]
    return found


def _by_position(
    own: Sequence[RecordedEvent], parts: Mapping[UUID, Sequence[RecordedEvent]]
) -> Iterator[RecordedEvent]:
    every = [*own, *(one for part in parts.values() for one in part)]
    return iter(sorted(every, key=attrgetter("id")))
