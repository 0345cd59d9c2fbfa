"""What a part of a log must hold of decisions: each penetapan, and the parts of those who are here.

Without them nobody could say from it whether an answer is the official one.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from ledger.copies.archive_lines import refused
from ledger.copies.events_opened import payload_of
from ledger.domain.decision import DRAFTED, OFFICIAL
from ledger.domain.decision_streams import part_of, stream_of
from ledger.records import RecordedEvent

PERSON = "employee.registered/1"


class Decided:
    """What must be known of the events that pass: who is here, and what was made official."""

    def __init__(self) -> None:
        self._people: set[UUID] = set()
        self._official: set[str] = set()
        self._parts: dict[str, tuple[str, ...]] = {}

    def add(self, event: RecordedEvent) -> None:
        """One event, of which nothing is trusted yet.

        Raises:
            ArchiveRefused: its fields cannot be read.
        """
        if event.topic == PERSON and event.originator_version == 1:
            self._people.add(event.originator_id)
        elif event.topic == OFFICIAL:
            self._official.add(str(payload_of(event).get("decision")))
        elif event.topic == DRAFTED:
            said = payload_of(event)
            ident = str(said.get("id"))
            if event.originator_id == stream_of(ident):
                self._parts[ident] = tuple(str(one) for one in said.get("parts") or ())

    def check(self, streams: Collection[UUID]) -> None:
        """See that nothing of it is left out of these streams.

        Raises:
            ArchiveRefused: a penetapan is, or a part with somebody who is here.
        """
        held = set(streams)
        for ident in sorted(self._official):
            firsts = self._parts.get(ident, ())
            needed = {stream_of(ident, part_of(firsts, one.hex)) for one in self._people}
            if not needed | {stream_of(ident)} <= held:
                raise refused(
                    f"The decision {ident}",
                    "made answers official and is left out, or the part with somebody who is here.",
                )
