"""What the second process of a large import runs; see second_hand.py."""

from __future__ import annotations

from contextlib import closing

from api.intake import collecting, facts_file
from api.intake.apply import Importer
from api.intake.checking import Named, check_rows
from api.intake.report import ImportReport
from api.intake.second_hand import ApplyTask, CheckTask, Turns, Voice, asked
from api.intake.spool import REST, Spool, shared_rows
from api.intake.subjects import Subjects
from api.intake.unit_book import UnitBook
from ledger.application import Ledger
from ledger.errors import LedgerError


def main() -> None:
    """Do the tasks that come through standard input, and answer on standard output."""
    with asked() as (tasks, voice), collecting.rarely():
        for task in tasks:
            try:
                if isinstance(task, CheckTask):
                    _check(task, voice)
                else:
                    _apply(task, voice)
            except LedgerError as fault:
                voice.failed(fault)


def _check(task: CheckTask, voice: Voice) -> None:
    report, named = ImportReport(), Named()
    with task.path.open("rb", buffering=1 << 20) as stream, Spool(task.spool) as spool:
        stream.seek(task.start)
        rows = facts_file.read_rows(stream, task.name, before=task.lines_before)
        check_rows(rows, spool=spool, report=report, named=named)
        voice.done((report, named, spool.sealed()))


def _apply(task: ApplyTask, voice: Voice) -> None:
    with (
        closing(Ledger.open(task.url, keys=task.keys)) as ledger,
        closing(Turns(task.spool)) as turns,
    ):
        importer = Importer(
            ledger,
            Subjects(ledger, UnitBook(ledger.units()), people=task.people),
            ImportReport(),
            task.actor,
            task.batch,
            task.digests,
            dry=False,
            strict=False,
            progress=voice.progress,
            turns=turns,
        )
        voice.appending()
        importer.phase(shared_rows(task.spool, task.part), REST)
        voice.done((importer.report, importer.first_position, importer.last_position))
