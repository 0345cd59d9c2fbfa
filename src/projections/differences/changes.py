"""What changed about the facts between two histories of one person, one fact at a time.

Between two positions a fact became known, was corrected, ended or annulled; between two legal days
it came or went by itself. Pure: histories and days in, changes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.domain.facts import Fact, History
from ledger.domain.sanction import FILINGS, RULING
from projections.answer import FactUse
from projections.differences.lines import in_order
from projections.differences.walk import Key, Stage, What
from projections.subject import ENDED, NOT_YET
from projections.tracing.case import OUT_OF_WINDOW

_FILED_ON = "filed_on"
_SANCTION = "sanction"
_LOOKED_AHEAD = frozenset((_SANCTION, RULING, *FILINGS))
_AWAY = frozenset((NOT_YET, ENDED, OUT_OF_WINDOW))
_BACKWARD: Mapping[What, What] = {
    What.BECAME_KNOWN_LATE: What.NOT_ANNULLED_YET,
    What.ANNULLED: What.NOT_KNOWN_YET,
    What.CORRECTED: What.NOT_CORRECTED_YET,
    What.ENDED: What.NOT_ENDED_YET,
    What.DISPUTED: What.NOT_RESOLVED_YET,
    What.DISPUTE_RESOLVED: What.NOT_DISPUTED_YET,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact before and after; None where it is not known, or annulled.

    `disputes` are all contested facts once this has happened, where that is what changed.
    """

    key: Key
    old: Fact | None
    new: Fact | None
    disputes: Mapping[int, str] | None = None

    @property
    def fact(self) -> Fact | None:
        """The fact as it is afterwards, else as it was."""
        return self.new or self.old

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of fact concerned; a correction may change the kind."""
        return frozenset(one.kind for one in (self.old, self.new) if one is not None)

    def applied(self, facts: History) -> History:
        """The facts once this has happened; only kinds that are there are touched."""
        if self.disputes is not None:
            return replace(facts, disputed=self.disputes)
        kept = dict(facts.facts)
        for kind in self.kinds & kept.keys():
            others = [fact for fact in kept[kind] if fact.root != self.key.root]
            if self.new is not None and self.new.kind == kind:
                others = sorted([*others, self.new], key=in_order)
            kept[kind] = others
        return replace(facts, facts=kept)


def by_knowledge(
    before: History, after: History, *, stated_at: Mapping[int, int], positions: tuple[int, int]
) -> list[Change]:
    """What became of the facts of `before` until `after`, in order of legal day and position.

    Args:
        before, after: the same person as known at the two positions, in either order.
        stated_at: root -> position at which it was first stated.
        positions: of before and after.
    """
    olds, news = _by_root(before), _by_root(after)
    backward = positions[1] < positions[0]
    found = []
    for root in olds.keys() | news.keys():
        old, new = olds.get(root), news.get(root)
        what = _what(old, new)
        if what is None:
            continue
        if backward:
            what = _BACKWARD[what]
            if what is What.NOT_KNOWN_YET and stated_at.get(root, 0) <= positions[1]:
                what = What.ANNULLED  # annulled then, and not yet brought back
        elif what is What.BECAME_KNOWN_LATE and stated_at.get(root, 0) <= positions[0]:
            what = What.REINSTATED
        found.append(Change(_key(old, new, what), old, new))
    found.sort(key=lambda one: one.key)
    return [*found, *_disputes(before, after, news, backward=backward)]


def _by_root(facts: History) -> dict[int, Fact]:
    return {fact.root: fact for known in facts.facts.values() for fact in known}


def _what(old: Fact | None, new: Fact | None) -> What | None:
    if old == new:
        return None
    if old is None:
        return What.BECAME_KNOWN_LATE
    if new is None:
        return What.ANNULLED
    return What.ENDED if old.version == new.version else What.CORRECTED


def _key(old: Fact | None, new: Fact | None, what: What) -> Key:
    fact = new or old
    if fact is None:
        return Key(Stage.KNOWLEDGE, what=what)
    return Key(Stage.KNOWLEDGE, fact.effective_on, fact.position, fact.root, what)


def _disputes(
    before: History, after: History, news: Mapping[int, Fact], *, backward: bool
) -> Iterator[Change]:
    """Contests begun and ended, after everything else of knowledge; of annulled facts none."""
    live = {root: one for root, one in before.disputed.items() if root in news}
    for root in sorted(live.keys() ^ after.disputed.keys()):
        begun = root in after.disputed
        what = What.DISPUTED if begun else What.DISPUTE_RESOLVED
        live = {**live, root: after.disputed[root]} if begun else _without(live, root)
        fact = news[root]
        key = Key(
            Stage.DISPUTES,
            fact.effective_on,
            fact.position,
            root,
            _BACKWARD[what] if backward else what,
        )
        yield Change(key, fact, fact, live)


def _without(live: Mapping[int, str], root: int) -> dict[int, str]:
    return {other: dispute for other, dispute in live.items() if other != root}


def entry(fact: Fact) -> date:
    """The day before which a question does not see a fact, or sees it as yet to come."""
    day = fact.effective_on
    if fact.kind in FILINGS:
        day = date.fromisoformat(fact.fields[_FILED_ON])
    return day if fact.counts_from is None else max(day, fact.counts_from)


@dataclass(frozen=True, slots=True)
class Passing:
    """Facts that came and went between two legal days of which the first is earlier."""

    left: Sequence[Fact]
    came: Sequence[Fact]


def by_time(
    facts: History, uses: tuple[Iterable[FactUse], Iterable[FactUse]], first: date, last: date
) -> Passing:
    """Which facts were there on the one day and not on the other, by how they were read."""
    known = _by_root(facts)
    there = [
        {
            one.root
            for one in read
            if one.why not in _AWAY and one.root in known and entry(known[one.root]) <= on
        }
        for read, on in zip(uses, (first, last), strict=True)
    ]
    return Passing(
        sorted((known[root] for root in there[0] - there[1]), key=in_order),
        sorted((known[root] for root in there[1] - there[0]), key=in_order),
    )


def without(facts: History, roots: set[int]) -> History:
    """The facts but for some."""
    kept = {
        kind: [fact for fact in known if fact.root not in roots]
        for kind, known in facts.facts.items()
    }
    return replace(facts, facts=kept)


def held_back(facts: History, roots: set[int], first: date, last: date) -> History:
    """The facts on the last day as far as those given are concerned as on the first.

    A fact of a later day lies as far ahead of the last day as it did of the first, because a rule
    may look ahead (a sanction that will be quashed never counts); one that was there but did not
    count yet is left out.
    """
    kept = {}
    for kind, known in facts.facts.items():
        told = []
        for fact in known:
            on = entry(fact)
            ahead = on > last and fact.kind in _LOOKED_AHEAD
            if ahead or (fact.root in roots and on > first):
                told.append(_later(fact, first, last - first))
            elif fact.root not in roots:
                told.append(fact)
        told.sort(key=in_order)
        kept[kind] = told
    return replace(facts, facts=kept)


def _later(fact: Fact, first: date, by: timedelta) -> Fact:
    """A fact with every day after the first moved on."""
    fields = fact.fields
    if fact.kind in FILINGS:
        filed = _moved(date.fromisoformat(fields[_FILED_ON]), first, by)
        fields = {**fields, _FILED_ON: filed.isoformat()}
    counts = fact.counts_from
    return replace(
        fact,
        effective_on=_moved(fact.effective_on, first, by),
        counts_from=None if counts is None else _moved(counts, first, by),
        fields=fields,
    )


def _moved(on: date, first: date, by: timedelta) -> date:
    if on <= first:
        return on
    return on + by if on <= date.max - by else date.max
