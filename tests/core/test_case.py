"""The steps of a case and where it stands, walked along every path."""

import pytest

from ledger.domain.case import CaseState, StepKind, cases
from tests.casework import (
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
PUNISHED = sanction(
    "2022-04-18", decided_on="2022-03-21", received_on="2022-03-25", until="2023-04-18"
)
WALK = {
    "2022-02-28": None,
    "2022-03-01": CaseState.DILAPORKAN,
    "2022-03-03": CaseState.DIPANGGIL,
    "2022-03-14": CaseState.DIPERIKSA,
    "2022-03-21": CaseState.DIJATUHKAN,
    "2022-03-25": CaseState.DITERIMA,
    "2022-04-18": CaseState.BERLAKU,
    "2023-04-17": CaseState.BERLAKU,
    "2023-04-18": CaseState.SELESAI,
}


@pytest.mark.parametrize(("on", "state"), WALK.items())
def test_a_case_without_objection(on: str, state: CaseState | None) -> None:
    """Each step moves the case on, and the end of the term ends it."""
    assert only(*BEGUN, PUNISHED).state(day(on)) is state


OBJECTED = filed("2022-04-01")
PATHS: list[tuple[list[Row], str, CaseState]] = [
    ([OBJECTED], "2022-05-30", CaseState.DITANGGUHKAN),
    ([OBJECTED, ruled("2022-05-20", "DIPERKUAT")], "2022-05-20", CaseState.BERLAKU),
    ([OBJECTED, ruled("2022-05-20", "DIPERKUAT")], "2022-05-19", CaseState.DITANGGUHKAN),
    ([OBJECTED, ruled("2022-05-20", "DIPERINGAN", level="RINGAN")], "2022-06-01",
     CaseState.BERLAKU),
    ([OBJECTED, ruled("2022-05-20", "DIPERBERAT", level="BERAT")], "2022-06-01",
     CaseState.BERLAKU),
    ([OBJECTED, ruled("2022-05-20", "DIUBAH", level="SEDANG")], "2022-06-01", CaseState.BERLAKU),
    ([OBJECTED, ruled("2022-05-20", "DIBATALKAN")], "2022-06-01", CaseState.DIBATALKAN),
    ([OBJECTED, ruled("2022-05-20", "TIDAK_DAPAT_DITERIMA")], "2022-06-01", CaseState.BERLAKU),
    ([OBJECTED, ruled("2022-05-20", "DICABUT")], "2022-06-01", CaseState.BERLAKU),
    ([filed("2022-05-02")], "2022-05-30", CaseState.BERLAKU),
    ([("V1", "served", "2022-12-01", {"sanction": "H1"})], "2022-12-01", CaseState.SELESAI),
]  # fmt: skip


@pytest.mark.parametrize(("matters", "on", "state"), PATHS)
def test_every_outcome_of_an_objection(matters: list[Row], on: str, state: CaseState) -> None:
    """Suspended while it waits, in force or quashed by its outcome, over when served."""
    assert only(*BEGUN, PUNISHED, *matters).state(day(on)) is state


def test_a_person_who_never_comes_is_decided_on_the_evidence() -> None:
    """Two missed summonses stand for an examination (PP 94/2021 Pasal 26(4))."""
    found = only(
        report(),
        summons("2022-03-03"),
        examined("2022-03-14", attended=False),
        summons("2022-03-16", 2),
        examined("2022-03-25", 2, attended=False),
    )
    assert [one.kind for one in found.steps] == [
        StepKind.REPORT,
        StepKind.SUMMONS_1,
        StepKind.SUMMONS_1_MISSED,
        StepKind.SUMMONS_2,
        StepKind.SUMMONS_2_MISSED,
    ]
    assert found.state(day("2022-03-25")) is CaseState.DIPERIKSA


def test_a_missed_second_summons_may_be_told_by_itself() -> None:
    """Without an examination the summons says that nobody came; of a missed summons I no day is."""

    def missed(name: str, on: str, number: int) -> Row:
        return name, "summons", on, {"case": "K1", "number": number, "attended": False}

    found = only(report(), missed("S1", "2022-03-03", 1), missed("S2", "2022-03-16", 2))
    assert [one.kind for one in found.steps] == [
        StepKind.REPORT,
        StepKind.SUMMONS_1,
        StepKind.SUMMONS_2,
        StepKind.SUMMONS_2_MISSED,
    ]


def test_several_rulings_in_one_case() -> None:
    """Objection, appeal and suit keep their own rulings; a court is told by its forum or order."""
    found = only(
        *BEGUN,
        PUNISHED,
        OBJECTED,
        ruled("2022-05-20", "DIPERKUAT", final=False),
        filed("2022-06-01", kind="appeal", name="B2"),
        ruled("2022-08-20", "DIPERKUAT", of="B2", forum="BPASN", final=False, name="P2"),
        filed("2022-09-01", kind="appeal", name="B3"),
        ruled("2023-02-20", "DIBATALKAN", of="B3", forum="PTTUN", name="P3"),
    )
    kinds = [one.kind for one in found.steps if one.filing is not None]
    assert kinds == [
        StepKind.OBJECTION,
        StepKind.RULING_ON_OBJECTION,
        StepKind.APPEAL,
        StepKind.RULING_ON_APPEAL,
        StepKind.SUIT,
        StepKind.RULING_ON_SUIT,
    ]
    assert found.state(day("2023-03-01")) is CaseState.DIBATALKAN


def test_a_sanction_without_a_case_is_one_of_its_own() -> None:
    """Exports of older systems know only sanctions; each is named by its own id."""
    row = sanction("2022-04-18", decided_on="2022-03-21", case=None)
    found = only(row)
    assert (found.opened, found.ident, found.act_on) == (None, "H1", None)
    assert found.state(day("2022-03-21")) is CaseState.DIJATUHKAN


def test_a_delivery_tells_the_day_of_receipt() -> None:
    """The fact of delivery wins over what the decree's row says."""
    found = only(*BEGUN, PUNISHED, ("D1", "delivered", "2022-03-28", {"sanction": "H1"}))
    (received,) = [one for one in found.steps if one.kind is StepKind.RECEIVED]
    assert received.on == day("2022-03-28")


def test_the_slowest_sanction_decides_where_a_case_stands() -> None:
    """Of two sanctions in one case, one over and one in force: the case is not over."""
    second = sanction("2022-06-01", decided_on="2022-05-02", name="H2")
    found = only(*BEGUN, PUNISHED, second)
    assert found.state(day("2023-06-01")) is CaseState.BERLAKU


def test_cases_come_in_order_of_their_first_step() -> None:
    """A sanction alone and a case are told by day."""
    alone = sanction("2021-04-18", decided_on="2021-03-21", case=None, name="H0")
    found = cases(known(*BEGUN, alone), late_filing_suspends=False)
    assert [one.ident for one in found] == ["H0", "K1"]
