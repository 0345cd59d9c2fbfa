"""The facts table: it tells what the fold tells, and on disk it is whole or not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import orjson
import polars as pl
import pytest
from hypothesis import given, settings

from ledger.records import RecordedEvent
from projections.table import segments
from projections.table.batch import BatchBuilder, Piece
from projections.table.facts_table import FactsTable, folder_for
from projections.table.frame import Frame, empty_frame
from projections.table.segments import Segment, SegmentDamaged
from tests.projections.crowd import Crowd
from tests.projections.logs import ListLog, every_field, folded, logs, placed

ON = date(2022, 12, 31)


def agrees(frame: Frame, log: Sequence[RecordedEvent], position: int) -> None:
    """Every stream, every kind, every field, and what is contested."""
    expected = folded(log, position)
    subjects = range(frame.subjects)
    kinds = {one.topic.partition(".")[2].partition("/")[0] for one in log}
    fields = {kind: names for kind, names in every_field().items() if kind in kinds}
    found = frame.histories(subjects, position=position, fields=fields)
    for subject in subjects:
        stream = frame.streams.hexes[subject]
        if stream in expected:
            assert found[subject].facts == expected[stream].facts
            assert found[subject].disputed == expected[stream].disputed


@settings(max_examples=30)
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


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_equals_the_fold_of_a_crowd(seed: int) -> None:
    """The same where everything happens, from tables that grow as the log does."""
    log = Crowd(seed, ON, wide=seed % 3 == 0).log(5, 25)
    frame = empty_frame()
    builder = BatchBuilder(frame.streams, after=0)
    events = log.read()
    while builder.add(events, most=30):
        frame = frame.advanced(builder.build(), subjects=len(frame.streams))
        agrees(frame, log.events, frame.position)
    agrees(frame, log.events, len(log.events) // 2)


class Told:
    """What a table reported."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, message: str) -> None:
        self.lines.append(message)


def made(people: int = 6, each: int = 20, seed: int = 3) -> ListLog:
    """A log of some hundred events."""
    return Crowd(seed, ON).log(people, each)


def ranges(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_table_comes_back_from_its_folder(tmp_path: Path) -> None:
    """Built, sealed and opened again it tells the same, and reads only what was recorded since."""
    log = made()
    half = len(log.events) // 2
    log.end = half
    agrees(FactsTable(log, tmp_path / "f", seal_at=50).frame(), log.events, half)
    log.end, log.reads = None, []
    told = Told()
    frame = FactsTable(log, tmp_path / "f", seal_at=10_000, report=told).frame()
    assert log.reads == [(half, half), (half + 1, len(log.events))]
    assert [type(one).__name__ for one in frame.pieces] == ["Segment", "Batch"]
    assert told.lines == []
    for position in (0, half - 1, half, half + 1, len(log.events)):
        agrees(frame, log.events, position)


def test_an_answer_is_never_behind_the_log(tmp_path: Path) -> None:
    """Each frame stands at the head of the moment, and older frames stay as they were."""
    log = made()
    table = FactsTable(log, tmp_path, seal_at=40)
    frames = []
    for end in range(1, len(log.events) + 1, 17):
        log.end = end
        frames.append(table.frame())
        assert frames[-1].position == end
    assert table.frame() is table.frame()
    for frame in frames:
        agrees(frame, log.events, frame.position)


def test_nothing_is_written_without_a_folder() -> None:
    """A table without a folder keeps everything in memory and tells the same."""
    log = made()
    agrees(FactsTable(log, None, seal_at=1).frame(), log.events, len(log.events))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut off": lambda file: os.truncate(file, file.stat().st_size // 2),
    "a changed byte": lambda file: file.write_bytes(file.read_bytes()[:-9] + b"x" * 9),
    "gone": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
}


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", ["kind-competency.arrow", "streams.arrow", segments.MANIFEST])
def test_a_damaged_file_is_noticed_and_built_again(tmp_path: Path, how: str, name: str) -> None:
    """Damage is told in words, the segment goes, and the answers are right at once and later."""
    log = made()
    FactsTable(log, tmp_path, seal_at=50).frame()
    (segment,) = tmp_path.iterdir()
    DAMAGES[how](segment / name)
    told = Told()
    frame = FactsTable(log, tmp_path, seal_at=50, report=told).frame()
    agrees(frame, log.events, len(log.events))
    assert len(told.lines) == 1
    assert f"{segment.name} is damaged" in told.lines[0]
    assert "built again from the log" in told.lines[0]
    again = Told()
    agrees(FactsTable(log, tmp_path, report=again).frame(), log.events, len(log.events))
    assert again.lines == []


def test_another_layout_is_built_again(tmp_path: Path) -> None:
    """A segment that another version wrote is not read with another meaning."""
    log = made()
    FactsTable(log, tmp_path, seal_at=50).frame()
    (segment,) = tmp_path.iterdir()
    manifest = orjson.loads((segment / segments.MANIFEST).read_bytes())
    (segment / segments.MANIFEST).write_bytes(orjson.dumps(manifest | {"layout": "0" * 64}))
    told = Told()
    agrees(FactsTable(log, tmp_path, report=told).frame(), log.events, len(log.events))
    assert "of another version" in told.lines[0]


def test_a_restored_ledger_is_noticed(tmp_path: Path) -> None:
    """After a restore that was continued otherwise, what differs is built from the log as it is."""
    log = made()
    cut = len(log.events) // 2
    table = FactsTable(log, tmp_path, seal_at=30)
    for end in (cut, len(log.events)):
        log.end = end
        table.frame()
    assert len(ranges(tmp_path)) == 2
    other = made(seed=4)
    continued = [
        replace(one, originator_id=one.originator_id, id=cut + place)
        for place, one in enumerate(placed(_fitting(log, cut, other), salt="other"), start=1)
    ]
    restored = ListLog([*log.events[:cut], *continued])
    told = Told()
    agrees(
        FactsTable(restored, tmp_path, report=told).frame(), restored.events, len(restored.events)
    )
    assert len(told.lines) == 1
    assert "before it was restored" in told.lines[0]
    shorter = ListLog(log.events[: cut - 1])
    agrees(FactsTable(shorter, tmp_path, report=told).frame(), shorter.events, cut - 1)


def _fitting(log: ListLog, cut: int, other: ListLog) -> list[RecordedEvent]:
    """Events of streams that the log does not know, so that they may follow anywhere."""
    known = {one.originator_id for one in log.events}
    fresh = [one for one in other.events if one.originator_id not in known]
    return [replace(one, originator_version=0) for one in fresh][: len(log.events) - cut + 20]


def test_many_segments_become_few(tmp_path: Path) -> None:
    """Compaction keeps every answer, and its old segments go when nobody can use them any more."""
    log = made(8, 40)
    log.end = 0
    table = FactsTable(log, tmp_path, seal_at=10)
    frame = table.frame()
    for end in range(10, len(log.events) + 1, 10):
        log.end = end
        frame = table.frame()
        assert len([one for one in frame.pieces if isinstance(one, Segment)]) <= 8
    agrees(frame, log.events, frame.position)
    agrees(frame, log.events, frame.position // 3)
    told = Told()
    opened = FactsTable(log, tmp_path, report=told).frame()
    assert told.lines == []
    assert ranges(tmp_path) == sorted(one.folder.name for one in opened.pieces)  # type: ignore[attr-defined]
    agrees(opened, log.events, opened.position)


def test_an_event_is_written_again_a_few_times_only() -> None:
    """However long a log grows by small segments, merging rewrites each event a few times."""
    kept: list[Segment] = []
    written = 0
    for number in range(1, 3_001):
        kept.append(_segment(number, number))
        merged = segments.to_compact(kept, most=8)
        if merged:
            written += merged[-1].last - merged[0].first + 1
            kept = [*kept[: -len(merged)], _segment(merged[0].first, merged[-1].last)]
        assert len(kept) <= 8
        assert kept[0].first == 1
        assert kept[-1].last == number
    assert written / 3_000 < 10


def _segment(first: int, last: int) -> Segment:
    return Segment(Path(), first, last, "", {}, 0)


class Full(OSError):
    """No space left."""


@pytest.mark.parametrize("step", ["_write_synced", "_sync_folder", "_rename"])
def test_an_interrupted_write_leaves_the_old_state(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If writing fails at any step, answers are right, it is said, and nothing half is left."""
    log = made()
    half = len(log.events) // 2
    log.end = half
    FactsTable(log, tmp_path, seal_at=50).frame()
    before = ranges(tmp_path)
    log.end = None

    def fail(*_: object) -> None:
        raise Full(28, "No space left on device")

    told = Told()
    table = FactsTable(log, tmp_path, seal_at=50, report=told)
    with monkeypatch.context() as patch:
        patch.setattr(segments, step, fail)
        agrees(table.frame(), log.events, len(log.events))
    assert ranges(tmp_path) == before
    assert "No space left on device" in told.lines[0]
    log.events += placed(_fitting(log, 0, made(seed=5)), after=len(log.events), salt="later")
    agrees(table.frame(), log.events, len(log.events))
    assert len(ranges(tmp_path)) == 2


def test_a_crash_leaves_only_what_nobody_reads(tmp_path: Path) -> None:
    """What a dead process left aside is swept away; what a living one writes stays."""
    log = made()
    FactsTable(log, tmp_path, seal_at=50).frame()
    dead, living = (tmp_path / f".facts-{1:012}-{2:012}.{process}.abc.new" for process in (11, 12))
    for folder in (dead, living):
        shutil.copytree(next(tmp_path.glob("facts-*")), folder)
    table = FactsTable(log, tmp_path, alive=lambda process: process == 12)
    agrees(table.frame(), log.events, len(log.events))
    assert not dead.exists()
    assert living.exists()


def test_two_processes_number_alike(tmp_path: Path) -> None:
    """Whoever writes a range second finds it there, and goes on from it to the same answers."""
    log = made()
    half = len(log.events) // 2
    tables = [FactsTable(log, tmp_path, seal_at=20, process=process) for process in (1, 2)]
    for end in (half, half + 30, len(log.events)):
        log.end = end
        for table in tables:
            agrees(table.frame(), log.events, end)
    agrees(FactsTable(log, tmp_path).frame(), log.events, len(log.events))


def test_segments_that_went_away_are_opened_anew(tmp_path: Path) -> None:
    """A reader whose segments another process took away says so, and its next frame is right."""
    log = made()
    table = FactsTable(log, tmp_path, seal_at=50)
    frame = table.frame()
    for path in list(tmp_path.iterdir()):
        shutil.rmtree(path)
    with pytest.raises(SegmentDamaged, match="Ask again"):
        frame.table("competency", ["category"])
    agrees(table.frame(), log.events, len(log.events))


def test_a_gap_in_the_log_is_no_table() -> None:
    """Events that do not follow each other are refused: the log has no gaps."""
    log = made()
    builder = BatchBuilder(empty_frame().streams, after=0)
    with pytest.raises(Exception, match="gap after position 0"):
        builder.add(iter(log.events[1:]), most=10)


def test_pieces_are_of_one_shape(tmp_path: Path) -> None:
    """A segment and the batch it was written from give the same rows and types."""
    log = made()
    builder = BatchBuilder(empty_frame().streams, after=0)
    builder.add(log.read(), most=10_000)
    batch = builder.build()
    segment = segments.write(tmp_path, [batch], ["0" * 32], leaf=b"", process=1)
    pieces: list[Piece] = [batch, segment]
    for kind, names in every_field().items():
        found = [one.stated(kind, names).sort("subject", "stated_at") for one in pieces]
        assert found[0].schema == found[1].schema
        assert found[0].equals(found[1])
    assert isinstance(segment.corrections, pl.DataFrame)
    assert segment.corrections.equals(batch.corrections.sort("stated_at"))


def test_where_the_table_lies(tmp_path: Path) -> None:
    """Beside an SQLite file, else under var/facts by origin, whatever the origin holds."""
    assert folder_for(tmp_path / "l.sqlite3", var=tmp_path, origin="x").name == "l.sqlite3.facts"
    found = folder_for(None, var=tmp_path, origin="bkd.example/ledger 1")
    assert found == tmp_path / "facts" / "bkd.example_ledger_1"
