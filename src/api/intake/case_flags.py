"""What the rows of an import put out of order in discipline cases: recorded, and flagged.

Looked at once all rows are decided, because a step is in order or not by those before it, whichever
row of whichever file states them. A dry run and the import itself find the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from api.intake.decided import Decided
from api.intake.report import ImportReport
from api.intake.rows import Place
from ledger.application import Ledger
from ledger.domain.case import CASE, DELIVERED, EXAMINATION, SANCTION, SERVED, SUMMONS
from ledger.domain.sanction import FILINGS, RULING
from ledger.events.base import EMPLOYEE
from ledger.events.registry import CORRECTIONS, FACT_SPECS
from ledger.records import NewEvent, RecordedEvent
from projections import question
from projections.discipline import asking_cases
from projections.discipline.asking_cases import GOLONGAN
from projections.discipline.case_findings import Finding, Found

STEPS: Final = (CASE, SUMMONS, EXAMINATION, SANCTION, DELIVERED, SERVED, *FILINGS, RULING)
_TOPICS: Final = tuple(FACT_SPECS[EMPLOYEE, fact].topic for fact in STEPS)
_BEARING: Final = frozenset(
    {
        *_TOPICS,
        *(FACT_SPECS[EMPLOYEE, fact].topic for fact in ("registered", "employment", GOLONGAN)),
        *(FACT_SPECS[EMPLOYEE, fact].topic for fact in CORRECTIONS),
    }
)
OF_CASES: Final = frozenset(one.value for one in Finding)
_AT_ONCE: Final = 500
_WORDS: Final = {
    Finding.STEP_OUT_OF_ORDER: "Langkah perkara ini tidak didahului langkah yang seharusnya.",
    Finding.TOO_EARLY: "Langkah perkara ini terlalu cepat.",
    Finding.FILED_LATE: "Diajukan setelah tenggatnya; dicatat sebagai terlambat.",
    Finding.DONE_LATE: "Langkah perkara ini dilakukan setelah tenggatnya.",
    Finding.EFFECTIVE_DAY_DIFFERS: "Hari berlaku hukuman berbeda dari hitungan aturan.",
    Finding.TERM_DIFFERS: "Lamanya hukuman berbeda dari aturan.",
    Finding.RULING_WITHOUT_FILING: "Putusan tanpa keberatan atau banding yang dijawabnya.",
    Finding.FORUM_NOT_OF_REGIME: "Lembaga pemutus tidak dikenal aturan yang berlaku.",
    Finding.KIND_NOT_OF_REGIME: "Jenis hukuman tidak dikenal aturan yang berlaku pada tingkat ini.",
    Finding.TEAM_MISSING: "Tim pemeriksa tidak disebut, padahal tingkat hukumannya mewajibkan.",
    Finding.TEAM_NOT_FORESEEN: "Tim pemeriksa tidak diatur untuk tingkat hukuman ini.",
    Finding.EXAMINER_OF_LOWER_RANK: "Pemeriksa berpangkat lebih rendah daripada yang diperiksa.",
    Finding.EXAMINER_RANK_UNKNOWN: "Pangkat pemeriksa atau yang diperiksa belum diketahui.",
    Finding.PUNISHED_TWICE: "Pelanggaran yang sama sudah dijatuhi hukuman.",
    Finding.REPEATED_NOT_HEAVIER: "Pelanggaran berulang yang tidak dihukum lebih berat.",
}
_FOLLOWS: Final = {
    "NOT_ACCEPTED": "Pengajuan yang terlambat tidak diterima.",
    "STAYS_IN_FORCE": "Hukuman tetap berlaku sementara itu.",
    "WAITS_FOR_RULING": "Hukuman tetap menunggu putusannya.",
}


def bears_on_a_case(one: Decided) -> bool:
    """Whether a row states a step of a case, or what tells which rules govern one."""
    return any(row.topic in _BEARING for row in one.rows)


def flag_decided(
    ledger: Ledger, decided: Sequence[Decided], report: ImportReport, *, at: datetime
) -> None:
    """Flag the rows of a dry run; `at` stands for the instant at which they would be recorded. A
    calendar, or the golongan of whoever examined, counts once it is recorded.
    """
    head = ledger.store.head().position
    more: dict[UUID, list[RecordedEvent]] = {}
    places: dict[int, Place] = {}
    rows = ((one, row) for one in decided for row in one.rows)
    for number, (one, row) in enumerate(rows, start=head + 1):
        more.setdefault(row.originator_id, []).append(as_if(row, number, at))
        places[number] = one.row.place
    stepping = [one for one in more if any(row.topic in _TOPICS for row in more[one])]
    for chunk in _chunks(sorted(stepping)):
        known = ledger.store.streams(chunk, lte_position=head)
        _flag(ledger, {one: (known[one], more[one]) for one in chunk}, places, report, head)


def flag_recorded(
    ledger: Ledger,
    batch: str,
    positions: tuple[int, int],
    names: Mapping[str, str],
    report: ImportReport,
) -> None:
    """Flag the rows of an import that was recorded.

    Args:
        positions: between which its events lie. names: name of each file by its digest.
    """
    first, last = positions
    places: dict[int, Place] = {}
    streams: set[UUID] = set()
    for event in ledger.store.read(first, last, topics=_TOPICS):
        origin = orjson.loads(event.context).get("origin", {})
        if origin.get("batch") == batch and "row" in origin:
            name = names.get(origin["file"], "")
            places[event.id] = Place(name, origin.get("sheet"), origin["row"])
            streams.add(event.originator_id)
    for chunk in _chunks(sorted(streams)):
        known = ledger.store.streams(chunk, lte_position=last)
        parts = {one: _split(known[one], first) for one in chunk}
        _flag(ledger, parts, places, report, last)


def as_if(row: NewEvent, position: int, at: datetime) -> RecordedEvent:
    """An event as if it were recorded."""
    return RecordedEvent(
        originator_id=row.originator_id,
        originator_version=row.originator_version,
        topic=row.topic,
        state=row.state,
        id=position,
        effective_on=row.effective_on,
        recorded_at=at,
        context=row.context,
        salt=b"",
        sealed_digest=None,
        leaf=b"",
    )


_Parts = tuple[Sequence[RecordedEvent], Sequence[RecordedEvent]]


def _flag(
    ledger: Ledger,
    parts: Mapping[UUID, _Parts],
    places: Mapping[int, Place],
    report: ImportReport,
    position: int,
) -> None:
    """Flag what the later events of each person put out of order, each at its row."""
    asked = asking_cases.when(ledger, question.LATEST, position)
    for stream, (before, more) in parts.items():
        for _, found in asking_cases.newly(ledger, stream, before, more, asked):
            place = places.get(found.step.fact.position)
            if place is not None:
                report.flag(place, "", found.finding.value, _words(found))


def _words(found: Found) -> str:
    needs = " atau ".join(kind.value for kind in found.needs)
    before = [f"Seharusnya sesudah {needs}."] if needs else []
    due = [] if found.due is None else [f"Hari menurut aturan: {found.due.isoformat()}."]
    follows = [_FOLLOWS[one.value] for one in found.consequence]
    return " ".join([_WORDS[found.finding], *before, *due, *follows, f"({found.cite})"])


def _split(events: Sequence[RecordedEvent], first: int) -> _Parts:
    return [one for one in events if one.id < first], [one for one in events if one.id >= first]


def _chunks(streams: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (streams[start : start + _AT_ONCE] for start in range(0, len(streams), _AT_ONCE))
