"""One fact stated by somebody in person: read, decided and recorded by the path of an import.

Nothing is written to a file and no digest of it is kept in the open: one line could be guessed.
Unlike an import it founds no unit from a name, and what refuses it is raised, with all of its
errors at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from api.intake import facts_file
from api.intake.apply import Importer, Sink
from api.intake.checking import Named, check_rows
from api.intake.decided import Decided
from api.intake.one_at_a_time import alone
from api.intake.report import ImportReport, error_object
from api.intake.spool import MERGES, PHASES, spooled
from api.intake.subjects import Subjects
from api.intake.unit_book import UnitBook
from ledger.application import Ledger
from ledger.canonical import canonical_bytes
from ledger.errors import LedgerError
from ledger.events.reading import Draft

_PLACE: Final = ""
Look = Callable[[Draft, Sequence[Decided]], None]


class FactRefused(LedgerError):
    """A fact that cannot be recorded; `errors` in its details are all that is wrong with it."""

    code = "fact_refused"

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        said = " ".join(_said(one) for one in errors)
        super().__init__(
            f"The fact was not recorded. {said}",
            next_step=str(errors[0]["next_step"]),
            errors=[{"pointer": _pointer(one), **{k: one[k] for k in _TOLD}} for one in errors],
        )


_TOLD: Final = ("column", "code", "message", "who_must_act", "next_step")


@dataclass(frozen=True, slots=True)
class Stated:
    """What became of a fact.

    Attributes:
        draft: the fact as it was read. verdict: new, same, confirmed or corrects.
        flags: what is unusual about it: column, code and message.
        decided: what was, or in a dry run would be, appended; empty where it adds nothing.
        positions: of the events that were appended.
    """

    draft: Draft
    verdict: str
    flags: list[dict[str, str]]
    decided: tuple[Decided, ...]
    positions: tuple[int, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What was decided, kept as it goes by."""

    look: Look
    report: ImportReport
    decided: tuple[Decided, ...] = ()
    positions: list[int] = field(default_factory=list)

    def gate(self, decided: Sequence[Decided]) -> None:
        self.decided = tuple(decided)
        self.look(decided[0].row.drafts[0], decided)


def read_object(data: bytes) -> dict[str, Any]:
    """The object of a request's body, numbers whole or Decimal; nothing is rounded or dropped.

    Raises:
        FactRefused: it is none, or says something twice.
    """
    row = facts_file.whole(data)
    if row.errors:
        raise FactRefused([error_object(one) for one in row.errors])
    return row.facts[0]


def line_of(fact: Mapping[str, Any]) -> bytes:
    """A fact as one line of a facts file, the same bytes for the same fact; numbers in it are whole
    or Decimal, as the strict reader of facts files gives them.
    """
    return canonical_bytes(dict(fact)) + b"\n"


def state(
    ledger: Ledger,
    line: bytes,
    *,
    actor: str,
    dry: bool,
    look: Look = lambda _draft, _decided: None,
    sink: Sink | None = None,
    held: bool = False,
) -> Stated:
    """Record one fact, or in a dry run say what would become of it.

    Args:
        line: the fact, as a line of a facts file. actor: who states it.
        look: sees the fact and what was decided before anything is appended, and may refuse it.
        sink: appends what was decided as part of a command of its own.
        held: the caller holds the turn of imports.

    Raises:
        FactRefused: all that is wrong with it. VersionConflict: somebody was faster.
        What `look` and `sink` raise.
    """
    report, named = ImportReport(seen={}), Named()
    seen = _Seen(look, report)
    with spooled() as spool:
        rows = facts_file.read_rows(io.BytesIO(line), _PLACE)
        check_rows(rows, spool=spool, report=report, named=named)
        _refuse(report)
        with nullcontext() if dry or held else alone(ledger):
            importer = Importer(
                ledger,
                Subjects(ledger, UnitBook(ledger.units()), dry=dry, keeps=True),
                report,
                actor,
                "",
                {},
                dry,
                strict=True,
                gate=seen.gate,
                sink=sink,
            )
            for phase in PHASES[: PHASES.index(MERGES)]:
                importer.phase(spool.rows(phase), phase)
            importer.finish(spool)
    _refuse(report)
    ((_, found),) = (report.seen or {}).items()
    flags = [{key: one[key] for key in ("column", "code", "message")} for one in report.flagged]
    first, last = importer.first_position, importer.last_position
    positions = tuple(range(first, last + 1)) if first else ()
    return Stated(found.drafts[0], found.outcome, flags, seen.decided, positions)


def _refuse(report: ImportReport) -> None:
    """Raises FactRefused where the row is refused or conflicts."""
    for row in report.rejected:
        raise FactRefused([error_object(one) for one in row.errors])


def _pointer(one: Mapping[str, Any]) -> str:
    """The field that is meant, as a JSON Pointer (RFC 6901) into the fact; the whole is ""."""
    steps = str(one["column"] or "").split(".")
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps if step)


def _said(one: Mapping[str, Any]) -> str:
    column = f"{one['column']}: " if one["column"] else ""
    return f"{column}{one['message']}"
