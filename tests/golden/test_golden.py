"""Golden cases of the shipped instruments, each checked a second time by a plain working-out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.canonical import decimal_text
from ledger.domain.facts import history
from ledger.domain.rulebook import Enactment, NoRulesInForce, Rulebook
from ledger.events.base import ORG_UNIT
from projections.answer import Answer, MeasureResult
from projections.asking.binding import bind
from projections.language.instrument import load
from projections.language.shipped import drafts, names, text
from projections.plans.members import Members
from projections.plans.plan import Plan, values
from projections.plans.tally import Tally
from projections.question import Question, asked_day
from projections.subject import Surroundings, references_on
from projections.tracing.members import of_answers
from projections.tracing.trace import trace
from tests.golden.plain_yaml import read
from tests.golden.record import START, Recorder, tell
from tests.golden.unit_record import APPRAISED, CODE, tell_unit
from tests.oracle import naive_ip_asn
from tests.oracle.histories import BOOK, PERSON, events

CASES = Path(__file__).parent / "cases"
PLANS: dict[str, Plan] = {name: load(text(name), file=name) for name in (*names(), *drafts())}
# Of two texts of one name the shipped one, which comes before the drafts.
BY_INSTRUMENT = {plan.instrument: plan for plan in reversed(list(PLANS.values()))}
ORACLES = {"ip-asn-perbkn-8-2019.yaml": naive_ip_asn.score}
# What it asks for cannot be met before numbers of that time are enacted.
NEVER_MET = {"drafts/kenaikan-pangkat-fungsional-pp-99-2000.yaml"}
Case = Mapping[str, Any]


def _cases() -> Iterator[tuple[str, Case]]:
    """Every case with what its group and file say for all of theirs."""
    for path in sorted(CASES.rglob("*.yaml")):
        book = read(path.read_text("utf-8"))
        for group in book["groups"]:
            common = {key: group[key] for key in ("as_of", "appraised", "cite") if key in group}
            for case in group["cases"]:
                shared = {key: book[key] for key in ("instrument", "as_of", "units")}
                yield _named(path, group["group"], case["case"]), {**shared, **common, **case}


def _named(path: Path, group: str, case: str) -> str:
    """IP-ASN's cases came first and keep their names."""
    where = "" if path.stem in {Path(name).stem for name in ORACLES} else f"{path.stem}: "
    return f"{where}{group}: {case}"


ALL = dict(_cases())


def asked(case: Case, told: Recorder) -> Question:
    """The coordinates of a case."""
    plan = PLANS[case["instrument"]]
    as_of = None if "period" in case else date.fromisoformat(case["as_of"])
    on, _ = asked_day(plan, as_of=as_of, period=case.get("period"), today=date(2026, 1, 1))
    until = case.get("known_until")
    position = told.story().last if until is None else told.at[until]
    return Question(as_of=on, position=position, known_at=START, period=case.get("period"))


def depths(case: Case, told: Recorder) -> dict[str, int]:
    """Depth by unit id."""
    return {told.units[code]: depth for code, depth in case["units"].items()}


def answer(case: Case) -> Answer:
    """What the trace says."""
    if PLANS[case["instrument"]].subject == ORG_UNIT:
        return answer_of_unit(case)
    told = tell(case, case["units"])
    question = asked(case, told)
    story = told.story()
    book = history(events(story.book, stream=BOOK), question.position)
    return trace(
        bind(PLANS[case["instrument"]], BY_INSTRUMENT.get),
        history(events(story.rows), question.position),
        question,
        subject=PERSON.hex,
        surroundings=Surroundings(references_on(book, question.as_of), depths(case, told)),
    )


def answer_of_unit(case: Case) -> Answer:
    """What the trace says of a unit: from its own record, and from its people's answers."""
    told = tell_unit(case)
    question = asked(case, told)
    plan = bind(PLANS[case["instrument"]], BY_INSTRUMENT.get)

    def tallies(rule: Members) -> Tally:
        people = [_of_member(rule, one, question, place) for place, one in _people(case)]
        return of_answers(rule, people)

    return trace(
        plan,
        history(events(told.story().rows, owner=ORG_UNIT), question.position),
        question,
        subject=told.units[CODE],
        surroundings=Surroundings(),
        tallies=tallies,
    )


def _people(case: Case) -> Iterator[tuple[int, Case]]:
    """Its members, and so many more of each predicate of 2023 as `predicates` says."""
    appraised = (
        {"facts": [{"fact": "appraisal", "period": 2023, "predicate": predicate}]}
        for predicate, count in case.get("predicates", {}).items()
        for _ in range(count)
    )
    yield from enumerate([*case.get("members", ()), *appraised])


def _of_member(rule: Members, member: Case, question: Question, place: int) -> Answer:
    """One person's answer on the day; everything about him is known, BAIK in 2022 and 2023 too."""
    told = tell({**member, "facts": [*APPRAISED, *member.get("facts", ())]}, {CODE: 0})
    assert rule.bound is not None
    return trace(
        rule.bound,
        history(events(told.story().rows)),
        replace(question, position=told.story().last),
        subject=f"{place:032x}",
        surroundings=Surroundings(),
    )


def flat(measures: tuple[MeasureResult, ...]) -> dict[str, str | None]:
    """Points by name of measure, at every level."""
    found: dict[str, str | None] = {}
    for one in measures:
        found[one.name] = None if one.points is None else decimal_text(one.points)
        found |= flat(one.measures)
    return found


def shown(found: Answer) -> dict[str, Any]:
    """Everything a case may expect."""
    span = found.span
    return {
        **flat(found.measures),
        "status": found.status.value,
        "total": None if found.total is None else decimal_text(found.total),
        "band": found.band,
        "range": None if span is None else [decimal_text(span.low), decimal_text(span.high)],
        "why": sorted({reason.code for reason in found.why}),
    }


@pytest.mark.parametrize("name", ALL)
def test_case(name: str) -> None:
    """The answer is, to the last digit, what the case expects."""
    case = ALL[name]
    found = shown(answer(case))
    wanted = dict(case["expect"])
    if "why" in wanted:
        wanted["why"] = sorted(wanted["why"])
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("name", [one for one in ALL if ALL[one]["instrument"] in ORACLES])
def test_case_agrees_with_the_oracle(name: str) -> None:
    """A second working-out of the law, which reads neither code nor instrument, says the same."""
    case = ALL[name]
    found = answer(case)
    told = tell(case, case["units"])
    question = asked(case, told)
    story = told.story()
    oracle = ORACLES[case["instrument"]]
    other: dict[str, Any] = oracle(
        story.rows, story.book, depths(case, told), question.as_of, question.position
    )
    assert other["status"] == found.status.value
    if "total" in other:
        assert (other["total"], other["band"]) == (found.total, found.band)
        assert other["measures"] == {one.name: one.points for one in found.measures}


def _used(measures: tuple[MeasureResult, ...]) -> Iterator[str]:
    for one in measures:
        yield from (value.at for value in (*one.parameters, *one.limits))
        yield from _used(one.measures)


@pytest.mark.parametrize("name", PLANS)
def test_every_parameter_is_used_by_a_case(name: str) -> None:
    """No number or choice of a shipped instrument stands there unchecked."""
    plan = PLANS[name]
    used: set[str] = set()
    outcomes: set[str | None] = set()
    for case in ALL.values():
        if case["instrument"] != name:
            continue
        found = answer(case)
        used |= set(_used(found.measures))
        if any(reason.code == "NOT_IN_POPULATION" for reason in found.why):
            used |= {value.at for value in values(plan.population)}
        band = None if found.total is None else plan.bands.find(found.total)
        if band is not None:
            used |= {band.codes.at, plan.bands.edge.at, plan.maximum.at}
        outcomes.add(found.band)
        if "period" in case:
            used.add(plan.cut_off.at)
        used |= {plan.first_day.at, *(value.at for value in values(plan.population))}
    if plan.outcomes is not None:
        met = set() if name in NEVER_MET else {plan.outcomes[0]}
        assert outcomes >= {*met, *plan.outcomes[1:]}, "an outcome is reached by no case"
        used |= {plan.maximum.at, *(value.at for value in values(plan.bands))}
    if name in drafts() and outcomes == {None}:
        # A draft whose numbers are missing has no total, and no case can reach its bands.
        used |= {plan.maximum.at, *(value.at for value in values(plan.bands))}
    assert sorted({value.at for value in values(plan)} - used) == []


@pytest.mark.parametrize("name", PLANS)
def test_day_before_and_of_force(name: str) -> None:
    """A text answers from its first day on, and not on the day before."""
    plan = PLANS[name]
    first = plan.in_force_from
    book = Rulebook([Enactment(3, plan.instrument, plan.decree, first, "", "")])
    assert book.in_force(plan.instrument, first).position == 3
    with pytest.raises(NoRulesInForce, match=first.isoformat()):
        book.in_force(plan.instrument, first - timedelta(days=1))


def test_cases_state_their_source() -> None:
    """Every case stands under a citation, and expects something."""
    for name, case in ALL.items():
        assert case["cite"], name
        assert case["expect"], name
