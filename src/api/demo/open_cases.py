"""Discipline cases that are under way when the demo ends, one at each step, some of them late.

Days are working days by the demo's own calendars, so that each step but the late ones is in order
under PP 94/2021.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from api.demo import discipline
from api.demo.casework import CaseRows
from api.demo.discipline import Known
from api.demo.person import FUNGSIONAL, HEAD, LAST_DAY, PELAKSANA, PNS, Person

_LEAST_DILIGENT = 45
_TEAM = 2
_CROWD = 1 << 30


def of_people(people: Iterable[Person], *, each: int) -> Iterator[Known]:
    """Every plot, told of so many people; nobody has two."""
    everybody = tuple(people)
    team = [one.nip for one in everybody if one.role == HEAD][:_TEAM]
    mixed = sorted(everybody, key=lambda one: one.dice("accused").below(_CROWD))
    free = (person for person in mixed if _may_be_accused(person))
    for number in range(1, each + 1):
        for plot in _PLOTS:
            person = next(free, None)
            if person is not None:
                yield from plot(person, number, team)


def _may_be_accused(person: Person) -> bool:
    return (
        person.employment == PNS
        and person.role in {FUNGSIONAL, PELAKSANA}
        and person.diligence < _LEAST_DILIGENT
        and person.leaves_on is None
        and person.permanent_on < LAST_DAY.replace(year=LAST_DAY.year - 3)
        and not any(discipline.sanctions(person))
    )


def _rows(person: Person, month: str, number: int) -> CaseRows:
    return CaseRows(person, f"PK-{month}-{number}", f"HD-{month}-{number}")


def _absent(person: Person, number: int, _: list[str]) -> Iterator[Known]:
    """Reported after eight working days without a word."""
    rows = _rows(person, "2026-11", number)
    yield (
        date(2026, 10, 16),
        person.row(
            "absence",
            date(2026, 10, 5),
            **{"from": "2026-10-05", "to": "2026-10-14", "valid": False},
        ),
    )
    yield from rows.as_it_went(
        rows.report("2026-10-19", act_on="2026-10-14", ground="TIDAK_MASUK_KERJA")
    )


def _did_not_come(person: Person, number: int, _: list[str]) -> Iterator[Known]:
    """Summoned once, did not come, and nobody summoned him again in time."""
    rows = _rows(person, "2026-10", number)
    return rows.as_it_went(
        rows.report("2026-10-05", act_on="2026-09-28", ground="PENYALAHGUNAAN_BARANG"),
        rows.of_case("summons", "2026-10-07", number=1),
        rows.of_case("examination", "2026-10-20", number=1, attended=False),
    )


def _examined(person: Person, number: int, _: list[str]) -> Iterator[Known]:
    """Examined; whoever punishes has yet to decide."""
    rows = _rows(person, "2026-09", number)
    return rows.as_it_went(
        rows.report("2026-09-14", act_on="2026-09-07", ground="KETERLAMBATAN_LAPORAN"),
        rows.of_case("summons", "2026-09-16", number=1),
        rows.of_case("examination", "2026-09-28", number=1, attended=True),
    )


def _undelivered(person: Person, number: int, _: list[str]) -> Iterator[Known]:
    """Decided, and not delivered in time."""
    rows = _rows(person, "2026-08", number)
    return rows.as_it_went(
        rows.report("2026-08-31", act_on="2026-08-24", ground="PENYALAHGUNAAN_WEWENANG"),
        rows.of_case("summons", "2026-09-02", number=1),
        rows.of_case("examination", "2026-09-14", number=1, attended=True),
        rows.sanction("2026-11-03", decided_on="2026-10-09", received_on=None),
    )


def _appealed(person: Person, number: int, team: list[str]) -> Iterator[Known]:
    """Demoted, and before BPASN, whose ruling is overdue."""
    rows = _rows(person, "2026-06", number)
    return rows.as_it_went(
        rows.report("2026-06-02", act_on="2026-05-25", ground="GRATIFIKASI"),
        rows.of_case("summons", "2026-06-04", number=1),
        rows.of_case("examination", "2026-06-16", number=1, attended=True, team=team),
        rows.sanction(
            "2026-07-29",
            decided_on="2026-07-06",
            received_on="2026-07-08",
            level="BERAT",
            kind="PENURUNAN_JABATAN",
        ),
        rows.appeal("2026-07-20"),
    )


def _cleared(person: Person, number: int, _: list[str]) -> Iterator[Known]:
    """Reprimanded, and cleared by the superior."""
    rows = _rows(person, "2025-02", number)
    return rows.as_it_went(
        rows.report("2025-02-10", act_on="2025-02-03", ground="NETRALITAS"),
        rows.of_case("summons", "2025-02-12", number=1),
        rows.of_case("examination", "2025-02-24", number=1, attended=True),
        rows.sanction(
            "2025-04-02",
            decided_on="2025-03-10",
            received_on="2025-03-12",
            level="RINGAN",
            kind="TEGURAN_TERTULIS",
        ),
        rows.objection("2025-03-24"),
        rows.ruling("2025-04-14", "ATASAN", "DIBATALKAN"),
    )


_PLOTS: tuple[Callable[[Person, int, list[str]], Iterator[Known]], ...] = (
    _absent,
    _did_not_come,
    _examined,
    _undelivered,
    _appealed,
    _cleared,
)
