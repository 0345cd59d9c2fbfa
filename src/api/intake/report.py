"""What an import did: counts, refusals and flags, as `import --json` prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from api.intake.needs import Need
from api.intake.rows import Place, RawRow, RowError
from ledger.domain.deciding import Verdict
from ledger.events.reading import Draft

UNIT_FOUNDED = "UNIT_FOUNDED"
REFUSED = "refused"
CONFLICTS = "conflicts"


class Seen(NamedTuple):
    """What became of one row: a verdict, `refused` or `conflicts`, with the code of its first
    error; `drafts` are its facts as far as they could be read.
    """

    outcome: str
    code: str | None
    drafts: Sequence[Draft]


def _placed(place: Place) -> dict[str, Any]:
    return {"file": place.file, "sheet": place.sheet, "row": place.row}


def error_object(fault: RowError) -> dict[str, Any]:
    """One error without its place."""
    return {
        "column": fault.column,
        "code": fault.code,
        "found": fault.found,
        "message": fault.message,
        "who_must_act": fault.who_must_act,
        "next_step": fault.next_step,
    }


@dataclass(slots=True)
class ImportReport:
    """Counts are rows; `rejected` holds refused and conflicting rows for the sender's workbook.

    `written` are the files in which the sender gets them back; `sources` are the files that were
    recognised, each with its forms and the sheets of it that were left alone. `seen` is what became
    of each row, kept only where a dict is given for it: of a large import it would be long. `needs`
    is, of a dry run, what of the rows that nobody records alone or that mend a fact.
    """

    read: int = 0
    new: int = 0
    same: int = 0
    confirmed: int = 0
    corrects: int = 0
    conflicts: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    flagged: list[dict[str, Any]] = field(default_factory=list)
    unknown_files: list[str] = field(default_factory=list)
    rejected: list[RawRow] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[Place, Seen] | None = None
    needs: dict[Place, Need] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """1 if anything was refused or conflicts."""
        return 1 if self.refused or self.conflicts else 0

    @property
    def added(self) -> int:
        """Rows from which events followed."""
        return self.new + self.corrects

    def count(self, verdict: Verdict, place: Place, drafts: Sequence[Draft]) -> None:
        """One more row of a verdict."""
        if self.seen is not None:
            self.seen[place] = Seen(verdict.value, None, drafts)
        if verdict is Verdict.NEW:
            self.new += 1
        elif verdict is Verdict.SAME:
            self.same += 1
        elif verdict is Verdict.CONFIRMED:
            self.confirmed += 1
        else:
            self.corrects += 1

    def absorb(self, other: ImportReport) -> None:
        """Count in the report of another process; lists come in the order of the files."""
        for name in ("read", "new", "same", "confirmed", "corrects", "conflicts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused.extend(other.refused)
        self.flagged = sorted(self.flagged + other.flagged, key=_by_place)
        self.rejected = sorted(self.rejected + other.rejected, key=_by_file)

    def refuse(self, row: RawRow, drafts: Sequence[Draft] = ()) -> None:
        """A row that is refused for its errors, all of them named at once."""
        first, *others = row.errors
        if self.seen is not None:
            self.seen[row.place] = Seen(REFUSED, first.code, drafts)
        refusal = _placed(row.place) | error_object(first)
        refusal["also"] = [error_object(one) for one in others]
        self.refused.append(refusal)
        self.rejected.append(row)

    def refuse_file(self, name: str, fault: RowError) -> None:
        """A file that could not be read at all."""
        refusal = {"file": name, "sheet": None, "row": None} | error_object(fault)
        refusal["also"] = []
        self.refused.append(refusal)

    def conflict(self, row: RawRow, drafts: Sequence[Draft] = ()) -> None:
        """A row whose act is recorded with other content: offered as a correction."""
        self.conflicts += 1
        fault = row.errors[0]
        if self.seen is not None:
            self.seen[row.place] = Seen(CONFLICTS, fault.code, drafts)
        self.flag(row.place, fault.column, fault.code, f"{fault.message} {fault.next_step}")
        self.rejected.append(row)

    def flag(self, place: Place, column: str, code: str, message: str) -> None:
        """Something unusual that was recorded all the same."""
        self.flagged.append(_placed(place) | {"column": column, "code": code, "message": message})

    def flag_unit(self, code: str) -> None:
        """A unit that was founded because a row named it."""
        self.flagged.append(
            {
                "file": None,
                "sheet": None,
                "row": None,
                "column": "unit",
                "code": UNIT_FOUNDED,
                "message": f"The unit {code} was not on record and was founded from its name.",
            }
        )

    def forget_units(self) -> None:
        """Nothing was recorded after all, so no unit was founded."""
        self.flagged = [one for one in self.flagged if one["code"] != UNIT_FOUNDED]

    def as_json(self) -> dict[str, Any]:
        """The object of `import --json`."""
        return {
            "read": self.read,
            "new": self.new,
            "same": self.same,
            "confirmed": self.confirmed,
            "corrects": self.corrects,
            "conflicts": self.conflicts,
            "flagged": self.flagged,
            "unknown_files": self.unknown_files,
            "refused": sorted(self.refused, key=_by_place),
        }


def _by_file(row: RawRow) -> tuple[str, str, int]:
    return row.place.file, row.place.sheet or "", row.place.row


def _by_place(refusal: dict[str, Any]) -> tuple[str, str, int]:
    return refusal["file"] or "", refusal["sheet"] or "", refusal["row"] or 0


def counts(report: ImportReport) -> Iterable[tuple[str, int]]:
    """Name and number of each outcome, for people and for the record of the import."""
    yield "read", report.read
    yield "new", report.new
    yield "same", report.same
    yield "confirmed", report.confirmed
    yield "corrects", report.corrects
    yield "conflicts", report.conflicts
    yield "refused", len(report.refused)
