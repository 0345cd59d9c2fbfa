"""Whose streams an audit bundle holds: a person's, a unit's people's, or everybody's of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

from ledger.application import Ledger
from ledger.commands.decision_desk import decisions_of
from ledger.domain import decision
from ledger.domain.decision_streams import part_of, stream_of
from ledger.domain.facts import history
from ledger.proofs.rests_on import units_of
from ledger.records import RecordedEvent
from projections.subject import post_on, surroundings_on

_AT_ONCE = 500


def streams_of(ledger: Ledger, people: Iterable[UUID], size: int) -> set[UUID]:
    """The streams on which answers about people rest, as known at a position: theirs, the units
    they name with those above, the ledger's own, and of each penetapan the parts in which they
    stand.
    """

    def read(streams: Sequence[UUID]) -> Mapping[UUID, Sequence[RecordedEvent]]:
        return ledger.store.streams(streams, lte_position=size)

    found: set[UUID] = {ledger.stream}
    whose = list(people)
    following = iter(whose)
    while chunk := list(islice(following, _AT_ONCE)):
        found.update(chunk)
        rows = read(chunk)
        found |= units_of((one for some in rows.values() for one in some), read)
    return found | _official(ledger, [one.hex for one in whose], size)


def _official(ledger: Ledger, people: Sequence[str], size: int) -> set[UUID]:
    """Of every penetapan its own stream, and the parts that say whether these stand in it."""
    found = set()
    idents = decision.made_official(ledger.book_events(size), position=size)
    known = decisions_of(ledger, size) if idents else decision.Decisions()
    for ident in idents:
        firsts = known.named(ident).draft.parts
        found |= {stream_of(ident, part_of(firsts, one)) for one in people}
        found.add(stream_of(ident))
    return found


def people_on(
    ledger: Ledger, on: date, size: int, *, below: frozenset[UUID] | None = None
) -> list[UUID]:
    """Everybody registered by a legal day, as known at a position; of some units where named."""
    units = ledger.units(size)
    surroundings = surroundings_on(
        ledger.references(size), {stream.hex: facts for stream, facts in units.units.items()}, on
    )
    found = []
    streams = ledger.registered(size)
    for start in range(0, len(streams), _AT_ONCE):
        chunk = streams[start : start + _AT_ONCE]
        rows = ledger.store.streams(chunk, lte_position=size)
        for stream in chunk:
            facts = history(rows[stream], size)
            begun = any(one.effective_on <= on for one in facts.known("registered"))
            unit = post_on(facts, surroundings, on).unit if begun and below is not None else None
            if begun and (below is None or (unit is not None and UUID(unit) in below)):
                found.append(stream)
    return found
