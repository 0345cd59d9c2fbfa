"""Cases in few words: facts of one person as they would be known, with links by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

from ledger.domain.case import Case, cases
from ledger.domain.facts import Fact, History
from ledger.domain.workdays import Workdays
from projections.discipline import procedure
from projections.discipline.procedure import Procedure

RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
LINKS = ("case", "sanction", "target", "of")
NO_HOLIDAYS = Workdays({year: frozenset() for year in range(2008, 2031)}, frozenset(range(5)))


def rules(name: str) -> Procedure:
    """A shipped procedure: "94-2021" or "53-2010"."""
    file = f"disiplin-pp-{name}.yaml"
    folder = resources.files("projections").joinpath("procedures")
    return procedure.load(folder.joinpath(file).read_bytes(), file=file)


PP94, PP53 = rules("94-2021"), rules("53-2010")


def known(*rows: tuple[str, str, str, Mapping[str, Any]]) -> History:
    """The facts (name, kind, day, fields) as known; links name other rows, in any order."""
    roots = {name: number for number, (name, *_) in enumerate(rows, start=1)}
    by_kind: dict[str, list[Fact]] = {}
    for name, kind, on, given in rows:
        fields: dict[str, Any] = {
            key: roots[said] if key in LINKS else said for key, said in given.items()
        }
        until = fields.pop("until", None)
        root = roots[name]
        fact = Fact(
            kind,
            root,
            root,
            root,
            RECORDED,
            date.fromisoformat(on),
            None if until is None else date.fromisoformat(until),
            fields,
        )
        by_kind.setdefault(kind, []).append(fact)
    for facts in by_kind.values():
        facts.sort(key=lambda one: (one.effective_on, one.position))
    return History(by_kind, position=len(rows))


Row = tuple[str, str, str, Mapping[str, Any]]


def report(on: str = "2022-03-01", *, act_on: str = "2022-02-21", ground: str = "LAIN") -> Row:
    """A report that opens case K1."""
    return "K1", "case", on, {"id": "K1", "act_on": act_on, "ground": ground}


def summons(on: str, number: int = 1) -> Row:
    """Summons I or II."""
    return f"S{number}", "summons", on, {"case": "K1", "number": number}


def examined(on: str, number: int = 1, **fields: Any) -> Row:
    """An examination, attended unless said otherwise."""
    given = {"case": "K1", "number": number, "attended": True, **fields}
    return f"E{number}", "examination", on, given


def sanction(
    on: str,
    *,
    decided_on: str,
    received_on: str | None = None,
    level: str = "SEDANG",
    kind: str = "PENUNDAAN_KGB",
    case: str | None = "K1",
    until: str | None = None,
    name: str = "H1",
) -> Row:
    """A sanction H1 that takes effect on a day."""
    fields: dict[str, Any] = {"id": name, "level": level, "kind": kind, "decided_on": decided_on}
    given = {"received_on": received_on, "case": case, "until": until}
    return name, "sanction", on, fields | {k: v for k, v in given.items() if v is not None}


def filed(on: str, *, kind: str = "objection", name: str = "B1", target: str = "H1") -> Row:
    """An objection or appeal B1."""
    return name, kind, on, {"id": name, "target": target, "filed_on": on}


def ruled(
    on: str,
    outcome: str,
    *,
    of: str = "B1",
    forum: str = "PPK",
    final: bool = True,
    level: str | None = None,
    name: str = "P1",
) -> Row:
    """A ruling P1."""
    fields = {"of": of, "forum": forum, "outcome": outcome, "final": final}
    return name, "ruling", on, fields if level is None else {**fields, "level": level}


def only(*rows: Row) -> Case:
    """The one case of these facts."""
    (found,) = cases(known(*rows), late_filing_suspends=False)
    return found


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)
