"""The candidates of a decision: what is pinned of each, and what goes against their ranking. Pure.

Thousands of candidates do not fit one entry of the log, so they lie in as many events as they need,
by subject, in the command of the draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.canonical import canonical_json
from ledger.domain.decision_streams import firsts_of, part_of
from ledger.events.base import Encoded, encode
from ledger.events.oversight import DecisionCandidates

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
# Of the 65,535 bytes of an entry, in which each quote of a payload takes two: room for the rest.
_ROOM = 56_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody about whom a decision's question asks, as answered on its basis.

    Attributes:
        subject: id, hex digits. status: of the answer. rank: from 1, None where there is none.
        total: exact text, None where not computable. band: or the outcome.
        digest: of the answer. requirements: `instrument/measure` -> met, not_met or unknown.
        why: the codes that say why there is no rank.
    """

    subject: str
    status: str
    digest: str
    rank: int | None = None
    total: str | None = None
    band: str | None = None
    requirements: Mapping[str, str] = field(default_factory=dict)
    why: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Candidate:
        """From the stored object."""
        return cls(
            row["subject"],
            row["status"],
            row["digest"],
            row.get("rank"),
            row.get("total"),
            row.get("band"),
            row.get("requirements", {}),
            tuple(row.get("why", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """The stored object; what is absent or empty is left out."""
        shown = {
            "subject": self.subject,
            "status": self.status,
            "digest": self.digest,
            "rank": self.rank,
            "total": self.total,
            "band": self.band,
            "requirements": dict(self.requirements) or None,
            "why": list(self.why) or None,
        }
        return {key: value for key, value in shown.items() if value is not None}

    @property
    def qualifies(self) -> bool:
        """Every requirement is known to be met."""
        return all(state == MET for state in self.requirements.values())


def against_ranking(candidates: Sequence[Candidate], chosen: Sequence[str]) -> bool:
    """Whether somebody chosen is not known to meet every requirement, or ranks below somebody who
    is not chosen; who has no rank stands below all who have one.
    """
    taken = set(chosen)
    if any(not one.qualifies for one in candidates if one.subject in taken):
        return True
    left = [one.rank for one in candidates if one.rank is not None and one.subject not in taken]
    if not left:
        return False
    best = min(left)
    return any(one.rank is None or one.rank > best for one in candidates if one.subject in taken)


def in_events(ident: str, candidates: Sequence[Candidate]) -> Iterator[Encoded]:
    """The events that hold the candidates of a draft, part by part; none overfills an entry."""
    firsts = firsts_of([one.subject for one in candidates])
    parts: dict[int, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: one.subject):
        parts.setdefault(part_of(firsts, one.subject), []).append(one)
    for part, members in parts.items():
        yield from _of_part(ident, part, members)


def _of_part(ident: str, part: int, members: Sequence[Candidate]) -> Iterator[Encoded]:
    rows: list[dict[str, Any]] = []
    size = 0
    for one in members:
        row = one.as_json()
        took = len(canonical_json(canonical_json(row).decode()))
        if rows and size + took > _ROOM:
            yield encode(DecisionCandidates(id=ident, part=part, rows=rows))
            rows, size = [], 0
        rows.append(row)
        size += took
    if rows:
        yield encode(DecisionCandidates(id=ident, part=part, rows=rows))


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """By rank, then those without one; equals by subject."""
    return tuple(sorted(candidates, key=_order))


def _order(one: Candidate) -> tuple[bool, int, str]:
    return one.rank is None, one.rank or 0, one.subject
