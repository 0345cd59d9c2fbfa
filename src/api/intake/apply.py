"""The second half of an import: decide each row in order of dependence, and append.

A row is the unit of atomicity: its facts are kept or refused whole. Rows are appended in batches; a
crash between two batches leaves whole rows only, and importing the same files again finishes the
rest, because what is recorded already is the same. Dry run and real run are this one path; a dry
run does not append.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from api.intake import codes
from api.intake.case_flags import bears_on_a_case
from api.intake.checking import Named
from api.intake.decided import Decided, decide_row
from api.intake.needs import may_need
from api.intake.outsiders import without_outsider
from api.intake.report import ImportReport
from api.intake.rows import Place, RowError
from api.intake.spool import MERGES, PEOPLE, REFERENCES, REST, UNITS, Prepared, Spool
from api.intake.subjects import Subjects
from api.intake.unit_book import Wanted
from ledger.application import Ledger
from ledger.domain.deciding import Verdict
from ledger.domain.statement import Source
from ledger.errors import ContentConflict, KeyConflict, LedgerError
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.events.reading import Draft
from ledger.events.registry import FACT_SPECS
from ledger.records import Command, NewEvent, Outcome
from ledger.storage.store_errors import VersionConflict
from ledger.values import without_identity_numbers

_CHUNK_ROWS = 4_000  # some 20 MB; the store learns within one call how much it may take at once
_ATTEMPTS = 3
_COLUMN_OF = {
    "person_unknown": "nip",
    "unit_unknown": "unit",
    "target_unknown": "target",
    "fact_already_replaced": "target",
    "same_key_other_content": "key",
}
Progress = Callable[[int], None]
Gate = Callable[[Sequence[Decided]], None]
Sink = Callable[[tuple[NewEvent, ...]], Outcome]


@dataclass(slots=True)
class Importer:
    """Applies the rows of one import.

    Attributes:
        batch: opaque id of the import; stands in the origin of each of its events. Empty for a
            single fact, which comes from no file: a digest of one line would tell what it says.
        digests: SHA-256 of each file by its name, hex.
        strict: all rows are one command; any refusal refuses everything.
        turns: held while appending, where a second process helps.
        gate: with `strict`, sees everything decided before it is appended, and may refuse it all.
        sink: with `strict`, appends everything decided, as part of a command of its own.
        steps: in a dry run, the rows about people who bear on a discipline case (`case_flags`).
    """

    ledger: Ledger
    subjects: Subjects
    report: ImportReport
    actor: str
    batch: str
    digests: Mapping[str, str]
    dry: bool
    strict: bool
    progress: Progress = lambda _: None
    turns: AbstractContextManager[object] = field(default_factory=nullcontext)
    gate: Gate = lambda _: None
    sink: Sink | None = None
    first_position: int = 0
    last_position: int = 0
    noted: list[Decided] = field(default_factory=list)
    _whole: list[Decided] = field(default_factory=list)

    def begin(self, spool: Spool, named: Named) -> None:
        """Apply what others name: references, units, people."""
        self.phase(spool.rows(REFERENCES), REFERENCES)
        self._found_units(named.unstated())
        self.phase(spool.rows(UNITS), UNITS)
        self._found_units(named.units)
        self._people(spool, named.numbers)

    def finish(self, spool: Spool) -> None:
        """After the rest: merges, and with `strict` everything."""
        self.subjects.let_go()
        self.phase(spool.rows(MERGES), MERGES)
        if self.strict and self._whole:
            self._append_whole()

    # ------------------------------------------------------------------------------------- phases

    def _people(self, spool: Spool, given: Container[str]) -> None:
        """Who comes under a number that a row of this import gives waits for that row."""
        waiting: list[Prepared] = []

        def at_once() -> Iterator[Prepared]:
            for row in spool.rows(PEOPLE):
                if row.drafts[0].subject in given:
                    waiting.append(row)
                else:
                    yield row

        self.phase(at_once(), PEOPLE)
        self.phase(iter(waiting), PEOPLE)

    def phase(self, rows: Iterator[Prepared], phase: int) -> None:
        """Apply the rows of one phase."""
        size = 1 if phase == MERGES else _CHUNK_ROWS  # a merge reads what was appended before it
        while chunk := list(islice(rows, size)):
            self._chunk(chunk, phase)
            self.progress(len(chunk))

    def _chunk(self, chunk: list[Prepared], phase: int) -> None:
        if phase in (PEOPLE, REST, MERGES):
            self._fetch(chunk)
        elif phase == UNITS:
            self.subjects.fetch_unit_keys(self._new_units(chunk))
        waiting = [self._decide(row) for row in chunk]
        decided = [one for one in waiting if one is not None]
        if not self.strict:
            self._append(decided)
        else:
            self._whole.extend(decided)
        if phase == PEOPLE and not self.dry and not self.strict:
            self.ledger.index.follow()

    def _new_units(self, chunk: list[Prepared]) -> int:
        """How many units the rows of a chunk may found."""
        firsts = [row.drafts[0] for row in chunk if row.drafts[0].fact == "unit"]
        stated = {(str(one.subject), str(one.on)) for one in firsts}
        find = self.subjects.units.find
        return len({code for code, on in stated if find(code, on) is None})

    def _fetch(self, chunk: list[Prepared]) -> None:
        """Look up people and read their streams at once, and make keys for those who are new."""
        self.subjects.let_go()
        self.subjects.fetch_people(_numbers(chunk))
        fresh: list[UUID] = []
        streams: list[UUID] = []
        for row in chunk:
            number = row.drafts[0].subject
            if row.drafts[0].owner != EMPLOYEE or number is None:
                continue
            if number in self.subjects.unknown and _registers(row):
                fresh.append(self.subjects.found_person(number))
            elif number in self.subjects.people:
                streams.append(self.subjects.people[number])
        self.subjects.fetch_keys(streams, fresh)
        self.subjects.fetch_states(streams)

    # ----------------------------------------------------------------------------------- deciding

    def _decide(self, row: Prepared) -> Decided | None:
        stands_in_a_file = row.form != _FROM_NAME
        row = without_outsider(row, self.subjects.people, self.report)
        try:
            decided = decide_row(row, self.ledger, self.subjects, self._source(row))
        except LedgerError as fault:
            if not stands_in_a_file:
                return None  # the rows that name the unit are refused, each with its place
            if isinstance(fault, (ContentConflict, KeyConflict)):
                self.report.conflict(self._refused(row, fault), row.drafts)
            else:
                self.report.refuse(self._refused(row, fault), row.drafts)
            return None
        if stands_in_a_file:
            self.report.count(decided.verdict, row.place, row.drafts)
        if self.dry and (bears_on_a_case(decided) or may_need(row.drafts)):
            self.noted.append(decided)
        return decided if decided.rows else None

    def _source(self, row: Prepared) -> Source:
        if not self.batch:
            return Source(self.actor)
        place: dict[str, Any] = {"form": row.form, "batch": self.batch}
        if row.form != _FROM_NAME:
            place |= {"file": self.digests[row.place.file], "row": row.place.row}
        if row.place.sheet is not None:
            place["sheet"] = without_identity_numbers(row.place.sheet)
        return Source(self.actor, row.form, place)

    def _refused(self, row: Prepared, fault: LedgerError) -> Any:
        raw = row.raw_row()
        name = str(fault.details.get("field", _COLUMN_OF.get(fault.code, "")))
        column = next((columns[name] for columns in row.columns if name in columns), name)
        found = _found(row, name)
        code = fault.code.upper()
        text = codes.ROW.get(code)
        if text is None:
            text = codes.Text(fault.message, fault.next_step, codes.SENDER)
        message = text.message.format(**fault.details) if code in codes.ROW else text.message
        error = RowError(column, code, found, message, text.who_must_act, text.next_step)
        return raw._replace(errors=(error,))

    # ---------------------------------------------------------------------------------- appending

    def _append(self, decided: list[Decided]) -> None:
        if self.dry or not decided:
            return
        with self.turns:
            outcomes = self.ledger.store.append_many([Command(one.rows) for one in decided])
        again: list[Decided] = []
        for one, outcome in zip(decided, outcomes, strict=True):
            if isinstance(outcome, Outcome):
                self._seen(outcome)
            elif isinstance(outcome, VersionConflict):
                again.append(one)
            else:
                self._not_stored(one, outcome)
        if again:
            self._append_again(again)

    def _append_again(self, decided: list[Decided]) -> None:
        """Somebody else wrote to these streams meanwhile: read them again and decide again."""
        for one in decided:
            self.subjects.forget(one.streams)
        for one in decided:
            self._uncount(one)
            for attempt in range(_ATTEMPTS):
                fresh = self._decide(one.row)
                if fresh is None:
                    break
                outcome = self.ledger.store.append_many([Command(fresh.rows)])[0]
                if isinstance(outcome, Outcome):
                    self._seen(outcome)
                    break
                self.subjects.forget(fresh.streams)
                self._uncount(fresh)
                if attempt == _ATTEMPTS - 1 or not isinstance(outcome, VersionConflict):
                    self.report.refuse(self._refused(one.row, outcome), one.row.drafts)
                    break

    def _not_stored(self, one: Decided, fault: LedgerError) -> None:
        if one.row.form == _FROM_NAME:
            raise fault
        self._uncount(one)
        self.subjects.forget(one.streams)
        self.report.refuse(self._refused(one.row, fault), one.row.drafts)

    def _append_whole(self) -> None:
        """All rows as one command, or none of them."""
        if self.report.refused or self.report.conflicts:
            nothing = LedgerError(
                "Nothing was recorded: with --strict every row must be right.",
                next_step="Mend the other rows, or import without --strict.",
            )
            for one in self._whole:
                self._uncount(one)
                if one.row.form != _FROM_NAME:
                    self.report.refuse(self._refused(one.row, nothing), one.row.drafts)
            self.report.forget_units()
            return
        self.gate(self._whole)
        if self.dry:
            return
        rows = tuple(event for one in self._whole for event in one.rows)
        self._seen(self.sink(rows) if self.sink else self.ledger.store.append(Command(rows)))
        self.ledger.index.follow()

    def absorb(self, report: ImportReport, first_position: int, last_position: int) -> None:
        """Count in what another process applied."""
        self.report.absorb(report)
        firsts = [one for one in (self.first_position, first_position) if one]
        self.first_position = min(firsts, default=0)
        self.last_position = max(self.last_position, last_position)

    def _seen(self, outcome: Outcome) -> None:
        positions = outcome.positions
        self.first_position = self.first_position or positions[0]
        self.last_position = positions[-1]

    def _uncount(self, one: Decided) -> None:
        if one.row.form == _FROM_NAME:
            return
        if one.verdict is Verdict.NEW:
            self.report.new -= 1
        elif one.verdict is Verdict.CORRECTS:
            self.report.corrects -= 1

    # -------------------------------------------------------------------------------------- units

    def _found_units(self, named: Mapping[str, str]) -> None:
        """Found the units that facts name and nobody described; `named` gives the day of each."""
        decided = []
        missing = tuple(self.subjects.units.missing(named))
        self.subjects.fetch_unit_keys(sum(one.stream is None for one in missing))
        for wanted in missing:
            one = self._decide(_unit_row(wanted))
            if one is not None:
                decided.append(one)
                self.report.flag_unit(wanted.code)
        if self.strict:
            self._whole.extend(decided)
        else:
            self._append(decided)


_FROM_NAME = "unit-name"


def _unit_row(wanted: Wanted) -> Prepared:
    """A unit founded from its name, as a row of its own."""
    fields: dict[str, Any] = {"code": wanted.code, "name": wanted.name}
    if wanted.parent is not None:
        fields["parent"] = wanted.parent
    draft = Draft("unit", ORG_UNIT, wanted.code, wanted.since, fields)
    return Prepared(Place("", None, 0), _FROM_NAME, (draft,), ({},), (False,), b"", True)  # noqa: FBT003


def _numbers(chunk: list[Prepared]) -> list[str]:
    """Every number of a person that the rows name, some of them more than once."""
    found: list[str] = []
    for row in chunk:
        for draft in row.drafts:
            _add_numbers(draft, found)
            if draft.replacement is not None:
                _add_numbers(draft.replacement, found)
    return found


def _add_numbers(draft: Draft, found: list[str]) -> None:
    if draft.owner == EMPLOYEE and draft.subject is not None:
        found.append(draft.subject)
    for name in _PEOPLE_FIELDS[draft.owner, draft.fact]:
        value = draft.fields.get(name)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            found.extend(value)


# The fields of each fact that name a person, the new number of an identity included.
_PEOPLE_FIELDS = {
    key: tuple(
        part.name
        for part in spec.fields
        if part.type.reference == "person" or part.name == "new_nip"
    )
    for key, spec in FACT_SPECS.items()
}


def _found(row: Prepared, name: str) -> str:
    """What a row has in a field, for its sender alone."""
    first = row.drafts[0]
    if name in ("nip", "unit") and name not in first.fields:
        return first.subject or ""
    if name == "target":
        return first.target or str(first.fields.get(name, ""))
    return next((str(one.fields[name]) for one in row.drafts if name in one.fields), "")


def _registers(row: Prepared) -> bool:
    return any(draft.fact == "registered" for draft in row.drafts)
