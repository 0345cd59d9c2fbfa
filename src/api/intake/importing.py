"""One import from files to committed events: read everything, then apply everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from api.intake import case_flags, collecting
from api.intake.apply import Gate, Importer
from api.intake.checking import Named
from api.intake.needs import Need, need_of, needs_of
from api.intake.one_at_a_time import alone
from api.intake.reading import Reading, SourceFile, read_files
from api.intake.rejects import write_rejects
from api.intake.report import ImportReport, counts
from api.intake.rows import RowError
from api.intake.sharing import Sharing
from api.intake.spool import spooled
from api.intake.subjects import Memory, Subjects
from api.intake.unit_book import UnitBook
from ledger.application import Ledger, today_in
from ledger.events.base import encode
from ledger.events.book import ImportCommitted
from ledger.events.reading import Draft
from ledger.records import NewEvent
from projections.decisions.resting import Resting

_FILES_A_NOTE = 200
Progress = Callable[[int], None]


class ConfirmedBatch(NamedTuple):
    """A batch that a second person confirmed, at the position `since`."""

    batch: str
    since: int


def _nothing(_: object) -> None:
    return None


def import_files(
    ledger: Ledger,
    paths: Sequence[Path],
    *,
    actor: str,
    as_kind: str | None = None,
    dry: bool = False,
    strict: bool = False,
    rejects: Path | None = None,
    url: str | None = None,
    progress: Progress = _nothing,
    gate: Gate = _nothing,
    seen: bool = False,
    confirmed: ConfirmedBatch | None = None,
    memory: Memory | None = None,
) -> ImportReport:
    """Import files and folders as one batch; gives what became of every row.

    Refused and conflicting rows are written to the folder `rejects` with their reasons, a dry run's
    too. `gate` may refuse a strict import by raising, before anything is recorded. `url` says where
    the ledger is, so that a second process may help with a large import; `memory` is what an import
    before this one left, and serves where many follow one another.

    Args:
        seen: keep what became of each row in the report.
        confirmed: a batch that a second person confirmed. The caller holds the turn of
            `one_at_a_time`, and the end is recorded even where a run before added everything.

    Raises:
        Misuse: an unknown form was asked for.
        StoreError, ImportInterrupted: the database or a process failed; run it again.
    """
    report, named = ImportReport(seen={} if seen else None), Named()
    batch = confirmed.batch if confirmed else ledger.new_stream().hex
    with (
        collecting.rarely(),
        read_files(paths, as_kind=as_kind) as reading,
        spooled() as spool,
        Sharing(reading.files, url, progress) as sharing,
    ):
        _tell_files(reading, report)
        rows_of: dict[str, int] = {}
        for file in reading.files:
            before = report.read
            sharing.check(file, spool, report, named)
            rows_of[file.name] = report.read - before
        with nullcontext() if dry or confirmed else alone(ledger):
            subjects = _subjects(ledger, memory, dry=dry, strict=strict)
            digests = {file.name: file.digest for file in reading.files}
            given = ledger, subjects, report, actor, batch, digests
            importer = Importer(*given, dry, strict, progress, gate=gate)
            importer.begin(spool, named)
            sharing.apply(importer, spool)
            importer.finish(spool)
            _look_back(importer, confirmed, gated=gate is not _nothing)
            if not dry and (confirmed or (report.added and importer.last_position)):
                _commit(ledger, importer, reading, rows_of, confirmed)
        if rejects is not None and report.rejected:
            report.written = write_rejects(reading.files, report.rejected, rejects)
    return report


def _subjects(ledger: Ledger, memory: Memory | None, *, dry: bool, strict: bool) -> Subjects:
    """Whom the rows are about; what an import before this one left serves where rows are applied
    one by one.
    """
    return Subjects(
        ledger,
        UnitBook(ledger.units()),
        dry=dry,
        keeps=dry or strict,
        remembers=None if dry or strict else memory,
    )


def _tell_files(reading: Reading, report: ImportReport) -> None:
    """What was recognised, what was not, and what cannot be read."""
    for fault in reading.errors:
        report.refuse_file(
            fault.file,
            RowError("", fault.code, "", fault.message, fault.who_must_act, fault.next_step),
        )
    report.unknown_files = list(reading.unknown_files)
    report.sources = [_source(file) for file in reading.files]


def _source(file: SourceFile) -> dict[str, Any]:
    sheets = list(file.unread_sheets)
    return {"file": file.name, "forms": list(file.forms), "unread_sheets": sheets}


def _look_back(importer: Importer, confirmed: ConfirmedBatch | None, *, gated: bool) -> None:
    """Say what the rows put out of order in cases, where no gate has looked at that, and in a dry
    run that is kept which of them nobody records alone.
    """
    report = importer.report
    if not gated and not (importer.strict and (report.refused or report.conflicts)):
        _flag_cases(importer, confirmed)
    if importer.dry and report.seen is not None:
        _note_needs(importer)


def _flag_cases(importer: Importer, confirmed: ConfirmedBatch | None) -> None:
    """Say which steps of cases are out of order or late."""
    ledger, report = importer.ledger, importer.report
    if importer.dry:
        head = ledger.store.head().recorded_at
        if importer.noted and head is not None:
            case_flags.flag_decided(ledger, importer.noted, report, at=head)
    elif importer.last_position:
        first = importer.first_position if confirmed is None else confirmed.since + 1
        names = {digest: name for name, digest in importer.digests.items()}
        positions = first, importer.last_position
        case_flags.flag_recorded(ledger, importer.batch, positions, names, report)


def _note_needs(importer: Importer) -> None:
    """Which rows of a dry run nobody records alone. Decisions are asked about as of the head, so
    that the same preview says the same.
    """
    ledger = importer.ledger
    at = ledger.store.head().recorded_at
    if not importer.noted or at is None:
        return
    today = today_in(str(ledger.founded["timezone"]), at)
    known = Resting(ledger)

    def need(draft: Draft, rows: Sequence[NewEvent]) -> Need:
        return need_of(ledger, draft, rows, today=today, at=at, resting=known)

    found = needs_of(importer.noted, need)
    importer.report.needs.update({one.row.place: what for one, what in found})


def _commit(
    ledger: Ledger,
    importer: Importer,
    reading: Reading,
    rows_of: dict[str, int],
    confirmed: ConfirmedBatch | None,
) -> None:
    """Record that the import came to its end. A crash before leaves its events, each with its
    batch. An event has its limit, so the files of a large folder are named in several. The rows of
    a confirmed one lie behind its confirmation, those of a run that was interrupted included.
    """
    first, last = importer.first_position, importer.last_position
    if confirmed is not None:
        first, last = confirmed.since + 1, max(last, ledger.store.head().position)
    files = [
        {"sha256": file.digest, "form": "+".join(file.forms), "rows": rows_of[file.name]}
        for file in reading.files
    ]
    notes = [
        ImportCommitted(
            batch=importer.batch,
            files=tuple(files[start : start + _FILES_A_NOTE]),
            counts=dict(counts(importer.report)),
            first_position=first,
            last_position=last,
        )
        for start in range(0, len(files), _FILES_A_NOTE)
    ]
    ledger.append_to_book([encode(note) for note in notes], importer.actor)
