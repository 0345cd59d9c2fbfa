"""The first half of an import: every row of every file read and checked, nothing recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from api.intake.report import ImportReport
from api.intake.rows import RawRow, with_faults
from api.intake.spool import Spool, prepared
from ledger.domain.deciding import Verdict
from ledger.domain.unit_directory import PATH_MARK, folded
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.events.reading import Draft, FieldError, read_fact

_FLAG_WORDS = {
    "LEVEL_UNREADABLE": "Jenjang pelatihan kepemimpinan tidak terbaca dari judulnya.",
    "PREDICATE_DIFFERS_FROM_MATRIX": "Predikat berbeda dengan hasil kerja dan perilaku kerja.",
    "MORE_DAYS_PRESENT_THAN_WORKING": "Hari hadir lebih banyak daripada hari kerja.",
}


@dataclass(slots=True)
class Named:
    """What the rows name and must exist before they are applied.

    Attributes:
        units: unit name or path -> earliest ISO day on which a fact of a person names it.
        above: the same, named by facts of units: a parent, a successor, or the unit itself.
        stated: folded codes and names of the units that the rows describe.
        numbers: new numbers of persons; rows under one of them wait for the row that gives it.
    """

    units: dict[str, str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def note(self, draft: Draft) -> None:
        """Take note of what a draft names."""
        inner = draft.replacement or draft
        if draft.owner == EMPLOYEE:
            _earliest(self.units, inner.fields.get("unit"), inner.on)
            if "new_nip" in inner.fields:
                self.numbers.add(inner.fields["new_nip"])
        elif draft.owner == ORG_UNIT:
            if inner.fact == "unit":
                self.stated |= {folded(inner.fields["code"]), folded(inner.fields["name"])}
                _earliest(self.above, inner.fields.get("parent"), inner.on)
            else:
                _earliest(self.above, inner.subject, inner.on)
            for successor in inner.fields.get("successors", ()):
                _earliest(self.above, successor, inner.on)

    def absorb(self, other: Named) -> None:
        """Take note of what another process noted."""
        for name, on in other.units.items():
            _earliest(self.units, name, on)
        for name, on in other.above.items():
            _earliest(self.above, name, on)
        self.stated |= other.stated
        self.numbers |= other.numbers

    def unstated(self) -> dict[str, str]:
        """What units name and no row describes."""
        return {
            name: on
            for name, on in self.above.items()
            if self.stated.isdisjoint(map(folded, (name, *name.split(PATH_MARK))))
        }


def _earliest(days: dict[str, str], named: str | None, on: str | None) -> None:
    if named is not None and on is not None:
        days[named] = min(on, days.get(named, on))


def check_rows(rows: Iterable[RawRow], *, spool: Spool, report: ImportReport, named: Named) -> None:
    """Check each row; good ones go to the spool, bad ones to the report with all of their
    errors.
    """
    for row in rows:
        report.read += 1
        flags = {one.code for one in row.flags}
        for one in row.flags:
            report.flag(row.place, one.column, one.code, one.message)
        drafts: list[Draft] = []
        faults: list[tuple[int, FieldError]] = []
        for index, fact in enumerate(row.facts):
            outcome = read_fact(fact)
            if isinstance(outcome, Draft):
                drafts.append(outcome)
            else:
                faults.extend((index, fault) for fault in outcome)
        if row.errors or faults:
            report.refuse(with_faults(row, faults), drafts)
            continue
        if not drafts:
            report.count(Verdict.SAME, row.place, ())
            continue
        for draft in drafts:
            if draft.flags:
                _flag(row, draft, flags, report)
            named.note(draft)
        spool.add(prepared(row, tuple(drafts)))


def _flag(row: RawRow, draft: Draft, seen: set[str], report: ImportReport) -> None:
    for code in draft.flags:
        if code not in seen:
            report.flag(row.place, "", code, _FLAG_WORDS.get(code, code))
