"""The facts table tells the same as the fold of the events, at every position."""

from collections.abc import Sequence

import hypothesis.strategies as st
from hypothesis import given
from ledger.records import RecordedEvent
from projections.batch import BatchBuilder
from projections.facts_table import FactsTable
from projections.frame import Frame, empty_frame

from tests.projections.logs import ListLog, every_field, folded, logs


def agrees(frame: Frame, log: Sequence[RecordedEvent], position: int) -> None:
    """Every stream, every kind, every field, and what is contested."""
    expected = folded(log, position)
    subjects = range(frame.subjects)
    found = frame.histories(subjects, position=position, fields=every_field())
    for subject in subjects:
        facts = expected[frame.streams.hexes[subject]]
        assert found[subject].facts == facts.facts
        assert found[subject].disputed == facts.disputed


@given(logs(), st.data())
def test_equals_the_fold_at_every_position(log: ListLog, data: st.DataObject) -> None:
    """However the log is cut into batches, the table at each position tells what the fold tells."""
    frame = empty_frame()
    builder = BatchBuilder(frame.streams, after=0)
    events = log.read()
    while builder.add(events, most=data.draw(st.integers(1, 40))):
        frame = frame.advanced(builder.build(), subjects=len(frame.streams))
        if data.draw(st.booleans()):
            agrees(frame, log.events, data.draw(st.integers(0, frame.position)))
    for position in range(len(log.events) + 1):
        agrees(frame, log.events, position)
