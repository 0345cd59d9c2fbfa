"""What an import did in one stream, taken back: annulled where it stated a fact, put back as it was
where it mended one.

What somebody mended since on another document stays; so does the registration of a person and the
founding of a unit on which facts of others hang.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from api.intake.batches import Batch, origin_of
from ledger.application import Ledger
from ledger.commands.merging import own_sealed
from ledger.domain import employee
from ledger.domain.facts import Fact, history
from ledger.domain.natural import Marks, act_mark, marks
from ledger.domain.stream_state import StreamState, replay
from ledger.events.base import EMPLOYEE, Encoded
from ledger.events.registry import FACT_SPECS
from ledger.fields import IDENTITY
from ledger.records import NewEvent, RecordedEvent

FORM: Final = "withdraw"
_FOUNDING: Final = frozenset(("registered", "unit"))
Document = Mapping[str, Any]


class Why(StrEnum):
    """Why a fact of a withdrawn import stays."""

    MENDED_SINCE = "mended_since"
    OTHERS_HANG_ON_IT = "others_hang_on_it"
    ERASED = "erased"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact that stays: where it lies, its kind, and why."""

    stream: str
    root: int
    kind: str
    why: Why


class Who(NamedTuple):
    """Who takes it back, and on what document."""

    actor: str
    document: Document


@dataclass(slots=True)
class Plan:
    """What follows in one stream."""

    rows: list[NewEvent] = field(default_factory=list)
    annulled: int = 0
    restored: int = 0
    already: int = 0
    kept: list[Kept] = field(default_factory=list)


class Stream:
    """One stream as it stands, and how the batch's part of it is taken back."""

    def __init__(
        self, ledger: Ledger, batch: Batch, stream: UUID, own: frozenset[int], who: Who
    ) -> None:
        events = ledger.events_of(stream)
        self._ledger, self._batch, self._stream = ledger, batch, stream
        self._own, self._who, self._events = own, who, events
        self._by_version = {one.originator_version: one for one in events}
        self._state = replay(StreamState(stream), events)
        self._owner = events[0].topic.partition(".")[0]
        self._version = events[-1].originator_version
        self._closed = _closed(self._owner, stream, events)

    def plan(self, *, hung_on: bool) -> Plan:
        """What follows; `hung_on` says that others name this unit."""
        found = Plan()
        chains: dict[int, list[int]] = {}
        for version, root in sorted(self._state.root_of.items()):
            chains.setdefault(root, []).append(version)
        for root, chain in chains.items():
            mine = [version for version in chain if version in self._own]
            if mine:
                self._of_root(
                    root, mine[0], [v for v in chain if v > mine[0]], found, hung_on=hung_on
                )
        return found

    def _of_root(
        self, root: int, first: int, behind: list[int], found: Plan, *, hung_on: bool
    ) -> None:
        one = self._state.roots[root]
        others = [version for version in behind if version not in self._own]
        if any(self._took_back(version) for version in others):
            found.already += 1
        elif others:
            found.kept.append(self._kept(root, Why.MENDED_SINCE))
        elif self._closed is not None:
            found.kept.append(self._kept(root, self._closed))
        elif root not in self._own:
            self._restore(root, first, found)
        elif not one.annulled and self._hangs_on(root, hung_on=hung_on):
            found.kept.append(self._kept(root, Why.OTHERS_HANG_ON_IT))
        elif not one.annulled:
            found.rows.append(self._annul(root, len(found.rows)))
            found.annulled += 1

    def _took_back(self, version: int) -> bool:
        origin = origin_of(self._by_version[version])
        return (origin.get("form"), origin.get("batch")) == (FORM, self._batch.id)

    def _hangs_on(self, root: int, *, hung_on: bool) -> bool:
        """Whether facts of others stand only because this one founded the stream."""
        roots = self._state.roots
        if root != 1 or roots[root].kind not in _FOUNDING:
            return False
        own = self._own
        return hung_on or any(r not in own and not other.annulled for r, other in roots.items())

    def _kept(self, root: int, why: Why) -> Kept:
        return Kept(self._stream.hex, root, self._state.roots[root].kind, why)

    def _restore(self, root: int, first: int, found: Plan) -> None:
        """As it was before the batch: the same content, or annulled."""
        before = history(self._events, self._by_version[first].id - 1).root(root)
        place = len(found.rows)
        row = self._annul(root, place) if before is None else self._correct(before, place)
        found.rows.append(row)
        found.restored += 1

    def _annul(self, root: int, place: int) -> NewEvent:
        opened = self._mends(root)
        act = self._act("annul", root, None)
        return self._row(Encoded(FACT_SPECS[self._owner, "annul"], None, opened, {}), act, place)

    def _correct(self, fact: Fact, place: int) -> NewEvent:
        ledger, recorded = self._ledger, self._by_version[fact.version]
        parts = ledger.store.sealed([recorded.id]).get(recorded.id, ())
        sealed = own_sealed(recorded, ledger.rows.unseal(recorded, parts) if parts else {})
        fields = {name: value for name, value in fact.fields.items() if name != "keys"}
        if fact.until is not None:
            fields["until"] = fact.until.isoformat()
        on = fact.effective_on.isoformat()
        row = marks(
            self._match_key(),
            fact=fact.kind,
            on=on,
            fields=fields | {n: v for part in sealed.values() for n, v in part.items()},
            open_names=FACT_SPECS[self._owner, fact.kind].open_names,
            document=ledger.rows.to_domain_event(recorded).context.get("document"),
        )
        opened = self._mends(fact.root) | {
            "fact": fact.kind,
            "effective_on": on,
            "fields": fields,
        }
        inside = {
            key_class: {"sealed" if key_class == IDENTITY else key_class: dict(part)}
            for key_class, part in sealed.items()
        }
        said = self._act("correct", fact.root, row)
        return self._row(
            Encoded(FACT_SPECS[self._owner, "correct"], None, opened, inside), said, place
        )

    def _mends(self, root: int) -> dict[str, Any]:
        current = self._state.roots[root].current
        return {"root": root, "replaces": current, "learned_on": self._who.document["date"]}

    def _act(self, how: str, root: int, row: Marks | None) -> dict[str, Any]:
        """The context of an event that takes back."""
        content = None if row is None else row.content
        said: dict[str, Any] = {
            "actor": self._who.actor,
            "document": dict(self._who.document),
            "origin": {"form": FORM, "batch": self._batch.id},
            "act": act_mark(
                self._match_key(),
                how=how,
                root=root,
                content=content,
                document=self._who.document,
            ),
        }
        if row is not None:
            said |= {"match": row.match, "content": row.content, "gist": row.gist}
            if row.loose is not None:
                said["loose"] = row.loose
        return said

    def _match_key(self) -> bytes:
        return self._ledger.keyring.keys(self._stream).match_key

    def _row(self, event: Encoded, context: Mapping[str, Any], place: int) -> NewEvent:
        rows = self._ledger.rows
        return rows.new_event(self._stream, self._version + 1 + place, event, context)


def _closed(owner: str, stream: UUID, events: Iterable[RecordedEvent]) -> Why | None:
    """Why nothing more may be recorded about somebody."""
    if owner != EMPLOYEE:
        return None
    person = employee.replay(employee.nobody(stream), events)
    if person.erased:
        return Why.ERASED
    return None if person.merged_into is None else Why.CLOSED
