"""What the second process of a large import runs; see second_hand.py."""

from __future__ import annotations

import pickle
from contextlib import closing

from api.intake import collecting
from api.intake.apply import Importer
from api.intake.report import ImportReport
from api.intake.second_hand import Job, Turns, Voice, own_streams
from api.intake.spool import REST, shared_rows
from api.intake.subjects import Subjects
from api.intake.unit_book import UnitBook
from ledger.application import Ledger
from ledger.errors import LedgerError


def main() -> None:
    """Do the job that standard input names, and say so on standard output."""
    with own_streams() as (stdin, voice):
        job: Job = pickle.load(stdin)  # noqa: S301 - bytes of our own program
        try:
            with closing(Ledger.open(job.url, keys=job.keys)) as ledger, collecting.rarely():
                _apply(job, ledger, voice)
        except LedgerError as fault:
            voice.failed(fault)


def _apply(job: Job, ledger: Ledger, voice: Voice) -> None:
    subjects = Subjects(ledger, UnitBook(ledger.units()), people=job.people)
    with closing(Turns(job.spool)) as turns:
        importer = Importer(
            ledger,
            subjects,
            ImportReport(),
            job.actor,
            job.batch,
            job.digests,
            dry=False,
            strict=False,
            progress=voice.progress,
            turns=turns,
        )
        voice.ready()
        importer.phase(shared_rows(job.spool, job.part), REST)
        voice.done((importer.report, importer.first_position, importer.last_position))
