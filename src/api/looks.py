"""What a question tells the access log: the same for the command line, HTTP and pages.

A look is kept before anything of the answer leaves. Nothing is kept of a backup or bundle that is
only read: who has such a file reads it where this program is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from ledger.access import access_entry
from ledger.access.access_log import AccessLog
from ledger.application import Ledger
from ledger.copies.replay import ReplayedLedger
from ledger.errors import LedgerError, PersonUnknown, UnitUnknown
from ledger.vocabulary_agency import ReadingPurpose

Json = dict[str, Any]
PURPOSE_WORDS: dict[ReadingPurpose, str] = {
    ReadingPurpose.ADMINISTRATION: "Administrasi kepegawaian",
    ReadingPurpose.OWN_RECORD: "Melihat rekam jejak sendiri",
    ReadingPurpose.APPRAISAL: "Penilaian kinerja",
    ReadingPurpose.SUPERVISION: "Pembinaan dan pengawasan atasan",
    ReadingPurpose.ASSESSMENT: "Penilaian perangkat daerah",
    ReadingPurpose.CASE: "Pemeriksaan disiplin",
    ReadingPurpose.DISPUTE: "Keberatan atau sengketa data",
    ReadingPurpose.DECISION: "Pengambilan keputusan kepegawaian",
    ReadingPurpose.AUDIT: "Audit",
    ReadingPurpose.REPORTING: "Pelaporan",
    ReadingPurpose.RECONCILIATION: "Pencocokan data",
    ReadingPurpose.SUPPORT: "Bantuan teknis",
}


class Looker:
    """One question of one reader; tells the log whom its answer is about.

    Attributes:
        kept: whether a look was kept already.
    """

    def __init__(
        self,
        log: Callable[[], AccessLog] | None,
        *,
        reader: str,
        purpose: ReadingPurpose,
        what: str,
    ) -> None:
        """Args: `log` gives the access log when first needed; None of a file that is only read."""
        self.kept = False
        self._log = log
        self._reader = reader
        self._purpose = purpose
        self._what = what

    def person(self, person: UUID, **asked: object) -> None:
        """The record of one person is read."""
        self._keep(
            access_entry.of_person(self._reader, self._purpose, person, self._question(asked))
        )

    def people(self, unit: UUID | None, *, on: date | None, position: int, **asked: object) -> None:
        """The people of a unit, all below it counted, or everybody, on a day as known at a
        position.
        """
        question = self._question({**asked, "as_of": on, "position": position})
        self._keep(access_entry.of_set(self._reader, self._purpose, unit, question))

    def listed(self, people: Sequence[UUID], **asked: object) -> None:
        """These people are shown, as a search finds them."""
        question = self._question(asked)
        self._keep(*access_entry.of_list(self._reader, self._purpose, people, question))

    def nobody(self, named: str) -> None:
        """A number or name led to nobody; only a keyed hash of it is kept."""
        if self._log is not None:
            self.kept = True
            self._log().record_unknown(self._reader, self._purpose, named, self._question({}))

    def _question(self, asked: Json) -> Json:
        told = {name: value for name, value in asked.items() if value is not None}
        for name, value in told.items():
            if isinstance(value, date):
                told[name] = value.isoformat()
        return {"what": self._what, **told}

    def _keep(self, *looks: access_entry.Look) -> None:
        if self._log is not None:
            self.kept = True
            self._log().record(*looks)


@contextmanager
def looking(
    ledger: Ledger, what: str, *, reader: str, purpose: ReadingPurpose, named: str | None = None
) -> Iterator[Looker]:
    """A look of a program that ends soon: the log is opened when it is needed, and closed here.

    Args:
        what: the question in a word, as "score".
        named: the number, id or name that the question names; where it leads to nobody, that is
            kept too.

    Raises:
        StoreError: the look could not be kept, so nothing may be shown.
    """
    opened: list[AccessLog] = []

    def log() -> AccessLog:
        if not opened:
            opened.append(AccessLog.of(ledger))
        return opened[0]

    only_read = isinstance(ledger, ReplayedLedger)
    looker = Looker(None if only_read else log, reader=reader, purpose=purpose, what=what)
    try:
        with _nobody_kept(looker, named):
            yield looker
    finally:
        for one in opened:
            one.close()


@contextmanager
def _nobody_kept(looker: Looker, named: str | None) -> Iterator[None]:
    try:
        yield
    except (PersonUnknown, UnitUnknown) as fault:
        if named is not None and not looker.kept:
            _keep_nobody(looker, named, fault)
        raise


def _keep_nobody(looker: Looker, named: str, fault: LedgerError) -> None:
    """Keep a question that led to nobody; where that fails, the failure is what is told."""
    try:
        looker.nobody(named)
    except LedgerError as failure:
        raise failure from fault
