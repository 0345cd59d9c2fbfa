"""Laws of cases over any sequence of steps, in order or not, under both regimes."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.case import Case, CaseState, StepKind
from ledger.vocabulary import Forum, RulingOutcome
from projections.discipline.case_findings import Finding, Found, findings
from projections.discipline.clocks import ClockState, clocks
from projections.discipline.regimes import governed
from tests.casework import (
    NO_HOLIDAYS,
    Row,
    examined,
    filed,
    known,
    report,
    ruled,
    sanction,
    summons,
)

FIRST = date(2021, 8, 1)
LAST = date(2030, 1, 1)
days = st.integers(0, 500).map(lambda number: FIRST + timedelta(days=number))
LEVELS = st.sampled_from(["RINGAN", "SEDANG", "BERAT"])
KINDS = st.sampled_from(["TEGURAN_LISAN", "PENUNDAAN_KGB", "PENURUNAN_JABATAN", "PTDH"])


@st.composite
def steps(draw: st.DrawFn) -> list[Row]:
    """Steps of one case, each on any day; a link names what came before it in the list."""
    rows: list[Row] = [report(draw(days).isoformat(), act_on=draw(days).isoformat())]
    sanctions: list[str] = []
    filings: list[str] = []
    for number in range(draw(st.integers(0, 9))):
        on = draw(days).isoformat()
        what = draw(st.sampled_from(["summons", "examined", "sanction", "file", "rule", "served"]))
        if what == "summons":
            row = summons(on, draw(st.sampled_from([1, 2])))
        elif what == "examined":
            row = examined(on, attended=draw(st.booleans()), number=draw(st.sampled_from([1, 2])))
        elif what == "sanction":
            end = draw(st.none() | days.map(date.isoformat))
            row = sanction(
                on,
                decided_on=draw(days).isoformat(),
                received_on=draw(st.none() | days.map(date.isoformat)),
                level=draw(LEVELS),
                kind=draw(KINDS),
                until=end if end is not None and end > on else None,
            )
            sanctions.append(f"X{number}")
        elif what == "file" and sanctions:
            kind = draw(st.sampled_from(["objection", "appeal"]))
            row = filed(on, kind=kind, target=draw(st.sampled_from(sanctions)))
            filings.append(f"X{number}")
        elif what == "rule" and filings:
            row = ruled(
                on,
                draw(st.sampled_from(list(RulingOutcome))).value,
                of=draw(st.sampled_from(filings)),
                forum=draw(st.sampled_from(list(Forum))).value,
                final=draw(st.booleans()),
                level=draw(st.none() | LEVELS),
            )
        elif what == "served" and sanctions:
            row = "V", "served", on, {"sanction": draw(st.sampled_from(sanctions))}
        else:
            continue
        rows.append((f"X{number}", *row[1:]))
    return rows


def told(rows: list[Row]) -> tuple[Case, list[Found]]:
    """The one case of these steps, and what is out of order in it."""
    ((case, regime),) = governed(known(*rows))
    assert regime is not None
    found = findings(
        case, (), regime.procedure, NO_HOLIDAYS, LAST, person="p", rank=lambda *_: None
    )
    return case, list(found)


@given(steps(), days)
def test_every_case_stands_somewhere_on_every_day(rows: list[Row], on: date) -> None:
    """One state from its first step on, none before; in force is what a sanction's periods say."""
    case, _ = told(rows)
    state = case.state(on)
    assert (state is None) == (not case.upto(on))
    assert [step.on for step in case.steps] == sorted(step.on for step in case.steps)
    for effect in case.sanctions:
        of_one = case.sanction_state(effect, on)
        if of_one is CaseState.BERLAKU:
            assert effect.levels_on(on)
        if effect.quashed and of_one is not None:
            assert of_one is CaseState.DIBATALKAN


@given(steps(), days)
def test_every_clock_says_one_thing(rows: list[Row], on: date) -> None:
    """It is met by a step of that day or before, else due or past; its day is not before it."""
    ((case, regime),) = governed(known(*rows))
    assert regime is not None
    for one in clocks(case, regime.procedure, NO_HOLIDAYS, on):
        assert one.due is not None
        assert one.due > one.since.on
        assert one.since.on <= on
        if one.met is None:
            late = {ClockState.OVERDUE, ClockState.LAPSED}
            assert one.state in {ClockState.WAITING, ClockState.DUE, *late}
            assert (one.state in late) <= (one.due < on)
        else:
            assert one.met.on <= on


@given(steps())
def test_steps_that_are_asked_about_first_never_break_the_law(rows: list[Row]) -> None:
    """Taken one by one, each refused that adds a prohibition: in the end none is broken."""
    taken = rows[:1]
    for row in rows[1:]:
        names = {name for name, *_ in taken}
        links = {row[3][key] for key in ("case", "sanction", "target", "of") if key in row[3]}
        if not links <= names:
            continue
        before = {(one.finding, one.step.fact.root) for one in told(taken)[1] if one.refuses}
        after = {(one.finding, one.step.fact.root) for one in told([*taken, row])[1] if one.refuses}
        if after <= before:
            taken.append(row)
    case, found = told(taken)
    assert not [one.finding for one in found if one.refuses]
    decided = [one for one in case.steps if one.kind is StepKind.DECIDED]
    standing = [one for one in case.sanctions if not one.quashed]
    assert len(standing) <= 1
    assert len(decided) == len(case.sanctions)


@given(steps())
def test_every_finding_names_its_article_and_a_step_of_the_case(rows: list[Row]) -> None:
    """And late or unusual things refuse nothing."""
    case, found = told(rows)
    for one in found:
        assert one.cite
        assert one.step in case.steps
        if one.finding in {Finding.FILED_LATE, Finding.DONE_LATE, Finding.TERM_DIFFERS}:
            assert not one.refuses
