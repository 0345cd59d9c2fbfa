"""Statutory clocks and what is out of order, under both regimes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.domain.case import StepKind, cases
from ledger.domain.workdays import Workdays
from ledger.vocabulary import SanctionKind
from projections.discipline.absence import Absences, absences
from projections.discipline.case_findings import Finding, Found, findings
from projections.discipline.clocks import ClockState, Running, clocks
from projections.discipline.procedure import Procedure
from tests.casework import (
    NO_HOLIDAYS,
    PP53,
    PP94,
    Row,
    day,
    examined,
    filed,
    known,
    only,
    report,
    ruled,
    sanction,
    summons,
)

BEGUN: tuple[Row, ...] = (report(), summons("2022-03-03"), examined("2022-03-14"))
# Received on Friday 25 March 2022: the fifteenth working day is Friday 15 April.
PUNISHED = sanction(
    "2022-04-15", decided_on="2022-03-21", received_on="2022-03-25", until="2023-04-15"
)


def running(
    name: str, on: str, *rows: Row, rules: Procedure = PP94, days: Workdays = NO_HOLIDAYS
) -> Running:
    """The one clock of that name on a day."""
    (found,) = [one for one in clocks(only(*rows), rules, days, day(on)) if one.clock.name == name]
    return found


def found(
    *rows: Row, on: str = "2030-01-01", rules: Procedure = PP94, ranks: dict[str, int] | None = None
) -> list[Found]:
    """What is out of order in the last case of these facts."""
    every = cases(known(*rows), late_filing_suspends=False)
    given = ranks or {}
    return list(
        findings(
            every[-1],
            every[:-1],
            rules,
            NO_HOLIDAYS,
            day(on),
            person="p",
            rank=lambda one, _: given.get(one),
        )
    )


def codes(*rows: Row, **options: object) -> list[Finding]:
    """The words of what is out of order."""
    return [one.finding for one in found(*rows, **options)]  # type: ignore[arg-type]


CLOCKS = [
    ("panggilan_II", "2022-03-20", [report(), summons("2022-03-03"),
     examined("2022-03-14", attended=False)], "2022-03-23", ClockState.DUE),
    ("panggilan_II", "2022-03-24", [report(), summons("2022-03-03"),
     examined("2022-03-14", attended=False)], "2022-03-23", ClockState.OVERDUE),
    ("jarak_panggilan_I", "2022-03-20", BEGUN, "2022-03-14", ClockState.MET),
    ("penyampaian_keputusan", "2022-04-20", [*BEGUN, PUNISHED], "2022-04-08", ClockState.MET),
    ("mulai_berlaku", "2022-04-20", [*BEGUN, PUNISHED], "2022-04-15", ClockState.MET),
    ("pengajuan_keberatan", "2022-04-14", [*BEGUN, PUNISHED], "2022-04-14", ClockState.DUE),
    ("pengajuan_keberatan", "2022-04-15", [*BEGUN, PUNISHED], "2022-04-14", ClockState.LAPSED),
    ("putusan_keberatan", "2022-05-02", [*BEGUN, PUNISHED, filed("2022-04-01")], "2022-05-02",
     ClockState.DUE),
    ("putusan_keberatan", "2022-05-03", [*BEGUN, PUNISHED, filed("2022-04-01")], "2022-05-02",
     ClockState.OVERDUE),
    ("putusan_keberatan", "2022-06-03", [*BEGUN, PUNISHED, filed("2022-04-01"),
     ruled("2022-05-03", "DIPERKUAT")], "2022-05-02", ClockState.MET_LATE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "on", "rows", "due", "state"), CLOCKS)
def test_each_clock_of_pp_94(
    name: str, on: str, rows: list[Row], due: str, state: ClockState
) -> None:
    """Due on its last day, late or lapsed on the next, met when the step was in time."""
    one = running(name, on, *rows)
    assert (one.due, one.state) == (day(due), state)
    assert one.clock.number.cite.startswith(("PP ", "PerBKN "))


def test_the_old_regime_counts_days_of_the_calendar() -> None:
    """PP 53/2010: objection within 14 days from receipt; what it does not say has no clock."""
    row = sanction("2015-04-01", decided_on="2015-03-02", received_on="2015-03-04", case=None)
    one = running("pengajuan_keberatan", "2015-03-18", row, rules=PP53)
    assert (one.due, one.state) == (date(2015, 3, 18), ClockState.DUE)
    names = {one.clock.name for one in clocks(only(row), PP53, NO_HOLIDAYS, day("2016-01-01"))}
    assert names == {"pengajuan_keberatan", "pengajuan_banding"}


def test_a_clock_over_an_undeclared_year_is_unknown() -> None:
    """No calendar, no day: the year that lacks one is named, and nothing is guessed."""
    only_2021 = Workdays({2021: frozenset()}, frozenset(range(5)))
    one = running("mulai_berlaku", "2022-05-01", *BEGUN, PUNISHED, days=only_2021)
    assert (one.state, one.due, one.missing_year) == (ClockState.UNKNOWN, None, 2022)


def test_each_filing_has_its_own_clock() -> None:
    """A ruling on the first appeal does not stop the clock of the second."""
    rows = (
        *BEGUN,
        PUNISHED,
        filed("2022-03-28", kind="appeal"),
        filed("2022-03-29", kind="appeal", name="B2"),
        ruled("2022-05-20", "DIPERKUAT", forum="BPASN"),
    )
    states = [
        one.state
        for one in clocks(only(*rows), PP94, NO_HOLIDAYS, day("2022-05-30"))
        if one.clock.name == "putusan_banding"
    ]
    assert states == [ClockState.MET, ClockState.DUE]


def test_an_orderly_case_has_no_findings() -> None:
    """Reported, summoned, examined, decided, received, in effect on its day, for its term."""
    assert codes(*BEGUN, PUNISHED) == []


OUT_OF_ORDER = [
    ((report(), examined("2022-03-14")), Finding.STEP_OUT_OF_ORDER),
    ((report(), summons("2022-03-16", 2)), Finding.STEP_OUT_OF_ORDER),
    ((report(), summons("2022-03-03"), PUNISHED), Finding.STEP_OUT_OF_ORDER),
    ((report(), summons("2022-03-04"), examined("2022-03-14"), PUNISHED), Finding.TOO_EARLY),
    ((*BEGUN, sanction("2022-04-16", decided_on="2022-03-21", received_on="2022-03-25")),
     Finding.EFFECTIVE_DAY_DIFFERS),
    ((*BEGUN, sanction("2022-05-06", decided_on="2022-03-21", received_on="2022-04-15")),
     Finding.DONE_LATE),
    ((*BEGUN, PUNISHED, filed("2022-04-18")), Finding.FILED_LATE),
    ((*BEGUN, PUNISHED, ruled("2022-05-02", "DIBATALKAN", of="K1")),
     Finding.RULING_WITHOUT_FILING),
    ((*BEGUN, PUNISHED, filed("2022-04-01"), ruled("2022-03-30", "DIPERKUAT")),
     Finding.STEP_OUT_OF_ORDER),
    ((*BEGUN, PUNISHED, filed("2022-04-01"), ruled("2022-04-29", "DIPERKUAT", forum="BAPEK")),
     Finding.FORUM_NOT_OF_REGIME),
    ((*BEGUN, sanction("2022-04-15", decided_on="2022-03-21", received_on="2022-03-25",
      kind="PTDH", level="BERAT"), ), Finding.KIND_NOT_OF_REGIME),
    ((*BEGUN, sanction("2022-04-15", decided_on="2022-03-21", received_on="2022-03-25",
      until="2022-10-15")), Finding.TERM_DIFFERS),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "finding"), OUT_OF_ORDER)
def test_what_is_out_of_order_is_told_with_its_article(
    rows: tuple[Row, ...], finding: Finding
) -> None:
    """Each disorder has a word of its own and the article it offends."""
    told = found(*rows)
    assert finding in [one.finding for one in told]
    assert all(one.cite for one in told)


def test_only_what_the_law_forbids_refuses_a_step() -> None:
    """Lateness and oddities are recorded with a flag; disorder and its like are refused."""
    late = found(*BEGUN, PUNISHED, filed("2022-04-18"))
    assert [(one.finding, one.refuses) for one in late] == [(Finding.FILED_LATE, False)]
    early = found(report(), examined("2022-03-14"))
    assert [(one.finding, one.refuses) for one in early] == [(Finding.STEP_OUT_OF_ORDER, True)]


HEAVY = sanction(
    "2022-04-15",
    decided_on="2022-03-21",
    received_on="2022-03-25",
    level="BERAT",
    kind="PENURUNAN_JABATAN",
)


def test_who_examines_at_which_level() -> None:
    """BERAT needs a team, RINGAN has none; nobody of lower rank; an unknown rank is told."""
    called = (report(), summons("2022-03-03"))
    assert codes(*called, examined("2022-03-14"), HEAVY) == [Finding.TEAM_MISSING]
    with_team = (*called, examined("2022-03-14", team=["a", "b"]))
    assert codes(*with_team, HEAVY, ranks={"p": 5, "a": 5, "b": 7}) == []
    assert codes(*with_team, HEAVY, ranks={"p": 5, "a": 4, "b": 7}) == [
        Finding.EXAMINER_OF_LOWER_RANK
    ]
    assert codes(*with_team, HEAVY, ranks={"p": 5, "a": 6}) == [Finding.EXAMINER_RANK_UNKNOWN]
    light = sanction(
        "2022-04-15",
        decided_on="2022-03-21",
        received_on="2022-03-25",
        level="RINGAN",
        kind="TEGURAN_LISAN",
    )
    assert Finding.TEAM_NOT_FORESEEN in codes(*with_team, light, ranks={"p": 5, "a": 5, "b": 7})


def second_case(act_on: str, ground: str = "LAIN") -> tuple[Row, ...]:
    """A later case K2 with its own sanction H2, both in order."""
    return (
        ("K2", "case", "2023-03-01", {"id": "K2", "act_on": act_on, "ground": ground}),
        ("S9", "summons", "2023-03-03", {"case": "K2", "number": 1}),
        ("E9", "examination", "2023-03-14", {"case": "K2", "attended": True}),
        (
            "H2",
            "sanction",
            "2023-04-14",
            {
                "id": "H2",
                "case": "K2",
                "level": "SEDANG",
                "kind": "PENUNDAAN_KGB",
                "decided_on": "2023-03-21",
                "received_on": "2023-03-24",
            },
        ),
    )


def test_the_same_act_is_not_punished_twice() -> None:
    """PP 94/2021 Pasal 35(3): in one case or in two; a quashed sanction leaves room for another."""
    again = found(*BEGUN, PUNISHED, *second_case("2022-02-21"))
    assert Finding.PUNISHED_TWICE in [one.finding for one in again]
    twice = sanction("2022-06-01", decided_on="2022-05-09", name="H2")
    assert Finding.PUNISHED_TWICE in codes(*BEGUN, PUNISHED, twice)
    quashed = (filed("2022-04-01"), ruled("2022-04-29", "DIBATALKAN"))
    after = codes(*BEGUN, PUNISHED, *quashed, *second_case("2022-02-21"))
    assert Finding.PUNISHED_TWICE not in after


def test_a_repeated_violation_is_punished_more_heavily() -> None:
    """PerBKN 6/2022 Pasal 46(7): the same level again is told, but not for absence."""
    repeated = codes(*BEGUN, PUNISHED, *second_case("2023-02-20"))
    assert repeated == [Finding.REPEATED_NOT_HEAVIER]
    absence = "TIDAK_MASUK_KERJA"
    first = (report(ground=absence), summons("2022-03-03"), examined("2022-03-14"))
    assert codes(*first, PUNISHED, *second_case("2023-02-20", absence)) == []


LADDER = [
    (2, None), (3, "TEGURAN_LISAN"), (4, "TEGURAN_TERTULIS"), (6, "TEGURAN_TERTULIS"),
    (7, "PERNYATAAN_TIDAK_PUAS"), (10, "PERNYATAAN_TIDAK_PUAS"), (11, "PEMOTONGAN_TUKIN"),
    (20, "PEMOTONGAN_TUKIN"), (21, "PENURUNAN_JABATAN"), (24, "PENURUNAN_JABATAN"),
    (25, "PEMBEBASAN_JABATAN"), (27, "PEMBEBASAN_JABATAN"), (28, "PDHTAPS"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "kind"), LADDER)
def test_each_rung_of_the_absence_ladder(number: int, kind: str | None) -> None:
    """Working days of a calendar year without valid reason, no ten in a row."""
    every_other = list(NO_HOLIDAYS.days(date(2022, 1, 1), date(2022, 12, 31)))[::2]
    rows: list[Row] = [
        (f"a{i}", "absence", one.isoformat(),
         {"from": one.isoformat(), "to": one.isoformat(), "valid": False})
        for i, one in enumerate(every_other[:number])
    ]  # fmt: skip
    found = absences(known(*rows), PP94, NO_HOLIDAYS, 2022, date(2022, 12, 31))
    assert (found.days, found.row and found.row[2]) == (number, 1)
    assert (found.reached and found.reached.rung.kind.value) == kind
    assert found.reached is None or (
        found.reached.on == every_other[found.reached.rung.days - 1] and not found.reached.in_a_row
    )


def away(first: str, last: str, *, on: str, year: int = 2022, **more: Any) -> Absences:
    """What one absence of those days comes to."""
    fields = {"from": first, "to": last, "valid": False, **more}
    facts = known(("a", "absence", first, fields))
    return absences(facts, PP94, NO_HOLIDAYS, year, date.fromisoformat(on))


def test_ten_days_in_a_row_end_the_service() -> None:
    """Over a weekend too, from the tenth on; not nine, valid ones, or days that have not come."""
    whole = away("2022-03-07", "2022-03-31", on="2022-12-31")
    assert whole.reached is not None
    assert (whole.reached.rung.kind, whole.reached.in_a_row) == (SanctionKind.PDHTAPS, True)
    assert (whole.reached.on, whole.days) == (date(2022, 3, 18), 19)
    nine = away("2022-03-07", "2022-03-31", on="2022-03-17")
    assert nine.reached is not None
    assert nine.reached.rung.kind is SanctionKind.PERNYATAAN_TIDAK_PUAS
    assert away("2022-03-07", "2022-03-31", on="2022-12-31", valid=True).days == 0
    ended = away("2022-03-07", "2022-03-31", on="2022-12-31", until="2022-03-18")
    assert ended == replace(nine, facts=ended.facts)


def test_a_row_of_days_knows_no_new_year() -> None:
    """Five on each side are ten in a row; the calendar of the year before is asked where it counts."""
    over = away("2021-12-27", "2022-01-07", on="2022-12-31")
    assert over.row == (date(2021, 12, 27), date(2022, 1, 7), 10)
    assert (over.days, over.reached and over.reached.on) == (5, date(2022, 1, 7))
    old = away("2021-12-27", "2022-01-07", on="2022-12-31", year=2021)
    assert (old.days, old.row and old.row[2]) == (5, 5)
    only = Workdays({2022: frozenset()}, frozenset(range(5)))
    facts = known(
        ("a", "absence", "2021-12-27", {"from": "2021-12-27", "to": "2022-01-07", "valid": False})
    )
    unknown = absences(facts, PP94, only, 2022, date(2022, 12, 31))
    assert (unknown.days, unknown.reached, unknown.missing_year) == (None, None, 2021)
    own = known(
        ("a", "absence", "2022-01-03", {"from": "2022-01-03", "to": "2022-01-05", "valid": False})
    )
    assert absences(own, PP94, only, 2022, date(2022, 12, 31)).days == 3


def test_without_a_ladder_days_are_counted_and_lead_nowhere() -> None:
    """PP 53/2010 has none at hand, nor has a PPPK any."""
    facts = known(
        ("a", "absence", "2020-03-02", {"from": "2020-03-02", "to": "2020-03-31", "valid": False})
    )
    for text in (PP53, None):
        found = absences(facts, text, NO_HOLIDAYS, 2020, date(2020, 12, 31))
        assert (found.days, found.reached) == (22, None)


def test_every_step_kind_is_known_to_the_language() -> None:
    """A clock may name any step."""
    named = {one.after for one in PP94.clocks} | {one.until for one in PP94.clocks}
    assert named <= set(StepKind)
